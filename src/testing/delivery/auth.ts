/**
 * How deliveries authenticate themselves: by a credential, by an OAuth token, or by Buy with Prime's signature.
 *
 * @module
 * @see {@link https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-target-connection-auth.html | Connections}
 */
import { encodeBase64, encodeUtf8 } from '../../core/bytes.ts';
import { AccessTokens } from '../../core/call/tokens.ts';
import { assertOption } from '../../core/errors.ts';
import { checkNames, requireString } from '../../core/options.ts';
import { isObject, jsonObject } from '../builders/arguments.ts';
import { EVENT_BRIDGE_HEADERS, presentCredential, type WebhookAuth } from '../builders/authenticated-request.ts';
import { checkKeys, signatureHeaders } from '../builders/signed-webhook.ts';
import type { SignOptions, WebhookSigningKeys } from '../builders/webhook-signing-keys.ts';
import { SURFACE } from '../surface.ts';
import { EMPTY_MESSAGE, type Message } from './message.ts';
import { type DeliveryTarget, failureOf, NoResponse, sendTo, type TargetResponse, urlOf } from './target.ts';

/**
 * OAuth client credentials: a token is fetched from the receiver's own endpoint and sent as `Bearer`. It is used until 60 seconds before it
 * expires, or until a response of 401 or 407; without `expires_in` until such a response.
 *
 * Which request Amazon sends for a token is not known: AWS documents method, id, secret and extra parameters, and emulators of it differ.
 */
export interface OAuthDeliveryAuth {
  readonly type: 'oauth';
  /** Issues the tokens: a URL, or a handler such as `NdrTokenEndpoint` has. */
  readonly tokenEndpoint: DeliveryTarget;
  readonly clientId: string;
  readonly clientSecret: string;
  /**
   * Where id and secret are sent: as parameters of a form, as properties of a JSON body, or in `Authorization: Basic` beside a form.
   * @default 'form' (inferred)
   */
  readonly credentials?: 'form' | 'json' | 'basic' | undefined;
  /**
   * The parameters beside id and secret, such as `scope`.
   * @default { grant_type: 'client_credentials' } (inferred)
   */
  readonly parameters?: Readonly<Record<string, string>> | undefined;
}

/** The signature of Buy with Prime's webhooks, as `signedWebhook()` makes it. */
export interface SignatureDeliveryAuth extends SignOptions {
  readonly type: 'signature';
  /**
   * The keys to sign with.
   * @default the emulator's `signingKeys`
   */
  readonly keys?: WebhookSigningKeys | undefined;
}

/** How a delivery authenticates itself. Deliveries with the same object of type `oauth` share its token. */
export type DeliveryAuth = WebhookAuth | OAuthDeliveryAuth | SignatureDeliveryAuth;

/** What an {@link Authenticator} needs beside its options. */
export interface AuthContext {
  readonly now: () => Date;
  /** Aborts a request in flight. */
  readonly signal: AbortSignal;
  readonly signingKeys: WebhookSigningKeys;
}

/** Makes the request that brings a message to a webhook. */
type MakeRequest = (message: Message, url: URL, signal: AbortSignal | null) => Request;

/** What one request presents. */
interface Credential {
  readonly makeRequest: MakeRequest;
  /** What a webhook may respond with, and nobody may see. */
  readonly secrets: readonly string[];
  /** Call it when the receiver refused the credential. */
  readonly refuse?: () => void;
}

/** Returns what the next request is to present. A token is waited for as long as for a response: `timeout` milliseconds. */
export type Authenticator = (timeout: number) => Promise<Credential>;

/** How to authenticate. Throws for a credential that cannot work. */
export function authenticatorOf(auth: DeliveryAuth, context: AuthContext): Authenticator {
  const { type } = (auth ?? {}) as Partial<DeliveryAuth>;
  if (type === 'oauth') return oauth(auth as OAuthDeliveryAuth, context);
  const makeRequest = type === 'signature' ? signer(auth as SignatureDeliveryAuth, context) : presenter(auth as WebhookAuth);
  // Tried once, so that a credential that cannot work is refused when it is passed.
  makeRequest(EMPTY_MESSAGE, new URL('https://shop.example/'), null);
  const secrets = secretsOf(auth);
  return async () => ({ makeRequest, secrets });
}

function presenter(auth: WebhookAuth): MakeRequest {
  return ({ method, headers, body }, url, signal) => {
    const target = new URL(url);
    const sent = headersOf(EVENT_BRIDGE_HEADERS, headers);
    presentCredential(auth, target, sent);
    return new Request(target, { method, headers: sent, body, signal });
  };
}

