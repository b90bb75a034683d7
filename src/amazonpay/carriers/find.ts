/**
 * From the name that a shop has for a carrier to Amazon Pay's code.
 *
 * @module
 */
import type { Carrier, ListedCarrierCode } from './carriers.ts';
import { type CarrierCandidate, type CarrierName, carrierIndex, nameKey, nameWords, similarityTo } from './names.ts';
import { codeOfCountry, isPlaceholder, leadingName, type NamedPart, nameInBrackets } from './titles.ts';

export type { CarrierCandidate } from './names.ts';

/** What {@link findCarrier} found, discriminated by `outcome`. */
export type FoundCarrier =
  | {
      /** The title means one carrier. */
      readonly outcome: 'found';
      /** Amazon's code for it. */
      readonly code: ListedCarrierCode;
      /** That carrier. */
      readonly candidates: readonly CarrierCandidate[];
      /** Why Amazon may refuse the code, if so. */
      readonly note: string | undefined;
      readonly rest?: undefined;
    }
  | {
      /**
       * The title starts with a name of one carrier, such as "UPS Netherlands" or "ヤマト運輸(宅急便)", or is a name after a country, such as
       * `FR_CHRONOPOST`. Let somebody confirm it once.
       */
      readonly outcome: 'likely';
      /** Never a code, because the rest may change the meaning. */
      readonly code: undefined;
      /** That carrier. */
      readonly candidates: readonly CarrierCandidate[];
      /** What to know, for a log or an administrator's screen. Never contains the title. */
      readonly note: string;
      /** What is beside the name. */
      readonly rest: string;
    }
  | {
      /**
       * - `ambiguous`: the title is, or starts with, the name of several carriers, or also of one that Amazon does not list: choose from
       *   `candidates`.
       * - `unsupported`: it is, or starts with, the name of a carrier that Amazon does not list, such as Royal Mail.
       * - `unknown`: no such name is known. `candidates` are similar names, if there are any. None are given for what is not a carrier's
       *   name, such as "Custom" or "Flat rate (3-5 days)".
       */
      readonly outcome: 'ambiguous' | 'unsupported' | 'unknown';
      readonly code: undefined;
      /** The most likely first; at most five that are `similar`. */
      readonly candidates: readonly CarrierCandidate[];
      /** What to know, for a log or an administrator's screen. Never contains the title. */
      readonly note: string;
      /** What is beside the name, if the title is not the name only. */
      readonly rest?: string | undefined;
    };

/** Options of {@link findCarrier}. */
export interface FindCarrierOptions {
  /**
   * The country whose carriers come first among equals, as two letters of ISO 3166-1: `GB`, `JP`. It never decides, and never outranks a
   * name.
   *
   * Amazon's list has no countries. They are derived from codes and names (inferred), so many carriers have none.
   *
   * @default none
   */
  readonly country?: string | undefined;
}

/** Longer than any name. What is longer is not searched, so that the time has a bound. */
const MAX_LENGTH = 200;
const MAX_SIMILAR = 5;
const MIN_SIMILARITY = 0.6;

/**
 * Finds Amazon's code for the name that a shop has for a carrier.
 *
 * Accepts Amazon's codes and names, AfterShip's slugs, the names in Shopify, WooCommerce, Magento, PayPal, eBay, Klarna and Shippo, and
 * everyday names, whatever their case, accents and punctuation. A result has a `code` only if the carrier is certain, because
 * Amazon accepts a tracking number once. So "DHL" and "Hermes" are `ambiguous`, although codes are spelt like that; for a field that holds
 * codes and never names, use `isCarrierCode`. A title of carrier and service is `likely`. Keep your own map for the names that are not
 * `found`.
 *
 * Amazon's list is of June 2020, because no newer one is public. The other names are our own collection (inferred). Never throws: anything
 * but a string, or a string of more than 200 characters, is `unknown`.
 *
 * @example Create a tracker if the carrier is certain, and log why not otherwise
 * ```ts
 * const found = findCarrier('Yamato (EN)');
 * if (found.outcome !== 'found') console.warn(found.outcome, found.note);
 * else await client.create({ chargePermissionId: 'P03-0000000-0000000', carrierCode: found.code, trackingNumber: '123456789012' });
 * ```
 *
 * @example Let somebody choose
 * ```ts
 * findCarrier('Hermes', { country: 'DE' }).candidates.map(({ code }) => code);
 * // ['HERMES_DE', 'HERMES', 'MYHERMES_UK', 'HERMES_IT']
 * ```
 */
