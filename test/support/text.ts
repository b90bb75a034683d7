/** Text of any characters, and parts of URLs with them. */
import fc from 'fast-check';

/** Any character. fast-check's unit `binary` does the same, but lists a million of them before it makes the first, for a second. */
export const anyCharacter: fc.Arbitrary<string> = fc.integer({ min: 0, max: 0x10_ff_ff - 0x8_00 }).map(
  (number) => String.fromCodePoint(number < 0xd8_00 ? number : number + 0x8_00),
  (text) => {
    const point = typeof text === 'string' ? text.codePointAt(0) : undefined;
    if (point === undefined || text !== String.fromCodePoint(point)) throw new Error('Not a character');
    return point < 0xd8_00 ? point : point - 0x8_00;
  },
);

const part = (allowed: string): fc.Arbitrary<string> =>
  fc
    .array(fc.oneof({ arbitrary: fc.constantFrom(...allowed), weight: 9 }, anyCharacter.map(encodeURIComponent)))
    .map((characters) => characters.join(''));
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz';
const ALLOWED = `${ALPHABET}${ALPHABET.toUpperCase()}0123456789-._~!$&'()*+,;=:@`;

/** A path, in place of `fc.webPath()`, which needs the list. */
export const webPath: fc.Arbitrary<string> = fc.array(part(ALLOWED)).map((segments) => segments.map((segment) => `/${segment}`).join(''));

/** A query, in place of `fc.webQueryParameters()`. */
export const webQuery: fc.Arbitrary<string> = part(`${ALLOWED}/?`);
