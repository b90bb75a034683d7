/**
 * Event subscriptions of the emulated Buy with Prime.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/create-and-delete-event-subscriptions | Event subscriptions}
 */
import type { DocumentNode, ObjectFieldNode } from 'graphql';
import { findEventKind } from '../../../buywithprime/events/kinds.ts';
import { type AuthConfigInput, kindOf } from './auth-profiles.ts';
import { type GraphQL, GraphQLFault, invalidInput } from './graphql-fault.ts';

/** A subscription that exists. */
export interface EventSubscriptionRecord {
  readonly subscriptionId: string;
  readonly eventType: string;
  readonly destination:
    | { readonly eventBridge: { readonly region: string; readonly account: string; readonly name: string } }
    | {
        readonly webhook: {
          readonly url: string;
          readonly authProfileId?: string;
          /** How Amazon would authenticate, if the credentials are inline. They are not stored. */
          readonly authConfig?: 'oAuth' | 'basic';
        };
      };
}

/** `CreateEventSubscriptionInput` as graphql-js passes it. */
export interface CreateEventSubscriptionInput {
  readonly eventType: string;
  readonly destination: {
    readonly eventBridge?: {
      readonly region: string;
      readonly partnerEventSource: { readonly account: string; readonly name: string };
    } | null;
    readonly webhook?: WebhookInput | null;
  };
}

interface WebhookInput {
  readonly url: string;
  readonly authProfileId?: string | null;
  readonly authConfig?: AuthConfigInput | null;
}

/** As Amazon's error shows it. */
const REGION = /^(us(-gov)?|ap|ca|cn|eu|sa|af)-(central|(north|south)?(east|west)?)-[0-9]$/;

/** The page of the mutation shows that the whole data of its errors is null. */
const DATA_IS_NULL = { isWhole: true };

/**
 * The document with the method of a webhook as the reference has it: an enum. Amazon's guide prints it as a string, and in one sample as
 * `httpMethod`, and what Amazon prints must pass here.
 */
export function withEnumMethod({ visit, Kind }: GraphQL, document: DocumentNode): DocumentNode {
  return visit(document, {
    ObjectField(webhook) {
      if (webhook.name.value !== 'webhook' || webhook.value.kind !== Kind.OBJECT) return undefined;
      const fields = webhook.value.fields.map((field): ObjectFieldNode => {
        const isMethod = /^(?:method|httpMethod)$/.test(field.name.value);
        if (!isMethod || field.value.kind !== Kind.STRING || field.value.value !== 'POST') return field;
        return { ...field, name: { ...field.name, value: 'method' }, value: { ...field.value, kind: Kind.ENUM } };
      });
      return { ...webhook, value: { ...webhook.value, fields } };
    },
  });
}

/** Creates, returns and deletes subscriptions. */
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
    // Amazon responds with this to a type that it does not know.
    if (!findEventKind(eventType)) throw new GraphQLFault('AccessDeniedError', DATA_IS_NULL);
    const wanted = readDestination(destination);
    const content = JSON.stringify(wanted);
    for (const record of this.records) {
      if (record.eventType === eventType && JSON.stringify(record.destination) === content) {
        throw refused('SubscriptionAlreadyExists', 'The subscription exists already.');
      }
      if (sourceName(record.destination) !== undefined && sourceName(record.destination) === sourceName(wanted)) {
        throw refused('DestinationNameAlreadyExists', 'The name of the partner event source is taken.');
      }
    }
    const subscriptionId = this.#randomId();
    this.#records.set(subscriptionId, { subscriptionId, eventType, destination: wanted });
    return { subscriptionId };
  }

  delete(subscriptionId: string): object {
    checkId('deleteEventSubscription', subscriptionId);
    if (!this.#records.delete(subscriptionId)) throw new GraphQLFault('AccessDeniedError');
    return { subscriptionId };
  }

  view(subscriptionId: string, targetId: string): object {
    checkId('eventSubscription', subscriptionId);
    const record = this.#records.get(subscriptionId);
    if (!record) throw new GraphQLFault('AccessDeniedError');
    const { eventType, destination } = record;
    return { subscriptionId, targetId, eventSubscriptionDetails: { eventType, destination: viewDestination(destination) } };
  }

  /** A page of them; a cursor is the base64 of a position, as in Amazon's sample (`MA==`). */
  page(first = 50, after = ''): object {
    if (first < 0 || first > 1_000) throw invalidInput('/eventSubscriptions/first must be between 0 and 1000');
    const start = after === '' ? 0 : positionOf(after) + 1;
    const all = this.records;
    // Documented: the response is the same if there are no subscriptions at all.
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
  const at = '/createEventSubscription/input/destination';
  if (Boolean(eventBridge) === Boolean(webhook)) throw invalid(`${at} must have exactly one of eventBridge and webhook`);
  if (!eventBridge) return { webhook: readWebhook(`${at}/webhook`, webhook as WebhookInput) };
  const { region, partnerEventSource } = eventBridge;
  if (!REGION.test(region)) throw invalid(`${at}/eventBridge/region must match "${REGION.source}"`);
  return { eventBridge: { region, account: partnerEventSource.account, name: partnerEventSource.name } };
}

function readWebhook(at: string, { url, authProfileId, authConfig }: WebhookInput): { url: string; authProfileId?: string } {
  if (!/^https:\/\//.test(url)) throw invalid(`${at}/url must be an https URL`);
  if (authProfileId && authConfig) throw invalid(`${at} must not have authProfileId and authConfig`);
  return {
    url,
    ...(authProfileId && { authProfileId }),
    ...(authConfig && { authConfig: kindOf(`${at}/authConfig`, authConfig, invalid) }),
  };
}

/** How a webhook destination is returned is not documented. */
function viewDestination(destination: EventSubscriptionRecord['destination']): object | null {
  if (!('eventBridge' in destination)) return null;
  const { region, name } = destination.eventBridge;
  return { __typename: 'EventBridgeData', arn: `arn:aws:events:${region}::event-source/aws.partner/buywithprime/${name}` };
}

function sourceName(destination: EventSubscriptionRecord['destination']): string | undefined {
  return 'eventBridge' in destination ? destination.eventBridge.name : undefined;
}

function checkId(field: string, id: string): void {
  if (id.length < 1 || id.length > 50) throw invalidInput(`/${field}/subscriptionId must have 1 to 50 characters`);
}

function positionOf(cursor: string): number {
  try {
    const position = Number(atob(cursor));
    if (cursor.length <= 6_000 && Number.isInteger(position) && position >= 0) return position;
  } catch {}
  throw invalidInput('/eventSubscriptions/after is not a cursor of at most 6000 characters');
}

/** In the documented error of a region the code is `ValidationError` and the details are empty. */
function invalid(issue: string): GraphQLFault {
  return invalidInput(issue, { code: 'ValidationError', details: {}, ...DATA_IS_NULL });
}

function refused(code: string, message: string): GraphQLFault {
  return new GraphQLFault('ValidationError', { code, message, ...DATA_IS_NULL });
}