export function findCarrier(text: string | null | undefined, options?: FindCarrierOptions): FoundCarrier {
  const title = typeof text === 'string' && text.length <= MAX_LENGTH ? text : '';
  return findKnown(title, options) ?? findInCode(title) ?? findSimilar(nameWords(title), options);
}

/** What a title means that is a known name, has one, or is a placeholder. */
function findKnown(title: string, options: FindCarrierOptions | undefined): FoundCarrier | undefined {
  const words = nameWords(title);
  const key = nameKey(words);
  const { names, placeholders } = carrierIndex();
  const name = names.get(key);
  // "Same Day" is a shipping method, though a carrier is called Sameday.
  const isMethod = name?.unlisted !== undefined && words.includes(' ') && placeholders.has(key);
  if (name && !isMethod) return verdict(name, title, options);
  const part = placeholders.has(key) ? undefined : (leadingName(title) ?? nameInBrackets(title));
  if (part) return partVerdict(part, options);
  return isPlaceholder(title) ? unknown([], "it is not a carrier's name, but a placeholder or a shipping method") : undefined;
}

const NOT_LISTED = "is not on Amazon's list of June 2020";

/** What a name means that is the whole title. */
function verdict(name: CarrierName, text: string, options: FindCarrierOptions | undefined): FoundCarrier {
  if (name.unlisted) return unsupported(name.unlisted);
  const [only, another] = name.candidates;
  if (only && !another && !name.isUnsure) return found(only);
  // Nobody writes a name with underscores: KOREA_POST is the code, "Korea Post" the name of one carrier and almost the code of another.
  const coded = name.candidates.find(({ code }) => code === text && code.includes('_'));
  if (coded) return found(coded);
  const scored = name.candidates.map((candidate) => ({ candidate, score: candidate.code === text || candidate.name === text ? 1 : 0 }));
  return ambiguous(ranked(scored, options, AMONG_EQUALS));
}

function found(carrier: CarrierCandidate): FoundCarrier {
  const { code, list } = carrier;
  const note = list === 'v1' ? `${code} is only on the older of Amazon's lists (v1): Amazon may refuse it` : undefined;
  return { outcome: 'found', code, candidates: [carrier], note };
}

function unsupported(name: string, rest?: string): FoundCarrier {
  return {
    outcome: 'unsupported',
    code: undefined,
    candidates: [],
    note: `there is no code for ${name}, which ${NOT_LISTED}`,
    ...(rest && { rest }),
  };
}

function ambiguous(candidates: readonly CarrierCandidate[], rest?: string): FoundCarrier {
  const note = `it may be ${codesOf(candidates)}, or a carrier that ${NOT_LISTED}: choose`;
  return { outcome: 'ambiguous', code: undefined, candidates, note, ...(rest && { rest }) };
}

function unknown(candidates: readonly CarrierCandidate[], note: string): FoundCarrier {
  return { outcome: 'unknown', code: undefined, candidates, note };
}

function codesOf(candidates: readonly CarrierCandidate[]): string {
  return candidates.map(({ code }) => code).join(', ');
}

/** Words and characters between the names of two carriers. */
const OTHER_CARRIER = /^(?:[,;、，/|&+]\s*(?:(?:or|and|oder|und|ou|et|o|y|e)\s)?|(?:or|and|oder|und|ou|et|o|y|e)\s)(.+)$/is;

/** What a title means that contains a known name. */
function partVerdict({ name, rest, next }: NamedPart, options: FindCarrierOptions | undefined): FoundCarrier {
  if (name.unlisted) return unsupported(name.unlisted, rest);
  const [, otherTitle] = OTHER_CARRIER.exec(next) ?? [];
  const others = (otherTitle && findKnown(otherTitle, options)?.candidates) || [];
  const scored = name.candidates.map((candidate) => ({ candidate: { ...candidate, match: 'part' as const }, score: 0 }));
  const own = ranked(scored, options, AMONG_EQUALS);
  const candidates = [...own, ...others.filter(({ code }) => !own.some((candidate) => candidate.code === code))];
  if (candidates.length > 1 || name.isUnsure) return ambiguous(candidates, rest);
  const note = `it starts with a name of ${codesOf(candidates)}; the rest may be a service, a country or another carrier: confirm it once`;
  return { outcome: 'likely', code: undefined, candidates, note, rest };
}

