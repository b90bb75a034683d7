/**
 * OAuth with JSON Web Tokens of your own authorization server. jose checks the signature and the registered claims; here an invalid token is
 * distinguished from one that could not be checked.
 *
 * @module
 * @see {@link https://www.rfc-editor.org/rfc/rfc9068 | RFC 9068}, {@link https://www.rfc-editor.org/rfc/rfc7519 | RFC 7519}
 */
import type { JWTHeaderParameters, JWTPayload, KeyInput } from 'jose';
import { assertOption, isWaybillError, misconfigured } from '../../../core/errors.ts';
import { codeOf, type FindPublishedKeys, NO_KEY, remoteKeySet } from '../../../core/keys/key-set.ts';
import { provided, readClock, readUrl, requireString } from '../../../core/options.ts';
import type { Fetch, OneOrMany } from '../../../core/types.ts';
import { SURFACE } from '../../surface.ts';
import { bearerChallenge, checkGrant, checkGrantOptions, checkTokenOptions, readBearer, type TokenGrant } from './bearer-token.ts';
import { checkAlgorithms, isSymmetric, type JwtAlgorithm, type JwtKey, type JwtKeys, listKeys } from './jwt-keys.ts';
import { type NdrAuth, refused } from './mechanism.ts';

/** What a JSON Web Token is checked for. */
export interface BearerJwtClaims extends TokenGrant {
  /** The `iss` of your authorization server, exactly. */
  readonly issuer: string;
  /**
   * The `aud` that names this webhook; one of several. `false` for an issuer whose access tokens have none, such as Amazon Cognito: `clientId`
   * or `scope` is then required, or any token of that issuer would authenticate.
   */
  readonly audience: OneOrMany<string> | false;
  /**
   * The `typ` in the token's header, such as `at+jwt` if the issuer follows RFC 9068.
   * @default not checked
   */
  readonly typ?: string | undefined;
  /**
   * Signature algorithms to accept. Those with a shared secret must be named.
   * @default every algorithm with a public key
   */
  readonly algorithms?: readonly JwtAlgorithm[] | undefined;
}

/** Options of {@link bearerJwt}: what to check, and with which keys. */
export type BearerJwtOptions = BearerJwtClaims & (RemoteJwtKeys | LocalJwtKeys);

/** Keys that the authorization server publishes. */
export interface RemoteJwtKeys {
  /**
   * URL of its JSON Web Key Set. Fetched when the first token arrives, cached for ten minutes, and fetched again for a key that is not in it,
   * at most twice a minute. If it cannot be fetched, the old one stays valid for up to a day, so that an outage there is not an outage of
   * your webhook; a key that is revoked in the meantime stays valid as long.
   */
  readonly jwks: string | URL;
  /**
   * Milliseconds that fetching the key set may take. Keep it well below the webhook's `timeBudget`, so that the response is still 503.
   * @default 2_000
   */
  readonly timeout?: number | undefined;
  /**
   * Fetches the key set.
   * @default globalThis.fetch
   */
  readonly fetch?: Fetch | undefined;
  /**
   * Allows an `http:` URL beyond this machine.
   * @default false
   */
  readonly allowHttp?: boolean | undefined;
  readonly keys?: undefined;
}

/** Keys that you have. */
export interface LocalJwtKeys {
  /** Tried one after another. Several are for a rotation. */
  readonly keys: JwtKeys;
  readonly jwks?: undefined;
}

/**
 * Authenticates Amazon by a JSON Web Token from your authorization server, for Amazon's mechanism OAuth. You give Amazon the server's token
 * endpoint, a client id and a secret; it fetches a token there and presents it here (inferred: Amazon's page does not say who issues the
 * token).
 *
 * A token must have `exp`. If the key set is unavailable the token is not at fault: the webhook responds with 503, and the event is
 * redelivered.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` for options with which anybody or nobody could authenticate.
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
 * @example Amazon Cognito, whose access tokens have no "aud"
 * ```ts
 * const issuer = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI';
 * bearerJwt({ issuer, audience: false, jwks: `${issuer}/.well-known/jwks.json`, clientId: '6kd0…', scope: 'ndr/push' });
 * ```
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9068 | RFC 9068}
 */
