/**
 * What is inside an RSA signature: which scheme, hash and salt it was made with, whatever was signed.
 *
 * @module
 * @see {@link https://www.rfc-editor.org/rfc/rfc8017 | RFC 8017}, sections 9.1 and 9.2
 */
import { constants, createHash, type KeyObject, publicDecrypt } from 'node:crypto';

/** A hash function, by Node's name. */
type Hash = 'sha256' | 'sha1' | 'sha384' | 'sha512';

/** What a signature turns out to be. */
export type Anatomy =
  | {
      readonly scheme: 'pss';
      readonly hash: Hash;
      /** Of the mask; the same as `hash` unless a library was left to its own default. */
      readonly maskHash: Hash;
      readonly saltLength: number;
      readonly isOf: (data: string) => boolean;
    }
  | { readonly scheme: 'pkcs1'; readonly hash: Hash; readonly isOf: (data: string) => boolean }
  /** Made by another key, or no signature at all. */
  | { readonly scheme: 'unknown' };

const HASHES: readonly Hash[] = ['sha256', 'sha1', 'sha384', 'sha512'];
/** Hash and hash of the mask, the usual ones first. */
const PAIRS: readonly (readonly [Hash, Hash])[] = [
  ...HASHES.map((hash) => [hash, hash] as const),
  ...HASHES.flatMap((hash) => HASHES.filter((other) => other !== hash).map((other) => [hash, other] as const)),
];
/** The names of the hash functions in PKCS#1: what stands before the hash. */
const DIGEST_INFO: Readonly<Record<Hash, string>> = {
  sha1: '3021300906052b0e03021a05000414',
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
};

/** Opens a signature with the public key. A wrong key yields bytes of no structure. */
export function dissect(publicKey: KeyObject, signature: Buffer): Anatomy {
  let encoded: Buffer;
  try {
    encoded = publicDecrypt({ key: publicKey, padding: constants.RSA_NO_PADDING }, signature);
  } catch {
    return { scheme: 'unknown' };
  }
  return readPkcs1(encoded) ?? readPss(encoded) ?? { scheme: 'unknown' };
}

/** `00 01 ff … ff 00`, the hash function's name, the hash. */
function readPkcs1(encoded: Buffer): Anatomy | undefined {
  const [, info = ''] = /^0001(?:ff)+00(30.*)$/.exec(encoded.toString('hex')) ?? [];
  const hash = HASHES.find((name) => info.startsWith(DIGEST_INFO[name]));
  if (!hash) return undefined;
  const found = info.slice(DIGEST_INFO[hash].length);
  return { scheme: 'pkcs1', hash, isOf: (data) => createHash(hash).update(data).digest('hex') === found };
}

/**
 * Masked padding and salt, the hash H, `bc`. The wrong pair of hashes leaves chance, which looks like padding of no or of few zeros in one
 * of a hundred cases: the longest padding is the right one.
 */
function readPss(encoded: Buffer): Anatomy | undefined {
  if (encoded.at(-1) !== 0xbc) return undefined;
  const [likeliest] = PAIRS.flatMap(([hash, maskHash]) => {
    const size = createHash(hash).digest().length;
    const masked = encoded.subarray(0, -1 - size);
    const tail = encoded.subarray(-1 - size, -1);
    const mask = maskOf(maskHash, tail, masked.length);
    const block = masked.map((byte, at) => byte ^ (mask[at] as number));
    // The first bit is cut off: the number must be smaller than the modulus.
    block[0] = (block[0] as number) & 0x7f;
    const padding = block.findIndex((byte) => byte !== 0);
    // Some libraries salt with all the room there is.
    if (block[padding] !== 1 || (padding > 0 && padding < 7)) return [];
    const salt = block.subarray(padding + 1);
    const isOf = (data: string): boolean => {
      const message = createHash(hash).update(data).digest();
      return createHash(hash).update(Buffer.alloc(8)).update(message).update(salt).digest().equals(tail);
    };
    return [{ padding, anatomy: { scheme: 'pss' as const, hash, maskHash, saltLength: salt.length, isOf } }];
  }).sort((one, other) => other.padding - one.padding);
  return likeliest?.anatomy;
}

/** MGF1, appendix B.2.1. */
function maskOf(hash: Hash, seed: Buffer, length: number): Buffer {
  const parts: Buffer[] = [];
  for (let counter = 0, size = 0; size < length; counter += 1) {
    const number = Buffer.alloc(4);
    number.writeUInt32BE(counter);
    const part = createHash(hash).update(seed).update(number).digest();
    parts.push(part);
    size += part.length;
  }
  return Buffer.concat(parts).subarray(0, length);
}
