/**
 * Amazon Pay's Create Delivery Tracker, emulated.
 *
 * @module
 * @see {@link https://developer.amazon.com/docs/amazon-pay-api-v2/delivery-tracker.html | Delivery tracker}
 */
import type { Bytes, WebCryptoKey } from '../../../core/types.ts';
import { jsonObject } from '../../builders/arguments.ts';
import { Quota, type QuotaLimit } from '../quota.ts';
import { Recent } from '../recent.ts';
import { isAmazonHost, mediaType, type Received, Refusal, type Service, type ServiceContext } from '../service.ts';
import { expectedStringToSign, type PayAuthorization, parseAuthorization, type VerifySignature } from './signature.ts';
import { type DeliveryTrackerBody, readDeliveryTracker, wrongTracking } from './tracker-body.ts';

/** A delivery tracker that was accepted. */
export interface DeliveryTrackerRecord extends DeliveryTrackerBody {
  /** Higher than that of every earlier record of this emulator. */
  readonly id: number;
  readonly environment: 'live' | 'sandbox';
  readonly region: 'na' | 'eu' | 'jp';
  readonly publicKeyId: string;
  readonly idempotencyKey?: string;
  /** The `x-amz-pay-request-id` of the response. */
  readonly requestId: string;
  readonly createdAt: Date;
}

/** Options of {@link AmazonPayService}. */
export interface AmazonPayServiceOptions extends ServiceContext {
  readonly publicKeys: Readonly<Record<string, string | WebCryptoKey>>;
  readonly verifySignature: VerifySignature;
  readonly quota: { readonly live: QuotaLimit; readonly sandbox: QuotaLimit } | undefined;
  /** Milliseconds that a date may be in the past and in the future. */
  readonly dateTolerance: { readonly past: number; readonly future: number };
  readonly carrierCodes: ReadonlySet<string> | undefined;
  readonly maxRecords: number;
  readonly newId: () => number;
  readonly onCreate: (record: DeliveryTrackerRecord) => void;
}

const HOSTS: Readonly<Record<string, string>> = { na: 'pay-api.amazon.com', eu: 'pay-api.amazon.eu', jp: 'pay-api.amazon.jp' };
const REQUIRED_HEADERS = ['accept', 'content-type', 'x-amz-pay-date', 'x-amz-pay-host', 'x-amz-pay-region'] as const;
const IDEMPOTENCY_KEY = 'x-amz-pay-idempotency-key';
// The .NET SDK sends a slash at the end.
const PATH = /^(?:\/(live|sandbox))?\/v2\/deliveryTrackers\/?$/;

/** Checks and stores delivery trackers. */
export class AmazonPayService implements Service {
  readonly path = '/v2/deliveryTrackers';
  readonly requestIdHeader = 'x-amz-pay-request-id';
  readonly #options: AmazonPayServiceOptions;
  readonly #quotas: Readonly<Record<'live' | 'sandbox', Quota>> | undefined;
  /** By tracking number and environment: each can be used once. */
  readonly #trackers: Recent<string, DeliveryTrackerRecord>;
  /** By idempotency key and environment. */
  readonly #responses: Recent<string, { readonly request: string; readonly response: string }>;

  constructor(options: AmazonPayServiceOptions) {
    this.#options = options;
    const { quota, maxRecords } = options;
    this.#quotas = quota && { live: new Quota(quota.live), sandbox: new Quota(quota.sandbox) };
    this.#trackers = new Recent(maxRecords);
    this.#responses = new Recent(maxRecords);
  }

  get records(): readonly DeliveryTrackerRecord[] {
    return this.#trackers.values();
  }

  matches(url: URL): boolean {
    return PATH.test(url.pathname) && (!isAmazonHost(url) || Object.values(HOSTS).includes(url.hostname));
  }

