/**
 * What changes in the records of an emulator, and finding it out.
 *
 * @module
 */
import type { DeliveryTrackerRecord } from './amazon-pay/service.ts';
import type { AuthProfileRecord } from './buywithprime/auth-profiles.ts';
import type { EmulatedOrder } from './buywithprime/buywithprime-order.ts';
import type { EventSubscriptionRecord } from './buywithprime/event-subscriptions.ts';
import type { EmulatedInventoryItem } from './buywithprime/inventory.ts';
import type { EmulatedPersonalDataTask } from './buywithprime/personal-data-tasks.ts';
import type { NdrFeedbackRecord } from './shipping/feedback-service.ts';

/** A record of one kind was created, changed or removed. */
export interface RecordChange<Name extends string, Value> {
  /** The property of the emulator that lists the record. */
  readonly of: Name;
  readonly action: 'created' | 'changed' | 'removed';
  /** The record's id: a number for trackers and feedback, Amazon's id for the others. */
  readonly id: string | number;
  /** As it is now; of one that was removed, as it was. */
  readonly record: Value;
}

/** A record of the emulator was created, changed or removed. */
export type StateChange =
  | RecordChange<'deliveryTrackers', DeliveryTrackerRecord>
  | RecordChange<'ndrFeedback', NdrFeedbackRecord>
  | RecordChange<'orders', EmulatedOrder>
  | RecordChange<'inventory', EmulatedInventoryItem>
  | RecordChange<'personalDataTasks', EmulatedPersonalDataTask>
  | RecordChange<'eventSubscriptions', EventSubscriptionRecord>
  | RecordChange<'authProfiles', AuthProfileRecord>;

/** Is told of a change of an entry. */
export type OnEntry<Value> = (action: StateChange['action'], id: string, record: Value) => void;

/** A map that reports every change of an entry. `check` throws for a record that cannot be one. */
export class ObservedMap<Value> extends Map<string, Value> {
  readonly #onChange: OnEntry<Value>;
  readonly #check: ((record: Value) => void) | undefined;

  constructor(onChange: OnEntry<Value>, check?: (record: Value) => void) {
    super();
    this.#onChange = onChange;
    this.#check = check;
  }

  override set(id: string, record: Value): this {
    this.#check?.(record);
    const action = this.has(id) ? 'changed' : 'created';
    super.set(id, record);
    this.#onChange(action, id, record);
    return this;
  }

  override delete(id: string): boolean {
    const record = this.get(id) as Value;
    const isRemoved = super.delete(id);
    if (isRemoved) this.#onChange('removed', id, record);
    return isRemoved;
  }

  override clear(): void {
    for (const id of [...this.keys()]) this.delete(id);
  }

  /** Replaces all entries without a report. */
  replace(entries: Iterable<readonly [string, Value]>): void {
    super.clear();
    for (const [id, record] of entries) super.set(id, record);
  }
}

/** Finds out what changed in a list since it was last looked at. */
export class ChangeFinder<Value> {
  readonly #idOf: (record: Value) => string;
  /** By id: the record, and its content then. */
  #known = new Map<string, readonly [record: Value, content: string]>();

  constructor(idOf: (record: Value) => string) {
    this.#idOf = idOf;
  }

  *changes(records: readonly Value[]): Generator<{ action: StateChange['action']; id: string; record: Value }, void, undefined> {
    const before = this.#known;
    this.#known = new Map(records.map((record) => [this.#idOf(record), [record, JSON.stringify(record)]]));
    for (const [id, [record, content]] of this.#known) {
      const known = before.get(id);
      if (!known) yield { action: 'created', id, record };
      else if (known[1] !== content) yield { action: 'changed', id, record };
    }
    for (const [id, [record]] of before) if (!this.#known.has(id)) yield { action: 'removed', id, record };
  }
}
