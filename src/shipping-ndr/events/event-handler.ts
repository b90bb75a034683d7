/**
 * Amazon Shipping's events without HTTP: EventBridge invokes a Lambda function itself.
 *
 * @module
 * @see {@link https://docs.aws.amazon.com/lambda/latest/dg/services-eventbridge.html | Lambda and EventBridge}
 */

import type { ValidationError } from '../../core/errors.ts';
import { checkIdempotencyStore, type IdempotencyStore } from '../../core/receive/idempotency.ts';
import { dispatch, type EventHandlers } from '../../core/receive/webhook.ts';
import { demand, SURFACE } from '../configuration.ts';
import { isUnknown, receiveEvents } from './event-parser.ts';
import type { NdrEvent, ShippingEvent, TrackingEvent, UnknownShippingEvent } from './event-schemas.ts';

/** What {@link shippingEventHandler} does with events that are not the usual. */
export interface ShippingEventHandlerOptions {
  /** Gets events of types that this version does not know. Without it they are forgotten. */
  readonly onUnknown?: (event: UnknownShippingEvent) => unknown;
  /** Gets, raw, what is of a known type but not of its shape. Without it the error is thrown, so that the event comes again. */
  readonly onInvalid?: (raw: unknown, error: ValidationError) => unknown;
  /**
   * Remembers what was handled. Without it an event that is delivered twice is handled twice. Lambda runs many processes, and keeps none:
   * the store has to be one that they share.
   */
  readonly idempotencyStore?: IdempotencyStore;
}

/**
 * Makes a handler of events that come without HTTP, and so without a credential: whoever may invoke the function is trusted. For a
 * Lambda function that EventBridge invokes. Amazon's page speaks of a webhook alone; this is for events that reach an event bus of yours
 * all the same, such as those that your webhook puts there.
 *
 * It resolves where the event need not come again, and rejects where it must: Lambda then repeats it, and gives it to the function's
 * dead-letter queue in the end. An array of events is handled one after another to its end; the first failure is what it rejects with.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` for options that can't work. The handler rejects with a {@link ValidationError}
 *   `VALIDATION` for what is no event, and for one of a known type that is not of its shape, unless `onInvalid` takes it; and with
 *   whatever your functions throw.
 *
 * @example
 * ```ts
 * export const handler = shippingEventHandler(async (event) => {
 *   if (event.kind === 'ndr') await decisions.put(event.id, event.detail);
 * });
 * ```
 */
export function shippingEventHandler(
  onEvent: (event: NdrEvent | TrackingEvent) => unknown,
  options: ShippingEventHandlerOptions = {},
): (input: unknown) => Promise<void> {
  demand(
    typeof onEvent === 'function' && typeof options === 'object' && options !== null,
    'shippingEventHandler() takes a function for the events, and an object of options',
  );
  checkIdempotencyStore(SURFACE, options.idempotencyStore);
  // Unknown events go to onUnknown alone.
  const handlers = { ...options, onEvent } as EventHandlers<ShippingEvent, []>;
  return async (input) => {
    let failure: { readonly error: unknown } | undefined;
    for (const received of receiveEvents(input)) {
      try {
        await dispatch(received, { surface: SURFACE, isUnknown }, handlers);
      } catch (error) {
        failure ??= { error };
      }
    }
    if (failure) throw failure.error;
  };
}