export function bearerJwt(options: BearerJwtOptions): NdrAuth {
  checkTokenOptions(options, ['typ', 'algorithms', 'jwks', 'timeout', 'fetch', 'keys'], RENAMED);
  const { issuer, audience, typ, clientId, scope, clockTolerance = 30 } = options;
  requireString(SURFACE, 'issuer', issuer, 'It is the "iss" of your authorization server.');
  const hint =
    'Pass the "aud" that names this webhook; or false, with clientId or scope, for an issuer without it, such as Amazon Cognito.';
  assertOption(audience !== undefined, SURFACE, 'audience', 'is missing: any token of that issuer would authenticate', hint);
  const isSafe = audience !== false || clientId !== undefined || scope !== undefined;
  assertOption(isSafe, SURFACE, 'audience', 'may be false only with "clientId" or "scope": any token of that issuer would authenticate');
  if (typ !== undefined) requireString(SURFACE, 'typ', typ);
  checkGrantOptions({ ...options, audience: audience === false ? undefined : audience });
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

const RENAMED = { jwksUri: 'jwks', jwks_uri: 'jwks', jwksUrl: 'jwks', publicKey: 'keys' };

function checkKeySource({ jwks, keys }: BearerJwtOptions, algorithms: readonly JwtAlgorithm[]): void {
  assertOption((jwks === undefined) !== (keys === undefined), SURFACE, undefined, 'bearerJwt() needs "jwks" or "keys", and not both');
  const problem = 'names HS256, HS384 or HS512, which need a shared secret in "keys": a published key set has none';
  assertOption(jwks === undefined || !algorithms.some(isSymmetric), SURFACE, 'algorithms', problem);
}

/** Options as {@link bearerJwt} has checked them. */
type CheckedOptions = BearerJwtOptions & { readonly algorithms: readonly JwtAlgorithm[]; readonly clockTolerance: number };

class JwtVerifier {
  readonly #options: CheckedOptions;
  /** The keys. If they are known from the start, always the same objects, by which jose caches what it has imported. */
  readonly #keys: (() => readonly JwtKey[] | Promise<readonly JwtKey[]>) | undefined;
  readonly #keySet: FindPublishedKeys | undefined;

  constructor(options: CheckedOptions) {
    this.#options = options;
    if (options.jwks !== undefined) {
      const { jwks, timeout, fetch, allowHttp } = options;
      this.#keySet = remoteKeySet({ surface: SURFACE, jwks: readUrl(SURFACE, 'jwks', jwks, allowHttp), timeout, fetch });
    } else this.#keys = provided(options.keys, (keys) => listKeys(keys, options.algorithms));
  }

  /** The token's claims. Throws an AuthenticationError if the token is not valid, and anything else if it could not be checked. */
  async verify(token: string): Promise<JWTPayload> {
    const local = await this.#keys?.();
    // Checked first: with an invalid clock, no token would be expired.
    const currentDate = readClock(SURFACE, this.#options.clock);
    let failure: unknown = new TypeError('none of the keys can be used');
    try {
      for (const key of local ?? (await this.#published(token))) {
        try {
          return await this.#verifyWith(token, key as KeyInput, currentDate);
        } catch (error) {
          // The signature may be another key's.
          if (!isWrongKey(error)) throw error;
          failure = error;
        }
      }
    } catch (error) {
      failure = error;
    }
    throw isWaybillError(failure) ? failure : explain(failure, this.#options.issuer);
  }

  /** The published keys that may have signed the token. */
  async #published(token: string): Promise<readonly KeyInput[]> {
    const { decodeProtectedHeader } = await import('./jose.ts');
    const { algorithms } = this.#options;
    let header: ReturnType<typeof decodeProtectedHeader>;
    try {
      header = decodeProtectedHeader(token);
    } catch {
      throw refused('malformed', MALFORMED);
    }
    if (!algorithms.includes(header.alg as JwtAlgorithm)) throw refused('mismatch', ALGORITHM);
    return (this.#keySet as FindPublishedKeys)(header as JWTHeaderParameters);
  }

  async #verifyWith(token: string, key: KeyInput, currentDate: Date): Promise<JWTPayload> {
    const { issuer, audience, typ, algorithms, clockTolerance } = this.#options;
    // On first use: other mechanisms do not need jose.
    const { jwtVerify } = await import('./jose.ts');
    const { payload } = await jwtVerify(token, key, {
      issuer,
      ...(audience !== false && { audience: [audience].flat() }),
      algorithms: [...algorithms],
      clockTolerance,
      currentDate,
      // Without this jose accepts a token that never expires.
      requiredClaims: ['exp'],
      ...(typ !== undefined && { typ }),
    });
    return payload;
  }
}

const MALFORMED = 'the token is not a signed JSON Web Token';
const ALGORITHM = 'the token is signed with an algorithm that is not accepted';

/** Whether another key may fit: the signature is not this one's, or it is a key for another algorithm. */
function isWrongKey(error: unknown): boolean {
  return error instanceof TypeError || /SIGNATURE_VERIFICATION_FAILED|NOT_SUPPORTED/.test(codeOf(error));
}

/** The error for what jose threw, without its messages and fields, which contain parts of the token. */
function explain(error: unknown, issuer: string): Error {
  const code = codeOf(error);
  if (code === 'ERR_JWT_EXPIRED') return refused('expired', 'the token has expired');
  if (code === 'ERR_JWT_CLAIM_VALIDATION_FAILED') {
    const { claim, reason, payload } = error as { readonly claim: string; readonly reason: string; readonly payload: JWTPayload };
    if (reason === 'missing') return refused('mismatch', `"${claim}" of the token is missing`, claim === 'aud' ? NO_AUDIENCE : undefined);
    const slash = claim === 'iss' && differsInSlash(payload.iss, issuer) ? ': it differs from "issuer" in a slash at the end' : '';
    return refused('mismatch', `"${claim}" of the token is not as expected${slash}`);
  }
  if (code === 'ERR_JOSE_ALG_NOT_ALLOWED') return refused('mismatch', ALGORITHM);
  if (code === NO_KEY) return refused('mismatch', 'the token is signed with a key that is not in the key set');
  if (isWrongKey(error)) return refused('mismatch', 'the signature of the token does not verify');
  if (code.startsWith('ERR_J')) return refused('malformed', MALFORMED);
  return misconfigured(SURFACE, 'keys', 'contains a key that cannot be imported', 'Check its parameters against RFC 7518, section 6.');
}

const NO_AUDIENCE = 'If the issuer puts none into its access tokens, as Amazon Cognito does, pass audience: false with "clientId".';

function differsInSlash(found: unknown, expected: string): boolean {
  return found === `${expected}/` || `${found}/` === expected;
}
