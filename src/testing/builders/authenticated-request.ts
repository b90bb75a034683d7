/**
 * Requests to a webhook of Amazon Shipping, with the credentials of each mechanism.
 *
 * @module
 * @see {@link https://developer-docs.amazon.com/amazon-shipping/docs/ndr-api-push-notifications | NDR push notifications}
 */
import { encodeBase64, encodeUtf8 } from '../../core/bytes.ts';
import { ConfigurationError } from '../../core/errors.ts';

/** The mechanism that a shipper agreed on with Amazon, and its credential. */
export type WebhookAuth =
  /** `header` is `x-api-key` by default. */
  | { readonly type: 'apiKey'; readonly header?: string; readonly key: string }
  | { readonly type: 'query'; readonly name: string; readonly value: string }
  | { readonly type: 'basic'; readonly username: string; readonly password: string }
  | { readonly type: 'bearer'; readonly token: string }
  | { readonly type: 'none' };

/** Where a request goes, and with which credentials. */
export interface AuthenticatedRequestOptions {
  /**
   * The webhook's URL.
   * @default 'https://shop.example/amazon/ndr'
   */
  readonly url?: string | URL;
  readonly auth: WebhookAuth;
}

/**
 * The request that brings an event to a webhook, with the headers that EventBridge sends. That Amazon Shipping delivers
 * through EventBridge is inferred.
 *
 * @param event Sent as JSON; a text goes as it is, for bodies that are none.
 * @throws {@link ConfigurationError} `CONFIGURATION` where the URL, the credentials or the event make no request.
 *
 * @example
 * ```ts
 * const request = authenticatedRequest(ndrEvent(), { auth: { type: 'apiKey', key: 'abcdef12345' } });
 * const response = await handler(request);
 * ```
 */
export function authenticatedRequest(event: unknown, options: AuthenticatedRequestOptions): Request {
  return requestWith(event, options);
}

/** As {@link authenticatedRequest}, with a signal: to add one to a request costs as much as to make it anew. */
export function requestWith(event: unknown, options: AuthenticatedRequestOptions, signal: AbortSignal | null = null): Request {
  try {
    const { url = 'https://shop.example/amazon/ndr', auth } = options;
    const target = new URL(url);
    const headers = new Headers({
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'Amazon/EventBridge/ApiDestinations',
      range: 'bytes=0-1048575',
      // Where the platform lets a request have them: a browser sets these by itself.
      'accept-encoding': 'gzip,deflate',
      connection: 'close',
    });
    authenticate(auth, target, headers);
    return new Request(target, { method: 'POST', headers, body: typeof event === 'string' ? event : JSON.stringify(event), signal });
  } catch {
    // The runtime's own message may quote a credential.
    throw new ConfigurationError('the URL, the credentials or the event make no request', {
      surface: 'testing',
      hint: 'The URL must be absolute, header names and values must be such, and the event must fit into JSON.',
    });
  }
}

function authenticate(auth: WebhookAuth, url: URL, headers: Headers): void {
  if (auth.type === 'apiKey') headers.set(auth.header ?? 'x-api-key', auth.key);
  else if (auth.type === 'query') url.searchParams.append(auth.name, auth.value);
  else if (auth.type === 'basic') headers.set('authorization', `Basic ${encodeBase64(encodeUtf8(`${auth.username}:${auth.password}`))}`);
  else if (auth.type === 'bearer') headers.set('authorization', `Bearer ${auth.token}`);
  else if (auth.type !== 'none') throw new TypeError('no such mechanism');
}
