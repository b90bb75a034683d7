/**
 * A key set that a server publishes: fetched when a key is needed, kept for a while, and fetched again for a key that is not in it. jose
 * reads it and finds the key; when it is asked for is decided here, for jose has no use for a set that is old and can't be had anew.
 *
 * @module
 * @see {@link https://www.rfc-editor.org/rfc/rfc7517#section-5 | RFC 7517, section 5}
 */
import type { JWTVerifyGetKey, KeyInput } from 'jose';
import { type FetchTextOptions, fetchText } from '../call/fetch-text.ts';
import { share } from '../call/share.ts';
import { ConnectionError } from '../errors.ts';

/** Where a key set is, and how long what is known of it counts. Durations are in milliseconds. */
export interface KeySetOptions extends Pick<FetchTextOptions, 'surface' | 'timeout' | 'fetch'> {
  readonly jwks: string;
  /** How long the set is used before it is fetched again. */
  readonly cacheMaxAge?: number | undefined;
  /** How long after it was fetched it is not fetched again for a key that it lacks. */
  readonly cooldown?: number | undefined;
  /** How much longer it is used where it can't be fetched again. */
  readonly staleIfError?: number | undefined;
}

/** Codes of jose for a key set that was read, and in which it is the one who asks that names no key or too few particulars. */
export const NO_KEY = 'ERR_JWKS_NO_MATCHING_KEY';
export const SEVERAL_KEYS = 'ERR_JWKS_MULTIPLE_MATCHING_KEYS';

/** After a failure it is not asked for again for so long, or one that is silent would cost every request the whole time limit. */
const PAUSE = 1_000;

/**
 * Finds a key by algorithm and id. Where there is none, or several, it throws what jose throws, whose `code` says so. Everything that
 * goes wrong with the set itself is an error of ours: it says nothing of what the key was wanted for.
 */
export function remoteKeySet(options: KeySetOptions): JWTVerifyGetKey {
  const { cacheMaxAge = 600_000, cooldown = 30_000, staleIfError = 86_400_000 } = options;
  const pending = new Map<string, Promise<void>>();
  let keys: JWTVerifyGetKey;
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let failure: unknown;
  let failedAt = Number.NEGATIVE_INFINITY;

  const load = async (): Promise<void> => {
    if (Date.now() - failedAt < Math.min(cooldown, PAUSE)) throw failure;
    try {
      keys = await fetchKeySet(options);
      fetchedAt = Date.now();
    } catch (error) {
      failure = error;
      failedAt = Date.now();
      throw error;
    }
  };
  const reload = (): Promise<void> => share(pending, '', load);

  const find = async (...wanted: Parameters<JWTVerifyGetKey>): Promise<KeyInput> => {
    try {
      return await keys(...wanted);
    } catch (error) {
      throw [NO_KEY, SEVERAL_KEYS].includes(codeOf(error)) ? error : unusable(options);
    }
  };

  return async (...wanted) => {
    const age = Date.now() - fetchedAt;
    if (age >= cacheMaxAge) {
      await reload().catch((error: unknown) => {
        if (age >= cacheMaxAge + staleIfError) throw error;
      });
    }
    return find(...wanted).catch(async (error: unknown) => {
      // That an old set lacks a key says nothing: there may be a newer one.
      if (codeOf(error) !== NO_KEY || Date.now() - fetchedAt < Math.min(cooldown, cacheMaxAge)) throw error;
      await reload();
      return find(...wanted);
    });
  };
}

async function fetchKeySet(options: KeySetOptions): Promise<JWTVerifyGetKey> {
  const { createLocalJWKSet } = await import('./jose-key-set.ts');
  const headers = { accept: 'application/json, application/jwk-set+json' };
  const hint = 'Check "jwks".';
  const text = await fetchText({ method: 'GET', headers }, { ...options, url: options.jwks, wanted: 'key set', hint });
  // AWS has names of its own for ECDSA, and Buy with Prime goes by them; that its keys do so too is inferred. jose passes over a key with
  // an "alg" that it does not know.
  const worded = text.replace(/("alg"\s*:\s*")ECDSA_SHA_(256|384|512)"/g, '$1ES$2"');
  try {
    return createLocalJWKSet(JSON.parse(worded));
  } catch {
    throw unusable(options);
  }
}

function unusable({ surface, jwks }: KeySetOptions): ConnectionError {
  return new ConnectionError(`what ${new URL(jwks).host} answered is no JSON Web Key Set of public keys`, {
    surface,
    attempts: 1,
    hint: 'Check "jwks": it must be the URL of the key set itself.',
  });
}

/** What jose names an error by; empty for any other. */
export function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' ? code : '';
}
