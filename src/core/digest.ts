/**
 * SHA-256 without waiting. Apart from the other helpers, because it brings a library: most of what is imported needs no hash.
 *
 * @module
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { encodeUtf8 } from './bytes.ts';

/** SHA-256. For strings this short it is several times faster than WebCrypto, which is asynchronous. */
export function digest(data: string | Uint8Array): Uint8Array {
  return sha256(typeof data === 'string' ? encodeUtf8(data) : data);
}

/** SHA-256 in lower-case hex. */
export function sha256Hex(data: string | Uint8Array): string {
  return bytesToHex(digest(data));
}
