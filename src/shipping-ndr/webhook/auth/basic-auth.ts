/**
 * The third of Amazon's mechanisms: a user name and a password.
 *
 * @module
 * @see {@link https://www.rfc-editor.org/rfc/rfc7617 | RFC 7617}
 */
import { decodeBase64, decodeStrictUtf8 } from '../../../core/bytes.ts';
import { assertOption } from '../../../core/errors.ts';
import { checkAllNames } from '../../../core/options.ts';
import { headerValues, type WebhookRequest } from '../../../core/receive/request.ts';
import type { OneOrMany, Provided } from '../../../core/types.ts';
import { SURFACE } from '../../surface.ts';
import { checkHeaderName, compareHint, headerSecret, type NdrAuth, refused, SecretSet, soleValue, textSecret } from './mechanism.ts';

/** A user name and its password. */
export interface BasicAuthUser {
  /** Without a colon, which ends it on the wire. */
  readonly username: string;
  /** May contain colons and any character of Unicode. */
  readonly password: string;
}

/** Options of {@link basicAuth}. */
export interface BasicAuthOptions {
  /** The pair, or several that are valid at once, or a function that supplies them and is called for every request. */
  readonly users: Provided<OneOrMany<BasicAuthUser>>;
  /**
   * Names of two headers that carry user name and password as they are, without base64. Amazon's page speaks of "a key-value pair in a
   * header" and does not name HTTP Basic.
   * @default HTTP Basic in `Authorization` (inferred)
   */
  readonly headers?: { readonly username: string; readonly password: string } | undefined;
}

/**
 * Authenticates Amazon by a user name and a password: HTTP Basic in UTF-8, or two headers of your own.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` if a part is empty, a user name has a colon, or EventBridge removes a header.
 *
 * @example
 * ```ts
 * new NdrWebhookVerifier({ auth: basicAuth({ users: { username: 'amazon', password: env.NDR_PASSWORD } }) });
 * ```
 *
 * @see {@link https://developer-docs.amazon.com/amazon-shipping/docs/ndr-api-push-notifications | NDR push notifications}
 */
export function basicAuth(options: BasicAuthOptions): NdrAuth {
  checkAllNames(SURFACE, options, ['users', 'headers'], { username: 'users', password: 'users', credentials: 'users' });
  const { headers } = options;
  assertOption(options.users !== undefined, SURFACE, 'users', 'is missing', 'Pass users: { username, password }.');
  const read = headers ? fromHeaders(headers) : readBasic;
  const secret = headers ? headerSecret : textSecret;
  const users = new SecretSet('users', options.users, (user, option) => {
    const { username, password } = (user ?? {}) as Partial<BasicAuthUser>;
    const pair = [secret(username, `${option}.username`), secret(password, `${option}.password`)] as const;
    assertOption(headers || !pair[0].includes(':'), SURFACE, `${option}.username`, 'contains a colon, which HTTP Basic cannot send');
    // Neither a user name in Basic nor a header can contain the separator.
    return pair.join(headers ? '\n' : ':');
  });
  return {
    check: async (request) => {
      if (!(await users.has(read(request)))) throw refused('mismatch', 'user name and password are not valid', compareHint('users'));
    },
    challenge: headers ? () => 'UserPassword' : basicChallenge,
  };
}

function fromHeaders(names: { readonly username: string; readonly password: string }): (request: WebhookRequest) => string {
  const username = checkHeaderName('headers.username', names.username);
  const password = checkHeaderName('headers.password', names.password);
  assertOption(username !== password, SURFACE, 'headers', 'must name two different headers');
  return (request) => [username, password].map((name) => soleValue(headerValues(request, name), `the header "${name}"`)).join('\n');
}

/** `user:password` in `Authorization: Basic`. */
export function readBasic(request: WebhookRequest): string {
  const value = soleValue(headerValues(request, 'authorization'), 'the header "authorization"');
  const [, encoded] = /^basic +(\S*)$/i.exec(value) ?? [];
  const bytes = decodeBase64(encoded ?? '');
  // All bytes that are not UTF-8 would otherwise be the same character.
  const pair = bytes && decodeStrictUtf8(bytes);
  if (!pair?.includes(':')) throw refused('malformed', 'the header "authorization" is not Basic with base64 of user:password in UTF-8');
  return pair;
}

/** Asks for Basic in UTF-8. */
export function basicChallenge(): string {
  return 'Basic realm="Amazon Shipping", charset="UTF-8"';
}
