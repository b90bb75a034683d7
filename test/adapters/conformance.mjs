/**
 * What every adapter and framework must do: one table, run over real HTTP against whatever serves the handlers of handlers.mjs.
 *
 * The judge is Node's own client and the bytes on the wire; nothing here knows how a host makes its requests.
 */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID, sign } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { NDR_EVENT, WEBHOOK_BODY } from '../runtime/suite/samples.mjs';
import { API_KEY, CHUNK, PARAMETER, USER } from './handlers.mjs';

/**
 * What a host cannot do, and why that is not the adapter's fault.
 *
 * @typedef {object} Limits
 * @property {true} [losesDoubles] it passes on only the last of several headers or parameters
 * @property {true} [losesDoubledAuthorization] it passes on only the first of several `Authorization` headers, as Node does
 * @property {true} [isGateway] the handler is not at the end of the connection: no streams, no abort, no keep-alive
 * @property {true} [parsesJson] a parser runs first and responds to some requests itself
 * @property {true} [keepsRawBody] the parser keeps the bytes
 * @property {true} [answersItself] it responds to methods that the route does not name
 */

/**
 * @typedef {object} Host
 * @property {string} name
 * @property {Limits} [limits]
 * @property {string} url base URL of the routes
 * @property {import('node:crypto').KeyObject} privateKey of Buy with Prime
 */

/**
 * @typedef {object} Received
 * @property {number} status
 * @property {import('node:http').IncomingHttpHeaders} headers
 * @property {Buffer} body
 * @property {boolean} isWhole
 * @property {boolean} isReused whether an earlier request came over the same connection
 */

const JSON_TYPE = ['Content-Type', 'application/json; charset=utf-8'];
const KEY = ['X-Api-Key', API_KEY];

