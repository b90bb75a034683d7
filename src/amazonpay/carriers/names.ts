/**
 * Every name of a carrier that is known, what it means, and how names are compared.
 *
 * @module
 */
import { ALIASES, PLACEHOLDERS, UNLISTED, UNSURE, WORDS } from './aliases.ts';
import { type Carrier, carriers } from './carriers.ts';

/** A carrier that a title may mean, and why. */
export interface CarrierCandidate extends Carrier {
  /**
   * `exact`: the title is its code or Amazon's name for it. `alias`: the title is a name that others have for it. `part`: the title starts
   * with one of its names, or has one in brackets or after a country. `similar`: it only looks alike.
   *
   * This says how the carrier was found, not that it is the right one: two carriers may share a name.
   */
  readonly match: 'exact' | 'alias' | 'part' | 'similar';
}

/** What a name stands for: one carrier, several, or one that Amazon does not list. */
export interface CarrierName {
  /** See {@link nameWords}. */
  readonly words: string;
  readonly candidates: readonly CarrierCandidate[];
  /** Whether carriers that Amazon does not list have the name too. */
  readonly isUnsure: boolean;
  /** The name as its carrier writes it, if Amazon does not list that carrier. */
  readonly unlisted?: string;
}

/** Names by their key, see {@link nameKey}. */
interface CarrierIndex {
  readonly names: ReadonlyMap<string, CarrierName>;
  /** Names that are ordinary words too, so that a title that starts with one proves nothing. */
  readonly words: ReadonlySet<string>;
  /** What shops write in place of a carrier's name. */
  readonly placeholders: ReadonlySet<string>;
}

/** Built on first use. */
let index: CarrierIndex | undefined;

export function carrierIndex(): CarrierIndex {
  index ??= { names: namesByKey(), words: keysOf(WORDS), placeholders: keysOf(PLACEHOLDERS) };
  return index;
}

function namesByKey(): ReadonlyMap<string, CarrierName> {
  const names = new Map<string, CarrierName>();
  const byCode = new Map<string, Carrier>(carriers.map((carrier) => [carrier.code, carrier]));

  const add = (name: string, match: CarrierCandidate['match'], codes: readonly string[], isUnsure = false): void => {
    const words = nameWords(name);
    const key = nameKey(words);
    const known = names.get(key);
    const candidates = [...(known?.candidates ?? [])];
    for (const code of codes) {
      const carrier = byCode.get(code);
      if (carrier && !candidates.some((candidate) => candidate.code === code)) candidates.push({ ...carrier, match });
    }
    const unlisted = candidates.length === 0 ? { unlisted: name } : {};
    names.set(key, { words: known?.words ?? words, candidates, isUnsure: isUnsure || known?.isUnsure === true, ...unlisted });
  };

  for (const { code, name } of carriers) {
    add(code, 'exact', [code]);
    add(name, 'exact', [code]);
    // AfterShip's slugs are Amazon's codes in lower case, with the digits first that Amazon puts last: 4px is PX_4 (inferred).
    const [, rest, digits] = /^(.+)_(\d+)$/.exec(code) ?? [];
    if (rest) add(`${digits}${rest}`, 'alias', [code]);
  }
  for (const [code, aliases] of Object.entries(ALIASES)) for (const name of aliases.split(', ')) add(name, 'alias', [code]);
  for (const [aliases, ...codes] of UNSURE) for (const name of aliases.split(', ')) add(name, 'alias', codes, true);
  for (const name of UNLISTED.split(', ')) add(name, 'alias', []);
  return names;
}

function keysOf(names: string): ReadonlySet<string> {
  return new Set(names.split(', ').map((name) => nameKey(nameWords(name))));
}

/** The words of a name without case, accents and punctuation, separated by single spaces: "Česká Pošta" is `ceska posta`. */
export function nameWords(name: string): string {
  return name
    .replace(/[™℠]/g, ' ') // which would become the letters "tm" and "sm"
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}+/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** The same for "FedEx", "Fed Ex" and "FED-EX". */
export function nameKey(words: string): string {
  return words.replaceAll(' ', '');
}

/**
 * Returns a measure of how alike a name is to `words`, from 0 to 1.
 *
 * If one begins with all words of the other, as "UPS Ground" with "UPS", it is above 0.8; if it contains them further on, above 0.6;
 * otherwise it is the share of letter pairs that both have (Dice's coefficient), which finds slips, up to 0.8.
 */
export function similarityTo(words: string): (other: string, otherKey: string) => number {
  const key = nameKey(words);
  const pairs = new Set(Array.from({ length: Math.max(0, key.length - 1) }, (_, at) => key.slice(at, at + 2)));
  return (other, otherKey) => {
    const [short, long] = words.length < other.length ? [words, other] : [other, words];
    if (!short) return 0;
    const at = ` ${long} `.indexOf(` ${short} `);
    if (at !== -1) return (at === 0 ? 0.8 : 0.6) + (0.2 * short.length) / long.length;
    let shared = 0;
    for (let start = 0; start < otherKey.length - 1; start += 1) if (pairs.has(otherKey.slice(start, start + 2))) shared += 1;
    return Math.min(0.8, (2 * shared) / (pairs.size + otherKey.length - 1 || 1));
  };
}
