/**
 * A file of requests that a webhook has accepted: `waybill listen` writes it, and `waybill replay` reads it. One line of JSON for each request.
 *
 * @module
 */
import { appendFileSync, closeSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs';
import { decodeUtf8 } from '../../core/bytes.ts';
import { unwrap } from '../../core/receive/envelopes.ts';
import { UsageError } from '../failure.ts';
import { fileError, nameOf, readText } from '../files.ts';
import type { Context } from '../terminal.ts';
import { toJsonLine } from '../text.ts';
import { type JsonDocument, JsonDocuments, MessageLines } from './json-documents.ts';

/** A request, without its credentials. */
export interface RecordedRequest {
  /** ISO 8601. */
  readonly receivedAt: string;
  /** Without the query, which may hold a credential. */
  readonly path: string;
  /** `null` if it was not checked. */
  readonly verified: boolean | null;
  /** The decompressed body, also if it is not JSON. */
  readonly body: string;
}

/** Whether a file is empty, or ends with a line break. */
function endsWithLine(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const last = Buffer.alloc(1);
    if (size > 0) readSync(file, last, 0, 1, size - 1);
    return size === 0 || last[0] === 0x0a;
  } finally {
    closeSync(file);
  }
}

/** Appends to a recording. */
export class Recording {
  readonly path: string;
  readonly #file: number;

  /** Only its owner can read a new file: events name customers' parcels. */
  constructor(path: string) {
    this.path = path;
    try {
      this.#file = openSync(path, 'a', 0o600);
      // A process that was killed, or an editor, may have left a line without its end.
      if (fstatSync(this.#file).isFile() && !endsWithLine(path)) appendFileSync(this.#file, '\n');
    } catch (error) {
      throw fileError('write', path, error);
    }
  }

  /** Appends the whole line or nothing: half a line would spoil the next one, and with it the file. */
  add(request: RecordedRequest): void {
    const { size } = fstatSync(this.#file);
    try {
      appendFileSync(this.#file, `${toJsonLine(request)}\n`);
    } catch (error) {
      this.#shorten(size);
      throw fileError('write', this.path, error);
    }
  }

  #shorten(size: number): void {
    try {
      // A device has no size, and cannot be shortened.
      if (fstatSync(this.#file).size > size) ftruncateSync(this.#file, size);
    } catch {
      // Windows may refuse it for a file that is open for appending. Why it could not be written says more.
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}

interface Place {
  /** In the file. */
  readonly line: number;
  /** Of the message that it came in, if it has one. */
  readonly messageId: string | undefined;
}

/** A recorded event, or why something in its place is not one. */
export type RecordedEvent = Place & ({ readonly body: string } | { readonly problem: string });

/** Reads a recording; or events, one on each line, in a list, or in the envelope of a queue; also several such documents. */
export async function readRecording(file: string, context: Context): Promise<readonly RecordedEvent[]> {
  const events = jsonIn(await readText(file, context)).flatMap((document) => [...eventsIn(document, file)]);
  const [first] = events;
  if (!first) throw new UsageError(`there is no event in ${nameOf(file)}`);
  if ('problem' in first && events.every((event) => 'problem' in event)) {
    throw new UsageError(first.problem, 'waybill listen --record FILE writes such a file.');
  }
  return events;
}

/**
 * The values in a recording, or in a file with JSON on each line; a line that is damaged is in its place as it is. `undefined` if it is
 * another file, whose first line is not JSON.
 */
export function recordedValues(bytes: Uint8Array): readonly unknown[] | undefined {
  const lines = jsonIn(decodeUtf8(bytes));
  if (!lines[0]?.parsed) return undefined;
  return lines.map(({ text, parsed }) => {
    if (!parsed) return text;
    return isRecorded(parsed.value) ? parsed.value.body : parsed.value;
  });
}

/** A document; without `parsed` it is not JSON. */
type Parsed = JsonDocument & { readonly parsed: ReturnType<typeof parseJson> };

/** The whole string as JSON, or else each document in it. */
function jsonIn(text: string): readonly Parsed[] {
  const whole = parseJson(text);
  if (whole) return [{ line: 1, text, parsed: whole }];
  const documents = new JsonDocuments();
  return [...text.split('\n').flatMap((line) => documents.add(line)), ...documents.end()].flatMap((document) =>
    document.text.trim() === '' ? [] : [{ ...document, parsed: parseJson(document.text) }],
  );
}

function* eventsIn({ parsed, ...document }: Parsed, file: string): Generator<RecordedEvent> {
  if (!parsed) return yield unreadable({ line: document.line, messageId: undefined }, file, 'it is not JSON');
  if (isRecorded(parsed.value)) return yield { line: document.line, messageId: undefined, body: parsed.value.body };
  const lines = new MessageLines(document);
  for (const unwrapped of unwrap('core', parsed.value)) {
    const { messageId, at } = unwrapped;
    const place = { line: lines.of(messageId), messageId };
    if ('envelope' in unwrapped) yield { ...place, body: JSON.stringify(unwrapped.envelope) };
    else yield unreadable(place, file, unwrapped.issues.map(({ message }) => message).join('; '), at.at(-1));
  }
}

function isRecorded(value: unknown): value is RecordedRequest {
  const { receivedAt, body } = (value ?? {}) as Partial<Record<keyof RecordedRequest, unknown>>;
  return typeof receivedAt === 'string' && typeof body === 'string';
}

function unreadable({ line, messageId }: Place, file: string, reason: string, item?: number): RecordedEvent {
  const message = messageId === undefined ? '' : `message ${messageId} in `;
  // A list over several lines may start far above it.
  const part = messageId === undefined && item !== undefined ? `item ${item + 1} of the list in ` : '';
  return { line, messageId, problem: `${message}${part}line ${line} of ${nameOf(file)} is not an event: ${reason}` };
}

function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
