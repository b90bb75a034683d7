/**
 * Amazon Pay's Create Delivery Tracker, emulated.
 *
 * @module
 * @see {@link https://developer.amazon.com/docs/amazon-pay-api-v2/delivery-tracker.html | Delivery tracker}
 */
import type { WebCryptoKey } from '../../../core/types.ts';
import { Quota, type QuotaLimit } from '../quota.ts';
import { Recent } from '../recent.ts';
import { isAmazonHost, jsonObject, mediaType, type Received, Refusal, type Service, type Surroundings } from '../service.ts';
import { expectedStringToSign, type PayAuthorization, parseAuthorization, type VerifySignature } from './amazon-pay-signature.ts';
import { type DeliveryTrackerBody, readDeliveryTracker, wrongTracking } from './delivery-tracker.ts';

/** A delivery tracker that was accepted. */
export interface DeliveryTrackerRecord extends DeliveryTrackerBody {
  readonly environment: 'live' | 'sandbox';
  readonly region: 'na' | 'eu' | 'jp';
  readonly publicKeyId: string;
  readonly idempotencyKey?: string;
  /** The `x-amz-pay-request-id` of the answer. */
  readonly requestId: string;
  readonly createdAt: Date;
}

/** What the service is made with. */
export interface AmazonPayServiceOptions extends Surroundings {
  readonly publicKeys: Readonly<Record<string, string | WebCryptoKey>>;
  readonly verifySignature: VerifySignature;
  readonly quota: { readonly live: QuotaLimit; readonly sandbox: QuotaLimit } | undefined;
  /** Milliseconds that a date may lie behind and ahead. */
  readonly dateTolerance: { readonly past: number; readonly future: number };
  readonly carrierCodes: ReadonlySet<string> | undefined;
  readonly maxRecords: number;
}

const HOSTS: Readonly<Record<string, string>> = { na: 'pay-api.amazon.com', eu: 'pay-api.amazon.eu', jp: 'pay-api.amazon.jp' };
const REQUIRED_HEADERS = ['accept', 'content-type', 'x-amz-pay-date', 'x-amz-pay-host', 'x-amz-pay-region'] as const;
const IDEMPOTENCY_KEY = 'x-amz-pay-idempotency-key';
// .NET's SDK sends a slash at the end.
const PATH = /^(?:\/(live|sandbox))?\/v2\/deliveryTrackers\/?$/;

/** Checks and keeps delivery trackers. */
export class AmazonPayService implements Service {
  readonly path = '/v2/deliveryTrackers';
  readonly requestIdHeader = 'x-amz-pay-request-id';
  readonly #options: AmazonPayServiceOptions;
  readonly #quotas: Readonly<Record<'live' | 'sandbox', Quota>> | undefined;
  /** By tracking number and environment: each can be used once. */
  readonly #trackers: Recent<string, DeliveryTrackerRecord>;
  /** By idempotency key and environment. */
  readonly #answers: Recent<string, { readonly request: string; readonly answer: string }>;

  constructor(options: AmazonPayServiceOptions) {
    this.#options = options;
    const { quota, maxRecords } = options;
    this.#quotas = quota && { live: new Quota(quota.live), sandbox: new Quota(quota.sandbox) };
    this.#trackers = new Recent(maxRecords);
    this.#answers = new Recent(maxRecords);
  }

  get records(): readonly DeliveryTrackerRecord[] {
    return this.#trackers.values();
  }

  matches(url: URL): boolean {
    return PATH.test(url.pathname) && (!isAmazonHost(url) || Object.values(HOSTS).includes(url.hostname));
  }

