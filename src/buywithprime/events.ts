/**
 * Buy with Prime events and their resource paths, for code that only receives them: this entry never loads an HTTP client.
 *
 * @module waybill/buywithprime/events
 */
export * from '../core/errors.ts';
export {
  type Claim,
  type IdempotencyStore,
  MemoryIdempotencyStore,
  type MemoryIdempotencyStoreOptions,
} from '../core/receive/idempotency.ts';
export type { Open, StandardSchemaV1 } from '../core/types.ts';
export type {
  BuyWithPrimeEvent,
  BuyWithPrimeEventBase,
  BuyWithPrimeEventOf,
  DeliveryEvent,
  ItemEvent,
  PackageTrackerEvent,
  PersonalDataTaskEvent,
  RefundEvent,
  ReturnEvent,
  UnknownBuyWithPrimeEvent,
} from './events/event.ts';
export { eventBridgeHandler } from './events/event-bridge-handler.ts';
export type { BuyWithPrimeEventHandler, BuyWithPrimeEventHandlers } from './events/event-handlers.ts';
export type { BuyWithPrimeEventKind, BuyWithPrimeEventType } from './events/event-kinds.ts';
export { type CdkEventPattern, type EventPatternOptions, eventPattern, type RawEventPattern } from './events/event-pattern.ts';
export { BuyWithPrimeEventSchema } from './events/event-schema.ts';
export type { LambdaContext, LambdaEventContext, LambdaEventFailure, LambdaHandlerOptions } from './events/lambda.ts';
export { isOutdated } from './events/outdated.ts';
export { BuyWithPrimeEventParser, type ParsedRecord, type ParseFailure, type ParseResult, type ParseSuccess } from './events/parser.ts';
export { formatResourcePath, parseResourcePath, type ResourceIds, type ResourcePath, type ResourcePathOf } from './events/resource-path.ts';
export { type SqsBatchResponse, type SqsHandlerOptions, sqsHandler } from './events/sqs-handler.ts';
