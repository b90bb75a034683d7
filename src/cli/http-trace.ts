/**
 * `--debug`: prints each request and response on standard error, without secrets and personal data.
 *
 * @module
 */
import { readStream } from '../core/bytes.ts';
import { redactor, summarise } from '../core/redact.ts';
import { redactBody, redactHeaders } from '../testing/emulator/request-record.ts';
import type { Context, Trace, TracedResponse } from './terminal.ts';

/** Names of JSON and form fields whose values are personal: nobody wants them in a bug report. */
const PERSONAL = /^(?!.*code$)(?:.*(?:notes|address|phone|e-?mail)|.*(?:first|last|full|recipient)_?name)/i;
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

function withoutPersonalData(body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return body;
  return JSON.parse(JSON.stringify(body, (name, value) => (PERSONAL.test(name) && value !== null ? '[redacted]' : value)));
}
