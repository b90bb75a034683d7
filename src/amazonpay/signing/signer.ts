/**
 * Signs requests to Amazon Pay's API, version 2: delivery trackers and any other.
 *
 * @module
 * @see {@link https://developer.amazon.com/docs/amazon-pay-api-v2/signing-requests.html | Signing requests}
 */
import { singleFlight } from '../../core/async.ts';
import { encodeBase64, encodeUtf8 } from '../../core/bytes.ts';
import { assertOption, ValidationError } from '../../core/errors.ts';
import { checkFunctions, checkNames, readClock } from '../../core/options.ts';
import type { Bytes, WebCryptoKey } from '../../core/types.ts';
import { type AmazonPayRegion, type AmazonPayRegionName, checkPublicKeyId, resolveRegion } from '../regions.ts';
import { SURFACE } from '../surface.ts';
import {
  type AmazonPayAlgorithm,
  canonicalHeaders,
  canonicalRequest,
  DEFAULT_ALGORITHM,
  type SignableRequest,
  saltLength,
  stringToSign,
} from './canonical-request.ts';
import { checkCryptoKey, importPkcs8, readPrivateKey } from './private-key.ts';

/**
 * A private key that is stored elsewhere, such as in a KMS or an HSM.
 *
 * The signature must be RSASSA-PSS with SHA-256, MGF1 with SHA-256 and the salt of the algorithm: 32 bytes for `AMZN-PAY-RSASSA-PSS-V2`.
 * AWS KMS's `RSASSA_PSS_SHA_256` always has 32, so it fits that algorithm only.
 */
export interface Signer {
  /** Signs `bytes`, which are not hashed yet. An error that it throws reaches the caller unchanged, and the call is not retried. */
  sign(bytes: Bytes): Promise<Uint8Array>;
}

/** Options of an {@link AmazonPaySigner}. */
export interface AmazonPaySignerOptions {
  /** The id that Seller Central shows beside the key, such as `LIVE-AGC4SIRXYYTSA667HVXKNEIA`. */
  readonly publicKeyId: string;
  /** The private key as a string or bytes, in any form that {@link importPrivateKey} accepts; or imported; or a {@link Signer}. */
  readonly privateKey: string | Uint8Array | WebCryptoKey | Signer;
  /** The region of the seller's account. */
  readonly region: AmazonPayRegionName;
  /**
   * `AMZN-PAY-RSASSA-PSS` is the default of Amazon's own SDKs. Amazon accepts both.
   * @default 'AMZN-PAY-RSASSA-PSS-V2'
   */
  readonly algorithm?: AmazonPayAlgorithm | undefined;
  /**
   * The current time, which becomes the signed date. Amazon rejects a date ahead of its clock, by public issues.
   * @default () => new Date()
   */
  readonly clock?: (() => Date) | undefined;
}

/** A signature and what it was made from. */
export interface SignedHeaders {
  /** The headers to set on the request: the signed ones and `authorization`. Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** What was hashed, for comparison with another implementation. */
  readonly canonicalRequest: string;
  /** What was signed. Amazon prints its own string to sign when it rejects a signature. */
  readonly stringToSign: string;
}

export const IDEMPOTENCY_HEADER = 'x-amz-pay-idempotency-key';

/** A part of a key pair that no option is for: `testKeys()` returns it beside the others. */
export const UNKNOWN_OPTIONS: Readonly<Record<string, string>> = {
  publicKey: 'The public key belongs in Seller Central: a client needs the private one only.',
};

