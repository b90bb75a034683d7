/**
 * Asks an OAuth 2.0 authorization server for an access token.
 *
 * @module
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5 | RFC 6749, section 5}
 */
import { encodeUtf8 } from '../bytes.ts';
import { ApiError, type Surface } from '../errors.ts';
import { redact } from '../redact.ts';
import type { HttpClient } from './http.ts';
import { failureOf, parseJson } from './response.ts';

/** What is asked, and of whom. */
export interface TokenRequest {
  readonly surface: Surface;
  /** Who answers, for the error. */
  readonly server: string;
  readonly url: string;
  /** The parameters; form-encoded, because a refresh token may hold what does not arrive otherwise. */
  readonly form: () => Record<string, string> | Promise<Record<string, string>>;
  /** Seconds that a token lives where the answer does not say. */
  readonly lifetime: number;
  /** What to do about an error code of the server's, where it gave one, and its status. */
  readonly hint: (reasonCode: string | undefined, status: number) => string;
}

/** Sends the request; throws an {@link ApiError} where there is no token in the answer. */
export function requestToken(
  http: HttpClient,
  { surface, server, url, form, lifetime, hint }: TokenRequest,
): Promise<{ readonly accessToken: string; readonly expiresIn: number }> {
  return http.send({
    prepare: async () => ({
      method: 'POST',
      url,
      headers: {
        'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
        accept: 'application/json',
        'user-agent': http.userAgent,
      },
      body: encodeUtf8(new URLSearchParams(await form()).toString()),
    }),
    read: (response) => {
      const body = (parseJson(response) ?? {}) as Readonly<Record<string, unknown>>;
      const { access_token: accessToken, expires_in: expiresIn, error, error_description: description } = body;
      if (response.status === 200 && typeof accessToken === 'string' && accessToken) {
        return { accessToken, expiresIn: Number(expiresIn) > 0 ? Number(expiresIn) : lifetime };
      }
      const reasonCode = typeof error === 'string' ? redact(error, 100) : undefined;
      const words = [reasonCode ?? `status ${response.status}`, typeof description === 'string' ? redact(description, 500) : ''];
      const failure = failureOf(response, http.requestId(response));
      throw new ApiError(`${server} gave no access token: ${words.filter(Boolean).join(', ')}`, {
        ...failure,
        surface,
        reasonCode,
        retryable: failure.retryable || reasonCode === 'server_error' || reasonCode === 'temporarily_unavailable',
        hint: hint(reasonCode, response.status),
      });
    },
  });
}
