/**
 * The events that the console fires, and where it fires them.
 *
 * @module
 */
import { eventKinds, eventTypesOf } from '../../buywithprime/events/kinds.ts';
import {
  type AmazonEmulator,
  buyWithPrimeEvent,
  type DeliverOptions,
  type EventDamage,
  ndrEvent,
  trackingEvent,
  type WebhookAuth,
} from '../../testing/index.ts';
import { UsageError } from '../failure.ts';
import type { Feed } from './feed.ts';
import type { Snapshot } from './view.ts';

const SHIPPING = { 'NDR Events': ndrEvent, 'Tracking Detail': trackingEvent } as const;

/** Every type, as the page offers them. */
export const EVENTS: Snapshot['events'] = [
  { service: 'Amazon Shipping', types: Object.keys(SHIPPING) },
  { service: 'Buy with Prime', types: eventKinds.flatMap(eventTypesOf) },
];

/** The form of the page. What `deliver()` and the builders check is not checked here. */
export interface FireInput {
  readonly type: string;
  readonly to: string;
  readonly auth: WebhookAuth | { readonly type: 'signature' };
  /** Properties that replace those of the event. */
  readonly overrides?: object;
  readonly damage?: EventDamage;
  readonly duplicates?: number;
  /** Minutes since the event happened. */
  readonly late?: number;
  readonly maxRetries?: number;
}

/** How each mechanism is called; OAuth is not among them, because its tokens come from a URL of the caller. */
const AUTH = ['none', 'apiKey', 'query', 'basic', 'bearer', 'signature'];

interface Fired {
  readonly event: unknown;
  readonly notes: readonly string[];
  /** With the credential, which no page gets. */
  readonly options: DeliverOptions;
}

/** Fires events at webhooks on this machine. */
export class Launcher {
  readonly #emulator: AmazonEmulator;
  readonly #feed: Feed;
  readonly #fired = new Map<number, Fired>();

  constructor(emulator: AmazonEmulator, feed: Feed) {
    this.#emulator = emulator;
    this.#feed = feed;
    emulator.on('reset', () => this.#fired.clear());
  }

  /** Fires a new event. */
  fire({ type, to, auth, overrides, damage, duplicates = 0, late = 0, maxRetries }: FireInput): void {
    checkTarget(to);
    if (!AUTH.includes(auth?.type)) throw new UsageError(`the authentication must be one of ${AUTH.join(', ')}`);
    if (!(late >= 0 && late <= 525_600)) throw new UsageError('an event can be late by 0 to 525600 minutes');
    const event = makeEvent(type, overrides, () => new Date(this.#emulator.time.getTime() - late * 60_000));
    const notes = [
      ...(damage ? [`damaged: ${damage}`] : []),
      ...(duplicates > 0 ? [`${duplicates} ${duplicates === 1 ? 'duplicate' : 'duplicates'}`] : []),
      ...(late > 0 ? [`${late} min late`] : []),
    ];
    this.#deliver({
      event,
      notes,
      options: { to, auth, duplicates, ...(damage && { damage }), ...(maxRetries !== undefined && { maxRetries }) },
    });
  }

  /** Fires the same event once more, with the same id: a redelivery. */
  fireAgain(id: number): void {
    const { notes, ...fired } = this.#find(id);
    this.#deliver({ ...fired, notes: [`#${id} once more`, ...notes.filter((note) => !note.startsWith('#'))] });
  }

  /** Moves the time to the next attempt. */
  skipWait(id: number): void {
    this.#find(id);
    const due = this.#feed.find(id)?.attempts.map(({ nextAt }) => nextAt?.getTime() ?? 0) ?? [];
    const now = this.#emulator.deliveryTime.getTime();
    const next = Math.min(...due.filter((time) => time > now));
    if (next !== Number.POSITIVE_INFINITY) this.#emulator.advance(next - now);
  }

  #find(id: number): Fired {
    const fired = this.#fired.get(id);
    if (!fired || !this.#feed.find(id)) throw new UsageError('this event is not listed any more');
    return fired;
  }

  #deliver(fired: Fired): void {
    const { event, notes, options } = fired;
    const { id } = this.#emulator.deliver(event, options);
    const { id: eventId, 'detail-type': type } = event as { readonly id?: string; readonly 'detail-type'?: string };
    const { origin, pathname } = new URL(String(options.to));
    this.#fired.set(id, fired);
    this.#feed.add({ id, eventId, type, to: `${origin}${pathname}`, event, notes });
    for (const old of this.#fired.keys()) if (!this.#feed.find(old)) this.#fired.delete(old);
  }
}

/** Only this machine: an address that somebody talks a user into must not get events and credentials. */
function checkTarget(to: unknown): void {
  const { protocol, hostname = '' } = typeof to === 'string' && URL.canParse(to) ? new URL(to) : ({} as Partial<URL>);
  const isHere = hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
  if (protocol && /^https?:$/.test(protocol) && isHere) return;
  throw new UsageError(
    'the webhook must be an http(s) URL on this machine',
    'Such as http://localhost:3000/amazon/ndr. For other hosts use "waybill send".',
  );
}

function makeEvent(type: string, overrides: object | undefined, clock: () => Date): object {
  if (Object.hasOwn(SHIPPING, type)) return SHIPPING[type as keyof typeof SHIPPING](overrides, { clock });
  return buyWithPrimeEvent(type, overrides, { clock });
}
