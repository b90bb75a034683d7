/** A process that claims keys, or asks for a token, when it is told to. Bundled, and forked by the contract. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AccessTokens } from '../../../src/core/call/tokens.ts';
import { type Address, type Library, OPEN, type Stores } from './clients.ts';

/** What a claimer is started with. */
export interface ClaimerOptions {
  readonly library: Library;
  readonly address: Address;
  /** Milliseconds that its clock is ahead. */
  readonly skew: number;
}

/** What a claimer is told. */
export type Order =
  | { readonly keys: readonly string[]; readonly owners: number; readonly lease: number }
  /** Tokens that are asked for at once. */
  | { readonly token: string; readonly askers: number };

/** How many owners got each key, how many heard that it is in progress, and everything else that was heard. */
export type Found = readonly { readonly claimed: number; readonly inProgress: number; readonly other: readonly string[] }[];

/** The tokens, and how many of them this process fetched. */
export interface FoundTokens {
  readonly tokens: readonly string[];
  readonly fetched: number;
}

const { library, address, skew } = JSON.parse(process.argv[2] as string) as ClaimerOptions;
const now = Date.now;
Date.now = () => now() + skew;
// The parent may be killed alone.
process.on('disconnect', () => process.exit());

let stores: Stores | undefined;

async function claimAll(keys: readonly string[], owners: number, lease: number): Promise<Found> {
  stores ??= await OPEN[library](address);
  const store = stores.idempotency();
  const found: Found[number][] = [];
  for (const key of keys) {
    const claims = await Promise.all(
      Array.from({ length: owners }, () => {
        const owner = randomUUID();
        return patiently(() => store.claim(key, { owner, lease }));
      }),
    );
    const count = (word: string): number => claims.filter((claim) => claim === word).length;
    const other = claims.filter((claim) => claim !== 'claimed' && claim !== 'in-progress');
    found.push({ claimed: count('claimed'), inProgress: count('in-progress'), other });
  }
  return found;
}

/** On a busy machine a client gives up early. The same owner may claim again. */
async function patiently<Reply>(call: () => Promise<Reply>): Promise<Reply | string> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await call();
    } catch (error) {
      if (tried === 10) return (error as Error).message;
      await sleep(100);
    }
  }
}

async function askAll(key: string, askers: number): Promise<FoundTokens> {
  stores ??= await OPEN[library](address);
  let fetched = 0;
  // Each is a client of its own, as in processes of their own.
  const clients = Array.from(
    { length: askers },
    () =>
      new AccessTokens({
        surface: 'core',
        store: (stores as Stores).tokens(),
        key: () => key,
        now: () => new Date(),
        // Eight processes on a busy machine can stall for longer than the default: then each would fetch a token, as it should.
        storeTimeout: 30_000,
        fetchToken: async () => {
          fetched += 1;
          await sleep(400);
          return { accessToken: `token-${randomUUID()}`, expiresIn: 3_600 };
        },
      }),
  );
  const tokens = await Promise.all(clients.map((client) => client.get()));
  return { tokens, fetched };
}

process.on('message', (order: Order) => {
  void ('token' in order ? askAll(order.token, order.askers) : claimAll(order.keys, order.owners, order.lease)).then((found) =>
    process.send?.(found),
  );
});
process.send?.('ready');
