/**
 * Requests to a webhook of Amazon Shipping, with the credential of each mechanism.
 *
 * @module
 * @see {@link https://developer-docs.amazon.com/amazon-shipping/docs/ndr-api-push-notifications | NDR push notifications}
 */
import { encodeBase64, encodeUtf8 } from '../../core/bytes.ts';
import { type ConfigurationError, misconfigured } from '../../core/errors.ts';
import { checkNames, readUrl } from '../../core/options.ts';
import { SURFACE } from '../surface.ts';
import { asOptions, toJson } from './arguments.ts';

/** The mechanism that a shipper agreed on with Amazon, and its credential. */
export type WebhookAuth =
  /** `header` is `x-api-key` by default. */
  | { readonly type: 'apiKey'; readonly header?: string | undefined; readonly key: string }
  | { readonly type: 'query'; readonly name: string; readonly value: string }
  | { readonly type: 'basic'; readonly username: string; readonly password: string }
  | { readonly type: 'bearer'; readonly token: string }
  | { readonly type: 'none' };

/** Options of {@link authenticatedRequest}. */
export interface AuthenticatedRequestOptions {
  /**
   * The webhook's URL.
   * @default 'https://shop.example/amazon/ndr'
   */
  readonly url?: string | URL | undefined;
  readonly auth: WebhookAuth;
}

/** The headers that EventBridge sends with every event. */
export const EVENT_BRIDGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'application/json; charset=utf-8',
  'user-agent': 'Amazon/EventBridge/ApiDestinations',
  range: 'bytes=0-1048575',
  // If the platform lets a request set them: a browser sets these itself.
  'accept-encoding': 'gzip,deflate',
  connection: 'close',
};

/**
 * The request that brings an event to a webhook, with the headers that EventBridge sends. That Amazon Shipping delivers through EventBridge
 * is (inferred).
 *
 * @param event Sent as JSON; a string is sent as it is, for bodies that are not JSON.
 * @throws {@link ConfigurationError} `CONFIGURATION` for a URL, a credential or an event that cannot be sent.
 *
 * @example
 * ```ts
 * const request = authenticatedRequest(ndrEvent(), { auth: { type: 'apiKey', key: 'abcdef12345' } });
 * const response = await handler(request);
 * ```
 */
export function authenticatedRequest(event: unknown, options: AuthenticatedRequestOptions): Request {
  const given = asOptions('authenticatedRequest', options, ['url', 'auth']) as AuthenticatedRequestOptions;
  const { url = 'https://shop.example/amazon/ndr', auth } = given;
  const target = new URL(readUrl(SURFACE, 'url', url, true));
  const headers = new Headers(EVENT_BRIDGE_HEADERS);
  presentCredential(auth, target, headers);
  return new Request(target, { method: 'POST', headers, body: toJson(event) });
}

/** Adds a credential to the URL or to the headers of a request. */
export function presentCredential(auth: WebhookAuth, url: URL, headers: Headers): void {
  if (!auth || !Object.hasOwn(CREDENTIALS, auth.type)) throw unusable('must have a type: apiKey, query, basic, bearer or none');
  const names = CREDENTIALS[auth.type];
  checkNames(SURFACE, auth, ['type', ...names, ...(auth.type === 'apiKey' ? ['header'] : [])], { headerName: 'header' }, 'auth.');
  const missing = names.find((name) => typeof (auth as Readonly<Record<string, unknown>>)[name] !== 'string');
  if (missing) throw misconfigured(SURFACE, `auth.${missing}`, 'must be a string');
  try {
    if (auth.type === 'apiKey') headers.set(auth.header ?? 'x-api-key', auth.key);
    else if (auth.type === 'query') url.searchParams.append(auth.name, auth.value);
    else if (auth.type === 'basic') headers.set('authorization', `Basic ${encodeBase64(encodeUtf8(`${auth.username}:${auth.password}`))}`);
    else if (auth.type === 'bearer') headers.set('authorization', `Bearer ${auth.token}`);
  } catch {
    // The runtime's own message quotes the credential.
    throw unusable('must consist of header names and values that HTTP allows');
  }
}

/** What a credential of each type consists of. */
const CREDENTIALS: Readonly<Record<WebhookAuth['type'], readonly string[]>> = {
  apiKey: ['key'],
  query: ['name', 'value'],
  basic: ['username', 'password'],
  bearer: ['token'],
  none: [],
};

function unusable(problem: string): ConfigurationError {
  return misconfigured(SURFACE, 'auth', problem, 'Such as { type: "apiKey", key: "…" }.');
}
