/**
 * Events with something wrong, as a webhook may get them.
 *
 * @module
 */
import { misconfigured } from '../../core/errors.ts';
import { SURFACE } from '../surface.ts';
import { isObject, toJson } from './arguments.ts';

/**
 * What is wrong with an event.
 *
 * | damage | what is sent | what a webhook of waybill responds with |
 * | --- | --- | --- |
 * | `truncated` | JSON without its last part | 503, or what `onInvalid` makes of it |
 * | `incomplete` | an event without `trackingId`, or without its resource path | 503, or what `onInvalid` makes of it |
 * | `empty` | nothing | 503, or what `onInvalid` makes of it |
 * | `html` | an error page of a proxy | 503, or what `onInvalid` makes of it; 415 if its `Content-Type` says so |
 * | `foreign` | an object that is not an event | 503, or what `onInvalid` makes of it |
 */
export type EventDamage = 'truncated' | 'incomplete' | 'empty' | 'html' | 'foreign';

/**
 * Damages an event. What comes back is sent as it is by `authenticatedRequest()`, `signedWebhook()` and `deliver()`, and accepted by
 * `sqsEvent()`.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` for a damage that does not exist or does not fit the event.
 *
 * @example
 * ```ts
 * const response = await handler(authenticatedRequest(damagedEvent(ndrEvent(), 'truncated'), { auth }));
 * expect(response.status).toBe(503);
 * ```
 */
export function damagedEvent(event: unknown, damage: EventDamage): unknown {
  switch (damage) {
    case 'truncated': {
      const text = toJson(event);
      return text.slice(0, Math.ceil(text.length / 2));
    }
    case 'incomplete':
      return withoutIds(event);
    case 'empty':
      return '';
    case 'html':
      return '<html><body><h1>502 Bad Gateway</h1></body></html>';
    case 'foreign':
      return { message: 'hello' };
    default:
      throw misconfigured(SURFACE, 'damage', 'must be truncated, incomplete, empty, html or foreign');
  }
}

/** The event without what it is about: the parcel's id, or the resource path. */
function withoutIds(event: unknown): unknown {
  const { detail, resources, ...envelope } = isObject(event) ? event : {};
  if (isObject(detail) && 'trackingId' in detail) {
    const { trackingId: _, ...others } = detail;
    return { ...envelope, resources, detail: others };
  }
  if (!Array.isArray(resources)) {
    throw misconfigured(SURFACE, 'damage', '"incomplete" needs an event of Amazon Shipping or Buy with Prime', 'Use another damage.');
  }
  return { ...envelope, ...(detail !== undefined && { detail: isObject(detail) ? withoutResources(detail) : detail }) };
}

function withoutResources({ resources: _, ...others }: Record<string, unknown>): object {
  return others;
}
