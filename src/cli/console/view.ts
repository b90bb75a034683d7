/**
 * What the console tells its page: server-sent events, each with one of these as JSON.
 *
 * @module
 */
import type { AttemptRecord, InjectedFault, RequestRecord, StateChange } from '../../testing/index.ts';

/** Requests, and records of each kind, that a page gets when it connects; of the records it shows no more later. */
export const MAX_LISTED = 200;

/** A value as JSON brings it over: a Date is a string then. */
export type Sent<Value> = Value extends Date
  ? string
  : Value extends readonly (infer Item)[]
    ? readonly Sent<Item>[]
    : Value extends object
      ? { readonly [Name in keyof Value]: Sent<Value[Name]> }
      : Value;

/** An event that was fired at a webhook, and what has happened to it so far. */
export interface Delivery {
  readonly id: number;
  /** The `id` of the envelope, if it has one. */
  readonly eventId: string | undefined;
  readonly type: string | undefined;
  /** Without the query, which may be a credential. */
  readonly to: string;
  /** Before it was damaged. */
  readonly event: unknown;
  /** What is special about it, in words: damaged, duplicated, late. */
  readonly notes: readonly string[];
  /** The newest attempts, oldest first. */
  readonly attempts: readonly Attempt[];
  /** How many attempts there were, also if `attempts` has not all of them. */
  readonly attemptCount: number;
  readonly outcome: 'open' | 'delivered' | 'dropped';
  /** Why it was dropped, and what to respond with instead. */
  readonly reason?: string;
}

/** One attempt, with what the response means. */
export interface Attempt extends Pick<AttemptRecord, 'copy' | 'at' | 'latency' | 'status' | 'error' | 'body' | 'wait' | 'nextAt'> {
  readonly meaning: string;
}

/** An injected fault. JSON has no infinity: a number that is `null` is one. */
export type Fault = Omit<InjectedFault, 'remove'>;

/** The property of the emulator that lists a kind of records. */
export type Collection = StateChange['of'];

/** A record of the emulator. */
export interface Entry {
  readonly id: string | number;
  readonly record: object;
}

/** Everything: what a page gets when it connects, and after a reset. */
export interface Snapshot {
  /** Where the emulator listens. */
  readonly url: string;
  readonly time: Date;
  /** The events that can be fired, by service. */
  readonly events: readonly { readonly service: string; readonly types: readonly string[] }[];
  /** Oldest first. */
  readonly requests: readonly RequestRecord[];
  /** Oldest first. */
  readonly deliveries: readonly Delivery[];
  readonly faults: readonly Fault[];
  readonly records: Readonly<Record<Collection, readonly Entry[]>>;
}

/** The data of each server-sent event. */
export interface Messages {
  readonly snapshot: Snapshot;
  readonly request: RequestRecord;
  /** A delivery that is new or has changed. */
  readonly delivery: Delivery;
  /** All of them, because what is left of one may have changed. */
  readonly faults: readonly Fault[];
  readonly record: Entry & Pick<StateChange, 'of' | 'action'>;
  readonly time: { readonly time: Date };
}
