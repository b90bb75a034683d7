import { constants, generateKeyPairSync, sign } from 'node:crypto';
import { expect, test } from 'vitest';
import { dissect } from '../../src/cli/sign/signature-anatomy.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

// Many, because the wrong pair of hashes looks right by chance in one of a hundred.
test.each(['sha256', 'sha1', 'sha384', 'sha512'] as const)('tells %s and the salt, whatever was signed', (hash) => {
  for (const saltLength of [0, 20, 32, 64]) {
    for (let number = 0; number < 100; number += 1) {
      const text = `text ${number}`;
      const signature = sign(hash, Buffer.from(text), { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });
      const anatomy = dissect(publicKey, signature);
      expect(anatomy).toMatchObject({ scheme: 'pss', hash, maskHash: hash, saltLength });
      expect(anatomy.scheme !== 'unknown' && anatomy.isOf(text)).toBe(true);
    }
  }
});
