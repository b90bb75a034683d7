/**
 * Faults on request: what Amazon and the network do when it matters and never when one waits for it.
 *
 * @module
 */
import { ConfigurationError } from '../../core/errors.ts';
import type { GraphQLFaultType } from './buywithprime/graphql-fault.ts';

/** What shall go wrong, and how often. */
export interface FaultRule {
  /**
   * The path as Amazon documents it (`/v2/deliveryTrackers`, also for requests with `/live` or `/sandbox` in front), or a
   * pattern that the whole path is tested against.
   * @default every path
   */
  readonly path?: string | RegExp;
  /**
   * How many requests it concerns; rules that were added earlier go first.
   * @default 1
   */
  readonly times?: number;
  /** Milliseconds until the answer, or the reset, goes out. Ends at once when the request is aborted. */
  readonly delay?: number;
  /** Answers with this status and the error that the interface words for it. */
  readonly status?: number;
  /** Answers a GraphQL request with status 200 and an error of this classification, such as `ThrottlingError`. */
  readonly classification?: GraphQLFaultType;
  /** Takes the place of the answer's body: text as it is, anything else as JSON. */
  readonly body?: unknown;
  /** Added to the answer's headers, such as `{ 'retry-after': '2' }`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Breaks the connection off before a byte of the answer. */
  readonly reset?: boolean;
  /** Breaks the connection off after so many bytes of the answer's body. */
  readonly truncate?: number;
  /**
   * Whether the request is carried out all the same, so that only its answer is lost.
   * @default false for `status`, `classification` and `reset`, true for all else
   */
  readonly handled?: boolean;
}

/** The faults that are still to come. */
export class Faults {
  readonly #rules: { readonly rule: FaultRule; left: number }[] = [];

  add(rule: FaultRule): void {
    checkRule(rule);
    this.#rules.push({ rule, left: rule.times ?? 1 });
  }

  /** The fault for this request, used up by it. */
  take(documentedPath: string | undefined, pathname: string): FaultRule | undefined {
    const at = this.#rules.findIndex(({ rule: { path } }) => {
      if (path === undefined) return true;
      return typeof path === 'string' ? path === documentedPath || path === pathname : pathname.search(path) !== -1;
    });
    const entry = this.#rules[at];
    if (!entry) return undefined;
    entry.left -= 1;
    if (entry.left < 1) this.#rules.splice(at, 1);
    return entry.rule;
  }

  clear(): void {
    this.#rules.length = 0;
  }
}

/** Whether the request is to be carried out. */
export function isHandled({ handled, status, classification, reset }: FaultRule): boolean {
  return handled ?? (status === undefined && classification === undefined && !reset);
}

/** The error that fetch throws when the other side hangs up; message and code are Node's. */
export function connectionReset(): TypeError {
  return new TypeError('fetch failed', { cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }) });
}

/** The answer, cut off after so many bytes; one without a body as it is. */
export async function truncated(response: Response, bytes: number): Promise<Response> {
  if (!response.body) return response;
  const body = new Uint8Array(await response.arrayBuffer()).subarray(0, bytes);
  let sent = body.length === 0;
  const stream = new ReadableStream<Uint8Array>({
    // On demand: an error in start() would swallow what was enqueued before it.
    pull(controller) {
      if (sent) controller.error(new TypeError('terminated', { cause: connectionReset().cause }));
      else controller.enqueue(body);
      sent = true;
    },
  });
  return new Response(stream, response);
}

function checkRule(rule: FaultRule): void {
  if (typeof rule !== 'object' || rule === null) throw misconfigured('a fault must be an object');
  const { path, times = 1, delay = 0, status = 500, truncate = 0, headers = {}, body = '' } = rule;
  if (path !== undefined && typeof path !== 'string' && !(path instanceof RegExp)) throw misconfigured('"path" must be text or a RegExp');
  if (!(times >= 1)) throw misconfigured('"times" must be at least 1');
  if (!(delay >= 0 && delay < 2 ** 31)) throw misconfigured('"delay" must be a number of milliseconds');
  if (!(Number.isInteger(status) && status >= 200 && status <= 599)) throw misconfigured('"status" must be from 200 to 599');
  if (!(truncate >= 0)) throw misconfigured('"truncate" must be a number of bytes');
  try {
    new Headers(headers);
    Response.json(body);
  } catch {
    throw misconfigured('"headers" must be an object of header names and values, and "body" fit into JSON');
  }
}

function misconfigured(message: string): ConfigurationError {
  return new ConfigurationError(message, { surface: 'testing' });
}
