/**
 * Files that a command is pointed to, and standard input, which is called `-`.
 *
 * @module
 */
import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import type { Context, Environment } from './context.ts';
import { UsageError } from './failure.ts';

/** More than any input that makes sense. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Inputs that were read to their end. */
const read = new WeakSet<object>();

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  EEXIST: 'it exists already',
  ENOSPC: 'the disk is full',
};

/** The bytes of a file, or of standard input. */
export async function readBytes(path: string, { stdin, signal, out }: Pick<Context, 'stdin' | 'signal' | 'out'>): Promise<Buffer> {
  if (path !== '-') {
    try {
      return await readFile(path, { signal });
    } catch (error) {
      throw unreadable('read', path, error);
    }
  }
  if (read.has(stdin)) throw new UsageError('standard input can be read once', 'Pass a file for one of the two.');
  read.add(stdin);
  if (stdin.isTTY) out.note('Reading standard input; end it with Ctrl-D (Windows: Ctrl-Z, Enter).');
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    chunks.push(Buffer.from(chunk as Uint8Array));
    size += chunk.length;
    if (size > MAX_BYTES) throw new UsageError(`standard input has more than ${MAX_BYTES / 1024 / 1024} MB`);
  }
  return Buffer.concat(chunks);
}

/** A text in a file or in standard input; UTF-8, as anything else would be guesswork. */
export async function readText(path: string, context: Pick<Context, 'stdin' | 'signal' | 'out'>): Promise<string> {
  const bytes = await readBytes(path, context);
  try {
    return new TextDecoder(bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`${nameOf(path)} is not UTF-8`, 'Save it as UTF-8; Excel calls that "CSV UTF-8".');
  }
}

/** The environment, and below it the variables of a file of `NAME=value` lines. */
export async function readEnvironment(file: string | undefined, context: Context): Promise<Environment> {
  if (file === undefined) return context.env;
  return { ...parseEnv(await readText(file, context)), ...context.env } as Environment;
}

/** The error for a file that can't be used. */
export function unreadable(verb: string, path: string, error: unknown): unknown {
  const { code = '', name } = error as NodeJS.ErrnoException;
  if (name === 'AbortError') return error;
  return new UsageError(`can't ${verb} ${nameOf(path)}: ${REASONS[code] ?? code}`);
}

/** What a path is called in a message. */
export function nameOf(path: string): string {
  return path === '-' ? 'standard input' : path;
}
