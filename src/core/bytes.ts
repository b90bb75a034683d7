/**
 * Text to bytes and back, on every runtime.
 *
 * @module
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/** UTF-8. A lone surrogate becomes U+FFFD, as everywhere on the web. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** UTF-8 to text; a byte order mark is dropped and bytes that are no UTF-8 become U+FFFD. */
export function decodeUtf8(bytes: ArrayBufferView | ArrayBuffer): string {
  return new TextDecoder().decode(bytes);
}

/** SHA-256. For texts this short it is several times faster than the platform's, which has to be waited for. */
export function digest(data: string | Uint8Array): Uint8Array {
  return sha256(typeof data === 'string' ? encodeUtf8(data) : data);
}

/** SHA-256 in lower-case hex. */
export function sha256Hex(data: string | Uint8Array): string {
  return bytesToHex(digest(data));
}

/** Standard base64 with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** Standard or URL-safe base64, with or without padding and blanks, to bytes; `undefined` where it is none. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    const binary = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
    return Uint8Array.from(binary, (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** Whether two digests are equal, in a time that depends on their length alone. */
export function equalDigests(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let at = 0; at < a.length; at += 1) difference |= (a[at] as number) ^ (b[at] ?? 0);
  return difference === 0;
}
