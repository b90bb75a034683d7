/**
 * Every role in which waybill calls a server, against every way in which a server can misbehave: the call ends, with an error of waybill or the
 * right result, after a bounded number of requests, and no other host ever sees a request. Over real sockets. What errors show is in
 * `test/core/leaks.test.ts`; timeouts and TLS are in `test/faults/transport.test.ts`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { DeliveryTrackerClient } from '../../src/amazonpay/index.ts';
import { BuyWithPrimeClient, BuyWithPrimeWebhookVerifier } from '../../src/buywithprime/index.ts';
import { isWaybillError, NdrFeedbackClient, webhookStatus } from '../../src/shipping-ndr/index.ts';
import { bearerIntrospection, bearerJwt, type NdrAuth } from '../../src/shipping-ndr/webhook.ts';
import { BODY, headersOf, makePair, signDer } from '../support/buywithprime/signing.ts';
import { everyRenderingOf } from '../support/errors.ts';
import { rsaPair, token } from '../support/jwt.ts';
import { pkcs8 } from '../support/rsa.ts';
import { listen } from '../support/server.ts';
import { bearer } from '../support/shipping-ndr/auth.ts';

type Respond = (response: ServerResponse, request: IncomingMessage) => void;

const json =
  (body: unknown, status = 200, headers: Record<string, string | string[]> = {}): Respond =>
  (response) =>
    void response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(typeof body === 'string' ? body : JSON.stringify(body));

/** Writes for as long as somebody reads. */
const endless =
  (part: string, status = 200): Respond =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    const chunk = Buffer.from(part.repeat(16_384));
    const write = (): void => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on('drain', write).on('error', () => undefined);
    write();
  };

