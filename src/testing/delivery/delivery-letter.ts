/**
 * An event to be delivered, and how.
 *
 * @module
 */
import { encodeUtf8 } from '../../core/bytes.ts';
import { ConfigurationError } from '../../core/errors.ts';
import { MAX_MILLISECONDS } from '../../core/options.ts';
import { asOptions } from '../builders/arguments.ts';
import { isObject, jsonObject } from '../emulator/service.ts';
import type { DeliveryAuth } from './delivery-auth.ts';
import type { EventReport } from './delivery-report.ts';
import { type DeliveryTarget, urlOf } from './delivery-target.ts';
import type { RetryPolicy } from './retry-policy.ts';

/** How one event is delivered. */
export interface DeliverOptions extends RetryPolicy {
  /** Who gets it. Redirects are not followed. Of its answer up to 1 MiB is read. */
  readonly to: DeliveryTarget;
  /**
   * What a handler sees as its URL, where `to` is one.
   * @default 'https://shop.example/amazon'
   */
  readonly url?: string | URL;
  /** @default { type: 'none' } */
  readonly auth?: DeliveryAuth;
  /**
   * Milliseconds for a whole answer, in real time whatever the scale: where a test lets it run out, it is shortened and `maxRetries` too.
   * @default 5_000
   */
  readonly timeout?: number;
  /**
   * Copies of the event that are sent beside it, with the same id: what "at least once" means. A fraction is the chance of one more.
   * @default 0
   */
  readonly duplicates?: number;
  /**
   * Milliseconds by which event and copies are kept back at most, each by chance. Puts events out of order that are handed over together,
   * without an `await` in between.
   * @default 0
   */
  readonly disorder?: number;
}

/** An event, ready to be sent. */
export interface Letter extends Required<Omit<DeliverOptions, 'url'>> {
  readonly event: unknown;
  /** As it was when it was handed over. */
  readonly content: unknown;
  readonly url: URL;
  /** What a report says of it. */
  readonly label: Pick<EventReport, 'id' | 'type' | 'to'>;
}

const NO_AUTH: DeliveryAuth = { type: 'none' };

/** Takes what `deliver()` is given; throws where no request can come of it. */
export function readLetter(event: unknown, given: DeliverOptions): Letter {
  const options = asOptions('deliver', given) as DeliverOptions;
  const { to, auth = NO_AUTH, timeout = 5_000, maxRetries = 185, maxAge = 86_400_000, duplicates = 0, disorder = 0 } = options;
  const url = urlOf('to', to, options.url);
  const numbers = { timeout, maxRetries, maxAge, duplicates, disorder };
  check(numbers);
  const content = copyOf(event);
  const { id, eventId, 'detail-type': type, eventDescriptor } = envelopeOf(content);
  const label = {
    id: textOf(id) ?? textOf(eventId),
    type: textOf(type) ?? textOf(eventDescriptor),
    to: typeof to === 'function' ? 'handler' : `${url.origin}${url.pathname}`,
  };
  return { event, content, url, to, auth, ...numbers, label };
}

/** Refuses numbers that no delivery can go by. */
function check(numbers: Readonly<Record<'timeout' | 'maxRetries' | 'maxAge' | 'duplicates' | 'disorder', number>>): void {
  for (const [name, value] of Object.entries(numbers)) {
    // Negated, so that NaN is refused too.
    if (!(value >= (name === 'timeout' ? 1 : 0) && value <= MAX_MILLISECONDS)) {
      throw new ConfigurationError(`"${name}" must be a number, 0 or more; a time in milliseconds and more than 0`, { surface: 'testing' });
    }
  }
  if (numbers.duplicates > 1_000) throw new ConfigurationError('"duplicates" must be at most 1000', { surface: 'testing' });
}

/** A text as it is; anything else as it looks after its way through JSON. */
function copyOf(event: unknown): unknown {
  if (typeof event === 'string') return event;
  try {
    return JSON.parse(JSON.stringify(event));
  } catch {
    // What was thrown may be the event's own.
    throw new ConfigurationError('the event must be a text or fit into JSON', { surface: 'testing' });
  }
}

function envelopeOf(content: unknown): Readonly<Record<string, unknown>> {
  if (typeof content === 'string') return jsonObject(encodeUtf8(content)) ?? {};
  return isObject(content) ? content : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
