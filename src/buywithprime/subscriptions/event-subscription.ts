/**
 * Event subscriptions: which type of event goes where.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/create-and-delete-event-subscriptions | Create and delete}
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/query-event-subscriptions | Query}
 */
import type { CallOptions } from '../../core/options.ts';
import type { Open } from '../../core/types.ts';
import { parseAnswer } from '../api/answer.ts';
import type { BuyWithPrimeApi } from '../api/client-options.ts';
import { requireId, requireText } from '../api/input.ts';
import type { BuyWithPrimeEventType } from '../events/event-kinds.ts';
import type { Nullish } from '../orders/order-payload.ts';
import { EventSubscriptionPayloadSchema } from '../schemas.ts';
import { checkDestination } from './event-destination.ts';

/** What is subscribed to, and where it goes. */
export interface EventSubscriptionInput {
  /** One type, spelt as Amazon does: `PACKAGE_DELIVERED` and not the kind that it is read as. Several types take several subscriptions. */
  readonly eventType: Open<BuyWithPrimeEventType>;
  /** Where its events go. */
  readonly destination: EventSubscriptionDestination;
}

/** Where events go: to EventBridge or to a webhook. */
export type EventSubscriptionDestination =
  | { readonly eventBridge: EventBridgeDestination; readonly webhook?: never }
  | { readonly webhook: WebhookDestination; readonly eventBridge?: never };

/** An AWS account that becomes the owner of a partner event source. */
export interface EventBridgeDestination {
  /** AWS region, such as `us-east-1`. */
  readonly region: string;
  /** Whose it is, and what it is called. */
  readonly partnerEventSource: {
    /** The AWS account id: 12 digits, as text. */
    readonly account: string;
    /**
     * Unique in the world. Letters, digits, `.`, `-`, `_` and `/`; the source of the events is then
     * `aws.partner/buywithprime/` and this name.
     */
    readonly name: string;
  };
}

/** A URL that events are posted to. They are signed; with a profile the signature may be missing. */
export interface WebhookDestination {
  /** https only. */
  readonly url: string;
  /** The profile of {@link BuyWithPrimeClient.createAuthProfile} by which Amazon authenticates. */
  readonly authProfileId?: string;
  /** In place of a profile: where Amazon fetches a token for you. */
  readonly authConfig?: { readonly oAuthConfig: WebhookOAuthConfig };
}

/** How Amazon fetches the token that it sends to a webhook. */
export interface WebhookOAuthConfig {
  /** What you gave Amazon. */
  readonly clientParameters: { readonly clientId: string; readonly clientSecret: string };
  /** Your token endpoint; https only. */
  readonly authEndpoint: string;
}

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
  /** What Amazon answered. */
  readonly payload: EventSubscriptionPayload;
}

/** A subscription as answered. */
export interface EventSubscriptionPayload {
  /** Its id. */
  readonly subscriptionId: string;
  /** The business product id. */
  readonly targetId?: Nullish<string>;
  /** The rest. */
  readonly eventSubscriptionDetails?: Nullish<EventSubscriptionDetailsPayload>;
}

/** What is subscribed to, as answered. */
export interface EventSubscriptionDetailsPayload {
  /** The type of the events. */
  readonly eventType?: Nullish<string>;
  /** Where they go. */
  readonly destination?: Nullish<EventDestinationPayload>;
}

/** Where events go, as answered. */
export interface EventDestinationPayload {
  /** `EventBridgeData`; what a webhook's is called is not documented. */
  readonly __typename?: Nullish<string>;
  /** Of `EventBridgeData`: `arn:aws:events:<region>::event-source/aws.partner/buywithprime/<name>`. */
  readonly arn?: Nullish<string>;
}

/** Sends the mutation. */
export async function createEventSubscription(
  { send }: BuyWithPrimeApi,
  input: EventSubscriptionInput,
  call?: CallOptions,
): Promise<{ readonly subscriptionId: string }> {
  const { eventType, destination } = (input ?? {}) as Partial<EventSubscriptionInput>;
  requireText('eventType', eventType, 'one type without blanks; several take a call for each', /^\w+$/);
  const { literal, variables, hide = [] } = checkDestination(destination);
  const all = { eventType, ...variables };
  // Only scalars are variables: of the types of the inputs no page shows the names.
  const declared = Object.keys(all).map((name) => `$${name}: String!`);
  const document = `mutation createEventSubscription(${declared.join(', ')}) {
  createEventSubscription(input: { destination: { ${literal} } eventType: $eventType }) { subscriptionId }
}`;
  const field = 'createEventSubscription';
  return send(
    {
      document,
      variables: all,
      mutates: true,
      hide,
      denied: '"eventType" must be one of Amazon\'s, and the credentials need the permission of what its events are about, too. ',
      read: ({ [field]: created }) => {
        const { subscriptionId } = parseAnswer(field, EventSubscriptionPayloadSchema, created);
        return { subscriptionId };
      },
    },
    call,
  );
}

/** Sends the query. */
export async function getEventSubscription(
  { send }: BuyWithPrimeApi,
  subscriptionId: string,
  call?: CallOptions,
): Promise<EventSubscription> {
  requireId('subscriptionId', subscriptionId);
  const document = `query eventSubscription($subscriptionId: String!) {
  eventSubscription(subscriptionId: $subscriptionId) {
    subscriptionId targetId eventSubscriptionDetails { eventType destination { __typename ... on EventBridgeData { arn } } }
  }
}`;
  return send({ document, variables: { subscriptionId }, read: ({ eventSubscription }) => readSubscription(eventSubscription) }, call);
}

function readSubscription(answer: unknown): EventSubscription {
  const payload = parseAnswer('eventSubscription', EventSubscriptionPayloadSchema, answer);
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
