/**
 * Files that a command reads and writes. `-` is standard input.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { decodeText } from '../core/receive/decode.ts';
import { UsageError } from './failure.ts';
import type { Context, Environment } from './terminal.ts';

type Input = Pick<Context, 'stdin' | 'signal' | 'out'>;

/** More than any useful input has. */
const MAX_BYTES = 64 * 1024 * 1024;
/** What is read at once of a file that may be large. */
const CHUNK = 256 * 1024;

/** Standard inputs that were read to their end. */
const consumed = new WeakSet<object>();

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the disk is read-only',
  EISDIR: 'it is a folder',
  EEXIST: 'it exists already',
  ENOSPC: 'the disk is full',
  EBUSY: 'another program has it open',
  ENOTDIR: 'a part of the path is a file, not a folder',
  ENAMETOOLONG: 'the name is too long',
  EMFILE: 'too many files are open',
  ELOOP: 'its links lead in a circle',
  ERR_FS_FILE_TOO_LARGE: 'it is larger than 2 GB',
};

/** The bytes of a file or of standard input. */
export async function readBytes(path: string, { stdin, signal, out }: Input): Promise<Buffer> {
  if (path !== '-') {
    try {
      return await readFile(path, { signal });
    } catch (error) {
      throw fileError('read', path, error);
    }
  }
  beginInput({ stdin, signal, out });
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    chunks.push(Buffer.from(chunk as Uint8Array));
    size += chunk.length;
    if (size > MAX_BYTES) throw new UsageError(`standard input has more than ${MAX_BYTES / 1024 / 1024} MB`, 'Pass a file.');
  }
  return Buffer.concat(chunks);
}

function beginInput({ stdin, out }: Input): void {
  if (consumed.has(stdin)) throw new UsageError('standard input can be read only once', 'Pass a file for one of the two.');
  consumed.add(stdin);
  if (stdin.isTTY) out.note('Reading standard input. End it with Ctrl-D (Windows: Ctrl-Z, Enter).');
}

/** The bytes of a file or of standard input in UTF-8, also if PowerShell or an editor has saved them as UTF-16. */
export async function readUtf8(path: string, input: Input): Promise<Buffer> {
  const bytes = await readBytes(path, input);
  return isUtf16(bytes) ? Buffer.from(decodeText(new Uint8Array(bytes))) : bytes;
}

/** Whether it starts with the byte order mark of UTF-16. */
function isUtf16(bytes: Buffer): boolean {
  return ['fffe', 'feff'].includes(bytes.subarray(0, 2).toString('hex'));
}

/** What a file must be, and what to do if it is not. */
export interface Format {
  readonly name: string;
  readonly hint: string;
  /** Whether people may pass a workbook instead. */
  readonly isSheet?: boolean;
}

const TEXT: Format = { name: 'UTF-8', hint: 'Save it as UTF-8.' };
export const SHEET: Format = { name: 'UTF-8', hint: 'Save it as UTF-8. Excel calls this format "CSV UTF-8".', isSheet: true };
export const PRIVATE_KEY: Format = { name: 'PEM', hint: 'Convert it: openssl pkey -inform DER -in FILE -out key.pem' };
export const PUBLIC_KEY: Format = { name: 'PEM', hint: 'Convert it: openssl pkey -pubin -inform DER -in FILE -out key.pem' };

/** A file or standard input as a string: UTF-8, or UTF-16 with a byte order mark. */
export async function readText(path: string, input: Input, format: Format = TEXT): Promise<string> {
  const bytes = await readBytes(path, input);
  return decode(decoderFor(bytes, path, format), bytes, { path, format, stream: false });
}

/** The same bit by bit, so that a file of any size fits into memory. */
export async function* readChunks(path: string, { stdin, signal, out }: Input, format: Format = TEXT): AsyncGenerator<string, void> {
  if (path === '-') beginInput({ stdin, signal, out });
  const source = path === '-' ? stdin : createReadStream(path, { signal, highWaterMark: CHUNK });
  let decoder: TextDecoder | undefined;
  let start: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of source) {
      const bytes: Buffer = decoder ? Buffer.from(chunk as Uint8Array) : Buffer.concat([start, Buffer.from(chunk as Uint8Array)]);
      if (!decoder && bytes.length < 4) {
        start = bytes;
        continue;
      }
      decoder ??= decoderFor(bytes, path, format);
      yield decode(decoder, bytes, { path, format, stream: true });
    }
  } catch (error) {
    throw path === '-' ? error : fileError('read', path, error);
  }
  const rest = decoder ? Buffer.alloc(0) : start;
  yield decode(decoder ?? decoderFor(rest, path, format), rest, { path, format, stream: false });
}

/** UTF-8, or UTF-16 with a byte order mark, as Excel and PowerShell write it. */
function decoderFor(bytes: Buffer, path: string, { hint, isSheet }: Format): TextDecoder {
  if (isSheet && bytes.subarray(0, 4).toString('latin1') === 'PK\x03\x04') {
    throw new UsageError(`${nameOf(path)} is a workbook of Excel`, 'Save it as "CSV UTF-8", or as "Unicode Text".');
  }
  const encoding = { fffe: 'utf-16le', feff: 'utf-16be' }[bytes.subarray(0, 2).toString('hex')] ?? 'utf-8';
  const start = bytes.subarray(0, 1024);
  if (encoding === 'utf-8' && start.filter((byte) => byte === 0).length * 4 > start.length) {
    throw new UsageError(`${nameOf(path)} is UTF-16 without a byte order mark`, isSheet ? hint : TEXT.hint);
  }
  return new TextDecoder(encoding, { fatal: true });
}

