/**
 * Buy with Prime events and their resource paths, for code that only receives them: this entry never loads an HTTP client.
 *
 * @module waybill/buywithprime/events
 */
export * from '../core/errors.ts';
export { type Claim, type IdempotencyStore, MemoryIdempotencyStore, type MemoryIdempotencyStoreOptions } from '../core/idempotency.ts';
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
} from './event.ts';
export { eventBridgeHandler } from './event-bridge-handler.ts';
export type { BuyWithPrimeEventHandler, BuyWithPrimeEventHandlers } from './event-handlers.ts';
export type { BuyWithPrimeEventKind, BuyWithPrimeEventType } from './event-kinds.ts';
export { type CdkEventPattern, type EventPatternOptions, eventPattern, type RawEventPattern } from './event-pattern.ts';
export { BuyWithPrimeEventSchema } from './event-schema.ts';
export type { LambdaContext, LambdaEventContext, LambdaEventFailure, LambdaHandlerOptions } from './lambda.ts';
export { isOutdated } from './outdated.ts';
export { BuyWithPrimeEventParser, type ParsedRecord, type ParseFailure, type ParseResult, type ParseSuccess } from './parser.ts';
export { formatResourcePath, parseResourcePath, type ResourceIds, type ResourcePath, type ResourcePathOf } from './resource-path.ts';
export { type SqsBatchResponse, type SqsHandlerOptions, sqsHandler } from './sqs-handler.ts';
