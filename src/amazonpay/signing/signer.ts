/**
 * Signs requests to Amazon Pay's API, version 2: delivery trackers and any other.
 *
 * @module
 * @see {@link https://developer.amazon.com/docs/amazon-pay-api-v2/signing-requests.html | Signing requests}
 */

import { encodeBase64, encodeUtf8 } from '../../core/bytes.ts';
import { ValidationError } from '../../core/errors.ts';
import { misconfigured, readClock } from '../../core/options.ts';
import type { WebCryptoKey } from '../../core/types.ts';
import { type AmazonPayRegion, type AmazonPayRegionName, checkPublicKeyId, resolveRegion } from '../regions.ts';
import { type AmazonPayAlgorithm, DEFAULT_ALGORITHM, saltLength } from './algorithms.ts';
import { canonicalHeaders, canonicalRequest, type SignableRequest, stringToSign } from './canonical-request.ts';
import { checkCryptoKey, importPkcs8, readPrivateKey } from './private-key.ts';

/**
 * A private key that is kept elsewhere, such as in a KMS or an HSM.
 *
 * The signature must be RSASSA-PSS with SHA-256, MGF1 with SHA-256 and the salt of the algorithm: 32 bytes for
 * `AMZN-PAY-RSASSA-PSS-V2`. AWS KMS's `RSASSA_PSS_SHA_256` always takes 32, so it fits that algorithm alone.
 */
export interface Signer {
  /** Signs `bytes`, which are not hashed yet. What it throws reaches the caller as it is, and the call is not repeated. */
  sign(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array>;
}

/** What an {@link AmazonPaySigner} is made with. */
export interface AmazonPaySignerOptions {
  /** The id that Seller Central shows beside the key, such as `LIVE-AGC4SIRXYYTSA667HVXKNEIA`. */
  readonly publicKeyId: string;
  /** The private key as text or bytes, in any state that {@link importPrivateKey} takes; or imported; or a {@link Signer} that signs elsewhere. */
  readonly privateKey: string | Uint8Array | WebCryptoKey | Signer;
  /** Where the seller's account is. */
  readonly region: AmazonPayRegionName;
  /**
   * `AMZN-PAY-RSASSA-PSS` is the default of Amazon's own SDKs; both are accepted.
   * @default 'AMZN-PAY-RSASSA-PSS-V2'
   */
  readonly algorithm?: AmazonPayAlgorithm;
  /**
   * The present time, for the date that is signed. Amazon refuses one that lies ahead of its own clock.
   * @default () => new Date()
   */
  readonly clock?: () => Date;
}

/** A signature, and how it came about. */
export interface SignedHeaders {
  /** What to set on the request: the signed headers and `authorization`. Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** What was hashed, for comparing with another implementation. */
  readonly canonicalRequest: string;
  /** What was signed. Amazon prints its own when it rejects a signature. */
  readonly stringToSign: string;
}

const IDEMPOTENCY_KEY = 'x-amz-pay-idempotency-key';

/**
 * Signs requests to Amazon Pay. Cheap to make; the key is imported when it is first used, once for all who wait.
 *
 * It sets and signs `accept`, `content-type` (both `application/json`), `x-amz-pay-date`, `x-amz-pay-host` (the host that is called) and
 * `x-amz-pay-region`, and signs an `x-amz-pay-idempotency-key` that is there. Other headers stay unsigned, above all `user-agent`, which
 * runtimes and proxies change.
 *
 * @example Read a charge permission
 * ```ts
 * const signer = new AmazonPaySigner({ publicKeyId: 'LIVE-AGC4SIRXYYTSA667HVXKNEIA', privateKey: env.AMAZON_PAY_PRIVATE_KEY, region: 'eu' });
 * const request = new Request('https://pay-api.amazon.eu/v2/chargePermissions/P02-0000000-0000000');
 * const response = await fetch(await signer.sign(request));
 * ```
 */
export class AmazonPaySigner {
  readonly #publicKeyId: string;
  readonly #region: AmazonPayRegion;
  readonly #algorithm: AmazonPayAlgorithm;
  readonly #saltLength: number;
  readonly #clock: (() => Date) | undefined;
  /** Text is kept as the structure that it holds, until it is imported. */
  #privateKey: Uint8Array<ArrayBuffer> | WebCryptoKey | Signer;
  #importing: Promise<WebCryptoKey> | undefined;

  /** @throws {@link ConfigurationError} `CONFIGURATION` for an option or a key that can't work. */
  constructor(options: AmazonPaySignerOptions) {
    const { publicKeyId, privateKey, region, algorithm = DEFAULT_ALGORITHM, clock } = options ?? {};
    checkPublicKeyId(publicKeyId);
    this.#publicKeyId = publicKeyId;
    this.#region = resolveRegion(region);
    this.#algorithm = algorithm;
    this.#saltLength = saltLength(algorithm);
    if (clock !== undefined && typeof clock !== 'function') throw misconfigured('amazonpay', '"clock" must be a function');
    this.#clock = clock;
    this.#privateKey = acceptKey(privateKey);
  }

