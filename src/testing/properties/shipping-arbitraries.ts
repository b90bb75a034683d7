/**
 * Arbitrary events of Amazon Shipping, and arbitrary feedback.
 *
 * @module
 */
import * as fc from 'fast-check';
import { assertOption } from '../../core/errors.ts';
import { ndrReasons, ndrStatuses, trackingDetailCodes, trackingEventCodes } from '../../shipping-ndr/events/codes.ts';
import type { NdrEventPayload, TrackingEventPayload } from '../../shipping-ndr/events/schemas.ts';
import type { NdrFeedback } from '../../shipping-ndr/feedback/feedback.ts';
import { asOptions } from '../builders/arguments.ts';
import { isoSeconds } from '../builders/builder-options.ts';
import { indianPlaces } from '../builders/shipping-events.ts';
import { SURFACE } from '../surface.ts';
import { arrivalsOf, type EventArrival } from './arrivals.ts';
import { type Flawed, flawed, flawsAt } from './flaws.ts';

/** Options of {@link anyNdrFeedback}. */
export interface NdrFeedbackArbitraryOptions {
  /**
   * Delivery dates are in the week after it. Set it to replay a failure on another day.
   * @default tomorrow
   */
  readonly after?: Date | undefined;
}

const DAY = 86_400_000;
/** Characters of notes: several scripts, one outside the basic plane, and no digits, because several could form a phone number. */
const LETTERS = ['a', 'k', 'Z', ' ', ',', '.', '/', '-', 'ä', 'क', 'ि', '門', '🏠'];

/** Amazon's id of a parcel: digits, as in the samples. */
function anyTrackingId(): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 12, maxLength: 12 }).map((digits) => `1${digits}`);
}

/** A time as Amazon writes it. */
export function anyTime(): fc.Arbitrary<string> {
  return fc
    .date({ min: new Date('2024-01-01T00:00:00Z'), max: new Date('2029-12-31T23:59:59Z'), noInvalidDate: true })
    .map((date) => isoSeconds(date.getTime()));
}

/**
 * NDR events: every documented status and reason, in every combination, with and without the properties that Amazon's table does not
 * list, and with numbers as numbers or as strings.
 */
export function anyNdrEvent(): fc.Arbitrary<NdrEventPayload> {
  const count = fc.oneof(fc.nat({ max: 9 }).map(String), fc.nat({ max: 9 }));
  const detail = fc.record(
    {
      trackingId: anyTrackingId(),
      latestDeliveryAttemptedDate: anyTime(),
      shipmentStatus: fc.constantFrom(...ndrStatuses),
      reasonCode: fc.constantFrom(...ndrReasons),
      ndrDueDate: anyTime(),
      expectedDeliveryDate: anyTime(),
      referenceID: anyTrackingId(),
      deliveryAttemptCount: count,
      paymentType: fc.constantFrom('CollectOnDelivery', 'Prepaid'),
      shippingPartyAccountId: fc.constant('A109W4MEBUBWQI'),
      appId: fc.uuid().map((id) => `amzn1.sp.solution.${id}`),
      version: count,
      timeToLive: fc.nat(),
    },
    { requiredKeys: ['trackingId', 'latestDeliveryAttemptedDate', 'shipmentStatus', 'reasonCode', 'ndrDueDate', 'expectedDeliveryDate'] },
  );
  return fc.record({ ...envelope(), 'detail-type': fc.constant('NDR Events'), detail });
}

/** Tracking events: every known event code and detail code, on both legs. */
export function anyTrackingEvent(): fc.Arbitrary<TrackingEventPayload> {
  const codes = fc.subarray([...trackingDetailCodes], { maxLength: 3 });
  const detail = fc.record(
    {
      trackingId: anyTrackingId(),
      eventCode: fc.constantFrom(...trackingEventCodes),
      eventTime: anyTime(),
      shipmentType: fc.constantFrom('FORWARD', 'RETURNS'),
      alternateLegTrackingId: fc.oneof(fc.constant(''), anyTrackingId()),
      location: fc.constantFrom(...indianPlaces),
      trackingDetailCodes: fc.record({ forward: codes, returns: codes }, { requiredKeys: [] }),
    },
    { requiredKeys: ['trackingId', 'eventCode'] },
  );
  return fc.record({ ...envelope(), 'detail-type': fc.constant('Tracking Detail'), detail });
}

/**
 * Events of both types in everything that they arrive in: from EventBridge, at a webhook, as a JSON string, in a queue, through a topic into
 * a queue, and from a function's failure destination.
 */
