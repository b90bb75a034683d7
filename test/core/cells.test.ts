import { expect, test } from 'vitest';
import { asciiDigits, isScientific, withoutTextMark } from '../../src/core/cells.ts';

test.each([
  ['1809561149386', '1809561149386'],
  [' 1809561149386\n', '1809561149386'],
  ['="1809561149386"', '1809561149386'],
  ['=" 1809561149386 "', '1809561149386'],
  ["'1809561149386", '1809561149386'],
  ["' 1809561149386", '1809561149386'],
  ["O'Hara", "O'Hara"],
  ['="a""b"', 'a""b'],
  ['="', '="'],
  ['', ''],
])('the cell %j holds %j', (cell, value) => {
  expect(withoutTextMark(cell)).toBe(value);
});

test.each(['1.80956E+12', '1,80956E+12', '1.8e12', '2E5', '1.5E-3'])('%s is a number that a spreadsheet has rounded', (text) => {
  expect(isScientific(text)).toBe(true);
});

test.each(['1809561149386', '1Z999AA10123456784', 'E12', '1E', '', '1.8', '12E5Z', 'e5'])('%j is not', (text) => {
  expect(isScientific(text)).toBe(false);
});

test.each([
  ['1809', '1809'],
  ['１８０９', '1809'],
  ['١٨٠٩', '1809'],
  ['۱۸۰۹', '1809'],
  ['१८०९', '1809'],
  ['᪀᪑', '01'],
  ['\u{1d7ce}\u{1d7ff}', '09'],
  ['Gate ３, ½, Ⅳ', 'Gate 3, ½, Ⅳ'],
])('%j in ASCII digits is %j', (text, ascii) => {
  expect(asciiDigits(text)).toBe(ascii);
});
