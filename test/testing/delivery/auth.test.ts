import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { BuyWithPrimeWebhookVerifier } from '../../../src/buywithprime/index.ts';
import { NdrTokenEndpoint, NdrWebhookVerifier } from '../../../src/shipping-ndr/index.ts';
import { AmazonEmulator, buyWithPrimeEvent, ndrEvent, type OAuthDeliveryAuth, WebhookSigningKeys } from '../../../src/testing/index.ts';
import { receiver } from '../../support/testing/receiver.ts';

const START = new Date('2026-01-15T10:00:00Z');
const CREDENTIALS = { clientId: 'amazon', clientSecret: 'geheim:+ä' } as const;

/** An authorization server and a webhook in one, which accepts the newest token only. */
function resource({ expiresIn = 3_600, responses = [] as (ResponseInit | undefined)[] } = {}) {
  const requested: { type: string | null; authorization: string | null; body: string }[] = [];
  const presented: (string | null)[] = [];
  let current = '';
  const tokenEndpoint = async (request: Request) => {
    const { headers } = request;
    requested.push({ type: headers.get('content-type'), authorization: headers.get('authorization'), body: await request.text() });
    current = `token-${requested.length}`;
    return Response.json({ access_token: current, token_type: 'Bearer', ...(expiresIn && { expires_in: expiresIn }) });
  };
  const webhook = (request: Request) => {
    presented.push(request.headers.get('authorization'));
    const wanted = responses.shift();
    if (wanted) return new Response(null, wanted);
    return new Response(null, { status: request.headers.get('authorization') === `Bearer ${current}` ? 200 : 401 });
  };
  return { requested, presented, tokenEndpoint, webhook, revoke: () => (current = 'none') };
}

const emulate = () => new AmazonEmulator({ clock: () => START });
const oauth = (tokenEndpoint: OAuthDeliveryAuth['tokenEndpoint'], more: Partial<OAuthDeliveryAuth> = {}): OAuthDeliveryAuth => ({
  type: 'oauth',
  tokenEndpoint,
  ...CREDENTIALS,
  ...more,
});

