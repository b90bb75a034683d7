/**
 * The third of Amazon's mechanisms: a user name and a password.
 *
 * @module
 * @see {@link https://www.rfc-editor.org/rfc/rfc7617 | RFC 7617}
 */

import { headerValues, type WebhookRequest } from '../../../core/receive/webhook-request.ts';
import type { Provided } from '../../../core/types.ts';
import { demand, demandOptions } from '../../configuration.ts';
import { basicChallenge, readBasic } from './basic.ts';
import { checkHeaderName } from './header-name.ts';
import { type NdrAuth, refused, soleValue } from './mechanism.ts';
import { headerSecret, type OneOrMany, SecretSet, textSecret } from './secrets.ts';

/** A user name and its password. */
export interface BasicAuthUser {
  /** Without a colon, which ends it on the wire. */
  readonly username: string;
  /** May hold colons and any character of Unicode. */
  readonly password: string;
}

/** What {@link basicAuth} needs to know. */
export interface BasicAuthOptions {
  /** The pair, or several that are valid at once, or a function that supplies them; it is asked for every request. */
  readonly users: Provided<OneOrMany<BasicAuthUser>>;
  /**
   * Names of two headers that carry user name and password as they are, without base64. Amazon's page speaks of "a key-value pair
   * in a header" and does not name HTTP Basic.
   * @default HTTP Basic in `Authorization` (inferred)
   */
  readonly headers?: { readonly username: string; readonly password: string };
}

/**
 * Authenticates Amazon by a user name and a password: HTTP Basic in UTF-8, or two headers of your own.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` where a part is empty, a user name has a colon, or EventBridge strips a header.
 *
 * @example
 * ```ts
 * new NdrWebhookVerifier({ auth: basicAuth({ users: { username: 'amazon', password: env.NDR_PASSWORD } }) });
 * ```
 *
 * @see {@link https://developer-docs.amazon.com/amazon-shipping/docs/ndr-api-push-notifications | NDR push notifications}
 */
export function basicAuth(options: BasicAuthOptions): NdrAuth {
  demandOptions('basicAuth()', options);
  const { headers } = options;
  const read = headers ? fromHeaders(headers) : readBasic;
  const text = headers ? headerSecret('users') : textSecret('users');
  const users = new SecretSet('users', options.users, (user) => {
    const { username, password } = (user ?? {}) as Partial<BasicAuthUser>;
    const pair = [text(username), text(password)] as const;
    demand(headers || !pair[0].includes(':'), 'a user name in "users" holds a colon, which HTTP Basic has no way to send');
    // Neither a user name in Basic nor a header holds what separates the two.
    return pair.join(headers ? '\n' : ':');
  });
  return {
    check: async (request) => {
      if (!(await users.has(read(request)))) throw refused('mismatch', 'user name and password are not valid');
    },
    challenge: headers ? () => 'UserPassword' : basicChallenge,
  };
}

function fromHeaders(names: { readonly username: string; readonly password: string }): (request: WebhookRequest) => string {
  const username = checkHeaderName('headers.username', names.username);
  const password = checkHeaderName('headers.password', names.password);
  demand(username !== password, '"headers" must name two different headers');
  return (request) => [username, password].map((name) => soleValue(headerValues(request, name), `the header "${name}"`)).join('\n');
}
