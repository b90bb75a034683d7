import { createPrivateKey, createPublicKey, verify } from 'node:crypto';
import { p384 } from '@noble/curves/nist.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BuyWithPrimeWebhookVerifier } from '../../../src/buywithprime/webhook/verifier.ts';
import { ConfigurationError } from '../../../src/core/errors.ts';
import { BODY, makePair, refusalBy, SIGNERS, signDer } from '../../support/buywithprime/signing.ts';
import { thrownBy } from '../../support/errors.ts';

const pair = makePair('key-1');
const verifier = new BuyWithPrimeWebhookVerifier({ keys: pair.jwk });
const BYTES = Buffer.from(BODY);
const ORDER = p384.Point.Fn.ORDER;

const refusalOf = (signature: Uint8Array | string, body?: string | Uint8Array, by = verifier) => refusalBy(by, signature, body);

const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);

describe('if one bit of a right request is changed', () => {
  const flip = (bytes: Uint8Array, bit: number): Uint8Array => {
    const changed = Uint8Array.from(bytes);
    const at = bit % (bytes.length * 8);
    changed[at >> 3] = (changed[at >> 3] as number) ^ (1 << (at & 7));
    return changed;
  };
  const bit = fc.nat({ max: 2 ** 20 });
  // Made once: making them takes longer than verifying them.
  const signatures = Promise.all(Object.values(SIGNERS).map(async (signer) => signer(pair, BYTES)));
  const anySigner = fc.nat({ max: Object.keys(SIGNERS).length - 1 });

  test('in the body, it is refused', { timeout: 30_000 }, async () => {
    const made = await signatures;
    await fc.assert(
      fc.asyncProperty(bit, anySigner, async (at, which) => {
        expect(await refusalOf(made[which] as Uint8Array, flip(BYTES, at))).toBe('mismatch');
      }),
    );
  });

  test('in the signature, it is refused', { timeout: 30_000 }, async () => {
    const made = await signatures;
    await fc.assert(
      fc.asyncProperty(bit, anySigner, async (at, which) => {
        expect(['mismatch', 'malformed']).toContain(await refusalOf(flip(made[which] as Uint8Array, at)));
      }),
    );
  });

  test('in the secret of the key, it is refused', { timeout: 30_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(bit, async (at) => {
        const secret = flip(pair.secret, at);
        if (numberOf(secret) === 0n || numberOf(secret) >= ORDER) return;
        const [x, y] = [p384.getPublicKey(secret, false).subarray(1, 49), p384.getPublicKey(secret, false).subarray(49)];
        const other = { ...pair.jwk, x: Buffer.from(x).toString('base64url'), y: Buffer.from(y).toString('base64url') };
        expect(await refusalOf(signDer(pair, BODY), BODY, new BuyWithPrimeWebhookVerifier({ keys: other }))).toBe('mismatch');
      }),
      { numRuns: 20 },
    );
  });

  test('in the published half of the key, it is not a key any more, and nothing is proven', async () => {
    await fc.assert(
      fc.asyncProperty(bit, fc.constantFrom('x' as const, 'y' as const), async (at, name) => {
        const damaged = { ...pair.jwk, [name]: Buffer.from(flip(Buffer.from(pair.jwk[name], 'base64url'), at)).toString('base64url') };
        const error = await thrownBy(() => refusalOf(signDer(pair, BODY), BODY, new BuyWithPrimeWebhookVerifier({ keys: damaged })));
        expect(error).toBeInstanceOf(ConfigurationError);
      }),
      { numRuns: 50 },
    );
  });
});

test('node:crypto judges every signature as the verifier does', { timeout: 30_000 }, async () => {
  const key = createPublicKey(createPrivateKey(pair.privateKey.export({ type: 'pkcs8', format: 'pem' })));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.values(SIGNERS)),
      fc.option(fc.nat({ max: 95 })),
      fc.uint8Array(),
      async (signer, at, body) => {
        const signature = Uint8Array.from(await signer(pair, body));
        if (at !== null) signature[at] = (signature[at] as number) ^ 1;
        const judged = (['der', 'ieee-p1363'] as const).some((dsaEncoding) => verify('sha384', body, { key, dsaEncoding }, signature));
        const ours = await thrownBy(() => refusalOf(signature, body).then((reason) => Promise.reject(reason)));
        // A random body is not an event; an error about that proves that the signature is right.
        expect(typeof ours !== 'string').toBe(judged);
      },
    ),
  );
});
