import { describe, expect, test, vi } from 'vitest';
import { AmazonEmulator, ndrEvent } from '../../../src/testing/index.ts';
import { deliver, emulate, ok, respondingWith, START } from '../../support/testing/delivering.ts';

describe('duplicates and disorder', () => {
  test('duplicates have the same id, and one that is delivered is enough', async () => {
    const bodies: string[] = [];
    const to = async (request: Request) => {
      bodies.push(await request.text());
      return new Response(null, { status: bodies.length === 2 ? 200 : 404 });
    };
    const { delivered, dropped } = await deliver(ndrEvent({ id: 'e' }), { to, duplicates: 2 });
    expect(new Set(bodies).size).toBe(1);
    expect(delivered).toMatchObject([{ id: 'e', duplicates: 2 }]);
    expect(delivered[0]?.attempts.map(({ copy }) => copy).sort()).toEqual([1, 2, 3]);
    expect(dropped).toEqual([]);
  });

  test('a fraction is a chance', async () => {
    const emulator = emulate();
    for (let count = 0; count < 500; count += 1) emulator.deliver({}, { to: ok, duplicates: 0.2 });
    const { delivered } = await emulator.report();
    const doubled = delivered.filter(({ duplicates }) => duplicates === 1).length;
    expect(delivered).toHaveLength(500);
    expect(doubled).toBeGreaterThan(60);
    expect(doubled).toBeLessThan(140);
  });

  const order = async (seed: number, disorder: number) => {
    const emulator = emulate({ seed });
    const ids: string[] = [];
    const to = async (request: Request) => {
      ids.push(((await request.json()) as { id: string }).id);
      return ok();
    };
    for (let count = 0; count < 20; count += 1) emulator.deliver({ id: `e${count}` }, { to, disorder });
    await emulator.report();
    return ids;
  };

  test('events are sent in order; with disorder, in an order that the seed decides', async () => {
    const inOrder = await order(1, 0);
    expect(inOrder).toEqual(Array.from({ length: 20 }, (_, at) => `e${at}`));
    const shuffled = await order(1, 60_000);
    expect(shuffled).not.toEqual(inOrder);
    expect([...shuffled].sort()).toEqual([...inOrder].sort());
    expect(await order(1, 60_000)).toEqual(shuffled);
    expect(await order(2, 60_000)).not.toEqual(shuffled);
  });

  test('choices do not depend on which response comes first', async () => {
    const times = async (slow: number) => {
      const emulator = emulate();
      for (let count = 0; count < 5; count += 1) {
        const respond = respondingWith(503, 503, 200);
        emulator.deliver(
          { id: count },
          {
            to: async () => {
              await new Promise((resolve) => setTimeout(resolve, count === slow ? 5 : 0));
              return respond();
            },
          },
        );
      }
      const { delivered } = await emulator.report();
      return delivered.map(({ attempts }) => attempts.length);
    };
    expect(await times(0)).toEqual(await times(4));
  });
});

test('ten requests are in flight at once, without a warning of a listener leak', async () => {
  const warnings: string[] = [];
  const listener = ({ name }: Error) => warnings.push(name);
  process.on('warning', listener);
  let inFlight = 0;
  let most = 0;
  const to = async () => {
    most = Math.max(most, ++inFlight);
    await new Promise((resolve) => setTimeout(resolve, 2));
    inFlight -= 1;
    return ok();
  };
  const emulator = emulate();
  for (let count = 0; count < 40; count += 1) emulator.deliver({}, { to });
  expect((await emulator.report()).delivered).toHaveLength(40);
  expect(most).toBe(10);
  await new Promise((resolve) => setTimeout(resolve, 0));
  process.off('warning', listener);
  expect(warnings).toEqual([]);
});

describe('deliver', () => {
  test('returns an id that the report has too, and a promise of that report', async () => {
    const emulator = emulate();
    const [first, second] = [200, 404].map((status) => emulator.deliver({ id: 'same' }, { to: respondingWith(status) }));
    expect(second?.id).toBeGreaterThan(first?.id ?? 0);
    expect(await first?.done).toMatchObject({ deliveryId: first?.id, outcome: 'delivered', attempts: [{ status: 200 }] });
    const lost = await second?.done;
    expect(lost).toMatchObject({ deliveryId: second?.id, outcome: 'dropped', event: { id: 'same' } });
    const report = await emulator.report();
    expect(report.delivered).toEqual([await first?.done]);
    expect(report.dropped).toEqual([lost]);
  });

  test('settles each event by itself: one that hangs holds up no other', async () => {
    const emulator = emulate();
    emulator.deliver({}, { to: () => new Promise(() => undefined) });
    expect(await emulator.deliver({}, { to: ok }).done).toMatchObject({ outcome: 'delivered' });
    emulator.reset();
  });

  test('delays an event and its copies, in the time of the deliveries', async () => {
    const emulator = emulate();
    const late = emulator.deliver({}, { to: ok, delay: 3_600_000, duplicates: 1 });
    const { attempts } = await emulator.deliver({}, { to: ok }).done;
    expect(attempts).toMatchObject([{ at: START }]);
    expect((await late.done).attempts.map(({ at }) => at.getTime() - START.getTime())).toEqual([3_600_000, 3_600_000]);
  });
});

