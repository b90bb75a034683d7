/**
 * Buy with Prime's events for handlers: how those of every transport read an event, and the handlers for AWS Lambda.
 *
 * @module
 */
import type { EventCodec } from '../../core/receive/codec.ts';
import { decoder } from '../../core/receive/envelopes.ts';
import { type EventBridgeHandler, eventBridge } from '../../core/receive/event-bridge.ts';
import type { EventHandlers } from '../../core/receive/handlers.ts';
import type { LambdaEventContext, LambdaHandlerOptions } from '../../core/receive/lambda.ts';
import { type SqsHandler, type SqsHandlerOptions, sqs } from '../../core/receive/sqs.ts';
import { SURFACE } from '../surface.ts';
import type { BuyWithPrimeEvent } from './event.ts';
import { eventKinds, findEventKind } from './kinds.ts';
import { readUnwrapped } from './parser.ts';

/** Reads Buy with Prime's events. */
export const buyWithPrimeCodec: EventCodec<BuyWithPrimeEvent> = {
  surface: SURFACE,
  kinds: eventKinds,
  kindOf: (name) => findEventKind(name)?.kind,
  decode: /* @__PURE__ */ decoder(SURFACE, (unwrapped) => {
    const { messageId } = unwrapped;
    const read = readUnwrapped(unwrapped);
    return 'issues' in read ? { ...read, messageId } : { messageId, event: read };
  }),
  keyOf: ({ idempotencyKey }) => idempotencyKey,
  contentOf: ({ kind, eventType, resources, data }) => [kind === 'unknown' ? eventType : kind, resources, data],
  typeOf: ({ eventType }) => eventType,
  foreign: ({ kind, eventType, source }) => {
    const isShipping = source === 'AmazonShipping' || eventType === 'NDR Events' || eventType === 'Tracking Detail';
    return kind === 'unknown' && isShipping ? 'an event of Amazon Shipping' : undefined;
  },
};

/** Functions for Buy with Prime's events: one for all, or by canonical kind. Old and new names of an event reach the same one. */
export type BuyWithPrimeEventHandlers<Context = unknown> = EventHandlers<BuyWithPrimeEvent, Context>;

/**
 * Makes a Lambda function for a rule whose target is the function itself.
 *
 * It rejects if your function fails, if an event cannot be read, or shortly before Lambda times out. Lambda then retries, twice by default, and
 * sends the event to the function's dead-letter queue or failure destination: **set one up, or the event is lost**. A queue between rule and
 * function keeps events longer: use {@link sqsHandler}.
 *
 * It accepts what {@link BuyWithPrimeEventParser.parseAll} accepts, such as notifications of SNS, but not a batch of SQS. Several events are all
 * tried, in their order, and the first failure is thrown. Then all of them are redelivered, so pass an `idempotencyStore`.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` for handlers or options that cannot work, at once and not with the first event. The
 *   function rejects with one for an input that another handler is for; the error names it.
 *
 * @example
 * ```ts
 * export const handler = eventBridgeHandler({
 *   DELIVERY_IN_TRANSIT: async (event, { signal }) => {
 *     const found = await client.resolveDelivery(event, { signal });
 *     if (found.status === 'not-found') throw new Error(found.hint); // read too early: the event is redelivered
 *     await markAsShipped(event.orderId, found.lineItems);
 *   },
 *   unknown: (event) => console.info('not handled yet:', event.eventType),
 * });
 * ```
 *
 * @see {@link https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html | Asynchronous invocation}
 */
export function eventBridgeHandler(
  handlers: BuyWithPrimeEventHandlers<LambdaEventContext>,
  options?: LambdaHandlerOptions<BuyWithPrimeEvent>,
): EventBridgeHandler {
  return eventBridge(buyWithPrimeCodec, 'eventBridgeHandler()', handlers, options);
}

/**
 * Makes a Lambda function for a queue of events, however they arrived there: from a rule, through SNS, from a dead-letter queue.
 *
 * **Set `ReportBatchItemFailures` for the queue's event source: without it Lambda ignores the result, and failed messages are lost.**
 *
 * - A message fails if your function fails, if an event in it cannot be read, or shortly before Lambda times out. It is redelivered after the
 *   queue's visibility timeout, and after `maxReceiveCount` deliveries it goes to the dead-letter queue.
 * - In a FIFO queue (its ARN ends with `.fifo`) order is kept within each group: messages after a failure are returned untried. A standard queue
 *   keeps no order, whether its messages have groups or not.
 * - An event that is in a batch twice is handled once.
 * - The events of a message with several are all tried (in a FIFO queue, up to the first failure). If one fails, the message is redelivered: with
 *   an `idempotencyStore` those that are done are not handled again.
 * - If a failed record has no `messageId`, the batch fails as a whole, after the others were tried.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` for handlers or options that cannot work, at once and not with the first batch. The
 *   function rejects with one for an input that another handler is for; the error names it.
 *
 * @example
 * ```ts
 * export const handler = sqsHandler(
 *   {
 *     DELIVERY_IN_TRANSIT: (event, { signal }) => ship(event.orderId, event.deliveryId, signal),
 *     REFUND_REQUESTED: (event) => refund(event.orderId, event.refundId),
 *   },
 *   { onError: (error, { messageId }) => console.error(messageId, error) },
 * );
 * ```
 *
 * @see {@link https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html | Partial batch responses}
 */
export function sqsHandler(
  handlers: BuyWithPrimeEventHandlers<LambdaEventContext>,
  options?: SqsHandlerOptions<BuyWithPrimeEvent>,
): SqsHandler {
  return sqs(buyWithPrimeCodec, 'sqsHandler()', handlers, options);
}
