/**
 * The bearer token of a request, as the fourth of Amazon's mechanisms sends it.
 *
 * @module
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750 | RFC 6750}
 */
import type { AuthenticationError } from '../../../core/errors.ts';
import { headerValues, type WebhookRequest } from '../../../core/receive/webhook-request.ts';
import { refused, soleValue } from './mechanism.ts';

/** The token in `Authorization: Bearer`; the scheme word is taken in any case. */
export function readBearer(request: WebhookRequest): string {
  const value = soleValue(headerValues(request, 'authorization'), 'the header "authorization"');
  const [, token] = /^bearer +([\x21-\x7e]+)$/i.exec(value) ?? [];
  if (!token) throw refused('malformed', 'the header "authorization" is not Bearer with a token');
  return token;
}

/** `invalid_token` makes the sender fetch another; a request without a token gets no error code. */
export function bearerChallenge({ reason }: AuthenticationError): string {
  return reason === 'missing' ? 'Bearer' : 'Bearer error="invalid_token"';
}
