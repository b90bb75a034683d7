/**
 * Checks the signature and the registered claims of a JSON Web Token. jose does the checking; what is told apart here is a token
 * that is not good and a token that could not be judged.
 *
 * @module
 */
import type { JWTPayload, JWTVerifyGetKey, KeyInput } from 'jose';
import { isWaybillError } from '../../../core/errors.ts';
import { codeOf, NO_KEY, remoteKeySet, SEVERAL_KEYS } from '../../../core/keys/key-set.ts';
import { misconfigured, readClock } from '../../../core/options.ts';
import type { AnyIterable } from '../../../core/types.ts';
import { readUrl, SURFACE } from '../../configuration.ts';
import type { BearerJwtOptions } from './bearer-jwt.ts';
import { type JwtAlgorithm, type JwtKey, listKeys } from './jwt-keys.ts';
import { refused } from './mechanism.ts';

/** Options as `bearerJwt()` has checked them. */
type JwtVerifierOptions = BearerJwtOptions & { readonly algorithms: readonly JwtAlgorithm[]; readonly clockTolerance: number };

/** Verifies tokens of one issuer. */
export class JwtVerifier {
  readonly #options: JwtVerifierOptions;
  /** The keys, where they are known from the start. Always the same objects, by which jose remembers what it has imported. */
  readonly #keys: readonly JwtKey[] | undefined;
  readonly #keySet: JWTVerifyGetKey | undefined;

  constructor(options: JwtVerifierOptions) {
    this.#options = options;
    if (options.jwks !== undefined) {
      const { timeout, fetch } = options;
      this.#keySet = remoteKeySet({ surface: SURFACE, jwks: readUrl('jwks', options.jwks), timeout, fetch });
    } else if (typeof options.keys !== 'function') this.#keys = listKeys(options.keys, options.algorithms);
  }

  /**
   * The token's claims. Throws an AuthenticationError where the token is not good, and anything else where that could not be found
   * out.
   */
  async verify(token: string): Promise<JWTPayload> {
    const { keys, issuer, audience, typ, algorithms, clockTolerance, clock } = this.#options;
    const local = typeof keys === 'function' ? listKeys(await keys(), algorithms) : this.#keys;
    // By a clock that tells no time, no token is past its end.
    const currentDate = readClock(SURFACE, clock);
    // On first use, for who authenticates in another way has no need of jose. Before anything is judged: that it can't be loaded says
    // nothing of the token.
    const { jwtVerify } = await import('./jose.ts');
    const verifyWith = async (key: KeyInput | JWTVerifyGetKey): Promise<JWTPayload> => {
      const { payload } = await jwtVerify(token, key, {
        issuer,
        audience: [audience].flat(),
        algorithms: [...algorithms],
        clockTolerance,
        currentDate,
        // jose takes a token that never ends unless told otherwise.
        requiredClaims: ['exp'],
        ...(typ !== undefined && { typ }),
      });
      return payload;
    };
    try {
      if (local) return await withAny(local as readonly KeyInput[], verifyWith);
      return await verifyWith(this.#keySet as JWTVerifyGetKey).catch((error) => {
        if (codeOf(error) !== SEVERAL_KEYS) throw error;
        // The token does not say which of them signed it, while one key takes the place of another.
        return withAny(error as AsyncIterable<KeyInput>, verifyWith);
      });
    } catch (error) {
      throw isWaybillError(error) ? error : explain(error);
    }
  }
}

/** Tries one key after another. */
async function withAny(keys: AnyIterable<KeyInput>, verifyWith: (key: KeyInput) => Promise<JWTPayload>): Promise<JWTPayload> {
  let failure: unknown = new TypeError('none of the keys can be used at all');
  for await (const key of keys) {
    try {
      return await verifyWith(key);
    } catch (error) {
      if (!isWrongKey(error)) throw error;
      failure = error;
    }
  }
  throw failure;
}

/** Whether another key may fit: the signature is not this one's, or it is a key for another algorithm. */
function isWrongKey(error: unknown): boolean {
  return error instanceof TypeError || /SIGNATURE_VERIFICATION_FAILED|NOT_SUPPORTED/.test(codeOf(error));
}

/** What jose threw, without what it holds: messages and fields that repeat the token's content. */
function explain(error: unknown): Error {
  const code = codeOf(error);
  if (code === 'ERR_JWT_EXPIRED') return refused('expired', 'the token has expired');
  if (code === 'ERR_JWT_CLAIM_VALIDATION_FAILED') {
    const { claim, reason } = error as { readonly claim: string; readonly reason: string };
    return refused('mismatch', `"${claim}" of the token ${reason === 'missing' ? 'is missing' : 'is not as expected'}`);
  }
  if (code === 'ERR_JOSE_ALG_NOT_ALLOWED') return refused('mismatch', 'the token is signed with an algorithm that is not accepted');
  if (code === NO_KEY) return refused('mismatch', 'the token is signed with a key that is not in the key set');
  if (isWrongKey(error)) return refused('mismatch', 'the signature of the token does not verify');
  if (code.startsWith('ERR_J')) return refused('malformed', 'the token is no signed JSON Web Token');
  return misconfigured(SURFACE, 'a key in "keys" can\'t be imported', 'Check its parameters against RFC 7518, section 6.');
}
