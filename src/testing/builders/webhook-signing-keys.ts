/**
 * The keys that Buy with Prime's webhooks are signed with, as Amazon would keep them.
 *
 * @module
 */
import { p384 } from '@noble/curves/nist.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha384 } from '@noble/hashes/sha2.js';
import { encodeBase64, encodeUtf8, sha256Hex } from '../../core/bytes.ts';
import { ConfigurationError } from '../../core/errors.ts';
import type { Jwk } from '../../core/keys/jwk.ts';
import { asOptions } from './arguments.ts';

/** How the two numbers of a signature are written: as ASN.1, or side by side. Which of them Amazon does is not documented. */
export type SignatureEncoding = 'der' | 'ieee-p1363';

/** How the keys come about. */
export interface WebhookSigningKeysOptions {
  /**
   * The same text gives the same keys, one after another: for two processes that have to agree on them.
   * @default chance
   */
  readonly seed?: string;
}

/** Which key signs, and how. */
export interface SignOptions {
  /**
   * The key that signs, also one that was withdrawn.
   * @default the newest
   */
  readonly keyId?: string;
  /** @default 'der' (inferred: a public implementation takes it so) */
  readonly encoding?: SignatureEncoding;
}

interface SigningKey {
  readonly keyId: string;
  readonly secretKey: Uint8Array;
  readonly jwk: Jwk;
}

/** Bytes of randomness that a key of P-384 is made of. */
const SEED_LENGTH = 72;

/**
 * Keys on the curve P-384, one of which signs, and the key set that publishes them. An emulator has such keys and answers
 * `GET /jwks.json` with their public halves. Signatures are deterministic: the same key and body give the same bytes.
 *
 * Good for tests and for nothing else: the keys are in memory, and a seed is no secret.
 *
 * @example A webhook that verifies with keys of a test
 * ```ts
 * import { BuyWithPrimeWebhookVerifier } from 'waybill/buywithprime';
 * import { buyWithPrimeEvent, signedWebhook, WebhookSigningKeys } from 'waybill/testing';
 *
 * const keys = new WebhookSigningKeys();
 * const verifier = new BuyWithPrimeWebhookVerifier({ keys: () => keys.jwks });
 * const event = await verifier.verify(signedWebhook(buyWithPrimeEvent('PACKAGE_DELIVERED'), { keys }));
 * ```
 */
export class WebhookSigningKeys {
  readonly #seed: string | undefined;
  readonly #keys: SigningKey[] = [];
  readonly #withdrawn = new Set<string>();

  /** @throws {@link ConfigurationError} `CONFIGURATION` where the options are none. */
  constructor(options?: WebhookSigningKeysOptions) {
    const { seed } = asOptions('WebhookSigningKeys', options);
    if (seed !== undefined && typeof seed !== 'string') throw misconfigured('"seed" must be a text');
    this.#seed = seed;
  }

  /** Id of the key that signs: the newest. */
  get keyId(): string {
    return this.#newest().keyId;
  }

  /** The key set as it is published: the public halves of all keys that were not withdrawn. */
  get jwks(): { readonly keys: readonly Jwk[] } {
    this.#newest();
    return { keys: this.#keys.filter(({ keyId }) => !this.#withdrawn.has(keyId)).map(({ jwk }) => ({ ...jwk })) };
  }

  /** Makes another key, which signs from now on, and gives its id. The ones before stay published. */
  rotate(): string {
    this.#newest();
    return this.#make().keyId;
  }

  /**
   * Takes a key out of the key set; without an id, all but the newest.
   *
   * @throws {@link ConfigurationError} `CONFIGURATION` where there is no such key.
   */
  withdraw(keyId?: string): void {
    const newest = this.keyId;
    const keys = keyId === undefined ? this.#keys.filter((key) => key.keyId !== newest) : [this.#find(keyId)];
    for (const key of keys) this.#withdrawn.add(key.keyId);
  }

  /**
   * Signs a body, as text or as bytes, and gives the signature in base64.
   *
   * @throws {@link ConfigurationError} `CONFIGURATION` where there is no such key or encoding.
   */
  sign(body: string | Uint8Array, options?: SignOptions): string {
    const { keyId = this.keyId, encoding = 'der' } = asOptions('sign', options);
    if (encoding !== 'der' && encoding !== 'ieee-p1363') throw misconfigured('"encoding" must be "der" or "ieee-p1363"');
    if (typeof body !== 'string' && !(body instanceof Uint8Array)) throw misconfigured('what is signed must be text or bytes');
    const message = typeof body === 'string' ? encodeUtf8(body) : body;
    // Not only the smaller of the two possible values, for signatures that were made elsewhere are not either.
    const format = encoding === 'der' ? 'der' : 'compact';
    return encodeBase64(p384.sign(message, this.#find(keyId).secretKey, { lowS: false, format }));
  }

  #find(keyId: string): SigningKey {
    const found = this.#keys.find((key) => key.keyId === keyId);
    if (!found) throw misconfigured('there is no key of that id');
    return found;
  }

  /** The first one is made when it is needed, for that takes a tenth of a second. */
  #newest(): SigningKey {
    return this.#keys.at(-1) ?? this.#make();
  }

  #make(): SigningKey {
    const entropy =
      this.#seed === undefined
        ? undefined
        : hkdf(sha384, encodeUtf8(this.#seed), undefined, encodeUtf8(`${this.#keys.length}`), SEED_LENGTH);
    const secretKey = p384.utils.randomSecretKey(entropy);
    // 4, x and y.
    const point = p384.getPublicKey(secretKey, false);
    const keyId = sha256Hex(point).slice(0, 32);
    const [x, y] = [point.subarray(1, 49), point.subarray(49)].map(base64url) as [string, string];
    const key: SigningKey = { keyId, secretKey, jwk: { kty: 'EC', crv: 'P-384', x, y, kid: keyId, use: 'sig', alg: 'ES384' } };
    this.#keys.push(key);
    return key;
  }
}

function base64url(bytes: Uint8Array): string {
  return encodeBase64(bytes).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

function misconfigured(message: string): ConfigurationError {
  return new ConfigurationError(message, { surface: 'testing' });
}
