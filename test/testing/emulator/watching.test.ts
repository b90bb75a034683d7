/** What an emulator shows of itself while it runs: requests, attempts, faults, records, time. */
import { describe, expect, test, vi } from 'vitest';
import {
  AmazonEmulator,
  type AttemptRecord,
  buyWithPrimeOrder,
  type DeliveredEvent,
  type DeliveryAuth,
  type DroppedEvent,
  type EmulatorEvents,
  type FaultChange,
  type StateChange,
} from '../../../src/testing/index.ts';
import { deliver, emulate, ok, respondingWith, START } from '../../support/testing/delivering.ts';
import { body, NOW, otherKeys, publicKeys, signedRequest } from '../../support/testing/signed-request.ts';

const LWA = 'https://api.amazon.com/auth/o2/token';
const FEEDBACK = 'https://sellingpartnerapi-eu.amazon.com/shipping/v2/ndrFeedback';
const API = 'https://api.buywithprime.amazon.com';
const emulatePay = () => new AmazonEmulator({ publicKeys, clock: () => NOW, quota: false, orders: [buyWithPrimeOrder()] });

/** Everything that listeners of one event hear. */
function listen<Name extends keyof EmulatorEvents>(emulator: AmazonEmulator, name: Name) {
  const heard: EmulatorEvents[Name][] = [];
  emulator.on(name, (payload) => heard.push(payload));
  return heard;
}

/** A token endpoint of a webhook. */
const issueToken = () => Response.json({ access_token: 'sesam-geheim', expires_in: 60 });

const requestToken = (emulator: AmazonEmulator) => {
  const { clientId, clientSecret, refreshToken } = emulator.credentials.lwa;
  const body = { grant_type: 'refresh_token', client_id: clientId, client_secret: clientSecret, refresh_token: refreshToken };
  return emulator.fetch(LWA, { method: 'POST', body: new URLSearchParams(body) });
};

async function submit(emulator: AmazonEmulator, feedback: object, headers: Record<string, string> = {}) {
  const { access_token: token } = (await (await requestToken(emulator)).json()) as { access_token: string };
  return emulator.fetch(FEEDBACK, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-amzn-shipping-business-id': 'AmazonShipping_IN',
      'user-agent': 'my-shop/1.2 (Language=JavaScript)',
      'x-amz-access-token': token,
      ...headers,
    },
    body: JSON.stringify(feedback),
  });
}

const ORDER = 'query order($id: ID!) { order(orderIdentifier: { orderId: $id }) { id } }';
const GRAPHQL = {
  method: 'POST',
  headers: { 'content-type': 'application/json', authorization: 'Bearer other', 'x-api-target-id': 'bp-emulator' },
  body: JSON.stringify({ query: ORDER }),
};

