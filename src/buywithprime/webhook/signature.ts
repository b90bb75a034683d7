/**
 * ECDSA signatures, in both encodings that are in use.
 *
 * @module
 * @see {@link https://www.rfc-editor.org/rfc/rfc7518#section-3.4 | RFC 7518, section 3.4}
 */
import { DER } from '@noble/curves/abstract/der.js';
import { numberToBytesBE } from '@noble/curves/utils.js';
import { decodeBase64 } from '../../core/bytes.ts';

/** What WebCrypto has to know of each algorithm: the curve, the hash, and how many bytes a coordinate has. */
export const ALGORITHMS = {
  ES256: { namedCurve: 'P-256', hash: 'SHA-256', size: 32 },
  ES384: { namedCurve: 'P-384', hash: 'SHA-384', size: 48 },
  ES512: { namedCurve: 'P-521', hash: 'SHA-512', size: 66 },
} as const;

/** ECDSA as JSON Web Algorithms name it: the curve and the hash together. */
export type SignatureAlgorithm = keyof typeof ALGORITHMS;

/** The longest one in base64 has under 200 characters; what a stranger sends beyond is not worth decoding. */
const MAX_LENGTH = 1_024;

/**
 * A signature in base64, as the bytes that WebCrypto verifies: r and s side by side (IEEE P1363). None where it is no signature; two
 * in the rare case that the bytes make sense in either encoding, for 0x30 can be the first byte of r as well as of DER.
 */
export function readSignature(text: string, size: number): readonly Uint8Array<ArrayBuffer>[] {
  const bytes = text.length <= MAX_LENGTH ? decodeBase64(text) : undefined;
  if (!bytes) return [];
  const raw = bytes.length === 2 * size ? [bytes] : [];
  try {
    const { r, s } = DER.toSig(bytes);
    return [...raw, Uint8Array.of(...numberToBytesBE(r, size), ...numberToBytesBE(s, size))];
  } catch {
    return raw;
  }
}
