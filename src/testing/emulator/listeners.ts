/**
 * Functions that hear what happens in an emulator.
 *
 * @module
 */
import { assertOption, misconfigured } from '../../core/errors.ts';
import { report } from '../../core/hooks.ts';
import { summarise } from '../../core/redact.ts';
import { nearest } from '../../core/wording.ts';
import type { AttemptRecord, DeliveredEvent, DroppedEvent } from '../delivery/report.ts';
import { SURFACE } from '../surface.ts';
import type { FaultChange } from './faults.ts';
import type { RequestRecord } from './request-record.ts';
import type { StateChange } from './state-change.ts';

/** What a listener of each event gets. */
export interface EmulatorEvents {
  /** A request has its response, or its connection was closed. */
  readonly request: RequestRecord;
  /** An event was sent to a webhook once. */
  readonly attempt: AttemptRecord;
  /** An event was delivered or dropped: nothing more will be sent. */
  readonly settled: DeliveredEvent | DroppedEvent;
  /** A fault was added, used or removed. */
  readonly fault: FaultChange;
  /** A record of the emulator was created, changed or removed. */
  readonly change: StateChange;
  /** `setTime()` or `advance()` was called: the new time. */
  readonly time: Date;
  /** `reset()` was called: everything that was recorded is gone. */
  readonly reset: undefined;
}

const NAMES: readonly (keyof EmulatorEvents)[] = ['request', 'attempt', 'settled', 'fault', 'change', 'time', 'reset'];

type Listener = (payload: never) => unknown;

/** The listeners of one emulator. */
export class Listeners {
  readonly #listeners = new Map<keyof EmulatorEvents, Set<Listener>>(NAMES.map((name) => [name, new Set()]));

  /** Adds a listener, and returns a function that removes it. */
  on<Name extends keyof EmulatorEvents>(name: Name, listener: (payload: EmulatorEvents[Name]) => unknown): () => void {
    const listeners = this.#listeners.get(name);
    if (!listeners) throw unknownEvent(name);
    assertOption(typeof listener === 'function', SURFACE, undefined, 'on() accepts the name of an event and a function');
    // Wrapped, so that the same function can be added twice.
    const added: Listener = (payload) => listener(payload);
    listeners.add(added);
    return () => listeners.delete(added);
  }

  /** Calls the listeners of an event. A failure is written to the console: it must not change how the emulator responds. */
  emit<Name extends keyof EmulatorEvents>(name: Name, payload: EmulatorEvents[Name]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      const called = async (): Promise<unknown> => listener(payload as never);
      called().catch((error: unknown) => report('error', `a listener of "${name}" failed: ${summarise(error).message}`));
    }
  }
}

function unknownEvent(name: unknown): Error {
  const meant = typeof name === 'string' ? nearest(name, NAMES) : undefined;
  const hint = meant ? `Did you mean "${meant}"?` : `The events are ${NAMES.join(', ')}.`;
  return misconfigured(SURFACE, undefined, 'on() was called with a name that is not an event', hint);
}
