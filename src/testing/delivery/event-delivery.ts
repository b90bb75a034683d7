/**
 * Delivers events as EventBridge API destinations do, in simulated time: while nothing is in flight, the wait until the next retry is skipped,
 * so that a day of retries takes as long as the receiver needs to respond to them.
 *
 * @module
 * @see {@link https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html | API destinations}
 */
import { decodeUtf8 } from '../../core/bytes.ts';
import { redactor } from '../../core/redact.ts';
import { type Random, seededRandom } from '../builders/random.ts';
import type { WebhookSigningKeys } from '../builders/webhook-signing-keys.ts';
import { type Authenticator, authenticatorOf, type DeliveryAuth } from './auth.ts';
import { type DeliverOptions, type Delivery, readDelivery, type StartedDelivery } from './delivery.ts';
import type { AttemptRecord, DeliveredEvent, DeliveryAttempt, DroppedEvent } from './report.ts';
import { type AttemptResult, judge, readRetryAfter, type Verdict } from './retry-policy.ts';
import { Schedule } from './schedule.ts';
import { failureOf, sendTo } from './target.ts';

/** How all deliveries work. */
export interface DeliverySettings {
  /**
   * Decides on jitter, duplicates and disorder: the same seed, the same deliveries.
   * @default 1
   */
  readonly seed?: number | undefined;
  /**
   * How many times faster than real time the waits between attempts pass. With 1 a retry waits as long as it does at Amazon. A wait keeps the
   * process alive; `reset()` ends it.
   * @default Infinity: they are skipped
   */
  readonly timeScale?: number | undefined;
}

/** Requests in flight at once; at the eleventh, Node warns of a listener leak on their signal. */
const PARALLEL = 10;
/** Characters of a response's body that a listener gets. */
const MAX_BODY = 500;

/** Options of {@link EventDelivery}. */
export interface EventDeliveryOptions {
  readonly seed: number;
  readonly timeScale: number;
  readonly now: () => Date;
  readonly newId: () => number;
  readonly signingKeys: WebhookSigningKeys;
  readonly onAttempt: (attempt: AttemptRecord) => void;
  readonly onSettled: (report: DeliveredEvent | DroppedEvent) => void;
}

/** An event that is being delivered. */
interface PendingEvent {
  readonly id: number;
  readonly delivery: Delivery;
  readonly authenticator: Authenticator;
  /** When it was passed to `deliver()`: epoch milliseconds. */
  readonly since: number;
  readonly copies: number;
  readonly attempts: DeliveryAttempt[];
  readonly resolve: (report: DeliveredEvent | DroppedEvent) => void;
  /** Copies that are neither delivered nor dropped yet. */
  open: number;
  isDelivered: boolean;
  loss: Pick<DroppedEvent, 'reason' | 'exhausted'>;
}

/** The event itself, or a duplicate. */
interface Copy {
  readonly event: PendingEvent;
  readonly number: number;
  readonly random: Random;
  readonly retries: number;
}

/** Sends events until each is delivered or dropped. */
export class EventDelivery {
  readonly #options: EventDeliveryOptions;
  readonly #schedule: Schedule<Copy>;
  readonly #stopped = new AbortController();
  readonly #pending = new Set<PendingEvent>();
  /** Deliveries with the same object share its token. */
  readonly #authenticators = new WeakMap<object, Authenticator>();
  #waiting: (() => void)[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The wait that the timer ends: until when, and since when by the monotonic clock. */
  #sleep: { readonly to: number; readonly since: number } | undefined;
  #count = 0;
  #inFlight = 0;
  /** Milliseconds that were skipped. */
  #skipped = 0;

  constructor(options: EventDeliveryOptions) {
    this.#options = options;
    this.#schedule = new Schedule({ timeScale: options.timeScale, parallel: PARALLEL });
  }

