/**
 * Amazon Pay's carriers and their codes.
 *
 * @module
 * @see {@link https://developer.amazon.com/docs/amazon-pay-checkout/setting-up-delivery-notifications.html | Amazon's list of carriers}
 */
import type { Open } from '../../core/types.ts';
import { carrierTable, type ListedCarrierCode } from './carrier-table.ts';

export type { ListedCarrierCode } from './carrier-table.ts';

/**
 * Amazon's code for a carrier, such as `UPS` or `DHL_DE`: capital letters, digits and `_`.
 *
 * An editor completes the codes of {@link carriers}. Any other text is accepted too, because Amazon may have added codes since.
 *
 * @see {@link https://developer.amazon.com/docs/amazon-pay-checkout/setting-up-delivery-notifications.html | Amazon's list of carriers}
 */
export type CarrierCode = Open<ListedCarrierCode>;

/** A carrier as Amazon lists it. */
export interface Carrier {
  /** What a delivery tracker's `carrierCode` takes. */
  readonly code: ListedCarrierCode;
  /** Amazon's name for the carrier, sometimes an old one: `myHermes UK` is Evri. Not unique: two are called `PICK UPP`. */
  readonly name: string;
  /**
   * The newest list that has it. `v2` is that of the API's version 2, which this client speaks; `v1` marks the 35 codes that were on the
   * older list alone: Amazon may refuse them, or may not find the parcel by its number (inferred).
   */
  readonly list: 'v1' | 'v2';
}

/**
 * The carriers that Amazon Pay follows, sorted by code: 474 of list v2 and 35 that were on v1 alone, **as of June 2020**.
 *
 * No newer list is public. Take it as a hint: a code that is missing here may work, and is sent all the same.
 *
 * @example Fill a select box
 * ```ts
 * const options = carriers.filter(({ list }) => list === 'v2').map(({ code, name }) => ({ value: code, label: name }));
 * ```
 */
export const carriers: readonly Carrier[] = carrierTable;

/**
 * Whether `text` is exactly one of the codes of {@link carriers}.
 *
 * `false` is no verdict: the list is of June 2020, and Amazon may know the code. For names, and other spellings, there is `findCarrier`.
 *
 * @example
 * ```ts
 * isCarrierCode('DHL_DE'); // true
 * isCarrierCode('dhl_de'); // false
 * ```
 */
export function isCarrierCode(text: unknown): text is ListedCarrierCode {
  return carriers.some(({ code }) => code === text);
}
