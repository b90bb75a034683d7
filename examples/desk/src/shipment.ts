/** What is known about a shipment, computed from all of its events and decisions, so that their order does not matter. */
import { deliveryAttempts, type NdrAction, type NdrEvent, parseTime, type ShippingEvent, type TrackingEvent } from 'waybill/shipping-ndr';
import { dayOf } from './time.ts';

export const STATES = ['action-required', 'requested', 'delivered', 'returned'] as const;
export type State = (typeof STATES)[number];

/** A row of the table `shipments`. Times are ISO 8601 in UTC, days are those of India. */
export interface Shipment {
  readonly tracking_id: string;
  readonly order_id: string;
  readonly reason: string;
  readonly attempts: number;
  readonly is_cod: number;
  readonly due: string | null;
  readonly due_day: string | null;
  /** When it was reported first. */
  readonly reported: string;
  readonly state: State;
  readonly state_since: string;
  /** The day that was requested, while the shipment waits for it. */
  readonly asked_day: string | null;
  /** The first sign that it went out by that day. */
  readonly went_out: string | null;
  readonly delivered_at_attempt: number | null;
}

/** A row of the table `decisions`. */
export interface Decision {
  readonly id: number;
  readonly batch: number;
  readonly line: number | null;
  readonly tracking_id: string;
  readonly decided: string;
  readonly user: string;
  readonly action: NdrAction;
  /** The time or the notes that were sent with it. */
  readonly data: string | null;
  readonly due: string | null;
  readonly result: 'sending' | 'accepted' | 'failed' | 'unknown';
  readonly message: string | null;
}

/** An event and the time at which it was received. */
export interface Received<Event = ShippingEvent> {
  readonly event: Event;
  readonly received: string;
}

/** The row of a shipment; `undefined` if it was never reported as undeliverable. */
export function toShipment(trackingId: string, events: readonly Received[], decisions: readonly Decision[]): Shipment | undefined {
  const reports = events.filter(isReport).sort(byTime);
  const report = reports.at(-1);
  if (!report) return undefined;
  const { detail } = report.event;
  const due = readTime(detail.ndrDueDate);
  const attempts = deliveryAttempts(detail) ?? reports.length;
  const moves = events.filter(isMove).sort(byTime);
  const end = moves.findLast((move) => stateAfter(move.event) && timeOf(move) >= timeOf(report));
  // A decision answers the attempt that had been reported when it was made, also if the same attempt is reported again.
  const reported = reports.find((each) => timeOf(each) === timeOf(report))?.received ?? report.received;
  const decision = decisions.findLast(({ result, decided }) => ['accepted', 'sending'].includes(result) && decided >= reported);
  const state = (end && stateAfter(end.event)) ?? (decision ? 'requested' : 'action-required');
  const since = end ? timeOf(end) : (decision?.decided ?? reported);
  const asked = state === 'requested' && decision?.action === 'RESCHEDULE' ? readTime(decision.data) : undefined;
  const askedDay = asked && dayOf(asked);
  const wentOut = moves.find((move) => {
    const time = timeOf(move);
    return GOES_OUT.has(move.event.detail.eventCode ?? '') && time > (decision?.decided ?? '') && dayOf(new Date(time)) <= (askedDay ?? '');
  });
  return {
    tracking_id: trackingId,
    order_id: detail.referenceID ?? '',
    reason: detail.reasonCode?.trim() || 'No reason given',
    attempts,
    is_cod: detail.paymentType === 'CollectOnDelivery' ? 1 : 0,
    due: due?.toISOString() ?? null,
    due_day: due ? dayOf(due) : null,
    reported: timeOf(reports[0] ?? report),
    state,
    state_since: since,
    asked_day: askedDay ?? null,
    went_out: wentOut ? timeOf(wentOut) : null,
    delivered_at_attempt: state === 'delivered' ? attempts + 1 : null,
  };
}

const GOES_OUT: ReadonlySet<string> = new Set(['OutForDelivery', 'DeliveryAttempted', 'Delivered']);

/** The state that ends a case. Everything on the leg back means that it is returned. */
function stateAfter({ detail }: TrackingEvent): State | undefined {
  if (detail.shipmentType === 'RETURNS' || detail.eventCode === 'ReturnInitiated') return 'returned';
  return detail.eventCode === 'Delivered' ? 'delivered' : undefined;
}

const isReport = (item: Received): item is Received<NdrEvent> => item.event.kind === 'ndr';
const isMove = (item: Received): item is Received<TrackingEvent> => item.event.kind === 'tracking';

/** A time; `undefined` also for what stands for no time in other systems, such as 0001-01-01 and 9999-12-31: they have no day in India. */
export function readTime(text: string | null | undefined): Date | undefined {
  const time = parseTime(text);
  const year = time?.getUTCFullYear() ?? 0;
  return year >= 1970 && year < 9999 ? time : undefined;
}

/** When it happened; when it was received, if the event does not say that. */
export function timeOf({ event, received }: Received): string {
  const time =
    event.kind === 'ndr' ? event.detail.latestDeliveryAttemptedDate : event.kind === 'tracking' ? event.detail.eventTime : event.time;
  return readTime(time)?.toISOString() ?? received;
}

function byTime(one: Received, other: Received): number {
  return timeOf(one).localeCompare(timeOf(other)) || one.received.localeCompare(other.received);
}
