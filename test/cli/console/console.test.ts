/** What a page is told, and what its buttons do. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { serve } from '../../../src/cli/server.ts';
import { apiKey, NdrWebhookVerifier } from '../../../src/shipping-ndr/index.ts';
import { buyWithPrimeOrder } from '../../../src/testing/index.ts';
import { startConsole } from '../../support/cli/console.ts';

const SECRET = 'abcdef12345-geheim';

let served: Awaited<ReturnType<typeof startConsole>>;
let page: Awaited<ReturnType<typeof served.watch>>;
const closing: (() => void)[] = [];
beforeEach(async () => {
  served = await startConsole({ orders: [buyWithPrimeOrder()] });
  page = await served.watch();
  closing.push(served.close);
});
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A webhook that gives each request the next response, and the last one from then on. */
async function webhook(...responses: readonly (number | ResponseInit | ((request: Request) => Promise<Response>))[]) {
  const requests: Request[] = [];
  const { url, close } = await serve(async (request) => {
    const next = responses[Math.min(requests.length, responses.length - 1)] ?? 200;
    requests.push(request.clone());
    return typeof next === 'function' ? next(request) : new Response(null, typeof next === 'number' ? { status: next } : next);
  });
  closing.push(close);
  return { to: `${url}/amazon/ndr`, requests };
}

const NDR = { type: 'NDR Events', auth: { type: 'none' } };

describe('a page that connects', () => {
  test('gets everything, and then what happens', async () => {
    await served.emulator.fetch('http://127.0.0.1/jwks.json');
    served.emulator.fail({ path: '/graphql', status: 503, times: 2 });
    const late = await served.watch();
    const snapshot = await late.next('snapshot');
    expect(snapshot).toMatchObject({
      url: 'http://127.0.0.1:4020',
      requests: [
        {
          status: 200,
          checks: [
            { name: 'path', ok: true },
            { name: 'method', ok: true },
          ],
        },
      ],
      faults: [{ rule: { path: '/graphql', status: 503, times: 2 }, left: 2 }],
      deliveries: [],
    });
    expect(snapshot.records.orders).toMatchObject([{ id: buyWithPrimeOrder().id, record: { lineItems: [{}, {}] } }]);
    expect(snapshot.events.map(({ service, types }) => [service, types.length > 1])).toEqual([
      ['Amazon Shipping', true],
      ['Buy with Prime', true],
    ]);
    await served.emulator.fetch('http://127.0.0.1/auth/o2/token', { method: 'POST' });
    for (const watching of [page, late]) {
      expect(await watching.next('request', ({ status }) => status === 400)).toMatchObject({
        code: 'invalid_request',
        reason: expect.any(String),
      });
    }
    late.stop();
  });

  test('gets no secret, wherever one is sent', async () => {
    const { lwa, buyWithPrime } = served.emulator.credentials;
    for (const [path, values] of [
      [
        '/auth/o2/token',
        { grant_type: 'refresh_token', client_id: lwa.clientId, client_secret: lwa.clientSecret, refresh_token: lwa.refreshToken },
      ],
      ['/token', { grant_type: 'client_credentials', client_id: buyWithPrime.clientId, client_secret: buyWithPrime.clientSecret }],
    ] as const) {
      const response = await served.emulator.fetch(`http://127.0.0.1${path}`, { method: 'POST', body: new URLSearchParams(values) });
      expect(response.status).toBe(200);
    }
    const echo = async (request: Request) => new Response(JSON.stringify([...request.headers]), { status: 401 });
    const { to } = await webhook(echo);
    const input = { ...NDR, to: `${to}?hidden=${SECRET}`, auth: { type: 'apiKey', key: SECRET }, maxRetries: 0 };
    expect(await served.act('fire', input)).toEqual({ status: 200 });
    const { attempts } = await page.next('delivery', ({ outcome }) => outcome === 'dropped');
    expect(attempts[0]?.body).toContain('[redacted]');
    const late = await served.watch();
    await late.next('snapshot');
    for (const text of [page.text(), late.text()]) {
      expect(text).toContain('refresh_token');
      for (const secret of [SECRET, lwa.clientSecret, lwa.refreshToken, buyWithPrime.clientSecret, 'Atza|', 'emulated-']) {
        expect(text).not.toContain(secret);
      }
    }
    late.stop();
  });

  test('is told of a reset by a new snapshot', async () => {
    await served.emulator.fetch('http://127.0.0.1/jwks.json');
    expect(await served.act('reset', {})).toEqual({ status: 200 });
    await page.next('request');
    expect(await page.next('snapshot')).toMatchObject({ requests: [], deliveries: [] });
  });

  test('is disconnected when the console closes', async () => {
    await page.next('snapshot');
    served.close();
    await page.ended();
  });
});

