/**
 * Texts of an event as what they mean.
 *
 * @module
 */
import type { NdrDetail } from './event-schemas.ts';

const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/i;

/**
 * Reads a time of an event as a `Date`: ISO 8601 with a time of day and an offset. `undefined` where the text is none, is absent,
 * or names a day that the calendar does not have.
 *
 * @example
 * ```ts
 * const due = parseTime(event.detail.ndrDueDate);
 * ```
 */
export function parseTime(text: string | null | undefined): Date | undefined {
  if (typeof text !== 'string' || !DATE_TIME.test(text)) return undefined;
  // Some engines roll 30 February over into March.
  const day = text.slice(0, 10);
  const midnight = new Date(`${day}T00:00:00Z`);
  const date = new Date(text.toUpperCase());
  if (Number.isNaN(midnight.getTime()) || Number.isNaN(date.getTime())) return undefined;
  return midnight.toISOString().startsWith(day) ? date : undefined;
}

/**
 * How often delivery was attempted, as a number; Amazon writes it as a text. `undefined` where it is absent or no whole number.
 *
 * @example
 * ```ts
 * if ((deliveryAttempts(event.detail) ?? 0) >= 3) await client.returnToOrigin(event.detail.trackingId);
 * ```
 */
export function deliveryAttempts(detail: Pick<NdrDetail, 'deliveryAttemptCount'>): number | undefined {
  const text = String(detail?.deliveryAttemptCount ?? '').trim();
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
