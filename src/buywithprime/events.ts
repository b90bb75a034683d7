/**
 * Buy with Prime events and their resource paths, for code that only receives them: this entry never loads an HTTP client.
 *
 * @module waybill/buywithprime/events
 */
export * from '../core/errors.ts';
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
export type { BuyWithPrimeEventKind, BuyWithPrimeEventType } from './event-kinds.ts';
export { BuyWithPrimeEventSchema } from './event-schema.ts';
export { BuyWithPrimeEventParser, type ParsedRecord, type ParseFailure, type ParseResult, type ParseSuccess } from './parser.ts';
export { formatResourcePath, parseResourcePath, type ResourceIds, type ResourcePath, type ResourcePathOf } from './resource-path.ts';
