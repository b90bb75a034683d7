/**
 * OAuth with JSON Web Tokens of an authorization server of your own.
 *
 * @module
 * @see {@link https://www.rfc-editor.org/rfc/rfc9068 | RFC 9068}, {@link https://www.rfc-editor.org/rfc/rfc7519 | RFC 7519}
 */
import { type ClientOptions, checkOptions } from '../../../core/options.ts';
import type { Fetch } from '../../../core/types.ts';
import { demand, isText, SURFACE } from '../../configuration.ts';
import { bearerChallenge, readBearer } from './bearer.ts';
import { checkAlgorithms, isSymmetric, type JwtAlgorithm, type JwtKeys } from './jwt-keys.ts';
import { JwtVerifier } from './jwt-verifier.ts';
import type { NdrAuth } from './mechanism.ts';
import type { OneOrMany } from './secrets.ts';
import { checkGrant, checkGrantOptions, type TokenGrant } from './token-grant.ts';

/** What a JSON Web Token is checked for. */
export interface BearerJwtClaims extends TokenGrant {
  /** The `iss` of your authorization server, to the letter. */
  readonly issuer: string;
  /** The `aud` that names this webhook; of several, one has to be in the token. */
  readonly audience: OneOrMany<string>;
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
}

/** What {@link bearerJwt} needs to know: what to check, and where the keys are. */
export type BearerJwtOptions = BearerJwtClaims & (RemoteJwtKeys | LocalJwtKeys);

/** Keys that the authorization server publishes. */
export interface RemoteJwtKeys {
  /**
   * URL of its JSON Web Key Set. Fetched when the first token comes, kept for ten minutes, and fetched again for a key that is not
   * in it, twice a minute at most. While it can't be fetched, the old one goes on to serve for a day, so that an outage there is none of
   * your webhook; a key that is withdrawn meanwhile is trusted as long.
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
  const { issuer, audience, typ, clockTolerance = 30 } = options;
  demand(isText(issuer), '"issuer" must be the "iss" of your authorization server');
  demand(audience !== undefined, '"audience" must be the "aud" that names this webhook, or anybody\'s token of that issuer would do');
  demand(typ === undefined || isText(typ), '"typ" must be a text');
  checkGrantOptions(options);
  const algorithms = checkAlgorithms(options.algorithms);
  checkKeySource(options, algorithms);
  const verifier = new JwtVerifier({ ...options, clockTolerance, algorithms });
  return {
    check: async (request) => {
      checkGrant(await verifier.verify(readBearer(request)), options);
    },
    challenge: bearerChallenge,
  };
}

function checkKeySource({ jwks, keys }: BearerJwtOptions, algorithms: readonly JwtAlgorithm[]): void {
  demand((jwks === undefined) !== (keys === undefined), 'bearerJwt() needs "jwks" or "keys", and not both');
  demand(
    jwks === undefined || !algorithms.some(isSymmetric),
    'HS256, HS384 and HS512 need a shared secret in "keys": a published key set holds none',
  );
}