describe('OAuth', () => {
  const FORM = 'application/x-www-form-urlencoded';
  const basic = `Basic ${Buffer.from('amazon:geheim%3A%2B%C3%A4').toString('base64')}`;
  test.each<[string, Partial<OAuthDeliveryAuth>, string, string | null, object]>([
    ['a form', {}, FORM, null, { grant_type: 'client_credentials', client_id: 'amazon', client_secret: 'geheim:+ä' }],
    [
      'JSON',
      { credentials: 'json' },
      'application/json',
      null,
      { grant_type: 'client_credentials', client_id: 'amazon', client_secret: 'geheim:+ä' },
    ],
    ['HTTP Basic', { credentials: 'basic' }, FORM, basic, { grant_type: 'client_credentials' }],
    ['other parameters', { parameters: { scope: 'ndr' } }, FORM, null, { scope: 'ndr', client_id: 'amazon', client_secret: 'geheim:+ä' }],
  ])('requests a token with %s', async (_, more, type, authorization, body) => {
    const { requested, presented, tokenEndpoint, webhook } = resource();
    const emulator = emulate();
    emulator.deliver(ndrEvent(), { to: webhook, auth: oauth(tokenEndpoint, more) });
    const report = await emulator.report();
    expect(report).toMatchObject({ delivered: [{ attempts: [{ status: 200 }] }], dropped: [] });
    expect(requested).toMatchObject([{ type, authorization }]);
    const sent = requested[0]?.body ?? '';
    expect(type === FORM ? Object.fromEntries(new URLSearchParams(sent)) : JSON.parse(sent)).toEqual(body);
    expect(presented).toEqual(['Bearer token-1']);
    expect(inspect(report, { depth: 10, showHidden: true })).not.toMatch(/geheim|token-1/);
  });

  test('goes over the network if the endpoint is a URL', async () => {
    const server = await receiver((response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"access_token":"t","token_type":"Bearer","expires_in":300}'),
    );
    const emulator = emulate();
    emulator.deliver(
      {},
      {
        to: ({ headers }) => new Response(null, { status: headers.get('authorization') === 'Bearer t' ? 200 : 401 }),
        auth: oauth(`${server.url}/token`),
      },
    );
    expect((await emulator.report()).delivered).toHaveLength(1);
    expect(server.got).toMatchObject([{ method: 'POST', url: '/token' }]);
  });

  test('shares a token among deliveries with the same object', async () => {
    const { requested, tokenEndpoint, webhook } = resource();
    const emulator = emulate();
    const auth = oauth(tokenEndpoint);
    for (let count = 0; count < 20; count += 1) emulator.deliver({}, { to: webhook, auth });
    expect((await emulator.report()).delivered).toHaveLength(20);
    expect(requested).toHaveLength(1);
  });

  test.each([401, 407])('fetches another one after a response of %i', async (status) => {
    const { requested, presented, tokenEndpoint, webhook } = resource({ responses: [{ status }] });
    const emulator = emulate();
    emulator.deliver({}, { to: webhook, auth: oauth(tokenEndpoint) });
    expect((await emulator.report()).delivered).toMatchObject([{ attempts: [{ status }, { status: 200 }] }]);
    expect([requested.length, presented]).toEqual([2, ['Bearer token-1', 'Bearer token-2']]);
  });

  test('fetches another one each time that one is refused, not only the first time', async () => {
    const { requested, tokenEndpoint, webhook, revoke } = resource();
    const emulator = emulate();
    const auth = oauth(tokenEndpoint);
    for (const times of [1, 2, 3]) {
      expect(await emulator.deliver({}, { to: webhook, auth }).done).toMatchObject({ outcome: 'delivered' });
      expect(requested).toHaveLength(times);
      revoke();
    }
  });

  const wait = { status: 503, headers: { 'retry-after': '40' } };
  test.each([
    ['expires in 50 seconds', 90, 2],
    ['is valid for longer', 300, 1],
    ['does not say when it expires', 0, 1],
  ])('renews a token ahead of time: one that %s', async (_, expiresIn, times) => {
    const { requested, tokenEndpoint, webhook } = resource({ expiresIn, responses: [wait] });
    const emulator = emulate();
    emulator.deliver({}, { to: webhook, auth: oauth(tokenEndpoint) });
    expect((await emulator.report()).delivered).toHaveLength(1);
    expect(requested).toHaveLength(times);
  });

  test.each<[string, () => unknown, string]>([
    ['refuses', () => new Response(null, { status: 401 }), 'no access token: the token endpoint responded with 401'],
    ['redirects', () => new Response(null, { status: 302 }), 'no access token: the token endpoint responded with 302'],
    ['returns none', () => Response.json({}), 'no access token: the token endpoint responded with 200 and no token'],
    ['returns HTML', () => new Response('<html>'), 'no access token: the token endpoint responded with 200 and no token'],
    [
      'returns one that a header cannot contain',
      () => Response.json({ access_token: 'a\nb' }),
      'no access token: the token endpoint responded with 200 and no token',
    ],
    ['throws', () => Promise.reject(new RangeError('geheim')), 'no access token: the handler threw RangeError'],
    ['is silent', () => new Promise(() => undefined), 'no access token: no response within 20 ms'],
  ])('retries if the endpoint %s', async (_, respond, error) => {
    const { tokenEndpoint, webhook } = resource();
    let count = 0;
    const emulator = emulate();
    const flaky = ((request: Request) => (++count === 1 ? respond() : tokenEndpoint(request))) as typeof tokenEndpoint;
    emulator.deliver({}, { to: webhook, auth: oauth(flaky), timeout: 20 });
    const { delivered } = await emulator.report();
    expect([delivered[0]?.attempts[0]?.error, delivered[0]?.attempts.at(-1)?.status]).toEqual([error, 200]);
  });

  test('waits for a token as long as the delivery waits for a response, whichever delivery came first', async () => {
    const { tokenEndpoint, webhook } = resource();
    const slow = async (request: Request) => {
      await new Promise((resolve) => setTimeout(resolve, 60));
      return tokenEndpoint(request);
    };
    const auth = oauth(slow);
    const emulator = emulate();
    const first = await emulator.deliver({}, { to: webhook, auth, timeout: 5, maxRetries: 0 }).done;
    expect(first).toMatchObject({ outcome: 'dropped', attempts: [{ error: 'no access token: no response within 5 ms' }] });
    const second = await emulator.deliver({}, { to: webhook, auth, maxRetries: 0 }).done;
    expect(second).toMatchObject({ outcome: 'delivered' });
  });

  test('works with NdrTokenEndpoint and its mechanism, also while the secret is rotated', async () => {
    let secrets: string | string[] = 'old-secret';
    const endpoint = new NdrTokenEndpoint({
      clients: () => ({ id: 'amazon', secrets }),
      keys: new TextEncoder().encode('0123456789abcdef0123456789abcdef'),
      issuer: 'https://shop.example/token',
      audience: 'https://shop.example/ndr',
    });
    const events: unknown[] = [];
    const to = new NdrWebhookVerifier({ auth: endpoint.auth() }).handler(({ id }) => events.push(id));
    const emulator = new AmazonEmulator();
    for (const credentials of ['form', 'json', 'basic'] as const) {
      emulator.deliver(ndrEvent(), {
        to,
        auth: { type: 'oauth', tokenEndpoint: endpoint.handler(), clientId: 'amazon', clientSecret: 'old-secret', credentials },
      });
    }
    expect((await emulator.report()).delivered).toHaveLength(3);
    secrets = ['new-secret', 'old-secret'];
    for (const clientSecret of ['old-secret', 'new-secret', 'wrong']) {
      emulator.deliver(ndrEvent(), {
        to,
        auth: { type: 'oauth', tokenEndpoint: endpoint.handler(), clientId: 'amazon', clientSecret },
        maxRetries: 1,
      });
    }
    const { delivered, dropped } = await emulator.report();
    expect([delivered.length, events.length]).toEqual([5, 5]);
    expect(dropped[0]?.reason).toMatch(/^no access token: the token endpoint responded with 401 at the last of 2 attempts within /);
    expect(dropped[0]?.reason).toMatch(/\. Check "tokenEndpoint", "clientId" and "clientSecret" of "auth"$/);
  });
});