async function execute(emulator: AmazonEmulator, query: string, variables: object = {}) {
  const { clientId, clientSecret } = emulator.credentials.buyWithPrime;
  const grant = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
  const issued = await emulator.fetch(`${API}/token`, { method: 'POST', body: new URLSearchParams(grant) });
  const { access_token: token } = (await issued.json()) as { access_token: string };
  const response = await emulator.fetch(`${API}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      'x-api-target-id': 'bp-emulator',
      'x-api-version': '2024-11-01',
    },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as { data: Record<string, Record<string, string>> };
}

describe('a request record', () => {
  test('has time, duration, body and every check that passed', async () => {
    const emulator = emulatePay();
    const heard = listen(emulator, 'request');
    await emulator.fetch(signedRequest({ body: body('1Z') }));
    expect(heard).toEqual(emulator.requests);
    expect(heard[0]).toMatchObject({
      id: expect.any(Number),
      at: NOW,
      duration: expect.any(Number),
      status: 200,
      body: JSON.parse(body('1Z')),
    });
    expect(heard[0]?.checks.every(({ ok: passed }) => passed)).toBe(true);
    expect(heard[0]?.checks.map(({ name }) => name)).toEqual([
      'path',
      'method',
      'headers',
      'content type',
      'accept',
      'region',
      'host',
      'date',
      'authorization',
      'public key',
      'environment',
      'signature',
      'quota',
      'idempotency key',
      'body',
      'tracking number',
    ]);
  });

  test.each<[string, (emulator: AmazonEmulator) => Promise<unknown>, failed: string]>([
    ['a forged signature', (emulator) => emulator.fetch(signedRequest({ privateKey: otherKeys.privateKey })), 'signature'],
    ['a path that is not served', (emulator) => emulator.fetch('http://127.0.0.1/nowhere'), 'path'],
    ['a wrong grant', (emulator) => emulator.fetch(LWA, { method: 'POST', body: new URLSearchParams({ grant_type: 'x' }) }), 'grant'],
    ['a wrong business', (emulator) => submit(emulator, {}, { 'x-amzn-shipping-business-id': 'AmazonShipping_UK' }), 'business'],
    ['a body without an action', (emulator) => submit(emulator, { trackingId: '1' }), 'body'],
    ['POST to the key set', (emulator) => emulator.fetch(`${API}/jwks.json`, { method: 'POST' }), 'method'],
    ['a query that does not fit the schema', (emulator) => execute(emulator, '{ nothing }'), 'document'],
    ['an order that does not exist', (emulator) => execute(emulator, ORDER, { id: 'nobody' }), 'document'],
    ['a token of another service', (emulator) => emulator.fetch(`${API}/graphql`, GRAPHQL), 'access'],
  ])('names the check that failed: %s', async (_, run, failed) => {
    const emulator = emulatePay();
    await run(emulator);
    const { checks = [], code, reason } = emulator.requests.at(-1) ?? {};
    expect(checks.at(-1)).toEqual({ name: failed, ok: false });
    expect(checks.slice(0, -1).every(({ ok: passed }) => passed)).toBe(true);
    expect([code, reason]).toEqual([expect.stringMatching(/./), expect.stringMatching(/./)]);
  });

  test('has no check if a fault responded in place of the service, and names the fault', async () => {
    const emulator = emulatePay();
    const { id } = emulator.fail({ status: 503 });
    await emulator.fetch(signedRequest());
    await emulator.fetch(signedRequest());
    expect(emulator.requests).toMatchObject([{ status: 503, checks: [], faultId: id }, { status: 200 }]);
    expect(emulator.requests[1]).not.toHaveProperty('faultId');
  });

  test('shows the body of a form and of GraphQL, without a secret', async () => {
    const emulator = emulatePay();
    await requestToken(emulator);
    const input = { basicAuth: { username: 'shop', password: 'geheim-1' } };
    const inline = 'mutation { createAuthProfile(input: { clientSecret: "geheim-2", user: "shop" }) { authProfileId } }';
    await execute(emulator, inline, { input, token: 'geheim-3' });
    await emulator.fetch('http://127.0.0.1/x', { method: 'POST', body: 'password=geheim-4', headers: { 'x-shop-api-key': 'geheim-5' } });
    const { clientSecret, refreshToken, clientId } = emulator.credentials.lwa;
    expect(emulator.requests[0]?.body).toEqual({
      grant_type: 'refresh_token',
      client_id: clientId,
      client_secret: '[redacted]',
      refresh_token: '[redacted]',
    });
    expect(emulator.requests.at(-2)?.body).toEqual({
      query: inline.replace('geheim-2', '[redacted]'),
      variables: { input: { basicAuth: { username: 'shop', password: '[redacted]' } }, token: '[redacted]' },
    });
    const shown = JSON.stringify(emulator.requests);
    for (const secret of ['geheim', clientSecret, refreshToken, 'emulated-']) expect(shown).not.toContain(secret);
  });

  test.each<[string, string]>([
    ['in a block string', '{ "query": "mutation { x(clientSecret: \\"\\"\\"geheim \\"1\\" \\"\\"\\", a: 1) }" }'],
    ['with a quote in it', JSON.stringify({ query: String.raw`mutation { x(clientSecret: "ge\"geheim") }` })],
    ['in JSON that is cut off', '{"clientSecret": "geheim'],
    ['in GraphQL in JSON that is cut off', String.raw`{"query": "mutation { x(clientSecret: \"geheim\", a: 1`],
    [
      'among the parameters of an auth profile',
      JSON.stringify({ a: { headerParameters: [{ key: 'x-api-key', value: 'geheim' }], bodyParameters: [{ value: 'geheim', key: 'k' }] } }),
    ],
    [
      'among the parameters of an auth profile in GraphQL',
      JSON.stringify({
        query: 'mutation { x(a: { headerParameters: [{ key: "x-api-key", value: "geheim" }, { value: """geheim""", key: "b" }] }) }',
      }),
    ],
    ['among parameters in JSON that is cut off', '{"a": {"headerParameters": [{"key": "x-api-key", "value": "geheim'],
    ['in a form with the type of plain text', 'client_secret=geheim&a=1'],
    ['in a very long body', JSON.stringify({ a: 'x'.repeat(30_000), password: 'geheim' })],
  ])('shows no secret %s', async (_, text) => {
    const emulator = emulatePay();
    await emulator.fetch('http://127.0.0.1/', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: text });
    const shown = JSON.stringify(emulator.requests[0]?.body);
    expect(shown).not.toContain('geheim');
    expect(shown).toContain('a');
  });

  test('shows a value that is not one of such a parameter', async () => {
    const emulator = emulatePay();
    await execute(emulator, '{ product(identifier: { amazonSku: { value: "SKU-1" } }) { id } }', { amazonSku: { value: 'SKU-2' } });
    expect(JSON.stringify(emulator.requests.at(-1)?.body)).toMatch(/SKU-1.*SKU-2/);
  });

  test('shows no secret of the emulator, wherever it is', async () => {
    const lwa = { clientSecret: 'sesam-1', refreshToken: 'sesam-2' };
    const emulator = new AmazonEmulator({ credentials: { lwa, buyWithPrime: { clientSecret: 'sesam-3' } } });
    const { clientId, clientSecret } = emulator.credentials.buyWithPrime;
    const grant = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
    const issued = await emulator.fetch(`${API}/token`, { method: 'POST', body: new URLSearchParams(grant) });
    const { access_token: token } = (await issued.json()) as { access_token: string };
    const text = `sesam-1 sesam-2 sesam-3 ${token}`;
    await emulator.fetch('http://127.0.0.1/', { method: 'POST', body: text, headers: { 'x-note': text } });
    expect(emulator.requests.at(-1)).toMatchObject({
      body: '[redacted] [redacted] [redacted] [redacted token]',
      headers: { 'x-note': '[redacted] [redacted] [redacted] [redacted token]' },
    });
  });

  test('has no body if none was sent, and the start of a very long one', async () => {
    const emulator = emulatePay();
    await emulator.fetch(`${API}/jwks.json`);
    await emulator.fetch('http://127.0.0.1/', { method: 'POST', body: JSON.stringify({ text: 'x'.repeat(1_000_000) }) });
    expect(emulator.requests[0]).not.toHaveProperty('body');
    const long = String(emulator.requests[1]?.body);
    expect(long).toMatch(/^\{"text":"xxx/);
    expect(long.length).toBeLessThan(25_000);
    await emulator.fetch('http://127.0.0.1/', { method: 'POST', body: 'x'.repeat(2_000_000) });
    expect(emulator.requests[2]?.body).toBe('2000000 bytes');
  });
});

