/**
 * The event pattern of an EventBridge rule for Buy with Prime events.
 *
 * @module
 * @see {@link https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html | Event patterns}
 */
import { assertOption } from '../../core/errors.ts';
import { checkNames } from '../../core/options.ts';
import { notAKind } from '../../core/receive/handlers.ts';
import { SURFACE } from '../surface.ts';
import { type BuyWithPrimeEventKind, type BuyWithPrimeEventType, eventKinds, eventTypesOf, findEventKind, isEventKind } from './kinds.ts';

/** Every partner event source of Buy with Prime starts with this. */
const SOURCES = 'aws.partner/buywithprime/';

/** Options of {@link eventPattern}. */
export interface EventPatternOptions {
  /**
   * Canonical kinds; the pattern has all names of each, the old and the new.
   * @default every type, also those that Amazon adds
   */
  readonly kinds?: readonly BuyWithPrimeEventKind[] | undefined;
  /**
   * The full name of a partner event source: `aws.partner/buywithprime/my-source`, not only the name in the subscription. Without it all of
   * Buy with Prime's match.
   */
  readonly source?: string | undefined;
  /**
   * `raw` for rule JSON: the console, CloudFormation, Terraform, `PutRule`. `cdk` for the AWS CDK, which spells it `detailType`: in a rule that
   * spelling matches nothing.
   * @default 'raw'
   */
  readonly format?: 'raw' | 'cdk' | undefined;
}

/** A pattern as rule JSON. */
export interface RawEventPattern {
  readonly source: readonly (string | { readonly prefix: string })[];
  readonly 'detail-type'?: readonly BuyWithPrimeEventType[];
}

/**
 * A pattern for the AWS CDK. The CDK's types allow only strings in `source`; it passes on whatever is there, and without a `source` option
 * that is `{ prefix }`.
 */
export interface CdkEventPattern {
  readonly source: string[];
  readonly detailType?: BuyWithPrimeEventType[];
}

/**
 * Writes the pattern of a rule that matches events by kind, under every name that Amazon has for them. That a rule on source and type fits
 * Buy with Prime's events is concluded from their documented fields (inferred).
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` for an unknown kind, an empty list of kinds, and an empty source.
 *
 * @example
 * ```ts
 * eventPattern({ kinds: ['DELIVERY_IN_TRANSIT'] });
 * // { source: [{ prefix: 'aws.partner/buywithprime/' }],
 * //   'detail-type': ['DELIVERY_IN_TRANSIT', 'PACKAGE_DELIVERY_IN_TRANSIT', 'ITEM_IN_TRANSIT'] }
 * new Rule(this, 'Deliveries', { eventBus, eventPattern: eventPattern({ kinds: ['DELIVERY_IN_TRANSIT'], format: 'cdk' }) });
 * ```
 */
export function eventPattern(options: EventPatternOptions & { readonly format: 'cdk' }): CdkEventPattern;
export function eventPattern(options?: EventPatternOptions & { readonly format?: 'raw' | undefined }): RawEventPattern;
export function eventPattern(options: EventPatternOptions = {}): RawEventPattern | CdkEventPattern {
  checkNames(SURFACE, options, ['kinds', 'source', 'format'], { types: 'kinds', detailType: 'kinds' });
  const { kinds, source, format = 'raw' } = options;
  assertOption(format === 'raw' || format === 'cdk', SURFACE, 'format', 'must be "raw" or "cdk"');
  const isSource = source === undefined || (typeof source === 'string' && source !== '');
  assertOption(isSource, SURFACE, 'source', 'must be the name of an event source');
  const isList = kinds === undefined || (Array.isArray(kinds) && kinds.length > 0);
  assertOption(isList, SURFACE, 'kinds', 'must be a list of at least one kind', 'Leave it out for events of every type.');
  for (const kind of kinds ?? []) {
    if (!isEventKind(kind)) throw notAKind({ surface: SURFACE, kinds: eventKinds, kindOf: (name) => findEventKind(name)?.kind }, kind);
  }

  const types = kinds && [...new Set(kinds)].flatMap(eventTypesOf);
  const name = format === 'cdk' ? 'detailType' : 'detail-type';
  return { source: [source ?? { prefix: SOURCES }], ...(types && { [name]: types }) } as RawEventPattern | CdkEventPattern;
}
