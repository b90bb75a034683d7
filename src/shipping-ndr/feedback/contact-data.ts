/**
 * Contact data in notes about an address, which Amazon forbids.
 *
 * @module
 */

const EMAIL = /[^\s@]@[^\s@]+\.[^\s@]/;

/**
 * Groups of digits as phone numbers are written. Not among them: four digits and six, in one or in two groups, which is a flat and an
 * Indian postal code, unless they begin as a mobile number does; whatever is joined by slashes, as house numbers are; and decimals, as
 * of coordinates.
 */
const PHONE =
  /(?<!\p{Nd}|\p{Nd}{2}\.)(?:\+\p{Nd}(?:[\s().-]{0,2}\p{Nd}){7,14}|\p{Nd}{10,15}|(?:0|91[\s.-]?)?\p{Nd}{5}[\s.-]\p{Nd}{5}|\(?\p{Nd}{2,4}\)?[\s.-]\p{Nd}{3,4}[\s.-]\p{Nd}{4}|[6-9]\p{Nd}{3}(?:-\p{Nd}{3}|[\s.-]\p{Nd}{3}[\s.-])\p{Nd}{3}|\(?0\p{Nd}{2,4}\)?[\s.-]\p{Nd}{6,8})(?!\p{Nd})/u;

/** What looks like contact data in a text: a guess, and in doubt none. */
export function findContactData(text: string): 'a phone number' | 'an e-mail address' | undefined {
  // As copied from address books and spreadsheets: full-width, with dashes of any kind, or with marks that nobody sees.
  const plain = text
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .replace(/\p{Pd}/gu, '-');
  if (EMAIL.test(plain)) return 'an e-mail address';
  return PHONE.test(plain) ? 'a phone number' : undefined;
}