describe('deliveries', () => {
  test('are heard attempt by attempt, while later ones are still to come, and when they are settled', async () => {
    const emulator = emulate();
    const log: (AttemptRecord | DeliveredEvent | DroppedEvent)[] = [];
    emulator.on('attempt', (attempt) => log.push(attempt));
    emulator.on('settled', (report) => log.push(report));
    const { id, done } = emulator.deliver({ id: 'e', 'detail-type': 'D' }, { to: respondingWith(503, 200) });
    const label = { deliveryId: id, id: 'e', type: 'D', to: 'handler' };
    const report = await done;
    const [first, second] = report.attempts;
    expect(log).toEqual([{ ...label, ...first }, { ...label, ...second }, report]);
    expect(first).toMatchObject({ at: START, status: 503, nextAt: second?.at });
  });

  test('are heard of with the start of what the webhook responded, which the report does not have', async () => {
    const emulator = emulate();
    const attempts = listen(emulator, 'attempt');
    const to = () => new Response(`no such order ${'x'.repeat(10_000)}`, { status: 404 });
    const { dropped } = await deliver({}, { to }, emulator);
    expect(attempts[0]?.body).toMatch(/^no such order x{400}/);
    expect(attempts[0]?.body?.length).toBeLessThan(510);
    expect(dropped[0]?.attempts[0]).not.toHaveProperty('body');
    await deliver({}, { to: ok }, emulator);
    expect(attempts[1]).not.toHaveProperty('body');
  });

  test.each<[string, DeliveryAuth]>([
    ['an API key', { type: 'apiKey', key: 'sesam-geheim' }],
    ['a parameter', { type: 'query', name: 'key', value: 'sesam-geheim' }],
    ['a password', { type: 'basic', username: 'amazon', password: 'sesam-geheim' }],
    ['a token', { type: 'bearer', token: 'sesam-geheim' }],
    ['an OAuth token', { type: 'oauth', tokenEndpoint: issueToken, clientId: 'id', clientSecret: 'other-geheim' }],
  ])('are heard of without %s that the webhook sends back', async (_, auth) => {
    const emulator = emulate();
    const attempts = listen(emulator, 'attempt');
    const to = ({ url, headers }: Request) =>
      new Response(`got ${url} ${JSON.stringify([...headers])} sesam-geheim other-geheim`, { status: 401 });
    await deliver({}, { to, auth, maxRetries: 0 }, emulator);
    const shown = attempts[0]?.body ?? '';
    expect(shown).toContain('[redacted');
    expect(shown.replace(auth.type === 'oauth' ? '' : 'other-geheim', '')).not.toMatch(/geheim/);
    expect(shown).not.toContain(btoa('amazon:sesam-geheim'));
  });

  test('that hang are not heard of before their time is up', async () => {
    const emulator = emulate();
    const attempts = listen(emulator, 'attempt');
    emulator.deliver({}, { to: () => new Promise(() => undefined), timeout: 20, maxRetries: 0 });
    await deliver({}, { to: ok }, emulator);
    expect(attempts.map(({ status, error }) => status ?? error)).toEqual([200, 'no response within 20 ms']);
  });
});

