/**
 * OAuth with opaque tokens: each is checked by introspection.
 *
 * @module
 */
import { isTiedToRequest, singleFlight } from '../../../core/async.ts';
import { sha256Hex } from '../../../core/digest.ts';
import { type AuthenticationError, assertOption, ConnectionError } from '../../../core/errors.ts';
import { readClock, requireString } from '../../../core/options.ts';
import { isAuthenticationError } from '../../../core/receive/webhook.ts';
import type { Fetch, OneOrMany, Provided } from '../../../core/types.ts';
import { SURFACE } from '../../surface.ts';
import { bearerChallenge, checkGrant, checkGrantOptions, checkTokenOptions, list, readBearer, type TokenGrant } from './bearer-token.ts';
import { type NdrAuth, refused } from './mechanism.ts';
import { type IntrospectionCredentials, type TokenDescription, TokenIntrospector } from './token-introspector.ts';

/** Options of {@link bearerIntrospection}. */
export interface BearerIntrospectionOptions extends TokenGrant {
  /** URL of the authorization server's introspection endpoint. */
  readonly endpoint: string | URL;
  /**
   * The credentials of this webhook at the authorization server: a separate client, not the one that you gave to Amazon. A function is
   * called for every request to the server, so that a secret can be rotated. After 4 seconds it counts as failed.
   */
  readonly credentials: Provided<IntrospectionCredentials>;
  /**
   * Where the credentials go: HTTP Basic, or the form.
   * @default 'client_secret_basic'
   */
  readonly authMethod?: 'client_secret_basic' | 'client_secret_post' | undefined;
  /**
   * The `iss` that the response must name, exactly.
   * @default not checked
   */
  readonly issuer?: string | undefined;
  /**
   * The `aud` that the response must name; one of several. Set it if other services accept tokens of the same server.
   * @default not checked
   */
  readonly audience?: OneOrMany<string> | undefined;
  /**
   * Milliseconds that a request may take. Keep it well below the webhook's `timeBudget`, so that the response is still 503.
   * @default 2_000
   */
  readonly timeout?: number | undefined;
  /**
   * Seconds for which a valid token is not checked again; never after its expiry. A revoked token stays accepted for up to this long. 0
   * checks every time.
   * @default 60
   */
  readonly maxCacheAge?: number | undefined;
  /**
   * Allows an `http:` URL beyond this machine.
   * @default false
   */
  readonly allowHttp?: boolean | undefined;
  /**
   * Sends the requests.
   * @default globalThis.fetch
   */
  readonly fetch?: Fetch | undefined;
}

/** Amazon uses one token; this is ample. */
const MAX_CACHED = 1_000;

/** Milliseconds for which an invalid token is refused without another request to the authorization server. */
const REFUSED_FOR = 10_000;

/** Requests to the authorization server in flight, and those that wait: made-up tokens must not overload it. */
const MAX_IN_FLIGHT = 8;
const MAX_WAITING = 100;

/** Milliseconds after which one that waits is refused: its webhook has responded by then. */
const MAX_WAIT = 4_000;

/** Milliseconds after which a request that has not ended counts as cancelled. */
const CANCELLED_AFTER = 30_000;

/** The characters of a token (RFC 6750, section 2.1), and two more that some servers use. */
const TOKEN = /^[\w.~+/|:-]+=*$/;

/**
 * Authenticates Amazon by an opaque bearer token that your authorization server checks (introspection), for Amazon's mechanism OAuth.
 *
 * Only a token that is `active` authenticates a request. Valid tokens are cached for a minute, invalid ones for ten seconds, as digests.
 * Concurrent requests with the same token share one request to the server (on Cloudflare Workers and Vercel Edge each sends one), and no more
 * than eight are in flight. If a request fails, also because of your own credentials, the token is not at fault: the webhook responds with
 * 503, and the event is redelivered.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` for options that cannot work.
 *
 * @example
 * ```ts
 * bearerIntrospection({
 *   endpoint: 'https://login.example.com/oauth/introspect',
 *   credentials: () => vault.read('introspection'), // { clientId, clientSecret }
 *   clientId: 'amazon-shipping',
 * });
 * ```
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7662 | RFC 7662}
 */