describe('an event that is fired', () => {
  test('brings a valid event with the credential, as EventBridge does', async () => {
    const events: unknown[] = [];
    const verifier = new NdrWebhookVerifier({ auth: apiKey({ keys: SECRET }) });
    const { to, requests } = await webhook(verifier.handler((event) => void events.push(event)));
    await served.act('fire', { ...NDR, to, auth: { type: 'apiKey', key: SECRET }, overrides: { detail: { trackingId: '42' } } });
    const delivery = await page.next('delivery', ({ outcome }) => outcome !== 'open');
    expect(delivery).toMatchObject({
      type: 'NDR Events',
      to,
      outcome: 'delivered',
      attemptCount: 1,
      notes: [],
      event: { id: delivery.eventId },
    });
    expect(events).toMatchObject([{ kind: 'ndr', id: delivery.eventId, detail: { trackingId: '42' } }]);
    expect(requests[0]?.headers.get('user-agent')).toBe('Amazon/EventBridge/ApiDestinations');
  });

  test('says what EventBridge does next, and waits as it does unless the wait is skipped', async () => {
    const { to } = await webhook({ status: 503, headers: { 'retry-after': '3600' } }, 200);
    await served.act('fire', { ...NDR, to });
    const waiting = await page.next('delivery', ({ attemptCount }) => attemptCount === 1);
    expect(waiting).toMatchObject({
      outcome: 'open',
      attempts: [{ status: 503, wait: 3_600_000, meaning: expect.stringContaining('EventBridge retries it') }],
    });
    expect(await served.act('skipWait', { id: waiting.id })).toEqual({ status: 200 });
    const done = await page.next('delivery', ({ outcome }) => outcome === 'delivered');
    expect(done.attempts.map(({ status }) => status)).toEqual([503, 200]);
    expect(Date.parse(done.attempts[1]?.at ?? '')).toBeGreaterThanOrEqual(Date.parse(waiting.attempts[0]?.nextAt ?? ''));
  });

  test('that is lost says why, and what to respond with instead', async () => {
    const { to } = await webhook(404);
    await served.act('fire', { ...NDR, to });
    const lost = await page.next('delivery', ({ outcome }) => outcome === 'dropped');
    expect(lost.reason).toMatch(/retries only 401, 407, 409 and 429; respond with 200/);
    expect(lost.attempts).toHaveLength(1);
  });

  test('can be damaged, duplicated and late', async () => {
    const { to, requests } = await webhook(200);
    await served.act('fire', { ...NDR, to, damage: 'truncated' });
    await page.next('delivery', ({ outcome }) => outcome === 'delivered');
    await served.act('fire', { ...NDR, to, duplicates: 2, late: 120 });
    const last = await page.next('delivery', ({ outcome }) => outcome === 'delivered');
    const [damaged = '', ...others] = await Promise.all(requests.map((request) => request.text()));
    expect(() => JSON.parse(damaged)).toThrow(SyntaxError);
    expect(last).toMatchObject({ notes: ['2 duplicates', '120 min late'], attemptCount: 3 });
    expect(new Set(others).size).toBe(1);
    const { time } = JSON.parse(others[0] ?? '') as { readonly time: string };
    expect(Math.round((served.emulator.time.getTime() - Date.parse(time)) / 60_000)).toBe(120);
  });

  test('can be fired once more, with the same id and credential', async () => {
    const { to, requests } = await webhook(200);
    await served.act('fire', { ...NDR, to, auth: { type: 'bearer', token: SECRET } });
    const first = await page.next('delivery', ({ outcome }) => outcome === 'delivered');
    await served.act('fireAgain', { id: first.id });
    const second = await page.next('delivery', ({ id, outcome }) => id !== first.id && outcome === 'delivered');
    expect(second).toMatchObject({ eventId: first.eventId, notes: [`#${first.id} once more`] });
    expect(requests.map(({ headers }) => headers.get('authorization'))).toEqual([`Bearer ${SECRET}`, `Bearer ${SECRET}`]);
    expect(await served.act('fireAgain', { id: 10_000 })).toMatchObject({ status: 400, error: 'this event is not listed any more' });
  });

  test('can be of every type that is offered', async () => {
    const { to, requests } = await webhook(200);
    const { events } = await page.next('snapshot');
    const types = events.flatMap((service) => service.types);
    for (const type of types) expect(await served.act('fire', { type, to, auth: { type: 'signature' } })).toEqual({ status: 200 });
    for (const _ of types) await page.next('delivery', ({ outcome }) => outcome === 'delivered');
    expect(requests).toHaveLength(types.length);
    expect(types.length).toBeGreaterThan(18);
  });

  test.each<[string, object, RegExp]>([
    ['another machine', { to: 'http://169.254.169.254/latest' }, /must be an http\(s\) URL on this machine/],
    ['a name that looks local', { to: 'http://localhost.evil.example/' }, /on this machine/],
    ['a file', { to: 'file:///etc/passwd' }, /on this machine/],
    ['a user name', { to: 'http://amazon:geheim@localhost/' }, /without a user name/],
    ['no URL', { to: 7 }, /on this machine/],
    ['a port that fetch blocks', { to: 'http://127.0.0.1:6000/' }, /port 6000, which fetch does not connect to/],
    ['an unknown type', { type: 'constructor' }, /not a documented type/],
    ['a mechanism that fetches a token', { auth: { type: 'oauth', tokenEndpoint: 'http://evil.example' } }, /must be one of none, apiKey/],
    ['no mechanism', { auth: null }, /must be one of none/],
    ['overrides that are not an object', { overrides: 'x' }, /accepts an object of overrides/],
    ['a damage that does not exist', { damage: 'burnt' }, /damage/],
    ['too many duplicates', { duplicates: 1_001 }, /duplicates.*at most 1000/],
    ['an event of the future', { late: -1 }, /late by 0 to 525600/],
    ['a key with a line break', { auth: { type: 'apiKey', key: 'geheim\r\nx: y' } }, /header names and values that HTTP allows/],
  ])('is refused for %s', async (_, input, reason) => {
    const { status, error, hint } = await served.act('fire', { ...NDR, to: 'http://localhost:3000/', ...input });
    expect([status, error]).toEqual([400, expect.stringMatching(reason)]);
    expect(`${error} ${hint}`).not.toMatch(/geheim|passwd|evil/);
    expect((await served.emulator.report()).delivered).toEqual([]);
  });
});

