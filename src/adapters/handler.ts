/**
 * What the adapters have in common: the handlers that they accept, and how requests are built for handlers that are not made by this package.
 *
 * @module
 */
import { assertOption, isWaybillError, misconfigured } from '../core/errors.ts';
import { tellError } from '../core/hooks.ts';
import { assertObject, checkFunctions } from '../core/options.ts';
import { rejection, statusOf } from '../core/receive/request.ts';

/** A fetch-style handler, such as `handler()` of a webhook returns, or an emulator's `fetch`. */
export type FetchHandler = (request: Request) => Response | Promise<Response>;

/** Options of every adapter. */
export interface AdapterOptions {
  /**
   * Gets what the adapter itself refuses, and what a handler throws that is not made by this package. The webhooks of this package have their
   * own `onError`. What it throws is ignored.
   * @default one line a minute for each error code and status to `console.warn`, without what your own code said; each configuration error to
   * `console.error`
   */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** Refuses what is not a handler when it is passed, and not with the first request. */
export function checkHandler(adapter: string, handler: unknown, options: AdapterOptions = {}): void {
  assertOption(typeof handler === 'function', 'core', undefined, `${adapter} accepts a function from Request to Response`);
  assertObject('core', options);
  checkFunctions('core', { onError: options.onError });
}

/** Calls a handler that is not made by this package. A request that cannot be built gets a response 400. */
export async function respond(handler: FetchHandler, options: AdapterOptions, makeRequest: () => Request): Promise<Response> {
  let request: Request;
  try {
    request = makeRequest();
  } catch (error) {
    if (isWaybillError(error) && statusOf(error) === undefined) throw error;
    const refused = isWaybillError(error) ? error : rejection(400, 'core', 'the request is not one that the web allows');
    tellError(options.onError, refused);
    return Response.json({ message: refused.message }, { status: statusOf(refused) ?? 400 });
  }
  const response = await handler(request);
  // By shape: a Response of a polyfill or of another realm is not an instance. That of Response.error() has the status 0.
  if (typeof response?.headers?.get === 'function' && response.status >= 200) return response;
  throw misconfigured('core', undefined, 'the handler must return a Response');
}

/** The URL that was requested. Nothing in it can be trusted: its host is what the client claims. */
export function makeUrl(scheme: 'http' | 'https', host: string, path: string): string {
  // A client may send a whole URL in place of the path.
  const local = path.replace(/^https?:\/\/[^/?#]*/i, '').replace(/^(?!\/)/, '/');
  const url = `${scheme}://${host}${local}`;
  // With a slash in the host, the path would be another.
  return /^[\w.:[\]-]+$/.test(host) && URL.canParse(url) ? url : `${scheme}://localhost${local}`;
}

/**
 * All headers that were sent; several of one name are joined, as on the web. One that the web does not allow (a city name that a CDN adds, a
 * folded value) is repaired or dropped: it must not cost the event.
 */
export function makeHeaders(pairs: Iterable<readonly [name: string, value: string]>): Headers {
  const headers = new Headers();
  for (const [name, value] of pairs) {
    for (const each of [value, repair(value)]) {
      try {
        headers.append(name, each);
        break;
      } catch {
        // The repaired value is next, then the next header.
      }
    }
  }
  return headers;
}

/** Unfolded, and percent-encoded beyond Latin-1. */
function repair(value: string): string {
  return value
    .replace(/[\r\n\0]+[\t ]*/g, ' ')
    .replace(/[^\0-\xff]+/g, (text) => encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd')));
}
