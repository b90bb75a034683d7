/**
 * Access tokens of the Buy with Prime API.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/authenticate-to-the-buy-with-prime-api | Authentication}
 */
import { hashHex } from '../../core/bytes.ts';
import type { UrlOption } from '../../core/call/connection-error.ts';
import type { HttpClient } from '../../core/call/http.ts';
import { requestToken } from '../../core/call/token-request.ts';
import { AccessTokens, STORE_FAILED, type TokenStore } from '../../core/call/tokens.ts';
import { assertOption } from '../../core/errors.ts';
import { type ClientOptions, checkFunctions, checkNames, provided, readUrl, requireString } from '../../core/options.ts';
import { isObject, type Provided } from '../../core/types.ts';
import { SURFACE } from '../surface.ts';

/**
 * Credentials that the merchant console generates under Settings, API credentials.
 * @inline
 */
export interface BuyWithPrimeCredentials {
  /** Not secret, but do not publish it. */
  readonly clientId: string;
  /** Valid until it is deleted in the console. */
  readonly clientSecret: string;
}

interface TokenOptions extends ClientOptions {
  readonly credentials: Provided<BuyWithPrimeCredentials>;
  readonly targetId: string;
  readonly tokenUrl?: string | undefined;
  readonly fetchToken?: ((credentials: BuyWithPrimeCredentials) => Promise<{ accessToken: string; expiresIn: number }>) | undefined;
  readonly tokenStore?: TokenStore | undefined;
}

/** Seconds. Amazon says 15 minutes; used if the response does not say. */
const LIFETIME = 900;

const CONSOLE = 'Copy it from the merchant console: Settings, API credentials.';

/** Checks the credentials, and returns access tokens for them. */
export function buyWithPrimeTokens(http: HttpClient, options: TokenOptions, host: string): AccessTokens {
  const { credentials, targetId, tokenUrl = `${host}/token`, tokenStore, fetchToken, allowHttp } = options;
  const provide = provided(credentials, readCredentials);
  const url = readUrl(SURFACE, 'tokenUrl', tokenUrl, allowHttp);
  checkFunctions(SURFACE, { fetchToken });
  return new AccessTokens({
    surface: SURFACE,
    now: () => http.now(),
    store: tokenStore,
    onStoreFailure: () => http.warn(STORE_FAILED),
    key: async () => hashHex([SURFACE, url, (await provide()).clientId, targetId].join('\n')),
    fetchToken: async () => {
      const current = await provide();
      if (!fetchToken) return request(http, url, options.tokenUrl === undefined ? 'baseUrl' : 'tokenUrl', current);
      const { accessToken = '', expiresIn = LIFETIME } = ((await fetchToken(current)) ?? {}) as {
        accessToken?: string;
        expiresIn?: number;
      };
      return { accessToken, expiresIn: typeof expiresIn === 'number' && expiresIn > 0 ? expiresIn : LIFETIME };
    },
  });
}

/** The credentials. Refuses what cannot be right. */
function readCredentials(credentials: unknown): BuyWithPrimeCredentials {
  const { clientId, clientSecret } = (credentials ?? {}) as Partial<BuyWithPrimeCredentials>;
  const renamed = { client_id: 'clientId', client_secret: 'clientSecret' };
  if (isObject(credentials)) {
    checkNames(SURFACE, credentials, ['clientId', 'clientSecret'], renamed, 'credentials.');
  }
  for (const [name, value] of Object.entries({ clientId, clientSecret })) {
    const text = requireString(SURFACE, `credentials.${name}`, value, CONSOLE);
    assertOption(/^[\x21-\x7e]+$/.test(text), SURFACE, `credentials.${name}`, 'must be ASCII without spaces', CONSOLE);
  }
  return credentials as BuyWithPrimeCredentials;
}

/** Requests a token with the client credentials, form-encoded: Amazon does not document the request (inferred). */
function request(
  http: HttpClient,
  url: string,
  urlOption: UrlOption,
  { clientId, clientSecret }: BuyWithPrimeCredentials,
): Promise<{ readonly accessToken: string; readonly expiresIn: number }> {
  return requestToken(http, {
    surface: SURFACE,
    server: 'Buy with Prime',
    url,
    urlOption,
    form: () => ({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }),
    secrets: ['client_secret'],
    lifetime: LIFETIME,
    hint: () =>
      'Check client id and secret. Amazon does not document the request for a token: if it differs, set "tokenUrl" or "fetchToken".',
  });
}
