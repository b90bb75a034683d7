/**
 * What all mechanisms that authenticate Amazon at the webhook have in common, and the secrets that a request may present: several at once
 * during a rotation.
 *
 * @module
 */
import { isSecret } from '../../../core/bytes.ts';
import { AuthenticationError, assertOption } from '../../../core/errors.ts';
import { provided, requireString } from '../../../core/options.ts';
import type { WebhookRequest } from '../../../core/receive/request.ts';
import type { OneOrMany, Provided } from '../../../core/types.ts';
import { SURFACE } from '../../surface.ts';

/**
 * A mechanism that authenticates Amazon: what `apiKey()` and its siblings return. Write your own for what they do not cover.
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
   * Resolves if the request is authentic. Rejects with an {@link AuthenticationError} if it is not, and with anything else if it could not be
   * checked: the webhook then responds with 503 and not 401; so it does if anything but nothing or `true` is returned. The body has not
   * been read yet, and must not be read.
   */
  check(request: WebhookRequest): Promise<void>;
  /** What `WWW-Authenticate` says in a response 401: a scheme and its parameters. */
  challenge(error: AuthenticationError): string;
}

/** More than any server accepts in one header; a longer value is not worth hashing. */
const MAX_LENGTH = 16_384;

/** The error for a credential that is refused. `message` says which one, never its value. */
export function refused(reason: AuthenticationError['reason'], message: string, hint?: string): AuthenticationError {
  return new AuthenticationError(reason, message, { surface: SURFACE, hint });
}

/** The hint for a secret that is not valid. `option` has the valid ones. */
export function compareHint(option: string): string {
  return `Compare "${option}" with what Amazon was given. During a rotation, configure the old and the new one.`;
}

/** The one value of a header or parameter. If there are two, one could be an attacker's. */
export function soleValue(values: readonly string[], name: string): string {
  const [value, second] = values;
  if (value === undefined || value === '') throw refused('missing', `${name} is missing`);
  if (second !== undefined) throw refused('malformed', `${name} is present more than once`);
  if (value.length > MAX_LENGTH) throw refused('malformed', `${name} is longer than ${MAX_LENGTH} characters`);
  return value;
}

/** The headers that EventBridge removes from those that a connection adds, by public accounts that cite AWS. */
const REMOVED =
  /^(?:a-im|accept-(?:charset|datetime|encoding)|cache-control|connection|content-(?:encoding|length|md5)|date|expect|forwarded|from|host|http2-settings|if-.*|max-forwards|origin|pragma|proxy-authorization|range|referer|te|trailer|transfer-encoding|user-agent|upgrade|via|warning)$/i;

/** The name of a header in lower case. Refuses what is not a name, and names that would never arrive. */
export function checkHeaderName(option: string, name: unknown): string {
  assertOption(typeof name === 'string' && /^[\w!#$%&'*+.^`|~-]{1,256}$/.test(name), SURFACE, option, 'must be the name of a header');
  const problem = `cannot be "${name}": EventBridge, which Amazon very probably delivers with, removes that header`;
  assertOption(!REMOVED.test(name), SURFACE, option, problem, 'Agree with Amazon on a name of your own, such as x-api-key.');
  return name.toLowerCase();
}

/** Secrets that are valid at the same time. */
export class SecretSet {
  readonly #secrets: () => readonly string[] | Promise<readonly string[]>;

  /**
   * `toText` checks a secret and returns the string to compare, or several. It gets the name of the option, with the index of a list. What it
   * throws must not contain the secret.
   */
  constructor(option: string, given: Provided<OneOrMany<unknown>>, toText: (secret: unknown, option: string) => OneOrMany<string>) {
    this.#secrets = provided(given, (secrets) => {
      if (!Array.isArray(secrets)) return [toText(secrets, option)].flat();
      assertOption(secrets.length > 0, SURFACE, option, 'must not be empty: nobody could authenticate');
      return secrets.flatMap((secret: unknown, index) => toText(secret, `${option}.${index}`));
    });
  }

  /** Whether the credential is one of them. Takes the same time for one that is nearly right as for any other, and always compares with all. */
  async has(credential: string): Promise<boolean> {
    let found = false;
    for (const secret of await this.#secrets()) found = isSecret(credential, secret) || found;
    return found;
  }
}

/** A secret that is a header's whole value. */
export function headerSecret(secret: unknown, option: string): string {
  const text = requireString(SURFACE, option, secret);
  assertOption(/^[\x20-\x7e]+$/.test(text), SURFACE, option, 'must be printable ASCII: a header cannot carry anything else');
  return text;
}

/** A secret that travels encoded, and may contain any character. */
export function textSecret(secret: unknown, option: string): string {
  if (typeof secret !== 'string' || secret === '') return requireString(SURFACE, option, secret);
  // A lone surrogate has no UTF-8: every one would be equal to every other.
  assertOption(!/\p{Surrogate}/u.test(secret), SURFACE, option, 'must be well-formed Unicode');
  return secret;
}