  /** The algorithm that it signs with. */
  get algorithm(): AmazonPayAlgorithm {
    return this.#algorithm;
  }

  /**
   * Signs a request: gives a new one with the signature, which follows no redirect. The body of the one it is given is read to its
   * end, as `fetch` would. Send the new one soon: its date is signed.
   *
   * @throws {@link ValidationError} `VALIDATION` where it is no `Request`, or its body was read before.
   * @throws {@link ConfigurationError} `CONFIGURATION` for a key that turns out to be damaged.
   */
  async sign(request: Request): Promise<Request> {
    if (typeof request?.arrayBuffer !== 'function') throw invalidRequest('expected a Request');
    if (request.bodyUsed || request.body?.locked) throw invalidRequest('its body was read already: sign it first');
    const { method, url, headers } = request;
    const body = new Uint8Array(await request.arrayBuffer());
    const signed = await this.signHeaders({ method, url, headers, body });
    const merged = new Headers(headers);
    for (const [name, value] of Object.entries(signed.headers)) merged.set(name, value);
    return new Request(request, { headers: merged, redirect: 'manual', ...(!/^(?:GET|HEAD)$/.test(method) && { body }) });
  }

  /**
   * Signs a request that is sent by other means: gives the headers to set on it. Of the headers it is given, only an idempotency key
   * matters. Send exactly the body that was given here: serialise JSON once.
   *
   * @throws {@link ValidationError} `VALIDATION` where a part is of the wrong type, or the URL is not absolute.
   * @throws {@link ConfigurationError} `CONFIGURATION` for a key that turns out to be damaged, or a clock that tells no time.
   *
   * @example
   * ```ts
   * const body = JSON.stringify(tracker);
   * const { headers } = await signer.signHeaders({ method: 'POST', url: 'https://pay-api.amazon.com/v2/deliveryTrackers', body });
   * ```
   */
  async signHeaders(request: SignableRequest): Promise<SignedHeaders> {
    const { method, url, headers, body } = request ?? {};
    // Parsed, because that is how fetch sends it.
    const href = typeof url === 'object' ? url?.href : url;
    const target = typeof href === 'string' && URL.canParse(href) ? new URL(href) : undefined;
    if (!target?.hostname) throw invalidRequest('expected an absolute URL', 'url');
    const idempotencyKey = canonicalHeaders(headers).get(IDEMPOTENCY_KEY);
    const signed: Record<string, string> = {
      accept: 'application/json',
      'content-type': 'application/json',
      'x-amz-pay-date': readClock('amazonpay', this.#clock)
        .toISOString()
        // `20190923T231908Z`
        .replace(/[-:]|\.\d+/g, ''),
      'x-amz-pay-host': target.hostname,
      'x-amz-pay-region': this.#region,
      ...(idempotencyKey !== undefined && { [IDEMPOTENCY_KEY]: idempotencyKey }),
    };
    const canonical = canonicalRequest({ method, url: target, headers: signed, body });
    const text = stringToSign(this.#algorithm, canonical);
    const signature = encodeBase64(await this.#sign(encodeUtf8(text)));
    const names = Object.keys(signed).sort().join(';');
    signed['authorization'] = `${this.#algorithm} PublicKeyId=${this.#publicKeyId}, SignedHeaders=${names}, Signature=${signature}`;
    return { headers: signed, canonicalRequest: canonical, stringToSign: text };
  }

  async #sign(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    if (isSigner(this.#privateKey)) {
      const signature = await this.#privateKey.sign(bytes);
      // 2048 bits are 256 bytes.
      if (ArrayBuffer.isView(signature) && signature.length >= 256) return signature;
      throw misconfigured('amazonpay', "the signer's sign() must resolve with the bytes of an RSA signature");
    }
    const key = await this.#cryptoKey(this.#privateKey);
    return new Uint8Array(await crypto.subtle.sign({ name: 'RSA-PSS', saltLength: this.#saltLength }, key, bytes));
  }

  async #cryptoKey(key: Uint8Array<ArrayBuffer> | WebCryptoKey): Promise<WebCryptoKey> {
    if (!ArrayBuffer.isView(key)) return key;
    try {
      this.#importing ??= importPkcs8(key);
      this.#privateKey = await this.#importing;
      return this.#privateKey;
    } finally {
      // A failure is not kept: the next call tries again.
      this.#importing = undefined;
    }
  }
}

function acceptKey(key: AmazonPaySignerOptions['privateKey']): Uint8Array<ArrayBuffer> | WebCryptoKey | Signer {
  if (typeof key !== 'object' || key === null || ArrayBuffer.isView(key)) return readPrivateKey(key);
  if (!isSigner(key)) checkCryptoKey(key);
  return key;
}

function isSigner(key: object): key is Signer {
  return typeof (key as Partial<Signer>).sign === 'function';
}

function invalidRequest(message: string, ...path: readonly string[]): ValidationError {
  return new ValidationError('request', [path.length > 0 ? { path, message } : { message }], { surface: 'amazonpay' });
}
