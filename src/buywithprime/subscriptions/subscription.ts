/**
 * Event subscriptions: which type of event is sent where.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/create-and-delete-event-subscriptions | Create and delete}
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/query-event-subscriptions | Query}
 */
import * as z from 'zod/mini';
import { assertOption, ValidationError } from '../../core/errors.ts';
import type { Open } from '../../core/types.ts';
import type { BuyWithPrimeEventType } from '../events/kinds.ts';
import { type Data, type Operation, readField } from '../operation.ts';
import { Id, NullableString, type Nullish, nullableList, nullableObject, parseInput, present } from '../payload.ts';
import { SURFACE } from '../surface.ts';
import { deletion, SUBSCRIPTIONS_PERMISSION, withMethod } from './auth-profile.ts';
import { destinationDocument, type EventSubscriptionDestination, EventSubscriptionDestinationSchema } from './destination.ts';

/** Input of {@link BuyWithPrimeClient.createEventSubscription}. */
export interface EventSubscriptionInput {
  /** **One** type, in Amazon's spelling: `PACKAGE_DELIVERED` and not the kind that it is read as. Several types need several subscriptions. */
  readonly eventType: Open<BuyWithPrimeEventType>;
  /** Where its events are sent. */
  readonly destination: EventSubscriptionDestination;
}

/** Checks the input of {@link BuyWithPrimeClient.createEventSubscription}. An unknown key is refused. */
export const EventSubscriptionInputSchema: z.ZodMiniType<EventSubscriptionInput> = /* @__PURE__ */ z.lazy(() => {
  const message = 'expected one type without spaces; several types need a call each';
  return z.strictObject({
    eventType: z.string().check(z.regex(/^\w+$/, message)),
    destination: EventSubscriptionDestinationSchema,
  });
});

/** A subscription that exists. */
export interface EventSubscription {
  /** At most 50 characters; a UUID in the samples. */
  readonly subscriptionId: string;
  /** The type of the events. */
  readonly eventType: Open<BuyWithPrimeEventType> | undefined;
  /** The partner event source in AWS, for EventBridge. How Amazon shows a webhook is not documented. */
  readonly arn: string | undefined;
  /** The `source` of its events in EventBridge, `aws.partner/buywithprime/…`: what a rule has to match. */
  readonly source: string | undefined;
  /** The business product id that it belongs to. */
  readonly targetId: string | undefined;
  /** The subscription as Amazon returned it, with what your own document selects: check that before you use it. */
  readonly payload: EventSubscriptionPayload;
}

/**
 * A subscription as the API returns it. What your own document selects beside it is kept.
 * @inline
 */
export interface EventSubscriptionPayload {
  readonly subscriptionId: string;
  /** The business product id. */
  readonly targetId?: Nullish<string>;
  readonly eventSubscriptionDetails?: Nullish<{
    readonly eventType?: Nullish<string>;
    readonly destination?: Nullish<{
      /** `EventBridgeData`; the name for a webhook is not documented. */
      readonly __typename?: Nullish<string>;
      /** Of `EventBridgeData`: `arn:aws:events:<region>::event-source/aws.partner/buywithprime/<name>`. */
      readonly arn?: Nullish<string>;
    }>;
  }>;
  readonly [field: string]: unknown;
}

/** Checks an event subscription as the API returns it. Keeps what your own document selects beside it. */
export const EventSubscriptionPayloadSchema: z.ZodMiniType<EventSubscriptionPayload> = /* @__PURE__ */ z.lazy(() =>
  z.looseObject({
    subscriptionId: z.string(),
    targetId: NullableString,
    eventSubscriptionDetails: nullableObject({
      eventType: NullableString,
      destination: nullableObject({ __typename: NullableString, arn: NullableString }),
    }),
  }),
);

/** A page of the list. That the `id` of a node is that of the subscription is concluded from its name (inferred). */
interface SubscriptionsPage {
  readonly edges?: Nullish<readonly ({ readonly node?: Nullish<{ readonly id: string }> } | null)[]>;
  readonly pageInfo?: Nullish<{ readonly endCursor?: Nullish<string>; readonly hasNextPage?: Nullish<boolean> }>;
}

const PageSchema: z.ZodMiniType<SubscriptionsPage> = /* @__PURE__ */ z.lazy(() =>
  z.looseObject({
    edges: nullableList(z.looseObject({ node: nullableObject({ id: z.string() }) })),
    pageInfo: nullableObject({ endCursor: NullableString, hasNextPage: z.nullish(z.boolean()) }),
  }),
);

const QUERY = `query eventSubscription($subscriptionId: String!) {
  eventSubscription(subscriptionId: $subscriptionId) {
    subscriptionId
    targetId
    eventSubscriptionDetails { eventType destination { __typename ... on EventBridgeData { arn } } }
  }
}`;

