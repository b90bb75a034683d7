/** RSA keys that are generated at test time, and node:crypto as the judge of our signatures. */
import { constants, generateKeyPairSync, type KeyObject, verify } from 'node:crypto';

/** A key pair of RSA. */
export type RsaKeys = Readonly<Record<'privateKey' | 'publicKey', KeyObject>>;

/** The keys of the user, and of somebody else. Two pairs serve all tests: making one takes a tenth of a second and more. */
export const ours: RsaKeys = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const theirs: RsaKeys = generateKeyPairSync('rsa', { modulusLength: 2048 });

export const { privateKey, publicKey } = ours;

export const pkcs8: string = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
export const pkcs1: string = privateKey.export({ type: 'pkcs1', format: 'pem' }) as string;

/** A part from the middle of a PEM, which must never be shown. */
export const secretOf = (pem: string): string => pem.replace(/\s/g, '').slice(200, 240);

export function verifies(text: string, signature: string | Uint8Array, algorithm: string, key: KeyObject = publicKey): boolean {
  const bytes = typeof signature === 'string' ? Buffer.from(signature, 'base64') : signature;
  const saltLength = { 'AMZN-PAY-RSASSA-PSS': 20, 'AMZN-PAY-RSASSA-PSS-V2': 32 }[algorithm];
  if (saltLength === undefined) throw new Error(`unknown algorithm ${algorithm}`);
  return verify('sha256', Buffer.from(text), { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }, bytes);
}
