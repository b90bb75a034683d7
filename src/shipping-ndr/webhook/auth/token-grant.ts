/**
 * Whom a token was issued to and what for: what is checked of it, however its content is learnt.
 *
 * @module
 */
import { demand, isText } from '../../configuration.ts';
import { refused } from './mechanism.ts';
import type { OneOrMany } from './secrets.ts';

/** What can be asked of every token. */
export interface TokenGrant {
  /**
   * The id that you gave to Amazon; of several, one. Compared with `client_id` (RFC 9068), or with `azp` where that is absent.
   * @default not checked
   */
  readonly clientId?: OneOrMany<string>;
  /**
   * What the token has to be good for; of several, all. Compared with `scope`, or with `scp` where that is absent.
   * @default not checked
   */
  readonly scope?: OneOrMany<string>;
  /**
   * Seconds by which the clocks of the issuer and of this machine may differ.
   * @default 30
   */
  readonly clockTolerance?: number;
  /**
   * The present time.
   * @default () => new Date()
   */
  readonly clock?: () => Date;
}

/** Refuses options that could let in nobody, or anybody. */
export function checkGrantOptions(options: TokenGrant & { readonly audience?: OneOrMany<string> }): void {
  const { audience, clientId, scope, clockTolerance = 0 } = options;
  for (const [name, value] of Object.entries({ audience, clientId, scope })) {
    demand(value === undefined || (list(value).length > 0 && list(value).every(isText)), `"${name}" must be a text or several`);
  }
  demand(
    typeof clockTolerance === 'number' && clockTolerance >= 0 && clockTolerance <= 3_600,
    '"clockTolerance" must be seconds, 0 to 3600',
  );
}

/** Throws an AuthenticationError where the token is another client's, or lacks a scope. */
export function checkGrant(claims: Readonly<Record<string, unknown>>, { clientId, scope }: TokenGrant): void {
  if (clientId !== undefined && !list(clientId).includes(claims['client_id'] ?? claims['azp'])) {
    throw refused('mismatch', 'the token was not issued to that client');
  }
  const granted = list(claims['scope'] ?? claims['scp']).flatMap((value) => (typeof value === 'string' ? value.split(' ') : []));
  if (scope !== undefined && !list(scope).every((name) => granted.includes(name as string))) {
    throw refused('mismatch', 'the token lacks a scope');
  }
}

/** One or several as several. */
export function list(value: unknown): readonly unknown[] {
  return [value].flat();
}
