/** Eight workers, an engine behind them, Amazon in front of them, and somebody who kills a worker every second. */
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { sqlMigration } from '../../../src/stores/sql.ts';
import { AmazonEmulator, ndrEvent } from '../../../src/testing/index.ts';
import { ask, forkBundle } from '../support/fork.ts';
import { startPostgres } from '../support/postgres.ts';
import { type Engine, startRedis } from '../support/redis.ts';
import type { AmazonAddress, AmazonReport } from './amazon.ts';
import type { WorkerMessage, WorkerOptions } from './worker.ts';

/** What is run. */
export interface FleetOptions {
  readonly engine: 'redis' | 'postgres';
  readonly events: number;
  /** Milliseconds for which the engine is down in the middle of the run. */
  readonly outage: number;
  /** Milliseconds without a completed event after which the run has failed. */
  readonly timeout: number;
  readonly seed: number;
}

/** What came out. */
export interface FleetReport extends AmazonReport {
  readonly handled: number;
  readonly missing: number;
  readonly handledAgain: number;
  readonly workedTwice: number;
  readonly deliveries: number;
  readonly duplicates: number;
  readonly kills: number;
  readonly seconds: number;
  readonly tripsPerEvent: number;
}

const WORKERS = 8;
const KEY = 'a-key-that-nobody-guesses';
const QUOTA = { perSecond: 5, burst: 10 };
/** Milliseconds: the key of a worker that was killed is held for so long. */
const LEASE = 2_000;
/** Waits between attempts pass so much faster: a minute in one and a half seconds. */
const TIME_SCALE = 40;

/** Runs a fleet. */
export async function runFleet({ engine: kind, events, outage, timeout, seed }: FleetOptions): Promise<FleetReport> {
  const engine = await startEngine(kind);
  // It sends the events; the feedback goes to another one, in a process of its own.
  const sender = new AmazonEmulator({ delivery: { seed, timeScale: TIME_SCALE }, maxRecords: 2 * events + 1_000 });
  let address: AmazonAddress | undefined;
  const amazon = await forkBundle('fleet/amazon.ts', QUOTA, (message) => {
    address ??= message as AmazonAddress;
  });
  const { port, credentials } = address as unknown as AmazonAddress;
  let deliveries = 0;
  sender.on('attempt', () => {
    deliveries += 1;
  });

  const handled = new Map<string, number[]>();
  const completed = new Map<string, number>();
  const fleet = new Fleet(
    {
      engine: kind,
      enginePort: engine.port,
      amazon: `http://127.0.0.1:${port}`,
      key: KEY,
      credentials,
      quota: QUOTA,
      lease: LEASE,
    },
    ({ id, startedAt }) => handled.set(id, [...(handled.get(id) ?? []), startedAt]),
    random(seed),
  );
  await fleet.start();

  const since = performance.now();
  let progressAt = since;
  let duplicates = 0;
  const done = Array.from({ length: events }, (_, at) => {
    const id = `fleet-${at}`;
    const to = async (request: Request): Promise<Response> => {
      const response = await fleet.forward(request);
      if (response.ok && !completed.has(id)) {
        completed.set(id, Date.now());
        progressAt = performance.now();
      }
      return response;
    };
    const options = { to, auth: { type: 'apiKey', key: KEY }, duplicates: 0.05, disorder: 60_000 } as const;
    return sender.deliver(ndrEvent({ id }), options).done.then((report) => {
      duplicates += report.duplicates;
      return report;
    });
  });
  const over = new AbortController();
  const finished = Promise.all(done).finally(() => over.abort());
  const killing = fleet.killEverySecond(over.signal, () => completed.size);
  const breaking = outage > 0 ? breakEngine(engine, outage, () => completed.size > events / 3, over.signal) : undefined;
  const stalled = async (): Promise<void> => {
    while (!over.signal.aborted && performance.now() - progressAt < timeout) await sleep(500);
  };
  await Promise.race([finished, stalled()]);
  const seconds = (performance.now() - since) / 1_000;
  over.abort();
  await killing;
  await breaking;

  const again = [...handled].filter(([id, starts]) =>
    starts.some((startedAt) => startedAt > (completed.get(id) ?? Number.POSITIVE_INFINITY)),
  );
  const report: FleetReport = {
    handled: handled.size,
    missing: events - [...completed.keys()].filter((id) => handled.has(id)).length,
    handledAgain: again.length,
    workedTwice: [...handled.values()].filter((starts) => starts.length > 1).length,
    deliveries,
    duplicates,
    kills: fleet.kills,
    seconds,
    tripsPerEvent: fleet.trips / events,
    ...(await ask<AmazonReport>(amazon, {})),
  };
  sender.reset();
  fleet.stop();
  amazon.kill('SIGKILL');
  await engine.stop();
  return report;
}

