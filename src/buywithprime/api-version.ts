/**
 * The versions of the Buy with Prime API.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/v2024-11-01/docs/changelog-for-the-buy-with-prime-api-v2024-11-01 | Changelog}
 */
import type { Open } from '../core/types.ts';

/** A version of the API, the value of `x-api-version`. A later one that Amazon adds is taken too; it is asked as `2024-11-01` is. */
export type BuyWithPrimeApiVersion = Open<'2024-01-01' | '2024-04-01' | '2024-11-01'>;

/** The newest version that this package was written after. */
export const LATEST_API_VERSION: BuyWithPrimeApiVersion = '2024-11-01';
