import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type BearerJwtOptions, bearerJwt, ConfigurationError, NdrWebhookVerifier } from '../../../../src/shipping-ndr/webhook.ts';
import { everythingShownOf, waybillErrorOf } from '../../../support/errors.ts';
import { token } from '../../../support/jwt.ts';
import { bearer } from '../../../support/shipping-ndr/auth.ts';
import { claims, ec, NOW, required, rs256, rsa, withKeys } from '../../../support/shipping-ndr/jwt.ts';

const secret = randomBytes(64);

// A public key could otherwise be taken for a shared secret.
test.each<[string, Partial<BearerJwtOptions>]>([
  ['a shared secret', { keys: secret }],
  ['a public key', { keys: rsa.jwk }],
  ['a published key set', { jwks: 'https://login.example.com/jwks' }],
])('algorithms of both kinds are refused as such, with %s', (_, keys) => {
  for (const algorithms of [['HS256', 'RS256'] as const, ['RS256', 'HS256'] as const]) {
    expect(() => bearerJwt({ ...required, ...keys, algorithms } as never)).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION', surface: 'shipping-ndr', option: 'algorithms' }),
    );
  }
});

describe('bearerJwt refuses options', () => {
  const privateJwk = rsa.privateKey.export({ format: 'jwk' });

  test.each<[string, unknown]>([
    ['without options', undefined],
    ['without an issuer', { audience: claims.aud, keys: rsa.jwk }],
    ['without an audience', { issuer: claims.iss, keys: rsa.jwk }],
    ['with an empty list of audiences', { ...required, audience: [], keys: rsa.jwk }],
    ['without keys', required],
    ['with keys and a key set', { ...required, keys: rsa.jwk, jwks: 'https://login.example.com/jwks' }],
    ['with an empty list of keys', { ...required, keys: [] }],
    ['with an empty key set', { ...required, keys: { keys: [] } }],
    ['with a PEM', { ...required, keys: rsa.publicKey.export({ type: 'spki', format: 'pem' }) }],
    ['with a private key', { ...required, keys: privateJwk }],
    ['with a secret key', { ...required, keys: { kty: 'oct', k: 'c2VjcmV0' } }],
    ['with a secret and no algorithm', { ...required, keys: secret }],
    ['with a short secret', { ...required, keys: randomBytes(31), algorithms: ['HS256'] }],
    ['with a secret too short for the longest algorithm', { ...required, keys: randomBytes(32), algorithms: ['HS256', 'HS512'] }],
    ['with a public key for a secret', { ...required, keys: rsa.jwk, algorithms: ['HS256'] }],
    ['with algorithms of both kinds', { ...required, keys: [rsa.jwk, secret], algorithms: ['HS256', 'RS256'] }],
    ['with the algorithm none', { ...required, keys: rsa.jwk, algorithms: ['none'] }],
    ['with an empty list of algorithms', { ...required, keys: rsa.jwk, algorithms: [] }],
    ['with an algorithm of Object.prototype', { ...required, keys: rsa.jwk, algorithms: ['constructor'] }],
    [
      'with an algorithm for a shared secret, and a published key set',
      { ...required, jwks: 'https://login.example.com/jwks', algorithms: ['HS256'] },
    ],
    ['with a key set at a path', { ...required, jwks: '/jwks' }],
    ['with a key set that is not a URL', { ...required, jwks: Object.create(null) }],
    ['with a key set that is null', { ...required, jwks: null }],
    ['with a key set on a disk', { ...required, jwks: 'file:///etc/jwks' }],
    ['with a password in the URL', { ...required, jwks: 'https://user:password@login.example.com/jwks' }],
    ['with a timeout of nothing', { ...required, jwks: 'https://login.example.com/jwks', timeout: 0 }],
    ['with a timeout of half a millisecond', { ...required, jwks: 'https://login.example.com/jwks', timeout: 0.5 }],
    ['with an http: URL beyond this machine', { ...required, jwks: 'http://login.example.com/jwks' }],
    ['with no audience, and nothing else that is checked', { ...required, audience: false, keys: rsa.jwk }],
    ['with an audience that is null', { ...required, audience: null, keys: rsa.jwk }],
    ['with an empty audience', { ...required, audience: '', keys: rsa.jwk }],
    ['with an audience that is true', { ...required, audience: true, keys: rsa.jwk }],
    ['with an issuer with a line break', { ...required, issuer: `${claims.iss}\n`, keys: rsa.jwk }],
    ['with an issuer that is a list', { ...required, issuer: [claims.iss], keys: rsa.jwk }],
    ['with a misspelt option', { ...required, keys: rsa.jwk, algorithm: ['RS256'] }],
    ['with a name of another library', { ...required, jwksUri: 'https://login.example.com/jwks' }],
    ['with a fetch that is not a function', { ...required, jwks: 'https://login.example.com/jwks', fetch: 'fetch' }],
    ['with a tolerance of a day', { ...required, keys: rsa.jwk, clockTolerance: 86_400 }],
    ['with a tolerance that is not a number', { ...required, keys: rsa.jwk, clockTolerance: Number.NaN }],
    ['with a tolerance that is a string', { ...required, keys: rsa.jwk, clockTolerance: '30' }],
    ['with a negative tolerance', { ...required, keys: rsa.jwk, clockTolerance: -1 }],
    ['with a client of spaces', { ...required, keys: rsa.jwk, clientId: '  ' }],
    ['with a clock that does not tick', { ...required, keys: rsa.jwk, clock: NOW }],
    ['with an empty list of scopes', { ...required, keys: rsa.jwk, scope: [] }],
    ['with several types', { ...required, keys: rsa.jwk, typ: ['at+jwt'] }],
    ['with a type of spaces', { ...required, keys: rsa.jwk, typ: ' ' }],
    ['with a list in a list of audiences', { ...required, keys: rsa.jwk, audience: [claims.aud, ['x']] }],
    ['with an empty client', { ...required, keys: rsa.jwk, clientId: '' }],
  ])('%s', async (_, options) => {
    const error = await waybillErrorOf(() => bearerJwt(options as BearerJwtOptions));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(everythingShownOf(error)).not.toContain(String(privateJwk.d));
  });

  test.each([[secret], [[]], [privateJwk], ['PEM'], [undefined]])(
    'and what a function supplies is not the fault of the token: %#',
    async (supplied) => {
      const auth = withKeys({ keys: (() => supplied) as never });
      expect(await waybillErrorOf(() => auth.check(bearer(rs256())))).toBeInstanceOf(ConfigurationError);
    },
  );

  test('and a damaged key is not the fault of the token', async () => {
    const auth = withKeys({ keys: { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' } });
    const error = await waybillErrorOf(() => auth.check(bearer(token({ alg: 'ES256' }, claims, ec.privateKey))));
    expect(error).toMatchObject({ code: 'CONFIGURATION', option: 'keys', message: '"keys" contains a key that cannot be imported' });
  });
});

test.each([() => new Date(Number.NaN), () => 0, () => undefined])('an invalid clock authenticates nobody: %#', async (clock) => {
  const auth = withKeys({ clock: clock as never });
  expect(await waybillErrorOf(() => auth.check(bearer(rs256({ exp: 1 }))))).toBeInstanceOf(ConfigurationError);
});

test('allows http: only if that is said', () => {
  for (const jwks of [
    'http://localhost:8080/jwks',
    'http://127.0.0.1/jwks',
    'http://[::1]/jwks',
    new URL('https://login.example.com/jwks'),
  ]) {
    expect(bearerJwt({ ...required, jwks })).toBeDefined();
  }
  expect(bearerJwt({ ...required, jwks: 'http://keycloak.internal/jwks', allowHttp: true })).toBeDefined();
});

test.each([
  [{ ...required, audience: undefined, keys: rsa.jwk }, 'audience', /any token of that issuer/, /Amazon Cognito/],
  [{ ...required, audience: false, keys: rsa.jwk }, 'audience', /only with "clientId" or "scope"/, /^$/],
  [{ ...required, keys: secret }, 'keys', /must be JSON Web Keys or CryptoKeys/, /"algorithms": \['HS256'\]/],
  [{ ...required, keys: rsa.privateKey.export({ format: 'jwk' }) }, 'keys', /private or secret key/, /replace it/],
  [{ ...required, jwks: 'http://login.example.com/jwks' }, 'jwks', /must start with https/, /allowHttp: true/],
  [{ audience: claims.aud, keys: rsa.jwk }, 'issuer', /"issuer" is missing/, /"iss"/],
  [{ ...required, keys: rsa.jwk, issuer: '' }, 'issuer', /"issuer" is empty/, /"iss"/],
  [{ ...required, keys: rsa.jwk, typ: '' }, 'typ', /"typ" is empty/, /^$/],
  [{ ...required, keys: rsa.jwk, clockTolerance: -1 }, 'clockTolerance', /must be seconds, 0 to 3600/, /^$/],
  [{ ...required, keys: rsa.jwk, scope: '' }, 'scope', /must be one or more strings that are not empty/, /^$/],
  [
    { ...required, keys: rsa.jwk, algorithms: ['none'] },
    'algorithms',
    /some of RS256, RS384, .*, Ed25519, or, for a shared secret, of HS256, HS384, HS512$/,
    /^$/,
  ],
  [{ ...required, jwks: 'https://login.example.com/jwks', algorithms: ['HS256'] }, 'algorithms', /need a shared secret in "keys"/, /^$/],
  [{ ...required, keys: rsa.jwk, algorithms: ['HS256'] }, 'keys', /must be the shared secret as Uint8Array/, /^$/],
  [
    { ...required, keys: randomBytes(47), algorithms: ['HS256', 'HS384'] },
    'keys',
    /a secret of 47 bytes; RFC 7518 asks for 48 or more/,
    /^$/,
  ],
])('says which option is at fault, and what to do: %#', async (options, option, message, hint) => {
  const error = (await waybillErrorOf(() => bearerJwt(options as BearerJwtOptions))) as ConfigurationError;
  expect(error).toMatchObject({ code: 'CONFIGURATION', option, message: expect.stringMatching(message) });
  expect(error.hint ?? '').toMatch(hint);
});

test.each([
  ['type', 'typ'],
  ['jwk', 'jwks'],
  ['key', 'keys'],
  ['timeuot', 'timeout'],
  ['fetsh', 'fetch'],
  ['algoritms', 'algorithms'],
  ['client_id', 'clientId'],
])('the option %s is refused, and the hint names %s', async (option, meant) => {
  const error = await waybillErrorOf(() => bearerJwt({ ...required, [option]: 'x' } as never));
  expect(error).toMatchObject({ code: 'CONFIGURATION', surface: 'shipping-ndr', option, hint: `Did you mean "${meant}"?` });
});

test('no key is shown', () => {
  const auth = bearerJwt({ ...required, keys: secret, algorithms: ['HS256'] });
  expect(everythingShownOf([auth, new NdrWebhookVerifier({ auth })])).not.toMatch(/Uint8Array|Buffer/);
});
