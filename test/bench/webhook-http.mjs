/**
 * An NDR webhook behind Node's `http`, with keys checked and events read, without and with a store that remembers them, against what one
 * writes by hand: a handler that reads the body, compares the digest of the key and parses the JSON. Each server has a process of its own;
 * this one sends, and does nothing else.
 *
 * Rates tell what a client sees and need a core for each side. The time that the server's process was busy tells what a request costs,
 * also on a machine that does other things meanwhile.
 */
import { fork } from 'node:child_process';
import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { NDR_EVENT } from '../runtime/suite/samples.mjs';
import { median, printRates, printTarget } from './measure.mjs';

const ROUNDS = 15;
// Not a time: on a machine that does other things the code would be measured before it is warm.
const REQUESTS_PER_TURN = 1500;
const WARM_UP = 6000;
const CONNECTIONS = 16;
const key = 'a-key-that-nobody-guesses';

/** With the headers that EventBridge sends. */
const REQUEST = (() => {
  const body = JSON.stringify(NDR_EVENT);
  const headers = [
    'POST /amazon/ndr HTTP/1.1',
    'Host: shop.example',
    'User-Agent: Amazon/EventBridge/ApiDestinations',
    'Content-Type: application/json; charset=utf-8',
    'Range: bytes=0-1048575',
    'Accept-Encoding: gzip,deflate',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Api-Key: ${key}`,
  ];
  return `${headers.join('\r\n')}\r\n\r\n${body}`;
})();
let events = 0;

/** What was measured of a server, turn by turn: requests a second, and microseconds of its processor a request. */
/** @typedef {{ name: string, rates: number[], costs: number[] }} Measured */

/** @param {boolean} hasStore */
async function waybill(hasStore) {
  const { toNodeHandler } = await import('waybill/adapters/node');
  const { apiKey, MemoryIdempotencyStore, NdrWebhookVerifier } = await import('waybill/shipping-ndr/webhook');
  const verifier = new NdrWebhookVerifier({ auth: apiKey({ keys: key }) });
  return toNodeHandler(verifier.handler(() => undefined, hasStore ? { idempotencyStore: new MemoryIdempotencyStore() } : {}));
}

const digest = (/** @type {string} */ text) => createHash('sha256').update(text).digest();

/** @type {Record<string, () => Promise<import('node:http').RequestListener>>} */
const LISTENERS = {
  'toNodeHandler(NdrWebhookVerifier.handler())': () => waybill(false),
  'the same with a MemoryIdempotencyStore': () => waybill(true),
  'a bare handler that reads, compares and parses': async () => {
    const expected = digest(key);
    return (incoming, outgoing) => {
      /** @type {Buffer[]} */
      const chunks = [];
      incoming.on('data', (chunk) => chunks.push(chunk));
      incoming.on('end', () => {
        const isKey = timingSafeEqual(digest(String(incoming.headers['x-api-key'])), expected);
        const event = JSON.parse(Buffer.concat(chunks).toString('utf8'));
        outgoing.statusCode = isKey && event.detail ? 200 : 401;
        outgoing.end();
      });
    };
  },
};

const listener = LISTENERS[process.argv[2] ?? ''];
if (listener && process.send) await serve(await listener());
else await measure();

/** @param {import('node:http').RequestListener} listener */
async function serve(listener) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ busy: user + system });
  });
  process.send?.({ port: /** @type {import('node:net').AddressInfo} */ (server.address()).port });
}

async function measure() {
  const servers = await Promise.all(Object.keys(LISTENERS).map(start));
  try {
    const results = servers.map(({ name }) => /** @type {Measured} */ ({ name, rates: [], costs: [] }));
    for (const { port } of servers) await load(port, WARM_UP);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [at, { port, busy }] of servers.entries()) {
        const before = await busy();
        const seconds = await load(port, REQUESTS_PER_TURN);
        results[at]?.rates.push(REQUESTS_PER_TURN / seconds);
        results[at]?.costs.push(((await busy()) - before) / REQUESTS_PER_TURN);
      }
    }
    const [ours, remembering, bare] = /** @type {[Measured, Measured, Measured]} */ (results);
    /** @type {(one: Measured, other: Measured) => number} */
    const times = (one, other) => median(one.rates.map((rate, round) => rate / (other.rates[round] ?? Number.NaN)));
    console.log(`${CONNECTIONS} connections that stay open, one request after another on each`);
    printRates(Object.fromEntries(results.map((one) => [one.name, { rate: median(one.rates), times: times(one, bare) }])));
    console.log(`the server is busy for ${results.map(({ costs }) => `${median(costs).toFixed(0)} µs`).join(', ')} a request`);
    printTarget("webhook behind Node's http, times a bare handler's rate", times(ours, bare), { atLeast: 0.65 });
    printTarget("webhook behind Node's http with a store, times a bare handler's rate", times(remembering, bare), { atLeast: 0.55 });
  } finally {
    for (const { stop } of servers) stop();
  }
}

/** @param {string} name */
async function start(name) {
  const child = fork(import.meta.filename, [name]);
  const [{ port }] = await once(child, 'message');
  return {
    name,
    /** @type {number} */ port,
    /** Microseconds of processor time that it has used. @returns {Promise<number>} */
    async busy() {
      child.send('busy');
      const [answer] = await once(child, 'message');
      return answer.busy;
    },
    stop: () => void child.kill(),
  };
}

/**
 * Sends so many requests, and says how many seconds it took. Over raw sockets: a client of Node's would be slower than what it measures.
 *
 * @param {number} port
 * @param {number} requests
 */
async function load(port, requests) {
  const begin = performance.now();
  let left = requests;
  const drive = async () => {
    const socket = connect(port, '127.0.0.1').setNoDelay(true);
    await once(socket, 'connect');
    await new Promise((resolve, reject) => {
      const next = () => {
        left -= 1;
        if (left >= 0) socket.write(nextRequest());
        else resolve(undefined);
      };
      socket.on('error', reject).on('close', () => reject(new Error('the server closed the connection')));
      socket.on('data', (data) => {
        // An answer of a few headers comes in one piece.
        const text = data.toString('latin1');
        if (text.startsWith('HTTP/1.1 200 ') && text.endsWith('\r\n\r\n')) next();
        else reject(new Error(`answered ${JSON.stringify(text)}`));
      });
      next();
    }).finally(() => {
      socket
        .removeAllListeners()
        .on('error', () => undefined)
        .destroy();
    });
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, drive));
  return (performance.now() - begin) / 1000;
}

/** With an id of its own, or the second would be known. */
function nextRequest() {
  events += 1;
  const id = `${String(events).padStart(8, '0')}-336e-00eb-7194-de9975baa012`;
  return REQUEST.replace(NDR_EVENT.id, id);
}
