/**
 * Idempotency and access tokens on Redis or Valkey, through the client library that you have: node-redis 4 and newer, ioredis 5 and newer
 * (iovalkey too) or Valkey GLIDE. Each call is one script on one key, so it is atomic, costs one round trip and works on a cluster.
 *
 * Redis's own clock decides when a lease has passed, so the clocks of your processes do not matter.
 *
 * @module waybill/stores/redis
 * @see {@link https://redis.io/docs/latest/develop/programmability/eval-intro/ | Scripting with Lua}
 */
import type { AccessToken, TokenNeed, TokenStore } from '../core/call/tokens.ts';
import { assertOption } from '../core/errors.ts';
import { type Claim, COMPLETED_FOR, type IdempotencyStore, storeKey } from '../core/idempotency.ts';
import { callEngine, checkStoreOptions, type KnownFault, SURFACE } from './engine.ts';

export type { AccessToken, TokenNeed, TokenStore } from '../core/call/tokens.ts';
export type { Claim, IdempotencyStore } from '../core/idempotency.ts';
export * from '../core/index.ts';

/** ioredis or iovalkey, alone or a cluster. */
export interface IoRedisClient {
  evalsha(sha: string, keys: number, ...args: string[]): Promise<unknown>;
  eval(script: string, keys: number, ...args: string[]): Promise<unknown>;
}

