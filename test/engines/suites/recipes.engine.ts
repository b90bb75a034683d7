/** The examples that use a store, as they are printed, on its engine and with an emulator of Amazon. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Miniflare, type Request as WorkerRequest, Response as WorkerResponse } from 'miniflare';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { toNodeHandler } from '../../../src/adapters/node.ts';
import { sqlMigration } from '../../../src/stores/sql.ts';
import { AmazonEmulator, authenticatedRequest, buyWithPrimeEvent, ndrEvent, sqsEvent, testKeys } from '../../../src/testing/index.ts';
import { bundleWorker } from '../support/cloudflare.ts';
import { adminOf, createTable, startDynamoDB } from '../support/dynamodb.ts';
import { bundle } from '../support/fork.ts';
import { startPostgres } from '../support/postgres.ts';
import { eventually } from '../support/processes.ts';
import { startRedis } from '../support/redis.ts';

const KEY = 'a-key-that-nobody-guesses';
const AUTH = { type: 'apiKey', key: KEY } as const;
const FEEDBACK = '/shipping/v2/ndrFeedback';

/** Serves an emulator on loopback. */
async function serve(amazon: AmazonEmulator) {
  const server = createServer(toNodeHandler((request) => amazon.fetch(request)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, tokenUrl: `${url}/auth/o2/token`, close: () => server.close(() => undefined).closeAllConnections() };
}

/** Events of so many parcels, each twice. */
function ndrEventsTwice(count: number) {
  const events = Array.from({ length: count }, (_, at) => ndrEvent({ detail: { trackingId: `parcel-${at}` } }));
  return [...events, ...events];
}

/** How often each parcel was decided about. */
function feedbackPerParcel({ ndrFeedback }: AmazonEmulator): readonly number[] {
  const times = new Map<string, number>();
  for (const { trackingId } of ndrFeedback) times.set(trackingId, (times.get(trackingId) ?? 0) + 1);
  return [...times.values()];
}

describe('examples/store-lambda.ts: sqsHandler and shippingSqsHandler with DynamoDB', () => {
  let engine: Awaited<ReturnType<typeof startDynamoDB>>;
  let example: typeof import('../../../examples/store-lambda.ts');
  beforeAll(async () => {
    engine = await startDynamoDB();
    await createTable(engine.port, 'parcels');
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', `http://127.0.0.1:${engine.port}`);
    vi.stubEnv('AWS_REGION', 'eu-west-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'made-up');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'made-up');
    example = await import('../../../examples/store-lambda.ts');
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await engine.stop();
  });

  const timesOf = async (id: string): Promise<number> => {
    const admin = adminOf(engine.port);
    const { Item } = await admin.getItem({ TableName: 'parcels', Key: { id: { S: id } }, ConsistentRead: true });
    admin.destroy();
    return Number(Item?.['times']?.N ?? 0);
  };
  const lambda = { awsRequestId: 'request', getRemainingTimeInMillis: () => 30_000 };

  test('an event that four functions get at the same time is counted once, and every message is acknowledged in the end', async () => {
    const delivered = buyWithPrimeEvent('DELIVERY_COMPLETED', { ids: { orderId: 'o-1' } });
    const undelivered = ndrEvent({ detail: { trackingId: 't-1' } });
    for (const [handler, event, id] of [
      [example.buyWithPrime, delivered, 'delivered:o-1'],
      [example.shipping, undelivered, 'undelivered:t-1'],
    ] as const) {
      const batches = await Promise.all(Array.from({ length: 4 }, () => handler(sqsEvent([event, event]), lambda)));
      // The others heard that it is in progress or done. SQS redelivers what is in progress.
      expect(batches.filter(({ batchItemFailures }) => batchItemFailures.length === 0).length).toBeGreaterThan(0);
      expect(await handler(sqsEvent([event], { receiveCount: 2 }), lambda)).toEqual({ batchItemFailures: [] });
      expect(await timesOf(id)).toBe(1);
    }
  });

  test('of a batch with a broken message only that one is redelivered, and the rest is not handled again', async () => {
    const events = ndrEventsTwice(10).slice(0, 10);
    const batch = sqsEvent([...events, '{"broken']);
    const messageId = batch.Records.at(-1)?.messageId;
    const broken = { batchItemFailures: [{ itemIdentifier: messageId }] };
    const errors = vi.spyOn(console, 'error').mockReturnValue();
    expect(await example.shipping(batch, lambda)).toEqual(broken);
    expect(errors.mock.calls).toEqual([[messageId, expect.any(String)]]);
    errors.mockRestore();
    // As if ReportBatchItemFailures were off.
    expect(await example.shipping(batch, lambda)).toEqual(broken);
    for (const { detail } of events) expect(await timesOf(`undelivered:${detail.trackingId}`)).toBe(1);
  });

  test('while DynamoDB is away every message stays in the queue', async () => {
    const event = ndrEvent({ detail: { trackingId: 't-2' } });
    const away = engine.restart(5_000);
    await sleep(500);
    const batch = await example.shipping(sqsEvent([event]), lambda);
    expect(batch.batchItemFailures).toHaveLength(1);
    await away;
    expect(await example.shipping(sqsEvent([event]), lambda)).toEqual({ batchItemFailures: [] });
    expect(await timesOf('undelivered:t-2')).toBe(1);
  });
});

test('examples/store-bullmq.ts: each event becomes one job, and each job one feedback, within the quota', async () => {
  const engine = await startRedis();
  const amazon = new AmazonEmulator();
  const server = await serve(amazon);
  const { clientId, clientSecret, refreshToken } = amazon.credentials.lwa;
  const env = {
    REDIS_URL: `redis://127.0.0.1:${engine.port}`,
    NDR_API_KEY: KEY,
    LWA_CLIENT_ID: clientId,
    LWA_CLIENT_SECRET: clientSecret,
    LWA_REFRESH_TOKEN: refreshToken,
  };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const { close, startWorker, webhook } = await import('../../../examples/store-bullmq.ts');
  const log = [vi.spyOn(console, 'warn').mockReturnValue(), vi.spyOn(console, 'error').mockReturnValue()] as const;
  expect((await webhook(authenticatedRequest(ndrEvent(), { auth: { ...AUTH, key: 'wrong' } }))).status).toBe(401);
  expect(log[0]).toHaveBeenCalledWith(401, expect.any(String));
  const statuses = await Promise.all(
    ndrEventsTwice(20).map(async (event) => (await webhook(authenticatedRequest(event, { auth: AUTH }))).status),
  );
  // A duplicate that comes while the first is being handled is redelivered later.
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(20);
  expect(new Set(statuses)).not.toContain(500);

  // Its answer is lost, so the job is tried again.
  amazon.fail({ path: FEEDBACK, status: 403 });
  const workers = [1, 2].map(() => startWorker({ baseUrl: server.url, tokenUrl: server.tokenUrl }));
  await eventually('not every job was done', () => {
    if (amazon.ndrFeedback.length < 20) throw new Error(`${amazon.ndrFeedback.length} of 20`);
  });
  await Promise.all(workers.map((worker) => worker.close()));
  expect(log[1]).toHaveBeenCalledWith('job', expect.any(String), expect.stringContaining('403'));
  vi.restoreAllMocks();
  expect(feedbackPerParcel(amazon)).toEqual(new Array(20).fill(1));
  expect(amazon.requests.filter(({ status }) => status === 429)).toEqual([]);
  // Two workers, one token.
  expect(amazon.requests.filter(({ url }) => url.endsWith('/token'))).toHaveLength(1);
  await close();
  vi.unstubAllEnvs();
  server.close();
  await engine.stop();
});

test('examples/store-cloudflare-queue.ts: each event becomes one message, and each message one feedback', async () => {
  const amazon = new AmazonEmulator({ quota: false });
  const { clientId, clientSecret, refreshToken } = amazon.credentials.lwa;
  let log = '';
  const worker = new Miniflare({
    handleRuntimeStdio: (...streams: Readable[]) => {
      for (const stream of streams) stream.on('data', (data: Buffer) => (log += data));
    },
    modules: true,
    script: await bundleWorker('../../examples/store-cloudflare-queue.ts'),
    cf: false,
    compatibilityDate: '2026-04-01',
    bindings: { NDR_API_KEY: KEY, LWA_CLIENT_ID: clientId, LWA_CLIENT_SECRET: clientSecret, LWA_REFRESH_TOKEN: refreshToken },
    durableObjects: { WAYBILL: { className: 'WaybillObject', useSQLite: true } },
    queueProducers: { DECISIONS: 'decisions' },
    queueConsumers: { decisions: { maxBatchSize: 10, maxBatchTimeout: 0.2, maxRetries: 10 } },
    // Amazon's hosts are the emulator.
    outboundService: async (request: WorkerRequest) => {
      const { url, method, headers } = request;
      const body = method === 'GET' ? null : await request.arrayBuffer();
      const response = await amazon.fetch(new Request(url, { method, headers: [...headers], body }));
      // One with status 204 may have no body, not even an empty one.
      const bytes = response.body && (await response.arrayBuffer());
      return new WorkerResponse(bytes, { status: response.status, headers: [...response.headers] });
    },
  });
  await worker.ready;
  // One message comes back.
  amazon.fail({ path: FEEDBACK, status: 403 });
  const send = async (event: object): Promise<number> => {
    const request = authenticatedRequest(event, { auth: AUTH });
    const init = { method: 'POST', headers: [...request.headers], body: await request.text() };
    return (await worker.dispatchFetch(request.url, init)).status;
  };
  const statuses = await Promise.all(ndrEventsTwice(10).map(send));
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(10);
  await eventually('not every message was handled', () => {
    if (amazon.ndrFeedback.length < 10) throw new Error(`${amazon.ndrFeedback.length} of 10`);
  });

  // The queue delivers a message a second time.
  const [first] = amazon.ndrFeedback;
  const decisions = await worker.getQueueProducer<unknown>('DECISIONS');
  await decisions.send({ feedback: { trackingId: 'another-1', ndrAction: 'RTO' } });
  await decisions.send({ feedback: { trackingId: 'another-1', ndrAction: 'RTO' } });
  await eventually('the last message was not handled', () => {
    if (amazon.ndrFeedback.length < 11) throw new Error('not yet');
  });
  await sleep(1_000);
  expect(first).toBeDefined();
  expect(feedbackPerParcel(amazon)).toEqual(new Array(11).fill(1));
  expect(log).toMatch(/403/);
  await worker.dispose();
});

describe('examples/store-resume.ts: a batch whose process is killed', () => {
  /** In flight at once, by default. */
  const CONCURRENCY = 10;
  /** The clients send them as slowly as Amazon allows: ten at once, then one a second. */
  const ITEMS = 30;
  const KILLED_AT = 14;
  let engine: Awaited<ReturnType<typeof startPostgres>>;
  let database: pg.Client;
  beforeAll(async () => {
    engine = await startPostgres();
    database = new pg.Client({ connectionString: engine.url });
    await database.connect();
    await database.query(sqlMigration());
  });
  afterAll(async () => {
    await database.end();
    await engine.stop();
  });

  test.each([
    ['parcels', (at: number) => ({ chargePermissionId: 'P02-0000000-0000000', carrierCode: 'DHL_DE', trackingNumber: `JJD${at}` })],
    ['decisions', (at: number) => ({ trackingId: `parcel-${at}`, ndrAction: 'RTO' })],
  ])('sends each of 30 %s once, and those that were in flight twice at most', async (what, itemOf) => {
    const keys = await testKeys({ environment: 'live' });
    const amazon = new AmazonEmulator({ quota: false, publicKeys: { [keys.publicKeyId]: keys.publicKey } });
    const server = await serve(amazon);
    const { clientId, clientSecret, refreshToken } = amazon.credentials.lwa;
    const env = {
      ...process.env,
      WHAT: what,
      DATABASE_URL: engine.url,
      AMAZON_PAY_PUBLIC_KEY_ID: keys.publicKeyId,
      AMAZON_PAY_PRIVATE_KEY: keys.privateKey,
      AMAZON_PAY_URL: server.url,
      LWA_CLIENT_ID: clientId,
      LWA_CLIENT_SECRET: clientSecret,
      LWA_REFRESH_TOKEN: refreshToken,
      SP_API_URL: server.url,
      LWA_URL: server.tokenUrl,
    };
    const path = await bundle('../../examples/store-resume.ts');
    const input = Array.from({ length: ITEMS }, (_, at) => JSON.stringify(itemOf(at))).join('\n');
    const start = () => {
      const child = spawn(process.execPath, [path], { env, stdio: ['pipe', 'pipe', 'inherit'] });
      let output = '';
      child.stdout.on('data', (data) => {
        output += data;
      });
      child.stdin.on('error', () => undefined).end(input);
      const ended = once(child, 'close').then(([code]) => ({ code, output }));
      return { child, ended };
    };
    const accepted = (): number => (what === 'parcels' ? amazon.deliveryTrackers : amazon.ndrFeedback).length;

    const first = start();
    await eventually('the batch did not get under way', () => {
      if (accepted() < KILLED_AT) throw new Error(`${accepted()}`);
    });
    first.child.kill('SIGKILL');
    await first.ended;
    const before = accepted();
    expect(before).toBeLessThan(ITEMS);

    // At once: what was in flight is left alone until its claim lapses.
    const [skipped, done] = what === 'parcels' ? ['already-created', 'created'] : ['already-submitted', 'submitted'];
    const run = async (): Promise<Record<string, number>> => {
      const { code, output } = await start().ended;
      const sums = JSON.parse(output) as Record<string, number>;
      expect(code, output).toBe(sums['in-progress'] || sums['failed'] ? 1 : 0);
      return { [skipped]: 0, [done]: 0, 'in-progress': 0, failed: 0, ...sums };
    };
    const second = await run();
    // If the database was too busy to say. It is tried again.
    const { 'in-progress': inFlight = 0, failed = 0 } = second;
    expect(inFlight).toBeLessThanOrEqual(CONCURRENCY);
    expect(second[skipped]).toBeGreaterThanOrEqual(before - CONCURRENCY - failed);
    expect(Object.values(second).reduce((sum, count) => sum + count, 0)).toBe(ITEMS);

    // The minute of their claims passes.
    await database.query('UPDATE waybill_idempotency SET expires = 0 WHERE done = 0');
    await eventually('the batch was not finished', async () => {
      const sums = await run();
      if (sums[skipped] !== ITEMS) throw new Error(JSON.stringify(sums));
    });
    const sent = amazon.requests.filter(({ url, status }) => !url.endsWith('/token') && status >= 200 && status < 300).length;
    expect(sent).toBeGreaterThanOrEqual(ITEMS);
    expect(sent).toBeLessThanOrEqual(ITEMS + inFlight + failed);
    // To Amazon Pay a second request with the same key is the same tracker.
    if (what === 'parcels') expect(accepted()).toBe(ITEMS);
    server.close();
  });
});
