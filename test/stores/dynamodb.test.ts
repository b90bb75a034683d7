import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type DynamoDBClient, DynamoDBIdempotencyStore, DynamoDBTokenStore } from '../../src/stores/dynamodb.ts';
import { waybillErrorOf } from '../support/errors.ts';

const LEASE = { owner: 'owner', lease: 60_000 };
type Input = Readonly<Record<string, unknown>> & { readonly ExpressionAttributeValues?: Readonly<Record<string, Record<string, string>>> };
type Middleware = (next: (args: unknown) => Promise<unknown>) => (args: unknown) => Promise<unknown>;

/**
 * A client that records its calls. `aheadBy` is how far DynamoDB's clock is ahead of ours; `write` and `read` are what it replies. This one
 * returns the old item of a write that failed, as DynamoDB does and its emulator does not.
 */
function fake({
  aheadBy = 0,
  now = () => Date.now() + aheadBy,
  write = () => ({}),
  read = () => ({}),
}: {
  aheadBy?: number;
  now?: () => number;
  write?: () => unknown;
  read?: () => unknown;
} = {}) {
  const calls: [name: string, input: Input][] = [];
  const middlewares: Middleware[] = [];
  const method = (name: string, reply: () => unknown) => async (input: unknown) => {
    calls.push([name, input as Input]);
    const respond = async () => ({ response: { headers: { date: new Date(now()).toUTCString() } } });
    for (const middleware of middlewares) await middleware(respond)({});
    return reply() as never;
  };
  const client = {
    updateItem: method('updateItem', write),
    deleteItem: method('deleteItem', write),
    getItem: method('getItem', read),
    send: () => undefined,
    middlewareStack: { add: (middleware: Middleware) => middlewares.push(middleware) },
  } as unknown as DynamoDBClient;
  return { client, calls, middlewares };
}

function conditionFailed(item?: object): () => never {
  return () => {
    throw Object.assign(new Error('The conditional request failed'), {
      name: 'ConditionalCheckFailedException',
      ...(item && { Item: item }),
    });
  };
}