describe('faults', () => {
  test('are listed with what is left of them, and can be removed', async () => {
    const emulator = emulatePay();
    const changes: [FaultChange['action'], number, number][] = [];
    emulator.on('fault', ({ action, fault }) => changes.push([action, fault.id, fault.left]));
    const twice = emulator.fail({ path: '/v2/deliveryTrackers', status: 503, times: 2 });
    const other = emulator.fail({ path: '/graphql', reset: true });
    expect(emulator.faults).toEqual([twice, other]);
    await emulator.fetch(signedRequest());
    expect(emulator.faults.map(({ rule, left }) => [rule.path, left])).toEqual([
      ['/v2/deliveryTrackers', 1],
      ['/graphql', 1],
    ]);
    other.remove();
    other.remove();
    await emulator.fetch(signedRequest());
    expect([emulator.faults, twice.left, other.left]).toEqual([[], 0, 0]);
    expect(changes).toEqual([
      ['added', twice.id, 2],
      ['added', other.id, 1],
      ['used', twice.id, 1],
      ['removed', other.id, 0],
      ['used', twice.id, 0],
    ]);
    expect((await emulator.fetch(signedRequest())).status).toBe(200);
  });

  test('can last until they are removed', async () => {
    const emulator = emulatePay();
    const outage = emulator.fail({ status: 503, times: Number.POSITIVE_INFINITY });
    for (let count = 0; count < 20; count += 1) expect((await emulator.fetch(signedRequest())).status).toBe(503);
    expect(outage.left).toBe(Number.POSITIVE_INFINITY);
    outage.remove();
    expect((await emulator.fetch(signedRequest())).status).toBe(200);
  });

  test('can be written as JSON, with what is left', () => {
    const fault = emulatePay().fail({ path: '/graphql', status: 503, times: 3 });
    expect(JSON.parse(JSON.stringify(fault))).toEqual({
      id: fault.id,
      rule: { path: '/graphql', status: 503, times: 3 },
      left: 3,
    });
  });

  test('of before a reset are gone, and removing one of them does nothing', () => {
    const emulator = emulatePay();
    const old = emulator.fail({ status: 503, times: 5 });
    emulator.reset();
    const fresh = emulator.fail({ status: 500 });
    const changes = listen(emulator, 'fault');
    old.remove();
    expect([old.left, emulator.faults, changes]).toEqual([0, [fresh], []]);
  });
});

