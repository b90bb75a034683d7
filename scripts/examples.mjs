/**
 * `npm run examples`: runs every example, and the README's code, as a user would, against an emulator of Amazon's side, and checks what
 * came of it.
 *
 * The one for Deno and Bun and the Worker run on the real runtimes where `test/runtime` has them installed, and on this Node else.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { constants, sign } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'csv-parse/sync';
import { build } from 'esbuild';
import { DeliveryTrackerClient } from 'waybill/amazonpay';
import { AmazonEmulator, authenticatedRequest, buyWithPrimeEvent, buyWithPrimeOrder, ndrEvent, sqsEvent, testKeys } from 'waybill/testing';
import { kmsSigner } from '../examples/aws-kms-signer.mjs';
import { serve } from '../examples/serve.mjs';
import { MerchantClients } from '../examples/several-merchants.mjs';

const root = join(import.meta.dirname, '..');
mkdirSync(join(root, '.build'), { recursive: true });
const folder = mkdtempSync(join(root, '.build/examples-'));
/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

const keys = await testKeys({ environment: 'live' });
const merchants = await Promise.all([1, 2, 3].map(() => testKeys({ environment: 'live' })));
const publicKeys = Object.fromEntries([keys, ...merchants].map(({ publicKeyId, publicKey }) => [publicKeyId, publicKey]));
const emulator = new AmazonEmulator({ publicKeys, orders: [buyWithPrimeOrder()] });
const amazon = await serve(emulator.fetch);
const AMAZON_PAY = {
  AMAZON_PAY_PUBLIC_KEY_ID: keys.publicKeyId,
  // As it looks in an environment variable.
  AMAZON_PAY_PRIVATE_KEY: keys.privateKey.replaceAll('\n', '\\n'),
  AMAZON_PAY_REGION: 'eu',
  AMAZON_PAY_URL: amazon.url,
};

/** @type {[name: string, check: () => Promise<void>][]} */
const examples = [
  ['amazonpay.mjs', amazonPay],
  ['aws-kms-signer.mjs', awsKmsSigner],
  ['several-merchants.mjs', severalMerchants],
  ['shipping-ndr.mjs', shippingNdr],
  ['ndr-decisions.mjs', ndrDecisions],
  ['buywithprime.mjs', buyWithPrime],
  ...(await denoAndBun()),
  ['cloudflare-worker.ts', cloudflareWorker],
  ['README.md', readme],
];
try {
  for (const [name, check] of examples) {
    emulator.reset();
    const started = performance.now();
    await check();
    console.log(`ok  ${name.padEnd(32)} ${(performance.now() - started).toFixed(0).padStart(6)} ms`);
  }
} finally {
  for (const child of running) child.kill();
  amazon.close();
  rmSync(folder, { recursive: true });
}

async function amazonPay() {
  const parcel = ['P02-0000000-0000000', 'DHL_DE', 'JJD000390007827356'];
  const { code, output } = await run(process.execPath, ['examples/amazonpay.mjs', ...parcel], AMAZON_PAY);
  assert.equal(code, 0, output);
  assert.equal(output.trim(), `Amazon has it, request ${emulator.deliveryTrackers[0]?.requestId}`);
  const again = await run(process.execPath, ['examples/amazonpay.mjs', 'P02-0000000-0000001', ...parcel.slice(1)], AMAZON_PAY);
  assert.equal(again.code, 1);
  assert.match(again.output, /^ApiError: /);
}

