/**
 * What every way of authenticating Amazon at the webhook has in common.
 *
 * @module
 */
import { AuthenticationError } from '../../../core/errors.ts';
import type { WebhookRequest } from '../../../core/receive/webhook-request.ts';
import { SURFACE } from '../../configuration.ts';

/**
 * A way of authenticating Amazon: what `apiKey()` and its siblings return. Write your own for what they do not cover.
 *
 * @example A client certificate that a proxy has checked
 * ```ts
 * const mutualTls: NdrAuth = {
 *   check: async ({ headers }) => {
 *     if (new Headers(headers as HeadersInit).get('x-client-verify') === 'SUCCESS') return;
 *     throw new AuthenticationError('mismatch', 'the client certificate is not valid', { surface: 'shipping-ndr' });
 *   },
 *   challenge: () => 'MutualTLS',
 * };
 * ```
 */
export interface NdrAuth {
  /**
   * Resolves where the request is authentic. Rejects with an {@link AuthenticationError} where it is not, and with anything else
   * where that could not be found out: the webhook then answers 503 and not 401. The body has not been read yet, and must not be.
   */
  check(request: WebhookRequest): Promise<void>;
  /** What `WWW-Authenticate` says in an answer 401: a scheme and its parameters. */
  challenge(error: AuthenticationError): string;
}

/** More than any server lets through in one header; what is longer is not worth the hashing. */
const MAX_LENGTH = 16_384;

/** The error for a credential that is refused. `message` says which one, never its value. */
export function refused(reason: AuthenticationError['reason'], message: string): AuthenticationError {
  return new AuthenticationError(reason, message, { surface: SURFACE });
}

/** The one value of a header or parameter; of two, one could be a stranger's. */
export function soleValue(values: readonly string[], name: string): string {
  const [value, second] = values;
  if (value === undefined || value === '') throw refused('missing', `${name} is missing`);
  if (second !== undefined) throw refused('malformed', `${name} is there more than once`);
  if (value.length > MAX_LENGTH) throw refused('malformed', `${name} is longer than ${MAX_LENGTH} characters`);
  return value;
}