describe('records', () => {
  const shown = ({ of, action, id }: StateChange) => [of, action, id];

  test('are heard of when they are created', async () => {
    const emulator = emulatePay();
    const changes = listen(emulator, 'change');
    await emulator.fetch(signedRequest({ body: body('1Z') }));
    await submit(emulator, { trackingId: '1', ndrAction: 'RTO' });
    const [tracker] = emulator.deliveryTrackers;
    const [feedback] = emulator.ndrFeedback;
    expect(changes).toEqual([
      { of: 'deliveryTrackers', action: 'created', id: tracker?.id, record: tracker },
      { of: 'ndrFeedback', action: 'created', id: feedback?.id, record: feedback },
    ]);
  });

  test('of subscriptions and auth profiles are heard of when GraphQL changes them', async () => {
    const emulator = emulatePay();
    const changes = listen(emulator, 'change');
    const subscribe =
      'mutation create($input: CreateEventSubscriptionInput!) { createEventSubscription(input: $input) { subscriptionId } }';
    const input = { eventType: 'PACKAGE_DELIVERED', destination: { webhook: { url: 'https://shop.example/bwp' } } };
    const { data } = await execute(emulator, subscribe, { input });
    const id = data['createEventSubscription']?.['subscriptionId'] ?? '';
    expect(id).toMatch(/./);
    await execute(emulator, '{ eventSubscriptions { totalCount } }');
    await execute(emulator, `mutation { deleteEventSubscription(subscriptionId: "${id}") { subscriptionId } }`);
    expect(changes.map(shown)).toEqual([
      ['eventSubscriptions', 'created', id],
      ['eventSubscriptions', 'removed', id],
    ]);
    expect(changes[1]?.record).toMatchObject({ subscriptionId: id, eventType: 'PACKAGE_DELIVERED' });
  });

  test('of orders are heard of, also when the caller changes them', async () => {
    const emulator = emulatePay();
    const changes = listen(emulator, 'change');
    const order = buyWithPrimeOrder({ id: 'o' });
    emulator.orders.set('o', order);
    emulator.orders.set('o', { ...order, lineItems: [] });
    emulator.orders.delete('nobody');
    emulator.orders.delete('o');
    emulator.orders.clear();
    expect(changes.map(shown)).toEqual([
      ['orders', 'created', 'o'],
      ['orders', 'changed', 'o'],
      ['orders', 'removed', 'o'],
      ['orders', 'removed', buyWithPrimeOrder().id],
    ]);
  });

  test('of the catalog and of privacy tasks are heard of, also after a reset', () => {
    const emulator = emulatePay();
    const changes = listen(emulator, 'change');
    const { inventory } = emulator;
    inventory.set('of before', {});
    emulator.reset();
    expect([...emulator.inventory]).toEqual([]);
    inventory.set('item-1', { amazonSku: 'A' });
    emulator.personalDataTasks.set('task-1', { kind: 'deletion', status: 'IN_PROGRESS' });
    emulator.personalDataTasks.delete('task-1');
    expect(changes.map(shown)).toEqual([
      ['inventory', 'created', 'of before'],
      ['inventory', 'created', 'item-1'],
      ['personalDataTasks', 'created', 'task-1'],
      ['personalDataTasks', 'removed', 'task-1'],
    ]);
    expect(changes[1]?.record).toEqual({ amazonSku: 'A' });
    expect(emulator.inventory.get('item-1')).toEqual({ amazonSku: 'A' });
  });

  test('are not heard of one by one when reset() drops them', async () => {
    const emulator = emulatePay();
    await emulator.fetch(signedRequest());
    const changes = listen(emulator, 'change');
    emulator.reset();
    expect([emulator.orders.size, emulator.deliveryTrackers, changes]).toEqual([1, [], []]);
  });

  test('have ids that rise over everything that happens', async () => {
    const emulator = emulatePay();
    const fault = emulator.fail({ delay: 1 });
    await emulator.fetch(signedRequest({ body: body('1Z') }));
    const { id } = emulator.deliver({}, { to: ok });
    const ids = [fault.id, emulator.deliveryTrackers[0]?.id, emulator.requests[0]?.id, id];
    expect(ids).toEqual([...ids].sort((a, b) => Number(a) - Number(b)));
    expect(new Set(ids).size).toBe(4);
    emulator.reset();
    expect(emulator.fail({ delay: 1 }).id).toBeGreaterThan(id);
  });
});

