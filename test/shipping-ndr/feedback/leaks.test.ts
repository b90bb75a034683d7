/** Nothing of a secret, a parcel or notes in an error, a hook or a log, whatever a server or a fetch does. */

import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Hooks, NdrFeedbackClient, type NdrFeedbackClientOptions } from '../../../src/shipping-ndr/index.ts';
import { consoleLines } from '../../support/console.ts';
import { everythingShownOf, thrownBy } from '../../support/errors.ts';
import { clientOf, credentials, fault, json, type Responder, startAmazon } from '../../support/shipping-ndr/amazon.ts';

const PARCEL = '1582657452914';
const NOTES = "Behind Asha Rao's shop, third floor";
/** A secret without a form by which it could be recognised, as old client secrets are. */
const OLD_SECRET = '4f7a'.repeat(16);
const GATEWAY = 'gateway-key-0123456789';
const secret = { ...credentials, clientSecret: OLD_SECRET };
const HIDDEN = new RegExp(
  [PARCEL, 'Asha', 'third floor', OLD_SECRET.slice(0, 20), GATEWAY, 'refresh/token', 'Atza\\|', 'Atzr\\|'].join('|'),
);

/** Everything that a program can see of a failed call: the error, what the hooks got, and the console. */
async function shownBy(make: (options: Partial<NdrFeedbackClientOptions>) => NdrFeedbackClient): Promise<string> {
  const seen: unknown[] = consoleLines();
  const hooks: Hooks = {
    onRequest: (...all) => seen.push(all),
    onResponse: (...all) => seen.push(all),
    onRetry: (...all) => seen.push(all),
    onError: (...all) => seen.push(all),
    onWarning: (...all) => seen.push(all),
  };
  const options = { credentials: secret, hooks, maxRetries: 1, timeout: 5_000, headers: { 'x-gateway-key': GATEWAY } };
  const error = await thrownBy(() => make(options).reattempt(PARCEL, NOTES, { retryUnanswered: false }));
  const all = [error, ...seen];
  const { stack } = error as Error;
  return [everythingShownOf(all), inspect(all, { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true }), stack].join('\n');
}

/** Sends the request back, in every way. */
const echo: Responder = (outgoing, { headers, body, path }) =>
  outgoing.writeHead(400, { 'content-type': 'application/json', 'x-amzn-requestid': String(headers['x-amz-access-token'] ?? body) }).end(
    JSON.stringify({
      error: body,
      error_description: `no such client: ${OLD_SECRET}, ${JSON.stringify(headers)}`,
      errors: [{ code: body, message: `${path} ${body}`, details: JSON.stringify(headers) }],
    }),
  );

describe('a server', () => {
  const responders: readonly (readonly [string, Responder])[] = [
    ['sends back the request in JSON', echo],
    ['sends back the request as text', (outgoing, { headers, body }) => outgoing.writeHead(400).end(`${inspect(headers)} ${body}`)],
    ['sends back the request with 200', (outgoing, { headers, body }) => outgoing.writeHead(200).end(`${inspect(headers)} ${body}`)],
    [
      'sends back the request with 401',
      (outgoing, { headers }) => outgoing.writeHead(401).end(JSON.stringify({ errors: [{ message: headers['x-amz-access-token'] }] })),
    ],
    [
      'responds with 500 and a stack',
      (outgoing, { headers, body }) => outgoing.writeHead(500, { 'retry-after': '0' }).end(`Error: ${inspect(headers)}\n at ${body}`),
    ],
    [
      'redirects with the request in the URL',
      (outgoing, { body }) => outgoing.writeHead(302, { location: `https://x.example/?${encodeURIComponent(body)}` }).end(),
    ],
  ];

  test.each(responders)('that %s shows nothing', async (_, respond) => {
    const amazon = await startAmazon();
    amazon.feedbackResponses.push(...new Array(4).fill(respond));
    expect(await shownBy((options) => clientOf(amazon, options))).not.toMatch(HIDDEN);
    expect(amazon.feedbackRequests.length).toBeGreaterThan(0);
  });

  test.each(responders)('that issues tokens and %s shows nothing', async (_, respond) => {
    const amazon = await startAmazon();
    amazon.tokenResponses.push(...new Array(4).fill(respond));
    expect(await shownBy((options) => clientOf(amazon, options))).not.toMatch(HIDDEN);
    expect(amazon.feedbackRequests).toHaveLength(0);
  });

  test('that names parcel and notes in another encoding shows neither', async () => {
    const amazon = await startAmazon();
    amazon.feedbackResponses.push(fault(400, PARCEL, encodeURIComponent(NOTES), `${JSON.stringify(NOTES)} ${NOTES.replaceAll(' ', '+')}`));
    expect(await shownBy((options) => clientOf(amazon, options))).not.toMatch(HIDDEN);
  });

  test('that issues a token of a form that nobody knows shows nothing of it', async () => {
    const amazon = await startAmazon();
    const token = 'opaque-token-without-a-known-form';
    amazon.tokenResponses.push(json(200, { access_token: token, expires_in: 3600 }));
    amazon.feedbackResponses.push(fault(400, 'InvalidRequest', `the token ${token} may not do that`));
    const shown = await shownBy((options) => clientOf(amazon, options));
    expect(shown).not.toMatch(HIDDEN);
    expect(shown).not.toContain(token);
  });
});

