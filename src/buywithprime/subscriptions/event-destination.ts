/**
 * Where events go, checked before anything is sent.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/events-mutations-createeventsubscription | createEventSubscription}
 */

import { invalidInput, requireText, requireTexts } from '../api/input.ts';
import type { EventBridgeDestination, EventSubscriptionDestination, WebhookDestination } from './event-subscription.ts';

/** A destination as the mutation has it. */
interface Destination {
  /** Its GraphQL, with variables in the place of values. */
  readonly literal: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly hide?: readonly string[];
}

// Amazon's page cuts its pattern after "south", and AWS adds regions: which of them are served is left to Amazon.
const REGION = /^[a-z]{2}(-[a-z]+)+-\d+$/;
// What AWS allows behind the prefix that Amazon puts in front, of 256 characters altogether.
const SOURCE_NAME = /^(?=.{1,231}$)[\w.-]+(\/[\w.-]+)*$/;

/** Refuses what Amazon or AWS would, as far as they say so. */
export function checkDestination(destination: EventSubscriptionDestination | undefined): Destination {
  const { eventBridge, webhook } = destination ?? {};
  if (Boolean(eventBridge) === Boolean(webhook)) throw invalidInput('destination', 'expected either "eventBridge" or "webhook"');
  return eventBridge ? readEventBridge(eventBridge) : readWebhook(webhook as WebhookDestination);
}

function readEventBridge({ region, partnerEventSource }: EventBridgeDestination): Destination {
  const at = 'destination.eventBridge.';
  const { account, name } = (partnerEventSource ?? {}) as Partial<EventBridgeDestination['partnerEventSource']>;
  requireText(`${at}region`, region, 'an AWS region such as us-east-1', REGION);
  requireText(`${at}partnerEventSource.account`, account, 'an AWS account id: 12 digits, as text', /^\d{12}$/);
  const rule = 'what stands behind "aws.partner/buywithprime/": at most 231 letters, digits, ".", "-", "_" and "/"';
  requireText(`${at}partnerEventSource.name`, name, rule, SOURCE_NAME);
  return {
    literal: 'eventBridge: { region: $region, partnerEventSource: { account: $account, name: $name } }',
    variables: { region, account, name },
  };
}

// A guide writes httpMethod: "POST" in the place of method: POST; the reference page that is made from the schema is followed.
function readWebhook({ url, authProfileId, authConfig }: WebhookDestination): Destination {
  const at = 'destination.webhook';
  requireHttps(`${at}.url`, url);
  const literal = (auth: string): string => `webhook: { url: $url, method: POST ${auth} }`;
  if (authProfileId === undefined && authConfig === undefined) return { literal: literal(''), variables: { url } };
  if (authConfig === undefined) {
    return {
      literal: literal('authProfileId: $authProfileId'),
      variables: { url, ...requireTexts({ authProfileId }, ['authProfileId'], `${at}.`) },
    };
  }
  if (authProfileId !== undefined) throw invalidInput(at, 'expected "authProfileId" or "authConfig", not both');
  const { clientParameters, authEndpoint } = authConfig?.oAuthConfig ?? {};
  const oAuth = `${at}.authConfig.oAuthConfig.`;
  const client = requireTexts(clientParameters, ['clientId', 'clientSecret'], `${oAuth}clientParameters.`);
  requireHttps(`${oAuth}authEndpoint`, authEndpoint);
  const parameters = 'clientParameters: { clientId: $clientId, clientSecret: $clientSecret }';
  return {
    literal: literal(`authConfig: { oAuthConfig: { ${parameters}, authEndpoint: $authEndpoint, httpMethod: POST } }`),
    variables: { url, ...client, authEndpoint },
    hide: [client.clientSecret],
  };
}

function requireHttps(path: string, value: unknown): asserts value is string {
  requireText(path, value, 'a URL that starts with https://', /^https:\/\/[^\s/]\S*$/);
}
