/**
 * `--debug`: prints each request and response on standard error, without secrets, and without what is known as personal data by its name.
 *
 * @module
 */
import { readStream } from '../core/bytes.ts';
import { redactJson, redactor, summarise } from '../core/redact.ts';
import { redactBody, redactHeaders } from '../testing/emulator/request-record.ts';
import type { Context, Trace, TracedResponse } from './terminal.ts';

/** Somebody whose name is personal: an event also names carriers and products. */
const PERSON = '(?:customer|consignee|recipient|receiver|addressee|buyer|shopper|card ?holder|contact)';
/** Names of JSON and form fields, in words, whose values nobody wants in a bug report. Ids are not among them: one debugs by them. */
const PERSONAL = new RegExp(
  `notes|instruction|address(?!.*code$)|phone|mobile|mail|\\b(?:${PERSON}|first|middle|last|full|given|family|sur|nick) ?name|` +
    `\\b${PERSON} (?:state|region)$|\\bcontact ?(?:number|no)$|\\b(?:signed|received|collected) by$`,
);
/** Parts of a postal address. */
const PLACE =
  /\b(?:city|town|village|locality|district|county|suburb|landmark|street|(?:address )?line ?\d|(?:postal|post|pin|zip) ?code|zip|state or region|province|latitude|longitude)$/;
/** Whose name and address are in an object. */
const PERSON_OBJECT = new RegExp(`^(?:${PERSON}|ship ?to|bill ?to)(?: (?:details?|info|data))?$`);
/** Personal only beside a part of an address, or of a person: the state of an order is not. */
const PERSONAL_THERE = /^(?:name|state|region)$/;
/** A query parameter with the name of a secret, in a URL on its own or inside a body. */
const SECRET_PARAMETER = /([?&](?:[\w.~%-]{0,60}(?:key|tokens?|secret|password|signature)|code|sig)=)[^&#\s"'<>\\]+/gi;
/** More of a body is not printed. */
const MAX_BYTES = 65_536;

interface Shown {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Prints what a command sends and receives. */
export class HttpTrace implements Trace {
  readonly #context: Pick<Context, 'out' | 'secrets'>;

  constructor(context: Pick<Context, 'out' | 'secrets'>) {
    this.#context = context;
  }

  /** Like the platform's own, and prints. */
  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    // A copy of one that is passed: its body can be read once.
    const request = new Request(input instanceof Request ? input.clone() : input, init);
    await this.sent(request);
    const started = performance.now();
    try {
      const response = await globalThis.fetch(input, init);
      const { body, status, headers } = response.clone();
      const { bytes } = body ? await readStream(body, MAX_BYTES) : { bytes: new Uint8Array() };
      this.received({ status, headers, body: bytes }, performance.now() - started);
      return response;
    } catch (error) {
      this.failed(error);
      throw error;
    }
  };

  /** Prints a request. Its body can still be read. */
  async sent(request: Request): Promise<void> {
    const { method, headers } = request;
    const url = this.#clean(request.url);
    const shown = this.#redact({ headers, body: new Uint8Array(await request.clone().arrayBuffer()) });
    this.#print('>', { method, url }, `${method} ${url}`, shown);
  }

  /** Prints a response. */
  received({ status, ...side }: TracedResponse, milliseconds: number): void {
    const duration = Math.round(milliseconds);
    this.#print('<', { status, duration }, `${status} after ${duration} ms`, this.#redact(side));
  }

  /** Prints that there is no response. */
  failed(error: unknown): void {
    const { code, message } = summarise(error, this.#clean);
    this.#print('<', { error: code ?? message }, `no response: ${code ?? message}`, { headers: {}, body: undefined });
  }

  /** Later secrets too: a token is known only when it has arrived. */
  readonly #clean = (text: string, limit?: number): string =>
    redactor(this.#context.secrets)(text, limit).replace(SECRET_PARAMETER, '$1[redacted]');

  #redact({ headers, body }: Omit<TracedResponse, 'status'>): Shown {
    const redacted = redactBody({ headers, body }, this.#clean);
    // JSON that is too long, and was cut: personal data in it cannot be found any more.
    const isCut = typeof redacted === 'string' && /^\s*["[{]/.test(redacted);
    return { headers: redactHeaders(headers, this.#clean), body: isCut ? `(${body.length} bytes)` : withoutPersonalData(redacted) };
  }

  #print(sign: '>' | '<', head: object, line: string, { headers, body }: Shown): void {
    const text = body === undefined ? [] : [typeof body === 'string' ? body : JSON.stringify(body)];
    const lines = [line, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), ...text];
    this.#context.out.trace({ debug: sign === '>' ? 'request' : 'response', ...head, headers, body }, () =>
      lines.map((one) => `${sign} ${one}`),
    );
  }
}

/** A copy without personal data, which is found by the names of its properties. */
function withoutPersonalData(value: unknown, isPerson = false): unknown {
  if (typeof value === 'string') return withoutPersonalJson(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => withoutPersonalData(each, isPerson));
  const isOfPerson = isPerson || Object.keys(value).some((name) => PLACE.test(wordsOf(name)));
  const entries = Object.entries(value).map(([name, each]) => {
    const words = wordsOf(name);
    const isNamed = PERSONAL.test(words) || PLACE.test(words) || (isOfPerson && PERSONAL_THERE.test(words));
    const isObject = PERSON_OBJECT.test(words);
    const isPersonal = isNamed || (isObject && typeof each === 'string');
    return [name, isPersonal && each !== null ? '[redacted]' : withoutPersonalData(each, isPerson || isObject)];
  });
  return Object.fromEntries(entries);
}

/** JSON in a string, as queues and topics wrap an event. */
function withoutPersonalJson(text: string): string {
  if (!/^\s*[{[]/.test(text)) return text;
  try {
    // Bounded in depth once more: only the JSON around it was.
    return JSON.stringify(withoutPersonalData(redactJson(JSON.parse(text))));
  } catch {
    return text;
  }
}

/** `customerName`, `customer_name` and `CUSTOMER-NAME` as `customer name`. */
function wordsOf(name: string): string {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/[_\s-]+/g, ' ')
    .toLowerCase();
}
