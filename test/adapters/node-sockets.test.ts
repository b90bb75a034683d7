/** toNodeHandler() with a webhook against clients that misbehave, over raw sockets. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { event, KEY, portOf, type Served, serveWebhook, until } from './webhook-server.ts';

const LIMIT = 1_048_576;

/** Unhandled rejections fail the run by themselves; uncaught exceptions of a socket are recorded here. */
const uncaught: unknown[] = [];
const note = (error: unknown): void => void uncaught.push(error);
process.on('uncaughtExceptionMonitor', note);
afterEach(() => {
  expect(uncaught).toEqual([]);
});

async function open(served: Served): Promise<Socket & { received: string }> {
  const socket = Object.assign(connect(portOf(served), '127.0.0.1'), { received: '' });
  socket.setEncoding('latin1').on('error', () => undefined);
  socket.on('data', (part) => {
    socket.received += part;
  });
  await once(socket, 'connect');
  return socket;
}

const statusesIn = (text: string): number[] => [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));

/** The start of a request, with the headers that authenticate it. */
function head(length: number | 'chunked', method = 'POST', more = ''): string {
  const framing = length === 'chunked' ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`;
  return `${method} /ndr HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${KEY}\r\nContent-Type: application/json\r\n${framing}\r\n${more}\r\n`;
}

const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

describe('an upload', () => {
  test('of exactly the limit is read, and of one byte more gets 413, whether its length is announced or not', async () => {
    const served = await serveWebhook();
    for (const [size, status] of [
      [LIMIT, 200],
      [LIMIT + 1, 413],
    ] as const) {
      const body = event(`e-${size}`, size);
      expect(Buffer.byteLength(body)).toBe(size);
      for (const request of [head(size) + body, `${head('chunked')}${chunk(body)}0\r\n\r\n`]) {
        const socket = await open(served);
        socket.write(request);
        await until(() => socket.received.includes('\r\n\r\n'));
        expect(statusesIn(socket.received)).toEqual([status]);
        socket.destroy();
      }
    }
    expect(served.handle).toHaveBeenCalledTimes(2);
  });

  test('that announces more than the limit gets 413 before it is sent', async () => {
    const served = await serveWebhook();
    const socket = await open(served);
    socket.write(head(LIMIT + 1));
    await until(() => socket.received.includes('\r\n\r\n'));
    expect(statusesIn(socket.received)).toEqual([413]);
  });

  test('byte by byte is read', async () => {
    const served = await serveWebhook();
    const socket = await open(served);
    socket.setNoDelay(true);
    const body = event('slow');
    socket.write(head(Buffer.byteLength(body)));
    for (const byte of body) socket.write(byte);
    await until(() => socket.received.includes('\r\n\r\n'));
    expect(statusesIn(socket.received)).toEqual([200]);
  });

  test('in chunks of one byte, with extensions and trailers, is read', async () => {
    const served = await serveWebhook();
    const socket = await open(served);
    socket.write(head('chunked', 'POST', 'Trailer: X-Check\r\n'));
    for (const byte of event('chunks')) socket.write(`1;a=b\r\n${byte}\r\n`);
    socket.write('0\r\nX-Check: 1\r\n\r\n');
    await until(() => socket.received.includes('\r\n\r\n'));
    expect(statusesIn(socket.received)).toEqual([200]);
  });

  test('that stalls gets 503 when the time budget is used up, and is not handled when the rest comes', async () => {
    const served = await serveWebhook(() => undefined, { timeBudget: 100 });
    const socket = await open(served);
    const body = event('stalled');
    socket.write(head(Buffer.byteLength(body)) + body.slice(0, 50));
    await until(() => socket.received.includes('\r\n\r\n'));
    expect(statusesIn(socket.received)).toEqual([503]);
    socket.write(body.slice(50));
    await sleep(50);
    expect(served.handle.mock.calls.length).toBeLessThanOrEqual(1);
    expect(statusesIn(socket.received)).toEqual([503]);
    // The connection is usable again.
    const next = event('next');
    socket.write(head(Buffer.byteLength(next)) + next);
    await until(() => statusesIn(socket.received).length === 2);
    expect(statusesIn(socket.received)).toEqual([503, 200]);
  });

  test.each<[string, (socket: Socket) => void]>([
    ['closed', (socket) => socket.end()],
    ['reset', (socket) => socket.resetAndDestroy()],
    ['destroyed', (socket) => socket.destroy()],
  ])('that is %s in the middle is not handled, and is reported', async (_, stop) => {
    const served = await serveWebhook();
    for (const framing of [head(500), `${head('chunked')}${chunk('{"id"')}`]) {
      const socket = await open(served);
      socket.write(`${framing}{"id":"cut`);
      await until(() => served.exchanges.length > 0);
      await sleep(20);
      stop(socket);
      await until(() => served.errors.length > 0);
      expect(served.errors.splice(0)).toMatchObject([{ code: 'CONNECTION' }]);
      served.exchanges.length = 0;
    }
    expect(served.handle).not.toHaveBeenCalled();
  });

  test('with a chunk that is not one is not handled', async () => {
    const served = await serveWebhook();
    const socket = await open(served);
    socket.write(`${head('chunked')}zz\r\n${event('bad')}\r\n0\r\n\r\n`);
    await once(socket, 'close');
    expect(statusesIn(socket.received).every((status) => status >= 400)).toBe(true);
    expect(served.handle).not.toHaveBeenCalled();
  });

  test('with two lengths, or a length and chunks, does not reach the handler', async () => {
    const served = await serveWebhook();
    const body = event('smuggled');
    for (const more of [`Content-Length: ${body.length + 1}\r\n`, 'Transfer-Encoding: chunked\r\n', 'Transfer-Encoding: identity\r\n']) {
      const socket = await open(served);
      socket.end(head(Buffer.byteLength(body), 'POST', more) + body);
      await once(socket, 'close');
      expect(statusesIn(socket.received).every((status) => status >= 400)).toBe(true);
    }
    expect(served.handle).not.toHaveBeenCalled();
  });
});

