/**
 * What a verifier of Buy with Prime's webhooks can be told.
 *
 * @module
 */
import type { AuthenticationError } from '../../core/errors.ts';
import { type ClientOptions, checkOptions, checkUrl, misconfigured } from '../../core/options.ts';
import type { WebhookRequest } from '../../core/receive/webhook-request.ts';
import type { Fetch } from '../../core/types.ts';
import { ALGORITHMS, type SignatureAlgorithm } from './signature.ts';
import { type BuyWithPrimeWebhookKeys, type FindKeys, ownKeys, publishedKeys, SURFACE } from './webhook-keys.ts';

/**
 * A check beside the signature, for a subscription with an auth profile: HTTP Basic or OAuth. What `basicAuth()`, `bearerJwt()` and
 * `bearerToken()` of `waybill/shipping-ndr/webhook` return is one.
 */
export interface BuyWithPrimeWebhookAuth {
  /**
   * Resolves where the request is authentic. Rejects with an {@link AuthenticationError} where it is not, and with anything else
   * where that could not be found out: the webhook then answers 503 and not 401. The body has not been read yet, and must not be.
   */
  check(request: WebhookRequest): Promise<void>;
  /** What `WWW-Authenticate` says in an answer 401: a scheme and its parameters. */
  challenge(error: AuthenticationError): string;
}

/** What {@link BuyWithPrimeWebhookVerifier} can be told; nothing must be. Amazon's wording on signatures is not public. */
export interface BuyWithPrimeWebhookVerifierOptions {
  /**
   * URL of Amazon's JSON Web Key Set (inferred). Fetched when the first event comes.
   * @default 'https://api.buywithprime.amazon.com/jwks.json'
   */
  readonly jwks?: string | URL;
  /** Public keys that take the place of the key set. Tried one after another, whatever their ids. */
  readonly keys?: BuyWithPrimeWebhookKeys;
  /**
   * Milliseconds that the key set may take. Well under the handler's `timeBudget`, so that its answer still is 503.
   * @default 2_000
   */
  readonly timeout?: number;
  /**
   * Milliseconds that the key set is used before it is fetched again.
   * @default 600_000 (10 minutes)
   */
  readonly cacheMaxAge?: number;
  /**
   * Milliseconds after a fetch in which the key set is not fetched again for a key that it lacks, so that a stranger who makes up key
   * ids does not have Amazon asked each time. After a failure it is one second at most.
   * @default 30_000
   */
  readonly cooldown?: number;
  /**
   * Milliseconds that the key set is used beyond `cacheMaxAge` while it can't be fetched. A key that Amazon withdraws meanwhile is
   * trusted as long; with 0, an outage of the key set is one of your webhook.
   * @default 86_400_000 (a day)
   */
  readonly staleIfError?: number;
  /**
   * Fetches the key set.
   * @default globalThis.fetch
   */
  readonly fetch?: Fetch;
  /** A check beside the signature. Both have to let a request in. */
  readonly auth?: BuyWithPrimeWebhookAuth;
  /**
   * With `optional`, a request without a signature is let in where `auth` lets it in; a signature that is there has to be right all
   * the same. Amazon may leave it out where the subscription has an auth profile.
   * @default 'required'
   */
  readonly signature?: 'required' | 'optional';
  /**
   * The header with the signature, in base64 (inferred).
   * @default 'x-amzn-signature'
   */
  readonly signatureHeader?: string;
  /**
   * The header with the id of the key (inferred). Where it is missing, every key is tried.
   * @default 'x-amzn-kid'
   */
  readonly keyIdHeader?: string;
  /**
   * The algorithm (inferred). Not every runtime has the curve of ES512.
   * @default 'ES384'
   */
  readonly algorithm?: SignatureAlgorithm;
  /**
   * The bytes that are signed, should they be others than the body (inferred).
   * @default (body) => body
   */
  readonly signedBytes?: (
    body: Uint8Array<ArrayBuffer>,
    request: Pick<WebhookRequest, 'headers' | 'url'>,
  ) => Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>;
}

/** Options as {@link readOptions} has checked them. */
export interface WebhookSettings
  extends Required<Pick<BuyWithPrimeWebhookVerifierOptions, 'signatureHeader' | 'keyIdHeader' | 'algorithm' | 'signedBytes'>> {
  readonly auth: BuyWithPrimeWebhookAuth | undefined;
  readonly isSignatureRequired: boolean;
  readonly findKeys: FindKeys;
}

/** Fills in what was not told. Options may come from JavaScript, so nothing is taken for granted. */
export function readOptions(options: BuyWithPrimeWebhookVerifierOptions): WebhookSettings {
  // "fetch" and "timeout" are as in a client's options.
  checkOptions(SURFACE, options as ClientOptions);
  const {
    jwks = 'https://api.buywithprime.amazon.com/jwks.json',
    keys,
    cacheMaxAge = 600_000,
    cooldown = 30_000,
    staleIfError = 86_400_000,
    auth,
    signature = 'required',
    signatureHeader = 'x-amzn-signature',
    keyIdHeader = 'x-amzn-kid',
    algorithm = 'ES384',
    signedBytes = (body) => body,
    fetch,
    timeout,
  } = options;
  for (const [name, value] of Object.entries({ cacheMaxAge, cooldown, staleIfError })) {
    demand(typeof value === 'number' && value >= 0, `"${name}" must be a number of milliseconds, 0 or more`);
  }
  for (const [name, value] of Object.entries({ signatureHeader, keyIdHeader })) {
    demand(typeof value === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(value), `"${name}" must be the name of a header`);
  }
  const algorithms: readonly string[] = Object.keys(ALGORITHMS);
  demand(algorithms.includes(algorithm), `"algorithm" must be one of ${algorithms.join(', ')}`);
  demand(typeof signedBytes === 'function', '"signedBytes" must be a function');
  demand(
    auth === undefined || (typeof auth?.check === 'function' && typeof auth.challenge === 'function'),
    '"auth" must have check() and challenge(), as what basicAuth() and its siblings return',
  );
  demand(signature === 'required' || signature === 'optional', '"signature" must be "required" or "optional"');
  demand(signature === 'required' || auth, '"signature" can be "optional" only beside "auth", or anybody would be let in');
  demand(keys === undefined || options.jwks === undefined, '"keys" take the place of "jwks": give one of them');
  const url = jwks instanceof URL ? jwks.href : jwks;
  checkUrl(SURFACE, 'jwks', url);
  const findKeys =
    keys === undefined
      ? publishedKeys(algorithm, { jwks: url, timeout, fetch, cacheMaxAge, cooldown, staleIfError })
      : ownKeys(algorithm, keys);
  return { findKeys, auth, isSignatureRequired: signature === 'required', signatureHeader, keyIdHeader, algorithm, signedBytes };
}

function demand(condition: unknown, message: string): asserts condition {
  if (!condition) throw misconfigured(SURFACE, message);
}
