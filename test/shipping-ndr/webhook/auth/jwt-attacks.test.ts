import { type KeyObject, randomBytes, sign } from 'node:crypto';
import { CompactEncrypt, importJWK } from 'jose';
import { describe, expect, test } from 'vitest';
import { type BearerJwtOptions, bearerJwt, type NdrAuth } from '../../../../src/shipping-ndr/webhook.ts';
import { thrownBy } from '../../../support/errors.ts';
import { token } from '../../../support/jwt.ts';
import { listen } from '../../../support/server.ts';
import { bearer, refusalOf } from '../../../support/shipping-ndr/auth.ts';
import { claims, ec, forged as mallory, forgedEc as malloryEc, required, rsa, SECONDS } from '../../../support/shipping-ndr/jwt.ts';

/** Served on loopback, so that a request shows if a token makes the verifier send one. */
async function served(path: string) {
  const paths: string[] = [];
  const url = await listen((incoming, outgoing) => {
    paths.push(incoming.url ?? '');
    outgoing.end(JSON.stringify({ keys: [incoming.url === '/jwks' ? rsa.jwk : mallory.jwk, ec.jwk] }));
  });
  return { url: url + path, base: url, paths };
}

const withKeys = (keys: unknown = [rsa.jwk, ec.jwk], options: Partial<BearerJwtOptions> = {}): NdrAuth =>
  bearerJwt({ ...required, keys, ...options } as BearerJwtOptions);

