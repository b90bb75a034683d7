import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { InProgressError } from '../../../src/core/errors.ts';
import { MemoryIdempotencyStore } from '../../../src/core/idempotency.ts';
import type { Received } from '../../../src/core/receive/codec.ts';
import { createDispatch, type EventHandlerOptions, type EventHandlers, notAKind } from '../../../src/core/receive/handlers.ts';
import { LAMBDA_OPTIONS } from '../../../src/core/receive/lambda.ts';
import { codec, type TestEvent } from '../../support/core/codec.ts';

const context = { name: 'context' };
const placed: TestEvent = { kind: 'placed', id: 'e1', type: 'ORDER_PLACED', detail: {} };
const shipped: TestEvent = { kind: 'shipped', id: 'e2', type: 'ORDER_SHIPPED', detail: {} };
const unknown: TestEvent = { kind: 'unknown', id: 'e3', type: 'ORDER_EATEN', detail: {} };
const unreadable: Received<TestEvent> = { raw: 'raw', issues: [{ message: 'is damaged' }], key: 'e4' };

type Handlers = EventHandlers<TestEvent, typeof context>;
type Options = EventHandlerOptions<TestEvent, typeof context>;

const dispatcher = (handlers: Handlers, options: Options = {}) => createDispatch(codec, handlers, options, LAMBDA_OPTIONS);

