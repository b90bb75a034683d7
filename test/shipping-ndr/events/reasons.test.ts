import { expect, test } from 'vitest';
import {
  type NdrReason,
  type NdrReasonGroup,
  ndrReasonGroup,
  ndrReasons,
  readNdrReason,
  suggestNdrActions,
  trackingDetailCodes,
} from '../../../src/shipping-ndr/webhook.ts';
import { ndrEvent } from '../../support/shipping-ndr/samples.ts';

const GROUPED: readonly (readonly [NdrReason, NdrReasonGroup | undefined])[] = [
  ['Not required', 'refusal'],
  ['No items delivered', 'carrier'],
  ['Customer rejected', 'refusal'],
  ['Other', undefined],
  ['Inaccessible delivery location', 'place'],
  ['Customer unavailable', 'customer'],
  ['Payment not ready', 'payment'],
  ['Unable to contact customer', 'customer'],
  ['Rescheduled by customer', 'customer'],
  ['OTP not available', 'customer'],
  ['Bad weather', 'carrier'],
  ['Business closed', 'place'],
  ['Address not found', 'address'],
  ['Customer not at address', 'customer'],
  ['Out of jurisdiction', 'address'],
  ['Wrong address', 'address'],
  ['Unable to access', 'place'],
];

test('the table has every reason that Amazon documents', () => {
  expect(GROUPED.map(([reason]) => reason)).toEqual([...ndrReasons]);
});

test.each(GROUPED)('%s belongs to %s, in any spelling', (reason, group) => {
  for (const text of [reason, reason.toUpperCase(), reason.replaceAll(' ', '_'), ` ${reason.replaceAll(' ', '')} `]) {
    expect([text, readNdrReason(text), ndrReasonGroup(text)]).toEqual([text, reason, group]);
  }
});

test.each([
  ['ADDRESS_NOT_FOUND', 'Address not found'],
  ['Customer Not Available', 'Customer unavailable'],
  ['CONSIGNEE NOT AVAILABLE', 'Customer unavailable'],
  ['Incomplete Address', 'Address not found'],
  ['COD not ready', 'Payment not ready'],
  ['Customer Refused', 'Customer rejected'],
  ['UnableToContactRecipient', 'Unable to contact customer'],
  ['RecipientRequestedAlternateDeliveryTiming', 'Rescheduled by customer'],
  ['RejectedByRecipientWithVerification', 'Customer rejected'],
  ['Eaten by the dog', undefined],
  ['constructor', undefined],
  ['', undefined],
  ['x'.repeat(1_000_000), undefined],
  [null, undefined],
  [undefined, undefined],
  [7, undefined],
])('%j is %s', (text, reason) => {
  expect(readNdrReason(text as string)).toBe(reason);
  expect(ndrReasonGroup(text as string)).toBe(reason && ndrReasonGroup(reason));
});

test("Amazon's own codes of tracking events are recognised where they mean a reason", () => {
  const known = trackingDetailCodes.filter((code) => readNdrReason(code) !== undefined);
  expect(known).toEqual([
    'BusinessClosed',
    'CustomerUnavailable',
    'PaymentNotReady',
    'OtpNotAvailable',
    'UnableToAccess',
    'UnableToContactRecipient',
    'NotRequired',
    'Rejected',
    'RejectedByRecipientWithVerification',
    'CancelledByRecipient',
    'AddressNotFound',
  ]);
});

test('advice is the same in another spelling', () => {
  const adviceFor = (reasonCode: string) => suggestNdrActions(ndrEvent({ reasonCode }));
  expect(adviceFor('CUSTOMER_NOT_AVAILABLE')).toEqual(adviceFor('Customer unavailable'));
});
