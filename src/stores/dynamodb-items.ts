/**
 * Items of a DynamoDB table: conditional writes, by DynamoDB's own time.
 *
 * @module
 */
import { assertOption } from '../core/errors.ts';
import { storeKey } from '../core/idempotency.ts';
import { callEngine, type KnownFault, SURFACE } from './engine.ts';

type Value = { readonly S: string } | { readonly N: string } | { readonly BOOL: boolean };

/** The attributes of an item. */
export type Item = Readonly<Record<string, { readonly S?: string; readonly N?: string; readonly BOOL?: boolean }>>;

interface ItemInput {
  TableName: string;
  Key: { id: { S: string } };
}

interface WriteInput extends ItemInput {
  ConditionExpression: string;
  ExpressionAttributeNames: Record<string, string>;
  // biome-ignore lint/suspicious/noExplicitAny: AWS's type is a union of ten, each with nine fields that must be absent.
  ExpressionAttributeValues: Record<string, any>;
  ReturnValuesOnConditionCheckFailure: 'ALL_OLD';
}

/** What the stores use of the class `DynamoDB` of `@aws-sdk/client-dynamodb`, version 3. */
export interface DynamoDBClient {
  updateItem(input: WriteInput & { UpdateExpression: string }): Promise<unknown>;
  deleteItem(input: WriteInput): Promise<unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  getItem(input: ItemInput & { ConsistentRead: boolean }): Promise<{ Item?: any }>;
  // biome-ignore lint/suspicious/noExplicitAny: the type of a middleware has a parameter for each command.
  readonly middlewareStack: { add(middleware: any, options: any): void };
}

const FAULTS: readonly KnownFault[] = [
  [
    /ResourceNotFound/,
    'table',
    'does not exist in this account and region',
    'Run: aws dynamodb create-table --table-name waybill --billing-mode PAY_PER_REQUEST --attribute-definitions AttributeName=id,AttributeType=S --key-schema AttributeName=id,KeyType=HASH',
  ],
  [/ValidationException.*(?:schema|missing the key)/i, 'table', 'has another key', 'It must be "id", a string, without a sort key.'],
  [/AccessDenied/, 'client', 'may not use the table', 'Allow dynamodb:UpdateItem, DeleteItem and GetItem.'],
];

/** What a write depends on and what it writes. */
export interface Change {
  /** Of DynamoDB, with `#name` and `:name` for each field, and `:now` for its time. */
  readonly condition: string;
  /** The fields to set. */
  readonly fields: Readonly<Record<string, Value>>;
  /** When the item expires, in milliseconds: counted from now, or since 1970. Without it the item is deleted. */
  readonly expires?: { readonly after: number } | { readonly at: number };
  /** Other values of the condition. */
  readonly values?: Readonly<Record<string, Value>>;
}

/** The items of a table whose ids begin with a prefix. */
export class Items {
  readonly #client: DynamoDBClient;
  readonly #clock: Clock;
  readonly #table: string;
  readonly #prefix: string;

  constructor(client: DynamoDBClient, table: string, prefix: string) {
    const methods = client as unknown as Readonly<Record<string, unknown>> | null;
    const hasMethods = ['updateItem', 'deleteItem', 'getItem', 'send'].every((name) => typeof methods?.[name] === 'function');
    const isClient = hasMethods && typeof client.middlewareStack?.add === 'function';
    const hint = 'Neither its DynamoDBClient nor a DynamoDBDocument has the methods that are needed, and version 2 is another library.';
    assertOption(isClient, SURFACE, 'client', 'must be a DynamoDB of @aws-sdk/client-dynamodb 3', hint);
    assertOption(typeof table === 'string' && table.length > 2, SURFACE, 'table', 'must be the name of a table');
    this.#client = client;
    this.#clock = clockOf(client);
    this.#table = table;
    this.#prefix = prefix;
  }

