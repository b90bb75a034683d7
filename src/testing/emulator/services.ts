/**
 * The services of an emulator.
 *
 * @module
 */
import type { WebhookSigningKeys } from '../builders/webhook-signing-keys.ts';
import { AmazonPayService, type AmazonPayServiceOptions } from './amazon-pay/service.ts';
import { EventSubscriptions } from './buywithprime/event-subscriptions.ts';
import { type EditableRecords, GraphQLService } from './buywithprime/graphql-service.ts';
import type { EmulatorSettings } from './options.ts';
import { isAmazonHost, type Received, Refusal, type Service } from './service.ts';
import { FeedbackService, type FeedbackServiceOptions } from './shipping/feedback-service.ts';
import { TokenService } from './token-service.ts';

/** The services of an emulator, with everything that they have stored. */
export interface EmulatedServices {
  readonly amazonPay: AmazonPayService;
  readonly lwa: TokenService;
  readonly feedback: FeedbackService;
  readonly buyWithPrimeToken: TokenService;
  readonly graphql: GraphQLService;
  readonly subscriptions: EventSubscriptions;
  readonly jwks: Service;
}

/** What the services get from their emulator beside its settings. */
export interface ServicesContext {
  readonly now: () => Date;
  readonly newId: () => number;
  readonly records: EditableRecords;
  readonly onTracker: AmazonPayServiceOptions['onCreate'];
  readonly onFeedback: FeedbackServiceOptions['onCreate'];
}

/** Makes the services, without any records. */
export function startServices(settings: EmulatorSettings, context: ServicesContext): EmulatedServices {
  const { credentials, quota, maxRecords, randomId, signingKeys } = settings;
  const { now, newId, records, onTracker, onFeedback } = context;
  const { lwa, buyWithPrime } = credentials;
  const common = { now, randomId, maxRecords };
  const lwaToken = new TokenService({
    ...common,
    path: '/auth/o2/token',
    host: /^api\.amazon\.(com|co\.uk|co\.jp)$/,
    grantType: 'refresh_token',
    credentials: { client_id: lwa.clientId, client_secret: lwa.clientSecret, refresh_token: lwa.refreshToken },
    prefix: 'Atza|',
    lifetime: 3_600,
  });
  const buyWithPrimeToken = new TokenService({
    ...common,
    path: '/token',
    host: /^api\.buywithprime\.amazon\.com$/,
    grantType: 'client_credentials',
    credentials: { client_id: buyWithPrime.clientId, client_secret: buyWithPrime.clientSecret },
    prefix: 'emulated-',
    lifetime: 900,
  });
  const subscriptions = new EventSubscriptions(randomId);
  const { publicKeys, verifySignature, dateTolerance, carrierCodes } = settings;
  const payRules = { publicKeys, verifySignature, dateTolerance, carrierCodes, quota };
  return {
    amazonPay: new AmazonPayService({ ...common, ...payRules, newId, onCreate: onTracker }),
    lwa: lwaToken,
    feedback: new FeedbackService({ ...common, tokens: lwaToken, quota: quota?.ndrFeedback, newId, onCreate: onFeedback }),
    buyWithPrimeToken,
    graphql: new GraphQLService({
      tokens: buyWithPrimeToken,
      targetId: buyWithPrime.targetId,
      records,
      subscriptions,
      randomId,
      now,
    }),
    subscriptions,
    jwks: new JwksService(signingKeys),
  };
}

/** The service that serves a URL. */
export function findService(services: EmulatedServices, url: URL): Service | undefined {
  const { amazonPay, lwa, feedback, buyWithPrimeToken, graphql, jwks } = services;
  return [amazonPay, lwa, feedback, buyWithPrimeToken, graphql, jwks].find((service) => service.matches(url));
}

/** Publishes the public halves of Buy with Prime's signing keys. The URL is (inferred). */
class JwksService implements Service {
  readonly path = '/jwks.json';
  readonly requestIdHeader = 'x-amzn-requestid';
  readonly #keys: WebhookSigningKeys;

  constructor(keys: WebhookSigningKeys) {
    this.#keys = keys;
  }

  matches(url: URL): boolean {
    return url.pathname === this.path && (!isAmazonHost(url) || url.hostname === 'api.buywithprime.amazon.com');
  }

  async answer({ method, check }: Received): Promise<Response> {
    check('method', () => {
      if (method !== 'GET') throw new Refusal(405, 'MethodNotAllowed', 'The request method must be GET', { headers: { allow: 'GET' } });
    });
    return Response.json(this.#keys.jwks);
  }

  refuse({ status, message, headers }: Refusal): Response {
    return Response.json({ message }, { status, headers });
  }

  fault(status: number): Refusal {
    return new Refusal(status, 'Fault', 'The key set is temporarily unavailable');
  }
}
