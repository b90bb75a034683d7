/**
 * SP-API's submitNdrFeedback, emulated.
 *
 * @module
 * @see {@link https://developer-docs.amazon.com/amazon-shipping/reference/submitndrfeedback | submitNdrFeedback}
 */
import { isObject, jsonObject } from '../../builders/arguments.ts';
import { Quota, type QuotaLimit } from '../quota.ts';
import { Recent } from '../recent.ts';
import { isAmazonHost, mediaType, type Received, Refusal, type Service, type ServiceContext } from '../service.ts';
import type { TokenService } from '../token-service.ts';

/** NDR feedback that was accepted. */
export interface NdrFeedbackRecord {
  /** Higher than that of every earlier record of this emulator. */
  readonly id: number;
  readonly trackingId: string;
  readonly ndrAction: 'RESCHEDULE' | 'REATTEMPT' | 'RTO';
  readonly ndrRequestData?: { readonly rescheduleDate?: string; readonly additionalAddressNotes?: string };
  readonly businessId: string;
  /** The `x-amzn-RequestId` of the response. */
  readonly requestId: string;
  readonly submittedAt: Date;
}

/** Options of {@link FeedbackService}. */
export interface FeedbackServiceOptions extends ServiceContext {
  readonly tokens: TokenService;
  readonly quota: QuotaLimit | undefined;
  readonly maxRecords: number;
  readonly newId: () => number;
  readonly onCreate: (record: NdrFeedbackRecord) => void;
}

/** NDR exists for India only, and India is served from Europe. */
const HOST = /^(sandbox\.)?sellingpartnerapi-eu\.amazon\.com$/;
const BUSINESS_ID = 'AmazonShipping_IN';
/** RFC 3339, as SP-API writes date-times. */
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;
/** `AppName/Version (Language=...; Platform=...)`, each part with its own characters to escape. */
const USER_AGENT = /^(?:[^\\/]|\\.)+\/(?:[^\\(]|\\.)+ \((?:[^\\)]|\\.)*\)$/;
// (inferred): Amazon documents that there is a limit, and not its value.
const MAX_BODY_BYTES = 1_048_576;

/** Checks and stores NDR feedback. */
export class FeedbackService implements Service {
  readonly path = '/shipping/v2/ndrFeedback';
  readonly requestIdHeader = 'x-amzn-requestid';
  readonly #options: FeedbackServiceOptions;
  readonly #quota: Quota | undefined;
  readonly #records: Recent<NdrFeedbackRecord, NdrFeedbackRecord>;

  constructor(options: FeedbackServiceOptions) {
    this.#options = options;
    this.#quota = options.quota && new Quota(options.quota);
    this.#records = new Recent(options.maxRecords);
  }

  get records(): readonly NdrFeedbackRecord[] {
    return this.#records.values();
  }

  matches(url: URL): boolean {
    return url.pathname === this.path && (!isAmazonHost(url) || HOST.test(url.hostname));
  }

