/**
 * OAuth access tokens: fetched when they are needed, in a single flight, and renewed before they expire.
 *
 * @module
 */
import { raceAbort, singleFlight, sleep, withTimeout } from '../async.ts';
import { assertOption, TimeoutError, ValidationError } from '../errors.ts';
import type { Surface } from '../types.ts';

/** A token and when it expires. */
export interface AccessToken {
  /** The token itself: a secret. */
  readonly accessToken: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/**
 * Where tokens are stored, to share them among processes. It contains secrets: guard it as you guard credentials. A store that throws or
 * takes longer than 2 seconds is bypassed.
 */
export interface TokenStore {
  /** `key` names the credentials. It is a hash that reveals nothing about them. */
  get(key: string): Promise<AccessToken | undefined>;
  /** Stores it until `token.expiresAt`. */
  set(key: string, token: AccessToken): Promise<void>;
  /**
   * As `get`, with single flight across processes, atomically: the token if it is usable. If it is not, one caller gets `claimed` and
   * fetches a token; the others get `in-progress` until it has called `set()` or `release()`, or until its lease has passed. Without it
   * each process fetches a token.
   */
  claim?(key: string, need: TokenNeed): Promise<AccessToken | 'claimed' | 'in-progress'>;
  /** The fetch failed: the next caller may claim. Does nothing if another owner holds the claim, or if a token is stored. */
  release?(key: string, owner: string): Promise<unknown>;
}

/** What a process needs of a {@link TokenStore}. */
export interface TokenNeed {
  /** Of the process. It may claim again: a reply may have been lost. */
  readonly owner: string;
  /** Milliseconds after which another owner may fetch a token, because this one died. */
  readonly lease: number;
  /** Epoch milliseconds: a token that expires earlier is of no use. */
  readonly expiresAfter: number;
  /** A token that the API refused: it is of no use either. */
  readonly refused?: string | undefined;
}

/** Settings of {@link AccessTokens}. */
export interface AccessTokensOptions {
  readonly surface: Surface;
  /** Requests a token from the authorization server. `expiresIn` is in seconds. */
  readonly fetchToken: () => Promise<{ readonly accessToken: string; readonly expiresIn: number }>;
  readonly now: () => Date;
  /**
   * Milliseconds after which a function that supplies the token counts as one that hangs: it must not end all later calls.
   * @default 60_000
   */
  readonly limit?: number | undefined;
  readonly key: () => string | Promise<string>;
  readonly store?: TokenStore | undefined;
  /**
   * Milliseconds after which a call of the store is bypassed. A process waits five times as long for the token that another one fetches.
   * @default 2_000
   */
  readonly storeTimeout?: number | undefined;
  /** Called the first time that the store fails. */
  readonly onStoreFailure?: (() => void) | undefined;
}

/** The warning of a client whose store of tokens fails. */
export const STORE_FAILED = {
  code: 'TOKEN_STORE_FAILED',
  path: ['tokenStore'],
  message: 'is bypassed: it failed or is too slow',
} as const;

const SLOW = 'Check the function that supplies the credentials or the token. The next call tries again.';

/** Milliseconds before its expiry from which a token is not used any more, as in Amazon's libraries. */
const RENEW_BEFORE = 60_000;

const STORE_TIMEOUT = 2_000;

/** Longer than a request for a token takes, with its retries on a bad day: then another process may fetch one. */
const LEASE = 15_000;

/** A token that replaced a refused one may be refused after so many milliseconds, as one that was revoked later. */
const PROBATION = 60_000;

/** Hands out a valid token. */
export class AccessTokens {
  readonly #options: AccessTokensOptions;
  readonly #inFlight = new Map<string, Promise<AccessToken>>();
  /** Not before it is needed: Cloudflare Workers have no random numbers while a module is loaded. */
  #owner: string | undefined;
  #token: AccessToken | undefined;
  /** A token that the API refused: a store may still hold it. */
  #refused: string | undefined;
  /** A token that was fetched because the one before was refused. If it is refused at once too, the token is not at fault. */
  #replacement: { readonly accessToken: string; readonly since: number } | undefined;
  #isReplacing = false;
  #hasStoreFailed = false;

  constructor(options: AccessTokensOptions) {
    const { surface, store } = options;
    const isStore = store === undefined || (typeof store?.get === 'function' && typeof store.set === 'function');
    assertOption(isStore, surface, 'tokenStore', 'must have get() and set()');
    this.#options = options;
  }

