/**
 * What an event is, in any envelope, for people and for programs.
 *
 * @module
 */
import { type BuyWithPrimeEvent, BuyWithPrimeEventParser } from '../../buywithprime/events.ts';
import { isWaybillError } from '../../core/errors.ts';
import { toError } from '../../core/receive/codec.ts';
import { type JsonObject, type Unwrapped, unwrap } from '../../core/receive/envelopes.ts';
import { parseShippingEvent, type ShippingEvent, suggestNdrActions } from '../../shipping-ndr/webhook.ts';
import { describeFailure, type Terms } from '../failure.ts';

/** An event, or why it cannot be read. */
export type DescribedEvent = Readonly<Record<string, unknown>> & { readonly ok: boolean };

/** Describes each event in bytes, a string or parsed JSON. */
export function describeEvents(input: unknown, terms: Terms): readonly DescribedEvent[] {
  return Array.from(unwrap('core', input), (unwrapped) => describe(unwrapped, terms));
}

function describe(unwrapped: Unwrapped, terms: Terms): DescribedEvent {
  const id = unwrapped.messageId === undefined ? {} : { messageId: unwrapped.messageId };
  try {
    if (!('envelope' in unwrapped)) throw toError('core', unwrapped);
    const { envelope } = unwrapped;
    const event = isShipping(envelope)
      ? describeShipping(parseShippingEvent(envelope))
      : describePrime(new BuyWithPrimeEventParser().parse(envelope));
    return { ok: true, ...id, ...event };
  } catch (error) {
    if (!isWaybillError(error)) throw error;
    const { exitCode: _, ...failure } = describeFailure(error, terms);
    return { ok: false, ...id, error: failure };
  }
}

/** First, because the parser of Buy with Prime reads events of Amazon Shipping as unknown ones. */
function isShipping({ source, 'detail-type': type }: JsonObject): boolean {
  return source === 'AmazonShipping' || type === 'NDR Events' || type === 'Tracking Detail';
}

function describeShipping(event: ShippingEvent): Readonly<Record<string, unknown>> {
  const { kind, id, time } = event;
  const common = { surface: 'shipping-ndr', kind, eventType: event['detail-type'], id, time };
  if (event.kind === 'unknown') return common;
  if (event.kind === 'tracking') return { ...common, detail: event.detail };
  const { actions, basis, deadline } = suggestNdrActions(event);
  return { ...common, detail: event.detail, deadline, advice: actions, basis };
}

function describePrime(event: BuyWithPrimeEvent): Readonly<Record<string, unknown>> {
  const { raw: _, replayName, resources, ...shown } = event;
  const paths = resources.map(({ segments }) => segments.map((step) => step.join('/')).join('/'));
  return { surface: 'buywithprime', ...shown, ...(replayName && { replayName }), resources: paths };
}

const WITHOUT_ADVICE: Readonly<Record<string, string>> = {
  'no-advice-for-reason': 'Amazon has none for this reason: every action is possible',
  'no-reason-given': 'none, because the event gives no reason: every action is possible',
};

/** For people: one line for each property that has a value. */
export function eventFields(event: DescribedEvent): Readonly<Record<string, string | undefined>> {
  const { ok, error, advice, basis, detail, deadline: _, ...fields } = event;
  if (!ok) {
    const { message, hint } = error as { readonly message: string; readonly hint?: string };
    return { error: message, hint };
  }
  const shown = Object.entries({ ...fields, ...(detail as object | undefined) }).map(([name, value]) => [name, textOf(value)]);
  if (advice === undefined) return Object.fromEntries(shown);
  const actions = advice as readonly { readonly ndrAction: string; readonly advice: string }[];
  const words = actions.map((action) => `${action.ndrAction}: ${action.advice}`).join('\n');
  return { ...Object.fromEntries(shown), advice: words || WITHOUT_ADVICE[String(basis)] };
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'object') return String(value);
  const isList = Array.isArray(value);
  const parts = Object.entries(value).map(([name, part]) => (isList ? textOf(part) : `${name} ${textOf(part)}`));
  return parts.join(isList ? '\n' : ', ') || undefined;
}
