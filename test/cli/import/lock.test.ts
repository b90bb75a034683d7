/** The lock of a report, which keeps two imports from sending the same rows. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Amazon, startAmazon, temporaryFolder } from '../../support/cli/amazon.ts';
import { accepted, goodRows, type ImportOutcome, importFile } from '../../support/cli/import.ts';
import { unwrapped } from '../../support/cli/terminal.ts';

let amazon: Amazon;
let folder: ReturnType<typeof temporaryFolder>;
let lock: string;
beforeAll(async () => {
  amazon = await startAmazon();
});
beforeEach(() => {
  amazon.emulator.reset();
  folder = temporaryFolder();
  lock = folder.path('decisions.report.csv.lock');
});
afterEach(() => folder.remove());
afterAll(() => amazon.close());

const imported = (...options: string[]): Promise<ImportOutcome> => importFile(goodRows, { amazon, folder }, ...options);

describe('waybill ndr import', () => {
  test.each([
    ['a process that runs', `${process.ppid}`, `(process ${process.ppid}) Nothing was sent. Wait until it has ended. If process`],
    // It may be writing the number right now.
    ['an unknown process', '', '(its process is not known) Nothing was sent. Wait until it has ended. If no import is running, delete'],
  ])('refuses a report that %s has locked', async (_, content, message) => {
    writeFileSync(lock, content);
    const { code, stdout, stderr } = await imported();
    expect([code, stdout]).toEqual([3, '']);
    expect(unwrapped(stderr)).toMatch(/error: another import is using .*decisions\.report\.csv/);
    expect(unwrapped(stderr)).toContain(message);
    expect([amazon.emulator.requests, readFileSync(lock, 'utf8')]).toEqual([[], content]);
  });

  test.each([
    ['a process that has ended', () => spawnSync(process.execPath, ['--version']).pid],
    ['an earlier process with the same number, as in a container', () => process.pid],
  ])('takes over the lock of %s, and removes it at the end', async (_, holder) => {
    writeFileSync(lock, `${holder()}`);
    expect(await imported()).toMatchObject({ code: 0, stderr: '' });
    expect(accepted(amazon)).toHaveLength(3);
    expect([existsSync(lock), existsSync(`${lock}.${process.pid}`)]).toEqual([false, false]);
  });

  test('removes the lock after an error', async () => {
    writeFileSync(folder.path('decisions.report.csv'), 'my,own\n');
    expect(await imported()).toMatchObject({ code: 2, stderr: expect.stringContaining('not a report') });
    expect(existsSync(lock)).toBe(false);
  });

  test('checks rows with --dry-run also while another import runs', async () => {
    writeFileSync(lock, `${process.ppid}`);
    expect(await imported('--dry-run')).toMatchObject({ code: 0 });
    expect(existsSync(lock)).toBe(true);
  });

  test.skipIf(process.platform === 'win32')('needs no lock for a report that nobody reads', async () => {
    expect(await imported('--report', '/dev/null')).toMatchObject({ code: 0 });
    expect(existsSync('/dev/null.lock')).toBe(false);
  });
});