interface Decoding {
  readonly path: string;
  readonly format: Format;
  /** Whether more follows. */
  readonly stream: boolean;
}

function decode(decoder: TextDecoder, bytes: Buffer, { path, format, stream }: Decoding): string {
  try {
    return decoder.decode(bytes, { stream });
  } catch {
    throw new UsageError(`${nameOf(path)} is not ${format.name}`, format.hint);
  }
}

/** Variables with such a name contain a secret. */
const SECRET_NAME = /SECRET|TOKEN|PASSWORD|PRIVATE_KEY|API_KEY|QUERY_VALUE/;

/** A line that sets a variable, the quotation mark that its value starts with, and what follows. */
const ASSIGNMENT = /^\s*(?:export\s+)?[^\s=#"'`]+\s*=\s*(["'`]?)(.*)/;

/**
 * A settings file without the lines that are not `NAME=value`, and their numbers. Some versions of Node read such a line as the start of the
 * next line's name, so that the next variable would be missing.
 */
function assignmentsIn(text: string): { readonly text: string; readonly strays: readonly number[] } {
  const lines = text.split('\n');
  const strays: number[] = [];
  let quote = '';
  const kept = lines.filter((line, at) => {
    if (quote) {
      if (line.includes(quote)) quote = '';
      return true;
    }
    if (/^\s*(?:#|$)/.test(line)) return true;
    const [isAssignment, mark = '', value = ''] = ASSIGNMENT.exec(line) ?? [];
    if (isAssignment === undefined) strays.push(at + 1);
    else if (mark && !value.includes(mark) && lines.slice(at + 1).some((later) => later.includes(mark))) quote = mark;
    return isAssignment !== undefined;
  });
  return { text: kept.join('\n'), strays };
}

/** The environment, and below it the variables of a file of `NAME=value` lines. */
export async function readEnvironment(file: string | undefined, context: Context): Promise<Environment> {
  const { text, strays } = assignmentsIn(file === undefined ? '' : await readText(file, context));
  const variables = parseEnv(text);
  if (file !== undefined && (await isWritableByAll(file))) {
    context.out.note(`warning: every user of this machine can write ${file}, and so decide where secrets are sent: chmod 600 ${file}`);
  }
  if (file !== undefined && Object.keys(variables).length === 0) {
    throw new UsageError(`${nameOf(file)} has no line such as NAME=value`, 'waybill emulator --env FILE writes an example.');
  }
  if (file !== undefined && strays.length > 0) {
    const more = strays.length > 1 ? ` (and ${strays.length - 1} more)` : '';
    context.out.note(
      `warning: line ${strays[0]}${more} of ${nameOf(file)} is not NAME=value, and is ignored. A value with line breaks must be in quotes.`,
    );
  }
  const env: Environment = { ...variables, ...context.env };
  context.secrets.push(...Object.entries(env).flatMap(([name, value]) => (value && SECRET_NAME.test(name) ? [value] : [])));
  return env;
}

/** Whether all users may write a file. Windows has no such mode. */
async function isWritableByAll(file: string): Promise<boolean> {
  if (file === '-' || process.platform === 'win32') return false;
  const { mode } = await stat(file).catch(() => ({ mode: 0 }));
  return (mode & 0o002) !== 0;
}

/** How a whole file is written. */
interface Writing {
  readonly mode?: number;
  /** Whether a file that exists is kept. */
  readonly keeps?: boolean;
}

/** Writes a whole file or nothing. On a full disk, or after a kill, a part of it would be left, which nobody can tell from the whole. */
export async function writeWhole(path: string, text: string, { mode = 0o666, keeps = false }: Writing = {}): Promise<void> {
  // A link stays a link.
  const target = await realpath(path).catch(() => path);
  const part = `${target}.${randomUUID()}.part`;
  let isReserved = false;
  try {
    // Reserves the name, because rename() overwrites. link() would not, but not every file system has links.
    if (keeps) await (await open(target, 'wx', mode)).close();
    isReserved = keeps;
    await writeFile(part, text, { flag: 'wx', mode });
    await rename(part, target);
  } catch (error) {
    await rm(part, { force: true });
    if (isReserved) await rm(target, { force: true });
    throw fileError('write', path, error);
  }
}

/** The error for a file that cannot be used. */
export function fileError(verb: 'read' | 'write' | 'use', path: string, error: unknown, exitCode?: number): unknown {
  const { code = '', name } = error as NodeJS.ErrnoException;
  if (name === 'AbortError' || error instanceof UsageError) return error;
  if (verb === 'read' && /^\s*[[{]/.test(path) && isJson(path)) {
    return new UsageError('the name of a file is expected, got JSON', 'Pass a file that contains it, or - and the JSON on standard input.');
  }
  const hint = code === 'EEXIST' ? 'Choose another name, or delete the file.' : undefined;
  return new UsageError(`cannot ${verb} ${nameOf(path)}: ${REASONS[code] ?? code}`, hint, exitCode);
}

/** What a path is called in a message. */
export function nameOf(path: string): string {
  return path === '-' ? 'standard input' : path;
}

/** Whether a string is JSON. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
