import { expect, test } from 'vitest';
import { formatUserAgent, sellingPartnerUserAgent } from '../../src/shipping-ndr/user-agent.ts';
import { waybillErrorOf } from './errors.ts';

test.each<[Parameters<typeof formatUserAgent>, string]>([
  [
    ['My Selling Tool', '2.0', { Language: 'Java/1.8.0.221', Platform: 'Windows/10' }],
    'My Selling Tool/2.0 (Language=Java/1.8.0.221; Platform=Windows/10)',
  ],
  [['a/b', '1', { Language: 'x' }], 'a\\/b/1 (Language=x)'],
  [['a', '1(2', { Language: 'x' }], 'a/1\\(2 (Language=x)'],
  [['a', '1', { 'N=ame': 'v=1' }], 'a/1 (N\\=ame=v=1)'],
  [['a', '1', { N: '(v);' }], 'a/1 (N=(v\\)\\;)'],
  [['\\', '\\', { '\\': '\\' }], '\\\\/\\\\ (\\\\=\\\\)'],
])("escapes by Amazon's rules: %j", (parts, userAgent) => {
  expect(formatUserAgent(...parts)).toBe(userAgent);
});

test('names the application behind the library', () => {
  expect(sellingPartnerUserAgent('my-shop/1.2')).toMatch(/^waybill\/[\d.]+ \(Language=JavaScript; Application=my-shop\/1\.2\)$/);
  expect(sellingPartnerUserAgent()).toMatch(/^waybill\/[\d.]+ \(Language=JavaScript\)$/);
});

test('refuses what Amazon would: more than 500 characters', async () => {
  const room = 500 - sellingPartnerUserAgent('x').length + 1;
  expect(sellingPartnerUserAgent('x'.repeat(room))).toHaveLength(500);
  expect(await waybillErrorOf(() => sellingPartnerUserAgent('x'.repeat(room + 1)))).toMatchObject({ code: 'CONFIGURATION' });
  expect(await waybillErrorOf(() => sellingPartnerUserAgent(';'.repeat(room)))).toMatchObject({ code: 'CONFIGURATION' });
});