/** What a code of another platform means that starts with a country, such as ITA_GLS; `undefined` if it is not one, or the rest is unknown. */
function findInCode(title: string): FoundCarrier | undefined {
  const code = codeOfCountry(title);
  if (!code) return undefined;
  const ofCountry = code.local.map((name) => findKnown(name, undefined)).find((one) => one?.outcome === 'found');
  const inner = ofCountry ?? findKnown(code.rest, code);
  if (!inner || inner.outcome === 'unknown') return inner;
  const candidates = inner.candidates.map((candidate) => ({ ...candidate, match: 'part' as const }));
  const rest = inner.rest ?? code.prefix;
  if (inner.outcome === 'ambiguous' || inner.outcome === 'unsupported') return { ...inner, candidates, rest };
  const note = `it consists of a country and a name of ${codesOf(candidates)}: confirm it once`;
  return { outcome: 'likely', code: undefined, candidates, note, rest };
}

interface Scored {
  readonly candidate: CarrierCandidate;
  readonly score: number;
}

/** Names that look like the words, which are not a known name. */
function findSimilar(words: string, options: FindCarrierOptions | undefined): FoundCarrier {
  const similarity = similarityTo(words);
  const best = new Map<ListedCarrierCode, Scored>();
  let unlisted = { name: '', score: 0 };
  for (const [key, name] of carrierIndex().names) {
    const score = similarity(name.words, key);
    if (score < MIN_SIMILARITY) continue;
    if (name.unlisted && score > unlisted.score) unlisted = { name: name.unlisted, score };
    for (const carrier of name.candidates) {
      if (score > (best.get(carrier.code)?.score ?? 0)) best.set(carrier.code, { candidate: { ...carrier, match: 'similar' }, score });
    }
  }
  const scored = [...best.values()];
  const candidates = ranked(scored, options, TIE_BREAK).slice(0, MAX_SIMILAR);
  if (unlisted.score > Math.max(0, ...scored.map(({ score }) => score))) {
    return unknown(candidates, `it looks like ${unlisted.name}, which ${NOT_LISTED}`);
  }
  const verb = candidates.length === 1 ? 'is' : 'are';
  const similar = candidates.length > 0 ? `; the most similar ${verb} ${codesOf(candidates)}` : ', and none is similar';
  return unknown(candidates, `no carrier is known by this name${similar}`);
}

/** What a carrier of the country adds to its score: more than any score among carriers of the same name, next to nothing otherwise. */
const AMONG_EQUALS = 10;
const TIE_BREAK = 0.001;

/** The best first. */
function ranked(scored: readonly Scored[], options: FindCarrierOptions | undefined, bonus: number): readonly CarrierCandidate[] {
  const isLocal = localTo(options?.country);
  const total = ({ candidate, score }: Scored): number => score + (isLocal(candidate) ? bonus : 0);
  return [...scored].sort((a, b) => total(b) - total(a)).map(({ candidate }) => candidate);
}

/** Letters at the end of codes and names that are not those of ISO 3166-1. */
const OTHER_LETTERS: Readonly<Record<string, string>> = { gb: '|uk', us: '|usa' };

/** Returns a test for the carriers of a country: the code or name ends with its letters, or the name contains its English name. */
function localTo(country: unknown): (carrier: Carrier) => boolean {
  const letters = typeof country === 'string' ? country.toLowerCase() : '';
  if (!/^[a-z]{2}$/.test(letters)) return () => false;
  const english = nameWords(new Intl.DisplayNames('en', { type: 'region' }).of(letters.toUpperCase()) ?? letters);
  const local = new RegExp(`(^| )(${english}( |$)|(${letters}${OTHER_LETTERS[letters] ?? ''})$)`);
  return ({ code, name }) => local.test(nameWords(code)) || local.test(nameWords(name));
}
