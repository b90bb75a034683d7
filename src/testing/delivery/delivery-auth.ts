/**
 * How deliveries authenticate themselves: the mechanisms that take a secret as it is, OAuth, which takes a token, and Buy with Prime's
 * signature.
 *
 * @module
 * @see {@link https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-target-connection-auth.html | Connections}
 */

import { encodeBase64, encodeUtf8 } from '../../core/bytes.ts';
import { AccessTokens } from '../../core/call/access-token.ts';
import { ConfigurationError } from '../../core/errors.ts';
import { requestWith, type WebhookAuth } from '../builders/authenticated-request.ts';
import { signedWebhook } from '../builders/signed-webhook.ts';
import type { SignOptions, WebhookSigningKeys } from '../builders/webhook-signing-keys.ts';
import { isObject, jsonObject } from '../emulator/service.ts';
import { ask, type DeliveryTarget, NoAnswer, urlOf } from './delivery-target.ts';

/**
 * OAuth client credentials: a token is fetched from the receiver's own endpoint and sent as `Bearer`. It is used until 60 seconds
 * before its end or until an answer of 401 or 407; without `expires_in` until that answer.
 *
 * Which of these forms Amazon uses is not known: AWS documents method, id, secret and extra parameters, and emulators of it differ.
 */
export interface OAuthDeliveryAuth {
  readonly type: 'oauth';
  /** Where tokens come from: its URL, or a handler such as `NdrTokenEndpoint` has. */
  readonly tokenEndpoint: DeliveryTarget;
  readonly clientId: string;
  readonly clientSecret: string;
  /**
   * How the parameters are written.
   * @default 'form' (inferred)
   */
  readonly format?: 'form' | 'json';
  /**
   * Where id and secret go: among the parameters, or into `Authorization: Basic`.
   * @default 'body' (inferred)
   */
  readonly credentials?: 'body' | 'basic';
  /**
   * The parameters beside id and secret, such as `scope`.
   * @default { grant_type: 'client_credentials' } (inferred)
   */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** The signature of Buy with Prime's webhooks, over what `signedWebhook()` makes of an event. */
export interface SignatureDeliveryAuth extends SignOptions {
  readonly type: 'signature';
  /**
   * What it is signed with.
   * @default the emulator's `signingKeys`
   */
  readonly keys?: WebhookSigningKeys;
}

/** How a delivery authenticates itself. Deliveries that are given the same object of type `oauth` share its token. */
export type DeliveryAuth = WebhookAuth | OAuthDeliveryAuth | SignatureDeliveryAuth;

/** What credentials are made in. */
export interface AuthSurroundings {
  readonly now: () => Date;
  /** Milliseconds for the request of a token. */
  readonly timeout: number;
  /** Ends a request that is under way. */
  readonly signal: AbortSignal;
  readonly signingKeys: WebhookSigningKeys;
}

/** Makes the request that brings an event to a webhook. */
type MakeRequest = (event: unknown, url: URL, signal: AbortSignal | null) => Request;

/** What one request presents. */
interface Credential {
  readonly request: MakeRequest;
  /** Tells that it was refused. */
  readonly refuse?: () => void;
}

/** Gives what the next request is to present. */
export type Authenticator = () => Promise<Credential>;

/** The way to authenticate. Throws where it can't work. */
export function authenticatorOf(auth: DeliveryAuth, surroundings: AuthSurroundings): Authenticator {
  const { type } = (auth ?? {}) as Partial<DeliveryAuth>;
  if (type === 'oauth') return oauth(auth as OAuthDeliveryAuth, surroundings);
  const request = type === 'signature' ? signer(auth as SignatureDeliveryAuth, surroundings) : presenter(auth as WebhookAuth);
  // Once for nothing, so that a credential that can't work is refused where it is given.
  request('', new URL('https://shop.example/'), null);
  return async () => ({ request });
}

function presenter(auth: WebhookAuth): MakeRequest {
  return (event, url, signal) => requestWith(event, { auth, url }, signal);
}

/** Signed anew each time: the key may have been changed. */
function signer({ type: _, keys, ...how }: SignatureDeliveryAuth, { signingKeys }: AuthSurroundings): MakeRequest {
  return (event, url, signal) => new Request(signedWebhook(event, { keys: keys ?? signingKeys, url, ...how }), { signal });
}

function oauth(auth: OAuthDeliveryAuth, { now, timeout, signal }: AuthSurroundings): Authenticator {
  const request = tokenRequest(auth);
  const tokens = new AccessTokens({
    surface: 'testing',
    now,
    renewBefore: 60_000,
    key: () => '',
    fetchToken: async () => readToken(await ask(auth.tokenEndpoint, request, timeout, signal)),
  });
  return async () => {
    try {
      const token = await tokens.get();
      return { request: presenter({ type: 'bearer', token }), refuse: () => tokens.refuse(token) };
    } catch (error) {
      throw error instanceof NoAnswer ? new NoAnswer(`no access token: ${error.message}`) : error;
    }
  };
}

/** Makes the request for a token. */
function tokenRequest(auth: OAuthDeliveryAuth): (signal: AbortSignal) => Request {
  const { tokenEndpoint, clientId, clientSecret, format = 'form', credentials = 'body' } = auth;
  const { parameters = { grant_type: 'client_credentials' } } = auth;
  const url = urlOf('tokenEndpoint', tokenEndpoint);
  for (const [name, value] of Object.entries({ clientId, clientSecret })) {
    if (typeof value !== 'string' || value === '') throw misconfigured(`"${name}" must be a text`);
  }
  if (!['form', 'json'].includes(format) || !['body', 'basic'].includes(credentials) || !isObject(parameters)) {
    throw misconfigured('"format" is form or json, "credentials" is body or basic, and "parameters" an object');
  }
  const isBasic = credentials === 'basic';
  const all = { ...parameters, ...(!isBasic && { client_id: clientId, client_secret: clientSecret }) };
  const headers = {
    'content-type': format === 'json' ? 'application/json' : 'application/x-www-form-urlencoded',
    ...(isBasic && { authorization: `Basic ${encodeBase64(encodeUtf8(`${formEncode(clientId)}:${formEncode(clientSecret)}`))}` }),
  };
  const body = format === 'json' ? JSON.stringify(all) : new URLSearchParams(all).toString();
  return (signal) => new Request(url, { method: 'POST', headers, body, signal });
}

/** As RFC 6749, section 2.3.1, wants id and secret before they become user name and password. */
function formEncode(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}

function readToken({ status, body }: { readonly status: number; readonly body: Uint8Array }): { accessToken: string; expiresIn: number } {
  if (status !== 200) throw new NoAnswer(`the token endpoint answered ${status}`);
  const { access_token: accessToken, expires_in: expiresIn } = jsonObject(body) ?? {};
  if (typeof accessToken !== 'string' || !/^[\x21-\x7e]+$/.test(accessToken))
    throw new NoAnswer('the token endpoint answered 200 without one');
  return { accessToken, expiresIn: Number(expiresIn) > 0 ? Number(expiresIn) : Number.POSITIVE_INFINITY };
}

function misconfigured(message: string): ConfigurationError {
  return new ConfigurationError(message, { surface: 'testing' });
}
