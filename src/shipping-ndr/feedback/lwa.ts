/**
 * Access tokens of Login with Amazon, for the Selling Partner API.
 *
 * @module
 * @see {@link https://developer-docs.amazon.com/sp-api/docs/connecting-to-the-selling-partner-api | Connecting to the Selling Partner API}
 */

import { sha256Hex } from '../../core/bytes.ts';
import { AccessTokens, type TokenStore } from '../../core/call/access-token.ts';
import { HttpClient } from '../../core/call/http.ts';
import { requestToken } from '../../core/call/token-request.ts';
import { type ClientOptions, checkUrl } from '../../core/options.ts';
import type { Provided } from '../../core/types.ts';
import { demand, isText, SURFACE } from '../configuration.ts';

/** What an application was given by Amazon, and what the shipper allowed it. */
export interface LwaCredentials {
  /** Starts with `amzn1.application-oa2-client.`. */
  readonly clientId: string;
  /**
   * Starts with `amzn1.oa2-cs.v1.`. Has to be rotated every 180 days, or calls fail: a function can supply it, and is asked
   * whenever a token is fetched, about once an hour.
   */
  readonly clientSecret: Provided<string>;
  /** Starts with `Atzr|`. Does not end by time, but when the shipper withdraws it. */
  readonly refreshToken: string;
}

/** Options of a client that uses Login with Amazon. */
interface LwaOptions extends ClientOptions {
  readonly credentials: LwaCredentials;
  readonly tokenUrl?: string | undefined;
  readonly tokenStore?: TokenStore | undefined;
}

const TOKEN_URL = 'https://api.amazon.com/auth/o2/token';

/** Amazon's libraries renew so early. */
const RENEW_BEFORE = 60_000;

/** An access token lives an hour. */
const LIFETIME = 3_600;

/** Checks the credentials, and hands out access tokens for them. */
export function lwaTokens({ credentials, tokenUrl = TOKEN_URL, tokenStore, ...options }: LwaOptions): AccessTokens {
  checkCredentials(credentials);
  checkUrl(SURFACE, 'tokenUrl', tokenUrl);
  const { clientId, clientSecret, refreshToken } = credentials;
  const http = new HttpClient(SURFACE, { ...options, rateLimiter: false });

  const form = async () => {
    const secret = typeof clientSecret === 'function' ? await clientSecret() : clientSecret;
    demand(isText(secret), 'the function in "credentials.clientSecret" supplied no text');
    return { grant_type: 'refresh_token', refresh_token: refreshToken, client_id: clientId, client_secret: secret };
  };
  const request = { surface: SURFACE, server: 'Login with Amazon', url: tokenUrl, form, lifetime: LIFETIME, hint: hintFor } as const;
  return new AccessTokens({
    surface: SURFACE,
    now: () => http.now(),
    renewBefore: RENEW_BEFORE,
    store: tokenStore,
    // Without the secret, which is rotated while the authorization stays.
    key: () => sha256Hex(JSON.stringify([tokenUrl, clientId, refreshToken])),
    fetchToken: () => requestToken(http, request),
  });
}

function checkCredentials(credentials: LwaCredentials): void {
  const { clientId, clientSecret, refreshToken } = (credentials ?? {}) as Partial<LwaCredentials>;
  const texts = { clientId, clientSecret: typeof clientSecret === 'function' ? 'supplied later' : clientSecret, refreshToken };
  for (const [name, value] of Object.entries(texts)) {
    demand(
      isText(value),
      `"credentials.${name}" is missing, or no text`,
      'Look whether the variable or the secret that it comes from is set.',
    );
    demand(value.trim() === value, `"credentials.${name}" has a blank or a line break around it, as comes with secret files: trim it`);
  }
  demand(
    !clientId?.startsWith('amzn1.sp.solution.'),
    '"credentials.clientId" is the id of the application; the client id is another',
    CREDENTIALS,
  );
  demand(
    !refreshToken?.startsWith('Atza|'),
    '"credentials.refreshToken" is an access token, which lives for an hour; the other is needed',
    CREDENTIALS,
  );
}

const CREDENTIALS = 'In the Solution Provider Portal, see the LWA credentials and the authorization of your application.';

const LATER = 'Try again later: Login with Amazon is busy or down.';

function hintFor(reasonCode: string | undefined, status: number): string {
  switch (reasonCode) {
    case 'invalid_client':
      return 'Check client id and secret. A secret ends after 180 days unless it is rotated: make a new one; the refresh token stays.';
    case 'invalid_grant':
      return 'The refresh token is not valid, was withdrawn, or belongs to another application: have the shipper authorize again.';
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