/** @type {readonly { readonly name: string, readonly without?: keyof Limits, readonly run: (host: Host) => Promise<void> }[]} */
export const checks = [
  {
    name: 'handles a good event and responds with 200',
    run: async (host) => {
      const id = randomUUID();
      assert.equal((await post(host, ndr(id), [...KEY, ...JSON_TYPE])).status, 200);
      assert.deepEqual(await handled(host, [id]), [id]);
    },
  },
  {
    name: 'responds to a wrong key and a missing one with 401 and a challenge',
    run: async (host) => {
      const id = randomUUID();
      for (const key of [['X-Api-Key', 'wrong'], []]) {
        const { status, headers } = await post(host, ndr(id), [...key, ...JSON_TYPE]);
        assert.equal(status, 401);
        assert.match(headers['www-authenticate'] ?? '', /^ApiKey, QueryParameter, Basic realm=/);
      }
      assert.deepEqual(await handled(host, [id]), []);
    },
  },
  {
    name: 'refuses a key that is sent twice',
    without: 'losesDoubles',
    run: async (host) => {
      assert.equal((await post(host, ndr(), [...KEY, ...KEY, ...JSON_TYPE])).status, 401);
      assert.equal((await post(host, ndr(), [...KEY, 'x-api-key', 'wrong', ...JSON_TYPE])).status, 401);
    },
  },
  {
    name: 'accepts a user name and password, and refuses them twice',
    run: async (host) => {
      const { username, password } = USER;
      const basic = ['Authorization', `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`];
      assert.equal((await post(host, ndr(), [...basic, ...JSON_TYPE])).status, 200);
      const doubled = await post(host, ndr(), [...basic, 'Authorization', 'Basic d3Jvbmc6d3Jvbmc=', ...JSON_TYPE]);
      const { losesDoubles, losesDoubledAuthorization } = host.limits ?? {};
      // Node keeps the first and a load balancer the last; they can be refused only if all arrive.
      assert.equal(doubled.status, losesDoubledAuthorization && !losesDoubles ? 200 : 401);
    },
  },
  {
    name: 'accepts a query parameter, and refuses it twice',
    run: async (host) => {
      const path = `/amazon/ndr?a=%26&key=${PARAMETER}&b=%20`;
      assert.equal((await post(host, ndr(), JSON_TYPE, { path })).status, 200);
      assert.equal((await post(host, ndr(), JSON_TYPE, { path: '/amazon/ndr?key=wrong' })).status, 401);
      if (!host.limits?.losesDoubles) assert.equal((await post(host, ndr(), JSON_TYPE, { path: `${path}&key=${PARAMETER}` })).status, 401);
    },
  },
  {
    name: 'responds to JSON that is cut off with 503, and to JSON that cannot be an event with 400',
    run: async (host) => {
      const { status } = await post(host, '{"cut', [...KEY, ...JSON_TYPE]);
      // A parser that runs first responds with 400: the guide says to mount the webhook before it.
      assert(status === 503 || (host.limits?.parsesJson && status === 400), String(status));
      assert.equal((await post(host, '[{}, 7]', [...KEY, ...JSON_TYPE])).status, 400);
    },
  },
  {
    name: 'responds to a method that sends no event with 405',
    run: async (host) => {
      for (const method of ['GET', 'DELETE', 'OPTIONS']) {
        const { status, headers } = await call(host, '/amazon/ndr', { method, headers: KEY });
        // Next.js answers OPTIONS itself if a route does not export it.
        assert(status === 405 || (status === 204 && method === 'OPTIONS' && host.limits?.answersItself), `${method}: ${status}`);
        if (!host.limits?.answersItself) assert.equal(headers.allow, 'POST, PUT, PATCH');
      }
      for (const method of ['HEAD']) {
        const { status, body } = await call(host, '/amazon/ndr', { method, headers: KEY });
        assert.deepEqual([status, body.length], [405, 0]);
      }
    },
  },
  {
    name: 'responds to XML with 415',
    run: async (host) => {
      const { status } = await post(host, '<event/>', [...KEY, 'Content-Type', 'text/xml']);
      assert.equal(status, 415);
    },
  },
  {
    name: 'responds to what is too large with 413, and the connection stays usable',
    run: async (host) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      try {
        const large = ndr(randomUUID(), { filler: 'x'.repeat(1_100_000) });
        assert.equal((await post(host, large, [...KEY, ...JSON_TYPE], { agent })).status, 413);
        assert.equal((await post(host, large, [...KEY, ...JSON_TYPE, 'Transfer-Encoding', 'chunked'], { agent })).status, 413);
        const { status, isReused } = await post(host, ndr(), [...KEY, ...JSON_TYPE], { agent });
        assert.deepEqual([status, isReused], [200, true]);
      } finally {
        agent.destroy();
      }
    },
  },
  {
    name: 'responds with 503 and Retry-After when the handler fails',
    run: async (host) => {
      const { status, headers, body } = await post(host, ndr(`fail-${randomUUID()}`), [...KEY, ...JSON_TYPE]);
      assert.deepEqual([status, headers['retry-after']], [503, '60']);
      assert.doesNotMatch(body.toString(), /database/);
      assert((await seen(host)).errors.includes('the database is down'));
    },
  },
  {
    name: 'reads a body in chunks, with any content type, also one that is not a type, and without one',
    run: async (host) => {
      const odd = ['json', '', 'application/json charset=utf-8', 'application/json, application/json'].map((type) => [
        'Content-Type',
        type,
      ]);
      for (const type of [JSON_TYPE, [], ...odd]) {
        const id = randomUUID();
        const { status } = await post(host, ndr(id), [...KEY, ...type, 'Transfer-Encoding', 'chunked']);
        assert.equal(status, 200, `the content type ${type[1]}`);
        assert.deepEqual(await handled(host, [id]), [id]);
      }
    },
  },
  {
    name: 'passes on every byte, the URL, the method and each cookie',
    without: 'parsesJson',
    run: async (host) => {
      const body = Buffer.concat([Buffer.from(Array.from({ length: 256 }, (_, at) => at)), randomBytes(300_000)]);
      const path = '/echo?a=%2F&b=%C3%A4&a=c+d';
      const { status, headers, body: echoed } = await call(host, path, { method: 'PUT', headers: ['Content-Type', 'application/x'], body });
      assert.equal(status, 200);
      assert(echoed.equals(body));
      assert.equal(headers['x-method'], 'PUT');
      assert.equal(headers['x-type'], 'application/x');
      const { pathname, searchParams } = new URL(String(headers['x-url']));
      const query = host.limits?.losesDoubles
        ? [
            ['a', 'c d'],
            ['b', 'ä'],
          ]
        : [
            ['a', '/'],
            ['b', 'ä'],
            ['a', 'c d'],
          ];
      assert.equal(pathname, '/echo');
      assert.deepEqual([...searchParams].sort(), query.sort());
      const cookies = ['a=1; Path=/', 'b=2; Path=/'];
      assert.deepEqual(headers['set-cookie'], host.limits?.losesDoubles ? cookies.slice(1) : cookies);
    },
  },
  {
    name: 'passes on an empty body, and responds to HEAD without one',
    run: async (host) => {
      const empty = await call(host, '/echo', { method: 'POST', headers: [] });
      assert.deepEqual([empty.status, empty.body.length, empty.headers['x-type']], [200, 0, 'none']);
      const { status, body } = await call(host, '/echo', { method: 'HEAD', headers: [] });
      assert.deepEqual([status, body.length], [200, 0]);
    },
  },
  {
    name: 'reads a body that waits for 100 Continue',
    without: 'isGateway',
    run: async (host) => {
      const id = randomUUID();
      assert.equal((await post(host, ndr(id), [...KEY, ...JSON_TYPE, 'Expect', '100-continue'])).status, 200);
      assert.deepEqual(await handled(host, [id]), [id]);
    },
  },
  {
    name: 'verifies a signature over the bytes that were sent',
    run: async (host) => {
      const id = randomUUID();
      // Whitespace that no JSON.stringify() would write.
      const body = JSON.stringify({ ...WEBHOOK_BODY, idempotencyKey: id }, null, 3);
      const signature = sign('sha384', Buffer.from(body), host.privateKey).toString('base64');
      const send = (text) => post(host, text, [...JSON_TYPE, 'x-amzn-signature', signature, 'x-amzn-kid', 'k'], { path: '/amazon/bwp' });
      const { parsesJson, keepsRawBody } = host.limits ?? {};
      if (parsesJson && !keepsRawBody) {
        assert.equal((await send(body)).status, 503);
        assert.match((await seen(host)).errors.at(-1) ?? '', /express\.json\(\)/);
        return;
      }
      assert.equal((await send(body)).status, 200);
      assert.deepEqual(await handled(host, [id]), [id]);
      assert.equal((await send(body.replace('PACKAGE_DELIVERED', 'PACKAGE_DELIVERER'))).status, 401);
    },
  },
  {
    name: 'responds with 500 if a handler throws',
    run: async (host) => {
      const { status } = await call(host, '/throw', { method: 'POST', headers: [] });
      assert.equal(status, host.limits?.isGateway ? 502 : 500);
    },
  },
  {
    name: 'aborts the signal when the client goes away',
    without: 'isGateway',
    run: async (host) => {
      const before = await seen(host);
      const outgoing = httpRequest(`${host.url}/hang`, { method: 'POST' }).on('error', () => undefined);
      outgoing.end('{}');
      // What is cut off before the handler has it never starts.
      await until(async () => (await seen(host)).hanging > before.hanging);
      outgoing.destroy();
      await until(async () => (await seen(host)).aborted > before.aborted);
    },
  },
  {
    name: 'survives a body that breaks off',
    run: async (host) => {
      const { hostname, port } = new URL(host.url);
      const socket = connect(Number(port), hostname).on('error', () => undefined);
      socket.write(
        `POST /amazon/ndr HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${API_KEY}\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"id"`,
      );
      await new Promise((resolve) => setTimeout(resolve, 100));
      socket.destroy();
      assert.equal((await post(host, ndr(), [...KEY, ...JSON_TYPE])).status, 200);
    },
  },
  {
    name: 'responds in parts, as they are made',
    without: 'isGateway',
    run: async (host) => {
      const parts = [];
      for await (const part of await open(host, '/drip')) {
        parts.push(String(part));
        if (parts.length === 1) await call(host, '/go-on', { method: 'POST', headers: [] });
      }
      assert.deepEqual(parts, ['one ', 'two']);
    },
  },
  {
    name: 'produces no more than the client reads, and stops when it is gone',
    without: 'isGateway',
    run: async (host) => {
      const before = await seen(host);
      const incoming = await open(host, '/flood');
      await new Promise((resolve) => incoming.once('readable', resolve));
      await new Promise((resolve) => setTimeout(resolve, 300));
      const { pulled } = await seen(host);
      // What the buffers of both ends hold, and not a third of a second's worth of zeros.
      assert((pulled - before.pulled) * CHUNK < 64_000_000, `${pulled - before.pulled} chunks were made`);
      incoming.destroy();
      await until(async () => (await seen(host)).cancelled === before.cancelled + 1);
    },
  },
  {
    name: 'breaks a response off if its body fails',
    without: 'isGateway',
    run: async (host) => {
      const response = await call(host, '/broken', { method: 'POST', headers: [] }).catch(() => undefined);
      // If nothing was sent yet, an error is as good.
      assert(!response?.isWhole || response.status === 500, `a whole response with the status ${response?.status}`);
    },
  },
  {
    name: 'handles 1,000 requests at once, each once',
    without: 'isGateway',
    run: async (host) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 200 });
      try {
        const ids = Array.from({ length: 1000 }, () => randomUUID());
        const responses = await Promise.all(ids.map((id) => post(host, ndr(id), [...KEY, ...JSON_TYPE], { agent })));
        assert(responses.every(({ status }) => status === 200));
        assert.deepEqual((await handled(host, ids)).sort(), ids.sort());
      } finally {
        agent.destroy();
      }
    },
  },
];