  async answer(request: Received): Promise<Response> {
    if (request.method !== 'POST') {
      const { status, code, message } = this.fault(405);
      throw new Refusal(status, code, message, { headers: { allow: 'POST' } });
    }
    const region = this.#checkHeaders(request);
    const authorization = readAuthorization(request.headers);
    const publicKey = this.#findKey(authorization);
    const environment = environmentOf(request.url, authorization.publicKeyId);
    await this.#checkSignature(request, authorization, publicKey);

    const now = this.#options.now();
    if (this.#quotas?.[environment].take(now) === false) throw this.fault(429);
    const idempotencyKey = readIdempotencyKey(request.headers);
    const key = idempotencyKey && `${environment} ${idempotencyKey}`;
    // A client that repeats a call serialises the same bytes.
    const text = new TextDecoder().decode(request.body);
    const first = key && this.#answers.get(key);
    if (first && first.request !== text) {
      throw new Refusal(400, 'DuplicateIdempotencyKey', 'The idempotency key has been used with another request.');
    }
    if (first) return answerWith(first.answer);

    const { carrierCodes, randomId } = this.#options;
    const input = readDeliveryTracker(jsonObject(request.body), { environment, carrierCodes });
    const parcel = `${environment} ${input.trackingNumber}`;
    if (this.#trackers.has(parcel)) throw wrongTracking();
    const requestId = randomId();
    const { publicKeyId } = authorization;
    this.#trackers.set(parcel, {
      ...input,
      environment,
      region,
      publicKeyId,
      requestId,
      createdAt: now,
      ...(idempotencyKey && { idempotencyKey }),
    });
    const { trackingNumber, carrierCode, ...id } = input;
    const answer = JSON.stringify({ ...id, deliveryDetails: [{ trackingNumber, carrierCode }] });
    // Inferred: only what was accepted is kept, or a call that failed could never be repeated.
    if (key) this.#answers.set(key, { request: text, answer });
    return answerWith(answer, { [this.requestIdHeader]: requestId });
  }

  refuse({ status, code, message, headers }: Refusal): Response {
    return Response.json({ reasonCode: code, message }, { status, headers });
  }

  fault(status: number): Refusal {
    const [code, message] = FAULTS[status] ?? FAULTS[500] ?? [];
    return new Refusal(status, code ?? '', message ?? '');
  }

  /** Checks what can be checked without the signature, and says which region the request is for. */
  #checkHeaders({ url, headers }: Received): DeliveryTrackerRecord['region'] {
    for (const name of [...REQUIRED_HEADERS, 'authorization']) {
      const value = headers.get(name);
      if (value === null) throw new Refusal(400, 'MissingHeader', `The header ${name} is missing.`);
      if (value.trim() === '') throw new Refusal(400, 'MissingHeaderValue', `The header ${name} has no value.`);
    }
    if (mediaType(headers) !== 'application/json') throw wrongHeader('content-type', headers);
    if (!headers.get('accept')?.toLowerCase().includes('application/json')) throw wrongHeader('accept', headers);
    // Java's SDK sends it in upper case.
    const region = (headers.get('x-amz-pay-region') ?? '').toLowerCase();
    const host = HOSTS[region];
    if (!Object.hasOwn(HOSTS, region) || (isAmazonHost(url) && host !== url.hostname)) throw wrongHeader('x-amz-pay-region', headers);
    // On the desk the name is the desk's; the SDKs differ in whether the port belongs to it.
    if (![url.hostname, url.host].includes(headers.get('x-amz-pay-host') ?? '')) throw wrongHeader('x-amz-pay-host', headers);
    this.#checkDate(headers);
    return region as DeliveryTrackerRecord['region'];
  }

  #checkDate(headers: Headers): void {
    const text = headers.get('x-amz-pay-date') ?? '';
    // The Node SDK sends it with dashes and colons, every other one without.
    const iso = text.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/, '$1-$2-$3T$4:$5:$6Z');
    const time = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/.test(iso) ? Date.parse(iso) : Number.NaN;
    if (Number.isNaN(time)) throw wrongHeader('x-amz-pay-date', headers);
    const { past, future } = this.#options.dateTolerance;
    const age = this.#options.now().getTime() - time;
    if (age < -future) throw wrongHeader('x-amz-pay-date', headers, 'should not be in future');
    if (age > past) throw wrongHeader('x-amz-pay-date', headers, 'is too old');
  }

  #findKey({ publicKeyId }: PayAuthorization): string | WebCryptoKey {
    const { publicKeys } = this.#options;
    const publicKey = Object.hasOwn(publicKeys, publicKeyId) ? publicKeys[publicKeyId] : undefined;
    // Inferred code; "missing key" stands in the messages that merchants report.
    if (publicKey === undefined) throw new Refusal(403, 'InvalidAuthentication', 'missing key: the public key id is not registered.');
    return publicKey;
  }

  async #checkSignature(request: Received, authorization: PayAuthorization, publicKey: string | WebCryptoKey): Promise<void> {
    const { signedHeaders, signature, saltLength } = authorization;
    const { verifySignature } = this.#options;
    const mustBeSigned = [...REQUIRED_HEADERS, ...(request.headers.has(IDEMPOTENCY_KEY) ? [IDEMPOTENCY_KEY] : [])];
    const complete = mustBeSigned.every((name) => signedHeaders.includes(name)) && signedHeaders.every((name) => request.headers.has(name));
    const stringToSign = await expectedStringToSign(request, authorization);
    const verified =
      complete &&
      (await verifySignature({
        publicKey,
        saltLength,
        data: new TextEncoder().encode(stringToSign),
        signature: decodeSignature(signature),
      }));
    if (!verified) {
      // Amazon prints its own string to sign: compared with the sender's it tells a wrong key from a wrong form.
      const message = `Unable to verify signature, signing String [${stringToSign}], signature [${signature}]`;
      throw new Refusal(403, 'InvalidRequestSignature', message);
    }
  }
}