describe('a connection', () => {
  test('with pipelined requests gets the responses in order, each for its own event', async () => {
    const handled: string[] = [];
    const served = await serveWebhook(async (given) => {
      const { id } = given as { readonly id: string };
      if (id === 'p-3') throw new Error('the database is down');
      await sleep(id === 'p-0' ? 30 : 0);
      handled.push(id);
    });
    const socket = await open(served);
    const requests = Array.from({ length: 8 }, (_, at) => {
      const body = event(`p-${at}`);
      if (at === 5) return head(body.length + 1, 'GET').replace(/Content-Length.*\r\n/, '');
      if (at === 6) return head(Buffer.byteLength(body)).replace(KEY, 'wrong') + body;
      return head(Buffer.byteLength(body)) + body;
    });
    socket.write(requests.join(''));
    await until(() => statusesIn(socket.received).length === 8);
    expect(statusesIn(socket.received)).toEqual([200, 200, 200, 503, 200, 405, 401, 200]);
    expect(handled.sort()).toEqual(['p-0', 'p-1', 'p-2', 'p-4', 'p-7']);
  });

  test('stays usable after a refused body, which is discarded', async () => {
    const served = await serveWebhook();
    const socket = await open(served);
    const large = event('large', LIMIT + 100_000);
    const good = event('good');
    socket.write(head(Buffer.byteLength(large)) + large);
    socket.write(head(Buffer.byteLength(large)).replace(KEY, 'wrong') + large);
    socket.write(head(Buffer.byteLength(good)) + good);
    await until(() => statusesIn(socket.received).length === 3);
    expect(statusesIn(socket.received)).toEqual([413, 401, 200]);
  });

  test.each(['GET', 'HEAD', 'OPTIONS', 'DELETE', 'TRACE', 'PROPFIND'])('gets 405 for %s, with and without a body', async (method) => {
    const served = await serveWebhook();
    const socket = await open(served);
    const body = event('x');
    socket.write(head(0, method) + head(Buffer.byteLength(body), method) + body);
    const good = event('good');
    socket.write(head(Buffer.byteLength(good)) + good);
    await until(() => statusesIn(socket.received).length === 3);
    expect(statusesIn(socket.received)).toEqual([405, 405, 200]);
    expect(socket.received).toContain('allow: POST');
    if (method === 'HEAD') expect(socket.received).not.toContain('message');
  });

  test('that is closed before the response aborts nothing and breaks nothing: the event is handled, and redelivered', async () => {
    let finish = (): void => undefined;
    const served = await serveWebhook(() => new Promise<void>((resolve) => (finish = resolve)));
    const socket = await open(served);
    const body = event('gone');
    socket.write(head(Buffer.byteLength(body)) + body);
    await until(() => served.handle.mock.calls.length === 1);
    socket.destroy();
    await sleep(20);
    finish();
    await sleep(20);
    const other = await open(served);
    const next = event('next');
    other.write(head(Buffer.byteLength(next)) + next);
    await until(() => served.handle.mock.calls.length === 2);
    finish();
    await until(() => other.received.includes('\r\n\r\n'));
    expect(statusesIn(other.received)).toEqual([200]);
  });

  test('is not held by a handler that never resolves', async () => {
    const aborted: unknown[] = [];
    const served = await serveWebhook(
      (_, { signal }) => new Promise(() => signal.addEventListener('abort', () => aborted.push(signal.reason))),
      { timeBudget: 50 },
    );
    const socket = await open(served);
    const body = event('hangs');
    socket.write(head(Buffer.byteLength(body)) + body);
    await until(() => socket.received.includes('\r\n\r\n'));
    expect(statusesIn(socket.received)).toEqual([503]);
    expect(aborted).toMatchObject([{ code: 'TIMEOUT' }]);
  });

  test('leaves no listener on its socket and no timer, however many requests it has', async () => {
    const warnings: Error[] = [];
    const warn = (warning: Error): void => void warnings.push(warning);
    process.on('warning', warn);
    onTestFinished(() => void process.off('warning', warn));
    const served = await serveWebhook();
    const socket = await open(served);
    const counts: number[] = [];
    for (let at = 0; at < 50; at += 1) {
      const body = event(`n-${at}`);
      socket.write(head(Buffer.byteLength(body)) + body);
      await until(() => statusesIn(socket.received).length === at + 1);
      const serverSide = served.exchanges[at]?.[0].socket as Socket;
      counts.push(serverSide.eventNames().reduce((sum, name) => sum + serverSide.listenerCount(name), 0));
    }
    expect(Math.max(...counts)).toBe(counts[0]);
    expect(warnings).toEqual([]);
    socket.end();
    await once(socket, 'close');
    expect(await new Promise((resolve) => served.server.getConnections((_, count) => resolve(count)))).toBe(0);
  });
});
