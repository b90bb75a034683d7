/**
 * The matrix of authentication through every front end: whichever way a request comes in, the same ones are authentic. What each mechanism
 * makes of a wrong credential is in `test/shipping-ndr/webhook/auth/matrix.test.ts`.
 */
import { describe, expect, test, vi } from 'vitest';
import { BuyWithPrimeWebhookVerifier } from '../../src/buywithprime/index.ts';
import { AuthenticationError } from '../../src/core/errors.ts';
import { apiKey, basicAuth, type NdrAuth, NdrWebhookVerifier } from '../../src/shipping-ndr/webhook.ts';
import { BODY, headersOf, makePair, signDer } from '../support/buywithprime/signing.ts';
import { base64 } from '../support/shipping-ndr/auth.ts';
import { ndrSample } from '../support/shipping-ndr/samples.ts';
import { frontEnds, type Pairs, type Sent } from './front-ends.ts';

const KEY = 'a-key-that-nobody-guesses';
const JSON_TYPE = ['content-type', 'application/json'] as const;
const event = JSON.stringify(ndrSample);
const pair = makePair('key-1');
const other = makePair('key-1');
const signature = signDer(pair, BODY).toString('base64');

type Attempt = readonly [name: string, status: number, sent: Partial<Sent>, isDouble?: true];

/** A key in every place but its own, and in its own in every way but the right one. */
const withKey: readonly Attempt[] = [
  ['the key', 200, { headers: [['x-api-key', KEY]] }],
  ['the key under its name in capitals', 200, { headers: [['X-API-KEY', KEY]] }],
  [
    'the key beside a wrong one under another name',
    200,
    {
      headers: [
        ['x-api-key-2', 'wrong'],
        ['x-api-key', KEY],
      ],
    },
  ],
  ['the key, by PUT', 200, { method: 'PUT', headers: [['x-api-key', KEY]] }],
  ['the key, by GET', 405, { method: 'GET', headers: [['x-api-key', KEY]] }],
  ['no key', 401, {}],
  ['the key in the query', 401, { query: `x-api-key=${KEY}` }],
  ['the key in the body', 401, { body: JSON.stringify({ ...ndrSample, 'x-api-key': KEY, headers: { 'x-api-key': KEY } }) }],
  ['the key in a cookie', 401, { headers: [['cookie', `x-api-key=${KEY}`]] }],
  ['the key in Authorization', 401, { headers: [['authorization', `Bearer ${KEY}`]] }],
  ['the key under a name with an underscore', 401, { headers: [['x_api_key', KEY]] }],
  ['the key under a longer name', 401, { headers: [['x-api-key-', KEY]] }],
  ['the key under a name that proxies use', 401, { headers: [['x-forwarded-x-api-key', KEY]] }],
  ['the key after a scheme', 401, { headers: [['x-api-key', `ApiKey ${KEY}`]] }],
  ['the key in a list', 401, { headers: [['x-api-key', `wrong, ${KEY}`]] }],
  [
    'the key twice',
    401,
    {
      headers: [
        ['x-api-key', KEY],
        ['x-api-key', KEY],
      ],
    },
    true,
  ],
  [
    'the key, then a wrong one',
    401,
    {
      headers: [
        ['x-api-key', KEY],
        ['x-api-key', 'wrong'],
      ],
    },
    true,
  ],
  [
    'a wrong one, then the key',
    401,
    {
      headers: [
        ['x-api-key', 'wrong'],
        ['X-Api-Key', KEY],
      ],
    },
    true,
  ],
  ['a name of Object.prototype', 401, { headers: [['x-api-key', '__proto__']] }],
  [
    'a method that is overridden',
    401,
    {
      headers: [
        ['x-http-method-override', 'OPTIONS'],
        ['x-original-url', '/healthz'],
      ],
    },
  ],
];

const signed = (value: string, keyId = 'key-1'): Pairs => [
  ['x-amzn-signature', value],
  ['x-amzn-kid', keyId],
];
/** A signature, likewise. */
const withSignature: readonly Attempt[] = [
  ['the signature', 200, { headers: signed(signature) }],
  ['the signature without a key id', 200, { headers: [['x-amzn-signature', signature]] }],
  ['the signature with the id of another key', 200, { headers: signed(signature, 'key-of-another') }],
  ['no signature', 401, {}],
  ['the signature in the query', 401, { query: `x-amzn-signature=${encodeURIComponent(signature)}` }],
  ['the signature under another name', 401, { headers: [['x-signature', signature]] }],
  ['a signature by another key of the same id', 401, { headers: signed(signDer(other, BODY).toString('base64')) }],
  ['the signature of another body', 401, { headers: signed(signature), body: BODY.replace('order-id', 'order-of-another') }],
  ['the signature of the same JSON with other whitespace', 401, { headers: signed(signature), body: `${BODY} ` }],
  ['the signature twice', 401, { headers: [...signed(signature), ['x-amzn-signature', signature]] }, true],
  ['the word none', 401, { headers: [...signed('none'), ['x-amzn-algorithm', 'none']] }],
  ['zeros', 401, { headers: signed(Buffer.alloc(96).toString('base64')) }],
];

