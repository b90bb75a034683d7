import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findContactData } from '../../../src/shipping-ndr/feedback/feedback.ts';

test.each([
  '9876543210',
  'call 9876543210.',
  '+919876543210',
  '+91 98765 43210',
  '+91-98765-43210',
  '+44 (0)20 7946 0958',
  '0091 98765 43210',
  '09876543210',
  '98765 43210',
  '98765-43210',
  '987-654-3210',
  '987 654 3210',
  '9876 543 210',
  '(080) 2222 3333',
  '080-22223333',
  '080 2222 3333',
  '1800 123 4567',
  '९८७६५४३२१०',
  '९८ ७६ ५४ ३२ १०',
  '٩٨٧٦-٥٤-٣٢١٠',
  'flat 4, 9876543210, floor 2',
  '98765\u00a043210',
  '98765\n43210',
  '+91\u202f98765\u202f43210',
  '9876-543210',
  '+91 (98765) 43210',
  '98765\u201343210',
  '98765\u201143210',
  '\u202d+91 98765 43210\u202c',
  '98765\u200b43210',
  '98 76 54 32 10',
  '98-76-54-32-10',
  '+91 98 76 54 32 10',
  'call 9876 54 3210.',
  '9876-54-3210',
  '98765,43210',
  '98765_43210',
  '987_654_3210',
  '9876_543_210',
  '080_22223333',
  '9 8 7 6 5 4 3 2 1 0',
  '9-8-7-6-5-4-3-2-1-0',
  '\uff19\uff18\uff17\uff16\uff15\uff14\uff13\uff12\uff11\uff10',
])('finds the phone number in %j', (text) => {
  expect(findContactData(text)).toBe('a phone number');
});

test.each([
  'asha@example.in',
  'mail: asha.rao+shop@mail.example.co.in!',
  'आशा@उदाहरण.भारत',
  'asha\uff20example.in',
  'asha@\u200bexample.in',
])('finds the e-mail address in %j', (text) => {
  expect(findContactData(text)).toBe('an e-mail address');
});

test.each([
  'Second gate, beside the water tank',
  'Flat 1204, Tower 9, 560001',
  'Flat 1204 560001',
  'Flat 1204 560 001',
  'Flat 1204-560001',
  'Bengaluru 560 001',
  'Flat 12, 3rd floor, 110001',
  'Flat 7041 560001',
  'Flat 7041,560001',
  'Flat 704,12,560001',
  'Plots 60-61-62, Sector 9',
  'House 8-2-293-82, Hyderabad 500034',
  'Flats 7, 8, 9 and 10',
  '77.594,12.971',
  '8.52413,76.93663',
  '560001',
  'Bengaluru-560001',
  '12-13-484/A, Street 9, 500017',
  'Opposite pillar 143, 2nd lane, 100 Feet Road',
  'H.No. 8-2-293/82/A/1107',
  'Plot 1-98/9/3/23, Madhapur 500081',
  'Sector 45, 122003',
  'Survey No. 12/3, 4th Cross, 2nd Main',
  'meet @ gate 3. Then left',
  'between 10.30 and 11.45',
  'Open 9-12 and 14-18',
  'Pole 12345678',
  '12.9716, 77.5946',
  '12.971598779836847, 77.59456281930044',
  '@home',
])('finds nothing in %j', (text) => {
  expect(findContactData(text)).toBeUndefined();
});

test('returns one of three values for any string as long as notes can be', () => {
  const digitsAndSeparators = fc.string({ unit: fc.constantFrom(...'0123456789+ ().-@a'), maxLength: 512 });
  fc.assert(fc.property(digitsAndSeparators, (text) => ['a phone number', 'an e-mail address', undefined].includes(findContactData(text))));
});