describe("Buy with Prime's signature", () => {
  test.each(['der', 'ieee-p1363'] as const)('in %s verifies with node:crypto and the published key set', async (encoding) => {
    const emulator = emulate();
    let seen = false;
    const bodies: unknown[] = [];
    const event = buyWithPrimeEvent('PACKAGE_DELIVERED');
    const to = async (request: Request) => {
      const { keys } = (await (await emulator.fetch('https://api.buywithprime.amazon.com/jwks.json')).json()) as {
        keys: (JsonWebKey & { kid: string })[];
      };
      const key = createPublicKey({ key: keys.find(({ kid }) => kid === request.headers.get('x-amzn-kid')) as JsonWebKey, format: 'jwk' });
      const signature = Buffer.from(request.headers.get('x-amzn-signature') ?? '', 'base64');
      const body = Buffer.from(await request.arrayBuffer());
      seen = verify('sha384', body, { key, dsaEncoding: encoding }, signature);
      bodies.push(JSON.parse(body.toString()));
      return new Response();
    };
    emulator.deliver(event, { to, auth: { type: 'signature', encoding } });
    expect((await emulator.report()).delivered).toMatchObject([{ type: 'PACKAGE_DELIVERED' }]);
    expect(seen).toBe(true);
    // What a webhook gets: the content of `detail`.
    expect(bodies).toEqual([event.detail]);
  });

  test('works through a rotation of keys, and again after an outage of the key set', async () => {
    const emulator = new AmazonEmulator();
    const verifier = new BuyWithPrimeWebhookVerifier({ fetch: emulator.fetch, cooldown: 0 });
    const kinds: string[] = [];
    const to = verifier.handler(({ kind }) => kinds.push(kind));
    const send = async () => {
      emulator.deliver(buyWithPrimeEvent('PACKAGE_DELIVERED'), { to, auth: { type: 'signature' } });
      return (await emulator.report()).delivered.at(-1)?.attempts.map(({ status }) => status);
    };
    emulator.fail({ path: '/jwks.json', status: 503, times: 3 });
    expect((await send())?.at(-1)).toBe(200);
    emulator.signingKeys.rotate();
    emulator.signingKeys.withdraw();
    expect(await send()).toEqual([200]);
    expect(kinds).toEqual(['DELIVERY_COMPLETED', 'DELIVERY_COMPLETED']);
    expect(emulator.requests.filter(({ url }) => url.endsWith('/jwks.json')).map(({ status }) => status)).toEqual([
      503, 503, 503, 200, 200,
    ]);
  });

  test('is over the bytes that are sent, whatever their form', async () => {
    const emulator = emulate();
    const kinds: string[] = [];
    const to = new BuyWithPrimeWebhookVerifier({ keys: () => emulator.signingKeys.jwks }).handler(({ kind }) => kinds.push(kind));
    for (const format of [{ method: 'PUT' }, { contentType: '' }, { encoding: 'utf-16' }, { encoding: 'gzip' }] as const) {
      const { done } = emulator.deliver(buyWithPrimeEvent('PACKAGE_DELIVERED'), { to, auth: { type: 'signature' }, format });
      expect(await done, JSON.stringify(format)).toMatchObject({ attempts: [{ status: 200 }] });
    }
    expect(kinds).toHaveLength(4);
  });

  test('is over a damaged body of a webhook, not over a damaged envelope', async () => {
    const event = buyWithPrimeEvent('PACKAGE_DELIVERED');
    const bodies: string[] = [];
    const to = async (request: Request) => {
      bodies.push(await request.text());
      return new Response();
    };
    for (const damage of ['truncated', 'incomplete'] as const) {
      await emulate().deliver(event, { to, auth: { type: 'signature' }, damage }).done;
    }
    const [truncated = '', incomplete = ''] = bodies;
    expect(truncated.length).toBeGreaterThan(100);
    expect(JSON.stringify(event.detail).startsWith(truncated)).toBe(true);
    const { resources: _, ...others } = event.detail as Record<string, unknown>;
    expect(JSON.parse(incomplete)).toEqual(others);
  });

  test('by keys that the receiver does not know is retried until the event is dropped', async () => {
    const emulator = new AmazonEmulator();
    const to = new BuyWithPrimeWebhookVerifier({ keys: () => emulator.signingKeys.jwks }).handler(() => undefined);
    emulator.deliver(buyWithPrimeEvent('REFUND_REQUESTED'), {
      to,
      auth: { type: 'signature', keys: new WebhookSigningKeys() },
      maxRetries: 2,
    });
    const { dropped } = await emulator.report();
    expect(dropped).toMatchObject([{ attempts: [{ status: 401 }, { status: 401 }, { status: 401 }], exhausted: 'MaximumRetryAttempts' }]);
  });

  test('with a key that does not exist is refused when it is passed', () => {
    expect(() => emulate().deliver({}, { to: () => new Response(), auth: { type: 'signature', keyId: 'none' } })).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION' }),
    );
  });
});
