/**
 * Cells of spreadsheets, as people paste and export them, and the numbers of parcels in them.
 *
 * @module
 */

/** A pattern that a string must match, and what is wrong if it does not. No flag but `u`, because JSON Schema has none. */
export type Rule = readonly [pattern: RegExp, problem: string];

/** Nothing invisible, and no half of a character. */
export const PRINTABLE: Rule = [/^[^\p{Cc}\p{Cs}]*$/u, 'must not contain control characters or unpaired surrogates'];

const SEVERAL = 'got several numbers: make one call, or write one row, for each parcel';

/** What cannot be a tracking number is refused, because Amazon accepts a number once. */
export const TRACKING_NUMBER_RULES: readonly Rule[] = [
  [/^(?!\s*(?:[Hh][Tt][Tt][Pp][Ss]?:|[Ww][Ww][Ww]\.|[\w-]+\.[A-Za-z]{2,}\/))/u, 'got a link: pass only the number'],
  [
    /^(?!\d+(?:[.,]\d+)?[Ee]\+\d+$|\d+[.,]\d+[Ee]\d+$)/u,
    'got scientific notation, which lost the last digits: format the column of the spreadsheet as text',
  ],
  // Digits on both sides of ";" and the like, or longer parts on both sides of what a single number may contain.
  [/^(?![\s\S]*\d[\s\S]*[;,|\n\r\t][\s\S]*\d)/u, SEVERAL],
  [/^(?![\s\S]*[A-Za-z\d]{5}\d[A-Za-z]*\s*[/&+]\s*[A-Za-z]*\d[A-Za-z\d]{5})/u, SEVERAL],
  [/^(?!(?:[\s\S]*\s)?(?=\S*\d)\S{10,}\s(?:[\s\S]*\s)?(?=\S*\d)\S{10})/u, SEVERAL],
  PRINTABLE,
  [/\p{Nd}/u, 'must contain a digit: this is a placeholder or a name'],
];

/** A number with fewer characters is most likely not the whole one. */
export const SHORT_NUMBER = 6;

/** The cell without the mark that stops a spreadsheet from rounding it: `="1809561149386"` or a leading apostrophe. */
export function withoutTextMark(text: string): string {
  const trimmed = text.trim();
  return /^="(.*)"$/s.exec(trimmed)?.[1]?.trim() ?? trimmed.replace(/^'/, '').trim();
}

/** Whether a spreadsheet has rounded a number: its last digits are lost. */
export function isScientific(text: string): boolean {
  return /^\d+(?:[.,]\d+)?e[+-]?\d+$/i.test(text);
}

/** The string with the digits 0 to 9 in place of full-width, Arabic, Devanagari and other decimal digits. */
export function asciiDigits(text: string): string {
  return text.replace(/(?![0-9])\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0) as number;
    // Unicode encodes the ten digits of a script in order, after something that is not a digit.
    let zero = code;
    while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
    return String((code - zero) % 10);
  });
}