describe('a fault', () => {
  test('is added, used, and removed', async () => {
    await served.act('addFault', { rule: { path: '/jwks.json', status: 503, times: 2 } });
    const [fault] = await page.next('faults');
    expect(fault).toMatchObject({ rule: { path: '/jwks.json', status: 503 }, left: 2 });
    expect((await served.emulator.fetch('http://127.0.0.1/jwks.json')).status).toBe(503);
    expect(await page.next('faults')).toMatchObject([{ left: 1 }]);
    await served.act('removeFault', { id: fault?.id });
    expect(await page.next('faults')).toEqual([]);
    expect((await served.emulator.fetch('http://127.0.0.1/jwks.json')).status).toBe(200);
  });

  test('without a number stays until it is removed', async () => {
    await served.act('addFault', { rule: { status: 503, times: null } });
    expect(await page.next('faults')).toMatchObject([{ left: null, rule: { times: null } }]);
    expect(served.emulator.faults[0]?.left).toBe(Number.POSITIVE_INFINITY);
  });

  test.each([{ rule: { status: 42 } }, { rule: { statsu: 500 } }, { rule: null }, {}])(
    'is refused if it cannot work: %j',
    async (input) => {
      expect(await served.act('addFault', input)).toMatchObject({ status: 400, error: expect.any(String) });
      expect(served.emulator.faults).toEqual([]);
    },
  );
});

