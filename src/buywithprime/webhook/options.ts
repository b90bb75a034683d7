/**
 * Options of a verifier of Buy with Prime's webhooks.
 *
 * @module
 */
import { type AuthenticationError, assertOption } from '../../core/errors.ts';
import { checkAllNames, checkFunctions, checkNames, checkWholeNumbers, readUrl } from '../../core/options.ts';
import type { WebhookRequest } from '../../core/receive/request.ts';
import type { Bytes, Fetch } from '../../core/types.ts';
import { SURFACE } from '../surface.ts';
import { ALGORITHMS, type BuyWithPrimeWebhookKeys, type FindKeys, ownKeys, publishedKeys, type SignatureAlgorithm } from './keys.ts';

/**
 * A check in addition to the signature, for a subscription with an auth profile: HTTP Basic or OAuth. What `basicAuth()`, `bearerJwt()` and
 * `bearerToken()` of `waybill/shipping-ndr/webhook` return is one.
 */
export interface BuyWithPrimeWebhookAuth {
  /**
   * Resolves if the request is authentic. Rejects with an {@link AuthenticationError} if it is not, and with anything else if that could not
   * be found out: the webhook then responds with 503 and not 401. The body has not been read yet, and must not be.
   */
  check(request: WebhookRequest): Promise<void>;
  /** What `WWW-Authenticate` says in a response 401: a scheme and its parameters. */
  challenge(error: AuthenticationError): string;
}

/**
 * How Amazon signs. Amazon's page on signatures is not public: the defaults are concluded from public code (inferred). Change a part if Amazon
 * tells you otherwise.
 */
export interface BuyWithPrimeSignatureScheme {
  /**
   * The header with the signature, in base64 (inferred).
   * @default 'x-amzn-signature'
   */
  readonly signatureHeader?: string | undefined;
  /**
   * The header with the id of the key (inferred). If it is missing, every key is tried.
   * @default 'x-amzn-kid'
   */
  readonly keyIdHeader?: string | undefined;
  /**
   * The algorithm (inferred). Not every runtime has the curve of ES512.
   * @default 'ES384'
   */
  readonly algorithm?: SignatureAlgorithm | undefined;
  /**
   * The bytes that are signed, if they are not the body (inferred).
   * @default (body) => body
   */
  readonly signedBytes?: ((body: Bytes, request: Pick<WebhookRequest, 'headers' | 'url'>) => Bytes | Promise<Bytes>) | undefined;
}

/** Options of {@link BuyWithPrimeWebhookVerifier}; none is required. */
export interface BuyWithPrimeWebhookVerifierOptions {
  /** A check in addition to the signature. Both must accept a request. */
  readonly auth?: BuyWithPrimeWebhookAuth | undefined;
  /** Public keys in place of Amazon's key set. Tried one after another, whatever their ids. */
  readonly keys?: BuyWithPrimeWebhookKeys | undefined;
  /**
   * URL of Amazon's JSON Web Key Set (inferred). Fetched when the first event arrives.
   * @default 'https://api.buywithprime.amazon.com/jwks.json'
   */
  readonly jwks?: string | URL | undefined;
  /**
   * With `optional`, a request without a signature is accepted if `auth` accepts it; a signature that is present must be right all the same.
   * Amazon may omit it if the subscription has an auth profile.
   * @default 'required'
   */
  readonly signature?: 'required' | 'optional' | undefined;
  /** How Amazon signs, if not as public code shows it. */
  readonly scheme?: BuyWithPrimeSignatureScheme | undefined;
  /**
   * Fetches the key set.
   * @default globalThis.fetch
   */
  readonly fetch?: Fetch | undefined;
  /**
   * Milliseconds that fetching the key set may take. Well under the handler's `timeBudget`, so that the response still is 503.
   * @default 2_000
   */
  readonly timeout?: number | undefined;
  /**
   * Milliseconds that the key set is used before it is fetched again.
   * @default 600_000 (10 minutes)
   */
  readonly cacheMaxAge?: number | undefined;
  /**
   * Milliseconds after a fetch in which the key set is not fetched again for a key that it lacks, so that made-up key ids cannot trigger a
   * fetch per request. After a failure it is one second at most.
   * @default 30_000
   */
  readonly cooldown?: number | undefined;
  /**
   * Milliseconds that the key set is used beyond `cacheMaxAge` while it cannot be fetched. A key that Amazon revokes meanwhile is trusted as
   * long; with 0, an outage of the key set is an outage of your webhook.
   * @default 86_400_000 (a day)
   */
  readonly staleIfError?: number | undefined;
  /**
   * Allows an `http:` URL of a key set beyond this machine.
   * @default false
   */
  readonly allowHttp?: boolean | undefined;
}

