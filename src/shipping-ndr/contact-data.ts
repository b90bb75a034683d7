/**
 * Contact data in notes about an address, which Amazon forbids.
 *
 * @module
 */

const EMAIL = /[^\s@]@[^\s@]+\.[^\s@]/;

/**
 * Groups of digits as phone numbers are written. Not among them: four digits and six, which is a flat and an Indian postal code,
 * and whatever is joined by slashes, as house numbers are.
 */
const PHONE =
  /(?<!\p{Nd})(?:\+\p{Nd}(?:[ ().-]{0,2}\p{Nd}){7,14}|\p{Nd}{10,15}|(?:0|91[ .-]?)?\p{Nd}{5}[ .-]\p{Nd}{5}|\(?\p{Nd}{2,4}\)?[ .-]\p{Nd}{3,4}[ .-]\p{Nd}{4}|\p{Nd}{4}[ .-]\p{Nd}{3}[ .-]\p{Nd}{3}|\(?0\p{Nd}{2,4}\)?[ .-]\p{Nd}{6,8})(?!\p{Nd})/u;

/** What looks like contact data in a text: a guess, and in doubt none. */
export function findContactData(text: string): 'a phone number' | 'an e-mail address' | undefined {
  if (EMAIL.test(text)) return 'an e-mail address';
  return PHONE.test(text) ? 'a phone number' : undefined;
}