/**
 * Signs requests to Amazon Pay. Cheap to construct: the key is imported once, on first use.
 *
 * Sets and signs `accept`, `content-type` (both `application/json`), `x-amz-pay-date`, `x-amz-pay-host` (the host that is called) and
 * `x-amz-pay-region`, and signs an `x-amz-pay-idempotency-key` of the request. Other headers stay unsigned, above all `user-agent`, which
 * runtimes and proxies change.
 *
 * @example Read a charge permission
 * ```ts
 * const privateKey = env.AMAZON_PAY_PRIVATE_KEY;
 * const signer = new AmazonPaySigner({ publicKeyId: 'LIVE-AGC4SIRXYYTSA667HVXKNEIA', privateKey, region: 'eu' });
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
  /** A PEM is stored as the structure in it until it is imported. */
  #privateKey: Bytes | WebCryptoKey | Signer;
  readonly #imports = new Map<string, Promise<WebCryptoKey>>();

  /** @throws {@link ConfigurationError} `CONFIGURATION` for an option or a key that cannot work. */
  constructor(options: AmazonPaySignerOptions) {
    checkNames(SURFACE, options, ['publicKeyId', 'privateKey', 'region', 'algorithm', 'clock'], UNKNOWN_OPTIONS);
    const { publicKeyId, privateKey, region, algorithm = DEFAULT_ALGORITHM, clock } = options;
    checkPublicKeyId(publicKeyId);
    this.#publicKeyId = publicKeyId;
    this.#region = resolveRegion(region);
    this.#algorithm = algorithm;
    this.#saltLength = saltLength(algorithm);
    checkFunctions(SURFACE, { clock });
    this.#clock = clock;
    this.#privateKey = acceptKey(privateKey);
  }

  /** The algorithm that it signs with. */
  get algorithm(): AmazonPayAlgorithm {
    return this.#algorithm;
  }

  /**
   * Signs a request: returns a new one with the signature, which does not follow redirects. Reads the body of `request` to its end, as
   * `fetch` would. Send the new request soon: its date is signed.
   *
   * @throws {@link ValidationError} `VALIDATION` if it is not a `Request`, or its body has been read already.
   * @throws {@link ConfigurationError} `CONFIGURATION` for a key that turns out to be damaged.
   */
  async sign(request: Request): Promise<Request> {
    if (typeof request?.arrayBuffer !== 'function') throw invalidRequest('expected a Request');
    if (request.bodyUsed || request.body?.locked) throw invalidRequest('its body has been read already: sign it first');
    const { method, url, headers } = request;
    const body = new Uint8Array(await request.arrayBuffer());
    const signed = await this.signHeaders({ method, url, headers, body });
    const merged = new Headers(headers);
    for (const [name, value] of Object.entries(signed.headers)) merged.set(name, value);
    return new Request(request, { headers: merged, redirect: 'manual', ...(!/^(?:GET|HEAD)$/.test(method) && { body }) });
  }

  /**
   * Signs a request that is sent by other means: returns the headers to set on it. Of the headers passed in, only an idempotency key is
   * used. Send exactly the body passed in here: serialise JSON once.
   *
   * @throws {@link ValidationError} `VALIDATION` if a part is of the wrong type, or the URL is not absolute.
   * @throws {@link ConfigurationError} `CONFIGURATION` for a key that turns out to be damaged, or a clock that does not return a time.
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
    const idempotencyKey = canonicalHeaders(headers).get(IDEMPOTENCY_HEADER);
    const signed: Record<string, string> = {
      accept: 'application/json',
      'content-type': 'application/json',
      'x-amz-pay-date': readClock(SURFACE, this.#clock)
        .toISOString()
        // `20190923T231908Z`
        .replace(/[-:]|\.\d+/g, ''),
      'x-amz-pay-host': target.hostname,
      'x-amz-pay-region': this.#region,
      ...(idempotencyKey !== undefined && { [IDEMPOTENCY_HEADER]: idempotencyKey }),
    };
    const canonical = canonicalRequest({ method, url: target, headers: signed, body });
    const text = stringToSign(this.#algorithm, canonical);
    const signature = encodeBase64(await this.#sign(encodeUtf8(text)));
    const names = Object.keys(signed).sort().join(';');
    signed['authorization'] = `${this.#algorithm} PublicKeyId=${this.#publicKeyId}, SignedHeaders=${names}, Signature=${signature}`;
    return { headers: signed, canonicalRequest: canonical, stringToSign: text };
  }

  async #sign(bytes: Bytes): Promise<Uint8Array> {
    if (isSigner(this.#privateKey)) {
      const signature = await this.#privateKey.sign(bytes);
      // 2048 bits are 256 bytes.
      const isSignature = ArrayBuffer.isView(signature) && signature.length >= 256;
      assertOption(isSignature, SURFACE, 'privateKey', 'is a signer whose sign() must resolve with the bytes of an RSA signature');
      return signature;
    }
    const key = await this.#cryptoKey(this.#privateKey);
    return new Uint8Array(await crypto.subtle.sign({ name: 'RSA-PSS', saltLength: this.#saltLength }, key, bytes));
  }

  async #cryptoKey(key: Bytes | WebCryptoKey): Promise<WebCryptoKey> {
    if (!ArrayBuffer.isView(key)) return key;
    // A failure is not remembered: the next call tries again.
    const imported = await singleFlight(this.#imports, '', () => importPkcs8(key));
    this.#privateKey = imported;
    return imported;
  }
}

function acceptKey(key: AmazonPaySignerOptions['privateKey']): Bytes | WebCryptoKey | Signer {
  if (typeof key !== 'object' || key === null || ArrayBuffer.isView(key)) return readPrivateKey(key);
  if (!isSigner(key)) checkCryptoKey(key);
  return key;
}

function isSigner(key: object): key is Signer {
  return typeof (key as Partial<Signer>).sign === 'function';
}

function invalidRequest(message: string, ...path: readonly string[]): ValidationError {
  return new ValidationError('request', [path.length > 0 ? { path, message } : { message }], { surface: SURFACE });
}
