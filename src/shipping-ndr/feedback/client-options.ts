/**
 * Options and results of the feedback client, and the host and the user agent that follow from them.
 *
 * @module
 * @see {@link https://developer-docs.amazon.com/sp-api/docs/sp-api-endpoints | SP-API endpoints}
 */
import type { BatchOptions } from '../../core/call/batch.ts';
import type { TokenStore } from '../../core/call/tokens.ts';
import { assertOption } from '../../core/errors.ts';
import type { IdempotencyStore } from '../../core/idempotency.ts';
import type { CallOptions, ClientOptions } from '../../core/options.ts';
import type { Open } from '../../core/types.ts';
import { VERSION } from '../../core/version.ts';
import { SURFACE } from '../surface.ts';
import type { FeedbackRules, NdrFeedback } from './feedback.ts';
import type { LwaCredentials } from './lwa.ts';

/** A region of the Selling Partner API: North America, Europe with India and the Middle East, Far East. */
export type SellingPartnerRegion = 'na' | 'eu' | 'fe';

/** A business of Amazon Shipping. NDR exists for India only. */
export type ShippingBusinessId = Open<`AmazonShipping_${'IN' | 'UK' | 'US' | 'UAE' | 'SA' | 'EG' | 'IT' | 'ES' | 'FR' | 'JP'}`>;

/** Options of {@link NdrFeedbackClient}. */
export interface NdrFeedbackClientOptions extends ClientOptions {
  /** The credentials of your application, and the authorization of the shipper that it acts for. */
  readonly credentials: LwaCredentials;
  /**
   * Region of the Selling Partner API. NDR exists for India only, which the European host serves.
   * @default 'eu'
   */
  readonly region?: SellingPartnerRegion | undefined;
  /**
   * The business of Amazon Shipping, sent as `x-amzn-shipping-business-id`. If it were left out, Amazon would use the one for the UK.
   * @default 'AmazonShipping_IN'
   */
  readonly businessId?: ShippingBusinessId | undefined;
  /**
   * Calls the sandbox. According to a public report it does not work for this call.
   * @default false
   */
  readonly sandbox?: boolean | undefined;
  /**
   * Where access tokens are fetched. That the American host serves India too is concluded from integrations that use it (inferred).
   * @default 'https://api.amazon.com/auth/o2/token'
   */
  readonly tokenUrl?: string | undefined;
  /** Shares access tokens among processes. */
  readonly tokenStore?: TokenStore | undefined;
}

/** Options of a call that gives feedback. */
export interface NdrFeedbackCallOptions extends CallOptions, FeedbackRules {
  /**
   * Whether a request that got no response is retried. Amazon may have received it, so the feedback may arrive twice, which is probably
   * harmless (inferred); `attempts` of the receipt says how often it was sent. With `false` only a refusal that says so (429) is retried.
   * @default true
   */
  readonly retryUnanswered?: boolean | undefined;
}

/** Options of {@link NdrFeedbackClient.submitMany}. */
export interface SubmitManyOptions<Feedback extends NdrFeedback = NdrFeedback>
  extends BatchOptions,
    Omit<NdrFeedbackCallOptions, 'signal' | 'dueDate'> {
  /**
   * The `ndrDueDate` of the event that a feedback is about: each has its own. As `dueDate` of {@link NdrFeedbackClient.submit}.
   * @default not checked
   */
  readonly dueDateOf?: ((feedback: Feedback, index: number) => Date | string | null | undefined) | undefined;
  /**
   * Remembers what Amazon accepted, so that an interrupted batch can be restarted as a whole. Pass `dueDateOf` too: without it the same
   * feedback about a later attempt at the same parcel counts as done, as long as the store remembers the first.
   * @default nothing is remembered
   */
  readonly idempotencyStore?: IdempotencyStore | undefined;
}

