/**
 * Amazon's interfaces, put together for an emulator.
 *
 * @module
 */
import { AmazonPayService } from './amazon-pay/amazon-pay-service.ts';
import { webCryptoVerifier } from './amazon-pay/amazon-pay-signature.ts';
import type { EmulatedOrder } from './buywithprime/buywithprime-order.ts';
import { EventSubscriptions } from './buywithprime/event-subscriptions.ts';
import { GraphQLService } from './buywithprime/graphql-service.ts';
import type { EmulatorSettings } from './emulator-options.ts';
import { FeedbackService } from './feedback-service.ts';
import { JwksService } from './jwks-service.ts';
import { TokenService } from './token-service.ts';

/** The interfaces of an emulator, with all that they remember. */
export interface EmulatedServices {
  readonly amazonPay: AmazonPayService;
  readonly lwa: TokenService;
  readonly feedback: FeedbackService;
  readonly buyWithPrimeToken: TokenService;
  readonly graphql: GraphQLService;
  readonly subscriptions: EventSubscriptions;
  readonly jwks: JwksService;
}

/** Makes them anew. `orders` are those of the emulator, which may change at any time. */
export function startServices(all: EmulatorSettings, orders: Map<string, EmulatedOrder>): EmulatedServices {
  const {
    clock: now,
    randomId,
    credentials,
    quota,
    maxRecords,
    verifySignature = webCryptoVerifier(),
    signingKeys,
    delivery: _,
    ...settings
  } = all;
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
  return {
    amazonPay: new AmazonPayService({ ...common, ...settings, verifySignature, quota }),
    lwa: lwaToken,
    feedback: new FeedbackService({ ...common, tokens: lwaToken, quota: quota?.ndrFeedback }),
    buyWithPrimeToken,
    graphql: new GraphQLService({
      tokens: buyWithPrimeToken,
      targetId: buyWithPrime.targetId,
      orders,
      subscriptions,
      randomId,
    }),
    subscriptions,
    jwks: new JwksService(signingKeys),
  };
}
