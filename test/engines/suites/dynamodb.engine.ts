import { DynamoDB, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DynamoDBIdempotencyStore, DynamoDBTokenStore } from '../../../src/stores/dynamodb.ts';
import { OPEN } from '../support/clients.ts';
import { engineContract } from '../support/contract.ts';
import { adminOf, createTable, startDynamoDB } from '../support/dynamodb.ts';
import { type FaultyProxy, startProxy } from '../support/proxy.ts';
import type { Engine } from '../support/redis.ts';

let engine: Engine;
let proxy: FaultyProxy;
let admin: DynamoDB;
beforeAll(async () => {
  engine = await startDynamoDB();
  proxy = await startProxy(engine.port);
  admin = adminOf(engine.port);
});
afterAll(async () => {
  admin.destroy();
  await proxy.close();
  await engine.stop();
});

const put = (key: string, item: Record<string, { S: string } | { N: string } | { BOOL: boolean }>) =>
  admin.putItem({ TableName: 'waybill', Item: { id: { S: `key:${key}` }, ...item } });

engineContract('DynamoDB (dynalite)', {
  // dynalite is slow, and DynamoDB's time has whole seconds.
  lease: 1_500,
  isSlow: true,
  precision: 4_000,
  askers: 2,
  open: () => OPEN.DynamoDB({ port: engine.port }),
  reach: () => ({ library: 'DynamoDB', address: { port: engine.port } }),
  breakable: async () => ({ ...(await OPEN.DynamoDB({ port: proxy.port })), breakNext: (when) => proxy.breakNext(when) }),
  restart: (pause) => engine.restart(pause),
  nonsense: {
    'an item of another program': (key) => put(key, { color: { S: 'red' } }),
    'done is a string': (key) => put(key, { owner: { S: 'o' }, done: { S: 'true' }, expires: { N: '9000000000000' } }),
    'expires is a string': (key) => put(key, { owner: { S: 'o' }, done: { BOOL: false }, expires: { S: 'tomorrow' } }),
  },
  bulk: {
    keys: 10_000,
    // DynamoDB removes them by itself, dynalite never does: what counts is that they do not hold a key, and stay out of the way.
    fill: async (count) => {
      for (let at = 0; at < count; at += 25) {
        await admin.batchWriteItem({
          RequestItems: {
            waybill: Array.from({ length: 25 }, (_, key) => ({
              PutRequest: {
                Item: { id: { S: `key:many-${at + key}` }, owner: { S: 'o' }, done: { BOOL: true }, expires: { N: '1' }, ttl: { N: '1' } },
              },
            })),
          },
        });
      }
    },
    expire: async (store) => {
      let longest = 0;
      for (let at = 0; at < 100; at += 1) {
        const since = performance.now();
        expect(await store.claim(`many-${at * 97}`, { owner: 'late', lease: 60_000 })).toBe('claimed');
        longest = Math.max(longest, performance.now() - since);
      }
      return longest;
    },
  },
});

describe('the store on DynamoDB', () => {
  const credentials = { accessKeyId: 'made-up', secretAccessKey: 'made-up' };
  const newClient = () => new DynamoDB({ endpoint: `http://127.0.0.1:${engine.port}`, region: 'eu-west-1', credentials });
  const refused = (call: Promise<unknown>): Promise<unknown> => call.catch((error: unknown) => error);

  test('needs two round trips for a claim and its completion, after one that asks for the time', async () => {
    const client = newClient();
    const names: string[] = [];
    client.middlewareStack.add(
      (next, context) => (args) => {
        names.push(String(context['commandName']));
        return next(args);
      },
      { step: 'initialize' },
    );
    const store = new DynamoDBIdempotencyStore(client);
    for (const key of ['one', 'two']) {
      await store.claim(key, { owner: 'a', lease: 60_000 });
      await store.complete(key, 'a');
    }
    expect(names).toEqual(['GetItemCommand', ...new Array(4).fill('UpdateItemCommand')]);
    client.destroy();
  });

  test('writes when the item may be removed, in seconds', async () => {
    const client = newClient();
    await new DynamoDBIdempotencyStore(client, { completedFor: 3_600_000 }).complete('ttl', 'a');
    const { Item } = await admin.getItem({ TableName: 'waybill', Key: { id: { S: 'key:ttl' } } });
    expect(Math.abs(Number(Item?.['ttl']?.N) - Date.now() / 1_000 - 3_600)).toBeLessThan(10);
    client.destroy();
  });

  test.each([
    ['a table that does not exist', 'missing', /does not exist/, /aws dynamodb create-table/],
    ['a table with another key', 'otherkey', /another key/, /"id", a string/],
  ])('says what to do about %s', async (_, table, message, hint) => {
    if (table === 'otherkey') await createTable(engine.port, table, 'pk');
    const client = newClient();
    for (const call of [
      new DynamoDBIdempotencyStore(client, { table }).complete('a', 'a'),
      new DynamoDBTokenStore(client, { table }).get('a'),
    ]) {
      const error = await refused(call);
      expect(error).toMatchObject({
        code: 'CONFIGURATION',
        option: 'table',
        message: expect.stringMatching(message),
        hint: expect.stringMatching(hint),
      });
    }
    client.destroy();
  });

  test('refuses the other clients of the SDK', () => {
    expect(() => new DynamoDBIdempotencyStore(new DynamoDBClient({ region: 'eu-west-1' }) as never)).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION', option: 'client', hint: expect.stringContaining('DynamoDBClient') }),
    );
  });
});
