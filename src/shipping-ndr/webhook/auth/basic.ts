/**
 * A user name and a password, as HTTP Basic sends them.
 *
 * @module
 * @see {@link https://www.rfc-editor.org/rfc/rfc7617 | RFC 7617}
 */
import { decodeBase64 } from '../../../core/bytes.ts';
import { headerValues, type WebhookRequest } from '../../../core/receive/webhook-request.ts';
import { refused, soleValue } from './mechanism.ts';

const COLON = 0x3a;

/** `user:password` in `Authorization: Basic`, as bytes: those that are no UTF-8 would all become the same character. */
export function readBasic(request: WebhookRequest): Uint8Array<ArrayBuffer> {
  const value = soleValue(headerValues(request, 'authorization'), 'the header "authorization"');
  const [, encoded] = /^basic +(\S*)$/i.exec(value) ?? [];
  const pair = decodeBase64(encoded ?? '');
  if (!pair?.includes(COLON)) throw refused('malformed', 'the header "authorization" is not Basic with base64 of user:password');
  return pair;
}

/** Asks for Basic in UTF-8. */
export function basicChallenge(): string {
  return 'Basic realm="Amazon Shipping", charset="UTF-8"';
}
