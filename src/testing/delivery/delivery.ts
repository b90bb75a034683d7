/**
 * An event to deliver, and how.
 *
 * @module
 */
import { MAX_MILLISECONDS } from '../../core/async.ts';
import { encodeUtf8 } from '../../core/bytes.ts';
import { assertOption } from '../../core/errors.ts';
import { checkNames } from '../../core/options.ts';
import { asOptions, isObject, jsonObject, toJson } from '../builders/arguments.ts';
import { damagedEvent, type EventDamage } from '../builders/damaged-event.ts';
import { webhookBody } from '../builders/signed-webhook.ts';
import { SURFACE } from '../surface.ts';
import type { DeliveryAuth } from './auth.ts';
import { type Message, messageMaker, type RequestFormat } from './message.ts';
import type { DeliveredEvent, DeliveryLabel, DroppedEvent } from './report.ts';
import type { RetryPolicy } from './retry-policy.ts';
import { type DeliveryTarget, urlOf } from './target.ts';

/** How one event is delivered. */
export interface DeliverOptions extends RetryPolicy {
  /** The receiver. Redirects are not followed. Up to 1 MiB of its response is read. */
  readonly to: DeliveryTarget;
  /** @default { type: 'none' } */
  readonly auth?: DeliveryAuth | undefined;
  /**
   * Copies of the event that are sent beside it, with the same id: what "at least once" means. A fraction is the chance of one more.
   * @default 0
   */
  readonly duplicates?: number | undefined;
  /**
   * Milliseconds by which event and copies are delayed at most, each by a random part of it. Disorders events that are passed to `deliver()`
   * without an `await` in between.
   * @default 0
   */
  readonly disorder?: number | undefined;
  /**
   * Milliseconds by which event and copies are delayed: an event that arrives late.
   * @default 0
   */
  readonly delay?: number | undefined;
  /** Damages the event before it is sent, as `damagedEvent()` does. */
  readonly damage?: EventDamage | undefined;
  /**
   * Milliseconds for a complete response, in real time whatever the scale: to let it run out in a test, shorten it, and `maxRetries` too.
   * @default 5_000
   */
  readonly timeout?: number | undefined;
  /** How the request is written. */
  readonly format?: RequestFormat | undefined;
  /**
   * The URL that a handler sees, if `to` is one.
   * @default 'https://shop.example/amazon'
   */
  readonly url?: string | URL | undefined;
}

/** A delivery that has started. */
export interface StartedDelivery {
  /** Higher than that of every earlier delivery of this emulator. */
  readonly id: number;
  /** Resolves when the event was delivered or dropped. Never rejects; `reset()` resolves it as dropped. */
  readonly done: Promise<DeliveredEvent | DroppedEvent>;
}

/** An event, ready to be sent. */
export interface Delivery {
  /** As it was passed to `deliver()`. */
  readonly event: unknown;
  readonly label: Omit<DeliveryLabel, 'deliveryId'>;
  readonly to: DeliveryTarget;
  readonly url: URL;
  readonly auth: DeliveryAuth;
  readonly timeout: number;
  readonly maxRetries: number;
  readonly maxAge: number;
  readonly duplicates: number;
  readonly disorder: number;
  readonly delay: number;
  readonly message: () => Promise<Message>;
}

const NAMES = 'to auth duplicates disorder delay damage timeout format url maxRetries maxAge'.split(' ');
const RENAMED = { retries: 'maxRetries', target: 'to', method: 'format', contentType: 'format', encoding: 'format' };
const NO_AUTH: DeliveryAuth = { type: 'none' };

/** Reads the arguments of `deliver()`. Throws if they cannot be made into a request. */
export function readDelivery(event: unknown, given: DeliverOptions): Delivery {
  const options = asOptions('deliver', given) as DeliverOptions;
  checkNames(SURFACE, options, NAMES, RENAMED);
  const { to, auth = NO_AUTH, damage, format } = options;
  const { timeout = 5_000, maxRetries = 185, maxAge = 86_400_000, duplicates = 0, disorder = 0, delay = 0 } = options;
  const numbers = { timeout, maxRetries, maxAge, duplicates, disorder, delay };
  checkNumbers(numbers);
  const url = urlOf('to', to, options.url);
  // A copy, because the caller may go on to change it.
  const copy: unknown = typeof event === 'string' ? event : JSON.parse(toJson(event));
  const whole = auth?.type === 'signature' ? webhookBody(copy) : copy;
  const body = damage === undefined ? whole : damagedEvent(whole, damage);
  const label = { ...envelopeOf(copy), to: typeof to === 'function' ? 'handler' : `${url.origin}${url.pathname}` };
  return { event, label, to, url, auth, ...numbers, message: messageMaker(body, format) };
}

function checkNumbers(numbers: Readonly<Record<'timeout' | 'maxRetries' | 'maxAge' | 'duplicates' | 'disorder' | 'delay', number>>): void {
  for (const [name, value] of Object.entries(numbers)) {
    const least = name === 'timeout' ? 1 : 0;
    const isRight = value >= least && value <= MAX_MILLISECONDS;
    assertOption(isRight, SURFACE, name, `must be a number, ${least} or more and at most ${MAX_MILLISECONDS}`);
  }
  assertOption(numbers.duplicates <= 1_000, SURFACE, 'duplicates', 'must be at most 1000');
}

function envelopeOf(event: unknown): Pick<DeliveryLabel, 'id' | 'type'> {
  const envelope = typeof event === 'string' ? jsonObject(encodeUtf8(event)) : event;
  const { id, eventId, 'detail-type': type, eventDescriptor } = isObject(envelope) ? envelope : {};
  return { id: stringOf(id) ?? stringOf(eventId), type: stringOf(type) ?? stringOf(eventDescriptor) };
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
