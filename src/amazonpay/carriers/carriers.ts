/**
 * Amazon Pay's carriers and their codes.
 *
 * @module
 */
import type { Open } from '../../core/types.ts';
import { nearest } from '../../core/wording.ts';
import { carrierTable, type ListedCarrierCode } from './table.ts';

export type { ListedCarrierCode } from './table.ts';

/**
 * Amazon's code for a carrier, such as `UPS` or `DHL_DE`: capital letters, digits and `_`.
 *
 * An editor completes the codes of {@link carriers}. Any other string is accepted too, because Amazon may have added codes since.
 *
 * @see {@link https://developer.amazon.com/docs/amazon-pay-checkout/setting-up-delivery-notifications.html | Amazon's list of carriers}
 */
export type CarrierCode = Open<ListedCarrierCode>;

/** A carrier as Amazon lists it. */
export interface Carrier {
  /** The `carrierCode` of a delivery tracker. */
  readonly code: ListedCarrierCode;
  /** Amazon's name for the carrier, sometimes an old one: `myHermes UK` is Evri. Not unique: two are called `PICK UPP`. */
  readonly name: string;
  /**
   * The newest list that contains it. `v2` is the list of the API's version 2, which this client uses. `v1` marks the 35 codes that only
   * the older list had: Amazon may refuse them, or may not find the parcel by its number (inferred).
   */
  readonly list: 'v1' | 'v2';
}

/**
 * The carriers that Amazon Pay supports, sorted by code: 474 of list v2 and 35 that only v1 had, **as of June 2020**.
 *
 * No newer list is public. Treat it as a hint: a code that is missing here may work, and is sent.
 *
 * @example Fill a select box
 * ```ts
 * const options = carriers.filter(({ list }) => list === 'v2').map(({ code, name }) => ({ value: code, label: name }));
 * ```
 */
export const carriers: readonly Carrier[] = carrierTable;

/** Says whether Amazon lists a carrier code, for `knowsCarrier` of a {@link DeliveryTrackerClient}. */
export interface CarrierCheck {
  (code: string): boolean;
  /** The listed codes that were probably meant, for hints. */
  readonly nearest?: ((text: string) => readonly string[]) | undefined;
}

/** The type of {@link isCarrierCode}. */
export interface IsCarrierCode {
  (text: unknown): text is ListedCarrierCode;
  /** At most three codes that are spelt like `text`; none if nothing is similar. For names there is `findCarrier`. */
  readonly nearest: (text: string) => readonly ListedCarrierCode[];
}

/**
 * Whether `text` is exactly one of the codes of {@link carriers}.
 *
 * `false` does not mean that the code is wrong: the list is of June 2020, and Amazon may have added it. For names and other spellings there
 * is `findCarrier`.
 *
 * @example
 * ```ts
 * isCarrierCode('DHL_DE'); // true
 * isCarrierCode('dhl_de'); // false
 * isCarrierCode.nearest('dhl_de'); // ['DHL_DE']
 * ```
 */
export const isCarrierCode: IsCarrierCode = /* @__PURE__ */ Object.assign(
  (text: unknown): text is ListedCarrierCode => carriers.some(({ code }) => code === text),
  { nearest: nearestCodes },
);

const MAX_NEAREST = 3;

function nearestCodes(text: string): readonly ListedCarrierCode[] {
  // No code has more than 27 characters. Callers in JavaScript may pass anything.
  const wanted = typeof text === 'string' ? letters(text.slice(0, 64)) : '';
  const differenceTo = (code: string): number => Math.abs(letters(code).length - wanted.length);
  const same = carriers.find(({ code }) => letters(code) === wanted)?.code;
  if (same) return [same];
  if (wanted.length < 2) return [];
  // Amazon may refuse those that only the older list has: a hint must not lead to one.
  const codes = carriers.filter(({ list }) => list === 'v2').map(({ code }) => code);
  const starts = codes.filter((code) => startsAlike(letters(code), wanted));
  if (starts.length > 0) return starts.sort((a, b) => differenceTo(a) - differenceTo(b)).slice(0, MAX_NEAREST);
  const code = nearest(text, codes) as ListedCarrierCode | undefined;
  return code ? [code] : [];
}

function startsAlike(one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one);
}

function letters(text: string): string {
  return text.toUpperCase().replace(/[^A-Z0-9]/g, '');
}