const LIST = `query eventSubscriptions($first: Int, $after: String) {
  eventSubscriptions(first: $first, after: $after) { edges { node { id } } pageInfo { endCursor hasNextPage } }
}`;

const DELETE = `mutation deleteEventSubscription($subscriptionId: String!) {
  deleteEventSubscription(subscriptionId: $subscriptionId) { subscriptionId }
}`;

/** The mutation that creates a subscription. A document of the caller's gets `$input`, or each value as a variable. */
export function createSubscriptionMutation(
  input: EventSubscriptionInput,
  document?: string,
): Operation<{ readonly subscriptionId: string }> {
  const parsed = parseInput(EventSubscriptionInputSchema, input);
  const { eventType, destination } = parsed;
  const own = destinationDocument(destination);
  const variables = { eventType, ...own.variables };
  return {
    document: document ?? own.document,
    variables: document === undefined ? variables : ownVariables(document, parsed, variables),
    mutates: true,
    hide: own.hide,
    permission: `${SUBSCRIPTIONS_PERMISSION}, and to read what the events are about`,
    denied: '"eventType" must be one of Amazon\'s types, without spaces. ',
    read: readField('createEventSubscription', EventSubscriptionPayloadSchema, ({ subscriptionId }) => ({ subscriptionId })),
  };
}

/** The query for a subscription. */
export function subscriptionQuery(subscriptionId: string, document: string = QUERY): Operation<EventSubscription> {
  return {
    document,
    variables: { subscriptionId: parseInput(Id, subscriptionId, { at: ['subscriptionId'] }) },
    permission: SUBSCRIPTIONS_PERMISSION,
    read: readField('eventSubscription', EventSubscriptionPayloadSchema, readSubscription),
  };
}

/** Reads the list, a page at a time and as far as it is wanted. */
export async function* listSubscriptions(
  send: (operation: Operation<SubscriptionsPage>) => Promise<SubscriptionsPage>,
  pageSize: number,
  document: string = LIST,
): AsyncGenerator<{ readonly subscriptionId: string }, void, undefined> {
  const cursors = new Set<string>();
  let after: string | undefined;
  for (;;) {
    const { edges, pageInfo } = await send(subscriptionsQuery(pageSize, after, document));
    for (const { node } of present(edges)) if (node) yield { subscriptionId: node.id };
    if (!pageInfo?.hasNextPage) return;
    after = pageInfo.endCursor ?? '';
    if (after === '' || cursors.has(after)) {
      const issue = { path: ['eventSubscriptions', 'pageInfo', 'endCursor'], message: 'expected a new cursor: the list would never end' };
      throw new ValidationError('response', [issue], { surface: SURFACE });
    }
    cursors.add(after);
  }
}

function subscriptionsQuery(first: number, after: string | undefined, document: string): Operation<SubscriptionsPage> {
  return {
    document,
    variables: after === undefined ? { first } : { first, after },
    permission: SUBSCRIPTIONS_PERMISSION,
    denied: 'Amazon responds with this if there are no subscriptions at all, too. ',
    read: readField('eventSubscriptions', PageSchema, (page) => page),
  };
}

/** The mutation that ends a subscription. */
export function deleteSubscriptionMutation(subscriptionId: string, document: string = DELETE): Operation<void> {
  return deletion('deleteEventSubscription', 'subscriptionId', subscriptionId, document);
}

/** With the methods that every sample has. */
function withMethods({ webhook, ...eventBridge }: EventSubscriptionDestination): object {
  if (!webhook) return eventBridge;
  const { authConfig } = webhook;
  return { webhook: { ...webhook, method: 'POST', ...(authConfig && { authConfig: withMethod(authConfig) }) } };
}

/** The variables that a document of the caller's mentions: a server may refuse others. Refuses one that leaves out a value of the input. */
function ownVariables(document: string, input: EventSubscriptionInput, variables: Data): Data {
  const names = new Set(document.match(/\$\w+/g));
  const isWhole = names.has('$input');
  const unused = Object.keys(variables).find((name) => !isWhole && !names.has(`$${name}`));
  const hint = 'Use all variables of the destination, or $input, which is the whole input.';
  assertOption(unused === undefined, SURFACE, 'documents.createEventSubscription', `does not use $${unused}`, hint);
  const { eventType, destination } = input;
  const whole = { ...variables, input: { eventType, destination: withMethods(destination) } };
  return Object.fromEntries(Object.entries(whole).filter(([name]) => names.has(`$${name}`)));
}

function readSubscription(payload: EventSubscriptionPayload): EventSubscription {
  const { subscriptionId, targetId, eventSubscriptionDetails } = payload;
  const { eventType, destination } = eventSubscriptionDetails ?? {};
  return {
    subscriptionId,
    eventType: eventType ?? undefined,
    arn: destination?.arn ?? undefined,
    source: destination?.arn?.split('event-source/')[1],
    targetId: targetId ?? undefined,
    payload,
  };
}
