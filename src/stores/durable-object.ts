/**
 * Idempotency and access tokens in Cloudflare Durable Objects with SQLite. Each call is one request to an object; objects are single-threaded,
 * so it is atomic. The object's own clock decides when a lease has passed.
 *
 * Cloudflare KV is not supported, because it cannot be: its reads may be a minute old, and it has no conditional write, so two Workers can claim
 * the same key.
 *
 * @module waybill/stores/durable-object
 * @see {@link https://developers.cloudflare.com/durable-objects/ | Durable Objects}
 */
import type { AccessToken, TokenNeed, TokenStore } from '../core/call/tokens.ts';
import { assertOption } from '../core/errors.ts';
import { type Claim, COMPLETED_FOR, type IdempotencyStore, storeKey } from '../core/idempotency.ts';
import { isObject } from '../core/types.ts';
import type { ObjectCall, ObjectRecord } from './durable-object-class.ts';
import { callEngine, checkStoreOptions, SURFACE } from './engine.ts';

export type { AccessToken, TokenNeed, TokenStore } from '../core/call/tokens.ts';
export type { Claim, IdempotencyStore } from '../core/idempotency.ts';
export * from '../core/index.ts';
export { type ObjectState, WaybillObject } from './durable-object-class.ts';

/** The binding of {@link WaybillObject}: a `DurableObjectNamespace`. */
export interface ObjectNamespace {
  idFromName(name: string): unknown;
  // biome-ignore lint/suspicious/noExplicitAny: an id has a type of Cloudflare's.
  get(id: any): { fetch(url: string, init: { method: string; body: string }): Promise<{ readonly ok: boolean; json(): Promise<unknown> }> };
}

/** Options of {@link DurableObjectTokenStore}. */
export interface DurableObjectTokenStoreOptions {
  /**
   * Objects that share the keys. One serves a few hundred events a second. With another number each key belongs to another object, so what was
   * remembered before is lost.
   * @default 8
   */
  readonly shards?: number | undefined;
}

/** Options of {@link DurableObjectIdempotencyStore}. */
export interface DurableObjectIdempotencyStoreOptions extends DurableObjectTokenStoreOptions {
  /**
   * Milliseconds that a completed key is remembered. EventBridge redelivers for 24 hours.
   * @default 90_000_000 (25 hours)
   */
  readonly completedFor?: number | undefined;
}

/**
 * Remembers handled events in Durable Objects: one request for a claim, one for its completion.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` at construction if it is not passed a namespace, or for options that cannot work, and at a
 *   call if the binding leads to another class.
 *
 * @example A Worker that receives NDR events
 * ```ts
 * import { apiKey, NdrWebhookVerifier } from 'waybill/shipping-ndr/webhook';
 * import { DurableObjectIdempotencyStore, type ObjectNamespace } from 'waybill/stores/durable-object';
 *
 * export { WaybillObject } from 'waybill/stores/durable-object';
 *
 * export default {
 *   fetch(request: Request, env: { readonly NDR_API_KEY: string; readonly WAYBILL: ObjectNamespace }): Promise<Response> {
 *     const verifier = new NdrWebhookVerifier({ auth: apiKey({ keys: env.NDR_API_KEY }) });
 *     const idempotencyStore = new DurableObjectIdempotencyStore(env.WAYBILL);
 *     return verifier.handler((event) => console.log(event.kind), { idempotencyStore })(request);
 *   },
 * };
 * ```
 */
export class DurableObjectIdempotencyStore implements Required<IdempotencyStore> {
  readonly #call: Call;
  readonly #completedFor: number;

  constructor(namespace: ObjectNamespace, options: DurableObjectIdempotencyStoreOptions = {}) {
    checkStoreOptions(options, ['shards', 'completedFor']);
    this.#call = caller(namespace, options, 'key:');
    this.#completedFor = options.completedFor ?? COMPLETED_FOR;
  }

