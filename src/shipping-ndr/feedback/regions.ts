/**
 * Where the Selling Partner API is reached.
 *
 * @module
 * @see {@link https://developer-docs.amazon.com/sp-api/docs/sp-api-endpoints | SP-API endpoints}
 */
import type { Open } from '../../core/types.ts';
import { demand } from '../configuration.ts';

/** A region of the Selling Partner API: North America, Europe with India and the Middle East, Far East. */
export type SellingPartnerRegion = 'na' | 'eu' | 'fe';

/** Which business of Amazon Shipping is called. NDR exists for India only. */
export type ShippingBusinessId = Open<
  | 'AmazonShipping_IN'
  | 'AmazonShipping_UK'
  | 'AmazonShipping_US'
  | 'AmazonShipping_UAE'
  | 'AmazonShipping_SA'
  | 'AmazonShipping_EG'
  | 'AmazonShipping_IT'
  | 'AmazonShipping_ES'
  | 'AmazonShipping_FR'
  | 'AmazonShipping_JP'
>;

/** Scheme and host of a region. */
export function sellingPartnerHost(region: SellingPartnerRegion, sandbox: boolean): string {
  demand(['na', 'eu', 'fe'].includes(region), '"region" must be na, eu or fe', 'India is served by eu.');
  return `https://${sandbox ? 'sandbox.' : ''}sellingpartnerapi-${region}.amazon.com`;
}
