/**
 * The body of a Node request: its stream, or what a parser has left of it.
 *
 * @module
 */
import { bytesOf, concatBytes, encodeUtf8 } from '../../core/bytes.ts';
import { misconfigured } from '../../core/errors.ts';
import { brokenOff, checkLength, rawBytes, tooLarge } from '../../core/receive/request.ts';
import type { Bytes } from '../../core/types.ts';
import type { Exchange, NodeStream } from './exchange.ts';

/** Where a body can be. */
export interface BodySource {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** What a parser has made of the body; used only if the stream was read already. */
  readonly body?: unknown;
  /** The bytes of the body, if a framework keeps them: Cloud Functions, NestJS, or a `verify` of `express.json()`. */
  readonly rawBody?: unknown;
}

/** The body in the form that is left of it: bytes, what a parser made of them, or the stream. */
export type Body =
  | { readonly bytes: Bytes }
  | { readonly parsed: unknown }
  | { readonly stream?: NodeStream; readonly read: (limit: number) => Promise<Bytes> };

/** A stream that flows already is buffered up to this size until the limit is known. */
const MAX_FLOWING = 8 * 1024 * 1024;

/** Finds the body. Must be called at once: if somebody listens to the stream already, its data is lost to those that come later. */
export function findBody(source: BodySource, stream: NodeStream, exchange: Exchange): Body {
  const { body, headers } = source;
  const isUnread = !stream.readableDidRead && (!stream.readableEnded || exchange.isOver);
  const raw = rawBytes(source.rawBody);
  if (raw && !isUnread && !stream.readableEnded && !exchange.isOver) return { read: rawAtEnd(source, stream, exchange) };
  // The well-known snippet starts with an empty rawBody and fills it as the data comes.
  const isComplete = raw && (stream.readableEnded || !isUnread || (raw.length > 0 && !stream.readableFlowing));
  if (isComplete) return { bytes: raw };
  if (isUnread) {
    checkEncoding(stream);
    return { stream, read: reader(source, stream, exchange) };
  }
  const bytes = rawBytes(body);
  if (bytes) return { bytes };
  if (!isNothing(body)) return { parsed: body };
  if (!stream.readableDidRead) return { bytes: new Uint8Array() };
  // "{}" or "null" was sent, and nothing was lost.
  if (body !== undefined && Number(headers['content-length']) <= 4) return { parsed: body };
  throw misconfigured(
    'core',
    undefined,
    'the body has been read already, and neither "body" nor "rawBody" of the request has it',
    'Mount the handler before what reads the body.',
  );
}

/** Whether a parser has left nothing of a body: express.raw() leaves {} for a type that it does not read. */
function isNothing(body: unknown): boolean {
  if (typeof body !== 'object') return body === undefined;
  return body === null || (!Array.isArray(body) && Object.keys(body).length === 0);
}

/** What a middleware collects in `rawBody`, when it has all of it. Listens at once, or it would miss the end. */
function rawAtEnd(source: BodySource, stream: NodeStream, exchange: Exchange): (limit: number) => Promise<Bytes> {
  const end = collect(stream, exchange, MAX_FLOWING);
  end.catch(() => undefined);
  return async (limit) => {
    await end;
    // The middleware's listeners were added first, so they have had the data.
    return withinLimits(rawBytes(source.rawBody) ?? new Uint8Array(), limit);
  };
}

function reader({ headers }: BodySource, stream: NodeStream, exchange: Exchange): (limit: number) => Promise<Bytes> {
  const early = stream.readableFlowing ? collect(stream, exchange, MAX_FLOWING) : undefined;
  early?.catch(() => undefined);
  return async (limit) => {
    if (Number(headers['content-length']) > limit) throw tooLarge('core', limit);
    return withinLimits(await (early ?? collect(stream, exchange, limit)), limit, headers);
  };
}

