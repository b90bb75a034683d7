/**
 * What is inside an RSA signature: the scheme, hash and salt that it was made with, whatever was signed.
 *
 * @module
 * @see {@link https://www.rfc-editor.org/rfc/rfc8017 | RFC 8017}, sections 9.1 and 9.2
 */
import { constants, createHash, type KeyObject, publicDecrypt } from 'node:crypto';

/** A hash function, by its name in Node. */
type Hash = 'sha256' | 'sha1' | 'sha384' | 'sha512';

/** An opened signature. */
export type OpenedSignature =
  | {
      readonly scheme: 'pss';
      readonly hash: Hash;
      /** Hash of the mask; the same as `hash` unless a library was left at its default. */
      readonly maskHash: Hash;
      readonly saltLength: number;
      readonly isOf: (data: string) => boolean;
    }
  | { readonly scheme: 'pkcs1'; readonly hash: Hash; readonly isOf: (data: string) => boolean }
  /** Made with another key, or not a signature. */
  | { readonly scheme: 'unknown' };

const HASHES: readonly Hash[] = ['sha256', 'sha1', 'sha384', 'sha512'];

/** Hash and hash of the mask. The equal ones come first. */
const PAIRS = HASHES.flatMap((hash) => HASHES.map((maskHash) => ({ hash, maskHash }))).sort(
  (a, b) => Number(a.hash !== a.maskHash) - Number(b.hash !== b.maskHash),
);

/** The names of the hash functions in PKCS#1: the bytes before the hash. */
const DIGEST_INFO: Readonly<Record<Hash, string>> = {
  sha1: '3021300906052b0e03021a05000414',
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
};

/** Opens a signature with the public key. The wrong key yields bytes without structure. */
export function openSignature(publicKey: KeyObject, signature: Buffer): OpenedSignature {
  let encoded: Buffer;
  try {
    encoded = publicDecrypt({ key: publicKey, padding: constants.RSA_NO_PADDING }, signature);
  } catch {
    return { scheme: 'unknown' };
  }
  return readPkcs1(encoded) ?? readPss(encoded) ?? { scheme: 'unknown' };
}

/** `00 01 ff … ff 00`, the name of the hash function, the hash. */
function readPkcs1(encoded: Buffer): OpenedSignature | undefined {
  const [, info = ''] = /^0001(?:ff)+00(30.*)$/.exec(encoded.toString('hex')) ?? [];
  const hash = HASHES.find((name) => info.startsWith(DIGEST_INFO[name]));
  if (!hash) return undefined;
  const digest = info.slice(DIGEST_INFO[hash].length);
  return { scheme: 'pkcs1', hash, isOf: (data) => createHash(hash).update(data).digest('hex') === digest };
}

/**
 * Masked padding and salt, the hash H, `bc`. With the wrong pair of hashes the block is random: in one of a hundred cases it looks like a
 * short padding. So the longest padding is the right one.
 */
function readPss(encoded: Buffer): OpenedSignature | undefined {
  if (encoded.at(-1) !== 0xbc) return undefined;
  let longest = -1;
  let opened: OpenedSignature | undefined;
  for (const { hash, maskHash } of PAIRS) {
    const { padding, salt, digest } = unmask(encoded, hash, maskHash);
    // Some libraries fill all the room with salt, and leave no padding.
    if (!salt || (padding > 0 && padding < 7) || padding <= longest) continue;
    longest = padding;
    const isOf = (data: string): boolean => {
      const message = createHash(hash).update(data).digest();
      return createHash(hash).update(Buffer.alloc(8)).update(message).update(salt).digest().equals(digest);
    };
    opened = { scheme: 'pss', hash, maskHash, saltLength: salt.length, isOf };
  }
  return opened;
}

interface Unmasked {
  /** Zero bytes before the salt. */
  readonly padding: number;
  /** `undefined` if the block does not have the form of PSS. */
  readonly salt: Buffer | undefined;
  readonly digest: Buffer;
}

function unmask(encoded: Buffer, hash: Hash, maskHash: Hash): Unmasked {
  const size = createHash(hash).digest().length;
  const masked = encoded.subarray(0, -1 - size);
  const digest = encoded.subarray(-1 - size, -1);
  const mask = maskOf(maskHash, digest, masked.length);
  const block = Buffer.from(masked.map((byte, at) => byte ^ (mask[at] as number)));
  // The first bit is cut off, because the number must be smaller than the modulus.
  block[0] = (block[0] as number) & 0x7f;
  const padding = block.findIndex((byte) => byte !== 0);
  return { padding, salt: block[padding] === 1 ? block.subarray(padding + 1) : undefined, digest };
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
