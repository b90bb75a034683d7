/** Every store on an engine that fails: what is thrown names neither the key nor the token, which drivers put into their errors. */
import { describe, expect, test } from 'vitest';
import type { TokenStore } from '../../src/core/call/tokens.ts';
import type { IdempotencyStore } from '../../src/core/idempotency.ts';
import { DurableObjectIdempotencyStore, DurableObjectTokenStore } from '../../src/stores/durable-object.ts';
import { DynamoDBIdempotencyStore, DynamoDBTokenStore } from '../../src/stores/dynamodb.ts';
import { RedisIdempotencyStore, RedisTokenStore } from '../../src/stores/redis.ts';
import { SqlIdempotencyStore, SqlTokenStore } from '../../src/stores/sql.ts';
import { everyRenderingOf, waybillErrorOf } from '../support/errors.ts';

const KEY = 'NDR "Events"|1809561149386';
const TOKEN = 'opaque-access-token';

/** As drivers reject: with the command in the message and in a property. */
const fail = (...args: unknown[]): Promise<never> =>
  Promise.reject(Object.assign(new Error(`broken pipe at ${JSON.stringify(args)}`), { code: 'EPIPE', command: { args } }));

const middlewareStack = { add: () => undefined };
const stores: readonly (readonly [name: string, store: IdempotencyStore, tokens: TokenStore])[] = [
  ['Redis', ...make(RedisIdempotencyStore, RedisTokenStore, { evalsha: fail, eval: fail })],
  ['SQL', ...make(SqlIdempotencyStore, SqlTokenStore, { query: fail })],
  [
    'DynamoDB',
    ...make(DynamoDBIdempotencyStore, DynamoDBTokenStore, {
      getItem: fail,
      updateItem: fail,
      deleteItem: fail,
      send: fail,
      middlewareStack,
    }),
  ],
  [
    'a Durable Object',
    ...make(DurableObjectIdempotencyStore, DurableObjectTokenStore, { idFromName: (name: string) => name, get: () => ({ fetch: fail }) }),
  ],
];

function make(
  Idempotency: new (client: never) => IdempotencyStore,
  Tokens: new (client: never) => TokenStore,
  client: object,
): [IdempotencyStore, TokenStore] {
  return [new Idempotency(client as never), new Tokens(client as never)];
}

describe.each(stores)('%s that fails', (_, store, tokens) => {
  const owner = crypto.randomUUID();
  test.each<[string, () => Promise<unknown>]>([
    ['claim()', () => store.claim(KEY, { owner, lease: 60_000 })],
    ['complete()', () => store.complete(KEY, owner)],
    ['release()', () => store.release(KEY, owner)],
    ['set() of a token', () => tokens.set(KEY, { accessToken: TOKEN, expiresAt: Date.now() + 60_000 })],
    ['claim() of a token', () => Promise.resolve(tokens.claim?.(KEY, { owner, lease: 60_000, expiresAfter: Date.now(), refused: TOKEN }))],
    ['get() of a token', () => Promise.resolve(tokens.get(KEY))],
  ])('%s is a ConnectionError, and shows nothing of what was sent', async (_, call) => {
    const error = await waybillErrorOf(call);
    expect(error).toMatchObject({ code: 'CONNECTION', systemCode: 'EPIPE', retryable: true, hint: expect.stringContaining('reachable') });
    expect(error.message).toMatch(/^the store failed: broken pipe/);
    const shown = everyRenderingOf(error);
    for (const secret of [KEY, '1809561149386', TOKEN]) expect(shown).not.toContain(secret);
  });
});
