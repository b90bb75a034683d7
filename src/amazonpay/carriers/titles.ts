/**
 * What a title consists of: a carrier's name and something beside it, a placeholder, or a country and a code.
 *
 * @module
 */
import { type CarrierName, carrierIndex, nameKey, nameWords } from './names.ts';

/** A known name in a title, and the rest of the title. */
export interface NamedPart {
  readonly name: CarrierName;
  readonly rest: string;
  /** What follows the name, with the punctuation between. */
  readonly next: string;
}

/**
 * The end of a word. Chinese and Japanese have no spaces: there, each character may be the last one of a name.
 *
 * Not a literal, which costs 0.4 ms of the import: V8 makes the sets of its characters when it parses the file.
 */
function endOfWord(): RegExp {
  const word = String.raw`[\p{L}\p{N}\p{M}]`;
  const eastAsian = String.raw`\p{sc=Han}\p{sc=Hira}\p{sc=Kana}`;
  return new RegExp(`(?<=${word})(?:(?!${word})|(?=[${eastAsian}])|(?<=[${eastAsian}ー]))`, 'gu');
}

const SEPARATORS = /^[\s\-–—_.,:;]+/;

/** The longest known name at the start of a title. */
export function leadingName(title: string): NamedPart | undefined {
  const { names, words } = carrierIndex();
  const ends = Array.from(title.matchAll(endOfWord()), ({ index }) => index);
  for (const end of ends.reverse()) {
    const key = nameKey(nameWords(title.slice(0, end)));
    const name = names.get(key);
    if (!name || words.has(key)) continue;
    const next = title.slice(end).trim();
    return { name, rest: next.replace(SEPARATORS, ''), next };
  }
  return undefined;
}

/** A name in brackets after something unknown, such as "LS (LaserShip)". */
export function nameInBrackets(title: string): NamedPart | undefined {
  const [, before = '', inner = ''] = /^([^()（）[\]]*)[(（[]([^()（）[\]]+)[)）\]]/.exec(title) ?? [];
  const name = carrierIndex().names.get(nameKey(nameWords(inner)));
  return name && { name, rest: before.trim(), next: '' };
}

/** What shops add to a placeholder: brackets, the number that WooCommerce has for a method (`flat_rate:3`), and what follows a dash. */
const ADDED = /[(（[]([^()（）[\]]*)[)）\]]|:\d+\s*$|\s[-–—]\s(.*)$/gs;
const ADDED_WORDS = /(?: (?:carrier|shipping|delivery|international|domestic))+$/;

/** Whether a title is not a carrier's name, but a placeholder or a shipping method, whatever a shop adds to it. */
export function isPlaceholder(title: string): boolean {
  const { placeholders } = carrierIndex();
  if (placeholders.has(nameKey(nameWords(title)))) return true;
  // "Standard - UPS" names a carrier.
  for (const [, inBrackets, afterDash] of title.matchAll(ADDED)) if (leadingName(inBrackets ?? afterDash ?? '')) return false;
  return placeholders.has(nameKey(nameWords(title.replace(ADDED, ' ')).replace(ADDED_WORDS, '')));
}

/** Countries by their three letters, those of carriers that shops name. */
const COUNTRIES =
  'ARE=AE AUS=AU AUT=AT BEL=BE BGR=BG BRA=BR CAN=CA CHE=CH CHN=CN CZE=CZ DEU=DE DNK=DK ESP=ES EST=EE FIN=FI FRA=FR GBR=GB GRC=GR HKG=HK HRV=HR ' +
  'HUN=HU IDN=ID IND=IN IRL=IE ISR=IL ITA=IT JPN=JP KOR=KR LTU=LT LUX=LU LVA=LV MEX=MX MYS=MY NLD=NL NOR=NO NZL=NZ PHL=PH POL=PL PRT=PT ROU=RO ' +
  'SGP=SG SVK=SK SVN=SI SWE=SE THA=TH TUR=TR TWN=TW UKR=UA USA=US VNM=VN ZAF=ZA';

/** A code of another platform that starts with a country. */
interface CodeOfCountry {
  /** Two letters. */
  readonly country: string;
  /** The country as it is written. */
  readonly prefix: string;
  /** The code without it. */
  readonly rest: string;
  /** What the carrier would be called if it is one of that country only. */
  readonly local: readonly string[];
}

/** Reads a code such as `ITA_GLS` or `FR_CHRONOPOST`. */
export function codeOfCountry(title: string): CodeOfCountry | undefined {
  const [, prefix, rest] = /^\s*([A-Z]{2,3})_([A-Z\d_]+)\s*$/.exec(title) ?? [];
  if (!prefix || !rest) return undefined;
  const country = prefix.length === 2 ? prefix : new RegExp(`${prefix}=(..)`).exec(COUNTRIES)?.[1];
  const english = country && new Intl.DisplayNames('en', { type: 'region', fallback: 'none' }).of(country);
  if (!english) return undefined;
  return { country, prefix, rest, local: [country, english].map((name) => `${rest} ${name}`) };
}