  async answer(request: Received): Promise<Response> {
    const { check, headers } = request;
    check('method', () => this.#checkMethod(request));
    const region = this.#checkHeaders(request);
    const authorization = check('authorization', () => readAuthorization(headers));
    const publicKey = check('public key', () => this.#findKey(authorization));
    const environment = check('environment', () => environmentOf(request.url, authorization.publicKeyId));
    await check('signature', () => this.#checkSignature(request, authorization, publicKey));

    const createdAt = this.#options.now();
    check('quota', () => {
      if (this.#quotas?.[environment].take(createdAt) === false) throw this.fault(429);
    });
    // A client that retries a call serialises the same bytes.
    const text = new TextDecoder().decode(request.body);
    const { idempotencyKey, key, first } = check('idempotency key', () => this.#readIdempotency(headers, environment, text));
    if (first) return respondWith(first);

    const { carrierCodes, randomId, newId, onCreate } = this.#options;
    const input = check('body', () => readDeliveryTracker(jsonObject(request.body), { environment, carrierCodes }));
    const parcel = `${environment} ${input.trackingNumber}`;
    check('tracking number', () => {
      if (this.#trackers.has(parcel)) throw wrongTracking();
    });
    const requestId = randomId();
    const { publicKeyId } = authorization;
    const named = idempotencyKey && { idempotencyKey };
    const record = { id: newId(), ...input, environment, region, publicKeyId, requestId, createdAt, ...named };
    this.#trackers.set(parcel, record);
    onCreate(record);
    const { trackingNumber, carrierCode, ...id } = input;
    const response = JSON.stringify({ ...id, deliveryDetails: [{ trackingNumber, carrierCode }] });
    // (inferred): only the response to an accepted request is stored, or a call that failed could never be retried.
    if (key) this.#responses.set(key, { request: text, response });
    return respondWith(response, { [this.requestIdHeader]: requestId });
  }

  refuse({ status, code, message, headers }: Refusal): Response {
    return Response.json({ reasonCode: code, message }, { status, headers });
  }

  fault(status: number): Refusal {
    const [code, message] = FAULTS[status] ?? FAULTS[status < 500 ? 400 : 500] ?? [];
    return new Refusal(status, code ?? '', message ?? '');
  }

  #checkMethod({ method }: Received): void {
    if (method === 'POST') return;
    const { status, code, message } = this.fault(405);
    throw new Refusal(status, code, message, { headers: { allow: 'POST' } });
  }

  /** Checks what can be checked without the signature, and returns the region that the request is for. */
  #checkHeaders({ url, headers, check }: Received): DeliveryTrackerRecord['region'] {
    check('headers', () => checkPresence(headers));
    check('content type', () => {
      if (mediaType(headers) !== 'application/json') throw wrongHeader('content-type', headers);
    });
    check('accept', () => {
      if (!headers.get('accept')?.toLowerCase().includes('application/json')) throw wrongHeader('accept', headers);
    });
    // The Java SDK sends it in upper case.
    const region = (headers.get('x-amz-pay-region') ?? '').toLowerCase();
    check('region', () => {
      const isKnown = Object.hasOwn(HOSTS, region) && (!isAmazonHost(url) || HOSTS[region] === url.hostname);
      if (!isKnown) throw wrongHeader('x-amz-pay-region', headers);
    });
    check('host', () => {
      // At another host than Amazon's, its own name counts. The SDKs differ in whether they send the port.
      if (![url.hostname, url.host].includes(headers.get('x-amz-pay-host') ?? '')) throw wrongHeader('x-amz-pay-host', headers);
    });
    check('date', () => this.#checkDate(headers));
    return region as DeliveryTrackerRecord['region'];
  }

  /** The idempotency key, and the response to the first request with it if there was one. */
  #readIdempotency(headers: Headers, environment: string, request: string): { idempotencyKey?: string; key?: string; first?: string } {
    const idempotencyKey = readIdempotencyKey(headers);
    if (idempotencyKey === undefined) return {};
    const key = `${environment} ${idempotencyKey}`;
    const first = this.#responses.get(key);
    if (!first) return { idempotencyKey, key };
    if (first.request === request) return { idempotencyKey, key, first: first.response };
    throw new Refusal(400, 'DuplicateIdempotencyKey', 'The idempotency key has been used with another request.');
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
    // The code is (inferred); "missing key" is in the messages that merchants report.
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
      // As Amazon does, it shows its own string to sign: compared with the sender's, it tells a wrong key from a wrong canonical request.
      const message = `Unable to verify signature, signing String [${stringToSign}], signature [${signature}]`;
      throw new Refusal(403, 'InvalidRequestSignature', message);
    }
  }
}

function checkPresence(headers: Headers): void {
  for (const name of [...REQUIRED_HEADERS, 'authorization']) {
    const value = headers.get(name);
    if (value === null) throw new Refusal(400, 'MissingHeader', `The header ${name} is missing.`);
    if (value.trim() === '') throw new Refusal(400, 'MissingHeaderValue', `The header ${name} has no value.`);
  }
}

function readAuthorization(headers: Headers): PayAuthorization {
  const authorization = parseAuthorization(headers.get('authorization') ?? '');
  if (!authorization) throw new Refusal(403, 'InvalidAuthentication', 'The Authorization header is not in the required format.');
  return authorization;
}

/** A new key id names its environment; with an old one the path must name it. */
function environmentOf({ pathname }: URL, publicKeyId: string): 'live' | 'sandbox' {
  const ofPath = PATH.exec(pathname)?.[1];
  const ofKey = /^(live|sandbox)/i.exec(publicKeyId)?.[1]?.toLowerCase();
  const environment = ofKey ?? ofPath;
  // A key and a path that name the same environment are accepted: Amazon's Ruby SDK sends that.
  if (!environment || (ofKey && ofPath && ofKey !== ofPath)) {
    const wanted = ofKey ? `is for ${ofKey}, and the path for ${ofPath}` : 'has no prefix, so the path must start with /live or /sandbox';
    throw new Refusal(404, 'ResourceNotFound', `The public key id ${wanted}.`);
  }
  return environment as 'live' | 'sandbox';
}

/** No bytes if it is not base64: no key made that signature. */
function decodeSignature(base64: string): Bytes {
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

function respondWith(body: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(body, { headers: { 'content-type': 'application/json', ...headers } });
}

/** What Amazon says beside a status: documented for 401, 429 and 500, (inferred) for the others. */
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
