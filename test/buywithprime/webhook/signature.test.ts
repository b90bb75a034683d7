import { createHash, sign } from 'node:crypto';
import { p384 } from '@noble/curves/nist.js';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { readSignature } from '../../../src/buywithprime/webhook/keys.ts';
import { BuyWithPrimeWebhookVerifier } from '../../../src/buywithprime/webhook/verifier.ts';
import { BODY, makePair, refusalBy, SIGNERS, signDer, signParts } from '../../support/buywithprime/signing.ts';
import { waybillErrorOf } from '../../support/errors.ts';

const pair = makePair('key-1');
const verifier = new BuyWithPrimeWebhookVerifier({ keys: pair.jwk });
const BYTES = Buffer.from(BODY);
const ORDER = p384.Point.Fn.ORDER;

const refusalOf = (signature: Uint8Array | string, body?: string | Uint8Array, by = verifier) => refusalBy(by, signature, body);

const bytesOf = (number: bigint): Buffer => Buffer.from(number.toString(16).padStart(96, '0'), 'hex');
const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);

/** An integer of DER, as short as it may be. */
function integer(value: Uint8Array): Buffer {
  let start = 0;
  while (start < value.length - 1 && value[start] === 0) start += 1;
  const short = Buffer.from(value.subarray(start));
  return tlv(2, (short[0] as number) & 0x80 ? Buffer.concat([Buffer.of(0), short]) : short);
}

function tlv(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const value = Buffer.concat(content);
  return Buffer.concat([Buffer.of(tag, value.length), value]);
}

describe('a signature is accepted', () => {
  test.each(Object.entries(SIGNERS))('by %s', async (_, signer) => {
    const signature = await signer(pair, BYTES);
    expect(await refusalOf(signature)).toBeUndefined();
    expect(await refusalOf(signature, BYTES)).toBeUndefined();
    expect(await refusalOf(signature, `${BODY} `)).toBe('mismatch');
  });

  test('in base64 and base64url, with and without padding', async () => {
    const signature = signDer(pair, BODY);
    for (const text of [
      signature.toString('base64'),
      signature.toString('base64url'),
      signature.toString('base64').replace(/=+$/, ''),
      ` ${signature.toString('base64')} `,
    ]) {
      expect(await refusalOf(text)).toBeUndefined();
    }
  });

  test('with either value of s: other signers do not choose the smaller one', async () => {
    const [r, s] = signParts(pair, BODY);
    for (const value of [s, bytesOf(ORDER - numberOf(s))]) {
      expect(await refusalOf(Buffer.concat([r, value]))).toBeUndefined();
      expect(await refusalOf(tlv(0x30, integer(r), integer(value)))).toBeUndefined();
    }
  });

  // Nonces that were searched for, so that the numbers are as wanted with any key.
  test.each<[string, bigint, bigint, string]>([
    ['begins as DER does', 71n, 2n ** 383n + 1n, '30'],
    ['has a short r', 197n, 2n ** 382n, '00'],
    ['has a short s', 3n, 12_345n, ''],
    ['has an s of one byte with its highest bit set', 5n, 0x80n, ''],
  ])('that %s', async (_, nonce, s, start) => {
    const { Fn, BASE } = p384.Point;
    const r = Fn.create(BASE.multiply(nonce).toAffine().x);
    expect(bytesOf(r).toString('hex').startsWith(start)).toBe(true);
    // The key that fits these two numbers.
    const hash = numberOf(createHash('sha384').update(BODY).digest());
    const secret = Fn.mul(Fn.create(s * nonce - hash), Fn.inv(r));
    const point = BASE.multiply(secret).toAffine();
    const [x, y] = [point.x, point.y].map((value) => bytesOf(value).toString('base64url')) as [string, string];
    const own = new BuyWithPrimeWebhookVerifier({ keys: { kty: 'EC', crv: 'P-384', x, y } });
    const parts = [bytesOf(r), bytesOf(s)];
    expect(await refusalOf(Buffer.concat(parts), BODY, own)).toBeUndefined();
    expect(await refusalOf(tlv(0x30, ...parts.map(integer)), BODY, own)).toBeUndefined();
    expect(await refusalOf(Buffer.concat(parts))).toBe('mismatch');
  });

  test('and bytes that are valid in both encodings are tried in both', () => {
    const [r, s] = [Buffer.alloc(44, 0x11), Buffer.alloc(46, 0x22)];
    const both = tlv(0x30, integer(r), integer(s));
    expect(both.length).toBe(96);
    const asDer = Buffer.concat([Buffer.alloc(4), r, Buffer.alloc(2), s]);
    expect(readSignature(both.toString('base64'), 48).map((bytes) => Buffer.from(bytes).toString('hex'))).toEqual(
      [both, asDer].map((bytes) => bytes.toString('hex')),
    );
  });
});

