/**
 * What an emulator records of the requests that it got.
 *
 * @module
 */
import { decodeUtf8 } from '../../core/bytes.ts';
import { type Redact, redactJson, redactor } from '../../core/redact.ts';
import type { EmulatorCredentials } from './options.ts';
import { type Check, mediaType, type Received } from './service.ts';

/** Something that was checked about a request. */
export interface RequestCheck {
  /** Such as `signature`, `access token` or `quota`. */
  readonly name: string;
  readonly ok: boolean;
}

/** A request that the emulator got. Secrets, tokens and signatures are redacted. */
export interface RequestRecord {
  /** Higher than that of every earlier record of this emulator. */
  readonly id: number;
  /** When it arrived, by the emulator's time. */
  readonly at: Date;
  /** Milliseconds until the response, or until the connection was closed. */
  readonly duration: number;
  readonly method: string;
  /** Scheme, host and path. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON and forms as an object, everything else as a string. More than 20,000 characters are cut to a string. Absent if it is empty. */
  readonly body?: unknown;
  /** Status of the response; 0 if the connection was closed without one. */
  readonly status: number;
  readonly requestId: string;
  /** What was checked, in this order. A check that failed is the last one. */
  readonly checks: readonly RequestCheck[];
  /** Amazon's code, if the request was refused. */
  readonly code?: string;
  /** Why it was refused. */
  readonly reason?: string;
  /** The id of the fault that changed the response. */
  readonly faultId?: number;
}

/** Records the checks of one request. */
export class Checks {
  readonly list: RequestCheck[] = [];

  /** Marks the last check as failed: GraphQL reports errors in a response, after its check of the document has returned. */
  failLast(): void {
    const last = this.list.pop();
    if (last) this.list.push({ ...last, ok: false });
  }

  readonly check: Check = (name, run) => {
    const record = (ok: boolean): void => void this.list.push({ name, ok });
    try {
      const result = run();
      if (!(result instanceof Promise)) {
        record(true);
        return result;
      }
      const recorded: unknown = result.then(
        (value) => {
          record(true);
          return value;
        },
        (error) => {
          record(false);
          throw error;
        },
      );
      return recorded as typeof result;
    } catch (error) {
      record(false);
      throw error;
    }
  };
}

/** Names of headers whose values are secret. */
const SECRET_HEADER = /authorization|cookie|secret|password|token|api-?key|signature/;
/** A string in a GraphQL document, or in JSON that is cut off: in quotes, in three quotes, in escaped quotes. */
const STRING = String.raw`(?:"""[\s\S]*?(?:"""|$)|"(?:[^"\\]|\\.)*(?:"|$)|\\"(?:[^"\\]|\\[^"])*(?:\\"|$))`;
const LITERAL = new RegExp(String.raw`(\b\w{0,40}(?:secret|password|token)\w{0,40}\\?"?\s{0,8}[:=]\s{0,8})${STRING}`, 'gi');
/** The parameters of an auth profile, which Amazon is to send: each has a key and a value, such as an API key. */
const PARAMETERS = /Parameters\b/;
const VALUE = new RegExp(String.raw`(\bvalue\\?"?\s{0,8}:\s{0,8})${STRING}`, 'gi');
/** A token of Buy with Prime that the emulator issued. */
const TOKEN = /\bemulated-[\w-]+/g;
/** A larger body is not recorded. */
const MAX_BYTES = 1_048_576;
/** A longer body is cut. */
const MAX_LENGTH = 20_000;

/** Redacts by what a secret looks like, and by the secrets that the emulator accepts. */
export function recordRedactor({ lwa, buyWithPrime }: EmulatorCredentials): Redact {
  const known = redactor([lwa.clientSecret, lwa.refreshToken, buyWithPrime.clientSecret]);
  return (text, limit) => {
    const clean = known(text, limit).replace(LITERAL, '$1"[redacted]"').replace(TOKEN, '[redacted token]');
    return PARAMETERS.test(clean) ? clean.replace(VALUE, '$1"[redacted]"') : clean;
  };
}

/** Headers for a {@link RequestRecord}. */
export function redactHeaders(headers: Headers, clean: Redact): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...headers].map(([name, value]) => {
      if (!SECRET_HEADER.test(name)) return [name, clean(value)];
      // The names of the signed headers help to find a mistake.
      return [name, value.startsWith('AMZN-PAY-') ? value.replace(/Signature=.*/s, 'Signature=[redacted]') : '[redacted]'];
    }),
  );
}

/** The body for a {@link RequestRecord}; `undefined` if it is empty. */
export function redactBody({ headers, body }: Pick<Received, 'headers' | 'body'>, clean: Redact): unknown {
  if (body.length === 0) return undefined;
  if (body.length > MAX_BYTES) return `${body.length} bytes`;
  const redacted = hideParameters(redactJson(parseBody(headers, decodeUtf8(body)), (text) => clean(text, MAX_LENGTH)));
  const text = JSON.stringify(redacted);
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : redacted;
}

/** The same in JSON, which has been bounded in depth. */
function hideParameters(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(hideParameters);
  const isParameter = 'key' in value && 'value' in value;
  const entries = Object.entries(value).map(([name, each]) => [
    name,
    isParameter && name === 'value' ? '[redacted]' : hideParameters(each),
  ]);
  return Object.fromEntries(entries);
}

function parseBody(headers: Headers, text: string): unknown {
  if (mediaType(headers) === 'application/x-www-form-urlencoded') return Object.fromEntries(new URLSearchParams(text));
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
