/**
 * OAuth access tokens: fetched when they are needed, once for all who wait, and renewed before they end.
 *
 * @module
 */

import { type Surface, ValidationError } from '../errors.ts';
import { misconfigured } from '../options.ts';
import { sleep, waitFor } from './abort.ts';
import { share } from './share.ts';

/** A token and when it ends. */
export interface AccessToken {
  /** The token itself: a secret. */
  readonly accessToken: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/**
 * Where tokens are kept, to share them among processes. It holds secrets: guard it as you guard credentials. What it fails at, or does not
 * answer within 2 seconds, is done without it.
 */
export interface TokenStore {
  /** `key` names the credentials; it is a hash and tells nothing of them. */
  get(key: string): Promise<AccessToken | undefined>;
  /** Keeps it until `token.expiresAt`. */
  set(key: string, token: AccessToken): Promise<void>;
}

/** What {@link AccessTokens} needs to know. */
export interface AccessTokensOptions {
  readonly surface: Surface;
  /** Asks the authorization server. */
  readonly fetchToken: () => Promise<{ readonly accessToken: string; readonly expiresIn: number }>;
  readonly now: () => Date;
  /** Milliseconds before its end from which a token is not used any more. */
  readonly renewBefore: number;
  readonly key: () => string | Promise<string>;
  readonly store?: TokenStore | undefined;
}

/** Hands out a valid token. */
export class AccessTokens {
  readonly #options: AccessTokensOptions;
  #token: AccessToken | undefined;
  readonly #pending = new Map<string, Promise<AccessToken>>();
  /** A token that was refused: a store may still hold it. */
  #refused: string | undefined;

  constructor(options: AccessTokensOptions) {
    const { surface, store } = options;
    if (store !== undefined && !(typeof store?.get === 'function' && typeof store.set === 'function')) {
      throw misconfigured(surface, '"tokenStore" must have get() and set()');
    }
    this.#options = options;
  }

  /** A token that lives on for a while. `signal` ends the waiting of this caller, not the request that others wait for. */
  async get(signal?: AbortSignal): Promise<string> {
    const token =
      this.#valid(this.#token) ??
      (await waitFor(
        share(this.#pending, '', () => this.#load()),
        signal,
      ));
    return token.accessToken;
  }

  /** Tells that a token was refused, so that the next caller fetches another. */
  refuse(accessToken: string): void {
    this.#refused = accessToken;
    if (this.#token?.accessToken === accessToken) this.#token = undefined;
  }

  async #load(): Promise<AccessToken> {
    const { store } = this.#options;
    // Only where it is needed: the caller's function that supplies the credentials may ask a vault for them.
    const key = store ? await this.#options.key() : '';
    const stored = this.#valid(await ignoreFailure(() => store?.get(key)));
    const token = stored ?? (await this.#fetch());
    if (!stored) await ignoreFailure(() => store?.set(key, token));
    // The server insists on it: to doubt it any longer would mean to fetch it again for each call.
    if (token.accessToken === this.#refused) this.#refused = undefined;
    this.#token = token;
    return token;
  }

  async #fetch(): Promise<AccessToken> {
    const { surface, fetchToken, now } = this.#options;
    const { accessToken, expiresIn } = await fetchToken();
    if (!isToken(accessToken)) {
      throw new ValidationError('response', [{ path: ['access_token'], message: 'expected a token that a header can hold' }], { surface });
    }
    return { accessToken, expiresAt: now().getTime() + expiresIn * 1_000 };
  }

  #valid(token: AccessToken | undefined): AccessToken | undefined {
    if (!isToken(token?.accessToken) || token.accessToken === this.#refused) return undefined;
    return token.expiresAt - this.#options.renewBefore > this.#options.now().getTime() ? token : undefined;
  }
}

/** Of any other, fetch would say that it is no header, in an error that shows it. */
function isToken(text: unknown): text is string {
  return typeof text === 'string' && /^[\x21-\x7e]+$/.test(text);
}

/** Milliseconds that a store may take. */
const STORE_TIME = 2_000;

/** A store that is down, or does not answer, must not stop the calls: it saves requests, no more. */
async function ignoreFailure<Value>(task: () => Value): Promise<Awaited<Value> | undefined> {
  const answered = new AbortController();
  try {
    return (await Promise.race([task(), sleep(STORE_TIME, answered.signal)])) ?? undefined;
  } catch {
    return undefined;
  } finally {
    answered.abort();
  }
}
