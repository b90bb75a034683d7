/**
 * A Lambda function that EventBridge invokes itself.
 *
 * @module
 * @see {@link https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html | Asynchronous invocation}
 */
import { tell } from '../../core/options.ts';
import type { BuyWithPrimeEventHandlers } from './event-handlers.ts';
import { createConsumer, type LambdaContext, type LambdaEventContext, type LambdaHandlerOptions, withinTime } from './lambda.ts';
import { BuyWithPrimeEventParser } from './parser.ts';

/**
 * Makes a Lambda function for a rule whose target is the function itself.
 *
 * It fails when a function of yours does, when an event can't be read and when the time is nearly up. Lambda then invokes it again, twice
 * by default, and gives the event to the function's dead-letter queue or failure destination: **set one up, or the event is lost**.
 * Between rule and function a queue with {@link sqsHandler} keeps events longer.
 *
 * Whatever {@link BuyWithPrimeEventParser.parseAll} takes is understood, such as SNS in between. Of several events all are tried, in their
 * order, and the first failure is thrown: all come again, so give an `idempotencyStore`.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` for what can't work, when it is made and not with the first event.
 *
 * @example
 * ```ts
 * export const handler = eventBridgeHandler({
 *   DELIVERY_IN_TRANSIT: async (event, { signal }) => {
 *     const found = await client.resolveDelivery(event, { signal });
 *     if (found.status === 'found') await markAsShipped(event.orderId, found.lineItems);
 *   },
 *   unknown: (event) => console.info('not handled yet:', event.eventType),
 * });
 * ```
 */
export function eventBridgeHandler(
  handlers: BuyWithPrimeEventHandlers<LambdaEventContext>,
  options: LambdaHandlerOptions = {},
): (input: unknown, context?: LambdaContext) => Promise<void> {
  const consume = createConsumer(handlers, options);

  return async (input, context) => {
    const lambda = context ?? {};
    let failure: { readonly error: unknown } | undefined;
    const fail = (error: unknown, messageId?: string, isSkipped = false): void => {
      failure ??= { error };
      tell(() => options.onError?.(error, { messageId, isSkipped }));
    };
    try {
      await withinTime(lambda, options.timeReserve, async ({ signal, check }) => {
        for (const record of new BuyWithPrimeEventParser().parseAll(input)) {
          const { messageId } = record;
          let isSkipped = true;
          try {
            check();
            isSkipped = false;
            await consume(record, { signal, lambda, messageId });
          } catch (error) {
            fail(error, messageId, isSkipped);
          }
        }
      });
    } catch (error) {
      fail(error);
    }
    if (failure) throw failure.error;
  };
}
