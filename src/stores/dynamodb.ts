/**
 * Idempotency and access tokens in Amazon DynamoDB, through the `DynamoDB` client of AWS SDK v3: conditional writes to one item a key, no scan.
 *
 * Conditions of DynamoDB have no clock, so the store reads the time of DynamoDB's responses: a process whose own clock is wrong does no harm.
 *
 * @module waybill/stores/dynamodb
 * @see {@link https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ConditionExpressions.html | Condition expressions}
 */
import type { AccessToken, TokenNeed, TokenStore } from '../core/call/tokens.ts';
import { type Claim, COMPLETED_FOR, type IdempotencyStore } from '../core/idempotency.ts';
import { type Change, type DynamoDBClient, type Item, Items } from './dynamodb-items.ts';
import { checkStoreOptions } from './engine.ts';

export type { AccessToken, TokenNeed, TokenStore } from '../core/call/tokens.ts';
export type { Claim, IdempotencyStore } from '../core/idempotency.ts';
export * from '../core/index.ts';
export type { DynamoDBClient } from './dynamodb-items.ts';

/** Options of {@link DynamoDBTokenStore}. */
export interface DynamoDBTokenStoreOptions {
  /**
   * The table. Its key is `id`, a string, without a sort key.
   * @default 'waybill'
   */
  readonly table?: string | undefined;
  /**
   * What the ids begin with. Applications that share a table need different prefixes.
   * @default ''
   */
  readonly prefix?: string | undefined;
}

/** Options of {@link DynamoDBIdempotencyStore}. */
export interface DynamoDBIdempotencyStoreOptions extends DynamoDBTokenStoreOptions {
  /**
   * Milliseconds that a completed key is remembered. EventBridge redelivers for 24 hours.
   * @default 90_000_000 (25 hours)
   */
  readonly completedFor?: number | undefined;
}

/**
 * Remembers handled events in DynamoDB, for any number of processes: one write for a claim, one for its completion. The first call of a
 * process makes one read more, to learn DynamoDB's time, and so does one after the clock of the process was set.
 *
 * ```sh
 * aws dynamodb create-table --table-name waybill --billing-mode PAY_PER_REQUEST \
 *   --attribute-definitions AttributeName=id,AttributeType=S --key-schema AttributeName=id,KeyType=HASH
 * aws dynamodb update-time-to-live --table-name waybill --time-to-live-specification Enabled=true,AttributeName=ttl
 * ```
 *
 * The second command lets DynamoDB remove expired items. It does so up to days later, which does no harm. DynamoDB's time has whole seconds, so
 * use leases of 10 seconds or more. The caller needs `dynamodb:UpdateItem`, `DeleteItem` and `GetItem`. Use a table in one region: a global
 * table with eventual consistency can let two regions claim the same key.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` at construction for another client or for options that cannot work, and at a call if
 *   the table is missing, with the command to run, or if the credentials do not allow it.
 *
 * @example
 * ```ts
 * import { DynamoDB } from '@aws-sdk/client-dynamodb';
 * import { sqsHandler } from 'waybill/buywithprime/events';
 * import { DynamoDBIdempotencyStore } from 'waybill/stores/dynamodb';
 *
 * const idempotencyStore = new DynamoDBIdempotencyStore(new DynamoDB());
 * export const handler = sqsHandler((event) => console.log(event.kind), { idempotencyStore });
 * ```
 */
export class DynamoDBIdempotencyStore implements Required<IdempotencyStore> {
  readonly #items: Items;
  readonly #completedFor: number;

  constructor(client: DynamoDBClient, options: DynamoDBIdempotencyStoreOptions = {}) {
    checkStoreOptions(options, ['table', 'prefix', 'completedFor']);
    const { table = 'waybill', prefix = '', completedFor = COMPLETED_FOR } = options;
    this.#items = new Items(client, table, `${prefix}key:`);
    this.#completedFor = completedFor;
  }