describe('time', () => {
  test('can be set and moved forward, and passes as the clock does', () => {
    let now = START.getTime();
    const emulator = new AmazonEmulator({ clock: () => new Date(now) });
    const heard = listen(emulator, 'time');
    emulator.setTime(new Date('2030-01-01T00:00:00Z'));
    now += 1_000;
    expect(emulator.time).toEqual(new Date('2030-01-01T00:00:01Z'));
    emulator.advance(60_000);
    expect(emulator.time).toEqual(new Date('2030-01-01T00:01:01Z'));
    expect(heard).toEqual([new Date('2030-01-01T00:00:00Z'), new Date('2030-01-01T00:01:01Z')]);
    emulator.reset();
    expect(emulator.time).toEqual(new Date(now));
  });

  test('makes tokens expire and quotas recover', async () => {
    const emulator = new AmazonEmulator({ publicKeys, clock: () => NOW, quota: { live: { burst: 1, perSecond: 1 } } });
    const track = async (number: string) => (await emulator.fetch(signedRequest({ body: body(number) }))).status;
    expect([await track('a'), await track('b')]).toEqual([200, 429]);
    emulator.advance(1_000);
    expect(await track('b')).toBe(200);
    const { access_token: token } = (await (await requestToken(emulator)).json()) as { access_token: string };
    emulator.advance(3_600_000);
    await submit(emulator, { trackingId: '1', ndrAction: 'RTO' }, { 'x-amz-access-token': token });
    expect(emulator.requests.at(-1)).toMatchObject({ status: 403, reason: expect.stringContaining('expired') });
    expect(emulator.requests.at(-1)?.at).toEqual(new Date(NOW.getTime() + 3_601_000));
  });

  test('that is moved makes retries due that wait in real time', async () => {
    const emulator = new AmazonEmulator({ delivery: { timeScale: 1 } });
    const { done } = emulator.deliver({}, { to: respondingWith({ status: 503, headers: { 'retry-after': '3600' } }, 200) });
    await new Promise<void>((resolve) => emulator.on('attempt', () => resolve()));
    emulator.advance(3_600_000);
    expect((await done).attempts).toMatchObject([{ wait: 3_600_000 }, { status: 200 }]);
  });

  test('moves that of the deliveries too', async () => {
    const emulator = emulate();
    await deliver({}, { to: respondingWith({ status: 503, headers: { 'retry-after': '60' } }, 200) }, emulator);
    emulator.setTime(new Date('2030-01-01T00:00:00Z'));
    expect(emulator.deliveryTime).toEqual(new Date('2030-01-01T00:01:00Z'));
  });

  test.each([[undefined], ['2030'], [new Date(Number.NaN)], [7]])('cannot be set to %j', (time) => {
    expect(() => emulate().setTime(time as never)).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }));
  });

  test.each([[undefined], [-1], [Number.NaN], [Number.POSITIVE_INFINITY], [1e300], ['1']])('cannot be moved by %j', (milliseconds) => {
    expect(() => emulate().advance(milliseconds as never)).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }));
  });
});

describe('listeners', () => {
  test('are called until they are removed, each as often as it was added', () => {
    const emulator = emulate();
    let calls = 0;
    const listener = () => (calls += 1);
    const [first, second] = [emulator.on('time', listener), emulator.on('time', listener)];
    emulator.advance(1);
    first();
    first();
    emulator.advance(1);
    second();
    emulator.advance(1);
    expect(calls).toBe(3);
  });

  test('are not told after a reset of what was in flight before it', async () => {
    const emulator = emulatePay();
    const requests = listen(emulator, 'request');
    emulator.fail({ delay: 5 });
    const response = emulator.fetch(signedRequest());
    emulator.reset();
    expect((await response).status).toBe(200);
    expect([requests, emulator.requests]).toEqual([[], []]);
  });

  test('stay through a reset, which they are told of', () => {
    const emulator = emulate();
    const resets = listen(emulator, 'reset');
    const faults = listen(emulator, 'fault');
    emulator.reset();
    emulator.fail({ status: 503 });
    expect([resets.length, faults.length]).toEqual([1, 1]);
  });

  test('that fail, at once or later, change no response, and the console says so', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    try {
      const emulator = emulate();
      emulator.on('request', () => {
        throw new TypeError('at once');
      });
      emulator.on('request', () => Promise.reject(new TypeError('later')));
      const heard = listen(emulator, 'request');
      expect((await emulator.fetch(`${API}/jwks.json`)).status).toBe(200);
      await new Promise((resolve) => setTimeout(resolve, 0));
      expect(heard).toHaveLength(1);
      expect(error.mock.calls.map(([line]) => line)).toEqual([
        'waybill: a listener of "request" failed: at once',
        'waybill: a listener of "request" failed: later',
      ]);
    } finally {
      error.mockRestore();
    }
  });

  test.each<[unknown, unknown, string | undefined]>([
    ['requests', () => undefined, 'Did you mean "request"?'],
    ['constructor', () => undefined, 'The events are request, attempt, settled, fault, change, time, reset.'],
    [undefined, () => undefined, 'The events are request, attempt, settled, fault, change, time, reset.'],
    ['request', undefined, undefined],
    ['request', 'x', undefined],
  ])('of %j cannot be added', (name, listener, hint) => {
    expect(() => emulate().on(name as never, listener as never)).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION', ...(hint && { hint }) }),
    );
  });
});
