/**
 * Bytes that are not the request that a client library sends: smuggled, folded, cut, renegotiated. Whatever arrives, nothing is handled without
 * its key, and the next request of somebody else is. Uploads and connections are in `test/adapters/node-sockets.test.ts`.
 */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import tls from 'node:tls';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { toNodeHandler } from '../../src/adapters/node.ts';
import { apiKey, NdrWebhookVerifier } from '../../src/shipping-ndr/webhook.ts';
import { event, KEY, portOf, serveWebhook, until } from '../adapters/webhook-server.ts';

const body = event('raw');
const length = Buffer.byteLength(body);
const lines = (...all: string[]): string => all.join('\r\n');
const keyed = (...more: string[]): string => lines('POST / HTTP/1.1', 'Host: a', `X-Api-Key: ${KEY}`, ...more, '', '');
const stranger = (...more: string[]): string => lines('POST / HTTP/1.1', 'Host: a', ...more, '', '');

/** What is sent, and how many events may be handled. */
const attacks: readonly (readonly [name: string, bytes: string | Buffer, handled: 0 | 1])[] = [
  [
    'a length and chunks',
    `${stranger(`Content-Length: ${length}`, 'Transfer-Encoding: chunked')}0\r\n\r\n${keyed(`Content-Length: ${length}`)}`,
    0,
  ],
  [
    'chunks that are spelt oddly',
    `${stranger('Transfer-Encoding: xchunked', 'Content-Length: 4')}0\r\n\r\n${keyed('Content-Length: 0')}`,
    0,
  ],
  ['chunked twice', `${keyed('Transfer-Encoding: chunked, chunked')}${length.toString(16)}\r\n${body}\r\n0\r\n\r\n`, 0],
  ['two lengths', `${keyed(`Content-Length: ${length}`, 'Content-Length: 0')}${body}`, 0],
  ['a negative length', `${keyed('Content-Length: -1')}${body}`, 0],
  ['a length in hexadecimal', `${keyed('Content-Length: 0x10')}${body}`, 0],
  ['a length with a sign', `${keyed(`Content-Length: +${length}`)}${body}`, 0],
  [
    'a key in the trailers',
    `${stranger('Transfer-Encoding: chunked', 'Trailer: x-api-key')}${length.toString(16)}\r\n${body}\r\n0\r\nX-Api-Key: ${KEY}\r\n\r\n`,
    0,
  ],
  ['a key in a folded header', `${stranger('X-Other: a', `\tX-Api-Key: ${KEY}`, `Content-Length: ${length}`)}${body}`, 0],
  ['a space before the colon', `${stranger(`X-Api-Key : ${KEY}`, `Content-Length: ${length}`)}${body}`, 0],
  ['a key after a line feed alone', `${stranger(`X-Other: a\nX-Api-Key: ${KEY}`, `Content-Length: ${length}`)}${body}`, 0],
  ['a key after a carriage return alone', `${stranger(`X-Other: a\rX-Api-Key: ${KEY}`, `Content-Length: ${length}`)}${body}`, 0],
  ['a key after a NUL', `${stranger(`X-Api-Key: \0${KEY}`, `Content-Length: ${length}`)}${body}`, 0],
  [
    'a key with an obsolete byte',
    Buffer.concat([
      Buffer.from(stranger().slice(0, -2)),
      Buffer.from(`X-Api-Key: ${KEY}`),
      Buffer.from([0xff]),
      Buffer.from(`\r\nContent-Length: ${length}\r\n\r\n${body}`),
    ]),
    0,
  ],
  ['another protocol', lines('PRI * HTTP/2.0', '', 'SM', '', ''), 0],
  ['HTTP/0.9', 'GET /\r\n\r\n', 0],
  ['HTTP/1.0 with a key', `${keyed(`Content-Length: ${length}`).replace('HTTP/1.1', 'HTTP/1.0')}${body}`, 1],
  ['an absolute URL', `${keyed(`Content-Length: ${length}`).replace('POST /', 'POST http://elsewhere.example/admin')}${body}`, 1],
  ['a path that is not one', `${keyed(`Content-Length: ${length}`).replace('POST /', 'POST //../%00/\\')}${body}`, 1],
  ['a host that is not one', `${keyed(`Content-Length: ${length}`).replace('Host: a', 'Host: a/../b?c#d@e')}${body}`, 1],
  ['two hosts', `${keyed('Host: b', `Content-Length: ${length}`)}${body}`, 1],
  ['Expect: 100-continue', `${keyed('Expect: 100-continue', `Content-Length: ${length}`)}${body}`, 1],
  ['an unknown expectation', `${keyed('Expect: the-unexpected', `Content-Length: ${length}`)}${body}`, 0],
  ['an upgrade', keyed('Connection: Upgrade', 'Upgrade: websocket', 'Content-Length: 0'), 0],
  ['CONNECT', keyed('Content-Length: 0').replace('POST /', 'CONNECT a:443'), 0],
  ['headers of 100 kB', `${keyed(`X-Long: ${'x'.repeat(100_000)}`, `Content-Length: ${length}`)}${body}`, 0],
  ['five thousand headers', `${keyed(...Array.from({ length: 5_000 }, (_, at) => `X-${at}: a`), `Content-Length: ${length}`)}${body}`, 0],
  ['random bytes', Buffer.from(Array.from({ length: 4_096 }, (_, at) => (at * 7_919) % 251)), 0],
  ['a TLS handshake', Buffer.from('16030100510100004d0303', 'hex'), 0],
];