function readAuthorization(headers: Headers): PayAuthorization {
  const authorization = parseAuthorization(headers.get('authorization') ?? '');
  if (!authorization) throw new Refusal(403, 'InvalidAuthentication', 'The Authorization header is not in the required format.');
  return authorization;
}

/** A new key id says by itself which environment it is for, an old one needs the path to say it. */
function environmentOf({ pathname }: URL, publicKeyId: string): 'live' | 'sandbox' {
  const ofPath = PATH.exec(pathname)?.[1];
  const ofKey = /^(live|sandbox)/i.exec(publicKeyId)?.[1]?.toLowerCase();
  const environment = ofKey ?? ofPath;
  // A key that says it and a path that says the same is let through: Amazon's Ruby SDK sends that.
  if (!environment || (ofKey && ofPath && ofKey !== ofPath)) {
    const wanted = ofKey ? `is for ${ofKey}, and the path for ${ofPath}` : 'has no prefix, so the path must start with /live or /sandbox';
    throw new Refusal(404, 'ResourceNotFound', `The public key id ${wanted}.`);
  }
  return environment as 'live' | 'sandbox';
}

/** No bytes at all where it is no base64: no key made that signature. */
function decodeSignature(base64: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

function readIdempotencyKey(headers: Headers): string | undefined {
  const key = headers.get(IDEMPOTENCY_KEY);
  if (key === null) return undefined;
  if (!/^[\w-]{1,32}$/.test(key)) throw wrongHeader(IDEMPOTENCY_KEY, headers);
  return key;
}

function wrongHeader(name: string, headers: Headers, fault = 'is invalid'): Refusal {
  return new Refusal(400, 'InvalidHeaderValue', `The value ${headers.get(name)} provided for ${name} ${fault}`);
}

function answerWith(body: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(body, { headers: { 'content-type': 'application/json', ...headers } });
}

/** What Amazon says beside a status; the words are documented for 401, 429 and 500 and inferred for the others. */
const FAULTS: Readonly<Record<number, readonly [code: string, message: string]>> = {
  400: ['InvalidRequest', 'The request is invalid.'],
  401: ['UnauthorizedAccess', 'The specified seller account is not authorized to execute this request.'],
  403: ['InvalidAccountStatus', 'The account is not in a status that allows this request.'],
  404: ['ResourceNotFound', 'The requested resource was not found.'],
  405: ['UnsupportedOperation', 'The operation is not supported.'],
  408: ['RequestTimeout', 'The request timed out.'],
  409: ['AmountMismatch', 'The amounts do not match.'],
  426: ['TLSVersionNotSupported', 'The TLS version is not supported. Use 1.2 or later.'],
  429: ['TooManyRequests', 'The rate of requests is above the allowed limit.'],
  500: ['InternalServerError', 'There was an unknown error in the service.'],
  503: ['ServiceUnavailable', 'The service is temporarily unavailable.'],
};
