/**
 * Requests to a webhook of Buy with Prime, with Amazon's signature.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/steps-to-subscribe-to-buy-with-prime-events-using-webhook-events | Webhook events}
 */
import { ConfigurationError, isWaybillError } from '../../core/errors.ts';
import { isObject } from '../emulator/service.ts';
import type { SignOptions, WebhookSigningKeys } from './webhook-signing-keys.ts';

/** Where a request goes, and how it is signed. */
export interface SignedWebhookOptions extends SignOptions {
  /** What it is signed with: an emulator's `signingKeys`, or keys of your own. */
  readonly keys: WebhookSigningKeys;
  /**
   * The webhook's URL.
   * @default 'https://shop.example/amazon/buy-with-prime'
   */
  readonly url?: string | URL;
}

/**
 * The request that brings an event to a webhook of Buy with Prime: signed with ES384 over the body, the signature in
 * `x-amzn-signature`, the id of the key in `x-amzn-kid` (inferred).
 *
 * @param event What `buyWithPrimeEvent()` makes, or the body of a webhook; of an event that carries a webhook's body in `detail`, that
 *   is sent. A text goes as it is, for bodies that are no event.
 * @throws {@link ConfigurationError} `CONFIGURATION` where the URL, the keys or the event make no request.
 *
 * @example
 * ```ts
 * const request = signedWebhook(buyWithPrimeEvent('PACKAGE_DELIVERED'), { keys: emulator.signingKeys });
 * const response = await handler(request);
 * ```
 */
export function signedWebhook(event: unknown, options: SignedWebhookOptions): Request {
  try {
    const { keys, keyId = keys.keyId, url = 'https://shop.example/amazon/buy-with-prime', ...others } = options;
    const body = typeof event === 'string' ? event : JSON.stringify(bodyOf(event));
    const headers = {
      'content-type': 'application/json',
      'x-amzn-kid': keyId,
      'x-amzn-signature': keys.sign(body, { keyId, ...others }),
    };
    return new Request(url, { method: 'POST', headers, body });
  } catch (error) {
    if (isWaybillError(error)) throw error;
    throw new ConfigurationError('the URL, the keys or the event make no request', {
      surface: 'testing',
      hint: 'The URL must be absolute, "keys" must be WebhookSigningKeys, and the event must fit into JSON.',
    });
  }
}

/** What a webhook gets of an event: EventBridge wraps the same in `detail`. */
function bodyOf(event: unknown): unknown {
  const detail = isObject(event) ? event['detail'] : undefined;
  return isObject(detail) && typeof detail['eventDescriptor'] === 'string' ? detail : event;
}
