import { describe, expect, test } from 'vitest';
import { DurableObjectIdempotencyStore, DurableObjectTokenStore, type ObjectNamespace } from '../../src/stores/durable-object.ts';
import { waybillErrorOf } from '../support/errors.ts';

const LEASE = { owner: 'owner', lease: 1_000 };

/** A binding that records which object is asked what. */
function binding(reply: unknown = null, ok = true) {
  const calls: [object: string, call: unknown][] = [];
  const namespace: ObjectNamespace = {
    idFromName: (name) => ({ name }),
    get: ({ name }: { name: string }) => ({
      fetch: async (url, { method, body }) => {
        expect([method, new URL(url).protocol]).toEqual(['POST', 'https:']);
        calls.push([name, JSON.parse(body)]);
        return { ok, json: async () => ({ reply }) };
      },
    }),
  };
  return { namespace, calls };
}

test('a call is one request to one object', async () => {
  const { namespace, calls } = binding();
  expect(await new DurableObjectIdempotencyStore(namespace).claim('event', LEASE)).toBe('claimed');
  expect(calls).toEqual([[expect.stringMatching(/^waybill-[0-7]$/), { do: 'claim', id: 'key:event', owner: 'owner', lasts: 1_000 }]]);
});

test.each([
  [null, 'claimed'],
  [{ owner: 'x', value: '', expires: 5 }, 'in-progress'],
  [{ owner: 'x', value: 'done', expires: 5 }, 'completed'],
])('the reply %o to a claim is %s', async (reply, claim) => {
  expect(await new DurableObjectIdempotencyStore(binding(reply).namespace).claim('event', LEASE)).toBe(claim);
});

test.each([
  [true, true],
  [false, false],
  [null, false],
])('the reply %o to a completion or an extension is %s', async (reply, isDone) => {
  const store = new DurableObjectIdempotencyStore(binding(reply).namespace);
  expect([await store.complete('event', 'owner'), await store.extend('event', 'owner', 5)]).toEqual([isDone, isDone]);
});

test.each([
  [null, 'claimed'],
  [{ owner: 'x', value: '', expires: 5 }, 'in-progress'],
  [
    { owner: '', value: 'Atza|x', expires: 5 },
    { accessToken: 'Atza|x', expiresAt: 5 },
  ],
])('the reply %o to the claim of a token is %o', async (reply, found) => {
  expect(await new DurableObjectTokenStore(binding(reply).namespace).claim('hash', { ...LEASE, expiresAfter: 1 })).toEqual(found);
});

test('a token in progress is not read as one', async () => {
  expect(await new DurableObjectTokenStore(binding({ owner: 'x', value: '', expires: 5 }).namespace).get('hash')).toBeUndefined();
});

describe('the objects', () => {
  test('share the keys evenly, and each key always has the same', async () => {
    const { namespace, calls } = binding();
    const store = new DurableObjectIdempotencyStore(namespace, { shards: 4 });
    for (let round = 0; round < 2; round += 1) for (let at = 0; at < 400; at += 1) await store.claim(`event-${at}`, LEASE);
    const objects = calls.map(([object]) => object);
    expect(objects.slice(0, 400)).toEqual(objects.slice(400));
    const counts = ['0', '1', '2', '3'].map((shard) => objects.filter((object) => object === `waybill-${shard}`).length);
    expect(Math.min(...counts)).toBeGreaterThan(150);
    expect(counts.reduce((sum, count) => sum + count)).toBe(800);
  });

  test.each([
    ['{"hello":1}', () => Response.json({ hello: 1 })],
    ['text', () => new Response('Hello World')],
    ['null', () => Response.json(null)],
  ])('of another class that responds %s are an error that says so', async (_, respond) => {
    const namespace = { idFromName: (name: string) => name, get: () => ({ fetch: async () => respond() }) };
    const error = await waybillErrorOf(() => new DurableObjectIdempotencyStore(namespace).claim('event', LEASE));
    expect(error).toMatchObject({ code: 'CONFIGURATION', option: 'namespace', hint: expect.stringContaining('class_name') });
  });

  test('of another class are an error that says so', async () => {
    const error = await waybillErrorOf(() => new DurableObjectIdempotencyStore(binding(null, false).namespace).claim('event', LEASE));
    expect(error).toMatchObject({ code: 'CONFIGURATION', option: 'namespace', hint: expect.stringContaining('class_name') });
  });
});

test.each<[unknown, object | null, string | undefined]>([
  [undefined, {}, 'namespace'],
  [{}, {}, 'namespace'],
  // Cloudflare KV, which has no conditional write.
  [{ get: async () => null, put: async () => undefined }, {}, 'namespace'],
  [binding().namespace, { shards: 0 }, 'shards'],
  [binding().namespace, { shards: 1.5 }, 'shards'],
  [binding().namespace, { completedFor: 0 }, 'completedFor'],
  [binding().namespace, { shard: 4 }, 'shard'],
  [binding().namespace, null, undefined],
])('the namespace %o with the options %o is refused', async (namespace, options, option) => {
  const error = await waybillErrorOf(() => new DurableObjectIdempotencyStore(namespace as never, options as never));
  expect(error).toMatchObject({ code: 'CONFIGURATION' });
  expect((error as { option?: string }).option).toBe(option);
});
