/**
 * What became of the events that were delivered.
 *
 * @module
 */
import type { ExhaustedRetryCondition } from './retry-policy.ts';

/** One time that an event was sent. Holds nothing of request or answer but the status. */
export interface DeliveryAttempt {
  /** 1 for the event itself, 2 and up for its duplicates. */
  readonly copy: number;
  /** When it was sent, in the time of the deliveries. */
  readonly at: Date;
  /** Milliseconds until the answer was there, or until it was given up. */
  readonly latency: number;
  /** The answer's status, where there was one. */
  readonly status?: number;
  /** Why there was none. */
  readonly error?: string;
}

/** What became of one event. */
export interface EventReport {
  /** The `id` of the envelope, or a webhook's `eventId`. */
  readonly id: string | undefined;
  /** The `detail-type` of the envelope, or a webhook's `eventDescriptor`. */
  readonly type: string | undefined;
  /** The receiver's URL without its query, or `handler`. */
  readonly to: string;
  /** Every time that it was sent, oldest first. */
  readonly attempts: readonly DeliveryAttempt[];
  /** How many copies were sent beside the event itself. */
  readonly duplicates: number;
}

/** An event that was given up: what EventBridge would put into a dead-letter queue, or forget where there is none. */
export interface DroppedEvent extends EventReport {
  /** Why, and what to answer instead. */
  readonly reason: string;
  /** The event as it was handed over, to deliver it again. */
  readonly event: unknown;
  /** Which limit ended the retries. Absent where the answer itself did. */
  readonly exhausted?: ExhaustedRetryCondition;
}

/** What became of all events since the emulator was made or reset. */
export interface DeliveryReport {
  /** Events that arrived: at least one copy of each was answered 2xx. Of more than `maxRecords` the newest. */
  readonly delivered: readonly EventReport[];
  /** Events that were lost. Of more than `maxRecords` the newest. */
  readonly dropped: readonly DroppedEvent[];
}
