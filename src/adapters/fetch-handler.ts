/**
 * What the adapters have in common: what they take, and how they make and refuse requests.
 *
 * @module
 */
import { isWaybillError } from '../core/errors.ts';
import { misconfigured } from '../core/options.ts';

/** A handler in the style of fetch, such as a webhook's `handler()` makes, or an emulator's `fetch`. */
export type FetchHandler = (request: Request) => Response | Promise<Response>;

/** Refuses what is no handler when it is given, and not with the first request. */
export function checkHandler(adapter: string, handler: unknown): void {
  if (typeof handler !== 'function') throw misconfigured('core', `${adapter} takes a function from Request to Response`);
}

/** Calls the handler. A request that cannot be made is answered 400, unless it is our user who is to mend it. */
export async function answer(handler: FetchHandler, makeRequest: () => Request): Promise<Response> {
  let request: Request;
  try {
    request = makeRequest();
  } catch (error) {
    if (isWaybillError(error)) throw error;
    return refusal(400, 'not a request that can be read');
  }
  const response = await handler(request);
  // By shape: a Response of a polyfill or of another realm is no instance of ours. That of Response.error() has the status 0.
  if (typeof response?.headers?.get === 'function' && response.status >= 200) return response;
  throw misconfigured('core', 'the handler must return a Response');
}

/** An answer of the adapter's own. */
export function refusal(status: number, message: string): Response {
  return Response.json({ message }, { status });
}

/** What was asked for. Nothing in it is to be trusted: its host is the client's word. */
export function makeUrl(scheme: 'http' | 'https', host: string, path: string): string {
  // A client may send a whole URL in the place of the path.
  const local = path.replace(/^https?:\/\/[^/?#]*/i, '').replace(/^(?!\/)/, '/');
  const url = `${scheme}://${host}${local}`;
  // Of a host with a slash in it, the path would be another.
  return /^[\w.:[\]-]+$/.test(host) && URL.canParse(url) ? url : `${scheme}://localhost${local}`;
}
