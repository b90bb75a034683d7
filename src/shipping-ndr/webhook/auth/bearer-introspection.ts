/**
 * OAuth with tokens that only the authorization server can read: it is asked about each.
 *
 * @module
 * @see {@link https://www.rfc-editor.org/rfc/rfc7662 | RFC 7662}
 */
import { sha256Hex } from '../../../core/bytes.ts';
import { share } from '../../../core/call/share.ts';
import { type ClientOptions, checkOptions, readClock } from '../../../core/options.ts';
import type { Fetch, Provided } from '../../../core/types.ts';
import { demand, isText, SURFACE } from '../../configuration.ts';
import { bearerChallenge, readBearer } from './bearer.ts';
import { type NdrAuth, refused } from './mechanism.ts';
import type { OneOrMany } from './secrets.ts';
import { checkGrant, checkGrantOptions, list, type TokenGrant } from './token-grant.ts';
import { type IntrospectionCredentials, type TokenDescription, TokenIntrospector } from './token-introspector.ts';

/** What {@link bearerIntrospection} needs to know. */
export interface BearerIntrospectionOptions extends TokenGrant {
  /** URL of the authorization server's introspection endpoint. */
  readonly endpoint: string | URL;
  /**
   * What this webhook shows to the authorization server: a client of its own, not the one that you gave to Amazon. A function is asked
   * for every call, so that a secret can be rotated.
   */
  readonly credentials: Provided<IntrospectionCredentials>;
  /**
   * Where the credentials go: HTTP Basic, or the form.
   * @default 'client_secret_basic'
   */
  readonly authMethod?: 'client_secret_basic' | 'client_secret_post';
  /**
   * The `iss` that the answer has to name, to the letter.
   * @default not checked
   */
  readonly issuer?: string;
  /**
   * The `aud` that the answer has to name; of several, one. Set it where other services take tokens of the same server.
   * @default not checked
   */
  readonly audience?: OneOrMany<string>;
  /**
   * Milliseconds that the call may take. Well under the webhook's own `timeBudget`, so that its answer still is 503.
   * @default 2_000
   */
  readonly timeout?: number;
  /**
   * Seconds for which a token that was found good is not asked about again; never longer than it lives. So long, too, a token that was
   * withdrawn goes on to let in. 0 asks every time.
   * @default 60
   */
  readonly maxCacheAge?: number;
  /**
   * Sends the calls.
   * @default globalThis.fetch
   */
  readonly fetch?: Fetch;
}

/** Amazon has one token at a time; more than a few clients have none either. */
const MAX_CACHED = 1_000;

/**
 * Authenticates Amazon by a bearer token that your authorization server is asked about, for Amazon's mechanism OAuth with opaque
 * tokens.
 *
 * Only a token that is `active` lets a request in. Good tokens are remembered for a minute, as digests; calls that ask about the same
 * token at a time share one request (on Cloudflare Workers and Vercel Edge, where requests can't, each asks for itself). A refusal is
 * not remembered: it would spare no call against a stranger who makes up tokens, and would go on to refuse one that the server learns of
 * a moment later. A call that fails, also for your own credentials, is no fault of the token: the webhook answers 503, and the
 * event comes again.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` for options that can't work.
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
  // "fetch", "clock" and "timeout" are as in a client's options.
  checkOptions(SURFACE, options as ClientOptions);
  const { issuer, maxCacheAge = 60, clock } = options;
  demand(issuer === undefined || isText(issuer), '"issuer" must be the "iss" of your authorization server');
  checkGrantOptions(options);
  demand(typeof maxCacheAge === 'number' && maxCacheAge >= 0 && maxCacheAge <= 3_600, '"maxCacheAge" must be seconds, 0 to 3600');
  const introspector = new TokenIntrospector(options);
  /** Until when, in epoch milliseconds, a token is good, by its digest. */
  const good = new Map<string, number>();
  const pending = new Map<string, Promise<void>>();

  const ask = async (token: string, key: string): Promise<void> => {
    const description = await introspector.introspect(token);
    const now = readClock(SURFACE, clock).getTime();
    checkDescription(description, options, now / 1_000);
    if (good.size >= MAX_CACHED) good.delete(good.keys().next().value as string);
    good.set(key, Math.min(now + maxCacheAge * 1_000, (description.exp ?? Number.POSITIVE_INFINITY) * 1_000));
  };

  return {
    check: async (request) => {
      const token = readBearer(request);
      const key = sha256Hex(token);
      if ((good.get(key) ?? 0) > readClock(SURFACE, clock).getTime()) return;
      await share(pending, key, () => ask(token, key));
    },
    challenge: bearerChallenge,
  };
}

function checkDescription(description: TokenDescription, options: BearerIntrospectionOptions, now: number): void {
  const { issuer, audience, clockTolerance = 30 } = options;
  const { active, iss, aud, exp, nbf } = description;
  if (!active) throw refused('mismatch', 'the token is not active');
  if (exp !== undefined && exp <= now - clockTolerance) throw refused('expired', 'the token has expired');
  if (nbf !== undefined && nbf > now + clockTolerance) throw refused('mismatch', 'the token does not hold yet');
  if (issuer !== undefined && iss !== issuer) throw refused('mismatch', '"iss" of the token is not as expected');
  if (audience !== undefined && !list(audience).some((name) => list(aud).includes(name))) {
    throw refused('mismatch', '"aud" of the token is not as expected');
  }
  checkGrant(description, options);
}