  async claim(key: string, { owner, lease }: { readonly owner: string; readonly lease: number }): Promise<Claim> {
    const held = (await this.#call({ do: 'claim', id: key, owner, lasts: lease })) as ObjectRecord | null;
    if (!held) return 'claimed';
    return held.value ? 'completed' : 'in-progress';
  }

  async complete(key: string, owner: string): Promise<boolean> {
    return (await this.#call({ do: 'finish', id: key, owner, value: 'done', lasts: this.#completedFor })) === true;
  }

  async release(key: string, owner: string): Promise<void> {
    await this.#call({ do: 'release', id: key, owner });
  }

  async extend(key: string, owner: string, lease: number): Promise<boolean> {
    return (await this.#call({ do: 'extend', id: key, owner, lasts: lease })) === true;
  }
}

/**
 * Shares access tokens through a Durable Object, so that a thousand Workers fetch one token and not a thousand: one of them fetches it, the
 * others wait for it. The tokens are secrets, stored as they are.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` at construction if it is not passed a namespace, or for options that cannot work.
 *
 * @example
 * ```ts
 * import { type LwaCredentials, NdrFeedbackClient } from 'waybill/shipping-ndr';
 * import { DurableObjectTokenStore, type ObjectNamespace } from 'waybill/stores/durable-object';
 *
 * export const clientOf = (env: { readonly WAYBILL: ObjectNamespace }, credentials: LwaCredentials) =>
 *   new NdrFeedbackClient({ credentials, tokenStore: new DurableObjectTokenStore(env.WAYBILL) });
 * ```
 */
export class DurableObjectTokenStore implements Required<TokenStore> {
  readonly #call: Call;

  constructor(namespace: ObjectNamespace, options: DurableObjectTokenStoreOptions = {}) {
    checkStoreOptions(options, ['shards']);
    this.#call = caller(namespace, options, 'token:');
  }

  async get(key: string): Promise<AccessToken | undefined> {
    return toToken(await this.#call({ do: 'get', id: key }));
  }

  async set(key: string, { accessToken, expiresAt }: AccessToken): Promise<void> {
    await this.#call({ do: 'set', id: key, value: accessToken, expires: expiresAt });
  }

  async claim(key: string, { lease, ...need }: TokenNeed): Promise<AccessToken | 'claimed' | 'in-progress'> {
    const held = await this.#call({ do: 'claim', id: key, lasts: lease, ...need });
    return held ? (toToken(held) ?? 'in-progress') : 'claimed';
  }

  async release(key: string, owner: string): Promise<void> {
    await this.#call({ do: 'release', id: key, owner });
  }
}

function toToken(found: unknown): AccessToken | undefined {
  const { value, expires } = (found ?? {}) as Partial<ObjectRecord>;
  return value && expires ? { accessToken: value, expiresAt: expires } : undefined;
}

type Call = (call: ObjectCall) => Promise<unknown>;

/** Calls the object that the key belongs to. */
function caller(namespace: ObjectNamespace, { shards = 8 }: DurableObjectTokenStoreOptions, prefix: string): Call {
  const isNamespace = typeof namespace?.idFromName === 'function' && typeof namespace.get === 'function';
  const hint = 'Is it in wrangler.jsonc, and is this its name?';
  assertOption(isNamespace, SURFACE, 'namespace', 'must be the binding of a Durable Object', hint);
  assertOption(Number.isInteger(shards) && shards > 0, SURFACE, 'shards', 'must be a whole number, 1 or more');
  return async (call) => {
    const id = prefix + (await storeKey(call.id));
    const send = async (): Promise<unknown> => {
      const stub = namespace.get(namespace.idFromName(`waybill-${hash(id) % shards}`));
      const response = await stub.fetch('https://waybill/', { method: 'POST', body: JSON.stringify({ ...call, id }) });
      const body = response.ok ? await response.json().catch(unlessSyntax) : undefined;
      // Another class may respond 200 too.
      const isOurs = isObject(body) && 'reply' in body;
      assertOption(isOurs, SURFACE, 'namespace', 'leads to a class that is not WaybillObject', 'Check "class_name" of the binding.');
      return (body as { readonly reply: unknown }).reply;
    };
    return callEngine(send, [], [id, call.id, call.value, call.refused]);
  };
}

/** Text that is not JSON is not a reply; anything else that fails is a fault of the connection. */
function unlessSyntax(error: unknown): undefined {
  if (!(error instanceof SyntaxError)) throw error;
}

/** FNV-1a: the same on every Worker, and even enough. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value >>> 0;
}