/**
 * Runs the table, and returns what failed.
 *
 * @param {Host} host
 */
export async function runTable(host) {
  const failures = [];
  const due = checks.filter(({ without }) => !(without && host.limits?.[without]));
  for (const { name, run } of due) {
    try {
      await within(60_000, run(host));
    } catch (error) {
      failures.push({ name, error });
    }
  }
  return { passed: due.length - failures.length, failures };
}

/**
 * An NDR event.
 *
 * @param {string} [id]
 * @param {object} [detail]
 */
function ndr(id = randomUUID(), detail = {}) {
  return JSON.stringify({ ...NDR_EVENT, id, detail: { ...NDR_EVENT.detail, ...detail } });
}

/**
 * @param {Host} host
 * @param {string} body
 * @param {string[]} headers names and values in turn
 * @param {{ path?: string, agent?: Agent }} [where]
 */
function post(host, body, headers, { path = '/amazon/ndr', ...agent } = {}) {
  return call(host, path, { method: 'POST', headers, body, ...agent });
}

/**
 * @param {Host} host
 * @param {string} path
 * @param {{ method: string, headers: string[], body?: string | Buffer, agent?: Agent }} request
 * @returns {Promise<Received>}
 */
function call({ url }, path, { headers, body = '', ...options }) {
  return new Promise((resolve, reject) => {
    const names = headers.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase());
    const length = names.includes('transfer-encoding') || body.length === 0 ? [] : ['Content-Length', String(Buffer.byteLength(body))];
    // With a list, Node adds no others but this.
    const all = ['Host', new URL(url).host, ...headers, ...length];
    const outgoing = httpRequest(url + path, { ...options, headers: /** @type {any} */ (all) }, async (incoming) => {
      const parts = [];
      try {
        for await (const part of incoming) parts.push(part);
      } catch {
        // It broke off.
      }
      const { statusCode: status = 0, headers: received, complete: isWhole } = incoming;
      resolve({ status, headers: received, body: Buffer.concat(parts), isWhole, isReused: outgoing.reusedSocket });
    });
    outgoing.on('error', reject);
    if (names.includes('expect')) outgoing.on('continue', () => outgoing.end(body)).flushHeaders();
    else outgoing.end(body);
  });
}

/**
 * The response, to be read as it comes.
 *
 * @param {Host} host
 * @param {string} path
 * @returns {Promise<import('node:http').IncomingMessage>}
 */
function open({ url }, path) {
  return new Promise((resolve, reject) => {
    httpRequest(url + path, { method: 'POST' }, resolve)
      .on('error', reject)
      .end();
  });
}

/**
 * @param {Host} host
 * @returns {Promise<import('./handlers.mjs').Seen>}
 */
async function seen(host) {
  return JSON.parse((await call(host, '/seen', { method: 'GET', headers: [] })).body.toString());
}

/**
 * Which of the events were handled, as often as they were handled.
 *
 * @param {Host} host
 * @param {readonly string[]} ids
 */
async function handled(host, ids) {
  const wanted = new Set(ids);
  return (await seen(host)).events.filter((id) => wanted.has(id));
}

/** @param {() => Promise<boolean>} condition */
async function until(condition) {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}

/**
 * @param {number} milliseconds
 * @param {Promise<void>} work
 */
async function within(milliseconds, work) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${milliseconds} ms`)), milliseconds);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