let warned: unknown[];
beforeEach(() => {
  warned = [];
  vi.spyOn(console, 'warn').mockImplementation((message) => void warned.push(message));
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Names of the handlers that were called. */
async function calledFor(names: readonly string[], ...events: readonly TestEvent[]): Promise<(string | undefined)[]> {
  const calls: (string | undefined)[] = [];
  const handlers = Object.fromEntries(names.map((name) => [name, () => calls.push(name)]));
  for (const event of events) {
    const before = calls.length;
    await dispatcher(handlers, { onUnhandled: () => undefined })({ event }, context);
    if (calls.length === before) calls.push(undefined);
  }
  return calls;
}

describe('an event goes to', () => {
  test('the function that gets every event, with the context', async () => {
    const handler = vi.fn();
    for (const event of [placed, unknown]) await dispatcher(handler)({ event }, context);
    expect(handler.mock.calls).toEqual([
      [placed, context],
      [unknown, context],
    ]);
  });

  test('the function of its kind, else to otherwise', async () => {
    expect(await calledFor(['placed', 'otherwise'], placed, shipped, unknown)).toEqual(['placed', 'otherwise', 'otherwise']);
  });

  test('unknown before otherwise, if its type is unknown', async () => {
    expect(await calledFor(['unknown', 'otherwise'], placed, unknown)).toEqual(['otherwise', 'unknown']);
  });

  test('nobody if there is none', async () => {
    expect(await calledFor(['shipped'], placed, shipped, unknown)).toEqual([undefined, 'shipped', undefined]);
  });

  test('a method of a class, also one that is inherited', async () => {
    const seen: string[] = [];
    class Base {
      placed() {
        seen.push('placed');
      }
    }
    class Shop extends Base {
      shipped = () => seen.push('shipped');
      otherwise() {
        seen.push('otherwise');
      }
    }
    const shop = new Shop();
    for (const event of [placed, shipped, unknown]) await dispatcher(shop)({ event }, context);
    expect(seen).toEqual(['placed', 'shipped', 'otherwise']);
  });

  test('a method of a class that has fields; a function among them that is no kind is refused', async () => {
    const seen: unknown[] = [];
    class Shop {
      readonly orders = new Map();
      placed() {
        seen.push(this.orders);
      }
    }
    await dispatcher(new Shop())({ event: placed }, context);
    expect(seen).toEqual([new Map()]);
    class Misspelt extends Shop {
      readonly shiped = () => undefined;
    }
    expect(() => dispatcher(new Misspelt())).toThrow('"shiped" is not a kind of event');
  });

  test('a method, with its object as receiver', async () => {
    const receivers: unknown[] = [];
    const shop = {
      placed() {
        receivers.push(this);
      },
    };
    await dispatcher(shop)({ event: placed }, context);
    expect(receivers).toEqual([shop]);
  });
});

test('what a function returns is not passed on: a queue would keep it until the end of its batch', async () => {
  for (const handler of [() => Buffer.alloc(8), async () => 'kept'])
    expect(await dispatcher(handler)({ event: placed }, context)).toBeUndefined();
});

describe('an event without a function', () => {
  test('is told to onUnhandled, whose failure changes nothing', async () => {
    const onUnhandled = vi.fn(() => {
      throw new Error('the log is full');
    });
    const dispatch = dispatcher({ shipped: () => undefined }, { onUnhandled });
    for (const event of [placed, unknown]) await dispatch({ event }, context);
    expect(onUnhandled.mock.calls).toEqual([
      [placed, context],
      [unknown, context],
    ]);
    expect(warned).toEqual([]);
  });

  test('is warned of once per type if its type is unknown, and not if it is known', async () => {
    const dispatch = dispatcher({ shipped: () => undefined });
    for (const event of [unknown, placed, unknown, { ...unknown, type: 'ORDER_LOST' }]) await dispatch({ event }, context);
    expect(warned).toEqual([
      expect.stringContaining('core: events of the unknown type "ORDER_EATEN" are acknowledged and dropped'),
      expect.stringContaining('"ORDER_LOST"'),
    ]);
  });

  test('is warned of at most a hundred times, and a type that could forge a log line is not shown', async () => {
    const dispatch = dispatcher({ shipped: () => undefined });
    await dispatch({ event: { ...unknown, type: 'x\nERROR: forged' } }, context);
    for (let made = 0; made < 500; made += 1) await dispatch({ event: { ...unknown, type: `MADE_UP_${made}` } }, context);
    expect(warned).toHaveLength(100);
    expect(warned[0]).not.toContain('forged');
  });

  test('is a failure if it belongs to another surface, unless a function for every event accepts it', async () => {
    const foreign = { event: { ...unknown, detail: 'elsewhere' } };
    const [onUnhandled, forNewTypes, accept] = [vi.fn(), vi.fn(), vi.fn()];
    for (const handlers of [{ shipped: () => undefined }, { unknown: forNewTypes }] as Handlers[]) {
      await expect(dispatcher(handlers, { onUnhandled })(foreign, context)).rejects.toMatchObject({
        code: 'VALIDATION',
        message: 'got an event of elsewhere, and no handler accepts it',
        hint: 'Route these events elsewhere, or pass "otherwise".',
      });
    }
    expect(onUnhandled).not.toHaveBeenCalled();
    expect(forNewTypes).not.toHaveBeenCalled();
    for (const handlers of [accept, { otherwise: accept }, { unknown: forNewTypes, otherwise: accept }] as Handlers[]) {
      await dispatcher(handlers)(foreign, context);
    }
    expect(accept).toHaveBeenCalledTimes(3);
  });
});

describe('what could not be read', () => {
  test('is a failure', async () => {
    await expect(dispatcher(() => undefined)(unreadable, context)).rejects.toMatchObject({ code: 'VALIDATION', message: 'is damaged' });
  });

  test('goes to onInvalid, raw and with the reason, and is handled when that is done', async () => {
    const onInvalid = vi.fn();
    await dispatcher(() => undefined, { onInvalid })(unreadable, context);
    expect(onInvalid).toHaveBeenCalledExactlyOnceWith('raw', expect.objectContaining({ code: 'VALIDATION' }), context);
    const fault = new Error('disk full');
    await expect(dispatcher(() => undefined, { onInvalid: () => Promise.reject(fault) })(unreadable, context)).rejects.toBe(fault);
  });

  test('goes there once if it has a key and there is a store', async () => {
    const onInvalid = vi.fn();
    const dispatch = dispatcher(() => undefined, { onInvalid, idempotencyStore: new MemoryIdempotencyStore() });
    for (let times = 0; times < 2; times += 1) await dispatch(unreadable, context);
    for (let times = 0; times < 2; times += 1) await dispatch({ raw: 'x', issues: [{ message: 'x' }] }, context);
    expect(onInvalid).toHaveBeenCalledTimes(3);
  });
});

describe('two damaged values with one key', () => {
  test('both go to onInvalid, and each of them once', async () => {
    const seen: unknown[] = [];
    const options: Options = { onInvalid: (raw) => seen.push(raw), idempotencyStore: new MemoryIdempotencyStore() };
    const dispatch = dispatcher(() => undefined, options);
    for (const raw of [{ x: 1 }, { x: 2 }, { x: 1 }]) await dispatch({ ...unreadable, raw }, context);
    expect(seen).toEqual([{ x: 1 }, { x: 2 }]);
  });
});

describe('handlers that share a store', () => {
  test('handle the same event each, if their prefixes differ', async () => {
    const idempotencyStore = new MemoryIdempotencyStore();
    const [web, worker, another] = [vi.fn(), vi.fn(), vi.fn()];
    for (let times = 0; times < 2; times += 1) {
      await dispatcher(web, { idempotencyStore, idempotencyPrefix: 'web:' })({ event: placed }, context);
      await dispatcher(worker, { idempotencyStore, idempotencyPrefix: 'worker:' })({ event: placed }, context);
      await dispatcher(another, { idempotencyStore, idempotencyPrefix: 'worker:' })({ event: placed }, context);
    }
    expect([web, worker, another].map((handler) => handler.mock.calls.length)).toEqual([1, 1, 0]);
    expect(() => dispatcher(web, { idempotencyPrefix: 7 } as never)).toThrow('"idempotencyPrefix" must be a string');
  });
});

test.each([
  ['persistenceStore', 'idempotencyStore'],
  ['idempotency', 'idempotencyStore'],
  ['lease', 'idempotencyLease'],
  ['prefix', 'idempotencyPrefix'],
  ['timeout', 'timeReserve'],
])('the option %s is refused, with %s in its place', (name, meant) => {
  expect(() => dispatcher(() => undefined, { [name]: 1 } as never)).toThrow(
    expect.objectContaining({ option: name, hint: `Did you mean "${meant}"?` }),
  );
});

describe('with a store', () => {
  test('an event is handled once, whatever its handler returns', async () => {
    const handler = vi.fn(() => Promise.resolve('kept'));
    const dispatch = dispatcher(handler, { idempotencyStore: new MemoryIdempotencyStore() });
    expect([await dispatch({ event: placed }, context), await dispatch({ event: placed }, context)]).toEqual([undefined, undefined]);
    expect(handler).toHaveBeenCalledOnce();
  });

  test('one whose handler failed is handled again', async () => {
    const handler = vi
      .fn()
      .mockRejectedValueOnce(new Error('db down'))
      .mockImplementationOnce(() => JSON.parse('{'))
      .mockReturnValue(1);
    const dispatch = dispatcher(handler, { idempotencyStore: new MemoryIdempotencyStore() });
    for (let times = 0; times < 2; times += 1) await expect(dispatch({ event: placed }, context)).rejects.toThrow();
    for (let times = 0; times < 2; times += 1) await dispatch({ event: placed }, context);
    expect(handler).toHaveBeenCalledTimes(3);
  });

  test('the key is the one that is passed, else that of the event; without one it is handled each time', async () => {
    const keys: string[] = [];
    const claim = async (key: string): Promise<'claimed'> => {
      keys.push(key);
      return 'claimed';
    };
    const store = { claim, complete: async () => true, release: async () => undefined };
    const dispatch = dispatcher(() => undefined, { idempotencyStore: store });
    await dispatch({ event: placed }, context, 'given');
    await dispatch({ event: placed }, context);
    await dispatch({ event: { ...placed, id: '' } }, context);
    expect(keys).toEqual(['given', 'e1']);
  });

  test('one that another call is handling is a failure, so that it is redelivered', async () => {
    const store = new MemoryIdempotencyStore();
    await store.claim('e1', { owner: 'another', lease: 60_000 });
    const handler = vi.fn();
    await expect(dispatcher(handler, { idempotencyStore: store })({ event: placed }, context)).rejects.toBeInstanceOf(InProgressError);
    expect(handler).not.toHaveBeenCalled();
  });

  test('completion that could not be remembered is a failure', async () => {
    const fault = new Error('no store');
    const store = { claim: async () => 'claimed' as const, complete: () => Promise.reject(fault), release: async () => undefined };
    await expect(dispatcher(() => undefined, { idempotencyStore: store })({ event: placed }, context)).rejects.toBe(fault);
  });

  test('a lease of its own is passed on', async () => {
    const claim = vi.fn(async () => 'claimed' as const);
    const store = { claim, complete: async () => true, release: async () => undefined };
    await dispatcher(() => undefined, { idempotencyStore: store, idempotencyLease: 5_000 })({ event: placed }, context);
    expect(claim).toHaveBeenCalledExactlyOnceWith('e1', { owner: expect.any(String), lease: 5_000 });
  });
});

describe('refused at construction', () => {
  test.each<[unknown, RegExp, RegExp?]>([
    [undefined, /^the handlers must be a function, or an object of functions such as \{ placed \}$/],
    [null, /^the handlers must be/],
    ['handler', /^the handlers must be/],
    [{}, /^the handlers must be/],
    [{ placed: undefined }, /^the handlers must be/],
    [{ placed: 5 }, /^"placed" must be a function$/],
    [{ placed: () => 1, plcaed: () => 1 }, /^"plcaed" is not a kind of event$/, /Did you mean placed\?/],
    [{ ORDER_PLACED: () => 1 }, /^"ORDER_PLACED" is not a kind of event$/, /The kinds are placed, shipped\./],
    [{ created: () => 1 }, /^"created" is another name of placed$/, /Use placed/],
    [{ 'a\nb': () => 1 }, /^"string" is not a kind of event$/],
    [{ onInvalid: () => 1 }, /^"onInvalid" is not a kind of event$/],
  ])('the handlers %o', (handlers, message, hint = /^/) => {
    expect(() => dispatcher(handlers as never)).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION', message: expect.stringMatching(message) }),
    );
    if (hint.source !== '^')
      expect(() => dispatcher(handlers as never)).toThrow(expect.objectContaining({ hint: expect.stringMatching(hint) }));
  });

  test.each<[unknown, RegExp]>([
    [null, /^the options must be an object$/],
    ['options', /^the options must be an object$/],
    [{ idempotencyStore: {} }, /^"idempotencyStore" must have claim\(\), complete\(\) and release\(\)$/],
    [{ idempotencyLease: 0 }, /^"idempotencyLease" must be a whole number/],
    [{ onInvalid: 'dead-letter-queue' }, /^"onInvalid" must be a function$/],
    [{ onUnhandled: true }, /^"onUnhandled" must be a function$/],
    [{ onError: 'log' }, /^"onError" must be a function$/],
    [{ onUnknown: () => 1 }, /^"onUnknown" is not an option$/],
    [{ store: {} }, /^"store" is not an option$/],
    [{ idempotencyStor: {} }, /^"idempotencyStor" is not an option$/],
  ])('the options %o', (options, message) => {
    expect(() => dispatcher(() => undefined, options as never)).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION', message: expect.stringMatching(message) }),
    );
  });
});

test.each([
  ['placd', '"placd" is not a kind of event', 'Did you mean placed?'],
  [5, '"number" is not a kind of event', 'The kinds are placed, shipped.'],
])('a name that is not a kind: %s', (name, message, hint) => {
  expect(notAKind(codec, name)).toMatchObject({ message, hint });
});
