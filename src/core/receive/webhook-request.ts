/**
 * The parts of a webhook request, whoever hands it over: a `Request`, Node, Express, Lambda.
 *
 * @module
 */
import { decodeUtf8 } from '../bytes.ts';
import { ConnectionError, type Surface, ValidationError } from '../errors.ts';
import { misconfigured } from '../options.ts';
import { typeName } from '../schema.ts';
import { readStream } from './stream.ts';

/** The parts of a request that a verifier reads. A `Request` is one, and so is what Express or Lambda hands over. */
export interface WebhookRequest {
  readonly headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Absolute, or path and query. */
  readonly url?: string;
  /** Text, bytes, or parsed JSON where a framework has read it already. */
  readonly body?: unknown;
}

/** Whether it is a `Request`. By shape: one of another realm or of a polyfill is no instance of ours. */
export function isRequest(request: Request | WebhookRequest): request is Request {
  return 'bodyUsed' in request && 'arrayBuffer' in request;
}

/** The largest event that EventBridge sends. */
export const MAX_BODY_BYTES = 1_048_576;

/** Every value of a header; `Headers` joins several into one, a plain object may hold an array. */
export function headerValues({ headers }: Pick<WebhookRequest, 'headers'>, name: string): readonly string[] {
  if (typeof headers !== 'object' || headers === null) return [];
  if (isHeaders(headers)) {
    const value = headers.get(name);
    return value === null ? [] : [value];
  }
  const wanted = name.toLowerCase();
  return Object.keys(headers)
    .filter((key) => key.toLowerCase() === wanted)
    .flatMap((key) => headers[key] ?? [])
    .filter((value) => typeof value === 'string');
}

/** Every value of a query parameter. */
export function queryValues({ url }: Pick<WebhookRequest, 'url'>, name: string): readonly string[] {
  const query = typeof url === 'string' ? url.replace(/#.*$/s, '').split('?').slice(1).join('?') : '';
  return new URLSearchParams(query).getAll(name);
}

/** The body's bytes. Throws a {@link ValidationError} where there are more than `limit`. */
export async function readBytes(surface: Surface, request: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  if (request.bodyUsed) {
    throw misconfigured(
      surface,
      'the body has been read already',
      'Pass the request on before anything reads it, or use verify() with the body that was read.',
    );
  }
  const tooLarge = (): ValidationError => notAnEvent(surface, `the body is larger than ${limit} bytes`);
  if (Number(request.headers.get('content-length')) > limit) throw tooLarge();
  const { bytes, isCut, failure } = await readStream(request.body, limit);
  if (failure) throw new ConnectionError('the body broke off', { surface, attempts: 1, cause: failure.error });
  if (isCut) throw tooLarge();
  return bytes;
}

/** A body as JSON, whether a framework has parsed it or not. */
export function jsonBody(surface: Surface, body: unknown): unknown {
  // isView() knows bytes of another realm too, such as a Buffer inside Jest.
  const text = ArrayBuffer.isView(body) || body instanceof ArrayBuffer ? decodeUtf8(body) : body;
  if (typeof text === 'object' && text !== null) return text;
  if (typeof text !== 'string') throw notAnEvent(surface, `expected JSON, got ${typeName(text)}`);
  try {
    // Of what trim() takes away, a byte order mark is what JSON.parse() would not.
    return JSON.parse(text.trim());
  } catch {
    // The parser's own message quotes the text.
    throw notAnEvent(surface, `the body of ${text.length} characters is not JSON`);
  }
}

/** The error for what is no event. */
export function notAnEvent(surface: Surface, message: string): ValidationError {
  return new ValidationError('event', [{ message }], { surface });
}

// By shape: a Headers of another realm or of a polyfill is no instance of ours.
function isHeaders(headers: WebhookRequest['headers']): headers is Headers {
  return typeof headers.get === 'function';
}
