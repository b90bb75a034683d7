/**
 * What happened to the events that were delivered.
 *
 * @module
 */
import type { ExhaustedRetryCondition } from './retry-policy.ts';

/** One attempt to deliver an event. Of the response it has the status only. */
export interface DeliveryAttempt {
  /** 1 for the event itself, 2 and up for its duplicates. */
  readonly copy: number;
  /** When it was sent, in the time of the deliveries. */
  readonly at: Date;
  /** Milliseconds until the response was complete, or until the attempt was given up. */
  readonly latency: number;
  /** The status of the response, if there was one. */
  readonly status?: number;
  /** Why there was no response. */
  readonly error?: string;
  /** The wait that `Retry-After` requested, in milliseconds; negative for "never again". */
  readonly retryAfter?: number;
  /** Milliseconds until the next attempt. Absent if this was the last one of this copy. */
  readonly wait?: number;
  /** When the next attempt is due, in the time of the deliveries. Absent if this was the last one of this copy. */
  readonly nextAt?: Date;
}

/** Which event was delivered, and to whom. */
export interface DeliveryLabel {
  /** The id that `deliver()` returned. */
  readonly deliveryId: number;
  /** The `id` of the envelope, or the `eventId` of a webhook. */
  readonly id: string | undefined;
  /** The `detail-type` of the envelope, or the `eventDescriptor` of a webhook. */
  readonly type: string | undefined;
  /** The receiver's URL without its query, or `handler`. */
  readonly to: string;
}

/** An attempt, as a listener of `attempt` gets it: also while later attempts are still to come. */
export interface AttemptRecord extends DeliveryLabel, DeliveryAttempt {
  /** The first 500 characters of the response's body, without the credential of the delivery. Absent if it is empty. */
  readonly body?: string;
}

/** What happened to one event. */
export interface EventReport extends DeliveryLabel {
  readonly outcome: 'delivered' | 'dropped';
  /** Every attempt, oldest first. */
  readonly attempts: readonly DeliveryAttempt[];
  /** How many copies were sent beside the event itself. */
  readonly duplicates: number;
}

/** An event that was delivered: the response to at least one copy was 2xx. */
export interface DeliveredEvent extends EventReport {
  readonly outcome: 'delivered';
}

/** An event that was given up: EventBridge would put it into a dead-letter queue, or drop it without one. */
export interface DroppedEvent extends EventReport {
  readonly outcome: 'dropped';
  /** Why, and what to respond with instead. */
  readonly reason: string;
  /** The event as it was passed to `deliver()`, to deliver it once more. */
  readonly event: unknown;
  /** Which limit ended the retries. Absent if the response itself did, or an error that no retry can fix. */
  readonly exhausted?: ExhaustedRetryCondition;
}

/** What happened to all events since the emulator was made or reset. */
export interface DeliveryReport {
  /** Events that were delivered. Of more than `maxRecords` the newest. */
  readonly delivered: readonly DeliveredEvent[];
  /** Events that were lost. Of more than `maxRecords` the newest. */
  readonly dropped: readonly DroppedEvent[];
}