/** With KMS's part done by node:crypto, which salts as KMS does. */
async function awsKmsSigner() {
  const { RSA_PKCS1_PSS_PADDING: padding } = constants;
  /** @type {import('../examples/aws-kms-signer.mjs').SignInput[]} */
  const asked = [];
  /** @type {import('../examples/aws-kms-signer.mjs').Kms} */
  const kms = {
    async sign(input) {
      asked.push(input);
      return { Signature: sign('sha256', input.Message, { key: keys.privateKey, padding, saltLength: 32 }) };
    },
  };
  const options = {
    publicKeyId: keys.publicKeyId,
    privateKey: kmsSigner(kms, 'alias/amazon-pay'),
    region: /** @type {const} */ ('eu'),
    baseUrl: amazon.url,
  };
  const parcel = { chargePermissionId: 'P02-0000000-0000000', carrierCode: 'DHL_DE', trackingNumber: 'JJD000390007827356' };
  const { requestId } = await new DeliveryTrackerClient(options).create(parcel);
  assert.equal(requestId, emulator.deliveryTrackers[0]?.requestId);
  const { Message, ...input } = asked[0] ?? assert.fail('KMS was not asked');
  assert.deepEqual(input, { KeyId: 'alias/amazon-pay', MessageType: 'RAW', SigningAlgorithm: 'RSASSA_PSS_SHA_256' });
  // What KMS takes as RAW.
  assert(Message.length <= 4096);
  // The caveat: the older algorithm wants a salt of 20 bytes.
  const older = new DeliveryTrackerClient({ ...options, algorithm: 'AMZN-PAY-RSASSA-PSS' });
  await assert.rejects(older.create({ ...parcel, trackingNumber: 'JJD000390007827357' }), { reasonCode: 'InvalidRequestSignature' });
  const silent = kmsSigner({ sign: async () => ({}) }, 'alias/amazon-pay');
  await assert.rejects(silent.sign(new Uint8Array(1)), /KMS answered without a signature/);
}

async function severalMerchants() {
  let imports = 0;
  const { importKey } = crypto.subtle;
  // Only a private key is of this format; the emulator's are not.
  crypto.subtle.importKey = /** @type {typeof importKey} */ (
    (...args) => {
      if (/** @type {string} */ (args[0]) === 'pkcs8') imports += 1;
      return Reflect.apply(importKey, crypto.subtle, args);
    }
  );
  try {
    /** @type {string[]} */
    const reads = [];
    const clients = new MerchantClients(async (merchantId) => {
      reads.push(merchantId);
      const { publicKeyId, privateKey } = merchants[Number(merchantId)] ?? assert.fail('no such merchant');
      return { publicKeyId, privateKey, region: 'eu', baseUrl: amazon.url };
    }, 2);
    /** @type {(merchantId: string, at: number) => Promise<unknown>} */
    const create = async (merchantId, at) => {
      const client = await clients.of(merchantId);
      return client.create({
        chargePermissionId: `P02-000000${merchantId}-000000${at}`,
        carrierCode: 'DHL_DE',
        trackingNumber: `JJD${at}`,
      });
    };
    const [first, same] = await Promise.all([clients.of('0'), clients.of('0')]);
    assert.equal(first, same);
    await clients.of('1');
    assert.equal(imports, 0, 'a key was imported before it was used');
    await Promise.all([create('0', 1), create('0', 2), create('1', 3)]);
    assert.equal(imports, 2, 'a key is imported once');
    await create('0', 4);
    // The third takes the place of 1, which was not used for longest.
    await create('2', 5);
    assert.equal(await clients.of('0'), first);
    assert.deepEqual(reads, ['0', '1', '2']);
    await create('1', 6);
    assert.deepEqual(reads, ['0', '1', '2', '1']);
    assert.equal(imports, 4);
    // A failure is not kept, and neither is a client whose key was changed.
    await assert.rejects(clients.of('9'), /no such merchant/);
    await assert.rejects(clients.of('9'), /no such merchant/);
    clients.forget('1');
    await clients.of('1');
    assert.deepEqual(reads.slice(4), ['9', '9', '1']);
    assert.equal(emulator.deliveryTrackers.length, 6);
  } finally {
    crypto.subtle.importKey = importKey;
  }
}

