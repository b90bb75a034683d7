/**
 * Events that a webhook has stored: a file with one per line, a folder of files, or a database.
 *
 * @module
 */
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../failure.ts';
import { fileError, isJson, nameOf, readChunks, readText } from '../files.ts';
import type { Context } from '../terminal.ts';
import { type JsonDocument, JsonDocuments } from '../webhook/json-documents.ts';

/** What was stored, and its place, for messages. */
export interface Kept {
  /** JSON: an event, in whatever it came. */
  readonly json: string;
  readonly where: string;
  /** The line that it starts at, if it is not the whole file. */
  readonly line?: number;
}

const MAGIC = 'SQLite format 3\0';

/** Everything that is stored, in order. */
export async function* readKept(path: string, context: Context): AsyncGenerator<Kept> {
  if (path === '-') return yield* readFile(path, context);
  try {
    if ((await stat(path)).isDirectory()) {
      const names = (await readdir(path)).filter((name) => /\.(?:json|ndjson|jsonl)$/i.test(name)).sort();
      if (names.length === 0) throw new UsageError(`${path} has no file that ends with .json, .ndjson or .jsonl`);
      for (const name of names) yield* readFile(join(path, name), context);
      return;
    }
    yield* (await isDatabase(path)) ? readDatabase(path) : readFile(path, context);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).syscall ? fileError('read', path, error) : error;
  }
}

/** A file with one document per line, or with documents that have several lines. */
async function* readFile(path: string, context: Context): AsyncGenerator<Kept> {
  for await (const { line, text } of documentsOf(readChunks(path, context))) {
    if (text.trim() === '') continue;
    if (line === 1 && path !== '-' && !isJson(text)) {
      const whole = await readText(path, context);
      if (isJson(whole)) return yield { json: whole, where: path };
    }
    yield { json: text, where: nameOf(path), line };
  }
}

async function* documentsOf(chunks: AsyncIterable<string>): AsyncGenerator<JsonDocument> {
  const documents = new JsonDocuments();
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield* documents.add(line);
  }
  yield* documents.add(rest);
  yield* documents.end();
}

async function isDatabase(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0);
    return buffer.toString('latin1') === MAGIC;
  } finally {
    await file.close();
  }
}

/** The table `ndr_events`, whose column `event` has JSON. */
async function* readDatabase(path: string): AsyncGenerator<Kept> {
  // Not every supported version of Node has it.
  const sqlite = await import('node:sqlite').catch(() => undefined);
  if (!sqlite) {
    const hint = `Or let sqlite3 read it: sqlite3 ${path} "SELECT event FROM ndr_events" | waybill ndr sheet -`;
    throw new UsageError('a database can be read from Node 22.13 on', hint);
  }
  const database = new sqlite.DatabaseSync(path, { readOnly: true });
  try {
    let row = 0;
    for (const { event } of database.prepare('SELECT event FROM ndr_events ORDER BY rowid').iterate()) {
      row += 1;
      yield { json: String(event), where: `${path}, row ${row} of ndr_events` };
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SQLITE_ERROR') throw error;
    throw new UsageError(
      `${path} cannot be read`,
      'It needs a table ndr_events with a column event that has JSON, and nobody may have locked it.',
    );
  } finally {
    database.close();
  }
}
