/**
 * From events to the shipments that wait for a decision.
 *
 * @module
 */
import { toError } from '../../core/receive/codec.ts';
import { shippingCodec } from '../../shipping-ndr/events/handlers.ts';
import type { NdrEvent, ShippingEvent, TrackingEvent } from '../../shipping-ndr/webhook.ts';
import { parseTime, suggestNdrActions } from '../../shipping-ndr/webhook.ts';
import { MessageLines } from '../webhook/json-documents.ts';
import type { Kept } from './kept-events.ts';

/** A shipment that waits for a decision. */
export interface Waiting {
  readonly trackingId: string;
  readonly order: string;
  readonly reason: string;
  readonly attempts: string;
  readonly payment: string;
  readonly ndrDueDate: string;
  readonly advice: string;
}

/** What events say about shipments. */
export interface Shipments {
  /** The most urgent first; of the same due date, cash on delivery first. */
  readonly waiting: readonly Waiting[];
  /** Shipments that an event shows as delivered, on the way back or lost since. */
  readonly settled: number;
  /** Shipments whose time for feedback has passed. */
  readonly expired: number;
  /** Where something is that is not an event, and why. */
  readonly unreadable: readonly string[];
}

/** After these, nothing can be decided. */
const SETTLED: readonly unknown[] = ['Delivered', 'ReturnInitiated', 'Lost'];
const CASH_ON_DELIVERY = 'CollectOnDelivery';

/** Collects the latest NDR event of each shipment. `all` keeps those whose time has passed. */
export async function collect(kept: AsyncIterable<Kept>, all: boolean, now: Date): Promise<Shipments> {
  const latest = new Map<string, { readonly event: NdrEvent; readonly at: number }>();
  const settledAt = new Map<string, number>();
  const unreadable: string[] = [];
  for await (const read of readAll(kept)) {
    if (typeof read === 'string') {
      unreadable.push(read);
      continue;
    }
    const at = momentOf(read);
    if (read.kind === 'ndr') {
      const { trackingId } = read.detail;
      if (at >= (latest.get(trackingId)?.at ?? Number.NEGATIVE_INFINITY)) latest.set(trackingId, { event: read, at });
    } else if (read.kind === 'tracking' && isSettling(read)) {
      const parcel = parcelOf(read);
      settledAt.set(parcel, Math.max(at, settledAt.get(parcel) ?? Number.NEGATIVE_INFINITY));
    }
  }
  const open = [...latest.values()].filter(({ event, at }) => at > (settledAt.get(event.detail.trackingId) ?? Number.NEGATIVE_INFINITY));
  const isExpired = ({ event }: { readonly event: NdrEvent }): boolean => dueOf(event) <= now.getTime();
  const shown = all ? open : open.filter((one) => !isExpired(one));
  const isCash = (event: NdrEvent): number => Number(event.detail.paymentType === CASH_ON_DELIVERY);
  shown.sort((a, b) => dueOf(a.event) - dueOf(b.event) || isCash(b.event) - isCash(a.event));
  return {
    waiting: shown.map(({ event }) => toWaiting(event)),
    settled: latest.size - open.length,
    expired: open.length - shown.length,
    unreadable,
  };
}

/** Each event; or where something is that is not an event, and why. */
async function* readAll(kept: AsyncIterable<Kept>): AsyncGenerator<ShippingEvent | string> {
  for await (const { json, where, line: start } of kept) {
    const lines = start === undefined ? undefined : new MessageLines({ line: start, text: json });
    for (const received of shippingCodec.decode(json)) {
      const { messageId } = received;
      const line = lines?.of(messageId);
      if ('event' in received) yield received.event;
      else {
        const place = [where, ...(line ? [`line ${line}`] : []), ...(messageId ? [`message ${messageId}`] : [])].join(', ');
        yield `${place}: ${toError('shipping-ndr', received).message}`;
      }
    }
  }
}

function momentOf(event: ShippingEvent): number {
  if (event.kind === 'unknown') return 0;
  const own = event.kind === 'ndr' ? event.detail.latestDeliveryAttemptedDate : event.detail.eventTime;
  return (parseTime(own) ?? parseTime(event.time))?.getTime() ?? 0;
}

/** The end of the time for feedback; an event without one is shown last. */
function dueOf({ detail }: NdrEvent): number {
  return parseTime(detail.ndrDueDate)?.getTime() ?? Number.MAX_SAFE_INTEGER;
}

function isSettling({ detail }: TrackingEvent): boolean {
  return detail.shipmentType === 'RETURNS' || SETTLED.includes(detail.eventCode);
}

/** On the way back a parcel has another id, and names the one that it had on the way out (inferred). */
function parcelOf({ detail }: TrackingEvent): string {
  return (detail.shipmentType === 'RETURNS' && detail.alternateLegTrackingId) || detail.trackingId;
}

function toWaiting(event: NdrEvent): Waiting {
  const { trackingId, referenceID, reasonCode, deliveryAttemptCount, paymentType, ndrDueDate } = event.detail;
  const { actions } = suggestNdrActions(event);
  return {
    trackingId,
    order: referenceID ?? '',
    reason: reasonCode ?? '',
    attempts: String(deliveryAttemptCount ?? ''),
    payment: paymentType ?? '',
    ndrDueDate: ndrDueDate ?? '',
    advice: actions.map(({ ndrAction, advice }) => `${ndrAction}: ${advice}`).join(' '),
  };
}