/** That Amazon accepted a feedback: its response is empty but for its headers. */
export interface NdrFeedbackReceipt {
  /** Amazon's id of the request: their support asks for it. */
  readonly requestId?: string;
  /** Requests a second that Amazon grants, if it says so. */
  readonly rateLimit?: number;
  /** How many times the request was sent. */
  readonly attempts: number;
}

/** What became of one feedback of {@link NdrFeedbackClient.submitMany}, discriminated by `status`. */
export type NdrFeedbackResult<Feedback extends NdrFeedback = NdrFeedback> = {
  /** The feedback's place in the iterable, from 0. */
  readonly index: number;
  /** The feedback as it was passed. */
  readonly feedback: Feedback;
} & (
  | {
      readonly status: 'submitted';
      /** That Amazon accepted it. */
      readonly receipt: NdrFeedbackReceipt;
      readonly error?: undefined;
      readonly sent?: undefined;
    }
  | {
      /** By the store: accepted before, or in progress elsewhere, or interrupted less than its lease ago. Nothing was sent. */
      readonly status: 'already-submitted' | 'in-progress';
      readonly receipt?: undefined;
      readonly error?: undefined;
      readonly sent?: undefined;
    }
  | {
      readonly status: 'failed';
      /** A waybill error, the reason of an abort, or what your own function threw. */
      readonly error: unknown;
      /** Whether a request may have left before it failed: Amazon may have accepted the feedback. */
      readonly sent: boolean;
      readonly receipt?: undefined;
    }
);

/** Names of the options that {@link NdrFeedbackClientOptions} adds. */
export const CLIENT_OPTIONS: readonly string[] = ['credentials', 'region', 'businessId', 'sandbox', 'tokenUrl', 'tokenStore'];

/** Names that other SDKs have for them. */
export const RENAMED_OPTIONS: Readonly<Record<string, string>> = {
  use_sandbox: 'sandbox',
  clientId: 'credentials',
  clientSecret: 'credentials',
  refreshToken: 'credentials',
  refresh_token: 'credentials',
  marketplace: 'region',
};

/** Names of the options that {@link NdrFeedbackCallOptions} adds. */
export const CALL_OPTIONS: readonly string[] = ['allowContactData', 'dueDate', 'retryUnanswered'];

/** Names of the options that {@link SubmitManyOptions} adds. Not `dueDate`: one for all would be ignored, and nothing checked. */
export const SUBMIT_MANY_OPTIONS: readonly string[] = [
  'allowContactData',
  'retryUnanswered',
  'dueDateOf',
  'idempotencyStore',
  'idempotencyLease',
  'concurrency',
];

/** Scheme and host of a region. */
export function sellingPartnerHost(region: SellingPartnerRegion, sandbox: boolean): string {
  assertOption(['na', 'eu', 'fe'].includes(region), SURFACE, 'region', 'must be na, eu or fe', 'India is served by eu.');
  return `https://${sandbox ? 'sandbox.' : ''}sellingpartnerapi-${region}.amazon.com`;
}

/** The longest user agent that the Selling Partner API accepts. */
const MAX_USER_AGENT = 500;

/**
 * The user agent as the Selling Partner API requires it: `waybill/x.y.z (Language=JavaScript; Application=…)`. The caller's part is an
 * attribute, because its own slashes and brackets are not Amazon's; in an attribute's value, Amazon wants three characters escaped.
 *
 * @see {@link https://developer-docs.amazon.com/sp-api/docs/include-a-user-agent-header-in-all-requests | Include a User-Agent header}
 */
export function sellingPartnerUserAgent(application = ''): string {
  const attribute = application && `; Application=${application.replace(/[\\);]/g, '\\$&')}`;
  const userAgent = `waybill/${VERSION} (Language=JavaScript${attribute})`;
  const excess = userAgent.length - MAX_USER_AGENT;
  const problem = `must be ${excess} characters shorter: the header would be longer than the ${MAX_USER_AGENT} that Amazon accepts`;
  assertOption(excess <= 0, SURFACE, 'userAgent', problem);
  return userAgent;
}
