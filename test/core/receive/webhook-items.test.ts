/**
 * What a webhook does with many items in one body: which failures it reports, and when the event loop has a turn.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { EventCodec } from '../../../src/core/receive/codec.ts';
import { type WebhookHandlerOptions, webhook } from '../../../src/core/receive/webhook.ts';
import { authenticator, codec, envelope, post, type TestEvent } from '../../support/core/codec.ts';

const handler = (
  onEvent: (event: TestEvent, context: { readonly signal: AbortSignal }) => unknown,
  options?: WebhookHandlerOptions<TestEvent>,
) => webhook(codec, authenticator, onEvent, options);
const events = (...ids: string[]): object[] => ids.map((id) => envelope(id));
const numbers = (count: number): number[] => new Array(count).fill(1);

describe('of the items that are not events', () => {
  /** What onError hears of a body. */
  const reported = async (body: unknown, options: WebhookHandlerOptions<TestEvent> = {}, fails = ''): Promise<string[]> => {
    const onError = vi.fn();
    const onEvent = ({ id }: TestEvent): void => {
      if (fails.includes(id)) throw new Error(`${id} failed`);
    };
    const response = await handler(onEvent, { ...options, onError })(post(body));
    expect(response.status).toBe(503);
    for (const [, shown] of onError.mock.calls) expect(shown).toEqual({ status: 503 });
    return onError.mock.calls.map(([error]) => error.message);
  };
  const notAnEvent = (index: number): string => `${index}: expected an event, got number`;

  test('five are reported one by one', async () => {
    expect(await reported([...events('a'), ...numbers(5)])).toEqual([1, 2, 3, 4, 5].map(notAnEvent));
  });

  test('the others are counted', async () => {
    expect(await reported([...events('a'), ...numbers(6)])).toEqual([
      ...[1, 2, 3, 4, 5].map(notAnEvent),
      '1 more item of the body is not an event',
    ]);
    expect((await reported([...events('a'), ...numbers(9)])).at(-1)).toBe('4 more items of the body are not events');
  });

  test('none hides an event behind them, or the failure of its handler', async () => {
    const onEvent = vi.fn();
    await handler(onEvent, { onError: vi.fn() })(post([...events('a'), ...numbers(7), ...events('b', 'c')]));
    expect(onEvent.mock.calls.map(([{ id }]) => id)).toEqual(['a', 'b', 'c']);
    expect(await reported([...events('a'), ...numbers(7), ...events('b', 'c')], {}, 'bc')).toEqual([
      ...[1, 2, 3, 4, 5].map(notAnEvent),
      'b failed',
      'c failed',
      '2 more items of the body are not events',
    ]);
  });

  test('the failures of handlers are not counted among them, however many they are', async () => {
    expect(await reported(events('a', 'b', 'c', 'd', 'e', 'f', 'g'), {}, 'abcdefg')).toEqual(
      ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((id) => `${id} failed`),
    );
  });

  test('onInvalid receives every one, and it is no failure', async () => {
    const onInvalid = vi.fn();
    const onError = vi.fn();
    expect((await handler(() => undefined, { onInvalid, onError })(post([...events('a'), ...numbers(9)]))).status).toBe(200);
    expect(onInvalid).toHaveBeenCalledTimes(9);
    expect(onError).not.toHaveBeenCalled();
  });

  test('onInvalid receives every one also if it fails, and its failures are reported as those', async () => {
    const onInvalid = vi.fn(() => Promise.reject(new Error('cannot be stored')));
    expect(await reported([...events('a'), ...numbers(8)], { onInvalid })).toEqual([
      ...new Array(5).fill('cannot be stored'),
      '3 more items of the body are not events',
    ]);
    expect(onInvalid).toHaveBeenCalledTimes(8);
  });
});

describe('the event loop', () => {
  let milliseconds = 0;

  beforeEach(() => {
    milliseconds = 0;
    vi.spyOn(Date, 'now').mockImplementation(() => milliseconds);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** Whether a timer of the first event fires before the second one is handled, when the first one takes so long. */
  const hasTurn = async (duration: number): Promise<boolean> => {
    let hasTurned = false;
    let seen: boolean | undefined;
    const onEvent = ({ id }: TestEvent): void => {
      if (id === 'b') seen = hasTurned;
      else {
        setTimeout(() => {
          hasTurned = true;
        });
        milliseconds += duration;
      }
    };
    expect((await handler(onEvent)(post(events('a', 'b')))).status).toBe(200);
    return seen as boolean;
  };

  test('has a turn between events that take long, and none between those that take no time', async () => {
    expect([await hasTurn(0), await hasTurn(1_000)]).toEqual([false, true]);
  });

  test('has none before the first event', async () => {
    let hasTurned = false;
    const observed: EventCodec<TestEvent> = {
      ...codec,
      *decode(value) {
        setTimeout(() => {
          hasTurned = true;
        });
        yield* codec.decode(value);
      },
    };
    const onEvent = vi.fn(() => expect(hasTurned).toBe(false));
    expect((await webhook(observed, authenticator, onEvent)(post(events('a')))).status).toBe(200);
    expect(onEvent).toHaveBeenCalledOnce();
  });

  test('has turns again and again', async () => {
    const turns: number[] = [];
    let turn = 0;
    const onEvent = (): void => {
      turns.push(turn);
      milliseconds += 1_000;
      setTimeout(() => {
        turn += 1;
      });
    };
    await handler(onEvent)(post(events('a', 'b', 'c', 'd')));
    expect(turns).toEqual([0, 1, 2, 3]);
  });

  test('has no turn for every event after one that took long', async () => {
    const turns: number[] = [];
    let turn = 0;
    const onEvent = ({ id }: TestEvent): void => {
      turns.push(turn);
      if (id === 'a') milliseconds += 1_000;
      setTimeout(() => {
        turn += 1;
      });
    };
    await handler(onEvent)(post(events('a', 'b', 'c', 'd')));
    expect(turns).toEqual([0, 1, 1, 1]);
  });

  test('has turns before the first event is found', async () => {
    const turns: number[] = [];
    let turn = 0;
    const slow: EventCodec<TestEvent> = {
      ...codec,
      *decode() {
        for (let item = 0; item < 3; item += 1) {
          turns.push(turn);
          milliseconds += 1_000;
          setTimeout(() => {
            turn += 1;
          });
          yield { raw: item, issues: [{ message: 'expected an event, got number' }], isNoEvent: true };
        }
      },
    };
    expect((await webhook(slow, authenticator, () => undefined, { onError: vi.fn() })(post([]))).status).toBe(400);
    expect(turns).toEqual([0, 1, 2]);
  });

  test('no event is handled in a turn after the time was used up', async () => {
    const onEvent = vi.fn(async (_: TestEvent, { signal }: { readonly signal: AbortSignal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      milliseconds += 1_000;
    });
    const handle = handler(onEvent, { timeBudget: 20, onError: vi.fn() });
    expect((await handle(post(events('a', 'b', 'c')))).status).toBe(503);
    for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setTimeout(resolve));
    expect(onEvent).toHaveBeenCalledOnce();
  });
});
