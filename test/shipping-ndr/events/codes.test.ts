import { expect, test } from 'vitest';
import { ndrReasons, ndrStatuses, trackingDetailCodes, trackingEventCodes } from '../../../src/shipping-ndr/webhook.ts';

test.each([
  ['statuses', ndrStatuses, 3],
  ['reasons', ndrReasons, 17],
  ['event codes', trackingEventCodes, 15],
  ['detail codes', trackingDetailCodes, 30],
] as const)('the list of %s has every value that Amazon documents, once', (_, list, length) => {
  expect(list).toHaveLength(length);
  expect(new Set<string>(list).size).toBe(length);
  expect(list.every((value) => /^\S+(?: \S+)*$/.test(value))).toBe(true);
});

test('the statuses are those of question 8 on the page', () => {
  expect(ndrStatuses).toEqual(['Attempted', 'Rejected', 'Undeliverable']);
});
