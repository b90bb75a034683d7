/** Text of any characters. */
import fc from 'fast-check';

/**
 * Any character: fast-check's unit `binary`, whose own arbitrary lists a million of them, once in a process, before the first string is made.
 */
export const anyCharacter: fc.Arbitrary<string> = fc.integer({ min: 0, max: 0x10_ff_ff - 0x8_00 }).map(
  (number) => String.fromCodePoint(number < 0xd8_00 ? number : number + 0x8_00),
  (text) => {
    const point = typeof text === 'string' ? text.codePointAt(0) : undefined;
    if (point === undefined || text !== String.fromCodePoint(point)) throw new Error('Not a character');
    return point < 0xd8_00 ? point : point - 0x8_00;
  },
);