/** The parts of a credential that are secret. */
function secretsOf(auth: DeliveryAuth): readonly string[] {
  const { key, value, password, token } = auth as Readonly<Record<string, unknown>>;
  return [key, value, password, token].filter((part) => typeof part === 'string');
}

/** Signed for each attempt, because the key may have been rotated. */
function signer(auth: SignatureDeliveryAuth, { signingKeys }: AuthContext): MakeRequest {
  checkNames(SURFACE, auth, ['type', 'keys', 'keyId', 'encoding'], {}, 'auth.');
  const { type: _, keys, ...how } = auth;
  const own = keys ?? signingKeys;
  checkKeys(own);
  return ({ method, headers, body }, url, signal) => {
    const sent = headersOf({ 'content-type': 'application/json', ...signatureHeaders(body, own, how) }, headers);
    return new Request(url, { method, headers: sent, body, signal });
  };
}

function headersOf(usual: Readonly<Record<string, string>>, special: Readonly<Record<string, string>>): Headers {
  const headers = new Headers({ ...usual, ...special });
  for (const [name, value] of Object.entries(special)) if (value === '') headers.delete(name);
  return headers;
}

const CHECK_OAUTH = 'Check "tokenEndpoint", "clientId" and "clientSecret" of "auth"';

function oauth(auth: OAuthDeliveryAuth, { now, signal }: AuthContext): Authenticator {
  const makeTokenRequest = tokenRequest(auth);
  // Of the delivery that presents the token next: deliveries that share it have their own.
  let limit = 0;
  const fetchTokens = (): AccessTokens =>
    new AccessTokens({
      surface: SURFACE,
      now,
      key: () => '',
      fetchToken: async () => readToken(await sendTo(auth.tokenEndpoint, makeTokenRequest, limit, signal)),
    });
  let tokens = fetchTokens();
  return async (timeout) => {
    limit = timeout;
    const mine = tokens;
    try {
      const token = await mine.get();
      const makeRequest = presenter({ type: 'bearer', token });
      // EventBridge fetches another token after every 401, however often.
      const refuse = (): void => {
        if (tokens === mine) tokens = fetchTokens();
      };
      return { makeRequest, secrets: [token, auth.clientSecret], refuse };
    } catch (error) {
      const { message, advice = CHECK_OAUTH, isFinal } = failureOf(error);
      throw new NoResponse(`no access token: ${message}`, { advice, isFinal });
    }
  };
}

const CREDENTIALS = ['form', 'json', 'basic'];

/** Makes the request for a token. */
function tokenRequest(auth: OAuthDeliveryAuth): (signal: AbortSignal) => Request {
  checkNames(SURFACE, auth, ['type', 'tokenEndpoint', 'clientId', 'clientSecret', 'credentials', 'parameters'], {}, 'auth.');
  const { tokenEndpoint, credentials = 'form', parameters = { grant_type: 'client_credentials' } } = auth;
  const url = urlOf('auth.tokenEndpoint', tokenEndpoint);
  const clientId = requireString(SURFACE, 'auth.clientId', auth.clientId);
  const clientSecret = requireString(SURFACE, 'auth.clientSecret', auth.clientSecret);
  assertOption(CREDENTIALS.includes(credentials), SURFACE, 'auth.credentials', 'must be form, json or basic');
  assertOption(isObject(parameters), SURFACE, 'auth.parameters', 'must be an object');
  const isBasic = credentials === 'basic';
  const all = { ...parameters, ...(!isBasic && { client_id: clientId, client_secret: clientSecret }) };
  const headers = {
    'content-type': credentials === 'json' ? 'application/json' : 'application/x-www-form-urlencoded',
    ...(isBasic && { authorization: `Basic ${encodeBase64(encodeUtf8(`${formEncode(clientId)}:${formEncode(clientSecret)}`))}` }),
  };
  const body = credentials === 'json' ? JSON.stringify(all) : new URLSearchParams(all).toString();
  return (signal) => new Request(url, { method: 'POST', headers, body, signal });
}

/** As RFC 6749, section 2.3.1, wants id and secret before they become user name and password. */
function formEncode(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}

function readToken({ status, body }: TargetResponse): { accessToken: string; expiresIn: number } {
  if (status !== 200) throw new NoResponse(`the token endpoint responded with ${status}`);
  const { access_token: accessToken, expires_in: expiresIn } = jsonObject(body) ?? {};
  if (typeof accessToken !== 'string' || !/^[\x21-\x7e]+$/.test(accessToken)) {
    throw new NoResponse('the token endpoint responded with 200 and no token');
  }
  return { accessToken, expiresIn: Number(expiresIn) > 0 ? Number(expiresIn) : Number.POSITIVE_INFINITY };
}
