/** toNodeHandler() behind what reads or parses a body first: Express' parsers, Koa's, the rawBody snippet, byte counters. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { type AdapterOptions, type FetchHandler, toNodeHandler } from '../../src/adapters/node.ts';
import { TimeoutError } from '../../src/core/errors.ts';
import { apiKey, NdrWebhookVerifier } from '../../src/shipping-ndr/webhook.ts';
import { closeAll, listen } from './servers.ts';
import { event, KEY, portOf, type Served, serveWebhook, until } from './webhook-server.ts';

afterAll(closeAll);

/** Serves a handler behind what a framework does to a request first. */
function serve(handler: FetchHandler, options: AdapterOptions = {}, before: (incoming: IncomingMessage) => unknown = () => undefined) {
  const receive = toNodeHandler(handler, options);
  const listener: RequestListener = async (incoming, outgoing) => {
    await before(incoming);
    await receive(incoming, outgoing);
  };
  return listen(createServer(listener));
}

describe('a body that a parser has read', () => {
  const read = async (incoming: IncomingMessage): Promise<Buffer> => Buffer.concat(await incoming.toArray());
  const echo: FetchHandler = async (given) => {
    return Response.json({ text: await given.text(), headers: Object.fromEntries(given.headers) });
  };
  const post = (url: string, body: string, type = 'application/json') =>
    fetch(url, { method: 'POST', body, headers: { 'content-type': type } });

  test.each([
    ['into bytes', (incoming: IncomingMessage, bytes: Buffer) => Object.assign(incoming, { body: bytes })],
    ['into a string', (incoming: IncomingMessage, bytes: Buffer) => Object.assign(incoming, { body: bytes.toString() })],
    [
      'into an object, beside the raw bytes',
      (incoming: IncomingMessage, bytes: Buffer) => Object.assign(incoming, { body: {}, rawBody: bytes }),
    ],
  ])('%s is the one that was sent', async (_, keep) => {
    const url = await serve(echo, {}, async (incoming) => keep(incoming, await read(incoming)));
    expect(await (await post(url, '{ "a": "ä" }')).json()).toMatchObject({ text: '{ "a": "ä" }' });
  });

  test('and decompressed has no headers that say otherwise', async () => {
    const url = await serve(echo, {}, async (incoming) => Object.assign(incoming, { rawBody: gunzipSync(await read(incoming)), body: {} }));
    const body = gzipSync('{}');
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-encoding': 'gzip', 'content-type': 'application/json' },
    });
    const { text, headers } = (await response.json()) as { text: string; headers: object };
    expect(text).toBe('{}');
    expect(headers).not.toHaveProperty('content-encoding');
    expect(headers).not.toHaveProperty('content-length');
  });

  test('into an object is serialised, without the headers of the old one', async () => {
    const parse = async (incoming: IncomingMessage) => Object.assign(incoming, { body: JSON.parse(String(await read(incoming))) });
    const open = await serve(async (given) => Response.json([await given.json(), Object.fromEntries(given.headers)]), {}, parse);
    const [body, headers] = (await (await post(open, '{ "__proto__": 1, "a": [2] }')).json()) as [object, object];
    expect(JSON.stringify(body)).toBe('{"__proto__":1,"a":[2]}');
    expect(headers).toMatchObject({ 'content-type': 'application/json' });
    expect(headers).not.toHaveProperty('content-length');
  });

  test('into a form is written as a form, with the names that are there twice', async () => {
    const body = { grant_type: 'client_credentials', scope: ['a b', 'c&d'] };
    const handler: FetchHandler = async (given) => Response.json([...new URLSearchParams(await given.text())]);
    const url = await serve(handler, {}, async (incoming) => Object.assign(incoming, { body: await read(incoming).then(() => body) }));
    const response = await post(url, 'ignored', 'application/x-www-form-urlencoded;charset=utf-8');
    expect(await response.json()).toEqual([
      ['grant_type', 'client_credentials'],
      ['scope', 'a b'],
      ['scope', 'c&d'],
    ]);
  });

  test('into rawBody as it comes is read when it is complete', async () => {
    const slow: FetchHandler = async (given) => {
      await sleep(50);
      return echo(given);
    };
    const url = await serve(slow, {}, async (incoming) => {
      const snippet = Object.assign(incoming, { rawBody: '' });
      incoming.on('data', (part) => {
        snippet.rawBody += part;
      });
      await once(incoming, 'data');
    });
    const body = JSON.stringify({ filler: 'x'.repeat(300_000) });
    expect(await (await post(url, body)).json()).toMatchObject({ text: body });
  });

  test('is ignored while the stream is unread: Express 4 leaves {} there', async () => {
    const url = await serve(echo, {}, (incoming) => Object.assign(incoming, { body: {} }));
    expect(await (await post(url, '{"a":1}')).json()).toMatchObject({ text: '{"a":1}' });
  });

  test('and nobody stored is a mistake that is named; an empty one is empty', async () => {
    const onError = vi.fn();
    const url = await serve(echo, { onError }, read);
    expect((await post(url, '{}')).status).toBe(500);
    expect(onError.mock.lastCall?.[0]).toMatchObject({ code: 'CONFIGURATION', message: expect.stringContaining('has been read already') });
    expect(await (await post(url, '')).json()).toMatchObject({ text: '' });
  });
});

