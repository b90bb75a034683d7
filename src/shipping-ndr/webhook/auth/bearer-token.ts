/**
 * The fourth of Amazon's mechanisms, OAuth: the bearer token of a request, your own check of it, and the checks that all others share.
 *
 * @module
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750 | RFC 6750}
 */
import { type AuthenticationError, assertOption } from '../../../core/errors.ts';
import { checkAllNames, checkFunctions, checkWholeNumbers } from '../../../core/options.ts';
import { headerValues, type WebhookRequest } from '../../../core/receive/request.ts';
import type { OneOrMany } from '../../../core/types.ts';
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

const OPTIONS = ['clientId', 'scope', 'clockTolerance', 'clock', 'issuer', 'audience', 'allowHttp'];
const RENAMED = { aud: 'audience', iss: 'issuer', client_id: 'clientId', scopes: 'scope', requiredScope: 'scope' };

/** Refuses names that are not options, and a clock, `fetch` or `timeout` that cannot be used. `own` are the names of one mechanism. */
export function checkTokenOptions(options: TokenGrant, own: readonly string[], renamed: Readonly<Record<string, string>>): void {
  checkAllNames(SURFACE, options, [...own, ...OPTIONS], { ...RENAMED, ...renamed });
  const { clock, fetch, timeout } = options as TokenGrant & { readonly fetch?: unknown; readonly timeout?: unknown };
  checkFunctions(SURFACE, { clock, fetch });
  if (timeout !== undefined) checkWholeNumbers(SURFACE, { timeout });
}

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