async function shippingNdr() {
  const { clientId, clientSecret, refreshToken } = emulator.credentials.lwa;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/ndr`;
  const server = await start(url, process.execPath, ['examples/shipping-ndr.mjs'], {
    NDR_API_KEY: 'abcdef12345',
    LWA_CLIENT_ID: clientId,
    LWA_CLIENT_SECRET: clientSecret,
    LWA_REFRESH_TOKEN: refreshToken,
    SP_API_URL: amazon.url,
    LWA_URL: `${amazon.url}/auth/o2/token`,
    PORT: String(port),
  });
  /** @type {(event: unknown, key?: string) => Promise<number>} */
  const post = async (event, key = 'abcdef12345') =>
    (await fetch(authenticatedRequest(event, { url, auth: { type: 'apiKey', key } }))).status;
  const absent = ndrEvent({ detail: { reasonCode: 'Customer unavailable' } });
  assert.equal(await post(absent, 'wrong'), 401);
  assert.equal(await post(absent), 200);
  assert.equal(await post(absent), 200);
  assert.equal(await post(ndrEvent({ detail: { reasonCode: 'Customer rejected' } })), 200);
  assert.equal(await post('{"cut'), 400);
  assert.deepEqual(
    emulator.ndrFeedback.map(({ ndrAction }) => ndrAction),
    ['RESCHEDULE'],
  );
  // Amazon has an outage: the event is asked for again, and then handled.
  const late = ndrEvent({ detail: { reasonCode: 'Payment not ready' } });
  emulator.fail({ path: '/shipping/v2/ndrFeedback', status: 403 });
  assert.equal(await post(late), 503);
  assert.equal(await post(late), 200);
  assert.equal(emulator.ndrFeedback.length, 2);
  assert.match(server.output(), /for a person to decide: Customer rejected/);
  server.stop();
}

async function ndrDecisions() {
  const { clientId, clientSecret, refreshToken } = emulator.credentials.lwa;
  const env = {
    LWA_CLIENT_ID: clientId,
    LWA_CLIENT_SECRET: clientSecret,
    LWA_REFRESH_TOKEN: refreshToken,
    SP_API_URL: amazon.url,
    LWA_URL: `${amazon.url}/auth/o2/token`,
  };
  const [file, report] = [join(folder, 'decisions.csv'), join(folder, 'report.csv')];
  /** @type {(variables?: Readonly<Record<string, string>>) => ReturnType<typeof run>} */
  const submit = (variables = {}) => run(process.execPath, ['examples/ndr-decisions.mjs', file, report], { ...env, ...variables });
  const submitted = () => emulator.ndrFeedback.map(({ trackingId, ndrAction }) => `${trackingId} ${ndrAction}`).sort();
  /** @type {() => Record<string, string>[]} */
  const reported = () => parse(readFileSync(report), { columns: true });

  // As Excel writes it where a comma is the decimal sign: a byte order mark, semicolons, line breaks within quotes.
  const ahead = new Date(Date.now() + 86_400_000).toISOString();
  const rows = [
    'Tracking ID;NDRACTION;rescheduleDate;additionalAddressNotes;ndrDueDate;shop',
    `1001;reschedule;${ahead};;${ahead};a`,
    '1002;REATTEMPT;;"Second gate,\r\nbehind ""Asha""";;b',
    ';;;;;',
    '1003;RESCHEDULE;02-03-2026;;;c',
    '1004;RTO;;;2020-01-01T00:00:00Z;d',
    '1.80956E+12;RTO;;;;e',
    '=1005;RTO;;notes;;f',
    '1006;RTO;;;;g;h',
    '1001;RTO;;;;i',
    '1007;RTO;;;;j',
    '1008;RTO;;;;k',
  ];
  writeFileSync(file, `\ufeff${rows.join('\r\n')}\r\n`);
  emulator.fail({ path: '/shipping/v2/ndrFeedback', status: 404 });
  const first = await submit();
  assert.equal(first.code, 1, first.output);
  assert.equal(first.output.trim(), '3 submitted, 7 failed, 0 submitted before');
  assert.deepEqual(
    reported()
      .map(({ row, status, sent, code }) => `${row} ${status} ${sent} ${code}`)
      .sort(),
    [
      '10 failed no CSV',
      '11 submitted yes ',
      '12 submitted yes ',
      '2 failed yes NotFound',
      '3 submitted yes ',
      '5 failed no VALIDATION',
      '6 failed no VALIDATION',
      '7 failed no CSV',
      '8 failed no VALIDATION',
      '9 failed no CSV',
    ],
  );
  const notFound = reported().find(({ code }) => code === 'NotFound');
  assert.match(`${notFound?.['message']} ${notFound?.['hint']} ${notFound?.['requestId']}`, /404.*tracking id.*\S{8}/);
  assert.equal(
    emulator.ndrFeedback.find(({ trackingId }) => trackingId === '1002')?.ndrRequestData?.additionalAddressNotes,
    'Second gate,\r\nbehind "Asha"',
  );
  // A formula out of a stranger's text is none for the spreadsheet that opens the report.
  assert.match(readFileSync(report, 'utf8'), /^8,'=1005,/m);

  // Mended, and cut off in the middle of a line as by a crash: what is done is not done again.
  rows.splice(4, 6, `1003;RESCHEDULE;${ahead};;;c`);
  writeFileSync(file, rows.join('\n'));
  writeFileSync(report, `${readFileSync(report)}13,"10`);
  const second = await submit();
  assert.deepEqual([second.code, second.output.trim()], [0, '2 submitted, 0 failed, 3 submitted before'], second.output);
  assert.deepEqual(submitted(), ['1001 RESCHEDULE', '1002 REATTEMPT', '1003 RESCHEDULE', '1007 RTO', '1008 RTO']);
  assert.equal(reported().length, 12);

  // Credentials that are not taken: no row would fare better.
  rows.push(...Array.from({ length: 100 }, (_, index) => `2${index};RTO;;;;`));
  writeFileSync(file, rows.join('\n'));
  const refused = await submit({ LWA_CLIENT_SECRET: 'another' });
  assert.equal(refused.code, 2);
  assert.match(refused.output, /invalid_client.*\n0 submitted, \d\d? failed/s);

  // Very long, in little memory: nothing of it is sent, for the dates are over.
  const long = Array.from(
    { length: 4_000 },
    (_, index) => `3${index},RESCHEDULE,2020-01-01T00:00:00Z,"${'Near the old mill. '.repeat(420)}"`,
  );
  writeFileSync(file, `trackingId,ndrAction,rescheduleDate,remarks\n${long.join('\n')}\n`);
  const { code, output } = await submit({ NODE_OPTIONS: '--max-old-space-size=24' });
  assert.deepEqual([code, output.trim()], [1, '0 submitted, 4000 failed, 0 submitted before'], output);
  writeFileSync(file, 'trackingId,ndrAction\n1,RTO\n2,"RTO\n3,RTO\n');
  assert.match((await submit()).output, /1 submitted, 1 failed/);
  assert(reported().some(({ row, message }) => row === '3' && /double quote/.test(String(message))));
  assert.equal((await run(process.execPath, ['examples/ndr-decisions.mjs', join(folder, 'none.csv'), report], env)).code, 2);
  // The decisions in place of the report, without a line break at the end: not a byte of them is lost.
  for (const text of ['trackingId,ndrAction\n1,RTO', 'trackingId,ndrAction\n1', 'trackingId,ndrAction']) {
    writeFileSync(file, text);
    const { code, output } = await run(process.execPath, ['examples/ndr-decisions.mjs', file, file], env);
    assert.deepEqual([code, /is no report of this program/.test(output), readFileSync(file, 'utf8')], [2, true, text]);
  }
}