describe('a signature is refused', () => {
  const [r, s] = (() => {
    // With the highest bit of r set and that of s clear, so that every rule of DER has something to apply to.
    let parts = signParts(pair, BODY);
    while (!((parts[0][0] as number) & 0x80 && (parts[1][0] as number) < 0x80 && parts[1][0] !== 0)) parts = signParts(pair, BODY);
    return parts;
  })();
  const content = Buffer.concat([integer(r), integer(s)]);
  const p1363 = Buffer.concat([r, s]);
  const zero = Buffer.alloc(48);
  const one = bytesOf(1n);
  const order = bytesOf(ORDER);

  test('and the one that all of these are made from is right', async () => {
    expect(await refusalOf(tlv(0x30, content))).toBeUndefined();
    expect(await refusalOf(p1363)).toBeUndefined();
  });

  test.each<[string, Uint8Array]>([
    ['a length in the long form', Buffer.concat([Buffer.of(0x30, 0x81, content.length), content])],
    ['a length in the longest form', Buffer.concat([Buffer.of(0x30, 0x84, 0, 0, 0, content.length), content])],
    ['a length of more bytes than a number has', Buffer.concat([Buffer.of(0x30, 0x89, 0, 0, 0, 0, 0, 0, 0, 0, content.length), content])],
    ['a length that ends the address space', Buffer.concat([Buffer.of(0x30, 0x84, 0xff, 0xff, 0xff, 0xff), content])],
    ['no length', Buffer.concat([Buffer.of(0x30, 0x80), content, Buffer.of(0, 0)])],
    ['a length of r in the long form', tlv(0x30, Buffer.of(2, 0x81, 49, 0), r, integer(s))],
    ['a length of s in the long form', tlv(0x30, integer(r), Buffer.of(2, 0x81, 48), s)],
    ['a length that is too small', Buffer.concat([Buffer.of(0x30, content.length - 1), content])],
    ['a length that is too large', Buffer.concat([Buffer.of(0x30, content.length + 1), content])],
    ['a byte behind it', Buffer.concat([tlv(0x30, content), Buffer.of(0)])],
    ['a byte behind s', tlv(0x30, content, Buffer.of(0))],
    ['a third number', tlv(0x30, content, integer(one))],
    ['one number', tlv(0x30, integer(r))],
    ['no number', tlv(0x30)],
    ['an r that is negative', tlv(0x30, tlv(2, r), integer(s))],
    ['a superfluous zero before r', tlv(0x30, tlv(2, Buffer.of(0, 0), r), integer(s))],
    ['a superfluous zero before s', tlv(0x30, integer(r), tlv(2, Buffer.of(0), s))],
    ['an r that is empty', tlv(0x30, tlv(2), integer(s))],
    ['an s that is empty', tlv(0x30, integer(r), tlv(2))],
    ['an r of 50 bytes', tlv(0x30, tlv(2, Buffer.of(1, 0), r), integer(s))],
    ['an r of 385 bits', tlv(0x30, tlv(2, Buffer.of(1), r), integer(s))],
    ['a set in place of a sequence', tlv(0x31, content)],
    ['a context tag in place of a sequence', tlv(0xa0, content)],
    ['an octet string in place of r', tlv(0x30, tlv(4, Buffer.of(0), r), integer(s))],
    ['a bit string in place of s', tlv(0x30, integer(r), tlv(3, s))],
    ['a sequence in a sequence', tlv(0x30, tlv(0x30, content))],
    ['a lone tag', Buffer.of(0x30)],
    ['a tag and a length', Buffer.of(0x30, 0)],
    ['95 bytes', p1363.subarray(1)],
    ['97 bytes', Buffer.concat([Buffer.of(0), p1363])],
    ['192 bytes', Buffer.concat([p1363, p1363])],
    ['a point and a signature', Buffer.concat([Buffer.of(4), p1363])],
    ['the length of P-256', p1363.subarray(0, 64)],
    ['the length of P-521', Buffer.concat([Buffer.alloc(36), p1363])],
  ])('with %s', async (_, signature) => {
    expect(await refusalOf(signature)).toBe('malformed');
  });

  test.each<[string, Buffer, Buffer]>([
    ["r and s in each other's place", s, r],
    ['r of zero', zero, s],
    ['s of zero', r, zero],
    ['nothing but zeros', zero, zero],
    ['nothing but ones', one, one],
    ['r of the order', order, s],
    ['s of the order', r, order],
    ['r and s of the order', order, order],
    ['r of the order and s of zero', order, zero],
    ['r of one less than the order', bytesOf(ORDER - 1n), s],
    ['the largest numbers', Buffer.alloc(48, 0xff), Buffer.alloc(48, 0xff)],
    ['the numbers backwards', Buffer.from(r).reverse(), Buffer.from(s).reverse()],
    ['only its r right', r, one],
    ['only its s right', one, s],
    ['the x of the key for r', Buffer.from(pair.jwk.x, 'base64url'), s],
  ])('with %s', async (_, first, second) => {
    expect(await refusalOf(Buffer.concat([first, second]))).toBe('mismatch');
    expect(await refusalOf(tlv(0x30, integer(first), integer(second)))).toBe('mismatch');
  });

  test.each<[string, string]>([
    ['a space', ' '],
    ['not base64', '!!!!'],
    ['hexadecimal', p1363.toString('hex')],
    ['two', `${p1363.toString('base64')}, ${p1363.toString('base64')}`],
    ['a lone surrogate', '\ud800'],
    ['ten megabytes long', 'A'.repeat(10_000_000)],
    ['encoded twice', Buffer.from(p1363.toString('base64')).toString('base64')],
  ])('that is %s', async (_, text) => {
    expect(['malformed', 'missing']).toContain(await refusalOf(text));
  });

  test('that has more than 1,024 characters, also if they are spaces', () => {
    const text = p1363.toString('base64');
    expect(readSignature(text.padEnd(1_024), 48)).toHaveLength(1);
    expect(readSignature(text.padEnd(1_025), 48)).toEqual([]);
  });

  test('that is long, before it is decoded', () => {
    const decode = vi.spyOn(globalThis, 'atob');
    onTestFinished(() => decode.mockRestore());
    expect(readSignature('A'.repeat(10_000_000), 48)).toEqual([]);
    expect(decode).not.toHaveBeenCalled();
  });

  test('that is in two headers, although both are right', async () => {
    const text = p1363.toString('base64');
    const error = await waybillErrorOf(() => verifier.verify({ headers: { 'X-Amzn-Signature': [text, text] }, body: BODY }));
    expect(error).toMatchObject({ code: 'AUTHENTICATION', reason: 'malformed' });
  });

  test('by another hash, key or curve, or over other bytes', async () => {
    for (const hash of ['sha256', 'sha512', 'sha3-384']) {
      expect(await refusalOf(sign(hash, BYTES, pair.privateKey))).toBe('mismatch');
    }
    expect(await refusalOf(signDer(makePair('key-1'), BODY))).toBe('mismatch');
    expect(await refusalOf(signDer(makePair('key-1', 'P-256'), BODY))).toBe('mismatch');
    expect(await refusalOf(signDer(makePair('key-1', 'P-521'), BODY))).toBe('malformed');
    for (const other of ['', '{}', BODY.slice(1), `\ufeff${BODY}`]) expect(await refusalOf(signDer(pair, other))).toBe('mismatch');
  });

  test('of a body that was parsed and serialised', async () => {
    const sent = JSON.stringify(JSON.parse(BODY), undefined, 1);
    const signature = signDer(pair, sent);
    expect(await refusalOf(signature, sent)).toBeUndefined();
    expect(await refusalOf(signature, JSON.stringify(JSON.parse(sent)))).toBe('mismatch');
    expect(await refusalOf(signature, sent.replace(/\n/g, '\r\n'))).toBe('mismatch');
  });
});

test.each(['ES256', 'ES512'] as const)('%s is verified if the scheme says so', async (algorithm) => {
  const other = makePair('key-1', algorithm === 'ES256' ? 'P-256' : 'P-521');
  const own = new BuyWithPrimeWebhookVerifier({ keys: other.jwk, scheme: { algorithm } });
  for (const dsaEncoding of ['der', 'ieee-p1363'] as const) {
    const signature = sign(`sha${algorithm.slice(2)}`, BYTES, { key: other.privateKey, dsaEncoding });
    expect(await refusalOf(signature, BODY, own)).toBeUndefined();
    expect(await refusalOf(signature)).toBeDefined();
  }
});
