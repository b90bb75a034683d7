/**
 * A key set that an authorization server publishes.
 *
 * @module
 * @see {@link https://www.rfc-editor.org/rfc/rfc7517#section-5 | RFC 7517, section 5}
 */
import type { JWTVerifyGetKey } from 'jose';
import { ApiError, ConnectionError, isWaybillError, TimeoutError } from '../../core/errors.ts';
import { isRetryableStatus, readText } from '../../core/response.ts';
import { SURFACE } from '../configuration.ts';
import type { RemoteJwtKeys } from './bearer-jwt.ts';

/** Codes of jose for a key set that was read, and in which it is the token that names no key or too few particulars. */
const ABOUT_THE_TOKEN = ['ERR_JWKS_NO_MATCHING_KEY', 'ERR_JWKS_MULTIPLE_MATCHING_KEYS'];

/** Finds the key of a token. Everything that goes wrong with the set itself is an error of ours: it says nothing of the token. */
export function remoteKeySet(
  { createRemoteJWKSet, customFetch }: typeof import('./jose.ts'),
  { jwks, timeout = 2_000, fetch = (...request) => globalThis.fetch(...request) }: RemoteJwtKeys,
): JWTVerifyGetKey {
  const url = new URL(jwks);
  const fetchKeys = async (href: string, init: RequestInit & { readonly signal: AbortSignal }): Promise<Response> => {
    let status: number;
    let text: string;
    try {
      const response = await fetch(href, init);
      status = response.status;
      text = await readText(response);
    } catch (cause) {
      const details = { surface: SURFACE, attempts: 1, cause } as const;
      if (init.signal.aborted) throw new TimeoutError('attempt', `no key set from ${url.host} within ${timeout} ms`, details);
      throw new ConnectionError(`no key set from ${url.host}`, details);
    }
    if (status === 200) return new Response(text);
    throw new ApiError(`no key set from ${url.host}: it answered ${status}`, {
      surface: SURFACE,
      status,
      attempts: 1,
      retryable: isRetryableStatus(status),
      hint: 'Check "jwks"; redirects are not followed.',
    });
  };
  // jose takes whole milliseconds only.
  const keySet = createRemoteJWKSet(url, { timeoutDuration: Math.ceil(timeout), [customFetch]: fetchKeys });
  return async (header, token) => {
    try {
      return await keySet(header, token);
    } catch (error) {
      const { code, cause } = error as { readonly code?: string; readonly cause?: unknown };
      if (isWaybillError(error) || ABOUT_THE_TOKEN.includes(code as string)) throw error;
      // jose wraps whatever is called a TimeoutError.
      throw isWaybillError(cause) ? cause : unusable(url);
    }
  };
}

function unusable({ host }: URL): ConnectionError {
  return new ConnectionError(`what ${host} answered is no JSON Web Key Set of public keys`, {
    surface: SURFACE,
    attempts: 1,
    hint: 'Check "jwks": the document of the authorization server names it as "jwks_uri".',
  });
}