describe('behind a middleware that reads the stream', () => {
  const post = async (served: Served, body: string): Promise<number> => {
    const headers = { 'x-api-key': KEY, 'content-type': 'application/json' };
    return (await fetch(`http://127.0.0.1:${portOf(served)}/ndr`, { method: 'POST', headers, body })).status;
  };
  type Flowing = IncomingMessage & { rawBody?: unknown; body?: unknown };

  const collect = (incoming: Flowing): void => {
    incoming.rawBody = '';
    incoming.on('data', (part) => {
      incoming.rawBody += part;
    });
  };
  const leave = (body: (text: string) => unknown) => async (incoming: Flowing) => {
    const bytes = Buffer.concat(await incoming.toArray());
    incoming.body = body(bytes.toString());
  };

  test.each<[string, (incoming: Flowing) => unknown, number]>([
    ['counts bytes', (incoming) => void incoming.on('data', () => undefined), 200],
    ['collects them in rawBody as a string', collect, 200],
    [
      'collects them in rawBody as bytes',
      (incoming) => {
        incoming.rawBody = Buffer.alloc(0);
        incoming.on('data', (part) => {
          incoming.rawBody = Buffer.concat([incoming.rawBody as Buffer, part]);
        });
      },
      200,
    ],
    ['asks for strings', (incoming) => void incoming.setEncoding('utf8'), 200],
    ['pauses it', (incoming) => void incoming.on('data', () => undefined).pause(), 200],
    ['starts to drop it', (incoming) => void incoming.resume(), 200],
    ['has read it into body as a string', leave(String), 200],
    ['has read it into body as bytes', leave(Buffer.from), 200],
    ['has parsed it into body', leave(JSON.parse), 200],
    ['has read it and left {} in its place', leave(() => ({})), 503],
    ['has read it and left null in its place', leave(() => null), 503],
    ['has read it and left nothing', (incoming) => incoming.toArray(), 503],
    [
      'drops it',
      async (incoming) => {
        incoming.resume();
        await once(incoming, 'end');
      },
      503,
    ],
    [
      'counts bytes, and then waits',
      async (incoming) => {
        incoming.on('data', () => undefined);
        await sleep(30);
      },
      503,
    ],
    [
      'collects them in rawBody, and then waits',
      async (incoming) => {
        collect(incoming);
        await sleep(30);
      },
      200,
    ],
    [
      'collects them in rawBody, and continues at the first',
      async (incoming) => {
        collect(incoming);
        await once(incoming, 'data');
      },
      200,
    ],
    [
      'collects part of them in rawBody, and stops',
      async (incoming) => {
        collect(incoming);
        await once(incoming, 'data');
        incoming.removeAllListeners('data');
      },
      503,
    ],
    [
      'closes it',
      async (incoming) => {
        incoming.destroy();
        await once(incoming, 'close');
      },
      0,
    ],
  ])('that %s', async (_, before, status) => {
    const served = await serveWebhook(() => undefined, { before });
    const got = await post(served, event('e-1', 100_000)).catch(() => 0);
    expect([got, served.handle.mock.calls.length]).toEqual([status, status === 200 ? 1 : 0]);
    if (status !== 200) await until(() => served.errors.length === 1);
    expect(served.errors.every((error) => !(error instanceof TimeoutError))).toBe(true);
  });
});

describe('a middleware that sets an encoding', () => {
  const seen = async (encoding: BufferEncoding) => {
    const echo: FetchHandler = async (request) => new Response(await request.text());
    const url = await serve(echo, {}, (incoming) => incoming.setEncoding(encoding));
    return fetch(url, { method: 'POST', body: 'Bengalūru é' });
  };

  test.each(['utf8', 'latin1', 'binary'] as const)('%s changes no byte', async (encoding) => {
    expect(await (await seen(encoding)).text()).toBe('Bengalūru é');
  });

  test.each(['base64', 'hex', 'ascii', 'utf16le'] as const)('%s is a fault of the set-up: the event is redelivered', async (encoding) => {
    const onError = vi.fn();
    const receive = new NdrWebhookVerifier({ auth: apiKey({ keys: KEY }) }).handler(() => undefined, { onError });
    const url = await serve(receive, {}, (incoming) => incoming.setEncoding(encoding));
    const { status } = await fetch(url, { method: 'POST', headers: { 'x-api-key': KEY }, body: JSON.stringify(event) });
    expect(status).toBe(503);
    expect(onError).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code: 'CONFIGURATION', message: expect.stringContaining(`setEncoding('${encoding}')`) }),
      { status: 503 },
    );
  });
});