  async claim(key: string, { owner, lease }: { readonly owner: string; readonly lease: number }): Promise<Claim> {
    const condition = `${FREE} OR (${MINE})`;
    const held = await this.#items.change(key, { condition, fields: claimOf(owner), expires: { after: lease } });
    if (!held) return 'claimed';
    return held['done']?.BOOL ? 'completed' : 'in-progress';
  }

  async complete(key: string, owner: string): Promise<boolean> {
    const condition = `${FREE} OR #owner = :owner`;
    const fields = { owner: { S: owner }, done: { BOOL: true } };
    return !(await this.#items.change(key, { condition, fields, expires: { after: this.#completedFor } }));
  }

  async release(key: string, owner: string): Promise<boolean> {
    return !(await this.#items.change(key, { condition: MINE, fields: claimOf(owner) }));
  }

  async extend(key: string, owner: string, lease: number): Promise<boolean> {
    return !(await this.#items.change(key, { condition: MINE, fields: claimOf(owner), expires: { after: lease } }));
  }
}

const FREE = 'attribute_not_exists(id) OR #expires <= :now';
const MINE = '#owner = :owner AND #done = :done';

function claimOf(owner: string): Change['fields'] {
  return { owner: { S: owner }, done: { BOOL: false } };
}

/** In place of a token while one is being fetched: no token contains a space. */
const NONE = { S: ' ' };

/**
 * Shares access tokens through DynamoDB, so that a thousand workers fetch one token and not a thousand: one process fetches it, the others
 * wait for it. The tokens are secrets, stored as they are: guard the table as you guard your credentials.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` at construction for another client or for options that cannot work.
 *
 * @example
 * ```ts
 * import { DynamoDB } from '@aws-sdk/client-dynamodb';
 * import { NdrFeedbackClient } from 'waybill/shipping-ndr';
 * import { DynamoDBTokenStore } from 'waybill/stores/dynamodb';
 *
 * const credentials = { clientId: 'amzn1.application-oa2-client.1', clientSecret: 'amzn1.oa2-cs.v1.1', refreshToken: 'Atzr|1' };
 * const client = new NdrFeedbackClient({ credentials, tokenStore: new DynamoDBTokenStore(new DynamoDB()) });
 * ```
 */
export class DynamoDBTokenStore implements Required<TokenStore> {
  readonly #items: Items;

  constructor(client: DynamoDBClient, options: DynamoDBTokenStoreOptions = {}) {
    checkStoreOptions(options, ['table', 'prefix']);
    const { table = 'waybill', prefix = '' } = options;
    this.#items = new Items(client, table, `${prefix}token:`);
  }

  async get(key: string): Promise<AccessToken | undefined> {
    return toToken(await this.#items.read(key));
  }

  async set(key: string, { accessToken, expiresAt }: AccessToken): Promise<void> {
    const fields = { owner: NONE, token: { S: accessToken } };
    // A condition that always holds: there must be one.
    const condition = 'attribute_not_exists(id) OR attribute_exists(id)';
    await this.#items.change(key, { condition, fields, expires: { at: expiresAt } });
  }

  async claim(key: string, { owner, lease, refused = '-', expiresAfter }: TokenNeed): Promise<AccessToken | 'claimed' | 'in-progress'> {
    const isFree = '#token = :token AND (#owner = :owner OR #expires <= :now)';
    const isUseless = '#token <> :token AND (#token = :refused OR #expires <= :after)';
    const held = await this.#items.change(key, {
      condition: `attribute_not_exists(id) OR (${isFree}) OR (${isUseless})`,
      fields: { owner: { S: owner }, token: NONE },
      expires: { after: lease },
      values: { ':refused': { S: refused }, ':after': { N: String(expiresAfter) } },
    });
    return held ? (toToken(held) ?? 'in-progress') : 'claimed';
  }

  async release(key: string, owner: string): Promise<void> {
    await this.#items.change(key, { condition: '#owner = :owner AND #token = :token', fields: { owner: { S: owner }, token: NONE } });
  }
}

function toToken(item: Item | undefined): AccessToken | undefined {
  const token = item?.['token']?.S;
  return token && token !== NONE.S ? { accessToken: token, expiresAt: Number(item?.['expires']?.N) } : undefined;
}
