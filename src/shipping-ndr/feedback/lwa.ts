/**
 * Access tokens of Login with Amazon, for the Selling Partner API.
 *
 * @module
 * @see {@link https://developer-docs.amazon.com/sp-api/docs/connecting-to-the-selling-partner-api | Connecting to the Selling Partner API}
 */
import { hashHex } from '../../core/bytes.ts';
import type { HttpClient } from '../../core/call/http.ts';
import { requestToken } from '../../core/call/token-request.ts';
import { AccessTokens, STORE_FAILED, type TokenStore } from '../../core/call/tokens.ts';
import { assertOption } from '../../core/errors.ts';
import { checkNames, provided, readUrl, requireString } from '../../core/options.ts';
import { isObject, type Provided } from '../../core/types.ts';
import { SURFACE } from '../surface.ts';

/** Credentials of an application, and the authorization of the shipper that it acts for. */
export interface LwaCredentials {
  /** Starts with `amzn1.application-oa2-client.`. */
  readonly clientId: string;
  /**
   * Starts with `amzn1.oa2-cs.v1.`. It must be rotated every 180 days, or calls fail: a function can supply it, and is called whenever a token
   * is fetched, about once an hour.
   */
  readonly clientSecret: Provided<string>;
  /** Starts with `Atzr|`. It does not expire, but the shipper can revoke it. */
  readonly refreshToken: string;
}

interface LwaOptions {
  readonly credentials: LwaCredentials;
  readonly tokenUrl?: string | undefined;
  readonly tokenStore?: TokenStore | undefined;
  readonly allowHttp?: boolean | undefined;
}

const TOKEN_URL = 'https://api.amazon.com/auth/o2/token';

/** An access token lives an hour. */
const LIFETIME = 3_600;

interface LwaTokens {
  readonly tokens: AccessTokens;
  /** The credentials themselves, which no error of any call may contain. */
  readonly secrets: () => readonly (string | undefined)[];
}

/** Checks the credentials, and returns access tokens for them. */
export function lwaTokens(http: HttpClient, { credentials, tokenUrl = TOKEN_URL, tokenStore, allowHttp }: LwaOptions): LwaTokens {
  checkLwaCredentials(credentials);
  const url = readUrl(SURFACE, 'tokenUrl', tokenUrl, allowHttp);
  const { clientId, clientSecret, refreshToken } = credentials;
  let lastSecret: string | undefined;
  const currentSecret = provided(clientSecret, (secret) => {
    lastSecret = requireString(SURFACE, 'credentials.clientSecret', secret, 'It is what your function supplied.');
    return lastSecret;
  });
  const grant = { grant_type: 'refresh_token', refresh_token: refreshToken, client_id: clientId };
  const tokens = new AccessTokens({
    surface: SURFACE,
    now: () => http.now(),
    store: tokenStore,
    onStoreFailure: () => http.warn(STORE_FAILED),
    // Without the secret, which is rotated while the authorization stays.
    key: () => hashHex(JSON.stringify([tokenUrl, clientId, refreshToken])),
    fetchToken: () =>
      requestToken(http, {
        surface: SURFACE,
        server: 'Login with Amazon',
        url,
        urlOption: 'tokenUrl',
        form: async () => ({ ...grant, client_secret: await currentSecret() }),
        secrets: ['refresh_token', 'client_secret'],
        lifetime: LIFETIME,
        hint: hintFor,
      }),
  });
  return { tokens, secrets: () => [refreshToken, lastSecret] };
}

const PORTAL = 'In the Solution Provider Portal, see the LWA credentials and the authorization of your application.';

/** What stands in the place of another credential, by its prefix. */
const MISPLACED: readonly (readonly [name: keyof LwaCredentials, prefix: RegExp, found: string])[] = [
  ['clientId', /^amzn1\.sp\.solution\./, 'a solution id; pass the LWA client id'],
  ['clientId', /^amzn1\.oa2-cs\./, 'a client secret: it may have changed places with "clientSecret"'],
  ['clientId', /^Atz[ar]\|/, 'a token'],
  ['clientSecret', /^amzn1\.application-oa2-client\./, 'a client id: it may have changed places with "clientId"'],
  ['clientSecret', /^Atz[ar]\|/, 'a token'],
  ['refreshToken', /^Atza\|/, 'an access token, which lives for an hour; pass the refresh token'],
  ['refreshToken', /^amzn1\.oa2-cs\./, 'a client secret'],
  ['refreshToken', /^amzn1\.application-oa2-client\./, 'a client id'],
  ['refreshToken', /^AN[A-Za-z]{16,22}$/, 'an authorization code, which is exchanged for a refresh token once'],
];

/** Refuses credentials that cannot be right, with the likely cause. */
function checkLwaCredentials(credentials: LwaCredentials): void {
  assertOption(isObject(credentials), SURFACE, 'credentials', 'is missing', 'Pass { clientId, clientSecret, refreshToken }.');
  checkNames(SURFACE, credentials, ['clientId', 'clientSecret', 'refreshToken'], RENAMED, 'credentials.');
  for (const name of ['clientId', 'clientSecret', 'refreshToken'] as const) {
    const value = credentials[name];
    if (name === 'clientSecret' && typeof value === 'function') continue;
    const text = requireString(SURFACE, `credentials.${name}`, value);
    const [, , found] = MISPLACED.find(([option, prefix]) => option === name && prefix.test(text)) ?? [];
    assertOption(found === undefined, SURFACE, `credentials.${name}`, `is ${found}`, PORTAL);
  }
}

const RENAMED = {
  SELLING_PARTNER_APP_CLIENT_ID: 'clientId',
  SELLING_PARTNER_APP_CLIENT_SECRET: 'clientSecret',
  client_id: 'clientId',
  client_secret: 'clientSecret',
  refresh_token: 'refreshToken',
};

const LATER = 'Retry later: Login with Amazon is busy or down.';

function hintFor(reasonCode: string | undefined, status: number): string {
  switch (reasonCode) {
    case 'invalid_client':
      return 'Check client id and secret. A secret expires after 180 days unless it is rotated: create a new one; the refresh token stays.';
    case 'invalid_grant':
      return 'The refresh token is invalid, was revoked, or belongs to another application: have the shipper authorize again.';
    case 'unauthorized_client':
    case 'access_denied':
      return 'The application may not act for this shipper: check its roles and its authorization.';
    case 'server_error':
    case 'temporarily_unavailable':
      return LATER;
    default:
      if (status === 429 || status >= 500) return LATER;
      return `Check ${reasonCode ? '"credentials" and ' : ''}"tokenUrl", and proxies on the way.`;
  }
}
