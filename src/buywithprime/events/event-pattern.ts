/**
 * The event pattern of an EventBridge rule for Buy with Prime events.
 *
 * @module
 * @see {@link https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html | Event patterns}
 */
import { misconfigured } from '../../core/options.ts';
import { type BuyWithPrimeEventKind, type BuyWithPrimeEventType, eventTypesOf, isEventKind, notAKind } from './event-kinds.ts';

/** What every partner event source of Buy with Prime begins with. */
const SOURCES = 'aws.partner/buywithprime/';

/** What a rule shall match. */
export interface EventPatternOptions {
  /**
   * Canonical kinds; the pattern has all names of each, the old and the new.
   * @default every type, also those that Amazon adds
   */
  readonly kinds?: readonly BuyWithPrimeEventKind[];
  /**
   * A partner event source, whole: `aws.partner/buywithprime/my-source`, not the name alone that the subscription was made with. Without it
   * every one of Buy with Prime's matches.
   */
  readonly source?: string;
  /**
   * `raw` for rule JSON: the console, CloudFormation, Terraform, `PutRule`. `cdk` for the AWS CDK, which spells `detail-type` in another
   * way: pasted into a rule, its spelling matches nothing.
   * @default 'raw'
   */
  readonly format?: 'raw' | 'cdk';
}

/** A pattern as rule JSON. */
export interface RawEventPattern {
  readonly source: readonly (string | { readonly prefix: string })[];
  readonly 'detail-type'?: readonly BuyWithPrimeEventType[];
}

/**
 * A pattern for the AWS CDK. The CDK's types know texts alone in `source`; it hands on whatever is there, and where no source was given
 * that is `{ prefix }`.
 */
export interface CdkEventPattern {
  readonly source: string[];
  readonly detailType?: BuyWithPrimeEventType[];
}

/**
 * Writes the pattern of a rule that matches events by kind, under every name that Amazon has for them. That a rule on source and type is
 * what Buy with Prime's events need is inferred from their documented fields.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` for what is no kind, for no kinds at all, and for a source that is empty.
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
export function eventPattern(options?: EventPatternOptions & { readonly format?: 'raw' }): RawEventPattern;
export function eventPattern(options: EventPatternOptions = {}): RawEventPattern | CdkEventPattern {
  if (typeof options !== 'object' || options === null) throw misconfigured('buywithprime', 'the options must be an object');
  const { kinds, source, format = 'raw' } = options;
  if (format !== 'raw' && format !== 'cdk') throw misconfigured('buywithprime', '"format" must be "raw" or "cdk"');
  if (source !== undefined && !(typeof source === 'string' && source !== '')) {
    throw misconfigured('buywithprime', '"source" must be the name of an event source');
  }
  if (kinds !== undefined && !(Array.isArray(kinds) && kinds.length > 0)) {
    throw misconfigured('buywithprime', '"kinds" must be a list of at least one kind', 'Leave it out for events of every type.');
  }
  for (const kind of kinds ?? []) if (!isEventKind(kind)) throw notAKind(kind);

  const types = kinds && [...new Set(kinds)].flatMap(eventTypesOf);
  const name = format === 'cdk' ? 'detailType' : 'detail-type';
  return { source: [source ?? { prefix: SOURCES }], ...(types && { [name]: types }) } as RawEventPattern | CdkEventPattern;
}