describe('report', () => {
  test('is empty at first, and then lists everything so far', async () => {
    const emulator = emulate();
    expect(await emulator.report()).toEqual({ delivered: [], dropped: [] });
    await deliver({ id: 'a' }, { to: ok }, emulator);
    expect(await deliver({ id: 'b' }, { to: respondingWith(404) }, emulator)).toMatchObject({
      delivered: [{ id: 'a' }],
      dropped: [{ id: 'b' }],
    });
  });

  test('begins with what matters when it is printed', async () => {
    const { dropped } = await deliver(ndrEvent(), { to: respondingWith(404) });
    expect(Object.keys(dropped[0] ?? {})).toEqual([
      'deliveryId',
      'id',
      'type',
      'to',
      'outcome',
      'reason',
      'attempts',
      'duplicates',
      'event',
    ]);
  });

  test('lists a dropped event so that it can be delivered once more', async () => {
    const emulator = emulate();
    const { dropped } = await deliver(ndrEvent({ id: 'again' }), { to: respondingWith(404) }, emulator);
    for (const { event } of dropped) emulator.deliver(event, { to: ok });
    expect((await emulator.report()).delivered).toMatchObject([{ id: 'again', type: 'NDR Events' }]);
  });

  test('stores the newest, the dropped and the delivered separately', async () => {
    const emulator = new AmazonEmulator({ maxRecords: 2 });
    for (const id of ['a', 'b', 'c', 'd']) emulator.deliver({ id }, { to: respondingWith(id === 'a' ? 404 : 200) });
    const { delivered, dropped } = await emulator.report();
    expect([delivered.map(({ id }) => id), dropped.map(({ id }) => id)]).toEqual([['c', 'd'], ['a']]);
  });

  test('waits for what a handler delivers', async () => {
    const emulator = emulate();
    emulator.deliver(
      { id: 'first' },
      {
        to: () => {
          emulator.deliver({ id: 'second' }, { to: ok });
          return ok();
        },
      },
    );
    expect((await emulator.report()).delivered).toHaveLength(2);
  });
});

describe('reset', () => {
  test('settles what is in flight as dropped, so that nobody waits for ever', async () => {
    const emulator = emulate();
    const { done } = emulator.deliver({ id: 'hangs' }, { to: () => new Promise(() => undefined) });
    emulator.reset();
    expect(await done).toMatchObject({ id: 'hangs', outcome: 'dropped', reason: 'the emulator was reset before the event was delivered' });
    expect(await emulator.report()).toEqual({ delivered: [], dropped: [] });
  });

  test('by a listener, in the middle of a delivery, sends nothing more', async () => {
    const emulator = emulate();
    let calls = 0;
    emulator.on('attempt', () => emulator.reset());
    const to = () => {
      calls += 1;
      return new Response(null, { status: 503 });
    };
    expect(await emulator.deliver({}, { to }).done).toMatchObject({ outcome: 'dropped', attempts: [{ status: 503 }] });
    expect([calls, await emulator.report()]).toEqual([1, { delivered: [], dropped: [] }]);
  });

  test('ends what is in flight: nothing is sent or waited for any more', async () => {
    const emulator = new AmazonEmulator({ delivery: { timeScale: 1 } });
    let calls = 0;
    emulator.deliver(
      { id: 'retried' },
      {
        to: () => {
          calls += 1;
          return new Response(null, { status: 503 });
        },
      },
    );
    let signal: AbortSignal | undefined;
    emulator.deliver(
      { id: 'hangs' },
      {
        to: (request) => {
          signal = request.signal;
          return new Promise(() => undefined);
        },
      },
    );
    const waiting = emulator.report();
    while (calls === 0 || !signal) await new Promise((resolve) => setTimeout(resolve, 1));
    emulator.reset();
    expect(await waiting).toEqual({ delivered: [], dropped: [] });
    expect(signal.aborted).toBe(true);
    expect(await deliver({ id: 'fresh' }, { to: ok }, emulator)).toMatchObject({ delivered: [{ id: 'fresh' }] });
    expect(calls).toBe(1);
  });
});

test('no timer is left running after the report', async () => {
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  const running = new Set<unknown>();
  let count = 0;
  const setSpy = vi.spyOn(globalThis, 'setTimeout').mockImplementation(((task: () => void, milliseconds: number) => {
    count += 1;
    const timer = set(() => {
      running.delete(timer);
      task();
    }, milliseconds);
    running.add(timer);
    return timer;
  }) as never);
  const clearSpy = vi.spyOn(globalThis, 'clearTimeout').mockImplementation(((timer: never) => {
    running.delete(timer);
    clear(timer);
  }) as never);
  try {
    await deliver({}, { to: respondingWith(503), maxRetries: 5 });
    await deliver({}, { to: () => new Promise(() => undefined), timeout: 5, maxRetries: 1 });
    const emulator = new AmazonEmulator({ delivery: { timeScale: 1 } });
    emulator.deliver({}, { to: respondingWith(503) });
    await new Promise((resolve) => set(resolve, 20));
    emulator.reset();
    emulator.on('attempt', () => emulator.reset());
    await emulator.deliver({}, { to: respondingWith(503) }).done;
    await new Promise((resolve) => set(resolve, 5));
  } finally {
    setSpy.mockRestore();
    clearSpy.mockRestore();
  }
  expect(count).toBeGreaterThan(8);
  expect(running.size).toBe(0);
});

