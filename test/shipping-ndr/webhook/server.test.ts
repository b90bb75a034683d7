/** The webhook behind a real server, with requests that no fetch would send. */
import { request as send } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { apiKey, NdrWebhookVerifier, type ShippingEvent } from '../../../src/shipping-ndr/webhook.ts';
import { serve } from '../../support/server.ts';
import { ndrEvent, ndrSample } from '../../support/shipping-ndr/samples.ts';

const KEY = 'abcdef12345';
const verifier = new NdrWebhookVerifier({ auth: apiKey({ keys: KEY }) });
const json = { 'content-type': 'application/json; charset=utf-8' };
const eventBridge = Object.entries({
  ...json,
  'x-api-key': KEY,
  'user-agent': 'Amazon/EventBridge/ApiDestinations',
  range: 'bytes=0-1048575',
  'accept-encoding': 'gzip,deflate',
});
const sample = JSON.stringify(ndrSample);

/** Sends exactly these headers, also one twice. */
function raw(url: string, method: string, headers: readonly (readonly [string, string])[], body: string) {
  return new Promise<{ status: number | undefined; headers: NodeJS.Dict<string | string[]>; body: string }>((resolve, reject) => {
    const request = send(url, {
      method,
      headers: [...headers.flat(), 'host', new URL(url).host, 'content-length', String(Buffer.byteLength(body))],
    });
    request.on('response', async (response) =>
      resolve({ status: response.statusCode, headers: response.headers, body: await text(response) }),
    );
    request.on('error', reject).end(body);
  });
}

describe('behind a real server', () => {
  test.each<[string, string, readonly (readonly [string, string])[], string, number, number]>([
    ['the sample', 'POST', eventBridge, sample, 200, 1],
    ['the sample by PUT', 'PUT', eventBridge, sample, 200, 1],
    ['the sample with a byte order mark', 'POST', eventBridge, `\uFEFF${sample}`, 200, 1],
    ['a type that is new', 'POST', eventBridge, JSON.stringify({ ...ndrSample, 'detail-type': 'New' }), 200, 1],
    ['an event without a reason', 'POST', eventBridge, JSON.stringify(ndrEvent({ reasonCode: null })), 200, 1],
    [
      'the sample as text/plain',
      'POST',
      [
        ['content-type', 'text/plain'],
        ['x-api-key', KEY],
      ],
      sample,
      200,
      1,
    ],
    ['a key that is there twice', 'POST', [...eventBridge, ['x-api-key', KEY]], sample, 401, 0],
    ['a second key that is wrong', 'POST', [...eventBridge, ['X-API-KEY', 'x']], sample, 401, 0],
    ['no key', 'POST', Object.entries(json), sample, 401, 0],
    ['a HEAD', 'HEAD', eventBridge, '', 405, 0],
    ['a large body', 'POST', eventBridge, ' '.repeat(1_100_000), 413, 0],
    [
      'a form',
      'POST',
      [
        ['content-type', 'application/x-www-form-urlencoded'],
        ['x-api-key', KEY],
      ],
      'a=b',
      415,
      0,
    ],
    ['a body that was cut off', 'POST', eventBridge, sample.slice(0, 100), 503, 0],
    ['a detail that has changed', 'POST', eventBridge, JSON.stringify(ndrEvent({ trackingId: null })), 503, 0],
  ])('%s', async (_, method, headers, body, status, count) => {
    const events: ShippingEvent[] = [];
    const url = await serve(verifier.handler((event) => events.push(event)));
    const response = await raw(`${url}/ndr`, method, headers, body);
    expect([response.status, events.length]).toEqual([status, count]);
    expect(response.headers['www-authenticate']).toBe(status === 401 ? 'ApiKey' : undefined);
    expect(response.headers['retry-after']).toBe(status === 503 ? '60' : undefined);
    expect(response.headers['allow']).toBe(status === 405 ? 'POST, PUT, PATCH' : undefined);
  });

  test('a sender that closes the connection halfway leaves nothing behind', async () => {
    const events: ShippingEvent[] = [];
    const errors: unknown[] = [];
    const url = new URL(await serve(verifier.handler((event) => events.push(event), { onError: (error) => errors.push(error) })));
    const head = `POST /ndr HTTP/1.1\r\nhost: x\r\nx-api-key: ${KEY}\r\ncontent-length: ${sample.length}\r\n\r\n`;
    for (const part of [head, head + sample.slice(0, 50)]) {
      await new Promise<void>((resolve) => {
        const socket = connect(Number(url.port), url.hostname, () => socket.write(part, () => socket.destroy())).on('close', () =>
          resolve(),
        );
      });
    }
    expect((await raw(`${url}ndr`, 'POST', eventBridge, sample)).status).toBe(200);
    expect(events).toHaveLength(1);
    for (const error of errors) expect(error).toMatchObject({ code: 'CONNECTION' });
  });
});
