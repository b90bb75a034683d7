/**
 * Access tokens of the Buy with Prime API.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/authenticate-to-the-buy-with-prime-api | Authentication}
 */

import { sha256Hex } from '../../core/bytes.ts';
import { AccessTokens, type TokenStore } from '../../core/call/access-token.ts';
import { HttpClient } from '../../core/call/http.ts';
import { requestToken } from '../../core/call/token-request.ts';
import { type ClientOptions, checkUrl, misconfigured } from '../../core/options.ts';
import type { Provided } from '../../core/types.ts';

/** The credentials that the merchant console generates under Settings, API credentials. */
export interface BuyWithPrimeCredentials {
  /** Not secret, but nobody else's business. */
  readonly clientId: string;
  /** Valid until it is deleted in the console. */
  readonly clientSecret: string;
}

/** A token as the authorization server gives it. */
export interface BuyWithPrimeToken {
  /** What goes behind `Bearer`. */
  readonly accessToken: string;
  /** Seconds that it lives. */
  readonly expiresIn: number;
}

/** Options of a client that asks for tokens. */
interface TokenOptions extends ClientOptions {
  readonly credentials: Provided<BuyWithPrimeCredentials>;
  readonly targetId: string;
  readonly fetchToken?: (credentials: BuyWithPrimeCredentials) => Promise<BuyWithPrimeToken>;
  readonly tokenStore?: TokenStore;
}

/** Seconds. Amazon says 15 minutes; they count where the answer does not say. */
const LIFETIME = 900;

/** Milliseconds before its end from which a token is not used any more. */
const RENEW_BEFORE = 60_000;

/** Checks the credentials, and hands out access tokens for them. */
export function buyWithPrimeTokens(options: TokenOptions, tokenUrl: string): AccessTokens {
  const { credentials, targetId, tokenStore, fetchToken } = options;
  if (typeof credentials !== 'function') checkCredentials(credentials);
  checkUrl('buywithprime', 'tokenUrl', tokenUrl);
  if (fetchToken !== undefined && typeof fetchToken !== 'function') throw misconfigured('buywithprime', '"fetchToken" must be a function');
  // Without the caller's rate limiter: a token is fetched once in 15 minutes, and the call that waits for it has been let through.
  const http = new HttpClient('buywithprime', { ...options, rateLimiter: false });
  const provide = async (): Promise<BuyWithPrimeCredentials> =>
    checkCredentials(typeof credentials === 'function' ? await credentials() : credentials);
  return new AccessTokens({
    surface: 'buywithprime',
    now: () => http.now(),
    renewBefore: RENEW_BEFORE,
    store: tokenStore,
    key: async () => sha256Hex(['buywithprime', tokenUrl, (await provide()).clientId, targetId].join('\n')),
    fetchToken: async () => {
      const provided = await provide();
      if (!fetchToken) return request(http, tokenUrl, provided);
      const { accessToken = '', expiresIn = LIFETIME } = ((await fetchToken(provided)) ?? {}) as Partial<BuyWithPrimeToken>;
      return { accessToken, expiresIn: typeof expiresIn === 'number' && expiresIn > 0 ? expiresIn : LIFETIME };
    },
  });
}

/** Refuses credentials that can't be any. */
function checkCredentials(credentials: BuyWithPrimeCredentials): BuyWithPrimeCredentials {
  for (const name of ['clientId', 'clientSecret'] as const) {
    const value = credentials?.[name];
    if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value)) {
      throw misconfigured(
        'buywithprime',
        `"credentials.${name}" must be text without blanks`,
        'Copy it from the merchant console: Settings, API credentials.',
      );
    }
  }
  return credentials;
}

/** Asks for a token with the client credentials, form-encoded. That Amazon wants it so is inferred. */
function request(http: HttpClient, url: string, { clientId, clientSecret }: BuyWithPrimeCredentials): Promise<BuyWithPrimeToken> {
  return requestToken(http, {
    surface: 'buywithprime',
    server: 'Buy with Prime',
    url,
    form: () => ({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }),
    lifetime: LIFETIME,
    hint: () =>
      'Check client id and secret. How Amazon wants to be asked is not documented: where it differs, set "tokenUrl" or "fetchToken".',
  });
}