async function buyWithPrime() {
  const { clientId, clientSecret, targetId } = emulator.credentials.buyWithPrime;
  const env = { BWP_CLIENT_ID: clientId, BWP_CLIENT_SECRET: clientSecret, BWP_TARGET_ID: targetId, BWP_URL: amazon.url };
  const found = 'IN_TRANSIT 88eaa8941c-b27324fb27 6aa26b8761-0868dbc493\n';
  const file = join(folder, 'event.json');
  writeFileSync(file, JSON.stringify(buyWithPrimeEvent('DELIVERY_IN_TRANSIT')));
  assert.deepEqual(await run(process.execPath, ['examples/buywithprime.mjs', file], env), { code: 0, output: found });
  const records = ['PACKAGE_DELIVERED', 'BUYABILITY_CHANGED'].map((type) => ({
    messageId: type,
    eventSource: 'aws:sqs',
    body: JSON.stringify(buyWithPrimeEvent(type)),
  }));
  const batch = JSON.stringify({ Records: records });
  const both = `${found}nothing to do for BUYABILITY_CHANGED\n`;
  assert.deepEqual(await run(process.execPath, ['examples/buywithprime.mjs'], env, batch), { code: 0, output: both });
}

/** @returns {Promise<[string, () => Promise<void>][]>} */
async function denoAndBun() {
  const file = await bundle({ entryPoints: [join(root, 'examples/deno-bun.ts')], platform: 'node' }, 'deno-bun.mjs');
  const host = join(folder, 'host.mjs');
  writeFileSync(
    host,
    `import { serve } from ${JSON.stringify(pathToFileURL(join(root, 'examples/serve.mjs')))};
import service from './deno-bun.mjs';
await serve(service.fetch, { port: Number(process.env.PORT) });`,
  );
  /** @type {{ name: string, program: string, args: (port: number) => string[] }[]} */
  const runtimes = [
    {
      name: 'Deno',
      program: runtime('deno'),
      args: (port) => ['serve', '--allow-env', '--allow-net', '--no-remote', `--port=${port}`, file],
    },
    { name: 'Bun', program: runtime('bun'), args: () => ['--no-install', file] },
  ];
  const installed = runtimes.filter(({ program }) => existsSync(program));
  if (installed.length === 0) installed.push({ name: 'Node', program: process.execPath, args: () => [host] });
  return installed.map(({ name, program, args }) => [`deno-bun.ts on ${name}`, () => warehouse(program, args)]);
}