test.each(attacks)('%s', async (_, bytes, handled) => {
  const served = await serveWebhook();
  const socket = connect(portOf(served), '127.0.0.1').on('error', () => undefined);
  let received = '';
  socket.on('data', (part) => {
    received += part;
  });
  socket.write(bytes);
  // A server that waits for more must not be waited for.
  await until(() => received !== '' || socket.destroyed || socket.closed || served.handle.mock.calls.length > 0);
  const response = await fetch(`http://127.0.0.1:${portOf(served)}/`, {
    method: 'POST',
    headers: { 'x-api-key': KEY },
    body: event('next'),
  });
  expect(response.status).toBe(200);
  socket.destroy();
  const ids = served.handle.mock.calls.map(([{ id }]) => id);
  // Some parsers accept what others refuse: less may be handled, never more.
  expect(ids.filter((id) => id === 'raw').length).toBeLessThanOrEqual(handled);
  expect(ids.filter((id) => id === 'next')).toHaveLength(1);
  expect(received).not.toContain(KEY);
});

/** A certificate and its key, if there is an openssl to make them. */
function makeCertificate(): string | undefined {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', '-', '-out', '-'];
  try {
    return execFileSync('openssl', ['req', '-x509', '-subj', '/CN=localhost', '-days', '2', ...key], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return undefined;
  }
}
const certificate = makeCertificate();

describe.skipIf(!certificate)('a client that renegotiates TLS in the middle of a body', () => {
  test.each([
    ['once is served', 1, 1],
    ['six times is cut off, and its event is not handled', 6, 0],
  ])('%s', async (_, times, handled) => {
    const handle = vi.fn();
    const errors: unknown[] = [];
    const handler = new NdrWebhookVerifier({ auth: apiKey({ keys: KEY }) }).handler(handle, { onError: (error) => errors.push(error) });
    const server = createServer({ key: certificate, cert: certificate, maxVersion: 'TLSv1.2' }, toNodeHandler(handler));
    server.on('clientError', (_error, socket) => socket.destroy());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close().closeAllConnections());
    const client = tls.connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', rejectUnauthorized: false });
    client.on('error', () => undefined).resume();
    await once(client, 'secureConnect');
    const closed = new Promise((resolve) => client.once('close', resolve));
    client.write(`${keyed(`Content-Length: ${length}`, 'Connection: close')}${body.slice(0, 40)}`);
    for (let time = 0; time < times; time += 1) {
      // It never calls back once the connection is cut.
      const renegotiated = new Promise<void>((resolve) => {
        if (client.destroyed || client.renegotiate({ rejectUnauthorized: false }, () => resolve()) === false) resolve();
      });
      await Promise.race([renegotiated, closed]);
    }
    if (!client.destroyed) client.write(body.slice(40));
    await closed;
    await until(() => handle.mock.calls.length + errors.length > 0);
    expect(handle).toHaveBeenCalledTimes(handled);
    if (handled === 0) expect(errors).toMatchObject([{ code: 'CONNECTION' }]);
  });
});
