/**
 * Access tokens of the Buy with Prime API.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/authenticate-to-the-buy-with-prime-api | Authentication}
 */
import { encodeUtf8 } from '../core/bytes.ts';
import { ApiError, type WaybillError } from '../core/errors.ts';
import type { HttpClient } from '../core/http.ts';
import { misconfigured } from '../core/options.ts';
import { redact, redactJson } from '../core/redact.ts';
import { type HttpResponse, isRetryableStatus, parseJson, retryAfter } from '../core/response.ts';

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
  const { accessToken, expiresIn } = { ...token };
  return { accessToken: typeof accessToken === 'string' ? accessToken : '', expiresIn: expiresIn > 0 ? expiresIn : LIFETIME };
}

/** Asks for a token with the client credentials, form-encoded. That Amazon wants it so is inferred. */
export function fetchToken(http: HttpClient, url: string, { clientId, clientSecret }: BuyWithPrimeCredentials): Promise<BuyWithPrimeToken> {
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret });
  const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json', 'user-agent': http.userAgent };
  return http.send({
    prepare: () => ({ method: 'POST', url, headers, body: encodeUtf8(String(form)) }),
    read: (response) => readToken(response, http.requestId(response)),
  });
}

function readToken(response: HttpResponse, requestId: string | undefined): BuyWithPrimeToken {
  const body = parseJson(response) as Readonly<Record<string, unknown>> | null | undefined;
  const { access_token: accessToken, expires_in: expiresIn, error, error_description: description } = { ...body };
  if (response.status === 200 && typeof accessToken === 'string' && accessToken) return { accessToken, expiresIn: Number(expiresIn) };
  throw tokenError(response, { requestId, reason: error, description, data: redactJson(body) });
}

function tokenError(
  { status, attempts, headers }: HttpResponse,
  answer: { readonly requestId: string | undefined; readonly reason: unknown; readonly description: unknown; readonly data: unknown },
): WaybillError {
  const reasonCode = typeof answer.reason === 'string' ? redact(answer.reason, 100) : undefined;
  const said = typeof answer.description === 'string' ? redact(answer.description, 500) : (reasonCode ?? 'it has no access token');
  return new ApiError(`no access token (HTTP ${status}): ${said}`, {
    surface: 'buywithprime',
    status,
    reasonCode,
    requestId: answer.requestId,
    retryAfter: retryAfter(headers),
    attempts,
    retryable: isRetryableStatus(status),
    data: answer.data,
    hint: isRetryableStatus(status)
      ? undefined
      : 'Check client id and secret. How Amazon wants to be asked is not documented: where it differs, set "tokenUrl" or "fetchToken".',
  });
}
