/**
 * The request for an OAuth access token, and how the response of the authorization server is read.
 *
 * @module
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5 | RFC 6749, section 5}
 */
import { encodeUtf8 } from '../bytes.ts';
import { ApiError, ValidationError } from '../errors.ts';
import type { Surface } from '../types.ts';
import type { UrlOption } from './connection-error.ts';
import type { HttpClient } from './http.ts';
import { describeBody, failureOf, isSuccess, parseJson } from './response.ts';

/** A request for a token. */
export interface TokenRequest {
  readonly surface: Surface;
  /** The server's name, for the error. */
  readonly server: string;
  readonly url: string;
  /** The option that the URL comes from, for hints. */
  readonly urlOption: UrlOption;
  /** The parameters. Form-encoded, because a refresh token may contain what does not arrive otherwise. */
  readonly form: () => Record<string, string> | Promise<Record<string, string>>;
  /** Names of the parameters that no error may contain. */
  readonly secrets: readonly string[];
  /** Seconds that a token lives if the response does not say. */
  readonly lifetime: number;
  /** What to do about the server's error code, if it gave one, and its status. */
  readonly hint: (reasonCode: string | undefined, status: number) => string;
}

/**
 * Sends the request.
 *
 * @throws {@link ApiError} `API` if the server refuses.
 * @throws {@link ValidationError} `VALIDATION` with direction `response` for a success without a token.
 */
export async function requestToken(
  http: HttpClient,
  { surface, server, url, urlOption, form, secrets, lifetime, hint }: TokenRequest,
): Promise<{ readonly accessToken: string; readonly expiresIn: number }> {
  let parameters: Readonly<Record<string, string>> = {};
  return http.send({
    // The call that waits for the token has passed the rate limiter already.
    isUnlimited: true,
    prepare: async () => {
      parameters = await form();
      return {
        method: 'POST',
        url,
        urlOption,
        headers: {
          'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
          accept: 'application/json',
          'user-agent': http.userAgent,
        },
        body: encodeUtf8(new URLSearchParams(parameters).toString()),
      };
    },
    hide: () => secrets.map((name) => parameters[name]),
    read: (response) => {
      const { status, requestId, attempts } = response;
      const body = (parseJson(response) ?? {}) as Readonly<Record<string, unknown>>;
      const { access_token: accessToken, expires_in, error, error_description: description } = body;
      // Some servers send the lifetime as a string.
      const isLifetime = ['number', 'string', 'undefined'].includes(typeof (expires_in ?? undefined));
      if (isSuccess(status) && typeof accessToken === 'string' && accessToken !== '' && isLifetime) {
        const expiresIn = Number(expires_in);
        return { accessToken, expiresIn: expiresIn > 0 && Number.isFinite(expiresIn) ? expiresIn : lifetime };
      }
      const reasonCode = typeof error === 'string' ? response.redact(error, 100) : undefined;
      if (isSuccess(status) && reasonCode === undefined) {
        const message = `${server} issued no access token: it responded ${status} with ${describeBody(response)}`;
        throw new ValidationError('response', [{ message }], { surface, requestId, attempts, hint: hint(undefined, status) });
      }
      const words = [reasonCode ?? `status ${status}`, typeof description === 'string' ? response.redact(description, 500) : ''];
      const failure = failureOf(response);
      throw new ApiError(`${server} issued no access token: ${words.filter(Boolean).join(', ')}`, {
        ...failure,
        surface,
        reasonCode,
        retryable: failure.retryable || reasonCode === 'server_error' || reasonCode === 'temporarily_unavailable',
        hint: hint(reasonCode, status),
      });
    },
  });
}
