/**
 * `node test/frameworks/bench.mjs`, after `npm run test:frameworks`: requests a second through toNodeHandler(), beside @hono/node-server
 * and beside a bare handler that only reads the body. Rates are printed and never asserted; every response must be right.
 *
 * @hono/node-server passes on what looks like a `Request` and is one only when it must be; toNodeHandler() makes a real one.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { cpus, loadavg } from 'node:os';
import { pathToFileURL } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { NDR_EVENT } from '../runtime/suite/samples.mjs';

const ROUNDS = 7;
const CONNECTIONS = 32;
const MILLISECONDS = 1000;

if (isMainThread) await main();
else load(workerData.port, workerData.request);

async function main() {
  const require = createRequire(import.meta.url);
  /** @param {string} name */
  const use = (name) => import(pathToFileURL(require.resolve(name)).href);
  const { toNodeHandler } = await use('waybill/adapters/node');
  const { apiKey, NdrWebhookVerifier } = await use('waybill/shipping-ndr/webhook');
  const { getRequestListener } = await use('@hono/node-server');
  const body = JSON.stringify(NDR_EVENT);
  const request = `POST /amazon/ndr HTTP/1.1\r\nHost: shop.example\r\nX-Api-Key: a-key\r\nUser-Agent: Amazon/EventBridge/ApiDestinations\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

  /** @param {Request} given */
  const read = async (given) => {
    await given.text();
    return new Response(null);
  };
  const receive = new NdrWebhookVerifier({ auth: apiKey({ keys: 'a-key' }) }).handler(() => undefined);
  /** @type {Record<string, import('node:http').RequestListener>} */
  const listeners = {
    'NDR webhook, toNodeHandler()': toNodeHandler(receive),
    'NDR webhook, @hono/node-server': getRequestListener(receive),
    'reads the body, toNodeHandler()': toNodeHandler(read),
    'reads the body, @hono/node-server': getRequestListener(read),
    'reads the body, bare': (incoming, outgoing) => {
      const parts = [];
      incoming.on('data', (part) => parts.push(part));
      incoming.on('end', () => outgoing.writeHead(Buffer.concat(parts).toString() ? 200 : 400, { 'content-length': 0 }).end());
    },
  };
  console.log(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model.trim()}, load ${loadavg()[0]?.toFixed(1)}`);
  /** @type {Map<string, number[]>} */
  const rates = new Map(Object.keys(listeners).map((name) => [name, []]));
  // In turn, so that a slow moment of the machine hits them all.
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, listener] of Object.entries(listeners)) rates.get(name)?.push(await measure(listener, request));
  }
  const bare = rates.get('reads the body, bare') ?? [];
  for (const [name, own] of rates) {
    const ratio = median(own.map((rate, round) => rate / (bare[round] ?? Number.NaN)));
    console.log(`${name.padEnd(40)}${Math.round(median(own)).toLocaleString('en').padStart(10)}/s${ratio.toFixed(2).padStart(8)} of bare`);
  }
}

/**
 * @param {import('node:http').RequestListener} listener
 * @param {string} request
 * @returns {Promise<number>}
 */
async function measure(listener, request) {
  const server = createServer(listener);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const worker = new Worker(new URL(import.meta.url), { workerData: { port, request } });
  const { rate, wrong } = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  await worker.terminate();
  server.close().closeAllConnections();
  assert.equal(wrong, undefined);
  return rate;
}

/**
 * Sends the request over and over, on each connection when the last one is answered.
 *
 * @param {number} port
 * @param {string} request
 */
function load(port, request) {
  let responses = 0;
  /** @type {string | undefined} */
  let wrong;
  for (let at = 0; at < CONNECTIONS; at += 1) {
    const socket = connect(port, '127.0.0.1', () => socket.write(request)).setNoDelay();
    let response = '';
    socket.setEncoding('latin1').on('data', (part) => {
      response += part;
      if (!response.endsWith('\r\n\r\n')) return;
      if (!response.startsWith('HTTP/1.1 200 ')) wrong = response;
      response = '';
      responses += 1;
      socket.write(request);
    });
  }
  setTimeout(() => {
    const [before, started] = [responses, performance.now()];
    setTimeout(() => {
      parentPort?.postMessage({ rate: ((responses - before) / (performance.now() - started)) * 1000, wrong });
    }, MILLISECONDS);
  }, MILLISECONDS / 2);
}

/** @param {readonly number[]} values */
function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