/**
 * @param {string} program
 * @param {(port: number) => string[]} args
 */
async function warehouse(program, args) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const server = await start(url, program, args(port), { ...AMAZON_PAY, PORT: String(port), DENO_NO_UPDATE_CHECK: '1' });
  /** @type {(body: unknown) => Promise<[number, Record<string, unknown>]>} */
  const post = async (body) => {
    const response = await fetch(url, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) });
    return [response.status, /** @type {Record<string, unknown>} */ (await response.json())];
  };
  const parcel = { chargePermissionId: 'P02-0000000-0000000', carrierCode: 'DHL_DE', trackingNumber: 'JJD000390007827356' };
  const [status, answer] = await post(parcel);
  assert.equal(status, 200, JSON.stringify(answer));
  assert.equal(answer['requestId'], emulator.deliveryTrackers[0]?.requestId);
  assert.equal((await post({ ...parcel, carrierCode: '' }))[0], 400);
  assert.equal((await post('{"cut'))[0], 400);
  const [refused, why] = await post({ ...parcel, chargePermissionId: 'P02-0000000-0000001' });
  assert.deepEqual([refused, why['code']], [502, 'API']);
  server.stop();
}

/** With a made-up queue, and without anything of Node's. */
async function cloudflareWorker() {
  const test = `
    import worker from './cloudflare-worker.ts';
    import { authenticatedRequest, ndrEvent } from 'waybill/testing';
    const run = async () => {
      const kept = [];
      let down = false;
      const send = async (event) => { if (down) throw new Error('the queue is down'); kept.push(event.id); };
      const env = { NDR_API_KEY: 'abcdef12345', EVENTS: { send } };
      const post = async (event, key = 'abcdef12345') => (await worker.fetch(authenticatedRequest(event, { auth: { type: 'apiKey', key } }), env)).status;
      const event = ndrEvent();
      const statuses = [await post(event, 'wrong'), await post(event), await post('{')];
      down = true;
      statuses.push(await post(event));
      const seen = JSON.stringify([statuses, kept]);
      if (seen !== JSON.stringify([[401, 200, 400, 503], [event.id]])) throw new Error('unexpected: ' + seen);
    };
    export default { test: run };`;
  const options = {
    stdin: { contents: test, resolveDir: join(root, 'examples') },
    platform: /** @type {const} */ ('neutral'),
    external: ['graphql'],
  };
  const file = await bundle(options, 'worker.mjs');
  const workerd = runtime('workerd');
  if (!existsSync(workerd)) return (await import(pathToFileURL(file).href)).default.test();
  const config = join(folder, 'worker.capnp');
  writeFileSync(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "worker", worker = (
  modules = [(name = "worker", esModule = embed "worker.mjs")],
  compatibilityDate = "2024-01-01",
))]);`,
  );
  const { code, output } = await run(workerd, ['test', config], {});
  assert.equal(code, 0, output);
}

/** With an emulator in place of the network, because the code names no other host than Amazon's. */
async function readme() {
  const { lwa, buyWithPrime: prime } = emulator.credentials;
  Object.assign(process.env, AMAZON_PAY, {
    NDR_API_KEY: 'abcdef12345',
    LWA_CLIENT_ID: lwa.clientId,
    LWA_CLIENT_SECRET: lwa.clientSecret,
    LWA_REFRESH_TOKEN: lwa.refreshToken,
    BWP_CLIENT_ID: prime.clientId,
    BWP_CLIENT_SECRET: prime.clientSecret,
    BWP_TARGET_ID: prime.targetId,
  });
  const { fetch } = globalThis;
  const { log } = console;
  /** @type {unknown[]} */
  let printed = [];
  console.log = (...words) => {
    printed = words;
  };
  globalThis.fetch = /** @type {typeof fetch} */ (emulator.fetch);
  try {
    const blocks = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = '']) => code);
    const modules = [];
    for (const [at, contents] of blocks.entries()) {
      const file = await bundle({ stdin: { contents, loader: 'ts', resolveDir: root }, packages: 'external' }, `readme-${at}.mjs`);
      modules.push(await import(pathToFileURL(file).href));
    }
    const [, shipping, deliveries] = modules;
    assert.match(String(printed), /answered 404/);
    assert.deepEqual(
      emulator.deliveryTrackers.map(({ trackingNumber }) => trackingNumber),
      ['JJD000390007827356'],
    );
    const event = ndrEvent({ detail: { reasonCode: 'Customer unavailable' } });
    const { status } = await shipping.POST(authenticatedRequest(event, { auth: { type: 'apiKey', key: 'abcdef12345' } }));
    assert.deepEqual([status, emulator.ndrFeedback.map(({ ndrAction }) => ndrAction)], [200, ['RESCHEDULE']]);
    const answer = await deliveries.handler(sqsEvent([buyWithPrimeEvent('PACKAGE_DELIVERY_IN_TRANSIT')]));
    assert.deepEqual(answer, { batchItemFailures: [] });
    assert.deepEqual(printed, ['322-ABC1-AAAAAA', 'IN_TRANSIT', 2]);
  } finally {
    Object.assign(console, { log });
    globalThis.fetch = fetch;
  }
}

/** @param {string} name */
function runtime(name) {
  return join(root, 'test/runtime/node_modules/.bin', name);
}

/**
 * One file with the built package in it, as a deployment makes it.
 * @param {import('esbuild').BuildOptions} options
 * @param {string} name
 */
async function bundle(options, name) {
  const outfile = join(folder, name);
  // Without the tsconfig of this repository, which leads to the sources.
  await build({
    bundle: true,
    format: 'esm',
    target: 'es2022',
    logLevel: 'error',
    absWorkingDir: root,
    tsconfigRaw: {},
    outfile,
    ...options,
  });
  return outfile;
}

/**
 * Runs a program to its end.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {Readonly<Record<string, string>>} env
 * @param {string} [input]
 * @returns {Promise<{ code: number | null, output: string }>}
 */
async function run(file, args, env, input = '') {
  const program = launch(file, args, env, input);
  return { code: await program.ended, output: program.output() };
}

/**
 * Starts a server and waits until it answers.
 * @param {string} url
 * @param {string} file
 * @param {readonly string[]} args
 * @param {Readonly<Record<string, string>>} env
 */
async function start(url, file, args, env) {
  const program = launch(file, args, env);
  let over = false;
  void program.ended.finally(() => {
    over = true;
  });
  while (!(await fetch(url, { method: 'POST', body: '' }).catch(() => undefined))) {
    assert(!over, `it ended: ${program.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return program;
}

/**
 * @param {string} file
 * @param {readonly string[]} args
 * @param {Readonly<Record<string, string>>} env
 * @param {string} [input]
 */
function launch(file, args, env, input = '') {
  const { PATH = '', HOME = '' } = process.env;
  // The time limit ends what hangs, and with it the wait for it.
  const child = spawn(file, args, { cwd: root, env: { PATH, HOME, ...env }, timeout: 60_000 });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  child.stdin.end(input);
  /** @type {Promise<number | null>} */
  const ended = new Promise((resolve) => {
    child.on('close', resolve).on('error', ({ message }) => {
      output += message;
      resolve(null);
    });
  });
  return { ended: ended.finally(() => running.delete(child)), output: () => output, stop: () => void child.kill() };
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}
