/**
 * Where events are sent.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/events-mutations-createeventsubscription | createEventSubscription}
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/create-and-delete-event-subscriptions | Create and delete}
 */
import * as z from 'zod/mini';
import { exactlyOne } from '../../core/schema.ts';
import { HttpsUrl, Id } from '../payload.ts';
import { secretsOf, secretsOfUrl, type WebhookAuthConfig, WebhookAuthConfigSchema } from './auth-profile.ts';

/**
 * Where events are sent: to EventBridge or to a webhook.
 * @inline
 */
export type EventSubscriptionDestination =
  | {
      /** An AWS account that becomes the owner of a partner event source. */
      readonly eventBridge: {
        /** AWS region, such as `us-east-1`. */
        readonly region: string;
        readonly partnerEventSource: {
          /** The AWS account id: 12 digits, as a string. */
          readonly account: string;
          /**
           * Globally unique. Letters, digits, `.`, `-`, `_` and `/`; the source of the events is then `aws.partner/buywithprime/` and this name.
           */
          readonly name: string;
        };
      };
      readonly webhook?: undefined;
    }
  | {
      /** A URL that events are posted to. They are signed; with a profile the signature may be missing. */
      readonly webhook: {
        /** https only. */
        readonly url: string;
        /** @default 'POST' */
        readonly method?: 'POST' | undefined;
        /** The profile of {@link BuyWithPrimeClient.createAuthProfile} with which Amazon authenticates. */
        readonly authProfileId?: string | undefined;
        /** In place of a profile. Such credentials cannot be rotated or shared. */
        readonly authConfig?: WebhookAuthConfig | undefined;
      };
      readonly eventBridge?: undefined;
    };

/** Checks a destination. An unknown key is refused. */
export const EventSubscriptionDestinationSchema: z.ZodMiniType<EventSubscriptionDestination> = /* @__PURE__ */ z.lazy(() => {
  // Amazon's page cuts its pattern after "south", and AWS adds regions: Amazon decides which of them are served.
  const region = z.string().check(z.regex(/^[a-z]{2}(-[a-z]+)+-\d+$/, 'expected an AWS region such as us-east-1'));
  const account = z.string().check(z.regex(/^\d{12}$/, 'expected an AWS account id: 12 digits'));
  // What AWS allows after the prefix that Amazon adds, of 256 characters in total.
  const name = z
    .string()
    .check(
      z.regex(
        /^(?=.{1,231}$)[\w.-]+(\/[\w.-]+)*$/,
        'expected what follows "aws.partner/buywithprime/": at most 231 letters, digits, ".", "-", "_" and "/"',
      ),
    );
  const eventBridge = z.strictObject({ region, partnerEventSource: z.strictObject({ account, name }) });
  const webhook = z
    .strictObject({
      url: HttpsUrl,
      method: z.optional(z.literal('POST')),
      authProfileId: z.optional(Id),
      authConfig: z.optional(WebhookAuthConfigSchema),
    })
    .check(exactlyOne(['authProfileId', 'authConfig'], () => 'expected "authProfileId" or "authConfig", not both', false));
  return z
    .strictObject({ eventBridge: z.optional(eventBridge), webhook: z.optional(webhook) })
    .check(
      exactlyOne(['eventBridge', 'webhook'], () => 'expected either "eventBridge" or "webhook"'),
    ) as unknown as z.ZodMiniType<EventSubscriptionDestination>;
});

/** A mutation for a destination. Only its scalars are variables, because no page shows the names of the input types. */
interface DestinationDocument {
  readonly document: string;
  readonly variables: Readonly<Record<string, string>>;
  /** What no error may contain. */
  readonly hide: readonly string[];
}

/** The mutation for a destination. */
export function destinationDocument({ eventBridge, webhook }: EventSubscriptionDestination): DestinationDocument {
  if (eventBridge) {
    const { region, partnerEventSource } = eventBridge;
    const literal = 'eventBridge: { region: $region, partnerEventSource: { account: $account, name: $name } }';
    return mutation(literal, { region, ...partnerEventSource }, []);
  }
  const { url, authProfileId, authConfig } = webhook as NonNullable<typeof webhook>;
  const hide = secretsOfUrl(url);
  if (authConfig) {
    const { literal, variables } = authConfigLiteral(authConfig);
    const webhookLiteral = `webhook: { url: $url, method: POST, authConfig: ${literal} }`;
    return mutation(webhookLiteral, { url, ...variables }, [...hide, ...secretsOf(authConfig)]);
  }
  if (authProfileId === undefined) return mutation('webhook: { url: $url, method: POST }', { url }, hide);
  return mutation('webhook: { url: $url, method: POST, authProfileId: $authProfileId }', { url, authProfileId }, hide);
}

function mutation(
  destination: string,
  variables: DestinationDocument['variables'],
  hide: DestinationDocument['hide'],
): DestinationDocument {
  const declared = ['eventType', ...Object.keys(variables)].map((name) => `$${name}: String!`).join(', ');
  const document = `mutation createEventSubscription(${declared}) {
  createEventSubscription(input: {
    eventType: $eventType
    destination: { ${destination} }
  }) { subscriptionId }
}`;
  return { document, variables, hide };
}

/** The literal for inline credentials, which may have any number of parameters. */
function authConfigLiteral({ oAuthConfig, basicAuthConfig }: WebhookAuthConfig): {
  readonly literal: string;
  readonly variables: Readonly<Record<string, string>>;
} {
  if (basicAuthConfig) {
    return { literal: '{ basicAuthConfig: { username: $username, password: $password } }', variables: { ...basicAuthConfig } };
  }
  const { clientParameters, authEndpoint, httpParameters } = oAuthConfig as NonNullable<typeof oAuthConfig>;
  const variables: Record<string, string> = { ...clientParameters, authEndpoint };
  const parameters = (['bodyParameters', 'headerParameters'] as const).flatMap((name) => {
    const list = httpParameters?.[name];
    if (!list) return [];
    const items = list.map(({ key, value }, index) => {
      variables[`${name}Key${index}`] = key;
      variables[`${name}Value${index}`] = value;
      return `{ key: $${name}Key${index}, value: $${name}Value${index} }`;
    });
    return `${name}: [${items.join(', ')}]`;
  });
  const http = httpParameters ? `, httpParameters: { ${parameters.join(', ')} }` : '';
  const client = 'clientParameters: { clientId: $clientId, clientSecret: $clientSecret }';
  return { literal: `{ oAuthConfig: { ${client}, authEndpoint: $authEndpoint, httpMethod: POST${http} } }`, variables };
}
