import { inspect } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { buyWithPrimeEvent, type DeliveryAuth, ndrEvent, type RequestFormat, trackingEvent } from '../../../src/testing/index.ts';
import { deliver, emulate, ok } from '../../support/testing/delivering.ts';
import { receiver } from '../../support/testing/receiver.ts';

describe('the request', () => {
  test('is a POST with the headers of API destinations', async () => {
    const server = await receiver(200);
    const event = ndrEvent();
    const { delivered, dropped } = await deliver(event, { to: `${server.url}/ndr?a=1` });
    expect(dropped).toEqual([]);
    expect(delivered).toMatchObject([{ id: event.id, type: 'NDR Events', to: `${server.url}/ndr`, attempts: [{ status: 200, copy: 1 }] }]);
    expect(server.got).toMatchObject([
      {
        method: 'POST',
        url: '/ndr?a=1',
        headers: {
          'user-agent': 'Amazon/EventBridge/ApiDestinations',
          'content-type': 'application/json; charset=utf-8',
          range: 'bytes=0-1048575',
          // fetch adds "identity" to whatever asks for a range.
          'accept-encoding': expect.stringMatching(/^gzip,deflate\b/),
          connection: 'close',
          'content-length': String(Buffer.byteLength(JSON.stringify(event))),
          host: new URL(server.url).host,
        },
      },
    ]);
    expect(JSON.parse(server.got[0]?.body ?? '')).toEqual(event);
  });

  test.each<[string, DeliveryAuth, object]>([
    ['an API key', { type: 'apiKey', key: 'k' }, { headers: { 'x-api-key': 'k' } }],
    ['a query parameter', { type: 'query', name: 'token', value: 'a&b' }, { url: '/?token=a%26b' }],
    [
      'a user and a password',
      { type: 'basic', username: 'u', password: 'p:ä' },
      { headers: { authorization: `Basic ${Buffer.from('u:p:ä').toString('base64')}` } },
    ],
    ['a bearer token', { type: 'bearer', token: 't' }, { headers: { authorization: 'Bearer t' } }],
  ])('has %s, and the report does not', async (_, auth, expected) => {
    const server = await receiver(403);
    const report = await deliver({ id: 'e' }, { to: `${server.url}/`, auth });
    expect(server.got).toMatchObject([expected]);
    expect(report.dropped).toMatchObject([{ to: `${server.url}/`, id: 'e' }]);
    expect(inspect(report, { depth: 10, showHidden: true })).not.toMatch(/a%26b|a&b|p:ä|x-api-key|Bearer|Basic/);
  });

  test.each([
    ['an event of a tracking push', trackingEvent({ id: 't' }), 't', 'Tracking Detail'],
    ['an event of Buy with Prime', buyWithPrimeEvent('PACKAGE_DELIVERED', { id: 'b' }), 'b', 'PACKAGE_DELIVERED'],
    ['the body of its webhook', { eventId: 'w', eventDescriptor: 'PACKAGE_DELIVERED' }, 'w', 'PACKAGE_DELIVERED'],
    ['an array', [{ id: 'x' }], undefined, undefined],
    ['a string as it is', '{"cut', undefined, undefined],
    ['a string that is an event', JSON.stringify({ id: 's', 'detail-type': 'D' }), 's', 'D'],
  ])('can be %s', async (_, event, id, type) => {
    const bodies: string[] = [];
    const report = await deliver(event, {
      to: async (request) => {
        bodies.push(await request.text());
        return ok();
      },
    });
    expect(bodies).toEqual([typeof event === 'string' ? event : JSON.stringify(event)]);
    expect(report.delivered).toMatchObject([{ id, type, to: 'handler' }]);
  });

  test('contains the event as it was when it was passed', async () => {
    const event = { id: 'before' };
    const emulator = emulate();
    let seen = '';
    emulator.deliver(event, {
      to: async (request) => {
        seen = await request.text();
        return ok();
      },
    });
    event.id = 'after';
    await emulator.report();
    expect(seen).toBe('{"id":"before"}');
  });

  test('goes to a handler at the URL of the options', async () => {
    const urls: string[] = [];
    const to = (request: Request) => {
      urls.push(request.url);
      return ok();
    };
    const emulator = emulate();
    emulator.deliver({}, { to });
    emulator.deliver({}, { to, url: 'https://shop.test/hooks/ndr' });
    await emulator.report();
    expect(urls).toEqual(['https://shop.example/amazon', 'https://shop.test/hooks/ndr']);
  });

  test.each<[string, RequestFormat, object, (bytes: Buffer) => string]>([
    ['PUT', { method: 'PUT' }, { method: 'PUT' }, String],
    ['PATCH', { method: 'PATCH' }, { method: 'PATCH' }, String],
    ['another content type', { contentType: 'text/plain' }, { headers: { 'content-type': 'text/plain' } }, String],
    ['no content type', { contentType: '' }, { headers: expect.not.objectContaining({ 'content-type': expect.anything() }) }, String],
    ['a byte order mark', { encoding: 'utf-8-bom' }, {}, (bytes) => String(bytes).replace(/^\uFEFF/, '')],
    ['UTF-16', { encoding: 'utf-16' }, {}, (bytes) => new TextDecoder('utf-16le').decode(bytes)],
    ['JSON in JSON', { encoding: 'json-string' }, {}, (bytes) => JSON.parse(String(bytes))],
    ['gzip', { encoding: 'gzip' }, { headers: { 'content-encoding': 'gzip' } }, (bytes) => String(gunzipSync(bytes))],
  ])('can be sent with %s', async (_, format, expected, decode) => {
    const server = await receiver(200);
    const event = ndrEvent({ detail: { referenceID: 'Bestellung-Ä-荷物-🏠' } });
    await deliver(event, { to: server.url, format });
    expect(server.got).toMatchObject([{ method: 'POST', ...expected }]);
    expect(JSON.parse(decode(server.got[0]?.bytes as Buffer))).toEqual(event);
  });

  test('is the damaged event, and the report has the one that was passed', async () => {
    const server = await receiver(400);
    const event = ndrEvent();
    const { dropped } = await deliver(event, { to: server.url, damage: 'truncated' });
    const sent = server.got[0]?.body ?? '';
    expect(sent.length).toBeGreaterThan(100);
    expect(JSON.stringify(event).startsWith(sent)).toBe(true);
    expect(dropped).toMatchObject([{ id: event.id, event }]);
  });
});
