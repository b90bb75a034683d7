/**
 * What the buttons of the console do.
 *
 * @module
 */
import type { AmazonEmulator, EmulatedInventoryItem, EmulatedOrder, EmulatedPersonalDataTask, FaultRule } from '../../testing/index.ts';
import { UsageError } from '../failure.ts';
import type { FireInput, Launcher } from './events.ts';

/** The input of each action. */
export interface ActionInputs {
  readonly fire: FireInput;
  readonly fireAgain: { readonly id: number };
  readonly skipWait: { readonly id: number };
  /** `times` is null for a fault that stays until it is removed. */
  readonly addFault: { readonly rule: Omit<FaultRule, 'path' | 'times'> & { readonly path?: string; readonly times?: number | null } };
  readonly removeFault: { readonly id: number };
  readonly saveRecord: { readonly of: EditableCollection; readonly id: string; readonly record: object };
  readonly removeRecord: { readonly of: EditableCollection; readonly id: string };
  /** ISO 8601. */
  readonly setTime: { readonly time: string };
  readonly advance: { readonly milliseconds: number };
  readonly revokeTokens: object;
  readonly rotateKeys: object;
  readonly reset: object;
}

/** The records that the console can change; the others are what Amazon has accepted. */
export type EditableCollection = 'orders' | 'inventory' | 'personalDataTasks';

/** The actions by name. Each throws what is wrong with its input. */
export type Actions = { readonly [Name in keyof ActionInputs]: (input: ActionInputs[Name]) => unknown };

/** The actions on an emulator. */
export function actionsOn(emulator: AmazonEmulator, launcher: Launcher): Actions {
  return {
    fire: (input) => launcher.fire(input),
    fireAgain: ({ id }) => launcher.fireAgain(id),
    skipWait: ({ id }) => launcher.skipWait(id),
    addFault: ({ rule }) => emulator.fail(rule?.times === null ? { ...rule, times: Number.POSITIVE_INFINITY } : (rule as FaultRule)),
    removeFault: ({ id }) => emulator.faults.find((fault) => fault.id === id)?.remove(),
    saveRecord: ({ of, id, record }) => saveRecord(emulator, of, id, record),
    removeRecord: ({ of, id }) => editable(emulator, of).delete(id),
    setTime: ({ time }) => emulator.setTime(new Date(time)),
    advance: ({ milliseconds }) => emulator.advance(milliseconds),
    revokeTokens: () => emulator.revokeTokens(),
    rotateKeys: () => emulator.signingKeys.rotate(),
    reset: () => emulator.reset(),
  };
}

/** What a record must have, so that Buy with Prime's queries can be executed on it. */
const REQUIRED: Readonly<Record<EditableCollection, (record: Readonly<Record<string, unknown>>) => string | undefined>> = {
  // The rest is checked by the emulator.
  orders: ({ id }) => (typeof id === 'string' && id !== '' ? undefined : 'an order must have an "id"'),
  inventory: () => undefined,
  personalDataTasks: ({ kind, status }) => {
    if (kind !== 'retrieval' && kind !== 'deletion') return 'the "kind" of a privacy task must be retrieval or deletion';
    return typeof status === 'string' ? undefined : 'a privacy task must have a "status"';
  },
};

function editable(emulator: AmazonEmulator, of: EditableCollection): Map<string, object> {
  if (!Object.hasOwn(REQUIRED, of)) throw new UsageError(`the records must be one of ${Object.keys(REQUIRED).join(', ')}`);
  return emulator[of] as Map<string, EmulatedOrder | EmulatedInventoryItem | EmulatedPersonalDataTask>;
}

function saveRecord(emulator: AmazonEmulator, of: EditableCollection, id: string, record: object): void {
  const records = editable(emulator, of);
  if (typeof record !== 'object' || record === null || Array.isArray(record)) throw new UsageError('the record must be a JSON object');
  const problem = REQUIRED[of](record as Readonly<Record<string, unknown>>);
  if (problem) throw new UsageError(problem);
  // An order has its id in it.
  const key = of === 'orders' ? (record as EmulatedOrder).id : id;
  if (typeof key !== 'string' || key === '') throw new UsageError('the record must have an id');
  records.set(key, record);
}
