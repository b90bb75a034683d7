/**
 * Access tokens of the Buy with Prime API.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/authenticate-to-the-buy-with-prime-api | Authentication}
 */
import type { HttpClient } from '../core/http.ts';
import { misconfigured } from '../core/options.ts';
import { requestToken } from '../core/token-request.ts';

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

/** Seconds. Amazon says 15 minutes; they count where the answer does not say. */
const LIFETIME = 900;

/** Refuses credentials that can't be any. */
export function checkCredentials(credentials: BuyWithPrimeCredentials): BuyWithPrimeCredentials {
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

/** The token with a lifetime that is one, whoever fetched it; without a token an empty one, which {@link AccessTokens} refuses. */
export function checkToken(token: BuyWithPrimeToken): BuyWithPrimeToken {
  const { accessToken, expiresIn = LIFETIME } = (token ?? {}) as Partial<BuyWithPrimeToken>;
  return { accessToken: typeof accessToken === 'string' ? accessToken : '', expiresIn: expiresIn > 0 ? expiresIn : LIFETIME };
}

/** Asks for a token with the client credentials, form-encoded. That Amazon wants it so is inferred. */
export function fetchToken(http: HttpClient, url: string, { clientId, clientSecret }: BuyWithPrimeCredentials): Promise<BuyWithPrimeToken> {
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