export function anyShippingArrival(): fc.Arbitrary<EventArrival<NdrEventPayload | TrackingEventPayload>> {
  const one: fc.Arbitrary<NdrEventPayload | TrackingEventPayload> = fc.oneof(anyNdrEvent(), anyTrackingEvent());
  type Arrival = EventArrival<NdrEventPayload | TrackingEventPayload>;
  const list = fc.array(one, { minLength: 1, maxLength: 5 });
  return fc.oneof(
    ...arrivalsOf(one),
    list.map((events): Arrival => ({ via: 'webhook', input: events, events })),
  );
}

/** NDR events with one property of a wrong type, or without the parcel's id: what a webhook passes to `onInvalid`. */
export function anyInvalidNdrEvent(): fc.Arbitrary<Flawed> {
  const strings = ['latestDeliveryAttemptedDate', 'shipmentStatus', 'reasonCode', 'ndrDueDate', 'expectedDeliveryDate'];
  return flawed(anyNdrEvent(), [
    ...['id', 'time'].flatMap((name) => flawsAt([name], [7, {}])),
    ...flawsAt(['detail', 'trackingId'], [undefined, null, '', 1.5, true, {}]),
    ...strings.flatMap((name) => flawsAt(['detail', name], [false, {}, []])),
    ...flawsAt(['detail'], [undefined, null, 'text', []]),
  ]);
}

/**
 * Feedback for each action: dates as `Date` and as strings with offsets, notes of 1 to 256 code points in several scripts.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` for options that cannot work.
 */
export function anyNdrFeedback(options?: NdrFeedbackArbitraryOptions): fc.Arbitrary<NdrFeedback> {
  const { after = new Date(Date.now() + DAY) } = asOptions('anyNdrFeedback', options, ['after']);
  assertOption(after instanceof Date && Number.isFinite(after.getTime()), SURFACE, 'after', 'must be a valid Date');
  const date = fc.date({ min: after, max: new Date(after.getTime() + 7 * DAY), noInvalidDate: true });
  const offset = fc.constantFrom(0, 330, -480);
  const text = fc.tuple(date, offset).map(([at, minutes]) => withOffset(at, minutes));
  const notes = fc.string({ unit: fc.constantFrom(...LETTERS), maxLength: 251, size: 'max' }).map((rest) => `gate ${rest}`);
  const trackingId = anyTrackingId();
  return fc.oneof(
    fc.record({ trackingId, ndrAction: fc.constant('RTO' as const) }),
    fc.record({ trackingId, ndrAction: fc.constant('REATTEMPT' as const), ndrRequestData: fc.record({ additionalAddressNotes: notes }) }),
    fc.record({
      trackingId,
      ndrAction: fc.constant('RESCHEDULE' as const),
      ndrRequestData: fc.record({ rescheduleDate: fc.oneof(date, text) }),
    }),
  );
}

/** Feedback with one thing wrong: Amazon would respond with 400. */
export function anyInvalidNdrFeedback(): fc.Arbitrary<Flawed> {
  const of = (action: NdrFeedback['ndrAction']): fc.Arbitrary<NdrFeedback> =>
    anyNdrFeedback().filter(({ ndrAction }) => ndrAction === action);
  const data = 'ndrRequestData';
  const common = [...flawsAt(['trackingId'], [undefined, '', 7]), ...flawsAt(['ndrAction'], [undefined, 'Rto', 'CANCEL', 7])];
  return fc.oneof(
    flawed(of('RTO'), common),
    flawed(of('RESCHEDULE'), [
      ...common,
      ...flawsAt([data], [undefined, 'text']),
      ...flawsAt(
        [data, 'rescheduleDate'],
        [undefined, '', '2029-03-01', '2029-03-01T09:00:00', '2029-02-30T09:00:00Z', 1_900_000_000, 'tomorrow'],
      ),
    ]),
    flawed(of('REATTEMPT'), [
      ...common,
      ...flawsAt([data], [undefined, 'text']),
      ...flawsAt([data, 'additionalAddressNotes'], [undefined, '', 'x'.repeat(257), '🏠'.repeat(257), { city: 'x' }]),
    ]),
  );
}

function withOffset(at: Date, minutes: number): string {
  const local = isoSeconds(at.getTime() + minutes * 60_000);
  if (minutes === 0) return local;
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((part) => String(part).padStart(2, '0'));
  return `${local.slice(0, -1)}${minutes < 0 ? '-' : '+'}${hours}:${rest}`;
}

function envelope() {
  return {
    version: fc.constant('0'),
    id: fc.uuid(),
    source: fc.constant('AmazonShipping'),
    account: fc.constant('111122223333'),
    time: anyTime(),
    region: fc.constant('eu-west-1'),
    resources: fc.constant([]),
  };
}
