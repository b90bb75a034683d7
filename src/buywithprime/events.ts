/**
 * Buy with Prime events and their resource paths, for code that only receives them: this entry never loads an HTTP client.
 *
 * @module waybill/buywithprime/events
 */
export {
  type Claim,
  type IdempotencyStore,
  MemoryIdempotencyStore,
  type MemoryIdempotencyStoreOptions,
} from '../core/idempotency.ts';
export * from '../core/index.ts';
export type { EventBridgeHandler } from '../core/receive/event-bridge.ts';
export type { EventHandler, EventHandlerOptions, EventHandlers } from '../core/receive/handlers.ts';
export type { LambdaContext, LambdaEventContext, LambdaEventFailure, LambdaHandlerOptions } from '../core/receive/lambda.ts';
export type { SqsBatchResponse, SqsHandler, SqsHandlerOptions } from '../core/receive/sqs.ts';
export type {
  BuyWithPrimeEvent,
  BuyWithPrimeEventBase,
  BuyWithPrimeEventOf,
  BuyWithPrimeItemData,
  BuyWithPrimeRefundData,
  DeliveryEvent,
  ItemEvent,
  PackageTrackerEvent,
  PersonalDataTaskEvent,
  RefundEvent,
  ReturnEvent,
  UnknownBuyWithPrimeEvent,
} from './events/event.ts';
export { type BuyWithPrimeEventHandlers, eventBridgeHandler, sqsHandler } from './events/handlers.ts';
export type { BuyWithPrimeEventKind, BuyWithPrimeEventType } from './events/kinds.ts';
export { isOutdated } from './events/outdated.ts';
export {
  BuyWithPrimeEventParser,
  BuyWithPrimeEventSchema,
  type ParsedRecord,
  type ParseFailure,
  type ParseResult,
  type ParseSuccess,
} from './events/parser.ts';
export { type CdkEventPattern, type EventPatternOptions, eventPattern, type RawEventPattern } from './events/pattern.ts';
export { formatResourcePath, parseResourcePath, type ResourceIds, type ResourcePath, type ResourcePathOf } from './events/resource-path.ts';
