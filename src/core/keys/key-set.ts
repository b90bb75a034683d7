/**
 * A key set that a server publishes: fetched when a key is needed, cached, and fetched again for a key that is not in it. jose reads it and
 * finds the key. When it is fetched is decided here: jose's own remote key set cannot fall back to a stale set when a refresh fails, and it
 * measures time with the wall clock.
 *
 * @module
 * @see {@link https://www.rfc-editor.org/rfc/rfc7517#section-5 | RFC 7517, section 5}
 */
import type { JSONWebKeySet, JWTHeaderParameters, JWTVerifyGetKey, KeyInput } from 'jose';
import { singleFlight } from '../async.ts';
import { type FetchTextOptions, fetchText } from '../call/fetch-text.ts';
import { parseJson } from '../call/response.ts';
import { ConnectionError } from '../errors.ts';
import { isForSignatures } from './jwk.ts';

/** The URL of a key set, and how long the set is valid. Durations are in milliseconds. */
export interface KeySetOptions extends Pick<FetchTextOptions, 'surface' | 'timeout' | 'fetch'> {
  readonly jwks: string;
  /** How long the set is used before it is fetched again. */
  readonly cacheMaxAge?: number | undefined;
  /** How long after a fetch it is not fetched again for a key that it lacks. */
  readonly cooldown?: number | undefined;
  /** How much longer it is used if it cannot be fetched again. */
  readonly staleIfError?: number | undefined;
}

/** jose's codes for a key set that was read, and in which no key, or more than one, fits the token. */
export const NO_KEY = 'ERR_JWKS_NO_MATCHING_KEY';
const SEVERAL_KEYS = 'ERR_JWKS_MULTIPLE_MATCHING_KEYS';

/** Back-off after a failed fetch, so that an unresponsive server does not cost every request the full timeout. */
const PAUSE = 1_000;

/** Verifiers may be made per request, as on Workers: the sets outlive them. The oldest goes first. */
const MAX_SETS = 100;
const published = /* @__PURE__ */ new Map<string, KeySet>();
const fetchedBy = /* @__PURE__ */ new WeakMap<object, Map<string, KeySet>>();

/** Finds the published keys that may have signed, without damaged ones: several, if the header does not say which, during a rotation. */
export type FindPublishedKeys = (header: JWTHeaderParameters) => Promise<readonly KeyInput[]>;

/** The key set at a URL, shared by all verifiers with the same options. */
export function remoteKeySet(options: KeySetOptions): FindPublishedKeys {
  const { surface, jwks, timeout, fetch, cacheMaxAge, cooldown, staleIfError } = options;
  const sets = fetch ? (fetchedBy.get(fetch) ?? new Map<string, KeySet>()) : published;
  if (fetch) fetchedBy.set(fetch, sets);
  const name = [surface, jwks, timeout, cacheMaxAge, cooldown, staleIfError].join(' ');
  const known = sets.get(name) ?? new KeySet(options);
  sets.delete(name);
  sets.set(name, known);
  if (sets.size > MAX_SETS) sets.delete(sets.keys().next().value as string);
  return (header) => known.find(header);
}

class KeySet {
  readonly #options: KeySetOptions;
  readonly #inFlight = new Map<string, Promise<void>>();
  #keys: JWTVerifyGetKey | undefined;
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #failure: { readonly error: unknown; readonly at: number } | undefined;

  constructor(options: KeySetOptions) {
    this.#options = options;
  }

  /**
   * Finds keys by algorithm and id. If none fits, it throws what jose throws, whose `code` says so. Everything that goes wrong with the set
   * itself is a {@link WaybillError}.
   */
  async find(header: JWTHeaderParameters): Promise<readonly KeyInput[]> {
    const { cacheMaxAge = 600_000, cooldown = 30_000, staleIfError = 86_400_000 } = this.#options;
    const age = performance.now() - this.#fetchedAt;
    if (age >= cacheMaxAge) {
      await this.#reload(cooldown).catch((error: unknown) => {
        if (age >= cacheMaxAge + staleIfError) throw error;
      });
    }
    try {
      return await this.#lookUp(header);
    } catch (error) {
      // A newer set may have the key that an old one lacks.
      if (codeOf(error) !== NO_KEY || performance.now() - this.#fetchedAt < Math.min(cooldown, cacheMaxAge)) throw error;
      await this.#reload(cooldown);
      return this.#lookUp(header);
    }
  }

  async #lookUp(header: JWTHeaderParameters): Promise<readonly KeyInput[]> {
    try {
      return [await (this.#keys as JWTVerifyGetKey)(header, { payload: '', signature: '' })];
    } catch (error) {
      if (codeOf(error) === NO_KEY) throw error;
      if (codeOf(error) !== SEVERAL_KEYS) throw unusable(this.#options);
      // jose's error iterates over the keys.
      const keys: KeyInput[] = [];
      for await (const key of error as AsyncIterable<KeyInput>) keys.push(key);
      return keys;
    }
  }

  #reload(cooldown: number): Promise<void> {
    return singleFlight(this.#inFlight, '', async () => {
      if (this.#failure && performance.now() - this.#failure.at < Math.min(cooldown, PAUSE)) throw this.#failure.error;
      try {
        this.#keys = await fetchKeySet(this.#options);
        this.#fetchedAt = performance.now();
        this.#failure = undefined;
      } catch (error) {
        this.#failure = { error, at: performance.now() };
        throw error;
      }
    });
  }
}

async function fetchKeySet(options: KeySetOptions): Promise<JWTVerifyGetKey> {
  const { createLocalJWKSet } = await import('./jose-key-set.ts');
  const headers = { accept: 'application/json, application/jwk-set+json' };
  const hint = 'Check "jwks".';
  const text = await fetchText({ method: 'GET', headers }, { ...options, url: options.jwks, task: 'fetching the key set', hint });
  // AWS has other names for ECDSA, and Buy with Prime uses them; that its keys do so too is (inferred). jose skips a key with an "alg"
  // that it does not know.
  const renamed = text.replace(/("alg"\s*:\s*")ECDSA_SHA_(256|384|512)"/g, '$1ES$2"');
  try {
    const set = parseJson({ text: renamed }) as JSONWebKeySet;
    // With none of them every signature would be a forger's.
    if (set.keys.some(isForSignatures)) return createLocalJWKSet(set);
  } catch {
    // It is not a set.
  }
  throw unusable(options);
}

function unusable({ surface, jwks }: KeySetOptions): ConnectionError {
  return new ConnectionError(`the response of ${new URL(jwks).host} is not a JSON Web Key Set of public keys for signatures`, {
    surface,
    attempts: 1,
    hint: 'Check "jwks": it must be the URL of the key set itself.',
  });
}

/** The code of an error of jose; empty for any other. */
export function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' ? code : '';
}