const surfaces = [
  { name: 'a key', attempts: withKey, body: event, open: () => new NdrWebhookVerifier({ auth: apiKey({ keys: KEY }) }) },
  { name: 'a signature', attempts: withSignature, body: BODY, open: () => new BuyWithPrimeWebhookVerifier({ keys: pair.jwk }) },
] as const;

describe.each(surfaces)('$name', ({ attempts, body, open }) => {
  describe.each(frontEnds)('through $name', (frontEnd) => {
    for (const [name, status, { headers = [], ...sent }, isDouble] of attempts) {
      test(`${name}: ${status}`, async () => {
        const handle = vi.fn();
        const send = await frontEnd.open(open().handler(handle, { onError: () => undefined }));
        const received = await send({ body, ...sent, headers: [JSON_TYPE, ...headers] });
        // Behind a front end that loses all but the last, the last one counts.
        if (isDouble && frontEnd.losesDoubles) return expect([200, 401]).toContain(received);
        expect(received).toBe(status);
        expect(handle).toHaveBeenCalledTimes(status === 200 ? 1 : 0);
      });
    }
  });
});

describe('several mechanisms', () => {
  const down: NdrAuth = { check: () => Promise.reject(new Error('vault')), challenge: () => 'Vault' };
  const refusing: NdrAuth = {
    check: () => Promise.reject(new AuthenticationError('mismatch', 'no', { surface: 'shipping-ndr' })),
    challenge: () => 'Other',
  };
  const mine = apiKey({ keys: KEY });
  const basic = basicAuth({ users: { username: 'amazon', password: 'pass' } });

  test.each<[string, readonly NdrAuth[], Pairs, number]>([
    ['one accepts', [refusing, mine], [['x-api-key', KEY]], 200],
    ['one accepts, and one could not check', [down, mine], [['x-api-key', KEY]], 200],
    ['one could not check, which may have accepted', [down, mine], [['x-api-key', 'wrong']], 503],
    ['none accepts', [refusing, mine, basic], [['x-api-key', 'wrong']], 401],
    ['the credential of one is in the place of the other', [mine, basic], [['x-api-key', `Basic ${base64('amazon:pass')}`]], 401],
    [
      'half of one and half of the other',
      [mine, basic],
      [
        ['x-api-key', 'amazon'],
        ['authorization', `Basic ${base64(`${KEY}:pass`)}`],
      ],
      401,
    ],
  ])('%s', async (_, auth, headers, status) => {
    const handle = vi.fn();
    const handler = new NdrWebhookVerifier({ auth }).handler(handle, { onError: () => undefined });
    const request = new Request('https://shop.example/', { method: 'POST', headers: headers.map(([...each]) => each), body: event });
    expect((await handler(request)).status).toBe(status);
    expect(handle).toHaveBeenCalledTimes(status === 200 ? 1 : 0);
  });
});

describe('a signature and an auth profile: both must accept', () => {
  const basic = basicAuth({ users: { username: 'amazon', password: 'pass' } });
  const authorization = { right: `Basic ${base64('amazon:pass')}`, wrong: `Basic ${base64('amazon:no')}`, missing: undefined };
  const signatures = { right: signature, wrong: signDer(other, BODY).toString('base64'), malformed: 'nonsense', missing: undefined };

  const cases = (['required', 'optional'] as const).flatMap((mode) =>
    (Object.keys(signatures) as (keyof typeof signatures)[]).flatMap((sign) =>
      (Object.keys(authorization) as (keyof typeof authorization)[]).map((user) => {
        const isSigned = sign === 'right' || (sign === 'missing' && mode === 'optional');
        return [mode, sign, user, isSigned && user === 'right' ? 200 : 401] as const;
      }),
    ),
  );
  test.each(cases)('signature %s: %s signature, %s credential: %i', async (mode, sign, user, status) => {
    const handle = vi.fn();
    const verifier = new BuyWithPrimeWebhookVerifier({ keys: pair.jwk, auth: basic, signature: mode });
    const headers = new Headers(headersOf(signatures[sign] ?? ''));
    if (!signatures[sign]) headers.delete('x-amzn-signature');
    if (authorization[user]) headers.set('authorization', authorization[user]);
    const request = new Request('https://shop.example/', { method: 'POST', headers, body: BODY });
    expect((await verifier.handler(handle, { onError: () => undefined })(request)).status).toBe(status);
    expect(handle).toHaveBeenCalledTimes(status === 200 ? 1 : 0);
  });
});