  /** The current time of the deliveries. */
  get time(): Date {
    return new Date(this.#options.now().getTime() + this.#skipped);
  }

  /** Starts to deliver an event. */
  deliver(event: unknown, options: DeliverOptions): StartedDelivery {
    const delivery = readDelivery(event, options);
    const authenticator = this.#authenticator(delivery.auth);
    // A sequence for each event, so that its choices do not depend on which response comes first.
    const random = seededRandom(Math.imul(this.#options.seed, 0x9e3779b1) + this.#count);
    this.#count += 1;
    const copies = 1 + Math.floor(delivery.duplicates) + Number(random() < delivery.duplicates % 1);
    const since = this.time.getTime();
    const id = this.#options.newId();
    const done = new Promise<DeliveredEvent | DroppedEvent>((resolve) => {
      const loss = { reason: 'the emulator was reset before the event was delivered' };
      const pending = { id, delivery, authenticator, since, copies, attempts: [], resolve, open: copies, isDelivered: false, loss };
      this.#pending.add(pending);
      for (let number = 1; number <= copies; number += 1) {
        const due = since + delivery.delay + Math.floor(random() * delivery.disorder);
        this.#schedule.add({ event: pending, number, random: seededRandom(random() * 2 ** 32), retries: 0 }, due);
      }
    });
    // Not at once: events can only be out of order if all of them are scheduled.
    void Promise.resolve().then(() => this.pump());
    return { id, done };
  }

  /** Resolves when every event was delivered or dropped. */
  async idle(): Promise<void> {
    if (this.#pending.size > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Ends all deliveries: nothing more is sent, and no listener hears of it. */
  stop(): void {
    this.#stopped.abort();
    this.#schedule.clear();
    clearTimeout(this.#timer);
    for (const event of this.#pending) event.resolve(dropped(event));
    this.#pending.clear();
    this.#wake();
  }

  /** Sends what is due. Call it when the time has changed. */
  pump(): void {
    clearTimeout(this.#timer);
    this.#passSleep();
    for (;;) {
      const step = this.#schedule.next(this.time.getTime(), this.#inFlight);
      switch (step.do) {
        case 'send':
          void this.#send(step.item);
          break;
        case 'skip':
          this.#skipTo(step.to);
          break;
        case 'sleep':
          this.#sleep = { to: step.to, since: performance.now() };
          this.#timer = setTimeout(() => {
            this.#skipTo(step.to);
            this.pump();
          }, step.milliseconds);
          return;
        default:
          return;
      }
    }
  }

  #authenticator(auth: DeliveryAuth): Authenticator {
    const { signingKeys } = this.#options;
    const known = this.#authenticators.get(auth);
    if (known) return known;
    const made = authenticatorOf(auth, { now: () => this.time, signal: this.#stopped.signal, signingKeys });
    this.#authenticators.set(auth, made);
    return made;
  }

  /** What has passed of a wait that is cut short has passed: with an event or a response every moment, it would never end otherwise. */
  #passSleep(): void {
    if (!this.#sleep) return;
    const { to, since } = this.#sleep;
    this.#sleep = undefined;
    const gained = (performance.now() - since) * (this.#options.timeScale - 1);
    this.#skipTo(Math.min(to, this.time.getTime() + Math.floor(gained)));
  }

  #skipTo(due: number): void {
    this.#skipped += Math.max(0, due - this.time.getTime());
  }

  /** Makes one attempt, and does what its verdict says. Never rejects. */
  async #send(copy: Copy): Promise<void> {
    const { event, number, retries, random } = copy;
    const { delivery, since } = event;
    const [at, started] = [this.time, this.#options.now().getTime()];
    this.#inFlight += 1;
    const { body, ...result } = await this.#attempt(event);
    if (this.#stopped.signal.aborted) return;
    this.#inFlight -= 1;
    const now = this.time.getTime();
    // Without the waits of other events that have passed meanwhile.
    const latency = this.#options.now().getTime() - started;
    const verdict = judge(result, { ...delivery, retries, random, age: now - since });
    const attempt = attemptOf({ copy: number, at, latency }, result, verdict, now);
    event.attempts.push(attempt);
    this.#options.onAttempt({ deliveryId: event.id, ...delivery.label, ...attempt, ...(body && { body }) });
    // A listener may have reset the emulator.
    if (this.#stopped.signal.aborted) return;
    if (verdict.is === 'retried') this.#schedule.add({ ...copy, retries: retries + 1 }, now + verdict.wait);
    else this.#settle(event, verdict);
    this.pump();
  }

  async #attempt({ delivery, authenticator }: PendingEvent): Promise<AttemptResult & { readonly body?: string }> {
    try {
      const message = await delivery.message();
      const { makeRequest, secrets, refuse } = await authenticator(delivery.timeout);
      const make = (signal: AbortSignal): Request => makeRequest(message, delivery.url, signal);
      const { status, headers, body } = await sendTo(delivery.to, make, delivery.timeout, this.#stopped.signal);
      if (status === 401 || status === 407) refuse?.();
      const retryAfter = readRetryAfter(headers, this.#options.now().getTime());
      return { status, retryAfter, body: redactor(secrets)(decodeUtf8(body), MAX_BODY) };
    } catch (error) {
      return { failure: failureOf(error) };
    }
  }

  /** One copy less to wait for. After the last one it is known what happened to the event. */
  #settle(event: PendingEvent, verdict: Exclude<Verdict, { readonly is: 'retried' }>): void {
    event.open -= 1;
    if (verdict.is === 'delivered') event.isDelivered = true;
    else {
      const { is: _, ...loss } = verdict;
      event.loss = loss;
    }
    if (event.open > 0) return;
    const report = event.isDelivered ? delivered(event) : dropped(event);
    this.#pending.delete(event);
    this.#options.onSettled(report);
    event.resolve(report);
    if (this.#pending.size === 0) this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

function attemptOf(
  sent: Pick<DeliveryAttempt, 'copy' | 'at' | 'latency'>,
  { status, retryAfter, failure }: AttemptResult,
  verdict: Verdict,
  now: number,
): DeliveryAttempt {
  return {
    ...sent,
    ...(status !== undefined && { status }),
    ...(failure && { error: failure.message }),
    ...(retryAfter !== undefined && { retryAfter }),
    ...(verdict.is === 'retried' && { wait: verdict.wait, nextAt: new Date(now + verdict.wait) }),
  };
}

function delivered({ id, delivery, attempts, copies }: PendingEvent): DeliveredEvent {
  return { deliveryId: id, ...delivery.label, outcome: 'delivered', attempts, duplicates: copies - 1 };
}

/** The reason before the attempts, which may be 186: what is printed begins with it. */
function dropped({ id, delivery, attempts, copies, loss }: PendingEvent): DroppedEvent {
  const { event, label } = delivery;
  return { deliveryId: id, ...label, outcome: 'dropped', ...loss, attempts, duplicates: copies - 1, event };
}
