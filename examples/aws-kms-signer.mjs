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
 * Leave `algorithm` at its default, AMZN-PAY-RSASSA-PSS-V2: KMS always salts with 32 bytes. AMZN-PAY-RSASSA-PSS takes 20, which KMS can't
 * do, so Amazon Pay would refuse every signature.
 */

/**
 * As much of AWS's client as this needs.
 *
 * @typedef {object} Kms
 * @property {(input: SignInput) => Promise<{ Signature?: Uint8Array | undefined }>} sign
 */

/** @typedef {{ KeyId: string, Message: Uint8Array, MessageType: 'RAW', SigningAlgorithm: 'RSASSA_PSS_SHA_256' }} SignInput */

/**
 * @param {Kms} kms
 * @param {string} keyId The key's id, its ARN or an alias
 * @returns {import('waybill/amazonpay').Signer}
 */
export function kmsSigner(kms, keyId) {
  return {
    async sign(bytes) {
      // RAW, because the bytes are not hashed yet. KMS takes 4096 of them; these are about 90.
      const { Signature } = await kms.sign({ KeyId: keyId, Message: bytes, MessageType: 'RAW', SigningAlgorithm: 'RSASSA_PSS_SHA_256' });
      if (!Signature) throw new Error('KMS answered without a signature');
      return Signature;
    },
  };
}
