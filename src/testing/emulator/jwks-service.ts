/**
 * The key set that Buy with Prime's signatures are verified with. Where it lies is inferred.
 *
 * @module
 */

import type { WebhookSigningKeys } from '../builders/webhook-signing-keys.ts';
import { isAmazonHost, type Received, Refusal, type Service } from './service.ts';

/** Publishes the public halves of the signing keys. */
export class JwksService implements Service {
  readonly path = '/jwks.json';
  readonly requestIdHeader = 'x-amzn-requestid';
  readonly #keys: WebhookSigningKeys;

  constructor(keys: WebhookSigningKeys) {
    this.#keys = keys;
  }

  matches(url: URL): boolean {
    return url.pathname === this.path && (!isAmazonHost(url) || url.hostname === 'api.buywithprime.amazon.com');
  }

  async answer({ method }: Received): Promise<Response> {
    if (method !== 'GET') throw new Refusal(405, 'MethodNotAllowed', 'The request method must be GET', { headers: { allow: 'GET' } });
    return Response.json(this.#keys.jwks);
  }

  refuse({ status, message, headers }: Refusal): Response {
    return Response.json({ message }, { status, headers });
  }

  fault(status: number): Refusal {
    return new Refusal(status, 'Fault', 'The key set can not be had at present');
  }
}
