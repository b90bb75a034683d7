/** A Worker with both stores of Cloudflare, and with a Durable Object that a test can look into. Runs in workerd. */
import { type IdempotencyStore, MemoryIdempotencyStore } from '../../../src/core/idempotency.ts';
import { apiKey, NdrWebhookVerifier } from '../../../src/shipping-ndr/webhook.ts';
import {
  DurableObjectIdempotencyStore,
  type ObjectNamespace,
  type ObjectState,
  WaybillObject,
} from '../../../src/stores/durable-object.ts';
import { SqlIdempotencyStore } from '../../../src/stores/sql.ts';
import { authenticatedRequest, ndrEvent } from '../../../src/testing/index.ts';

interface Env {
  readonly DB: { prepare(text: string): { bind(...values: unknown[]): { all(): Promise<unknown> } } };
  readonly WAYBILL: ObjectNamespace;
  readonly OTHER: ObjectNamespace;
}

/** Its alarm comes after half a second, and not after an hour. */
export class TestObject extends WaybillObject {
  readonly #state: ObjectState;

  constructor(state: ObjectState) {
    const { storage } = state;
    const { sql } = storage;
    super({ storage: { sql, getAlarm: () => storage.getAlarm(), setAlarm: () => storage.setAlarm(Date.now() + 500) } });
    this.#state = state;
  }

  override async fetch(request: Request): Promise<Response> {
    const statement = request.headers.get('x-sql');
    if (statement === null) return super.fetch(request);
    return Response.json(this.#state.storage.sql.exec(statement).toArray());
  }
}

/** A class that is not ours. */
export class OtherObject {
  fetch(): Response {
    return new Response('not found', { status: 404 });
  }
}

/** What the tests in Node ask for: they have no bindings. */
export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const [, what, binding = '', id = ''] = pathname.split('/');
    const key = searchParams.get('key') ?? '';
    switch (what) {
      case 'claim': {
        const store = storeOf(binding, env);
        const claims = await Promise.all(Array.from({ length: 64 }, (_, at) => store.claim(key, { owner: `owner-${at}`, lease: 60_000 })));
        return Response.json(claims);
      }
      case 'handle': {
        const { events, concurrency } = (await request.json()) as { events: number; concurrency: number };
        await handleEvents(storeOf(binding, env), events, concurrency);
        return Response.json({});
      }
      case 'object': {
        const objects = env[binding as 'WAYBILL'];
        const headers = { 'x-sql': request.headers.get('x-sql') ?? '' };
        const init = { method: 'POST', body: await request.text(), ...(headers['x-sql'] && { headers }) };
        return (await objects.get(objects.idFromName(id)).fetch('https://waybill/', init)) as Response;
      }
      default: {
        const { text, values } = (await request.json()) as { text: string; values: unknown[] };
        try {
          return Response.json(
            await env.DB.prepare(text)
              .bind(...values)
              .all(),
          );
        } catch (error) {
          return new Response(String(error), { status: 500 });
        }
      }
    }
  },
};

const memory = new MemoryIdempotencyStore();

function storeOf(name: string, env: Env): IdempotencyStore {
  if (name === 'memory') return memory;
  return name.startsWith('D1') ? new SqlIdempotencyStore(env.DB) : new DurableObjectIdempotencyStore(env.WAYBILL);
}

/** Receives events of its own, so many at once. */
async function handleEvents(idempotencyStore: IdempotencyStore, events: number, concurrency: number): Promise<void> {
  const key = 'a-key-that-nobody-guesses';
  const handle = new NdrWebhookVerifier({ auth: apiKey({ keys: key }) }).handler(() => undefined, { idempotencyStore });
  let left = events;
  const work = async (): Promise<void> => {
    for (; left > 0; ) {
      left -= 1;
      const { status } = await handle(authenticatedRequest(ndrEvent(), { auth: { type: 'apiKey', key } }));
      if (status !== 200) throw new Error(`the webhook responded with ${status}`);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
}
