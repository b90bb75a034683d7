/**
 * The keys that Buy with Prime's webhooks are signed with.
 *
 * @module
 */
import { p384 } from '@noble/curves/nist.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha384 } from '@noble/hashes/sha2.js';
import { encodeBase64, encodeUtf8 } from '../../core/bytes.ts';
import { sha256Hex } from '../../core/digest.ts';
import { assertOption, misconfigured } from '../../core/errors.ts';
import type { Jwk } from '../../core/keys/jwk.ts';
import { SURFACE } from '../surface.ts';
import { asOptions } from './arguments.ts';

/** How the two numbers of a signature are encoded: as ASN.1, or one after the other. Amazon does not document which one it uses. */
export type SignatureEncoding = 'der' | 'ieee-p1363';

/** Options of {@link WebhookSigningKeys}. */
export interface WebhookSigningKeysOptions {
  /**
   * The same string gives the same sequence of keys: for two processes that must agree on them.
   * @default random keys
   */
  readonly seed?: string | undefined;
}

/** Which key signs, and how. */
export interface SignOptions {
  /**
   * The key that signs, also one that was withdrawn.
   * @default the newest
   */
  readonly keyId?: string | undefined;
  /** @default 'der' (inferred: a public implementation reads it so) */
  readonly encoding?: SignatureEncoding | undefined;
}

interface SigningKey {
  readonly keyId: string;
  readonly secretKey: Uint8Array;
  readonly jwk: Jwk;
}

/** Bytes of randomness that a P-384 key is derived from. */
const SEED_LENGTH = 72;

/**
 * Keys on the curve P-384, one of which signs, and the key set that publishes them. An emulator has such keys and responds to
 * `GET /jwks.json` with their public halves. Signatures are deterministic: the same key and body give the same bytes.
 *
 * For tests only: the keys are in memory, and a seed is not a secret.
 *
 * @example A webhook that verifies with the keys of a test
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

  /** @throws {@link ConfigurationError} `CONFIGURATION` for options that cannot work. */
  constructor(options?: WebhookSigningKeysOptions) {
    const { seed } = asOptions('WebhookSigningKeys', options, ['seed']);
    assertOption(seed === undefined || typeof seed === 'string', SURFACE, 'seed', 'must be a string');
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

  /** Adds a key, which signs from now on, and returns its id. Earlier keys stay published. */
  rotate(): string {
    this.#newest();
    return this.#make().keyId;
  }

  /**
   * Removes a key from the key set; without an id, all but the newest.
   *
   * @throws {@link ConfigurationError} `CONFIGURATION` if there is no such key.
   */
  withdraw(keyId?: string): void {
    const newest = this.keyId;
    const keys = keyId === undefined ? this.#keys.filter((key) => key.keyId !== newest) : [this.#find(keyId)];
    for (const key of keys) this.#withdrawn.add(key.keyId);
  }

  /** Publishes every key again, also those that `withdraw()` removed. */
  republish(): void {
    this.#withdrawn.clear();
  }

  /**
   * Signs a body, given as a string or as bytes, and returns the signature in base64.
   *
   * @throws {@link ConfigurationError} `CONFIGURATION` if there is no such key or encoding.
   */
  sign(body: string | Uint8Array, options?: SignOptions): string {
    const { keyId = this.keyId, encoding = 'der' } = asOptions('sign', options, ['keyId', 'encoding']);
    assertOption(encoding === 'der' || encoding === 'ieee-p1363', SURFACE, 'encoding', 'must be "der" or "ieee-p1363"');
    const isSignable = typeof body === 'string' || body instanceof Uint8Array;
    assertOption(isSignable, SURFACE, undefined, 'sign() accepts a string or bytes');
    const message = typeof body === 'string' ? encodeUtf8(body) : body;
    // Not only the smaller of the two possible values, because signatures of other libraries are not either.
    const format = encoding === 'der' ? 'der' : 'compact';
    return encodeBase64(p384.sign(message, this.#find(keyId).secretKey, { lowS: false, format }));
  }

  #find(keyId: string): SigningKey {
    const found = this.#keys.find((key) => key.keyId === keyId);
    if (!found)
      throw misconfigured(SURFACE, 'keyId', 'is not the id of one of these keys', 'rotate() returns the id of the key that it adds.');
    return found;
  }

  /** The first key is made when it is needed, because that takes a tenth of a second. */
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
