/**
 * From what a shop calls a carrier to Amazon Pay's code.
 *
 * @module
 */
import { type CarrierCandidate, carrierNames } from './carrier-index.ts';
import { nameKey, nameWords, similarityTo } from './carrier-names.ts';
import type { Carrier, ListedCarrierCode } from './carriers.ts';

export type { CarrierCandidate } from './carrier-index.ts';

/** What {@link findCarrier} made of a text. */
export interface FoundCarrier {
  /**
   * - `found`: the text means one carrier, whose code is in `code`.
   * - `ambiguous`: it is the name of several carriers, or also of one that Amazon's list lacks: choose from `candidates`.
   * - `unsupported`: it is a carrier that Amazon's list lacks, such as Royal Mail.
   * - `unknown`: no such name is known; `candidates` are what looks alike, if anything does.
   */
  readonly outcome: 'found' | 'ambiguous' | 'unsupported' | 'unknown';
  /** Amazon's code, where there is no doubt which; otherwise `undefined`. */
  readonly code: ListedCarrierCode | undefined;
  /** The likeliest first; at most five that are `similar`. */
  readonly candidates: readonly CarrierCandidate[];
  /** What to know, for a log or an administrator's screen; absent where all is well. Never holds the text that was looked for. */
  readonly note: string | undefined;
}

/** How {@link findCarrier} ranks. */
export interface FindCarrierOptions {
  /**
   * The country whose carriers come first, as two letters of ISO 3166-1: `GB`, `JP`. It ranks and never decides.
   *
   * Amazon's list has no countries; they are read off codes and names, so that many carriers have none.
   *
   * @default none
   */
  readonly country?: string | undefined;
}

/** Longer than any name. What is longer is not looked at, so that the time taken has a bound. */
const MAX_LENGTH = 200;
const MAX_SIMILAR = 5;
const MIN_SIMILARITY = 0.6;

/**
 * Finds Amazon's code for what a shop calls a carrier.
 *
 * Takes Amazon's codes and names, AfterShip's slugs, the names in Shopify, WooCommerce and Magento, and everyday ones, whatever their case,
 * accents and punctuation. There is a `code` only where there is no doubt which is meant, because a wrong one can't be corrected: Amazon
 * takes a tracking number once. So "DHL" and "Hermes" are `ambiguous`, although codes are spelt like that; for a field that holds
 * codes and never names, there is `isCarrierCode`. For names that are `ambiguous` or `unknown` keep a map of your own.
 *
 * Amazon's list is that of June 2020, for no newer one is public; what carriers are called elsewhere is our own collection. Never throws:
 * what is no text, or longer than 200 characters, is `unknown`.
 *
 * @example Hand over a parcel where the carrier is certain, and say why not elsewhere
 * ```ts
 * const { code, outcome, note } = findCarrier('Yamato (EN)');
 * if (code) await client.create({ chargePermissionId: 'P03-0000000-0000000', carrierCode: code, trackingNumber: '123456789012' });
 * else console.warn(outcome, note);
 * ```
 *
 * @example Let somebody choose
 * ```ts
 * findCarrier('Hermes', { country: 'DE' }).candidates.map(({ code }) => code);
 * // ['HERMES_DE', 'HERMES', 'MYHERMES_UK', 'HERMES_IT']
 * ```
 */
export function findCarrier(text: string | null | undefined, options?: FindCarrierOptions): FoundCarrier {
  const words = typeof text === 'string' && text.length <= MAX_LENGTH ? nameWords(text) : '';
  const name = carrierNames().get(nameKey(words));
  if (!name) return findSimilar(words, options);
  if (name.unlisted) return answer('unsupported', [], `there is no code for ${name.unlisted}, which ${NOT_LISTED}`);

  const [only, another] = name.candidates;
  if (only && !another && !name.unsure) return answer('found', [only], refusalOf(only));
  // Nobody writes a name with underscores: KOREA_POST is the code, "Korea Post" the name of one carrier and, but for that, another's code.
  const coded = name.candidates.find(({ code }) => code === text && code.includes('_'));
  if (coded) return answer('found', [coded], refusalOf(coded));
  const scored = name.candidates.map((candidate) => ({ candidate, score: candidate.code === text || candidate.name === text ? 0.1 : 0 }));
  const candidates = ranked(scored, options);
  return answer('ambiguous', candidates, `it may be ${codesOf(candidates)}, or a carrier that ${NOT_LISTED}: choose`);
}

function answer(outcome: FoundCarrier['outcome'], candidates: readonly CarrierCandidate[], note: string | undefined): FoundCarrier {
  return { outcome, code: outcome === 'found' ? candidates[0]?.code : undefined, candidates, note };
}

const NOT_LISTED = "is not on Amazon's list of June 2020";

function codesOf(candidates: readonly CarrierCandidate[]): string {
  return candidates.map(({ code }) => code).join(', ');
}

/** Why Amazon may not take a code that is certain. */
function refusalOf({ code, list }: Carrier): string | undefined {
  return list === 'v1' ? `${code} is only on the older of Amazon's lists (v1): Amazon may refuse it` : undefined;
}

interface Scored {
  readonly candidate: CarrierCandidate;
  readonly score: number;
}

/** What looks like the words, which are no name that is known. */
function findSimilar(words: string, options: FindCarrierOptions | undefined): FoundCarrier {
  const similarity = similarityTo(words);
  const best = new Map<ListedCarrierCode, Scored>();
  let unlisted = { name: '', score: 0 };
  for (const [key, name] of carrierNames()) {
    const score = similarity(name.words, key);
    if (score < MIN_SIMILARITY) continue;
    if (name.unlisted && score > unlisted.score) unlisted = { name: name.unlisted, score };
    for (const carrier of name.candidates) {
      if (score > (best.get(carrier.code)?.score ?? 0)) best.set(carrier.code, { candidate: { ...carrier, match: 'similar' }, score });
    }
  }
  const scored = [...best.values()];
  const candidates = ranked(scored, options).slice(0, MAX_SIMILAR);
  if (unlisted.score > Math.max(0, ...scored.map(({ score }) => score))) {
    return answer('unknown', candidates, `it looks like ${unlisted.name}, which ${NOT_LISTED}`);
  }
  const nearest = candidates.length > 0 ? `; the nearest are ${codesOf(candidates)}` : ', nor anything like it';
  return answer('unknown', candidates, `no carrier is known by this name${nearest}`);
}

/** The best first, and of those that are about as good the local ones. */
function ranked(scored: readonly Scored[], options: FindCarrierOptions | undefined): CarrierCandidate[] {
  const isLocal = localTo(options?.country);
  const total = ({ candidate, score }: Scored): number => score + (isLocal(candidate) ? 0.25 : 0);
  return [...scored].sort((a, b) => total(b) - total(a)).map(({ candidate }) => candidate);
}

/** Tells whether a carrier is of a country: its code or name ends with the country's letters, or the name has the country's English name. */
function localTo(country: unknown): (carrier: Carrier) => boolean {
  const letters = typeof country === 'string' ? country.toLowerCase() : '';
  if (!/^[a-z]{2}$/.test(letters)) return () => false;
  const english = nameWords(new Intl.DisplayNames('en', { type: 'region' }).of(letters.toUpperCase()) ?? letters);
  const local = new RegExp(`(^| )(${english}( |$)|(${letters}${letters === 'gb' ? '|uk' : letters === 'us' ? '|usa' : ''})$)`);
  return ({ code, name }) => local.test(nameWords(code)) || local.test(nameWords(name));
}
