import { createPublicKey, type KeyObject, randomBytes } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { describe, expect, test, vi } from 'vitest';
import { ConfigurationError, NdrTokenEndpoint, type NdrTokenEndpointOptions, type PrivateJwk } from '../../../src/shipping-ndr/webhook.ts';
import { everythingShownOf, waybillErrorOf } from '../../support/errors.ts';
import { ecPair, type Pair, rsaPair } from '../../support/jwt.ts';
import { endpointWith, form, handlerWith, ID, inBody, isAccepted, required, tokenFrom } from '../../support/shipping-ndr/token-endpoint.ts';

describe('keys are rotated', () => {
  const jwkOf = ({ privateKey, jwk }: Pair): PrivateJwk => ({ ...privateKey.export({ format: 'jwk' }), kid: jwk.kid }) as PrivateJwk;
  const issue = async (endpoint: NdrTokenEndpoint): Promise<string> =>
    (await tokenFrom(await endpoint.handler()(form(inBody)))).access_token;

  test.each<[string, NdrTokenEndpointOptions['keys'], NdrTokenEndpointOptions['keys']]>([
    ['of secrets', randomBytes(32), randomBytes(64)],
    ['of private keys', jwkOf(ecPair('old')), jwkOf(ecPair('new'))],
    ['of private keys of two kinds', jwkOf(rsaPair('old')), jwkOf(ecPair('new'))],
  ])('%s: the first signs, all verify', async (_, oldKey, newKey) => {
    const before = endpointWith({ keys: oldKey });
    const during = endpointWith({ keys: [newKey, oldKey] as never });
    const after = endpointWith({ keys: newKey });
    const [oldToken, newToken] = [await issue(before), await issue(during)];
    expect(await Promise.all([before, during, after].map((endpoint) => isAccepted(endpoint.auth(), oldToken)))).toEqual([
      true,
      true,
      false,
    ]);
    expect(await Promise.all([before, during, after].map((endpoint) => isAccepted(endpoint.auth(), newToken)))).toEqual([
      false,
      true,
      true,
    ]);
  });

  test('by a function that is called for each request', async () => {
    const [first, second] = [randomBytes(32), randomBytes(32)];
    let keys: Uint8Array[] = [first];
    const endpoint = endpointWith({ keys: async () => keys });
    const auth = endpoint.auth();
    const oldToken = await issue(endpoint);
    keys = [second, first];
    const newToken = await issue(endpoint);
    expect([await isAccepted(auth, oldToken), await isAccepted(auth, newToken)]).toEqual([true, true]);
    keys = [second];
    expect([await isAccepted(auth, oldToken), await isAccepted(auth, newToken)]).toEqual([false, true]);
  });

  test('and both are published, without their private parts', async () => {
    const [one, two] = [rsaPair('one'), ecPair('two')];
    const { keys } = await endpointWith({ keys: [jwkOf(one), jwkOf(two)] }).jwks();
    expect(keys.map(({ kid, use, alg }) => [kid, use, alg])).toEqual([
      ['one', 'sig', 'RS256'],
      ['two', 'sig', 'ES256'],
    ]);
    for (const [at, { publicKey }] of [one, two].entries()) {
      expect((createPublicKey({ key: keys[at] as never, format: 'jwk' }) as KeyObject).equals(publicKey)).toBe(true);
      expect(Object.keys(keys[at] ?? {})).not.toEqual(expect.arrayContaining(['d']));
      expect(JSON.stringify(keys[at])).not.toMatch(/"(?:d|p|q|dp|dq|qi)":/);
    }
    expect(Object.keys(keys[0] ?? {}).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
    expect(Object.keys(keys[1] ?? {}).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
    expect(await endpointWith().jwks()).toEqual({ keys: [] });
  });
});

describe('a key', () => {
  test('of another realm is accepted, as in a test runner', async () => {
    const foreign = runInNewContext('new Uint8Array(32).fill(7)') as Uint8Array;
    expect(foreign instanceof Uint8Array).toBe(false);
    const endpoint = endpointWith({ keys: foreign });
    const { access_token } = await tokenFrom(await endpoint.handler()(form(inBody)));
    expect(await isAccepted(endpoint.auth(), access_token)).toBe(true);
    expect(await isAccepted(endpointWith({ keys: new Uint8Array(32).fill(7) }).auth(), access_token)).toBe(true);
  });

  test('is copied, so that it can be erased after that', async () => {
    const keys = randomBytes(32);
    const endpoint = endpointWith({ keys });
    keys.fill(0);
    const { access_token } = await tokenFrom(await endpoint.handler()(form(inBody)));
    expect(await isAccepted(endpoint.auth(), access_token)).toBe(true);
    expect(await isAccepted(endpointWith({ keys: new Uint8Array(32) }).auth(), access_token)).toBe(false);
  });
});

describe('NdrTokenEndpoint refuses options', () => {
  const ec = ecPair('k');
  const privateJwk = ec.privateKey.export({ format: 'jwk' });
  const shown = 'must-not-show';

  test.each<[string, unknown]>([
    ['without options', undefined],
    ['with a string', 'options'],
    ['without clients', { ...required, clients: undefined }],
    ['with an empty list of clients', { ...required, clients: [] }],
    ['with a client without a secret', { ...required, clients: { id: ID } }],
    ['with a client with an empty list of secrets', { ...required, clients: { id: ID, secrets: [] } }],
    ['with a client with an empty secret', { ...required, clients: { id: ID, secrets: [shown, ''] } }],
    ['with a client without an id', { ...required, clients: [{ secrets: shown }] }],
    ['with a secret that is not Unicode', { ...required, clients: { id: ID, secrets: `${shown}\ud800` } }],
    ['without a key', { ...required, keys: undefined }],
    ['with an empty list of keys', { ...required, keys: [] }],
    ['with a string for a key', { ...required, keys: shown }],
    ['with a short secret', { ...required, keys: randomBytes(31) }],
    ['with a public key', { ...required, keys: ec.jwk }],
    ['with a secret beside a private key', { ...required, keys: [randomBytes(32), privateJwk] }],
    ['with a key of an unknown kind', { ...required, keys: { kty: 'EC', crv: 'constructor', d: shown } }],
    ['with a key that does not sign', { ...required, keys: { ...privateJwk, alg: 'ECDH-ES' } }],
    ['with a private key for a secret', { ...required, keys: { ...privateJwk, alg: 'HS256' } }],
    ['with a private key for none', { ...required, keys: { ...privateJwk, alg: 'none' } }],
    ['without an issuer', { ...required, issuer: '' }],
    ['without an audience', { ...required, audience: undefined }],
    ['with a scope with a space', { ...required, scope: 'a b' }],
    ['with a scope with a quote', { ...required, scope: ['a"'] }],
    ['with a scope that is not a string', { ...required, scope: ['a', 7] }],
    ['with a short lifetime', { ...required, lifetime: 59 }],
    ['with a long lifetime', { ...required, lifetime: 86_401 }],
    ['with a lifetime with half a second', { ...required, lifetime: 900.5 }],
    ['with a clock that is not a function', { ...required, clock: new Date() }],
    ['with a clock that is not a function, and keys from a function', { ...required, clock: new Date(), keys: () => randomBytes(32) }],
    ['with a misspelt option', { ...required, lifeTime: 900 }],
    ['with the name of another option', { ...required, expiresIn: 900 }],
    ['with a null lifetime', { ...required, lifetime: null }],
  ])('%s', async (_, options) => {
    const error = await waybillErrorOf(() => new NdrTokenEndpoint(options as never));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.message).toMatch(
      /^the options must be an object|^"(?:clients(?:\.0)?(?:\.id|\.secrets)?|keys|issuer|audience|scope|lifetime|lifeTime|expiresIn|clock)" /,
    );
    expect(everythingShownOf(error)).not.toContain(shown);
  });

  test.each<[string, unknown, string]>([
    ['a short secret', randomBytes(31), '"keys" contains a secret of 31 bytes; RFC 7518 asks for 32 or more'],
    ['a string', shown, '"keys" must be secrets as Uint8Array, or private JSON Web Keys'],
    ['a private key that does not say of which kind it is', { d: shown }, '"keys" must be secrets as Uint8Array, or private JSON Web Keys'],
    [
      'a key of an unknown kind',
      { kty: 'OKP', crv: 'X448', d: shown },
      '"keys" must be only secrets or only private keys, each for an algorithm that signs',
    ],
  ])('and says what is wrong with %s', async (_, keys, message) => {
    const error = await waybillErrorOf(() => new NdrTokenEndpoint({ ...required, keys } as never));
    expect(error.message).toBe(message);
    const isKey = !message.includes('Uint8Array');
    expect(error.hint).toEqual(
      isKey ? undefined : expect.stringMatching(/new TextEncoder\(\)\.encode\(secret\) .*\.exportKey\('jwk', privateKey\)/),
    );
  });

  test('and signs with no short secret that a function supplies', async () => {
    const onError = vi.fn();
    const response = await handlerWith({ keys: () => randomBytes(31) }, { onError })(form(inBody));
    expect(response.status).toBe(503);
    expect(onError.mock.calls[0]?.[0]).toMatchObject({ code: 'CONFIGURATION', message: expect.stringContaining('a secret of 31 bytes') });
  });

  test.each([null, 'options', { maxBodyBytes: 0 }, { timeBudget: '4000' }, { retryAfter: -1 }])(
    'and of its handler: %j',
    async (options) => {
      expect(await waybillErrorOf(() => handlerWith({}, options as never))).toBeInstanceOf(ConfigurationError);
    },
  );
});

test('no secret is shown', () => {
  const endpoint = endpointWith({ keys: new TextEncoder().encode('k3y-that-must-not-show-at-any-time') });
  const shown = everythingShownOf([endpoint, endpoint.auth(), endpoint.handler()]);
  expect(shown).not.toMatch(/s3cret|k3y|Uint8Array|Buffer/);
});
