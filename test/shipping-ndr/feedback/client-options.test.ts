import { expect, test } from 'vitest';
import { sellingPartnerUserAgent } from '../../../src/shipping-ndr/feedback/client-options.ts';
import { waybillErrorOf } from '../../support/errors.ts';

test.each([
  ['Windows/10', 'Windows/10'],
  ['(v);', '(v\\)\\;'],
  ['a\\b=c', 'a\\\\b=c'],
])("the value of an attribute is escaped by Amazon's rules: %j", (application, value) => {
  expect(sellingPartnerUserAgent(application)).toMatch(/^waybill\/[\d.]+ \(Language=JavaScript; Application=/);
  expect(sellingPartnerUserAgent(application).endsWith(`Application=${value})`)).toBe(true);
});

test('the user agent names the application after the library', () => {
  expect(sellingPartnerUserAgent('my-shop/1.2')).toMatch(/^waybill\/[\d.]+ \(Language=JavaScript; Application=my-shop\/1\.2\)$/);
  expect(sellingPartnerUserAgent()).toMatch(/^waybill\/[\d.]+ \(Language=JavaScript\)$/);
});

test('a user agent of more than 500 characters is refused, because Amazon refuses it', async () => {
  const room = 500 - sellingPartnerUserAgent('x').length + 1;
  expect(sellingPartnerUserAgent('x'.repeat(room))).toHaveLength(500);
  expect(await waybillErrorOf(() => sellingPartnerUserAgent('x'.repeat(room + 1)))).toMatchObject({ code: 'CONFIGURATION' });
  expect(await waybillErrorOf(() => sellingPartnerUserAgent(';'.repeat(room)))).toMatchObject({ code: 'CONFIGURATION' });
});
