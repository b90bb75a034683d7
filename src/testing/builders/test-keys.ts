/**
 * Keys for a test: made anew, good for nothing else.
 *
 * @module
 */

import { asOptions } from './arguments.ts';

/** An Amazon Pay key pair and the id that it is known by. */
export interface TestKeys {
  /** Says which environment it is for, as Amazon's newer ids do. */
  readonly publicKeyId: string;
  /** PEM, PKCS#8: what Seller Central offers for download. */
  readonly privateKey: string;
  /** PEM, SPKI: what an emulator verifies with. */
  readonly publicKey: string;
}

/** What keys are made for. */
export interface TestKeysOptions {
  /**
   * The environment that the id stands for; `legacy` for an id without one, as Amazon gave them out before.
   * @default 'sandbox'
   */
  readonly environment?: 'live' | 'sandbox' | 'legacy';
}

/**
 * Makes an RSA key pair of 2048 bits, as Amazon Pay uses them. Takes some tenths of a second: make one for a whole test file.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` where the options are no object.
 *
 * @example
 * ```ts
 * const { publicKeyId, privateKey, publicKey } = await testKeys();
 * const emulator = new AmazonEmulator({ publicKeys: { [publicKeyId]: publicKey } });
 * ```
 */
export async function testKeys(options?: TestKeysOptions): Promise<TestKeys> {
  const { environment = 'sandbox' } = asOptions('testKeys', options);
  const algorithm = { name: 'RSA-PSS', hash: 'SHA-256', modulusLength: 2_048, publicExponent: new Uint8Array([1, 0, 1]) };
  const { privateKey, publicKey } = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const name = [...crypto.getRandomValues(new Uint8Array(23))].map((byte) => String.fromCharCode(65 + (byte % 26))).join('');
  return {
    publicKeyId: `${environment === 'legacy' ? '' : `${environment.toUpperCase()}-`}A${name}`,
    privateKey: pem('PRIVATE KEY', await crypto.subtle.exportKey('pkcs8', privateKey)),
    publicKey: pem('PUBLIC KEY', await crypto.subtle.exportKey('spki', publicKey)),
  };
}

function pem(label: string, der: ArrayBuffer): string {
  const base64 = btoa(String.fromCharCode(...new Uint8Array(der)));
  return `-----BEGIN ${label}-----\n${base64.replace(/.{1,64}/g, '$&\n')}-----END ${label}-----\n`;
}
