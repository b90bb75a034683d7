/**
 * What a client is made with, checked, and what its methods share.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/call-the-buy-with-prime-api | Call the API}
 */
import type { TokenStore } from '../../core/call/access-token.ts';
import { HttpClient } from '../../core/call/http.ts';
import { type CallOptions, type ClientOptions, checkUrl, misconfigured } from '../../core/options.ts';
import type { Provided } from '../../core/types.ts';
import type { BuyWithPrimeApiVersion } from '../orders/documents.ts';
import { GraphQLTransport, type Operation } from './graphql.ts';
import { type BuyWithPrimeCredentials, type BuyWithPrimeToken, buyWithPrimeTokens } from './token.ts';

/** What a {@link BuyWithPrimeClient} is made with. */
export interface BuyWithPrimeClientOptions extends ClientOptions {
  /** Client id and secret; a function is asked whenever a token is fetched, so that they can be rotated. */
  readonly credentials: Provided<BuyWithPrimeCredentials>;
  /** The business product id, called TargetId where the console gives out the credentials. */
  readonly targetId: string;
  /**
   * Which version of the API is asked; it decides the queries, not the shape of what is returned.
   * @default '2024-11-01'
   */
  readonly apiVersion?: BuyWithPrimeApiVersion;
  /**
   * Where tokens are fetched.
   * @default `/token` of `baseUrl`
   */
  readonly tokenUrl?: string;
  /**
   * Fetches a token in another way. Amazon does not document the request: by default the client credentials go, form-encoded, to
   * `tokenUrl`, and `access_token` and `expires_in` are read from the answer, which is inferred.
   */
  readonly fetchToken?: (credentials: BuyWithPrimeCredentials) => Promise<BuyWithPrimeToken>;
  /** Shares tokens among processes: Amazon throttles whoever asks for many. */
  readonly tokenStore?: TokenStore;
  /** GraphQL documents of your own, to ask for more, or where Amazon's API differs from its pages. */
  readonly documents?: BuyWithPrimeDocuments;
}

/**
 * GraphQL documents that take the place of the client's own. Each must declare the variable that is named, and select the ids and states;
 * what else it selects is in the result's `payload`.
 */
export interface BuyWithPrimeDocuments {
  /** For `order()` and `resolveDelivery()`: `$orderIdentifier: OrderIdentifierInput!`, selects `order { id lineItems { id … } }`. */
  readonly order?: string;
  /** For `resolveRefund()`: `$orderIdentifier: OrderIdentifierInput!`, selects `order { id refunds { details { id } } }`. */
  readonly refund?: string;
  /** For `resolveReturn()`: `$orderIdentifier: OrderIdentifierInput!`, selects `order { id returns { details { id state } } }`. */
  readonly return?: string;
  /** For `packageTracker()`: `$packageTrackerInput: PackageTrackerInput!`. */
  readonly packageTracker?: string;
  /** For `inventoryItem()`, which has none of its own: `$itemId`, selects `inventoryItem`. */
  readonly inventoryItem?: string;
  /** For `createAuthProfile()`: `$input`, selects `createAuthProfile { authProfileId }`, or `authProfileId: …` where the
   * field is called otherwise. That name and the type of the input are inferred. */
  readonly createAuthProfile?: string;
}

/** What the methods of a client share. */
export interface BuyWithPrimeApi {
  readonly apiVersion: BuyWithPrimeApiVersion;
  readonly documents: BuyWithPrimeDocuments;
  readonly send: <Result>(operation: Operation<Result>, call: CallOptions | undefined) => Promise<Result>;
  /** Sends a query for one field; `undefined` where Amazon has nothing. */
  readonly find: <Result>(query: FieldQuery<Result>, call: CallOptions | undefined) => Promise<Result | undefined>;
}

/** A query for one field, which may be missing in the answer. */
interface FieldQuery<Result> extends Omit<Operation<Result>, 'optional' | 'read'> {
  readonly field: string;
  /** Takes the field, which is there. */
  readonly read: (value: unknown) => Result;
}

const BASE_URL = 'https://api.buywithprime.amazon.com';

/** What each document takes. */
const VARIABLES: Readonly<Record<keyof BuyWithPrimeDocuments, string>> = {
  order: '$orderIdentifier',
  refund: '$orderIdentifier',
  return: '$orderIdentifier',
  packageTracker: '$packageTrackerInput',
  inventoryItem: '$itemId',
  createAuthProfile: '$input',
};

/** Refuses options that no client can work with; nothing is sent. */
export function openApi(options: BuyWithPrimeClientOptions): BuyWithPrimeApi {
  // First, because it refuses options that are no object.
  const http = new HttpClient('buywithprime', options);
  const { targetId, apiVersion = '2024-11-01', baseUrl = BASE_URL, documents = {} } = options;
  const host = checkUrl('buywithprime', 'baseUrl', baseUrl);
  if (typeof targetId !== 'string' || !/^[\x21-\x7e]+$/.test(targetId)) {
    throw misconfigured('buywithprime', '"targetId" must be the business product id', 'The merchant console calls it TargetId.');
  }
  if (typeof apiVersion !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(apiVersion)) {
    throw misconfigured('buywithprime', '"apiVersion" must be a date such as 2024-11-01');
  }
  checkDocuments(documents);
  const { tokenUrl = `${host}/token` } = options;
  const transport = new GraphQLTransport({
    http,
    url: `${host}/graphql`,
    headers: { 'x-api-target-id': targetId, 'x-api-version': apiVersion },
    tokens: buyWithPrimeTokens(options, tokenUrl),
  });
  const send: BuyWithPrimeApi['send'] = (operation, call) => transport.send(operation, call);
  return {
    apiVersion,
    documents: { ...documents },
    send,
    find: ({ field, read, ...query }, call) =>
      send(
        { ...query, optional: field, read: ({ [field]: value }) => ((value ?? undefined) === undefined ? undefined : read(value)) },
        call,
      ),
  };
}

function checkDocuments(documents: BuyWithPrimeDocuments): void {
  if (typeof documents !== 'object' || documents === null) throw misconfigured('buywithprime', '"documents" must be an object');
  for (const [name, document] of Object.entries(documents)) {
    const variable = Object.hasOwn(VARIABLES, name) && VARIABLES[name as keyof BuyWithPrimeDocuments];
    if (!variable) throw misconfigured('buywithprime', `"documents" can have ${Object.keys(VARIABLES).join(', ')}, and has another`);
    if (document !== undefined && !(typeof document === 'string' && document.includes(variable))) {
      throw misconfigured('buywithprime', `"documents.${name}" must be a GraphQL document that takes ${variable}`);
    }
  }
}