  /** The item as it is now. */
  async read(key: string): Promise<Item | undefined> {
    const input = { ...(await this.#input(key)), ConsistentRead: true };
    return (await callEngine(() => this.#client.getItem(input), FAULTS, [input.Key.id.S, key])).Item;
  }

  /** Changes the item if the condition holds. If it does not, resolves with the item, which may be gone by then. */
  async change(key: string, { condition, fields, expires, values = {} }: Change): Promise<Item | undefined> {
    // Any response tells the time.
    if (!isRunning(this.#clock)) await this.read(key);
    const now = Date.now() + (this.#clock.offset ?? 0);
    const until = expires && Math.ceil('at' in expires ? expires.at : now + expires.after);
    // DynamoDB removes the item some time after `ttl`, which is in seconds.
    const times = until && { expires: { N: String(until) }, ttl: { N: String(Math.ceil(until / 1_000)) } };
    const set = Object.entries<Value>({ ...fields, ...times });
    const input: WriteInput = {
      ...(await this.#input(key)),
      ConditionExpression: condition,
      ExpressionAttributeNames: Object.fromEntries([...set.map(([name]) => [`#${name}`, name])]),
      ExpressionAttributeValues: { ...Object.fromEntries(set.map(([name, value]) => [`:${name}`, value])), ...values },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    };
    // DynamoDB refuses values that are not used.
    if (condition.includes(':now')) input.ExpressionAttributeValues[':now'] = { N: String(Math.floor(now)) };
    const UpdateExpression = `SET ${set.map(([name]) => `#${name} = :${name}`).join(', ')}`;
    const write = async (): Promise<{ readonly before: Item | undefined } | undefined> => {
      try {
        await (until ? this.#client.updateItem({ ...input, UpdateExpression }) : this.#client.deleteItem(input));
        return undefined;
      } catch (error) {
        // By name, because the class may be of another copy of the SDK.
        const { name, Item: before } = error as { readonly name?: unknown; readonly Item?: Item };
        if (name !== 'ConditionalCheckFailedException') throw error;
        return { before };
      }
    };
    const written = Object.values({ ...fields, ...values });
    const hidden = [input.Key.id.S, key, ...written.map((value) => ('S' in value ? value.S : undefined))];
    const refused = await callEngine(write, FAULTS, hidden);
    // Emulators and old versions do not return the item.
    return refused && (refused.before ?? (await this.read(key)) ?? {});
  }

  async #input(key: string): Promise<ItemInput> {
    return { TableName: this.#table, Key: { id: { S: this.#prefix + (await storeKey(key)) } } };
  }
}

/** The clock of this process beside others, in milliseconds, at the last response. */
interface Clock {
  /** How far DynamoDB's is ahead of it. */
  offset?: number;
  /** How far it is ahead of the monotonic one. */
  since?: number;
}

/** One for each client: every store on it learns from every response. */
const clocks = /* @__PURE__ */ new WeakMap<DynamoDBClient, Clock>();

/** A response tells the time in whole seconds and takes a while: a smaller difference is not one. */
const PRECISION = 2_000;

/** Whether the time is known: the clock may have been set since the last response, or the process may have slept. */
function isRunning({ since = Number.NaN }: Clock): boolean {
  return Math.abs(Date.now() - performance.now() - since) <= PRECISION;
}

interface Response {
  readonly response?: { readonly headers?: { readonly date?: string } };
}

function clockOf(client: DynamoDBClient): Clock {
  const known = clocks.get(client);
  if (known) return known;
  const clock: Clock = {};
  clocks.set(client, clock);
  const watch = (next: (args: unknown) => Promise<Response>) => async (args: unknown) => {
    const sent = performance.now();
    const result = await next(args);
    const [now, arrived] = [Date.now(), performance.now()];
    const date = Date.parse(result.response?.headers?.date ?? '');
    const offset = date + 500 - (now - (arrived - sent) / 2);
    clock.offset = Math.abs(offset) > PRECISION ? offset : 0;
    clock.since = now - arrived;
    return result;
  };
  // The last one that sees a response as it came, also if it is an error.
  client.middlewareStack.add(watch, { step: 'deserialize', priority: 'low' });
  return clock;
}
