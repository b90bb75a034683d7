/**
 * Event subscriptions of the emulated Buy with Prime.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/create-and-delete-event-subscriptions | Event subscriptions}
 */
import { findEventKind } from '../../../buywithprime/events/event-kinds.ts';
import { GraphQLFault } from './graphql-fault.ts';

/** A subscription that was created. */
export interface EventSubscriptionRecord {
  readonly subscriptionId: string;
  readonly eventType: string;
  readonly destination:
    | { readonly eventBridge: { readonly region: string; readonly account: string; readonly name: string } }
    | { readonly webhook: { readonly url: string; readonly authProfileId?: string } };
}

/** `CreateEventSubscriptionInput` as graphql-js hands it over. */
export interface CreateEventSubscriptionInput {
  readonly eventType: string;
  readonly destination: {
    readonly eventBridge?: {
      readonly region: string;
      readonly partnerEventSource: { readonly account: string; readonly name: string };
    } | null;
    readonly webhook?: { readonly url: string; readonly authProfileId?: string | null } | null;
  };
}

// The page cuts the pattern after "south"; the rest is inferred from the names that AWS has.
const REGION = /^(us(-gov)?|ap|ca|cn|eu|sa|af)-(central|(north|south)(east|west)?|east|west)-\d$/;

/** Creates, shows and deletes subscriptions. */
export class EventSubscriptions {
  readonly #records = new Map<string, EventSubscriptionRecord>();
  readonly #randomId: () => string;

  constructor(randomId: () => string) {
    this.#randomId = randomId;
  }

  get records(): readonly EventSubscriptionRecord[] {
    return [...this.#records.values()];
  }

  create({ eventType, destination }: CreateEventSubscriptionInput): object {
    // Amazon's own answer to a type that it does not know.
    if (!findEventKind(eventType)) throw new GraphQLFault('AccessDeniedError');
    const wanted = readDestination(destination);
    const same = JSON.stringify(wanted);
    for (const record of this.records) {
      if (record.eventType === eventType && JSON.stringify(record.destination) === same) {
        throw new GraphQLFault('ValidationError', { code: 'SubscriptionAlreadyExists', message: 'The subscription exists already.' });
      }
      if (sourceName(record.destination) !== undefined && sourceName(record.destination) === sourceName(wanted)) {
        throw new GraphQLFault('ValidationError', {
          code: 'DestinationNameAlreadyExists',
          message: 'The name of the partner event source is taken.',
        });
      }
    }
    const subscriptionId = this.#randomId();
    this.#records.set(subscriptionId, { subscriptionId, eventType, destination: wanted });
    return { subscriptionId };
  }

  delete(subscriptionId: string): object {
    if (!this.#records.delete(subscriptionId)) throw new GraphQLFault('AccessDeniedError');
    return { subscriptionId };
  }

  view(subscriptionId: string, targetId: string): object {
    const record = this.#records.get(subscriptionId);
    if (!record) throw new GraphQLFault('AccessDeniedError');
    const { eventType, destination } = record;
    return { subscriptionId, targetId, eventSubscriptionDetails: { eventType, destination: viewDestination(destination) } };
  }

  /** A page of them; a cursor is the base64 of a position, as in Amazon's sample (`MA==`). */
  page(first = 50, after = ''): object {
    if (first < 0 || first > 1_000) throw invalid('/eventSubscriptions/first must be between 0 and 1000');
    const start = after === '' ? 0 : positionOf(after) + 1;
    const all = this.records;
    // Documented: no subscriptions at all are answered like no access.
    if (all.length === 0) throw new GraphQLFault('AccessDeniedError');
    const edges = all
      .slice(start, start + first)
      .map(({ subscriptionId }, at) => ({ node: { id: subscriptionId }, cursor: btoa(String(start + at)) }));
    return {
      edges,
      totalCount: all.length,
      pageInfo: {
        startCursor: edges[0]?.cursor,
        endCursor: edges.at(-1)?.cursor,
        hasPreviousPage: start > 0,
        hasNextPage: start + edges.length < all.length,
      },
    };
  }
}

function readDestination({ eventBridge, webhook }: CreateEventSubscriptionInput['destination']): EventSubscriptionRecord['destination'] {
  if (Boolean(eventBridge) === Boolean(webhook)) {
    throw invalid('/createEventSubscription/input/destination must have exactly one of eventBridge and webhook');
  }
  if (eventBridge) {
    const { region, partnerEventSource } = eventBridge;
    const at = '/createEventSubscription/input/destination/eventBridge';
    if (!REGION.test(region)) throw invalid(`${at}/region must match "${REGION.source}"`);
    return { eventBridge: { region, account: partnerEventSource.account, name: partnerEventSource.name } };
  }
  const { url, authProfileId } = webhook as { readonly url: string; readonly authProfileId?: string | null };
  if (!/^https:\/\//.test(url)) throw invalid('/createEventSubscription/input/destination/webhook/url must be an https URL');
  return { webhook: { url, ...(authProfileId && { authProfileId }) } };
}

/** How a webhook destination is shown is not documented. */
function viewDestination(destination: EventSubscriptionRecord['destination']): object | null {
  if (!('eventBridge' in destination)) return null;
  const { region, name } = destination.eventBridge;
  return { __typename: 'EventBridgeData', arn: `arn:aws:events:${region}::event-source/aws.partner/buywithprime/${name}` };
}

function sourceName(destination: EventSubscriptionRecord['destination']): string | undefined {
  return 'eventBridge' in destination ? destination.eventBridge.name : undefined;
}

function positionOf(cursor: string): number {
  try {
    const position = Number(atob(cursor));
    if (Number.isInteger(position) && position >= 0) return position;
  } catch {}
  throw invalid('/eventSubscriptions/after is not a cursor');
}

function invalid(issue: string): GraphQLFault {
  return new GraphQLFault('ValidationError', { message: `Input request is not valid, the following issues were encountered: [${issue}]` });
}