/** A server that speaks no HTTP: the parser's own error holds the bytes that it was sent. */
async function brokenServer(respond: (request: string) => string): Promise<string> {
  const server = createServer((socket) => {
    socket.on('data', (data) => socket.end(respond(data.toString('latin1'))));
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a response that is not HTTP', () => {
  test.each<[string, (request: string) => string]>([
    ['sends back the request', (request) => request],
    ['sends back the request after a status line', (request) => `HTTP/1.1 200 OK\r\nbad header ${request}\r\n\r\n`],
    ['has a wrong length', (request) => `HTTP/1.1 200 OK\r\ncontent-length: x\r\nx: ${request.replaceAll('\r\n', ' ')}\r\n\r\n`],
    ['has a broken chunk', (request) => `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz${request}`],
  ])('and %s shows nothing', async (_, respond) => {
    const amazon = await startAmazon();
    const broken = await brokenServer(respond);
    expect(await shownBy((options) => clientOf(amazon, { ...options, baseUrl: broken }))).not.toMatch(HIDDEN);
    expect(await shownBy((options) => clientOf(amazon, { ...options, tokenUrl: `${broken}/auth/o2/token` }))).not.toMatch(HIDDEN);
  });
});

describe('a fetch', () => {
  type Init = Parameters<NonNullable<NdrFeedbackClientOptions['fetch']>>[1];
  test.each<[string, (url: string, init: Init) => unknown]>([
    [
      'throws an error with the request in it, as axios and ky do',
      (url, init) => Promise.reject(Object.assign(new Error('failed'), { config: init, request: init, url })),
    ],
    [
      'throws an error that says the request',
      (_, init) => Promise.reject(new Error(`${inspect(init.headers)} ${new TextDecoder().decode(init.body)}`)),
    ],
    [
      'throws an error with the request as its cause',
      (_, init) => Promise.reject(new Error('failed', { cause: { ...init, body: new TextDecoder().decode(init.body) } })),
    ],
    ['throws the request itself', (_, init) => Promise.reject(init)],
    ['throws a string', (_, init) => Promise.reject(`${inspect(init.headers)} ${new TextDecoder().decode(init.body)}`)],
    ['returns the request', (_, init) => init],
    ['returns a string', (_, init) => new TextDecoder().decode(init.body)],
  ])('that %s shows nothing', async (_, fetch) => {
    expect(
      await shownBy((options) => new NdrFeedbackClient({ ...options, fetch: fetch as never } as NdrFeedbackClientOptions)),
    ).not.toMatch(HIDDEN);
    const onlyFeedback = (url: string, init: Init): unknown =>
      url.includes('/auth/') ? Response.json({ access_token: 'Atza|x', expires_in: 3600 }) : fetch(url, init);
    expect(
      await shownBy((options) => new NdrFeedbackClient({ ...options, fetch: onlyFeedback as never } as NdrFeedbackClientOptions)),
    ).not.toMatch(HIDDEN);
  });
});
