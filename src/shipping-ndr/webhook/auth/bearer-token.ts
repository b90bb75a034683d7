/**
 * The fourth of Amazon's mechanisms, OAuth: the bearer token of a request, and your own check.
 *
 * @module
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750 | RFC 6750}
 */
import { type AuthenticationError, assertOption } from '../../../core/errors.ts';
import { headerValues, type WebhookRequest } from '../../../core/receive/request.ts';
import { SURFACE } from '../../surface.ts';
import { type NdrAuth, refused, soleValue } from './mechanism.ts';

/**
 * Authenticates Amazon by a bearer token that your own function checks, for example by a lookup in a database.
 *
 * Only `true` authenticates the request. Throw if the token cannot be checked: the webhook then responds with 503, and the event is
 * redelivered. Compare digests, not the tokens themselves: the time that a comparison takes reveals how much of a token is right.
 *
 * @example Opaque tokens, stored as hashes
 * ```ts
 * bearerToken(async (token) => Boolean(await tokens.findByHash(await sha256(token))));
 * ```
 */
export function bearerToken(check: (token: string) => boolean | Promise<boolean>): NdrAuth {
  assertOption(typeof check === 'function', SURFACE, undefined, 'bearerToken() needs a function that checks a token');
  return {
    check: async (request) => {
      if ((await check(readBearer(request))) !== true) throw refused('mismatch', 'the bearer token is not valid');
    },
    challenge: bearerChallenge,
  };
}

/** The token in `Authorization: Bearer`; the scheme word in any case. */
export function readBearer(request: WebhookRequest): string {
  const value = soleValue(headerValues(request, 'authorization'), 'the header "authorization"');
  const [, token] = /^bearer +([\x21-\x7e]+)$/i.exec(value) ?? [];
  if (!token) throw refused('malformed', 'the header "authorization" is not Bearer with a token');
  return token;
}

/** `invalid_token` makes the sender fetch another token; a request without a token gets no error code. */
export function bearerChallenge({ reason }: AuthenticationError): string {
  return reason === 'missing' ? 'Bearer' : 'Bearer error="invalid_token"';
}