/** With how long the call may take, if not the whole time. */
const behaviours: readonly (readonly [name: string, respond: Respond, totalTimeout?: number])[] = [
  ['an endless success', endless(' ')],
  ['an endless failure', endless('x', 500)],
  ['endless JSON', endless('[')],
  ['a bomb', (response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(64_000_000, ' ')))],
  ['damaged gzip', (response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end('{"access_token":"x"}')],
  ['a thousand headers', json({}, 200, Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`x-${at}`, 'a'])))],
  ['headers of 100 kB', json({}, 200, { 'x-amzn-requestid': 'x'.repeat(100_000) })],
  [
    'information without end',
    (response) => {
      for (let time = 0; time < 1_000; time += 1) response.writeProcessing();
      json({})(response, undefined as never);
    },
  ],
  [
    'an early hint with a link',
    (response) => {
      response.writeEarlyHints({ link: '<https://elsewhere.invalid/a.js>; rel=preload' });
      json({})(response, undefined as never);
    },
  ],
  [
    'a switch of protocols',
    (response) => void response.socket?.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'),
  ],
  [
    'a second response behind the first',
    (response) =>
      void response.socket?.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil'),
  ],
  ['two lengths', (response) => void response.socket?.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 9\r\n\r\n{}')],
  ['fewer bytes than announced', (response) => void response.socket?.end('HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n{}')],
  ['a status that is not one', (response) => void response.socket?.end('HTTP/1.1 999 Nonsense\r\ncontent-length: 0\r\n\r\n')],
  ['JSON of endless depth', json('['.repeat(200_000) + ']'.repeat(200_000))],
  ['a million properties', json(`{${Array.from({ length: 100_000 }, (_, at) => `"${at}":1`).join(',')}}`)],
  [
    'names of Object.prototype',
    json('{"__proto__":{"access_token":"x","active":true,"keys":[],"polluted":1},"constructor":{"prototype":{"polluted":1}}}'),
  ],
  [
    'the wrong types',
    json({ access_token: { a: 1 }, expires_in: 'soon', active: 'true', keys: 'none', data: [], errors: {}, deliveryDetails: 7 }),
  ],
  ['null', json('null')],
  ['a number beyond all bounds', json('{"access_token":"x","expires_in":1e999,"active":true,"exp":1e999,"keys":[]}')],
  ['UTF-16', json(Buffer.from('{"access_token":"x"}', 'utf16le').toString('latin1'))],
  ['bytes that are not UTF-8', (response) => void response.writeHead(200).end(Buffer.from([0x7b, 0xff, 0xfe, 0x00]))],
  ['HTML', (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<script>alert(1)</script>'.repeat(1_000))],
  [
    'errors in a list of 100,000',
    json({ errors: Array.from({ length: 100_000 }, (_, at) => ({ code: `E${at}`, message: 'x'.repeat(50) })) }, 400),
  ],
  [
    'a message of a megabyte',
    json({ message: 'x'.repeat(1_000_000), error: 'y'.repeat(1_000_000), error_description: 'z'.repeat(1_000_000) }, 400),
  ],
  [
    'control characters',
    json({ message: '\u001b]52;c;cm0=\u0007\u202e\r\nFORGED LINE', error: 'a\r\nb', errors: [{ code: '\u001b[2J' }] }, 400),
  ],
  ['a Retry-After of a year', json({}, 429, { 'retry-after': '31536000' }), 500],
  ['a Retry-After that is negative', json({}, 503, { 'retry-after': '-1' })],
  ['a Retry-After in the past', json({}, 503, { 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' })],
  ['a rate limit of zero', json({}, 429, { 'x-amzn-ratelimit-limit': '0', 'retry-after': '0' })],
  ['a rate limit that is not a number', json({}, 429, { 'x-amzn-ratelimit-limit': 'Infinity', 'retry-after': '0' })],
  ['cookies', json({}, 401, { 'set-cookie': ['a=b; Domain=.example', 'c=d'] })],
];

const pair = makePair('key-1');
const [rsa] = [rsaPair('k')];
const jwt = token({ alg: 'RS256', kid: 'k' }, { iss: 'i', aud: 'a', exp: Date.now() / 1_000 + 600 }, rsa.privateKey);
// Bounded, and long enough for 8 MiB on a busy machine.
const TOTAL = 40_000;
const common = { timeout: 20_000, maxRetries: 1, rateLimiter: false, hooks: { onWarning: () => undefined } } as const;
const check = (auth: NdrAuth, credential: string) => auth.check(bearer(credential));
const lwa = { clientId: 'amzn1.application-oa2-client.1', clientSecret: 'amzn1.oa2-cs.v1.1', refreshToken: 'Atzr|refresh-k4711' };
const bwp = { clientId: 'client', clientSecret: 'secret-k4711' };
const toOk = json({ access_token: 'Atza|token-k4711', token_type: 'bearer', expires_in: 3_600 });

interface Role {
  readonly name: string;
  /** A call with the server in that role at `url`, and everything else in order at `good`. */
  readonly call: (url: string, good: string, totalTimeout?: number) => Promise<unknown>;
  /** Requests that one call may lead to. */
  readonly most: number;
}

const feedback = { trackingId: '1809561149386', ndrAction: 'RTO' } as const;
const roles: readonly Role[] = [
  {
    name: 'Amazon Pay',
    most: 3,
    call: (baseUrl, _, totalTimeout = TOTAL) =>
      new DeliveryTrackerClient({
        ...common,
        totalTimeout,
        publicKeyId: 'SANDBOX-ABCDEFGHIJKLMNOPQRSTUVWX',
        privateKey: pkcs8,
        region: 'eu',
        baseUrl,
      }).create({
        chargePermissionId: 'S01-1234567-1234567',
        carrierCode: 'UPS',
        trackingNumber: '1Z999AA10123456784',
      }),
  },
  {
    name: 'the Selling Partner API',
    most: 3,
    call: (baseUrl, tokenUrl, totalTimeout = TOTAL) =>
      new NdrFeedbackClient({ ...common, totalTimeout, credentials: lwa, baseUrl, tokenUrl }).submit(feedback),
  },
  {
    name: 'Login with Amazon',
    most: 4,
    call: (tokenUrl, baseUrl, totalTimeout = TOTAL) =>
      new NdrFeedbackClient({ ...common, totalTimeout, credentials: lwa, baseUrl, tokenUrl }).submit(feedback),
  },
  {
    name: 'the Buy with Prime API',
    most: 3,
    call: (baseUrl, tokenUrl, totalTimeout = TOTAL) =>
      new BuyWithPrimeClient({ ...common, totalTimeout, credentials: bwp, targetId: 'bp-1', baseUrl, tokenUrl }).order('order-1'),
  },
  {
    name: "Buy with Prime's token server",
    most: 4,
    call: (tokenUrl, baseUrl, totalTimeout = TOTAL) =>
      new BuyWithPrimeClient({ ...common, totalTimeout, credentials: bwp, targetId: 'bp-1', baseUrl, tokenUrl }).order('order-1'),
  },
  {
    name: "Buy with Prime's key set",
    most: 2,
    call: (jwks) =>
      new BuyWithPrimeWebhookVerifier({ jwks, timeout: 20_000 }).verify({ headers: headersOf(signDer(pair, BODY), 'key-1'), body: BODY }),
  },
  { name: 'a key set of tokens', most: 2, call: (jwks) => check(bearerJwt({ issuer: 'i', audience: 'a', jwks, timeout: 20_000 }), jwt) },
  {
    name: 'introspection',
    most: 1,
    call: (endpoint) => check(bearerIntrospection({ endpoint, credentials: bwp, timeout: 20_000 }), 'opaque-k4711'),
  },
];

describe.each(roles)('$name', ({ call, most }) => {
  test.each(behaviours.map(([name, respond, totalTimeout]) => ({ name, respond, totalTimeout })))(
    '$name',
    async ({ respond, totalTimeout }) => {
      vi.spyOn(Math, 'random').mockReturnValue(0);
      let requests = 0;
      const bad = await listen((request, response) => {
        requests += 1;
        response.on('error', () => undefined);
        request.resume().on('end', () => respond(response, request));
      });
      const good = await listen((request, response) => void request.resume().on('end', () => toOk(response, request)));
      const outcome = await call(bad, good, totalTimeout).then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      );
      expect(requests).toBeGreaterThan(0);
      expect(requests).toBeLessThanOrEqual(most);
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
      if (!('error' in outcome)) return;
      const { error } = outcome;
      expect(isWaybillError(error), String(error)).toBe(true);
      const { message } = error as Error;
      expect(message.length).toBeLessThan(5_000);
      expect(everyRenderingOf(error)).not.toContain('k4711');
      // Whoever checks a sender by that server may not refuse the sender for it, unless the server said so.
      if (most <= 2 && webhookStatus(error) === 401) expect(message).toMatch(/not active|not in the key set|does not verify/);
    },
  );

  test.each([301, 302, 303, 307, 308])('does not follow a redirect %i to another host', async (status) => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    let stolen = 0;
    const thief = await listen((request, response) => {
      stolen += 1;
      toOk(response, request);
    });
    const bad = await listen(
      (request, response) => void request.resume().on('end', () => response.writeHead(status, { location: thief }).end()),
    );
    const good = await listen((request, response) => void request.resume().on('end', () => toOk(response, request)));
    await expect(call(bad, good)).rejects.toSatisfy(isWaybillError);
    expect(stolen).toBe(0);
  });
});
