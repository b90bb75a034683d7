/**
 * Carrier codes of Amazon Pay.
 *
 * @module
 */
import type { Open } from '../core/types.ts';

/**
 * Amazon's code for a carrier, such as `UPS` or `DHL_DE`: capital letters, digits and `_`. The usual ones are completed; any other of
 * Amazon's list is accepted.
 *
 * @see {@link https://developer.amazon.com/docs/amazon-pay-checkout/setting-up-delivery-notifications.html | Amazon's list of carriers}
 */
export type CarrierCode = Open<
  | 'UPS'
  | 'USPS'
  | 'FEDEX'
  | 'DHL'
  | 'ONTRAC'
  | 'LASERSHIP'
  | 'CANADA_POST'
  | 'DHL_DE'
  | 'DPD_DE'
  | 'DPD_UK'
  | 'GLS'
  | 'HERMES_DE'
  | 'MYHERMES_UK'
  | 'YODEL'
  | 'COLISSIMO'
  | 'CHRONOPOST_FRANCE'
  | 'POSTE_ITALIANE'
  | 'SPAIN_CORREOS_ES'
  | 'TAQBIN_JP'
  | 'SAGAWA'
  | 'JAPAN_POST'
>;