  /** A token that is valid for a while. `signal` ends the wait of this caller, not the request that others wait for. */
  async get(signal?: AbortSignal): Promise<string> {
    const token =
      this.#valid(this.#token) ??
      (await raceAbort(
        singleFlight(this.#inFlight, '', () => this.#load()),
        signal,
      ));
    return token.accessToken;
  }

  /**
   * Takes back a token that the API refused, so that the next caller fetches another. Returns whether that can help: not if this token has
   * just replaced a refused one, or every call would fetch a token.
   */
  refuse(accessToken: string): boolean {
    const { accessToken: replacement, since = 0 } = this.#replacement ?? {};
    if (accessToken === replacement && performance.now() - since < PROBATION) return false;
    this.#refused = accessToken;
    if (this.#token?.accessToken === accessToken) {
      this.#token = undefined;
      this.#isReplacing = true;
    }
    return true;
  }

  async #load(): Promise<AccessToken> {
    const { store } = this.#options;
    // Only if there is a store: the caller's function that supplies the credentials may ask a vault.
    const key = store ? await this.#bounded(async () => this.#options.key()) : '';
    const stored = store && this.#valid(await this.#find(store, key));
    const token = stored ?? (await this.#fetch().catch((error: unknown) => this.#giveUp(key, error)));
    if (store && !stored) await this.#ask(() => store.set(key, token));
    if (this.#isReplacing && !stored) this.#replacement = { accessToken: token.accessToken, since: performance.now() };
    this.#isReplacing = false;
    // The server issued the same token again: without this, each call would fetch it.
    if (token.accessToken === this.#refused) this.#refused = undefined;
    this.#token = token;
    return token;
  }

  /** Looks for a token in the store. While another process fetches one it is waited for. */
  async #find(store: TokenStore, key: string): Promise<AccessToken | undefined> {
    if (typeof store.claim !== 'function') return this.#ask(() => store.get(key));
    this.#owner ??= crypto.randomUUID();
    const { storeTimeout = STORE_TIMEOUT } = this.#options;
    const deadline = performance.now() + 5 * storeTimeout;
    for (let pause = 50; ; pause = Math.min(pause * 2, 1_000)) {
      const need = { owner: this.#owner, lease: LEASE, expiresAfter: this.#expiresAfter(), refused: this.#refused };
      const found = await this.#ask(async () => store.claim?.(key, need));
      if (typeof found !== 'string') return found;
      if (found !== 'in-progress' || performance.now() >= deadline) return undefined;
      // With jitter: a thousand processes must not ask at the same moment.
      await sleep(pause * (0.5 + Math.random() / 2));
    }
  }

  /** Lets another process try. The error of the request is the one to show. */
  async #giveUp(key: string, error: unknown): Promise<never> {
    const { store } = this.#options;
    const owner = this.#owner;
    if (owner && typeof store?.release === 'function') await this.#ask(async () => store.release?.(key, owner));
    throw error;
  }

  async #fetch(): Promise<AccessToken> {
    const { surface, fetchToken, now } = this.#options;
    const { accessToken, expiresIn } = await this.#bounded(fetchToken);
    if (!isToken(accessToken)) {
      throw new ValidationError('response', [{ path: ['access_token'], message: 'expected a token that a header can contain' }], {
        surface,
        hint: 'Check the authorization server, or your own function that fetches tokens.',
      });
    }
    return { accessToken, expiresAt: now().getTime() + expiresIn * 1_000 };
  }

  /** Settles as the task does, or rejects when it has taken too long. */
  #bounded<Value>(task: () => Promise<Value>): Promise<Value> {
    const { surface, limit = 60_000 } = this.#options;
    const late = () => new TimeoutError('total', `there was no access token within ${limit} ms`, { surface, attempts: 0, hint: SLOW });
    // In the background, because a process whose calls have all been aborted may end.
    return withTimeout(limit, task, late, true);
  }

  #valid(token: AccessToken | undefined): AccessToken | undefined {
    if (!isToken(token?.accessToken) || token.accessToken === this.#refused) return undefined;
    return token.expiresAt > this.#expiresAfter() ? token : undefined;
  }

  /** A token that expires by then is not used any more. */
  #expiresAfter(): number {
    return this.#options.now().getTime() + RENEW_BEFORE;
  }

  /** Asks the store. One that is down must not stop the calls: it only saves requests. */
  async #ask<Value>(task: () => Promise<Value>): Promise<Value | undefined> {
    const { storeTimeout = STORE_TIMEOUT, onStoreFailure } = this.#options;
    try {
      return (await withTimeout(storeTimeout, task, () => new Error('the token store is too slow'))) ?? undefined;
    } catch {
      if (!this.#hasStoreFailed) onStoreFailure?.();
      this.#hasStoreFailed = true;
      return undefined;
    }
  }
}

/** For any other value, fetch throws an error that contains the token. */
function isToken(text: unknown): text is string {
  return typeof text === 'string' && /^[\x21-\x7e]+$/.test(text);
}
