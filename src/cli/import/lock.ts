/**
 * The lock of a report: of two imports with one report, as a schedule may start them, the second would send every row again.
 *
 * It is a file beside the report that contains the id of a process. If that process has ended, as after a kill, the next import takes it
 * over. Only processes of this machine are known.
 *
 * @module
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { EXIT, UsageError } from '../failure.ts';
import { fileError } from '../files.ts';

/** Locks a report. Returns what unlocks it. */
export function lock(report: string): () => void {
  const path = `${report}.lock`;
  if (!create(path)) {
    takeOver(path, report);
    if (!create(path)) throw inUse(report, holderOf(path));
  }
  return () => {
    // Somebody may have deleted it, and started another import.
    if (holderOf(path) === process.pid) rmSync(path, { force: true });
  };
}

/** Creates a lock. Returns false if it exists already. */
function create(path: string): boolean {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    // As on a full disk: without a process in it, it could not be taken over.
    rmSync(path, { force: true });
    throw fileError('write', path, error);
  }
}

/** Removes a lock whose process has ended. */
function takeOver(path: string, report: string): void {
  const holder = holderOf(path);
  if (isAlive(holder)) throw inUse(report, holder);
  const aside = `${path}.${process.pid}`;
  try {
    // Only one process can move it. Another one may have moved it since it was read here, and created its own.
    renameSync(path, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw fileError('write', path, error);
  }
  const moved = holderOf(aside);
  if (moved !== holder) {
    renameSync(aside, path);
    throw inUse(report, moved);
  }
  rmSync(aside, { force: true });
}

/** The process that holds a lock; `undefined` if the lock does not say so, or not yet. */
function holderOf(path: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(path, 'utf8'), 10) || undefined;
  } catch {
    return undefined;
  }
}

/** Whether the process of a lock runs. One that is not known may run. */
function isAlive(holder: number | undefined): boolean {
  // In a container every import may have the same id: this one holds no lock yet.
  if (holder === process.pid) return false;
  if (holder === undefined) return true;
  try {
    process.kill(holder, 0);
    return true;
  } catch (error) {
    // EPERM: it belongs to another user.
    return codeOf(error) !== 'ESRCH';
  }
}

/** The same command can succeed when the other import has ended. */
function inUse(report: string, holder: number | undefined): UsageError {
  const message = `another import is using ${report} (${holder === undefined ? 'its process is not known' : `process ${holder}`})`;
  const mistake = holder === undefined ? 'no import is running' : `process ${holder} is not an import`;
  return new UsageError(message, `Nothing was sent. Wait until it has ended. If ${mistake}, delete ${report}.lock.`, EXIT.retry);
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