describe('records', () => {
  test('are added, changed and removed', async () => {
    const order = buyWithPrimeOrder({ id: 'mine' });
    await served.act('saveRecord', { of: 'orders', id: 'ignored', record: order });
    expect(await page.next('record')).toMatchObject({ of: 'orders', action: 'created', id: 'mine' });
    await served.act('saveRecord', { of: 'orders', id: '', record: { ...order, lineItems: [] } });
    expect(await page.next('record')).toMatchObject({ action: 'changed', record: { lineItems: [] } });
    await served.act('removeRecord', { of: 'orders', id: 'mine' });
    expect(await page.next('record')).toMatchObject({ action: 'removed', id: 'mine' });
    await served.act('saveRecord', { of: 'inventory', id: 'item-1', record: { amazonSku: 'A' } });
    expect(served.emulator.inventory.get('item-1')).toEqual({ amazonSku: 'A' });
    await served.act('saveRecord', { of: 'personalDataTasks', id: 'task-1', record: { kind: 'deletion', status: 'FAILED' } });
    expect(served.emulator.personalDataTasks.size).toBe(1);
  });

  test.each<[string, object, RegExp]>([
    ['trackers, which Amazon accepts and nobody writes', { of: 'deliveryTrackers', id: '1', record: {} }, /must be one of orders/],
    ['a name of Object.prototype', { of: 'constructor', id: '1', record: {} }, /must be one of/],
    ['an order without line items', { of: 'orders', id: '', record: { id: 'x' } }, /must have "lineItems"/],
    ['an order without an id', { of: 'orders', id: 'x', record: { lineItems: [] } }, /must have an "id"/],
    ['a list', { of: 'inventory', id: 'x', record: [] }, /must be a JSON object/],
    ['nothing', { of: 'inventory', id: 'x' }, /must be a JSON object/],
    ['an item without an id', { of: 'inventory', id: '', record: {} }, /must have an id/],
    ['a task of no kind', { of: 'personalDataTasks', id: 'x', record: { status: 'FAILED' } }, /"kind" of a privacy task/],
  ])('are refused: %s', async (_, input, reason) => {
    expect(await served.act('saveRecord', input)).toMatchObject({ status: 400, error: expect.stringMatching(reason) });
    expect([served.emulator.orders.size, served.emulator.inventory.size]).toEqual([1, 0]);
  });
});

describe('time and state', () => {
  test('are shown and set', async () => {
    await served.act('setTime', { time: '2030-01-01T00:00:00Z' });
    expect((await page.next('time')).time).toMatch(/^2030-01-01T00:00:0/);
    await served.act('advance', { milliseconds: 3_600_000 });
    expect((await page.next('time')).time).toMatch(/^2030-01-01T01:00:0/);
    expect(served.emulator.time.toISOString()).toMatch(/^2030-01-01T01:00/);
    expect(await served.act('setTime', { time: 'soon' })).toMatchObject({ status: 400 });
    expect(await served.act('advance', { milliseconds: -1 })).toMatchObject({ status: 400, hint: 'setTime() can go back.' });
  });

  test('include the tokens and the signing key', async () => {
    const { lwa } = served.emulator.credentials;
    const body = { grant_type: 'refresh_token', client_id: lwa.clientId, client_secret: lwa.clientSecret, refresh_token: lwa.refreshToken };
    const issued = await served.emulator.fetch('http://127.0.0.1/auth/o2/token', { method: 'POST', body: new URLSearchParams(body) });
    const { access_token: token } = (await issued.json()) as { access_token: string };
    const { keyId } = served.emulator.signingKeys;
    await served.act('revokeTokens', {});
    await served.act('rotateKeys', {});
    expect(served.emulator.signingKeys.keyId).not.toBe(keyId);
    const headers = { 'x-amz-access-token': token, 'content-type': 'application/json', 'user-agent': 'shop/1 (Language=JavaScript)' };
    await served.emulator.fetch('http://127.0.0.1/shipping/v2/ndrFeedback', { method: 'POST', headers, body: '{}' });
    expect(await page.next('request', ({ status }) => status >= 400)).toMatchObject({ status: 403 });
  });
});