  async answer({ method, headers, body, check }: Received): Promise<Response> {
    const { newId, randomId, now, onCreate } = this.#options;
    check('method', () => {
      if (method !== 'POST') throw new Refusal(405, 'InvalidRequest', 'The method is not allowed.', { headers: { allow: 'POST' } });
    });
    check('user agent', () => checkUserAgent(headers));
    check('access token', () => this.#checkToken(headers));
    check('quota', () => {
      if (this.#quota?.take(now()) === false) throw this.fault(429);
    });
    check('content type', () => {
      if (mediaType(headers) !== 'application/json') throw this.fault(415);
    });
    check('size', () => {
      if (body.length > MAX_BODY_BYTES) throw this.fault(413);
    });
    const businessId = check('business', () => readBusiness(headers));
    const feedback = check('body', () => readFeedback(jsonObject(body)));
    const requestId = randomId();
    const record = { id: newId(), ...feedback, businessId, requestId, submittedAt: now() };
    this.#records.set(record, record);
    onCreate(record);
    return new Response(null, { status: 204, headers: { [this.requestIdHeader]: requestId, ...this.#rateHeader() } });
  }

  refuse({ status, code, message, details, headers }: Refusal): Response {
    const errors = [{ code, message, ...(details !== undefined && { details }) }];
    const rate = status === 400 || status === 404 ? this.#rateHeader() : {};
    return Response.json({ errors }, { status, headers: { ...rate, ...headers } });
  }

  fault(status: number): Refusal {
    const [code, message] = FAULTS[status] ?? FAULTS[status < 500 ? 400 : 500] ?? [];
    return new Refusal(status, code ?? '', message ?? '');
  }

  #checkToken(headers: Headers): void {
    const token = headers.get('x-amz-access-token');
    // (inferred), by analogy with the other two.
    if (!token) throw denied('Access token is missing in the request header.');
    const state = this.#options.tokens.check(token);
    if (state === 'expired') throw denied('The access token you provided has expired.');
    if (state === 'unknown') throw denied('The access token you provided is revoked, malformed or invalid.');
  }

  #rateHeader(): Readonly<Record<string, string>> {
    const { quota } = this.#options;
    return quota ? { 'x-amzn-ratelimit-limit': quota.perSecond.toFixed(1) } : {};
  }
}

/** Amazon documents that it is required, its form, and that more than 500 characters are refused. The code is (inferred). */
function checkUserAgent(headers: Headers): void {
  const userAgent = headers.get('user-agent') ?? '';
  if (userAgent === '') throw invalid('The user-agent header is missing');
  if (userAgent.length > 500) throw invalid('The user-agent header is longer than 500 characters');
  if (!USER_AGENT.test(userAgent) || !/[(;]\s*Language=[^;)]/.test(userAgent)) {
    throw invalid('The user-agent header must be AppName/Version (Language=LanguageAndVersion; Platform=Platform)');
  }
}

/** Without the header, Amazon uses AmazonShipping_UK. That this then fails is (inferred), because NDR is for India only. */
function readBusiness(headers: Headers): string {
  const businessId = headers.get('x-amzn-shipping-business-id') ?? 'AmazonShipping_UK';
  if (businessId !== BUSINESS_ID) throw invalid('NDR feedback is not available for the business in x-amzn-shipping-business-id');
  return businessId;
}

type Feedback = Pick<NdrFeedbackRecord, 'trackingId' | 'ndrAction' | 'ndrRequestData'>;

function readFeedback(body: Record<string, unknown> | undefined): Feedback {
  if (!body) throw invalid('The request body is not a JSON object');
  const { trackingId, ndrAction, ndrRequestData = {} } = body;
  if (typeof trackingId !== 'string' || trackingId.trim() === '') throw invalid('TrackingId is missing in the request');
  if (ndrAction !== 'RESCHEDULE' && ndrAction !== 'REATTEMPT' && ndrAction !== 'RTO') {
    throw invalid(ndrAction === undefined ? 'NdrAction is missing in the request' : 'NdrAction is invalid');
  }
  if (!isObject(ndrRequestData)) throw invalid('NdrRequestData is invalid');
  const { rescheduleDate, additionalAddressNotes } = ndrRequestData;
  if (ndrAction === 'RESCHEDULE' && !rescheduleDate) throw invalid('RescheduleDate is missing in the request');
  if (ndrAction === 'REATTEMPT' && !additionalAddressNotes) throw invalid('AdditionalAddressNotes is missing in the request');
  if (rescheduleDate !== undefined && !isDateTime(rescheduleDate)) throw invalid('RescheduleDate is invalid');
  if (additionalAddressNotes !== undefined && !isNotes(additionalAddressNotes)) throw invalid('AdditionalAddressNotes is invalid');
  const data = {
    ...(rescheduleDate !== undefined && { rescheduleDate }),
    ...(additionalAddressNotes !== undefined && { additionalAddressNotes }),
  };
  return { trackingId, ndrAction, ...(Object.keys(data).length > 0 && { ndrRequestData: data }) };
}

function isDateTime(value: unknown): value is string {
  if (typeof value !== 'string' || !DATE_TIME.test(value) || Number.isNaN(Date.parse(value))) return false;
  // Engines read 30 February as 1 or 2 March.
  const day = value.slice(0, 10);
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}

// In code points, as JSON Schema counts. Whether Amazon counts bytes is not documented.
function isNotes(value: unknown): value is string {
  return typeof value === 'string' && [...value].length <= 256;
}

function invalid(details: string): Refusal {
  return new Refusal(400, 'InvalidRequest', 'Request is missing or has invalid parameters', { details });
}

function denied(details: string): Refusal {
  return new Refusal(403, 'Unauthorized', 'Access to requested resource is denied.', { details });
}

/** From the examples of Amazon's published model. */
const FAULTS: Readonly<Record<number, readonly [code: string, message: string]>> = {
  400: ['InvalidRequest', 'Request is missing or has invalid parameters'],
  401: ['Unauthorized', "You don't have access to the requested resource or the credentials are invalid."],
  403: ['Unauthorized', "You don't have access to the requested resource or the credentials are invalid."],
  404: ['NotFound', "The requested resource is invalid or doesn't exist"],
  413: ['InvalidRequest', 'The request payload size is greater than maximum accepted size.'],
  415: ['InvalidRequest', 'The request payload format is not supported.'],
  429: ['TooManyRequests', 'The total number of requests exceeded your allowed limit.'],
  500: ['InternalError', 'Something went wrong while processing the request.'],
  503: ['ServiceUnavailable', 'Service temporarily unavailable or down for maintenance. Please try again after sometime.'],
};
