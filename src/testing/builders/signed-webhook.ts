/**
 * Requests to a webhook of Buy with Prime, with Amazon's signature.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/steps-to-subscribe-to-buy-with-prime-events-using-webhook-events | Webhook events}
 */
import { assertOption } from '../../core/errors.ts';
import { readUrl } from '../../core/options.ts';
import { SURFACE } from '../surface.ts';
import { asOptions, isObject, toJson } from './arguments.ts';
import type { SignOptions, WebhookSigningKeys } from './webhook-signing-keys.ts';

/** Options of {@link signedWebhook}. */
export interface SignedWebhookOptions extends SignOptions {
  /** The keys to sign with: an emulator's `signingKeys`, or your own. */
  readonly keys: WebhookSigningKeys;
  /**
   * The webhook's URL.
   * @default 'https://shop.example/amazon/buy-with-prime'
   */
  readonly url?: string | URL | undefined;
}

/**
 * The request that brings an event to a webhook of Buy with Prime: signed with ES384 over the body, the signature in `x-amzn-signature`, the
 * id of the key in `x-amzn-kid` (inferred).
 *
 * @param event What `buyWithPrimeEvent()` returns, or the body of a webhook. If the event carries a webhook's body in `detail`, that is sent.
 *   A string is sent as it is, for bodies that are not an event.
 * @throws {@link ConfigurationError} `CONFIGURATION` for a URL, keys or an event that cannot be sent.
 *
 * @example
 * ```ts
 * const request = signedWebhook(buyWithPrimeEvent('PACKAGE_DELIVERED'), { keys: emulator.signingKeys });
 * const response = await handler(request);
 * ```
 */
export function signedWebhook(event: unknown, options: SignedWebhookOptions): Request {
  const given = asOptions('signedWebhook', options, ['keys', 'url', 'keyId', 'encoding']) as SignedWebhookOptions;
  const { keys, url = 'https://shop.example/amazon/buy-with-prime', ...how } = given;
  checkKeys(keys);
  const target = readUrl(SURFACE, 'url', url, true);
  const body = toJson(webhookBody(event));
  return new Request(target, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...signatureHeaders(body, keys, how) },
    body,
  });
}

/** The headers that carry the signature of a body. */
export function signatureHeaders(
  body: string | Uint8Array,
  keys: WebhookSigningKeys,
  options: SignOptions,
): Readonly<Record<string, string>> {
  const { keyId = keys.keyId, encoding } = options;
  return { 'x-amzn-kid': keyId, 'x-amzn-signature': keys.sign(body, { keyId, encoding }) };
}

/** Refuses what is not {@link WebhookSigningKeys}. */
export function checkKeys(keys: WebhookSigningKeys): void {
  assertOption(typeof keys?.sign === 'function', SURFACE, 'keys', 'must be WebhookSigningKeys');
}

/** What a webhook gets of an event: EventBridge wraps the same in `detail`. */
export function webhookBody(event: unknown): unknown {
  const detail = isObject(event) ? event['detail'] : undefined;
  return isObject(detail) && typeof detail['eventDescriptor'] === 'string' ? detail : event;
}