export function bearerIntrospection(options: BearerIntrospectionOptions): NdrAuth {
  const names = ['endpoint', 'credentials', 'authMethod', 'timeout', 'maxCacheAge', 'fetch'];
  checkTokenOptions(options, names, { url: 'endpoint', introspectionEndpoint: 'endpoint' });
  const { issuer, maxCacheAge = 60, clock } = options;
  if (issuer !== undefined) requireString(SURFACE, 'issuer', issuer);
  checkGrantOptions(options);
  const isSeconds = typeof maxCacheAge === 'number' && maxCacheAge >= 0 && maxCacheAge <= 3_600;
  assertOption(isSeconds, SURFACE, 'maxCacheAge', 'must be seconds, 0 to 3600');
  const introspector = new TokenIntrospector(options);
  const verdicts = new Verdicts();
  const queue = new RequestQueue();
  const inFlight = new Map<string, Promise<void>>();

  const ask = async (token: string, key: string): Promise<void> => {
    const description = await queue.run(() => introspector.introspect(token));
    const now = readClock(SURFACE, clock).getTime();
    try {
      checkDescription(description, options, now / 1_000);
    } catch (error) {
      if (isAuthenticationError(error)) verdicts.set(key, { until: performance.now() + REFUSED_FOR, error });
      throw error;
    }
    // By the monotonic clock; only the expiry of the token is a time of day.
    const lifetime = description.exp ? description.exp * 1_000 - now : Number.POSITIVE_INFINITY;
    verdicts.set(key, { until: performance.now() + Math.min(maxCacheAge * 1_000, lifetime) });
  };

  return {
    check: async (request) => {
      const token = readBearer(request);
      if (!TOKEN.test(token)) throw refused('malformed', 'the bearer token contains characters that a token cannot contain');
      const key = sha256Hex(token);
      // An invalid clock is refused before anything is decided by it.
      readClock(SURFACE, clock);
      const known = verdicts.get(key);
      if (known?.error) throw known.error;
      if (!known) await singleFlight(inFlight, key, () => ask(token, key));
    },
    challenge: bearerChallenge,
  };
}

/** Whether a token is valid, or with which error it is refused. */
interface Verdict {
  /** By the monotonic clock. */
  readonly until: number;
  readonly error?: AuthenticationError;
}

/** Verdicts by the token's digest, bounded; the oldest go first. */
class Verdicts {
  readonly #verdicts = new Map<string, Verdict>();

  get(key: string): Verdict | undefined {
    const verdict = this.#verdicts.get(key);
    return verdict && verdict.until > performance.now() ? verdict : undefined;
  }

  set(key: string, verdict: Verdict): void {
    this.#verdicts.delete(key);
    this.#verdicts.set(key, verdict);
    if (this.#verdicts.size <= MAX_CACHED) return;
    // Made-up tokens must not push a valid one out.
    const [oldest] = [...this.#verdicts].find(([, { error }]) => error) ?? [...this.#verdicts][0] ?? [];
    this.#verdicts.delete(oldest as string);
  }
}

/** Runs a bounded number of requests concurrently. */
class RequestQueue {
  #running = 0;
  readonly #waiting: { readonly since: number; readonly start: (error?: unknown) => void }[] = [];
  /** When each request started, if the work is tied to the webhook's own request. */
  readonly #started = new Set<{ readonly at: number }>();

  run<Value>(task: () => Promise<Value>): Promise<Value> {
    return isTiedToRequest() ? this.#runAtOnce(task) : this.#runInTurn(task);
  }

  async #runInTurn<Value>(task: () => Promise<Value>): Promise<Value> {
    if (this.#running >= MAX_IN_FLIGHT) {
      if (this.#waiting.length >= MAX_WAITING) throw overloaded();
      await new Promise<void>((resolve, reject) => {
        this.#waiting.push({ since: performance.now(), start: (error) => (error ? reject(error) : resolve()) });
      });
    } else this.#running += 1;
    try {
      return await task();
    } finally {
      this.#handOver();
    }
  }

  /** To the next that waits, so that no other request takes the place in between. */
  #handOver(): void {
    const isLate = ({ since }: { readonly since: number }): boolean => performance.now() - since >= MAX_WAIT;
    let next = this.#waiting.shift();
    for (; next && isLate(next); next = this.#waiting.shift()) next.start(overloaded());
    if (next) next.start();
    else this.#running -= 1;
  }

  /** Nothing may wait for another request, which may be cancelled and then never ends. So requests are counted only, and expire. */
  async #runAtOnce<Value>(task: () => Promise<Value>): Promise<Value> {
    const request = { at: performance.now() };
    for (const other of this.#started) if (request.at - other.at > CANCELLED_AFTER) this.#started.delete(other);
    if (this.#started.size >= MAX_WAITING) throw overloaded();
    this.#started.add(request);
    try {
      return await task();
    } finally {
      this.#started.delete(request);
    }
  }
}

function overloaded(): ConnectionError {
  return new ConnectionError('too many tokens are being checked', {
    surface: SURFACE,
    attempts: 1,
    hint: 'Somebody may be guessing tokens. The event is redelivered.',
  });
}

function checkDescription(description: TokenDescription, options: BearerIntrospectionOptions, now: number): void {
  const { issuer, audience, clockTolerance = 30 } = options;
  const { active, iss, aud, exp, nbf } = description;
  if (!active) throw refused('mismatch', 'the token is not active');
  if (typeof exp === 'number' && exp <= now - clockTolerance) throw refused('expired', 'the token has expired');
  if (typeof nbf === 'number' && nbf > now + clockTolerance) throw refused('mismatch', 'the token is not valid yet');
  if (issuer !== undefined && iss !== issuer) throw refused('mismatch', '"iss" of the token is not as expected');
  if (audience !== undefined && !list(audience).some((name) => list(aud).includes(name))) {
    throw refused('mismatch', '"aud" of the token is not as expected');
  }
  checkGrant(description, options);
}