describe('nonsense is refused with a typed error', () => {
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  const throwing = Object.defineProperty({}, 'id', {
    enumerable: true,
    get: () => {
      throw new Error('geheim');
    },
  });
  test.each<[string, unknown, unknown]>([
    ['no options', {}, undefined],
    ['options that are a string', {}, 'x'],
    ['no target', {}, {}],
    ['a target that is not a URL', {}, { to: 'shop' }],
    ['a target of another scheme', {}, { to: 'file:///etc/passwd' }],
    ['a target that is a number', {}, { to: 7 }],
    ['a target at a port that fetch blocks', {}, { to: 'http://127.0.0.1:6000/' }],
    [
      'OAuth with an endpoint at a port that fetch blocks',
      {},
      { to: ok, auth: { type: 'oauth', tokenEndpoint: 'http://127.0.0.1:6000/', clientId: 'a', clientSecret: 'b' } },
    ],
    ['a URL that is relative', {}, { to: ok, url: '/relative' }],
    ['credentials in the URL', {}, { to: 'https://user:geheim@shop.example/' }],
    ['an unknown mechanism', {}, { to: ok, auth: { type: 'mtls' } }],
    ['no mechanism', {}, { to: ok, auth: null }],
    ['a key that a header cannot contain', {}, { to: ok, auth: { type: 'apiKey', key: 'geheim\nx' } }],
    ['OAuth without an endpoint', {}, { to: ok, auth: { type: 'oauth', clientId: 'a', clientSecret: 'b' } }],
    ['OAuth without a secret', {}, { to: ok, auth: { type: 'oauth', tokenEndpoint: ok, clientId: 'a' } }],
    [
      'OAuth with credentials elsewhere',
      {},
      { to: ok, auth: { type: 'oauth', tokenEndpoint: ok, clientId: 'a', clientSecret: 'b', credentials: 'body' } },
    ],
    ['OAuth with a secret in quotes', {}, { to: ok, auth: { type: 'oauth', tokenEndpoint: ok, clientId: 'a', clientSecret: '"geheim"' } }],
    ['a misspelt option', {}, { to: ok, maxRetrys: 1 }],
    ['the name of another library', {}, { to: ok, retries: 1 }],
    ['a negative delay', {}, { to: ok, delay: -1 }],
    ['a method that sends no event', {}, { to: ok, format: { method: 'GET' } }],
    ['an unknown encoding', {}, { to: ok, format: { encoding: 'latin1' } }],
    ['a content type that a header cannot contain', {}, { to: ok, format: { contentType: 'geheim\n' } }],
    ['a misspelt option of the format', {}, { to: ok, format: { contenttyp: '' } }],
    ['an unknown damage', {}, { to: ok, damage: 'broken' }],
    ['a damage that does not fit the event', { id: 'geheim' }, { to: ok, damage: 'incomplete' }],
    ['a timeout of 0', {}, { to: ok, timeout: 0 }],
    ['a timeout that is a string', {}, { to: ok, timeout: 'x' }],
    ['a negative number of retries', {}, { to: ok, maxRetries: -1 }],
    ['NaN as an age', {}, { to: ok, maxAge: Number.NaN }],
    ['a million duplicates', {}, { to: ok, duplicates: 1e6 }],
    ['endless disorder', {}, { to: ok, disorder: Number.POSITIVE_INFINITY }],
    ['nothing as an event', undefined, { to: ok }],
    ['a function as an event', ok, { to: ok }],
    ['a cycle', cyclic, { to: ok }],
    ['a bigint', 7n, { to: ok }],
    ['a getter that throws', throwing, { to: ok }],
  ])('%s', async (_, event, options) => {
    const emulator = emulate();
    expect(() => emulator.deliver(event, options as never)).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION', surface: 'testing', message: expect.not.stringContaining('geheim') }),
    );
    expect(await emulator.report()).toEqual({ delivered: [], dropped: [] });
  });

  test('and says which port fetch blocks', () => {
    expect(() => emulate().deliver({}, { to: 'http://127.0.0.1:6000/' })).toThrow('"to" has port 6000, which fetch does not connect to');
    // Nothing connects to the URL that a handler sees.
    expect(() => emulate().deliver({}, { to: ok, url: 'http://127.0.0.1:6000/' })).not.toThrow();
  });

  test.each([{ seed: 1.5 }, { timeScale: 0 }, { timeScale: Number.NaN }])('%j as settings', (delivery) => {
    expect(() => new AmazonEmulator({ delivery })).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }));
  });
});
