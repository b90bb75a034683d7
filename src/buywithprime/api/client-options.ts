/**
 * Options of a client, and what its methods share.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/call-the-buy-with-prime-api | Call the API}
 */
import { HttpClient } from '../../core/call/http.ts';
import type { TokenStore } from '../../core/call/tokens.ts';
import { assertOption } from '../../core/errors.ts';
import { type CallOptions, type ClientOptions, checkCall, checkUrl, requireString } from '../../core/options.ts';
import type { Provided } from '../../core/types.ts';
import type { BuyWithPrimeApiVersion, Operation } from '../operation.ts';
import { SURFACE } from '../surface.ts';
import { type BuyWithPrimeDocuments, checkDocuments } from './documents.ts';
import { type MutationOptions, sendOperation } from './graphql.ts';
import { type BuyWithPrimeCredentials, buyWithPrimeTokens } from './token.ts';

/** Options of {@link BuyWithPrimeClient}. */
export interface BuyWithPrimeClientOptions extends ClientOptions {
  /** Client id and secret; a function is called whenever a token is fetched, so that they can be rotated. */
  readonly credentials: Provided<BuyWithPrimeCredentials>;
  /** The business product id. The merchant console calls it TargetId, beside the credentials. */
  readonly targetId: string;
  /**
   * Version of the API. It decides what is sent, not the shape of what is returned.
   * @default '2024-11-01'
   */
  readonly apiVersion?: BuyWithPrimeApiVersion | undefined;
  /**
   * Where tokens are fetched.
   * @default `/token` of `baseUrl`
   */
  readonly tokenUrl?: string | undefined;
  /**
   * Fetches a token in another way; `expiresIn` is in seconds. Amazon does not document the request: by default the client credentials are
   * sent form-encoded to `tokenUrl`, and `access_token` and `expires_in` are read from the response (inferred).
   */
  readonly fetchToken?:
    | ((credentials: BuyWithPrimeCredentials) => Promise<{ readonly accessToken: string; readonly expiresIn: number }>)
    | undefined;
  /** Shares tokens among processes: Amazon throttles clients that request many. */
  readonly tokenStore?: TokenStore | undefined;
  /** GraphQL documents that replace the client's own, to request more, or if Amazon's API differs from its pages. */
  readonly documents?: BuyWithPrimeDocuments | undefined;
}

/** What the methods of a client share. */
export interface BuyWithPrimeApi {
  readonly apiVersion: BuyWithPrimeApiVersion;
  readonly documents: BuyWithPrimeDocuments;
  /** Whether Amazon has refused to say what a delivery contains: it is not asked again. */
  refusesContents: boolean;
  readonly send: <Result>(operation: Operation<Result>, call: MutationOptions | undefined) => Promise<Result>;
  /** Options for each request of a call that sends several: every one gets the time that is left. */
  readonly share: <Options extends CallOptions>(call: Options | undefined) => () => Options & { readonly totalTimeout: number };
}

const BASE_URL = 'https://api.buywithprime.amazon.com';

/** Names of the options that {@link BuyWithPrimeClientOptions} adds. */
export const CLIENT_OPTIONS: readonly string[] = [
  'credentials',
  'targetId',
  'apiVersion',
  'tokenUrl',
  'fetchToken',
  'tokenStore',
  'documents',
];

/** Names that people use for them. */
const RENAMED = {
  businessProductId: 'targetId',
  clientId: 'credentials',
  clientSecret: 'credentials',
  version: 'apiVersion',
  queries: 'documents',
};

/** Names that only call options of Buy with Prime have. */
const OWN_CALL = ['pageSize', 'retryUnanswered'];

/** Refuses options that no client can work with. Nothing is sent. */
export function openApi(options: BuyWithPrimeClientOptions): BuyWithPrimeApi {
  // First, because it refuses options that are not an object.
  const http = new HttpClient(SURFACE, options, { own: CLIENT_OPTIONS, renamed: RENAMED, ownCall: OWN_CALL });
  const { targetId, apiVersion = '2024-11-01', baseUrl = BASE_URL, documents = {}, allowHttp, totalTimeout = 30_000 } = options;
  const host = checkUrl(SURFACE, 'baseUrl', baseUrl, allowHttp);
  const target = requireString(SURFACE, 'targetId', targetId, 'It is the business product id; the merchant console calls it TargetId.');
  assertOption(/^[\x21-\x7e]+$/.test(target), SURFACE, 'targetId', 'must be ASCII without spaces');
  const isVersion = typeof apiVersion === 'string' && /^\d{4}-\d\d-\d\d$/.test(apiVersion);
  assertOption(isVersion, SURFACE, 'apiVersion', 'must be a date such as 2024-11-01');
  checkDocuments(documents);
  const headers = { 'x-api-target-id': targetId, 'x-api-version': apiVersion };
  const request = { http, url: `${host}/graphql`, headers, tokens: buyWithPrimeTokens(http, options, host) };
  return {
    apiVersion,
    documents: { ...documents },
    refusesContents: false,
    send: (operation, call) => {
      // A method that not all versions have is called as the field that it queries.
      const { since = apiVersion, optional: method } = operation;
      assertOption(apiVersion >= since, SURFACE, 'apiVersion', `must be ${since} or later for ${method}()`);
      return sendOperation(request, operation, call);
    },
    share: (call) => {
      const given = (call === undefined ? {} : call) as NonNullable<typeof call>;
      checkCall(SURFACE, given, OWN_CALL);
      const total = given.totalTimeout ?? totalTimeout;
      const start = performance.now();
      // At least a millisecond: the request then ends as a timeout.
      return () => ({ ...given, totalTimeout: Math.max(1, Math.round(total - (performance.now() - start))) });
    },
  };
}