/** Refuses a body with more bytes than the limit, or with fewer than were announced. */
export function withinLimits(bytes: Bytes, limit: number, headers: BodySource['headers'] = {}): Bytes {
  if (bytes.length > limit) throw tooLarge('core', limit);
  const [length, encoding] = [headers['content-length'], headers['content-encoding']];
  checkLength('core', bytes.length, typeof length === 'string' ? length : undefined, typeof encoding === 'string' ? encoding : undefined);
  return bytes;
}

/** Reads a stream to its end, without the web stream that would take most of the time. */
function collect(stream: NodeStream, exchange: Exchange, limit: number): Promise<Bytes> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    let isSettled = false;
    const broken = (error?: unknown): void => {
      // 'close' is emitted after the end too, and an error is slow to make.
      if (!isSettled) reject(brokenOff('core', error));
      isSettled = true;
    };
    // Its events have been emitted.
    if (exchange.isOver || stream.destroyed) return broken();
    stream.on('data', (chunk) => {
      if (isSettled) return;
      const bytes = bytesOf(chunk) ?? fromText(String(chunk), stream);
      size += bytes.length;
      chunks.push(bytes);
      if (size <= limit && !exchange.isOver) return;
      // The rest is discarded: left in the socket, it would block the next request.
      isSettled = true;
      reject(exchange.isOver ? brokenOff('core', undefined) : tooLarge('core', limit));
    });
    stream.on('end', () => {
      isSettled = true;
      const [first] = chunks;
      resolve(first && chunks.length === 1 ? (first as Bytes) : concatBytes(chunks, size));
    });
    stream.on('error', broken);
    stream.on('close', () => broken());
    // A middleware may have paused it.
    stream.resume();
  });
}

/** The bytes of a chunk that a middleware has made a string of, by `setEncoding()`. */
function fromText(text: string, { readableEncoding }: NodeStream): Bytes {
  // A character for each byte.
  if (readableEncoding === 'latin1') return Uint8Array.from(text, (character) => character.charCodeAt(0));
  return encodeUtf8(text);
}

/** Encodings from which a body is read: UTF-8, which JSON should be, and the one that keeps each byte. */
const READABLE = [undefined, null, 'utf8', 'latin1'];

/** Refuses a stream of anything else, for now: the event would be damaged. */
function checkEncoding({ readableEncoding }: NodeStream): void {
  if (READABLE.includes(readableEncoding)) return;
  const problem = `setEncoding('${readableEncoding}') was called on the request`;
  throw misconfigured('core', undefined, problem, 'Remove it, or mount the webhook before it: the body is bytes.');
}

/** The body as a web stream for other handlers. Reads no sooner and no faster than it is read itself. */
export function toWebStream(stream: NodeStream, exchange: Exchange): ReadableStream<Uint8Array> {
  let state: 'untouched' | 'open' | 'over' = 'untouched';
  const end = (finish: () => void): void => {
    if (state === 'open') finish();
    state = 'over';
  };
  const gone = (): Error => new Error('the client has disconnected, or has its response');
  let isCut = false;
  const listen = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    state = 'open';
    stream.on('data', (chunk) => {
      if (state === 'over') return;
      isCut ||= exchange.isOver;
      if (isCut) return;
      stream.pause();
      controller.enqueue(bytesOf(chunk) ?? fromText(String(chunk), stream));
    });
    stream.on('end', () => end(() => (isCut ? controller.error(gone()) : controller.close())));
    stream.on('error', (error) => end(() => controller.error(error)));
    stream.on('close', () => end(() => controller.error(gone())));
  };
  return new ReadableStream(
    {
      start(controller) {
        if (stream.readableFlowing && !exchange.isOver) listen(controller);
      },
      pull(controller) {
        if (state === 'untouched') {
          // Its events have been emitted.
          if (exchange.isOver || stream.destroyed) return controller.error(gone());
          listen(controller);
        }
        stream.resume();
      },
      cancel() {
        state = 'over';
        stream.resume();
      },
    },
    { highWaterMark: 0 },
  );
}
