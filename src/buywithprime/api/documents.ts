/**
 * Documents of the caller's: each replaces one of the client's own.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/call-the-buy-with-prime-api | Call the API}
 */
import { assertOption } from '../../core/errors.ts';
import { checkNames } from '../../core/options.ts';
import { isObject } from '../../core/types.ts';
import type { Data, Operation } from '../operation.ts';
import { asRecord, invalidInput, Name, parseInput } from '../payload.ts';
import { SURFACE } from '../surface.ts';

/**
 * GraphQL documents that replace the client's own, to request more, or if Amazon's API differs from its pages. Each must declare the variable
 * that is named and select the ids and states; what else it selects is in `payload` of the result.
 * @inline
 */
export interface BuyWithPrimeDocuments {
  /** For `order()`: `$orderIdentifier: OrderIdentifierInput!`, selects `order { id lineItems { id … } }`. */
  readonly order?: string | undefined;
  /** For `resolveDelivery()`, which else uses `order`: the same variable and selection. */
  readonly delivery?: string | undefined;
  /**
   * For `resolveRefund()`: `$orderIdentifier`, selects `order { id refunds { details { id } } }`; for the total of `updateRefund()` also `state`,
   * `refundTotal { totalAmount { amount currencyCode } }` and `paymentDetails { state amount { amount } }`.
   */
  readonly refund?: string | undefined;
  /** For `updateRefund()`: `$input: UpdateOrderInput!`, since 2024-11-01 `$orderIdentifier: OrderIdentifierInput!` too; selects `updateOrder`. */
  readonly updateRefund?: string | undefined;
  /** For `resolveReturn()`: `$orderIdentifier`, selects `order { id returns { details { id state } } }`. */
  readonly return?: string | undefined;
  /** For `packageTracker()`: `$packageTrackerInput: PackageTrackerInput!`. */
  readonly packageTracker?: string | undefined;
  /** For `inventoryItem()`: `$inventoryItemId: String!`. */
  readonly inventoryItem?: string | undefined;
  /** For `product()`: `$identifier: ProductIdentifierInput!`, selects `product { id }`. */
  readonly product?: string | undefined;
  /** For `personalDataRetrievalTask()`: `$taskId: String!`, selects `personalDataRetrievalTask { taskId status }`. */
  readonly personalDataRetrievalTask?: string | undefined;
  /** For `personalDataDeletionTask()`: `$taskId: String!`, selects `personalDataDeletionTask { taskId status }`. */
  readonly personalDataDeletionTask?: string | undefined;
  /**
   * For `createEventSubscription()`, selects `createEventSubscription { subscriptionId }`. It uses `$input`, the whole input, or all values of
   * the input: `$eventType`, and `$region`, `$account` and `$name`, or `$url` and `$authProfileId`. For credentials in `authConfig` use `$input`.
   * In `$input` the method of a webhook is "POST", which fits an enum and a string.
   */
  readonly createEventSubscription?: string | undefined;
  /** For `eventSubscription()`: `$subscriptionId: String!`, selects `eventSubscription { subscriptionId }`. */
  readonly eventSubscription?: string | undefined;
  /** For `eventSubscriptions()`: `$first: Int` and `$after: String`, selects `edges { node { id } }` and `pageInfo`. */
  readonly eventSubscriptions?: string | undefined;
  /** For `deleteEventSubscription()`: `$subscriptionId: String!`, selects `deleteEventSubscription`. */
  readonly deleteEventSubscription?: string | undefined;
  /** For `createAuthProfile()`: `$input: CreateAuthProfileInput!`, selects `createAuthProfile { authProfileId }`. */
  readonly createAuthProfile?: string | undefined;
  /** For `updateAuthProfile()`: `$input: UpdateAuthProfileInput!`, selects `updateAuthProfile { authProfileId }`. */
  readonly updateAuthProfile?: string | undefined;
  /** For `deleteAuthProfile()`: `$authProfileId: String!`, selects `deleteAuthProfile`. */
  readonly deleteAuthProfile?: string | undefined;
}

/** The variable that each document must have, or one of two. */
const VARIABLES: Readonly<Record<keyof BuyWithPrimeDocuments, readonly string[]>> = {
  order: ['$orderIdentifier'],
  delivery: ['$orderIdentifier'],
  refund: ['$orderIdentifier'],
  updateRefund: ['$input'],
  return: ['$orderIdentifier'],
  packageTracker: ['$packageTrackerInput'],
  inventoryItem: ['$inventoryItemId'],
  product: ['$identifier'],
  personalDataRetrievalTask: ['$taskId'],
  personalDataDeletionTask: ['$taskId'],
  createEventSubscription: ['$eventType', '$input'],
  eventSubscription: ['$subscriptionId'],
  eventSubscriptions: ['$after'],
  deleteEventSubscription: ['$subscriptionId'],
  createAuthProfile: ['$input'],
  updateAuthProfile: ['$input'],
  deleteAuthProfile: ['$authProfileId'],
};

/** Refuses documents that no method can use. */
export function checkDocuments(documents: BuyWithPrimeDocuments): void {
  assertOption(isObject(documents), SURFACE, 'documents', 'must be an object');
  const names = Object.keys(VARIABLES);
  checkNames(SURFACE, documents, names, {}, 'documents.');
  for (const [name, document] of Object.entries(documents)) {
    if (document === undefined) continue;
    const option = `documents.${name}`;
    assertOption(Object.hasOwn(VARIABLES, name), SURFACE, option, 'is not a document of this client', `There are ${names.join(', ')}.`);
    const variables = VARIABLES[name as keyof BuyWithPrimeDocuments];
    const isRight = typeof document === 'string' && (document.match(/\$\w+/g) ?? []).some((variable) => variables.includes(variable));
    assertOption(isRight, SURFACE, option, `must be a GraphQL document with the variable ${variables.join(' or ')}`);
  }
}

/** The operation for a document of the caller's. One with the word `mutation` in it counts as a mutation, so that nothing is done twice. */
export function ownOperation(document: string, variables: Data): Operation<Data> {
  const { value, strings } = readJson(variables);
  return {
    document: parseInput(Name, document, { at: ['document'] }),
    variables: value,
    mutates: /\bmutation\b/.test(document),
    // Any may be a secret or name a person.
    hide: strings,
    read: (data) => data,
  };
}

/** An object as JSON transfers it, and every string in it. */
function readJson(input: unknown): { readonly value: Data; readonly strings: readonly string[] } {
  const strings = new Set<string>();
  let value: Data | undefined;
  try {
    const copy: unknown = JSON.parse(JSON.stringify(input), (_, item) => {
      if (typeof item === 'string') strings.add(item);
      return item;
    });
    value = asRecord(copy);
  } catch {
    // The runtime's own message may quote the input.
  }
  if (!value) throw invalidInput(['variables'], 'expected an object that fits into JSON');
  return { value, strings: [...strings] };
}
