import { constants, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { openSignature } from '../../../src/cli/sign/signature.ts';
import { privateKey, publicKey } from '../../support/rsa.ts';

describe('openSignature', () => {
  // Many, because the wrong pair of hashes looks right by chance in one of a hundred cases.
  test.each(['sha256', 'sha1', 'sha384', 'sha512'] as const)('recognises %s and the salt, whatever was signed', (hash) => {
    for (const saltLength of [0, 20, 32, 64]) {
      for (let number = 0; number < 100; number += 1) {
        const text = `text ${number}`;
        const signature = sign(hash, Buffer.from(text), { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });
        const opened = openSignature(publicKey, signature);
        expect(opened).toMatchObject({ scheme: 'pss', hash, maskHash: hash, saltLength });
        expect(opened.scheme !== 'unknown' && opened.isOf(text)).toBe(true);
      }
    }
  });

  test.each(['sha256', 'sha1', 'sha384', 'sha512'] as const)('recognises PKCS#1 v1.5 with %s', (hash) => {
    const opened = openSignature(publicKey, sign(hash, Buffer.from('text'), privateKey));
    expect(opened).toMatchObject({ scheme: 'pkcs1', hash });
    expect(opened.scheme !== 'unknown' && [opened.isOf('text'), opened.isOf('another')]).toEqual([true, false]);
  });

  test('recognises as much salt as fits', () => {
    const saltLength = constants.RSA_PSS_SALTLEN_MAX_SIGN;
    for (let number = 0; number < 50; number += 1) {
      const key = { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
      expect(openSignature(publicKey, sign('sha256', Buffer.from(`${number}`), key))).toMatchObject({ hash: 'sha256', saltLength: 222 });
    }
  });

  test.each([
    ['bytes that are not a signature', Buffer.alloc(256, 1)],
    ['a number larger than the modulus', Buffer.alloc(256, 255)],
    ['too few bytes', Buffer.alloc(10)],
    ['no bytes', Buffer.alloc(0)],
  ])('opens nothing in %s', (_, bytes) => {
    expect(openSignature(publicKey, bytes)).toEqual({ scheme: 'unknown' });
  });
});
