/**
 * OAuth with JSON Web Tokens of an authorization server of your own.
 *
 * @module
 * @see {@link https://www.rfc-editor.org/rfc/rfc9068 | RFC 9068}, {@link https://www.rfc-editor.org/rfc/rfc7519 | RFC 7519}
 */
import { type ClientOptions, checkOptions, checkUrl } from '../../core/options.ts';
import type { Fetch } from '../../core/types.ts';
import { demand, isText, SURFACE } from '../configuration.ts';
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
   * in it, twice a minute at most. While it is out of reach, every token asks for it again, but no two at once (on Cloudflare Workers
   * and Vercel Edge, where requests can't share one, each for itself).
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
  // "fetch", "clock" and "timeout" are as in a client's options.
  checkOptions(SURFACE, options as ClientOptions);
  const { issuer, audience, clientId, scope, typ, clockTolerance = 30 } = options;
  demand(isText(issuer), '"issuer" must be the "iss" of your authorization server');
  demand(audience !== undefined, '"audience" must be the "aud" that names this webhook, or anybody\'s token of that issuer would do');
  demand(typ === undefined || isText(typ), '"typ" must be a text');
  for (const [name, value] of Object.entries({ audience, clientId, scope })) {
    demand(value === undefined || (list(value).length > 0 && list(value).every(isText)), `"${name}" must be a text or several`);
  }
  demand(
    typeof clockTolerance === 'number' && clockTolerance >= 0 && clockTolerance <= 3_600,
    '"clockTolerance" must be seconds, 0 to 3600',
  );
  const algorithms = checkAlgorithms(options.algorithms);
  checkKeySource(options, algorithms);
  const verifier = new JwtVerifier({ ...options, clockTolerance, algorithms });
  return {
    check: async (request) => {
      const claims = await verifier.verify(readBearer(request));
      if (clientId !== undefined && !list(clientId).includes(claims['client_id'] ?? claims['azp'])) {
        throw refused('mismatch', 'the token was not issued to that client');
      }
      const granted = list(claims['scope'] ?? claims['scp']).flatMap((value) => (typeof value === 'string' ? value.split(' ') : []));
      if (scope !== undefined && !list(scope).every((name) => granted.includes(name as string))) {
        throw refused('mismatch', 'the token lacks a scope');
      }
    },
    challenge: bearerChallenge,
  };
}

function checkKeySource({ jwks, keys }: BearerJwtOptions, algorithms: readonly JwtAlgorithm[]): void {
  demand((jwks === undefined) !== (keys === undefined), 'bearerJwt() needs "jwks" or "keys", and not both');
  if (jwks === undefined) return;
  checkUrl(SURFACE, 'jwks', String(jwks));
  demand(!algorithms.some(isSymmetric), 'HS256, HS384 and HS512 need a shared secret in "keys": a published key set holds none');
}

function list(value: unknown): readonly unknown[] {
  return [value].flat();
}
