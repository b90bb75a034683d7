/**
 * The live side of the console: what happens in the emulator, sent to every open page.
 *
 * @module
 */
import { encodeUtf8 } from '../../core/bytes.ts';
import { explainStatus } from '../../testing/delivery/retry-policy.ts';
import type { AmazonEmulator, AttemptRecord, DeliveredEvent, DroppedEvent } from '../../testing/index.ts';
import { type Attempt, type Collection, type Delivery, type Entry, MAX_LISTED, type Messages, type Snapshot } from './view.ts';

const MAX_DELIVERIES = 100;
const MAX_ATTEMPTS = 50;
/** Events that a page may be behind. Then its connection is closed, and it connects again. */
const MAX_BEHIND = 500;

type Page = ReadableStreamDefaultController<Uint8Array>;

const encode = <Name extends keyof Messages>(name: Name, data: Messages[Name]): Uint8Array =>
  encodeUtf8(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);

/** Sends what happens. */
export class Feed {
  readonly #emulator: AmazonEmulator;
  readonly #catalog: Pick<Snapshot, 'url' | 'events'>;
  readonly #pages = new Set<Page>();
  readonly #deliveries = new Map<number, Delivery>();
  readonly #listeners: readonly (() => void)[];

  constructor(emulator: AmazonEmulator, catalog: Pick<Snapshot, 'url' | 'events'>) {
    this.#emulator = emulator;
    this.#catalog = catalog;
    this.#listeners = [
      emulator.on('request', (record) => this.#send('request', record)),
      emulator.on('attempt', (attempt) => this.#addAttempt(attempt)),
      emulator.on('settled', (report) => this.#settle(report)),
      emulator.on('fault', () => this.#send('faults', emulator.faults)),
      emulator.on('change', ({ of, action, id, record }) => this.#send('record', { of, action, id, record })),
      emulator.on('time', (time) => this.#send('time', { time })),
      emulator.on('reset', () => {
        this.#deliveries.clear();
        this.#send('snapshot', this.#snapshot());
      }),
    ];
  }

  /** A stream for one page: first everything, then what happens. */
  open(): Response {
    let page: Page | undefined;
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        page = controller;
        controller.enqueue(encodeUtf8('retry: 1000\n\n'));
        controller.enqueue(encode('snapshot', this.#snapshot()));
        this.#pages.add(controller);
      },
      cancel: () => {
        if (page) this.#pages.delete(page);
      },
    });
    return new Response(stream, { headers: { 'content-type': 'text/event-stream' } });
  }

  /** Shows an event that was just passed to `deliver()`. */
  add(delivery: Omit<Delivery, 'attempts' | 'attemptCount' | 'outcome'>): void {
    this.#update({ ...delivery, attempts: [], attemptCount: 0, outcome: 'open' });
    const [oldest] = this.#deliveries.keys();
    if (this.#deliveries.size > MAX_DELIVERIES && oldest !== undefined) this.#deliveries.delete(oldest);
  }

  /** A delivery that is shown. */
  find(id: number): Delivery | undefined {
    return this.#deliveries.get(id);
  }

  /** Ends the streams, and hears nothing more. */
  close(): void {
    for (const stop of this.#listeners) stop();
    for (const page of this.#pages) page.close();
    this.#pages.clear();
  }

  #send<Name extends keyof Messages>(name: Name, data: Messages[Name]): void {
    if (this.#pages.size === 0) return;
    const bytes = encode(name, data);
    for (const page of this.#pages) {
      if ((page.desiredSize ?? 0) > -MAX_BEHIND) page.enqueue(bytes);
      else {
        this.#pages.delete(page);
        page.error(new Error('the page is too far behind'));
      }
    }
  }

  #update(delivery: Delivery): void {
    this.#deliveries.set(delivery.id, delivery);
    this.#send('delivery', delivery);
  }

  #addAttempt({ deliveryId, ...attempt }: AttemptRecord): void {
    const delivery = this.#deliveries.get(deliveryId);
    if (!delivery) return;
    const attempts = [...delivery.attempts, viewAttempt(attempt)].slice(-MAX_ATTEMPTS);
    this.#update({ ...delivery, attempts, attemptCount: delivery.attemptCount + 1 });
  }

  #settle({ deliveryId, outcome, ...report }: DeliveredEvent | DroppedEvent): void {
    const delivery = this.#deliveries.get(deliveryId);
    if (delivery) this.#update({ ...delivery, outcome, ...('reason' in report && { reason: report.reason }) });
  }

  #snapshot(): Snapshot {
    const { time, requests, faults } = this.#emulator;
    return {
      ...this.#catalog,
      time,
      requests: requests.slice(-MAX_LISTED),
      deliveries: [...this.#deliveries.values()],
      faults,
      records: recordsOf(this.#emulator),
    };
  }
}

function viewAttempt(attempt: Omit<AttemptRecord, 'deliveryId'>): Attempt {
  const { copy, at, latency, status, error, body, wait, nextAt } = attempt;
  const meaning = status === undefined ? `${error}: EventBridge retries it, up to 185 times within 24 hours` : explainStatus(status);
  return {
    copy,
    at,
    latency,
    meaning,
    ...(status !== undefined && { status }),
    ...(error !== undefined && { error }),
    ...(body !== undefined && { body }),
    ...(wait !== undefined && { wait }),
    ...(nextAt !== undefined && { nextAt }),
  };
}

/** The records of every kind, oldest first. */
function recordsOf(emulator: AmazonEmulator): Readonly<Record<Collection, readonly Entry[]>> {
  const list = <Value extends object>(records: readonly Value[], idOf: (record: Value) => Entry['id']): readonly Entry[] =>
    records.slice(-MAX_LISTED).map((record) => ({ id: idOf(record), record }));
  const entries = (map: ReadonlyMap<string, object>): readonly Entry[] =>
    [...map].slice(-MAX_LISTED).map(([id, record]) => ({ id, record }));
  return {
    deliveryTrackers: list(emulator.deliveryTrackers, ({ id }) => id),
    ndrFeedback: list(emulator.ndrFeedback, ({ id }) => id),
    orders: entries(emulator.orders),
    inventory: entries(emulator.inventory),
    personalDataTasks: entries(emulator.personalDataTasks),
    eventSubscriptions: list(emulator.eventSubscriptions, ({ subscriptionId }) => subscriptionId),
    authProfiles: list(emulator.authProfiles, ({ authProfileId }) => authProfileId),
  };
}
