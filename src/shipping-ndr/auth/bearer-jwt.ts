/**
 * OAuth with JSON Web Tokens of an authorization server of your own.
 *
 * @module
 * @see {@link https://www.rfc-editor.org/rfc/rfc9068 | RFC 9068}, {@link https://www.rfc-editor.org/rfc/rfc7519 | RFC 7519}
 */
import { checkUrl } from '../../core/options.ts';
import type { Fetch } from '../../core/types.ts';
import { demand, demandOptions, isText, SURFACE } from '../configuration.ts';
import { bearerChallenge, readBearer } from './bearer.ts';
import { checkAlgorithms, isSymmetric, type JwtAlgorithm, type JwtKeys } from './jwt-keys.ts';
import { JwtVerifier } from './jwt-verifier.ts';
import { type NdrAuth, refused } from './mechanism.ts';
import type { OneOrMany } from './secrets.ts';

/** What a token is checked for. */
export interface BearerJwtClaims {
  /** The `iss` of your authorization server, to the letter. */
  readonly issuer: string;
  /** The `aud` that names this webhook; of several, one has to be in the token. */
  readonly audience: OneOrMany<string>;
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
   * The `typ` in the token's header, such as `at+jwt` where the issuer follows RFC 9068.
   * @default not checked
   */
  readonly typ?: string;
  /**
   * Signature algorithms to accept. The ones with a shared secret have to be named.
   * @default every algorithm with a public key
   */
  readonly algorithms?: readonly JwtAlgorithm[];
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

/** What {@link bearerJwt} needs to know: what to check, and where the keys are. */
export type BearerJwtOptions = BearerJwtClaims & (RemoteJwtKeys | LocalJwtKeys);

/** Keys that the authorization server publishes. */
export interface RemoteJwtKeys {
  /**
   * URL of its JSON Web Key Set. Fetched when the first token comes, kept for ten minutes, and fetched again for a key that is not
   * in it, twice a minute at most.
   */
  readonly jwks: string | URL;
  /**
   * Milliseconds that the key set may take. Well under the webhook's own `timeBudget`, so that its answer still is 503.
   * @default 2_000
   */
  readonly timeout?: number;
  /**
   * Fetches the key set.
   * @default globalThis.fetch
   */
  readonly fetch?: Fetch;
  readonly keys?: never;
}

/** Keys that you have. */
export interface LocalJwtKeys {
  /** Tried one after another. Several are for the time in which one takes the place of another. */
  readonly keys: JwtKeys;
  readonly jwks?: never;
}

/**
 * Authenticates Amazon by a JSON Web Token from your authorization server, for Amazon's mechanism OAuth. You give Amazon the
 * server's token endpoint, a client id and a secret; it fetches a token there and presents it here (inferred: Amazon's page does
 * not say who issues the token).
 *
 * A token has to have `exp`. A key set that is out of reach is no fault of the token: the webhook answers 503, and the event comes
 * again.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` for options that could let in anybody or nobody.
 *
 * @example
 * ```ts
 * bearerJwt({
 *   issuer: 'https://login.example.com/',
 *   audience: 'https://shop.example.com/ndr',
 *   jwks: 'https://login.example.com/.well-known/jwks.json',
 *   clientId: 'amazon-shipping',
 * });
 * ```
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9068 | RFC 9068}
 */
export function bearerJwt(options: BearerJwtOptions): NdrAuth {
  demandOptions('bearerJwt()', options);
  const { issuer, audience, clientId, scope, typ, clockTolerance = 30, clock } = options;
  demand(isText(issuer), '"issuer" must be the "iss" of your authorization server');
  demand(isTexts(audience), '"audience" must be the "aud" that names this webhook, or anybody\'s token of that issuer would do');
  demand(clientId === undefined || isTexts(clientId), '"clientId" must be a text or several');
  demand(scope === undefined || isTexts(scope), '"scope" must be a text or several');
  demand(typ === undefined || isText(typ), '"typ" must be a text');
  demand(
    typeof clockTolerance === 'number' && clockTolerance >= 0 && clockTolerance <= 3_600,
    '"clockTolerance" must be seconds, 0 to 3600',
  );
  demand(clock === undefined || typeof clock === 'function', '"clock" must be a function');
  const algorithms = checkAlgorithms(options.algorithms);
  checkKeySource(options, algorithms);
  const verifier = new JwtVerifier({ ...options, clockTolerance, algorithms });
  return {
    check: async (request) => {
      const claims = await verifier.verify(readBearer(request));
      if (clientId !== undefined && !list(clientId).includes(textOf(claims['client_id'] ?? claims['azp']))) {
        throw refused('mismatch', 'the token was not issued to that client');
      }
      const granted = list(claims['scope'] ?? claims['scp']).flatMap((value) => textOf(value).split(' '));
      if (scope !== undefined && !list(scope).every((name) => granted.includes(textOf(name)))) {
        throw refused('mismatch', 'the token lacks a scope');
      }
    },
    challenge: bearerChallenge,
  };
}

function checkKeySource(options: BearerJwtOptions, algorithms: readonly JwtAlgorithm[]): void {
  const { jwks, keys, timeout, fetch } = options as Partial<Omit<RemoteJwtKeys, 'keys'> & Omit<LocalJwtKeys, 'jwks'>>;
  demand((jwks === undefined) !== (keys === undefined), 'bearerJwt() needs "jwks" or "keys", and not both');
  if (jwks === undefined) return;
  checkUrl(SURFACE, 'jwks', String(jwks));
  demand(!algorithms.some(isSymmetric), 'HS256, HS384 and HS512 need a shared secret in "keys": a published key set holds none');
  demand(
    timeout === undefined || (Number.isInteger(timeout) && timeout > 0 && timeout < 2 ** 31),
    '"timeout" must be a whole number of milliseconds',
  );
  demand(fetch === undefined || typeof fetch === 'function', '"fetch" must be a function');
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 && value.every(isText) : isText(value);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
