import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import * as amazonpay from '../../src/amazonpay/index.ts';
import * as buywithprime from '../../src/buywithprime/index.ts';
import { isWaybillError } from '../../src/core/errors.ts';
import * as shippingNdr from '../../src/shipping-ndr/index.ts';
import * as testing from '../../src/testing/index.ts';

const cyclic: Record<string, unknown> = {};
cyclic['self'] = cyclic;

/** What a caller in JavaScript, or a sender, can pass to any function. */
const NONSENSE: readonly (readonly [name: string, value: unknown])[] = [
  ['nothing', undefined],
  ['null', null],
  ['an empty string', ''],
  ['a string', 'nonsense'],
  ['a number', 7],
  ['NaN', Number.NaN],
  ['a bigint', 7n],
  ['a boolean', true],
  ['a symbol', Symbol('nonsense')],
  ['a function', () => 'nonsense'],
  ['an empty object', {}],
  ['an object without prototype', Object.create(null)],
  ['an empty array', []],
  ['an array of null', [null]],
  ['an invalid date', new Date(Number.NaN)],
  ['a map', new Map([['a', 1]])],
  ['bytes', new Uint8Array([0xff, 0xfe, 0])],
  ['truncated JSON', '{"detail-type": "NDR Ev'],
  ['a lone surrogate', '\ud800'],
  ['keys of a prototype', JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": {}}, "toString": 1}')],
  ['a cycle', cyclic],
  ['deep nesting', JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`)],
  ['ten megabytes', 'x'.repeat(10_000_000)],
  ['a getter that throws', Object.defineProperty({}, 'detail', { enumerable: true, get: () => boom() })],
  ['a proxy that throws', new Proxy({}, { get: boom, has: boom, ownKeys: boom, getOwnPropertyDescriptor: boom, getPrototypeOf: boom })],
];

/** Thrown by the value and not by the library: the caller's own error, which may be rethrown as it is. */
class OwnError extends Error {}
function boom(): never {
  throw new OwnError('thrown by the value');
}

const keys = await testing.testKeys();
const signingKeys = new testing.WebhookSigningKeys();
const credentials = { clientId: 'id', clientSecret: 'secret', refreshToken: 'Atzr|token' };
const fetch = () => Promise.resolve(new Response('{}', { status: 400 }));
const client = { fetch, maxRetries: 0, rateLimiter: false } as const;
const key = { publicKeyId: 'SANDBOX-ABCDEFGHIJKLMNOPQRSTUVWX', privateKey: keys.privateKey, region: 'na' } as const;

/** Objects that work, so that only the arguments of their methods are nonsense. */
const INSTANCES: readonly object[] = [
  new amazonpay.AmazonPaySigner(key),
  new amazonpay.DeliveryTrackerClient({ ...key, ...client }),
  new shippingNdr.NdrFeedbackClient({ ...client, credentials }),
  new shippingNdr.NdrWebhookVerifier({ auth: shippingNdr.apiKey({ keys: 'secret' }) }),
  new shippingNdr.NdrTokenEndpoint({
    clients: { id: 'amazon', secrets: 'secret' },
    keys: new Uint8Array(32),
    issuer: 'https://shop.example/token',
    audience: 'https://shop.example/ndr',
  }),
  new buywithprime.BuyWithPrimeEventParser(),
  new buywithprime.BuyWithPrimeWebhookVerifier({ keys: signingKeys.jwks }),
  signingKeys,
  new buywithprime.BuyWithPrimeClient({ ...client, credentials, targetId: 'bp-1' }),
];

type Callable = (...args: unknown[]) => unknown;

const surfaces = { amazonpay, 'shipping-ndr': shippingNdr, buywithprime, testing };
const FUNCTIONS: readonly (readonly [name: string, call: Callable])[] = [
  ...Object.entries(surfaces).flatMap(([surface, exported]) =>
    Object.entries(exported as unknown as Record<string, unknown>)
      .filter((entry): entry is [string, Callable] => typeof entry[1] === 'function' && !(entry[1].prototype instanceof Error))
      .filter(([name]) => name !== 'WaybillError')
      .map(
        ([name, value]) => [`${surface} ${name}`, isClass(value) ? (...args: unknown[]) => Reflect.construct(value, args) : value] as const,
      ),
  ),
  ...INSTANCES.flatMap((instance) =>
    Object.getOwnPropertyNames(Object.getPrototypeOf(instance))
      .filter((name) => name !== 'constructor')
      .map((name) => [name, (instance as Record<string, unknown>)[name]] as const)
      .filter((entry): entry is readonly [string, Callable] => typeof entry[1] === 'function')
      .map(([name, method]) => [`${instance.constructor.name}.${name}`, (...args: unknown[]) => method.apply(instance, args)] as const),
  ),
];

function isClass(value: Callable): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value));
}

/** What a call threw or rejected with, also while its result is read. */
async function failureOf(call: () => unknown): Promise<unknown> {
  try {
    const result = await call();
    // An async iterable fails when it is read.
    if (typeof result === 'object' && result !== null && Symbol.asyncIterator in result) {
      for await (const _ of result as AsyncIterable<unknown>);
    }
    return undefined;
  } catch (error) {
    return error;
  }
}

test('there is something to call', () => {
  expect(FUNCTIONS.length).toBeGreaterThan(50);
});

describe.each(FUNCTIONS)('%s', (_, call) => {
  test.each(NONSENSE)('returns a result or throws a WaybillError for %s', async (__, value) => {
    for (const args of [[value], [value, value], [value, value, value]]) {
      const error = await failureOf(() => call(...args));
      if (error === undefined || error instanceof OwnError || isWaybillError(error)) continue;
      expect.fail(`threw ${inspect(error, { depth: 2 }).slice(0, 600)}`);
    }
    expect('polluted' in {}).toBe(false);
  });
});