/** node-redis, alone or a cluster. */
export interface NodeRedisClient {
  evalSha(sha: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

/** Valkey GLIDE, alone or a cluster. */
export interface GlideClient {
  customCommand(command: string[]): Promise<unknown>;
}

/** A client of one of the libraries, connected. */
export type RedisClient = IoRedisClient | NodeRedisClient | GlideClient;

/** Options of {@link RedisTokenStore}. */
export interface RedisTokenStoreOptions {
  /**
   * What the keys begin with. Applications that share a Redis need different prefixes.
   * @default 'waybill:'
   */
  readonly prefix?: string | undefined;
}

/** Options of {@link RedisIdempotencyStore}. */
export interface RedisIdempotencyStoreOptions extends RedisTokenStoreOptions {
  /**
   * Milliseconds that a completed key is remembered. EventBridge redelivers for 24 hours.
   * @default 90_000_000 (25 hours)
   */
  readonly completedFor?: number | undefined;
}

/**
 * Remembers handled events in Redis, for any number of processes: one round trip for a claim, one for its completion.
 *
 * Redis must keep what it was told: switch on the append-only file (`appendonly yes`), and set `maxmemory-policy noeviction`. Without the
 * first a restart forgets, with another policy a full memory does. A replica that takes over may lack the last keys, because replication is
 * asynchronous: then an event can be handled twice.
 *
 * A key takes about 150 bytes.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` at construction for another client or for options that cannot work, and at a call if the
 *   client's version is too old or a key holds what another program wrote.
 * @throws {@link ConnectionError} `CONNECTION` at a call if Redis fails. A webhook then responds with 503, and the event is redelivered.
 *
 * @example ioredis
 * ```ts
 * import { Redis } from 'ioredis';
 * import { RedisIdempotencyStore } from 'waybill/stores/redis';
 *
 * const redis = new Redis('redis://127.0.0.1:6379', { commandTimeout: 1_500 });
 * const idempotencyStore = new RedisIdempotencyStore(redis);
 * ```
 *
 * @example node-redis
 * ```ts
 * import { createClient } from 'redis';
 * import { RedisIdempotencyStore } from 'waybill/stores/redis';
 *
 * const redis = createClient({ url: 'redis://127.0.0.1:6379' });
 * // Without a listener, node-redis ends the process when the connection is lost.
 * redis.on('error', (error) => console.error(error));
 * await redis.connect();
 * const idempotencyStore = new RedisIdempotencyStore(redis);
 * ```
 */
export class RedisIdempotencyStore implements Required<IdempotencyStore> {
  readonly #run: Script;
  readonly #completedFor: number;

  constructor(client: RedisClient, options: RedisIdempotencyStoreOptions = {}) {
    this.#run = script(client, options, IDEMPOTENCY);
    this.#completedFor = options.completedFor ?? COMPLETED_FOR;
  }

  async claim(key: string, { owner, lease }: { readonly owner: string; readonly lease: number }): Promise<Claim> {
    return (await this.#run('claim', key, owner, lease)) as Claim;
  }

  async complete(key: string, owner: string): Promise<boolean> {
    return (await this.#run('complete', key, owner, this.#completedFor)) === 'yes';
  }

  async release(key: string, owner: string): Promise<boolean> {
    return (await this.#run('release', key, owner, 0)) === 'yes';
  }

  async extend(key: string, owner: string, lease: number): Promise<boolean> {
    return (await this.#run('extend', key, owner, lease)) === 'yes';
  }
}

/**
 * Shares access tokens through Redis, so that a thousand workers fetch one token and not a thousand: one process fetches it, the others
 * wait for it. The tokens are secrets, stored as they are: guard this Redis as you guard your credentials.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` at construction for another client or for options that cannot work.
 *
 * @example
 * ```ts
 * import { Redis } from 'ioredis';
 * import { NdrFeedbackClient } from 'waybill/shipping-ndr';
 * import { RedisTokenStore } from 'waybill/stores/redis';
 *
 * const credentials = { clientId: 'amzn1.application-oa2-client.1', clientSecret: 'amzn1.oa2-cs.v1.1', refreshToken: 'Atzr|1' };
 * const client = new NdrFeedbackClient({ credentials, tokenStore: new RedisTokenStore(new Redis()) });
 * ```
 */
export class RedisTokenStore implements Required<TokenStore> {
  readonly #run: Script;

  constructor(client: RedisClient, options: RedisTokenStoreOptions = {}) {
    this.#run = script(client, options, TOKENS);
  }

  async get(key: string): Promise<AccessToken | undefined> {
    return toToken(await this.#run('get', key, '', 0));
  }

  async set(key: string, { accessToken, expiresAt }: AccessToken): Promise<void> {
    // Redis removes it a little after it has expired. A clock that is far off must not make it refuse the token.
    const remaining = Math.min(Math.max(expiresAt - Date.now(), 1_000), 1e12);
    await this.#run('set', key, `t:${Math.floor(expiresAt)}:${accessToken}`, remaining);
  }

  async claim(key: string, { owner, lease, refused = '', expiresAfter }: TokenNeed): Promise<AccessToken | 'claimed' | 'in-progress'> {
    const reply = await this.#run('claim', key, owner, lease, String(expiresAfter), refused);
    return toToken(reply) ?? (reply as 'claimed' | 'in-progress');
  }

  async release(key: string, owner: string): Promise<void> {
    await this.#run('release', key, owner, 0);
  }
}

function toToken(reply: string): AccessToken | undefined {
  const [, expiresAt, accessToken] = /^t:(\d+):(.*)$/.exec(reply) ?? [];
  return accessToken === undefined ? undefined : { accessToken, expiresAt: Number(expiresAt) };
}

/** A script, and its SHA-1: WebCrypto's is asynchronous, and a test compares the two. */
interface Source {
  readonly name: string;
  readonly sha: string;
  readonly text: string;
}

/** The value is `p:` and the owner while the work is in progress, `d:` and the owner when it is done. */
const IDEMPOTENCY: Source = {
  name: 'key:',
  sha: 'f44888d7ce61ac0b8cb375820a10dfc0dc7fd3bb',
  text: `local v = redis.call('GET', KEYS[1])
local op, owner, ms = ARGV[1], ARGV[2], ARGV[3]
local mine, done = 'p:' .. owner, 'd:' .. owner
if v and not string.find(v, '^[pd]:') then return redis.error_reply('WAYBILL a foreign value') end
if op == 'claim' then
  if v and string.sub(v, 1, 2) == 'd:' then return 'completed' end
  if v and v ~= mine and redis.call('PTTL', KEYS[1]) >= 0 then return 'in-progress' end
  redis.call('SET', KEYS[1], mine, 'PX', ms)
  return 'claimed'
end
if op == 'complete' then
  if v and v ~= mine and v ~= done then return 'no' end
  redis.call('SET', KEYS[1], done, 'PX', ms)
  return 'yes'
end
if v ~= mine then return 'no' end
if op == 'extend' then redis.call('PEXPIRE', KEYS[1], ms) else redis.call('DEL', KEYS[1]) end
return 'yes'`,
};

/** The value is `t:`, the expiry and the token, or `p:` and the owner while a token is being fetched. */
const TOKENS: Source = {
  name: 'token:',
  sha: 'e3feac16ab2cd17d96ab37486a16d629a8879011',
  text: `local v = redis.call('GET', KEYS[1])
local op, owner, ms = ARGV[1], ARGV[2], ARGV[3]
local mine = 'p:' .. owner
if op == 'get' then return v or '' end
if op == 'set' then return redis.call('SET', KEYS[1], owner, 'PX', ms) end
if op == 'release' then return v == mine and redis.call('DEL', KEYS[1]) or 0 end
if v then
  local expires, token = string.match(v, '^t:(%d+):(.*)$')
  if token and token ~= ARGV[5] and tonumber(expires) > tonumber(ARGV[4]) then return v end
  if not token and v ~= mine and redis.call('PTTL', KEYS[1]) >= 0 then return 'in-progress' end
end
redis.call('SET', KEYS[1], mine, 'PX', ms)
return 'claimed'`,
};

const FAULTS: readonly KnownFault[] = [
  [/WAYBILL|WRONGTYPE/, 'prefix', "is shared with another program: a key holds a value that is not waybill's", 'Choose another prefix.'],
  [
    /NOPERM|NOAUTH|WRONGPASS/,
    'client',
    'is not allowed to run scripts, or to use the keys with this prefix',
    'It needs EVAL, EVALSHA, GET, SET, DEL, PTTL and PEXPIRE.',
  ],
  [/ClientClosedError/, 'client', 'is not connected', 'Call `await client.connect()` first.'],
];

/** Runs a script for a key. Redis knows it by its hash; if it does not, after a restart, it gets the script. */
type Script = (op: string, key: string, owner: string, milliseconds: number, ...rest: string[]) => Promise<string>;

function script(client: RedisClient, options: RedisTokenStoreOptions, { name, sha, text }: Source): Script {
  const evaluate = evaluator(client);
  checkStoreOptions(options, name === 'key:' ? ['prefix', 'completedFor'] : ['prefix']);
  const { prefix = 'waybill:' } = options;
  return async (op, key, owner, milliseconds, ...rest) => {
    const id = `${prefix}${name}${await storeKey(key)}`;
    const args = [op, owner, String(Math.ceil(milliseconds)), ...rest];
    return callEngine(
      async () => {
        try {
          return String(await evaluate('EVALSHA', sha, id, args));
        } catch (error) {
          // GLIDE words it in another way.
          if (!/NOSCRIPT|NoScriptError/.test(String(error))) throw error;
          return String(await evaluate('EVAL', text, id, args));
        }
      },
      FAULTS,
      // The token is stored with its time before it.
      [id, key, owner, ...rest, ...rest.map((value) => value.replace(/^t:\d+:/, ''))],
    );
  };
}

type Evaluate = (by: 'EVALSHA' | 'EVAL', text: string, key: string, args: string[]) => PromiseLike<unknown>;

/** The client's way to run a script, recognised by its methods. */
function evaluator(client: RedisClient): Evaluate {
  const has = (name: string): boolean => typeof (client as unknown as Readonly<Record<string, unknown>> | null)?.[name] === 'function';
  // Upstash's client has the names of ioredis, and other arguments.
  const isKnown = has('evalSha') || has('customCommand') || (has('evalsha') && !has('createScript'));
  const hint = "Upstash's own client is not supported: connect to Upstash with ioredis.";
  assertOption(isKnown, SURFACE, 'client', 'must be a client of node-redis, ioredis, iovalkey or Valkey GLIDE', hint);
  const call: Evaluate = (by, text, key, args) => {
    if (has('evalSha')) return (client as NodeRedisClient)[by === 'EVAL' ? 'eval' : 'evalSha'](text, { keys: [key], arguments: args });
    if (has('customCommand')) return (client as GlideClient).customCommand([by, text, '1', key, ...args]);
    return (client as IoRedisClient)[by === 'EVAL' ? 'eval' : 'evalsha'](text, 1, key, ...args);
  };
  return (...args) => {
    const reply = call(...args);
    assertOption(typeof reply?.then === 'function', SURFACE, 'client', 'must return promises', 'node-redis does from version 4 on.');
    return reply;
  };
}
