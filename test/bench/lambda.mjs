/**
 * An NDR webhook on Lambda behind an HTTP API, from event to result, against the least that could be done: decode, `JSON.parse`, and a
 * comparison of digests. Then the first event in a fresh process, which is what a cold start pays for.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, timingSafeEqual } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { toLambdaHandler } from 'waybill/adapters/lambda';
import { apiKey, MemoryIdempotencyStore, NdrWebhookVerifier } from 'waybill/shipping-ndr/webhook';
import { NDR_EVENT } from '../runtime/suite/samples.mjs';
import { compare, median, printRates, printTarget } from './measure.mjs';

const STARTS = Number(process.env['STARTS'] ?? 15);
const key = 'a-key-that-nobody-guesses';
const event = {
  version: '2.0',
  routeKey: 'POST /ndr',
  rawPath: '/ndr',
  rawQueryString: '',
  headers: {
    'content-type': 'application/json; charset=utf-8',
    host: 'api.shop.example',
    'user-agent': 'Amazon/EventBridge',
    'x-api-key': key,
  },
  requestContext: { domainName: 'api.shop.example', http: { method: 'POST', path: '/ndr' } },
  body: JSON.stringify(NDR_EVENT),
  isBase64Encoded: false,
};

const verifier = new NdrWebhookVerifier({ auth: apiKey({ keys: key }) });
const lambda = toLambdaHandler(verifier.handler(() => undefined));
let count = 0;
const withStore = toLambdaHandler(verifier.handler(() => undefined, { idempotencyStore: new MemoryIdempotencyStore() }));
/** With another id each time, or the second would be a duplicate. */
const next = () => {
  count += 1;
  return { ...event, body: event.body.replace(NDR_EVENT.id, `${count}-336e-00eb-7194-de9975baa012`) };
};
const digest = (/** @type {string} */ text) => createHash('sha256').update(text).digest();
const expected = digest(key);
const least = async () => {
  if (!timingSafeEqual(digest(event.headers['x-api-key']), expected)) return { statusCode: 401, body: '' };
  return { statusCode: JSON.parse(event.body).detail.trackingId ? 200 : 400, body: '' };
};

assert.equal((await lambda(event)).statusCode, 200);
assert.equal((await withStore(next())).statusCode, 200);
assert.equal((await lambda({ ...event, headers: { 'x-api-key': 'another' } })).statusCode, 401);
assert.equal((await least()).statusCode, 200);

console.log('Lambda event to result, and how many times the rate of the last line');
const ours = 'toLambdaHandler(NdrWebhookVerifier.handler())';
const results = await compare({
  [ours]: () => lambda(event),
  'the same with MemoryIdempotencyStore': () => withStore(next()),
  'JSON.parse() and a comparison of digests': least,
});
printRates(results);
printTarget('Lambda, times the rate of JSON.parse() and digests', results[ours]?.times ?? 0, { atLeast: 0.35 });

const folder = mkdtempSync(join(tmpdir(), 'first-'));
try {
  const file = join(folder, 'handler.cjs');
  await build({
    stdin: {
      contents: `
        import { toLambdaHandler } from 'waybill/adapters/lambda';
        import { apiKey, NdrWebhookVerifier } from 'waybill/shipping-ndr/webhook';
        export const handler = toLambdaHandler(new NdrWebhookVerifier({ auth: apiKey({ keys: ${JSON.stringify(key)} }) }).handler(() => undefined));`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    minify: true,
    format: 'cjs',
    platform: 'node',
    outfile: file,
    logLevel: 'error',
  });
  writeFileSync(join(folder, 'event.json'), JSON.stringify(event));
  const script = `
    const event = require('./event.json');
    const before = process.cpuUsage();
    const { handler } = require('./handler.cjs');
    const loaded = process.cpuUsage(before);
    const start = process.cpuUsage();
    handler(event).then(({ statusCode }) => {
      const first = process.cpuUsage(start);
      if (statusCode !== 200) process.exit(1);
      console.log(JSON.stringify([loaded.user + loaded.system, first.user + first.system]));
    });`;
  /** @type {[number, number][]} */
  const starts = Array.from({ length: STARTS }, () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', script], { cwd: folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(`the first event failed: ${stderr}`);
    return JSON.parse(stdout);
  });
  const [load, first] = [0, 1].map((at) => median(starts.map((start) => (start[at] ?? Number.NaN) / 1_000)));
  console.log(`a fresh process: ${load?.toFixed(1)} ms of processor time to load the bundle`);
  printTarget('first event of a fresh process, ms of processor time', first ?? 0, { atMost: 5 });
} finally {
  rmSync(folder, { recursive: true });
}
