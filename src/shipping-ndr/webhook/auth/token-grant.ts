/**
 * The client that a token was issued to and its scopes: checked the same way however the token's content is known.
 *
 * @module
 */
import { assertOption } from '../../../core/errors.ts';
import type { OneOrMany } from '../../../core/types.ts';
import { SURFACE } from '../../surface.ts';
import { refused } from './mechanism.ts';

/** What can be required of every token. */
export interface TokenGrant {
  /**
   * The client id that you gave to Amazon; one of several. Compared with `client_id` (RFC 9068), or with `azp` if that is absent.
   * @default not checked
   */
  readonly clientId?: OneOrMany<string> | undefined;
  /**
   * The scopes that the token must have; all of several. Compared with `scope`, or with `scp` or `roles` if that is absent.
   * @default not checked
   */
  readonly scope?: OneOrMany<string> | undefined;
  /**
   * Seconds of clock skew to tolerate between the issuer and this machine.
   * @default 30
   */
  readonly clockTolerance?: number | undefined;
  /**
   * The current time.
   * @default () => new Date()
   */
  readonly clock?: (() => Date) | undefined;
}

/** Names of {@link TokenGrant}. */
export const GRANT_OPTIONS: readonly string[] = ['clientId', 'scope', 'clockTolerance', 'clock', 'issuer', 'audience', 'allowHttp'];

/** Names that other libraries have for them. */
export const GRANT_RENAMED: Readonly<Record<string, string>> = {
  aud: 'audience',
  iss: 'issuer',
  client_id: 'clientId',
  scopes: 'scope',
  requiredScope: 'scope',
};

/** Refuses options with which nobody, or anybody, could authenticate. */
export function checkGrantOptions(options: TokenGrant & { readonly audience?: OneOrMany<string> | undefined }): void {
  const { audience, clientId, scope, clockTolerance = 0 } = options;
  for (const [name, value] of Object.entries({ audience, clientId, scope })) {
    const isRight = value === undefined || (list(value).length > 0 && list(value).every((item) => typeof item === 'string' && item.trim()));
    assertOption(isRight, SURFACE, name, 'must be one or more strings that are not empty');
  }
  const isSeconds = typeof clockTolerance === 'number' && clockTolerance >= 0 && clockTolerance <= 3_600;
  assertOption(isSeconds, SURFACE, 'clockTolerance', 'must be seconds, 0 to 3600');
}

/** Throws an AuthenticationError if the token is another client's, or lacks a scope. */
export function checkGrant(claims: Readonly<Record<string, unknown>>, { clientId, scope }: TokenGrant): void {
  if (clientId !== undefined && !list(clientId).includes(claims['client_id'] ?? claims['azp'])) {
    throw refused('mismatch', 'the token was not issued to that client');
  }
  const granted = list(claims['scope'] ?? claims['scp'] ?? claims['roles']);
  const scopes = granted.flatMap((value) => (typeof value === 'string' ? value.split(' ') : []));
  if (scope !== undefined && !list(scope).every((name) => scopes.includes(name as string))) {
    throw refused('mismatch', 'the token lacks a scope');
  }
}

/** One or several as several. */
export function list(value: unknown): readonly unknown[] {
  return [value].flat();
}
