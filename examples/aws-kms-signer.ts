/**
 * Signs with a private key that stays in AWS KMS.
 *
 *     import { KMS } from '@aws-sdk/client-kms';
 *     const signer = kmsSigner(new KMS({ region: 'eu-west-1' }), process.env.KMS_KEY_ID);
 *
 *     const client = new DeliveryTrackerClient({ publicKeyId, privateKey: signer, region: 'eu' });
 *
 * The KMS key must be of the kind RSA_2048 and for SIGN_VERIFY; the caller needs kms:Sign. Upload its public half to Seller Central
 * (Integration Central, API keys), which then shows the `publicKeyId`.
 *
 * Leave `algorithm` at its default, AMZN-PAY-RSASSA-PSS-V2: KMS always salts with 32 bytes. AMZN-PAY-RSASSA-PSS needs 20, which KMS cannot
 * do, so Amazon Pay would refuse every signature.
 */

import type { Signer } from 'waybill/amazonpay';

/** As much of AWS's client as this needs. */
export interface Kms {
  sign(input: SignInput): Promise<{ readonly Signature?: Uint8Array | undefined }>;
}

export interface SignInput {
  readonly KeyId: string;
  readonly Message: Uint8Array;
  readonly MessageType: 'RAW';
  readonly SigningAlgorithm: 'RSASSA_PSS_SHA_256';
}

/** @param keyId The key's id, its ARN or an alias */
export function kmsSigner(kms: Kms, keyId: string): Signer {
  return {
    async sign(bytes) {
      // RAW, because the bytes are not hashed yet. KMS accepts 4096 of them; these are about 90.
      const { Signature } = await kms.sign({ KeyId: keyId, Message: bytes, MessageType: 'RAW', SigningAlgorithm: 'RSASSA_PSS_SHA_256' });
      if (!Signature) throw new Error('KMS returned no signature');
      return Signature as Uint8Array<ArrayBuffer>;
    },
  };
}