describe('a claim', () => {
  test('is a conditional write, after one read for the time', async () => {
    const { client, calls } = fake();
    const store = new DynamoDBIdempotencyStore(client);
    expect([await store.claim('a', LEASE), await store.claim('b', LEASE)]).toEqual(['claimed', 'claimed']);
    expect(calls.map(([name]) => name)).toEqual(['getItem', 'updateItem', 'updateItem']);
    expect(calls[1]?.[1]).toMatchObject({
      TableName: 'waybill',
      Key: { id: { S: 'key:a' } },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      ConditionExpression: expect.stringContaining('attribute_not_exists(id)'),
    });
  });

  test('names each attribute and each value that it uses, and no other: DynamoDB refuses both', async () => {
    const { client, calls } = fake();
    const store = new DynamoDBIdempotencyStore(client);
    const tokens = new DynamoDBTokenStore(client);
    await store.claim('a', LEASE);
    await store.complete('a', 'owner');
    await store.extend('a', 'owner', 5);
    await store.release('a', 'owner');
    await tokens.set('t', { accessToken: 'x', expiresAt: 9e12 });
    await tokens.claim('t', { ...LEASE, expiresAfter: 5 });
    await tokens.release('t', 'owner');
    const writes = calls.filter(([name]) => name !== 'getItem');
    expect(writes).toHaveLength(7);
    for (const [, input] of writes) {
      const text = `${input['UpdateExpression'] ?? ''} ${input['ConditionExpression']}`;
      const used = (pattern: RegExp): string[] => [...new Set(text.match(pattern) ?? [])].sort();
      expect(used(/#\w+/g)).toEqual(Object.keys(input['ExpressionAttributeNames'] as object).sort());
      expect(used(/:\w+/g)).toEqual(Object.keys(input['ExpressionAttributeValues'] as object).sort());
    }
  });

  test.each([
    [{ owner: { S: 'x' }, done: { BOOL: false }, expires: { N: '1' } }, 'in-progress'],
    [{ owner: { S: 'x' }, done: { BOOL: true }, expires: { N: '1' } }, 'completed'],
    [{ color: { S: 'red' } }, 'in-progress'],
    [{}, 'in-progress'],
  ])('that finds %o is %s, without another read', async (item, claim) => {
    const { client, calls } = fake({ write: conditionFailed(item) });
    const store = new DynamoDBIdempotencyStore(client);
    expect(await store.claim('a', LEASE)).toBe(claim);
    expect(calls.map(([name]) => name)).toEqual(['getItem', 'updateItem']);
  });

  test.each([
    [{ Item: { done: { BOOL: true } } }, 'completed'],
    [{ Item: undefined }, 'in-progress'],
  ])('reads the item if an emulator does not return it: %o is %s', async (found, claim) => {
    const { client, calls } = fake({ write: conditionFailed(), read: () => found });
    expect(await new DynamoDBIdempotencyStore(client).claim('a', LEASE)).toBe(claim);
    expect(calls.at(-1)).toEqual(['getItem', expect.objectContaining({ ConsistentRead: true })]);
  });
});

describe('the time', () => {
  /** When the claim of this client lapses, as far from our own time. */
  const lapsesIn = async (client: DynamoDBClient, calls: readonly [string, Input][]): Promise<number> => {
    await new DynamoDBIdempotencyStore(client).claim('a', LEASE);
    return Number(calls.at(-1)?.[1].ExpressionAttributeValues?.[':expires']?.['N']) - Date.now();
  };

  test.each([
    [600_000, 660_000],
    [-600_000, -540_000],
    [240_000, 300_000],
    [500, 60_000],
    [-500, 60_000],
    [0, 60_000],
  ])("is DynamoDB's, which is %d ms ahead: the claim lapses in %d ms of ours", async (aheadBy, expected) => {
    const { client, calls } = fake({ aheadBy });
    const difference = Math.abs((await lapsesIn(client, calls)) - expected);
    expect(difference).toBeLessThan(1_500);
  });

  test('is learnt once for all stores on a client', async () => {
    const { client, calls, middlewares } = fake();
    await new DynamoDBIdempotencyStore(client).claim('a', LEASE);
    await new DynamoDBIdempotencyStore(client, { prefix: 'b' }).claim('a', LEASE);
    await new DynamoDBTokenStore(client).claim('a', { ...LEASE, expiresAfter: 0 });
    expect(middlewares).toHaveLength(1);
    expect(calls.filter(([name]) => name === 'getItem')).toHaveLength(1);
  });

  test.each([3_600_000, -3_600_000])(
    'is learnt again once our own was set by %d ms: no claim of others has lapsed by that',
    async (milliseconds) => {
      vi.useFakeTimers({ toFake: ['Date'] });
      onTestFinished(() => void vi.useRealTimers());
      const { client, calls } = fake({ now: () => performance.timeOrigin + performance.now() });
      vi.setSystemTime(performance.timeOrigin + performance.now());
      await new DynamoDBIdempotencyStore(client).claim('a', LEASE);
      vi.setSystemTime(performance.timeOrigin + performance.now() + milliseconds);
      await new DynamoDBIdempotencyStore(client).claim('b', LEASE);
      const { ':now': now } = calls.at(-1)?.[1].ExpressionAttributeValues ?? {};
      expect(Math.abs(Number(now?.['N']) - performance.timeOrigin - performance.now())).toBeLessThan(60_000);
      expect(calls.map(([name]) => name)).toEqual(['getItem', 'updateItem', 'getItem', 'updateItem']);
    },
  );

  test('is our own if a response does not tell it', async () => {
    const { client, calls } = fake({ aheadBy: Number.NaN });
    expect(Math.abs((await lapsesIn(client, calls)) - 60_000)).toBeLessThan(1_500);
  });

  test('at which DynamoDB may remove the item is in whole seconds', async () => {
    const { client, calls } = fake();
    await new DynamoDBIdempotencyStore(client, { completedFor: 7_000 }).complete('a', 'owner');
    const { ':ttl': ttl, ':expires': expires } = calls.at(-1)?.[1].ExpressionAttributeValues ?? {};
    expect(Number(ttl?.['N'])).toBe(Math.ceil(Number(expires?.['N']) / 1_000));
  });
});

describe('a token', () => {
  const NEED = { ...LEASE, expiresAfter: 1 };

  test.each([
    [
      { token: { S: 'Atza|x' }, expires: { N: '1800000000000' } },
      { accessToken: 'Atza|x', expiresAt: 1_800_000_000_000 },
    ],
    [{ token: { S: ' ' }, owner: { S: 'x' }, expires: { N: '5' } }, 'in-progress'],
    [{ color: { S: 'red' } }, 'in-progress'],
  ])('is claimed, and %o is found', async (item, found) => {
    expect(await new DynamoDBTokenStore(fake({ write: conditionFailed(item) }).client).claim('hash', NEED)).toEqual(found);
  });

  test('that is being fetched is not read as one', async () => {
    const { client } = fake({ read: () => ({ Item: { token: { S: ' ' }, expires: { N: '9' } } }) });
    expect(await new DynamoDBTokenStore(client).get('hash')).toBeUndefined();
  });
});

describe('a client that cannot work is refused with the name of the one that can', () => {
  test.each<[string, unknown]>([
    ['none', undefined],
    ['null', null],
    ['a DynamoDBClient', { send: () => undefined }],
    ['a DynamoDBDocument', { send: () => undefined, get: () => undefined, update: () => undefined }],
    ['one without its middleware', { updateItem: () => 1, getItem: () => 1, deleteItem: () => 1, send: () => 1 }],
    ['version 2', { updateItem: () => undefined, getItem: () => undefined, deleteItem: () => undefined }],
  ])('%s', async (_, client) => {
    const error = await waybillErrorOf(() => new DynamoDBIdempotencyStore(client as never));
    expect(error).toMatchObject({ code: 'CONFIGURATION', option: 'client', message: expect.stringContaining('@aws-sdk/client-dynamodb') });
  });
});

test.each([
  [{ table: '' }, 'table'],
  [{ table: 7 }, 'table'],
  [{ tableName: 'a' }, 'tableName'],
  [{ prefix: 7 }, 'prefix'],
  [{ completedFor: 0 }, 'completedFor'],
])('the options %o are refused', async (options, option) => {
  const error = await waybillErrorOf(() => new DynamoDBIdempotencyStore(fake().client, options as never));
  expect(error).toMatchObject({ code: 'CONFIGURATION', option });
});

test.each([
  ['ResourceNotFoundException', 'Requested resource not found', 'table', /does not exist/, /create-table/],
  ['ValidationException', 'The provided key element does not match the schema', 'table', /another key/, /"id"/],
  ['ValidationException', 'One of the required keys was not given a value: missing the key pk in the item', 'table', /another key/, /"id"/],
  ['AccessDeniedException', 'User is not authorized to perform: dynamodb:UpdateItem', 'client', /may not use/, /UpdateItem/],
])('%s (%s): the error says what to do', async (name, message, option, problem, hint) => {
  const fail = (): never => {
    throw Object.assign(new Error(message), { name });
  };
  const { client } = fake({ write: fail, read: fail });
  for (const call of [() => new DynamoDBIdempotencyStore(client).claim('a', LEASE), () => new DynamoDBTokenStore(client).get('a')]) {
    const error = await waybillErrorOf(call);
    expect(error).toMatchObject({
      code: 'CONFIGURATION',
      option,
      message: expect.stringMatching(problem),
      hint: expect.stringMatching(hint),
    });
  }
});
