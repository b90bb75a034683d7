/**
 * Keys for a test: newly generated, and not usable for anything else.
 *
 * @module
 */
import { assertOption } from '../../core/errors.ts';
import { SURFACE } from '../surface.ts';
import { asOptions } from './arguments.ts';

/** An Amazon Pay key pair and its id. */
export interface TestKeys {
  /** Names its environment, as Amazon's newer ids do. */
  readonly publicKeyId: string;
  /** PEM, PKCS#8: what Seller Central offers for download. */
  readonly privateKey: string;
  /** PEM, SPKI: what an emulator verifies with. */
  readonly publicKey: string;
}

const ENVIRONMENTS = ['live', 'sandbox', 'legacy'] as const;

/** Options of {@link testKeys}. */
export interface TestKeysOptions {
  /**
   * The environment that the id names; `legacy` for an id without one, as Amazon issued them before.
   * @default 'sandbox'
   */
  readonly environment?: 'live' | 'sandbox' | 'legacy' | undefined;
}

/**
 * Generates an RSA key pair of 2048 bits, as Amazon Pay uses them. It takes some tenths of a second: make one for a whole test file.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` for an environment that does not exist.
 *
 * @example
 * ```ts
 * const { publicKeyId, privateKey, publicKey } = await testKeys();
 * const emulator = new AmazonEmulator({ publicKeys: { [publicKeyId]: publicKey } });
 * ```
 */
export async function testKeys(options?: TestKeysOptions): Promise<TestKeys> {
  const { environment = 'sandbox' } = asOptions('testKeys', options, ['environment']);
  assertOption(ENVIRONMENTS.includes(environment), SURFACE, 'environment', 'must be live, sandbox or legacy');
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
