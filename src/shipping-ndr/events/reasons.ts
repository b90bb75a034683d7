/**
 * The reasons of NDR events: other spellings of them, and groups of them.
 *
 * @module
 */
import { ndrReasons } from './codes.ts';

type ListedReason = (typeof ndrReasons)[number];

/**
 * What can help a shipment: directions (`address`), the customer (`customer`), the payment (`payment`), nothing but the question whether they
 * want it (`refusal`), access to the place or its opening hours (`place`), or waiting (`carrier`).
 */
export type NdrReasonGroup = 'address' | 'customer' | 'payment' | 'refusal' | 'place' | 'carrier';

const GROUPS: Readonly<Record<NdrReasonGroup, readonly ListedReason[]>> = {
  address: ['Address not found', 'Wrong address', 'Out of jurisdiction'],
  customer: [
    'Customer unavailable',
    'Customer not at address',
    'Unable to contact customer',
    'Rescheduled by customer',
    'OTP not available',
  ],
  payment: ['Payment not ready'],
  refusal: ['Not required', 'Customer rejected'],
  place: ['Inaccessible delivery location', 'Unable to access', 'Business closed'],
  carrier: ['Bad weather', 'No items delivered'],
};

/** Spellings in Amazon's tracking events and in the panels of couriers and aggregators (inferred), without case and punctuation. */
const SPELLINGS: Readonly<Partial<Record<ListedReason, string>>> = {
  'Address not found': 'address not traceable, unable to locate address, incomplete address, address incomplete',
  'Wrong address': 'incorrect address, address incorrect, bad address, invalid address',
  'Out of jurisdiction': 'out of delivery area, oda, non serviceable area, pincode not serviceable',
  'Customer unavailable':
    'customer not available, consignee unavailable, consignee not available, recipient unavailable, recipient not available, door locked, premises locked',
  'Customer not at address': 'customer not at given address, customer shifted, consignee shifted',
  'Unable to contact customer':
    'unable to contact recipient, customer not contactable, customer not reachable, customer unreachable, consignee not reachable, not contactable',
  'Rescheduled by customer':
    'customer asked to reschedule, future delivery requested, delivery rescheduled, customer requested future delivery, recipient requested alternate delivery timing',
  'OTP not available': 'otp not shared, otp not received',
  'Payment not ready': 'cod not ready, cod amount not ready, cash not ready, payment not available, payment issue',
  'Not required': 'customer does not want the product, item not required, no longer required',
  'Customer rejected':
    'rejected, rejected by customer, rejected by recipient with verification, refused, customer refused, refused by customer, refused delivery, customer refused to accept, consignee refused, cancelled by recipient, cancelled by customer, order cancelled',
  'Unable to access': 'entry restricted, restricted area, no access, security restriction',
  'Business closed': 'office closed, premises closed, shop closed',
  'Bad weather': 'heavy rain, natural disaster, weather',
};

const key = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');

// Built on first use, so that an import costs nothing.
let byKey: ReadonlyMap<string, ListedReason> | undefined;

/**
 * Amazon's reason for a spelling of it, whatever its case, spaces and punctuation: `ADDRESS_NOT_FOUND`, `AddressNotFound` and "Customer Not
 * Available" are recognised. Returns `undefined` for a reason that Amazon does not document.
 *
 * The other spellings are our own collection (inferred).
 *
 * @example
 * ```ts
 * readNdrReason('CUSTOMER_UNAVAILABLE'); // 'Customer unavailable'
 * ```
 */
export function readNdrReason(text: string | null | undefined): ListedReason | undefined {
  byKey ??= new Map([
    ...Object.entries(SPELLINGS).flatMap(([reason, others]) =>
      others.split(', ').map((other) => [key(other), reason as ListedReason] as const),
    ),
    ...ndrReasons.map((reason) => [key(reason), reason] as const),
  ]);
  return typeof text === 'string' && text.length <= 100 ? byKey.get(key(text)) : undefined;
}

/**
 * Which group a reason belongs to, so that a shop needs six answers and not seventeen. The groups are our own, and not Amazon's. Returns
 * `undefined` for "Other", and for a reason that Amazon does not document. Reads what {@link readNdrReason} reads.
 *
 * @example
 * ```ts
 * if (ndrReasonGroup(event.detail.reasonCode) === 'payment') await askForPayment(event.detail.trackingId);
 * ```
 */
export function ndrReasonGroup(reason: string | null | undefined): NdrReasonGroup | undefined {
  const known = readNdrReason(reason);
  return (Object.keys(GROUPS) as NdrReasonGroup[]).find((group) => known !== undefined && GROUPS[group].includes(known));
}