const encode = (text: string): string => Buffer.from(text).toString('base64url');
/** A token from strings, for JSON that no library writes. */
const signedText = (header: string, payload: string, key: KeyObject): string => {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`;
};

test('the tokens of this file are accepted if they are valid', async () => {
  expect(await refusalOf(withKeys(), token({ alg: 'RS256' }, claims, rsa.privateKey))).toBeUndefined();
  expect(await refusalOf(withKeys(), signedText('{"alg":"RS256"}', JSON.stringify(claims), rsa.privateKey))).toBeUndefined();
});

describe('a header that points to a key', () => {
  const points: readonly (readonly [string, (base: string) => Record<string, unknown>])[] = [
    ['jku', (base) => ({ jku: `${base}/mallory` })],
    ['x5u', (base) => ({ x5u: `${base}/mallory` })],
    ['jwk', () => ({ jwk: mallory.jwk })],
    ['x5c', () => ({ x5c: [mallory.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')] })],
    ['x5t', () => ({ 'x5t#S256': randomBytes(32).toString('base64url') })],
    ['kid that is a URL', (base) => ({ kid: `${base}/mallory` })],
    ['kid that is a path', () => ({ kid: '../../../../dev/null' })],
    ['kid that is a file', () => ({ kid: 'file:///proc/sys/kernel/randomize_va_space' })],
    ['kid that is SQL', () => ({ kid: "x' UNION SELECT 'c2VjcmV0' --" })],
    ['kid that is a command', () => ({ kid: 'key|/usr/bin/id' })],
    ['kid with a null byte', () => ({ kid: 'rsa-1\u0000' })],
    ['kid of Object.prototype', () => ({ kid: '__proto__' })],
    ['kid that is an array', () => ({ kid: ['rsa-1'] })],
    ['kid that is an object', () => ({ kid: { $ne: null } })],
    ['kid that is long', () => ({ kid: 'k'.repeat(5_000) })],
  ];

  test.each(points)('%s is not followed', async (_, header) => {
    const { url, base, paths } = await served('/jwks');
    const jwt = token({ alg: 'RS256', kid: 'rsa-1', ...header(base) }, claims, mallory.privateKey);
    expect(await refusalOf(withKeys(), jwt)).toMatchObject({ code: 'AUTHENTICATION' });
    expect(paths).toEqual([]);
    expect(await refusalOf(bearerJwt({ ...required, jwks: url }), jwt)).toMatchObject({ code: 'AUTHENTICATION' });
    expect(paths.filter((path) => path !== '/jwks')).toEqual([]);
  });

  test('kid of an empty file, signed with an empty secret, is refused by a shared secret', async () => {
    const secrets = withKeys(randomBytes(32), { algorithms: ['HS256'] });
    for (const key of ['', '\0', 'null', 'undefined', '[object Object]']) {
      expect(await refusalOf(secrets, token({ alg: 'HS256', kid: '/dev/null' }, claims, Buffer.from(key)))).toMatchObject({
        reason: 'mismatch',
      });
    }
  });
});

describe('an algorithm', () => {
  const rs256 = token({ alg: 'RS256' }, claims, rsa.privateKey);
  const [, payload = '', signature = ''] = rs256.split('.');

  test.each([
    'none',
    'None',
    'NONE',
    'nOnE',
    'none ',
    '',
    'rs256',
    'Rs256',
    'RS256 ',
    ' RS256',
    'RS256\u0000',
    'RS-256',
    'HS256',
    'HS384',
    'RS1',
    'RSA-OAEP',
    'dir',
    '__proto__',
    'constructor',
    null,
    0,
    true,
    ['RS256'],
    { toString: 'RS256' },
    undefined,
  ])('%j is refused, with the right signature and without one', async (alg) => {
    const header = encode(JSON.stringify({ alg, typ: 'JWT' }));
    for (const jwt of [`${header}.${payload}.${signature}`, `${header}.${payload}.`]) {
      expect(await refusalOf(withKeys(), jwt)).toMatchObject({ code: 'AUTHENTICATION' });
    }
  });

  test('of another family is not verified with a public key', async () => {
    const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string;
    const secrets = [
      pem,
      pem.trim(),
      pem.replaceAll('\n', ''),
      rsa.publicKey.export({ type: 'spki', format: 'der' }),
      JSON.stringify(rsa.jwk),
    ];
    for (const secret of [...secrets, Buffer.from(String(rsa.jwk['n']), 'base64url')]) {
      expect(await refusalOf(withKeys(), token({ alg: 'HS256', kid: 'rsa-1' }, claims, Buffer.from(secret)))).toMatchObject({
        reason: 'mismatch',
      });
    }
  });

  test('of one key is not taken for that of another', async () => {
    for (const [alg, key] of [
      ['ES256', ec],
      ['RS256', rsa],
    ] as const) {
      const other = alg === 'ES256' ? withKeys(rsa.jwk) : withKeys(ec.jwk);
      expect(await refusalOf(other, token({ alg, kid: key.jwk.kid }, claims, key.privateKey))).toMatchObject({ reason: 'mismatch' });
    }
  });
});

describe('a signature', () => {
  const input = `${encode('{"alg":"ES256"}')}.${encode(JSON.stringify(claims))}`;
  const der = sign('sha256', Buffer.from(input), ec.privateKey);
  const rsaOfMallory = token({ alg: 'RS256' }, claims, mallory.privateKey).split('.')[2] ?? '';

  test.each<[string, Uint8Array]>([
    ['of zeros', Buffer.alloc(64)],
    ['of ones and zeros', Buffer.concat([Buffer.alloc(31), Buffer.from([1]), Buffer.alloc(32)])],
    ['of the order of the curve', Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'.repeat(2), 'hex')],
    ['in DER', der],
    ['that is short', Buffer.alloc(63, 1)],
    ['that is long', Buffer.alloc(65, 1)],
    ['of an attacker', sign('sha256', Buffer.from(input), { key: malloryEc.privateKey, dsaEncoding: 'ieee-p1363' })],
    ['of another key', Buffer.from(rsaOfMallory, 'base64url')],
  ])('%s does not verify', async (_, bytes) => {
    expect(await refusalOf(withKeys(ec.jwk), `${input}.${Buffer.from(bytes).toString('base64url')}`)).toMatchObject({ reason: 'mismatch' });
  });
});

describe('a token in disguise', () => {
  const right = token({ alg: 'RS256' }, claims, rsa.privateKey);

  test('that is encrypted to our own key is refused', async () => {
    const key = await importJWK(rsa.jwk, 'RSA-OAEP-256');
    const header = { alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: 'rsa-1' };
    for (const content of [JSON.stringify(claims), right]) {
      const jwe = await new CompactEncrypt(new TextEncoder().encode(content)).setProtectedHeader({ ...header, cty: 'JWT' }).encrypt(key);
      expect(jwe.split('.')).toHaveLength(5);
      expect(await refusalOf(withKeys(), jwe)).toMatchObject({ reason: 'malformed' });
    }
  });

  test.each<[string, string]>([
    ['nested in one that is signed too', token({ alg: 'RS256', cty: 'JWT' }, right, rsa.privateKey)],
    ['nested twice', token({ alg: 'RS256' }, token({ alg: 'RS256' }, right, rsa.privateKey), rsa.privateKey)],
    ['as a string', token({ alg: 'RS256' }, JSON.stringify(right), rsa.privateKey)],
    ['in JSON', JSON.stringify({ payload: right.split('.')[1], signatures: [] }).replaceAll(' ', '')],
    ['with a detached payload', right.replace(/\.[^.]+\./, '..')],
    ['with more parts', `${right}.${right}`],
    ['with padding', right.replace('.', '=.')],
    ['with something behind its claims', signedText('{"alg":"RS256"}', `${JSON.stringify(claims)}x`, rsa.privateKey)],
    ['with claims of 5,000 brackets', signedText('{"alg":"RS256"}', '['.repeat(5_000), rsa.privateKey)],
  ])('%s is refused', async (_, jwt) => {
    expect(await refusalOf(withKeys(), jwt)).toMatchObject({ code: 'AUTHENTICATION' });
  });
});

describe('a name that is there twice', () => {
  const payload = JSON.stringify(claims);
  const withClaim = (first: string, last: string): string => payload.replace('{', `{${first},`).replace(/\}$/, `,${last}}`);

  test.each([
    ['{"alg":"RS256","alg":"none"}', 'mismatch'],
    ['{"alg":"none","alg":"RS256"}', undefined],
    ['{"alg":"HS256","alg":"RS256"}', undefined],
    ['{"alg":"RS256","crit":["x"],"crit":[],"x":1}', 'malformed'],
  ])('in the header counts as it is last, for every reader: %s', async (header, reason) => {
    expect((await refusalOf(withKeys(), signedText(header, payload, rsa.privateKey)))?.reason).toBe(reason);
    expect(await refusalOf(withKeys(), signedText(header, payload, mallory.privateKey))).toMatchObject({ code: 'AUTHENTICATION' });
  });

  test.each([
    ['"exp":1', `"exp":${SECONDS + 600}`, undefined],
    [`"exp":${SECONDS + 600}`, '"exp":1', 'expired'],
    [`"iss":"${claims.iss}"`, '"iss":"https://mallory.example/"', 'mismatch'],
    [`"aud":"${claims.aud}"`, '"aud":"https://mallory.example/"', 'mismatch'],
  ])('among the claims counts as it is last: %s, %s', async (first, last, reason) => {
    expect((await refusalOf(withKeys(), signedText('{"alg":"RS256"}', withClaim(first, last), rsa.privateKey)))?.reason).toBe(reason);
  });

  test('is not found in a prototype', async () => {
    const without = JSON.stringify({ ...claims, exp: undefined });
    const jwt = signedText('{"alg":"RS256"}', without.replace('{', `{"__proto__":{"exp":${SECONDS + 600}},`), rsa.privateKey);
    expect(await refusalOf(withKeys(), jwt)).toMatchObject({ reason: 'mismatch', message: '"exp" of the token is missing' });
  });
});

describe('a key in the set', () => {
  test.each([
    ['for encryption', { ...rsa.jwk, use: 'enc' }],
    ['for another algorithm', { ...rsa.jwk, alg: 'PS512' }],
    ['for wrapping', { ...rsa.jwk, use: undefined, key_ops: ['wrapKey'] }],
  ])('%s verifies nothing', async (_, jwk) => {
    const url = await listen((__, outgoing) => void outgoing.end(JSON.stringify({ keys: [jwk, ec.jwk] })));
    const jwt = token({ alg: 'RS256', kid: 'rsa-1' }, claims, rsa.privateKey);
    expect(await refusalOf(bearerJwt({ ...required, jwks: url }), jwt)).toMatchObject({ reason: 'mismatch' });
    expect(await refusalOf(bearerJwt({ ...required, keys: [jwk, ec.jwk] }), jwt)).toMatchObject({ reason: 'mismatch' });
  });

  test.each([[[]], [[{ ...rsa.jwk, use: 'enc' }]], [[{ kty: 'oct', k: 'c2VjcmV0' }]]])(
    'says nothing about a token if no key is for signatures: %#',
    async (keys) => {
      const url = await listen((_, outgoing) => void outgoing.end(JSON.stringify({ keys })));
      const jwt = token({ alg: 'RS256', kid: 'rsa-1' }, claims, rsa.privateKey);
      expect(await thrownBy(() => bearerJwt({ ...required, jwks: url }).check(bearer(jwt)))).toMatchObject({ code: 'CONNECTION' });
    },
  );

  test('for another algorithm alone verifies nothing', async () => {
    const jwt = token({ alg: 'RS256', kid: 'rsa-1' }, claims, rsa.privateKey);
    expect(await refusalOf(withKeys({ ...rsa.jwk, alg: 'PS512' }), jwt)).toMatchObject({ reason: 'mismatch' });
  });

  test.each([{ use: 'enc' }, { key_ops: ['encrypt'] }, { alg: 'RSA-OAEP' }])(
    'with which nobody could authenticate is refused at once: %o',
    (wrong) => {
      const make = () => bearerJwt({ ...required, keys: { ...rsa.jwk, ...wrong } });
      expect(make).toThrow('"keys" has no key with which a token could be verified');
    },
  );

  test('is read with padding, and refused if its numbers are no numbers', async () => {
    const padded = { ...rsa.jwk, n: `${rsa.jwk['n']}==\n` };
    const jwt = token({ alg: 'RS256', kid: 'rsa-1' }, claims, rsa.privateKey);
    expect(await refusalOf(bearerJwt({ ...required, keys: [ec.jwk, padded] }), jwt)).toBeUndefined();
    const make = () => bearerJwt({ ...required, keys: [ec.jwk, { ...rsa.jwk, n: '!!' }] });
    expect(make).toThrow('"keys" has a key whose numbers are not base64url');
  });

  test('in PEM is refused with how to convert it', async () => {
    const pem = String(rsa.publicKey.export({ format: 'pem', type: 'spki' }));
    const error = await thrownBy(() => bearerJwt({ ...required, keys: pem as never }));
    expect(error).toMatchObject({ option: 'keys', hint: expect.stringContaining('export({ format: "jwk" })') });
  });
});

test('claims of time that are not numbers are refused', async () => {
  for (const exp of [null, '1e10', [SECONDS + 600], {}, true]) {
    expect(await refusalOf(withKeys(), token({ alg: 'RS256' }, { ...claims, exp }, rsa.privateKey))).toMatchObject({ reason: 'mismatch' });
  }
  for (const nbf of ['0', {}, false]) {
    expect(await refusalOf(withKeys(), token({ alg: 'RS256' }, { ...claims, nbf }, rsa.privateKey))).toMatchObject({ reason: 'mismatch' });
  }
});
