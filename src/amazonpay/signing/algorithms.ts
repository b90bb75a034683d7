/**
 * The two signature algorithms of Amazon Pay: RSASSA-PSS over SHA-256, which differ in the length of the salt alone.
 *
 * @module
 * @see {@link https://developer.amazon.com/docs/amazon-pay-api-v2/signing-requests.html | Signing requests}
 */
import { misconfigured } from '../../core/options.ts';

/** Name of a signature algorithm. `-V2` salts with 32 bytes, the other with 20. */
export type AmazonPayAlgorithm = 'AMZN-PAY-RSASSA-PSS' | 'AMZN-PAY-RSASSA-PSS-V2';

/** Never another one in a minor version: that broke the users of Amazon's SDKs in January 2022. */
export const DEFAULT_ALGORITHM: AmazonPayAlgorithm = 'AMZN-PAY-RSASSA-PSS-V2';

const SALT_LENGTHS: Readonly<Record<AmazonPayAlgorithm, number>> = { 'AMZN-PAY-RSASSA-PSS': 20, 'AMZN-PAY-RSASSA-PSS-V2': 32 };

/** Bytes of salt; refuses a name that Amazon does not know. */
export function saltLength(algorithm: AmazonPayAlgorithm): number {
  if (typeof algorithm !== 'string' || !Object.hasOwn(SALT_LENGTHS, algorithm)) {
    throw misconfigured('amazonpay', `"algorithm" must be one of ${Object.keys(SALT_LENGTHS).join(', ')}`);
  }
  return SALT_LENGTHS[algorithm];
}
