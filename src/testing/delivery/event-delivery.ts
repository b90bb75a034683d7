/**
 * Delivers events as EventBridge API destinations do, in a time of its own: where nothing is under way, the wait until the next retry
 * is skipped, so that a day of retries takes as long as the receiver needs to answer them.
 *
 * @module
 * @see {@link https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html | API destinations}
 */
import { isWaybillError } from '../../core/errors.ts';
import { type Random, seededRandom } from '../builders/random.ts';
import type { WebhookSigningKeys } from '../builders/webhook-signing-keys.ts';
import { Recent } from '../emulator/recent.ts';
import { type Authenticator, authenticatorOf } from './delivery-auth.ts';
import { type DeliverOptions, type Letter, readLetter } from './delivery-letter.ts';
import type { DeliveryAttempt, DeliveryReport, DroppedEvent, EventReport } from './delivery-report.ts';
import { ask, NoAnswer } from './delivery-target.ts';
import { judge, type Outcome, readRetryAfter, type Verdict } from './retry-policy.ts';

/** How deliveries go, all of them. */
export interface DeliverySettings {
  /**
   * What decides on jitter, duplicates and disorder: the same seed, the same deliveries.
   * @default 1
   */
  readonly seed?: number;
  /**
   * How many times faster than real time the waits between attempts pass. 1 makes a retry wait as long as it does at Amazon. A wait keeps
   * the process alive; `reset()` ends it.
   * @default Infinity: they are skipped
   */
  readonly timeScale?: number;
}

/** Requests that are under way at a time; of more, Node warns that the signal they hear might leak. */
const PARALLEL = 10;

/** What deliveries are made with. */
export interface EventDeliveryOptions {
  readonly settings: Required<DeliverySettings>;
  readonly clock: () => Date;
  readonly signingKeys: WebhookSigningKeys;
  readonly maxRecords: number;
}

/** An event on its way. */
interface Delivery {
  readonly letter: Letter;
  readonly authenticator: Authenticator;
  /** When it was handed over: epoch milliseconds. */
  readonly since: number;
  readonly copies: number;
  readonly attempts: DeliveryAttempt[];
  /** Copies of which it is not known yet what becomes of them. */
  open: number;
  arrived?: true;
  lost?: Pick<DroppedEvent, 'reason' | 'exhausted'>;
}

/** The event itself, or a duplicate. */
interface Copy {
  readonly delivery: Delivery;
  readonly number: number;
  readonly random: Random;
  readonly retries: number;
  /** Epoch milliseconds. */
  readonly due: number;
}

/** Sends events until each has arrived or is given up. */
export class EventDelivery {
  readonly #settings: Required<DeliverySettings>;
  readonly #clock: () => Date;
  readonly #signingKeys: WebhookSigningKeys;
  readonly #stopped = new AbortController();
  readonly #delivered: Recent<EventReport, EventReport>;
  readonly #dropped: Recent<DroppedEvent, DroppedEvent>;
  /** Tokens are shared by the deliveries that are given the same object. */
  readonly #shared = new WeakMap<object, Authenticator>();
  /** By the time that they are due. */
  readonly #queue: Copy[] = [];
  #waiting: (() => void)[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #count = 0;
  #underWay = 0;
  /** How far the time of the deliveries is ahead of the clock. */
  #ahead = 0;

  constructor({ settings, clock, signingKeys, maxRecords }: EventDeliveryOptions) {
    this.#settings = settings;
    this.#clock = clock;
    this.#signingKeys = signingKeys;
    this.#delivered = new Recent(maxRecords);
    this.#dropped = new Recent(maxRecords);
  }