/** A scheme with the defaults filled in. */
type CompleteScheme = { readonly [Name in keyof BuyWithPrimeSignatureScheme]-?: NonNullable<BuyWithPrimeSignatureScheme[Name]> };

/** Options as {@link readOptions} has checked them. */
export interface WebhookSettings extends CompleteScheme {
  readonly auth: BuyWithPrimeWebhookAuth | undefined;
  readonly isSignatureRequired: boolean;
  readonly findKeys: FindKeys;
}

const OPTIONS = 'auth keys jwks signature scheme fetch timeout cacheMaxAge cooldown staleIfError allowHttp'.split(' ');
const SCHEME = ['signatureHeader', 'keyIdHeader', 'algorithm', 'signedBytes'];
const RENAMED = {
  ...Object.fromEntries(SCHEME.map((name) => [name, `scheme.${name}`])),
  jwksUri: 'jwks',
  jwksUrl: 'jwks',
  publicKey: 'keys',
  publicKeys: 'keys',
  secret: 'auth',
};
const JWKS = 'https://api.buywithprime.amazon.com/jwks.json';

/** Checks the options and fills in the defaults. They may come from JavaScript, so no type is taken for granted. */
export function readOptions(options: BuyWithPrimeWebhookVerifierOptions): WebhookSettings {
  checkAllNames(SURFACE, options, OPTIONS, RENAMED);
  const { jwks = JWKS, keys, cacheMaxAge, cooldown, staleIfError, signature = 'required', auth, fetch, timeout, allowHttp } = options;
  checkFunctions(SURFACE, { fetch });
  if (timeout !== undefined) checkWholeNumbers(SURFACE, { timeout });
  for (const [name, value] of Object.entries({ cacheMaxAge, cooldown, staleIfError })) {
    const isRight = value === undefined || (typeof value === 'number' && value >= 0);
    assertOption(isRight, SURFACE, name, 'must be a number of milliseconds, 0 or more');
  }
  const scheme = readScheme(options.scheme ?? {});
  const isAuth = auth === undefined || (typeof auth?.check === 'function' && typeof auth.challenge === 'function');
  assertOption(isAuth, SURFACE, 'auth', 'must have check() and challenge(), as the results of basicAuth() and its siblings do');
  const isKnown = signature === 'required' || signature === 'optional';
  assertOption(isKnown, SURFACE, 'signature', 'must be "required" or "optional"');
  assertOption(signature === 'required' || auth, SURFACE, 'signature', 'may be "optional" only with "auth": anybody could authenticate');
  assertOption(keys === undefined || options.jwks === undefined, SURFACE, 'keys', 'replaces "jwks": pass one of them');
  const keySet = { jwks: readUrl(SURFACE, 'jwks', jwks, allowHttp), timeout, fetch, cacheMaxAge, cooldown, staleIfError };
  const findKeys = keys === undefined ? publishedKeys(scheme.algorithm, keySet) : ownKeys(scheme.algorithm, keys);
  return { ...scheme, findKeys, auth, isSignatureRequired: signature === 'required' };
}

function readScheme(scheme: BuyWithPrimeSignatureScheme): CompleteScheme {
  assertOption(typeof scheme === 'object' && scheme !== null, SURFACE, 'scheme', 'must be an object');
  checkNames(SURFACE, scheme, SCHEME, {}, 'scheme.');
  const { signatureHeader = 'x-amzn-signature', keyIdHeader = 'x-amzn-kid', algorithm = 'ES384', signedBytes = (body) => body } = scheme;
  for (const [name, value] of Object.entries({ signatureHeader, keyIdHeader })) {
    const isName = typeof value === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(value);
    assertOption(isName, SURFACE, `scheme.${name}`, 'must be the name of a header');
  }
  const algorithms: readonly string[] = Object.keys(ALGORITHMS);
  assertOption(algorithms.includes(algorithm), SURFACE, 'scheme.algorithm', `must be one of ${algorithms.join(', ')}`);
  assertOption(typeof signedBytes === 'function', SURFACE, 'scheme.signedBytes', 'must be a function');
  return { signatureHeader, keyIdHeader, algorithm, signedBytes };
}
