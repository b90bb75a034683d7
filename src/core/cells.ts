/**
 * Cells of spreadsheets, as people paste and export them, and the numbers of parcels in them.
 *
 * @module
 */
import type * as z from 'zod/mini';

/** A pattern that a string must match, and what is wrong if it does not. No flag but `u`, because JSON Schema has none. */
export type Rule = readonly [pattern: RegExp, problem: string];

/** Nothing invisible, no half of a character, and nothing that turns the digits after it around. */
export const PRINTABLE: Rule = [/^[^\p{Cc}\p{Cs}\u202e]*$/u, 'must not contain control characters or unpaired surrogates'];

const SEVERAL = 'got several numbers: make one call, or write one row, for each parcel';

/** What cannot be a tracking number is refused, because Amazon accepts a number once. */
export const TRACKING_NUMBER_RULES: readonly Rule[] = [
  [
    /^(?!\s*(?:(?:[A-Za-z][A-Za-z\d+.-]{0,20}:)?\/\/|(?:[Hh][Tt][Tt][Pp][Ss]?|[Mm][Aa][Ii][Ll][Tt][Oo]|[Tt][Ee][Ll]):|[Ww][Ww][Ww]\.|(?:[\w-]+\.)+[A-Za-z]{2,}[/?#]))/u,
    'got a link: pass only the number',
  ],
  [/^(?!=\s*[A-Za-z])/u, 'got a formula: pass the number that it shows'],
  [
    /^(?!\d+(?:[.,]\d+)?[Ee]\+\d+$|\d+[.,]\d+[Ee]\d+$)/u,
    'got scientific notation, which lost the last digits: format the column of the spreadsheet as text',
  ],
  [/^(?!\d{6,}(?:[.,]0+|,\d{1,2})$)/u, 'got a decimal that a spreadsheet has made of the number: format the column as text'],
  [
    /^(?!\d{1,3}(?:(?:,\d{3}){2,}(?:\.\d+)?|(?:\.\d{3}){2,},\d+|(?:\s\d{3}){2,}[.,]\d+)$)/u,
    'got thousands separators, which a spreadsheet has put into the number: pass only the digits',
  ],
  // Digits on both sides of ";" and the like, or longer parts on both sides of what a single number may contain.
  [/^(?![\s\S]*\d[\s\S]*(?:[;,|；，、｜\n\r\t]|<[Bb][Rr])[\s\S]*\d)/u, SEVERAL],
  [/^(?![\s\S]*[A-Za-z\d]{5}\d[A-Za-z]*\s*[/&+]\s*[A-Za-z]*\d[A-Za-z\d]{5})/u, SEVERAL],
  [/^(?!(?:[\s\S]*\s)?(?=\S*\d)\S{10,}\s(?:[\s\S]*\s)?(?=\S*\d)\S{10})/u, SEVERAL],
  [/^(?!\d{10,}\s*-\s*\d{10,}$)/u, SEVERAL],
  [/^(?![\s\S]*(?:[<>{}[\]]|&(?:[A-Za-z]{2,8}|#\d{1,6})(?:;|$)))/u, 'got HTML or JSON: pass only the number'],
  PRINTABLE,
  [/\p{Nd}/u, 'must contain a digit: this is a placeholder or a name'],
  [/^(?!(?:0|[^\p{L}\p{N}])+$)/u, 'must not have only zeros: this is a placeholder'],
];

/** A number with fewer characters is most likely not the whole one. */
export const SHORT_NUMBER = 6;

/** More than any number has. */
const LONG = 1_000;

/** What people and programs put around a number: `="1809"`, `=1809`, quotation marks, a leading apostrophe, a separator after it. */
const MARKS = /^="(.*)"$|^=(\d+)$|^["“”]([^"“”]*)["“”]$|^['‘’]([^'‘’]*)['‘’]?$|^(.*?)[;,；，、]+$/s;

/**
 * The cell without what spreadsheets, chats and web pages put around its content and into it: marks that stop a spreadsheet from rounding,
 * invisible characters, digits of other scripts, and full-width characters and dashes, which input methods and word processors make.
 */
export function bareText(text: string): string {
  if (text.length > LONG) return text.trim();
  // Not U+202E, which shows digits in another order: which order was meant is not known.
  let bare = asciiDigits(halfWidth(text.replace(/(?!\u202e)\p{Cf}/gu, ''))).trim();
  for (let marks = MARKS.exec(bare); marks; marks = MARKS.exec(bare)) bare = marks.slice(1).join('').trim();
  return bare;
}

/** ASCII in place of full-width characters and of dashes of every length; the long vowel sign of Japanese between digits is one too. */
function halfWidth(text: string): string {
  return text
    .replace(/[\uff01-\uff5e]/g, (character) => String.fromCharCode(character.charCodeAt(0) - 0xfee0))
    .replace(/[\p{Pd}\u2212]|(?<=\p{Nd})[\u30fc\uff70](?=\p{Nd})/gu, '-');
}

/** Has a schema report only the first of the checks that fail: one problem for each string is enough. */
export function firstOf<Check extends z.core.$ZodCheck<string>>(checks: readonly Check[]): readonly Check[] {
  for (const check of checks) check._zod.def.when = ({ issues }) => issues.length === 0;
  return checks;
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