  /** The present, in the time of the deliveries. */
  get time(): Date {
    return new Date(this.#clock().getTime() + this.#ahead);
  }

  /** Starts to deliver an event. */
  deliver(event: unknown, options: DeliverOptions): void {
    const letter = readLetter(event, options);
    // Of its own for each event, so that what it decides does not hang on which answer comes first.
    const random = seededRandom(Math.imul(this.#settings.seed, 0x9e3779b1) + this.#count);
    this.#count += 1;
    const copies = 1 + Math.floor(letter.duplicates) + Number(random() < letter.duplicates % 1);
    const since = this.time.getTime();
    const authenticator = this.#authenticator(letter);
    const delivery: Delivery = { letter, authenticator, since, copies, attempts: [], open: copies };
    for (let number = 1; number <= copies; number += 1) {
      const due = since + Math.floor(random() * letter.disorder);
      this.#enqueue({ delivery, number, random: seededRandom(random() * 2 ** 32), retries: 0, due });
    }
    // Not at once: what is handed over in one go can only be out of order if all of it is there.
    void Promise.resolve().then(() => this.#pump());
  }

  /** Resolves when everything has arrived or is given up. */
  async report(): Promise<DeliveryReport> {
    if (!this.#isIdle()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return { delivered: this.#delivered.values(), dropped: this.#dropped.values() };
  }

  /** Gives up everything that is under way, without a word. */
  stop(): void {
    this.#stopped.abort();
    this.#queue.length = 0;
    clearTimeout(this.#timer);
    this.#wake();
  }

  #authenticator({ auth, timeout }: Letter): Authenticator {
    const known = this.#shared.get(auth);
    if (known) return known;
    const surroundings = { now: () => this.time, timeout, signal: this.#stopped.signal, signingKeys: this.#signingKeys };
    const made = authenticatorOf(auth, surroundings);
    this.#shared.set(auth, made);
    return made;
  }

  #enqueue(copy: Copy): void {
    let [from, to] = [0, this.#queue.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((this.#queue[middle] as Copy).due > copy.due) to = middle;
      else from = middle + 1;
    }
    this.#queue.splice(from, 0, copy);
  }

  /** Sends what is due, and skips time where nothing is. */
  #pump(): void {
    const { timeScale } = this.#settings;
    clearTimeout(this.#timer);
    for (let next = this.#queue[0]; next && this.#underWay < PARALLEL; next = this.#queue[0]) {
      const early = next.due - this.time.getTime();
      if (early > 0 && timeScale !== Number.POSITIVE_INFINITY) {
        this.#timer = setTimeout(() => this.#skipTo(next.due), Math.min(2 ** 31 - 1, early / timeScale));
        return;
      }
      // What is under way may still bring something that is due before that.
      if (early > 0 && this.#underWay > 0) return;
      this.#ahead += Math.max(0, early);
      this.#queue.shift();
      void this.#send(next);
    }
    if (this.#isIdle()) this.#wake();
  }

  #skipTo(due: number): void {
    this.#ahead += Math.max(0, due - this.time.getTime());
    this.#pump();
  }

  /** Sends once, and does what the verdict on that is. Never rejects. */
  async #send(copy: Copy): Promise<void> {
    const { delivery, number, retries, random } = copy;
    const { letter, since } = delivery;
    const at = this.time;
    this.#underWay += 1;
    const outcome = await this.#attempt(delivery);
    if (this.#stopped.signal.aborted) return;
    this.#underWay -= 1;
    const now = this.time.getTime();
    const { retryAfter: _, ...answer } = outcome;
    delivery.attempts.push({ copy: number, at, latency: now - at.getTime(), ...answer });
    const verdict = judge(outcome, { ...letter, retries, random, age: now - since });
    if (verdict.is === 'repeated') this.#enqueue({ ...copy, retries: retries + 1, due: now + verdict.wait });
    else this.#settle(delivery, verdict);
    this.#pump();
  }

  async #attempt({ letter, authenticator }: Delivery): Promise<Outcome> {
    try {
      const { request, refuse } = await authenticator();
      const make = (signal: AbortSignal): Request => request(letter.content, letter.url, signal);
      const { status, headers } = await ask(letter.to, make, letter.timeout, this.#stopped.signal);
      if (status === 401 || status === 407) refuse?.();
      return { status, retryAfter: readRetryAfter(headers, this.#clock().getTime()) };
    } catch (error) {
      return { error: error instanceof NoAnswer || isWaybillError(error) ? error.message : 'the request could not be made' };
    }
  }

  /** One copy less to wait for; after the last one it is known what became of the event. */
  #settle(delivery: Delivery, verdict: Exclude<Verdict, { readonly is: 'repeated' }>): void {
    const { letter, copies, attempts } = delivery;
    delivery.open -= 1;
    if (verdict.is === 'delivered') delivery.arrived = true;
    else {
      const { is: _, ...why } = verdict;
      delivery.lost = why;
    }
    if (delivery.open > 0) return;
    const report: EventReport = { ...letter.label, attempts, duplicates: copies - 1 };
    if (delivery.arrived || !delivery.lost) this.#delivered.set(report, report);
    else {
      // The reason before the attempts, which may be 186: what is printed begins with it.
      const dropped: DroppedEvent = { ...letter.label, ...delivery.lost, ...report, event: letter.event };
      this.#dropped.set(dropped, dropped);
    }
  }

  #isIdle(): boolean {
    return this.#queue.length === 0 && (this.#underWay === 0 || this.#stopped.signal.aborted);
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