async function startEngine(kind: FleetOptions['engine']): Promise<Engine> {
  if (kind === 'redis') return startRedis();
  const engine = await startPostgres();
  const client = new pg.Client({ connectionString: engine.url });
  await client.connect();
  await client.query(sqlMigration());
  // The table of rate-limiter-flexible: eight processes that create it at once would get in each other's way.
  await client.query('CREATE TABLE limits (key VARCHAR(255) PRIMARY KEY, points INTEGER NOT NULL DEFAULT 0, expire BIGINT)');
  await client.end();
  return engine;
}

async function breakEngine(engine: Engine, outage: number, isTime: () => boolean, signal: AbortSignal): Promise<void> {
  while (!isTime() && !signal.aborted) await sleep(20);
  if (!signal.aborted) await engine.restart(outage);
}

/** The workers. */
class Fleet {
  readonly #options: WorkerOptions;
  readonly #onHandled: (event: { readonly id: string; readonly startedAt: number }) => void;
  readonly #random: () => number;
  readonly #workers = new Map<ChildProcess, { port: number; trips: number }>();
  #tripsOfTheDead = 0;
  #isStopped = false;
  kills = 0;

  constructor(options: WorkerOptions, onHandled: (event: { id: string; startedAt: number }) => void, random: () => number) {
    this.#options = options;
    this.#onHandled = onHandled;
    this.#random = random;
  }

  /** Calls of the store. Those after the last event of a worker that was killed are not known. */
  get trips(): number {
    return [...this.#workers.values()].reduce((sum, { trips }) => sum + trips, this.#tripsOfTheDead);
  }

  async start(): Promise<void> {
    await Promise.all(Array.from({ length: WORKERS }, () => this.#launch()));
  }

  async #launch(): Promise<void> {
    const worker = { port: 0, trips: 0 };
    const child = await forkBundle('fleet/worker.ts', this.#options, (message) => {
      const told = message as WorkerMessage;
      if ('port' in told) worker.port = told.port;
      else {
        worker.trips = told.trips;
        this.#onHandled({ id: told.handled, startedAt: told.startedAt });
      }
    });
    if (this.#isStopped) child.kill('SIGKILL');
    this.#workers.set(child, worker);
    child.once('exit', () => {
      this.#workers.delete(child);
      this.#tripsOfTheDead += worker.trips;
      if (!this.#isStopped) void this.#launch();
    });
  }

  /** Passes a request to a worker that is alive, as a load balancer does that has not heard of the last death yet. */
  async forward(request: Request): Promise<Response> {
    const ports = [...this.#workers.values()].map(({ port }) => port);
    const port = ports[Math.floor(this.#random() * ports.length)] ?? 1;
    const body = await request.arrayBuffer();
    return fetch(`http://127.0.0.1:${port}/amazon/ndr`, { method: request.method, headers: request.headers, body, signal: request.signal });
  }

  async killEverySecond(signal: AbortSignal, completed: () => number): Promise<void> {
    let before = 0;
    while (!signal.aborted) {
      await sleep(1_000, undefined, { signal }).catch(() => undefined);
      const children = [...this.#workers.keys()];
      // A busy machine starts them more slowly than they are killed, and would do nothing else.
      if (signal.aborted || children.length < WORKERS / 2 || completed() < before + WORKERS) continue;
      before = completed();
      children[Math.floor(this.#random() * children.length)]?.kill('SIGKILL');
      this.kills += 1;
    }
  }

  stop(): void {
    this.#isStopped = true;
    for (const child of this.#workers.keys()) child.kill('SIGKILL');
  }
}

/** Mulberry32: the same seed, the same victims. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
