/**
 * Every name of a carrier that is known, and what it means.
 *
 * @module
 */
import { ALIASES, UNLISTED, UNSURE } from './carrier-aliases.ts';
import { nameKey, nameWords } from './carrier-names.ts';
import { type Carrier, carriers } from './carriers.ts';

/** A carrier that a text may mean, and why. */
export interface CarrierCandidate extends Carrier {
  /**
   * `exact`: the text is its code or Amazon's name for it. `alias`: the text is what it is called elsewhere. `similar`: it only looks alike.
   *
   * This is how the carrier was found and no verdict: two carriers may share a name.
   */
  readonly match: 'exact' | 'alias' | 'similar';
}

/** What a name stands for: one carrier, several, or one that Amazon doesn't list. */
export interface CarrierName {
  /** See {@link nameWords}. */
  readonly words: string;
  readonly candidates: readonly CarrierCandidate[];
  /** That other carriers, which Amazon doesn't list, have the name too. */
  readonly unsure: boolean;
  /** The name as its carrier writes it, where Amazon doesn't list that carrier. */
  readonly unlisted: string | undefined;
}

let index: ReadonlyMap<string, CarrierName> | undefined;

/** All names by their key; made when it is first asked for. */
export function carrierNames(): ReadonlyMap<string, CarrierName> {
  index ??= makeIndex();
  return index;
}

function makeIndex(): ReadonlyMap<string, CarrierName> {
  const names = new Map<string, CarrierName>();
  const byCode = new Map<string, Carrier>(carriers.map((carrier) => [carrier.code, carrier]));

  const add = (name: string, match: CarrierCandidate['match'], codes: readonly string[], unsure = false): void => {
    const words = nameWords(name);
    const key = nameKey(words);
    const known = names.get(key);
    const candidates = [...(known?.candidates ?? [])];
    for (const code of codes) {
      const carrier = byCode.get(code);
      if (carrier && !candidates.some((candidate) => candidate.code === code)) candidates.push({ ...carrier, match });
    }
    const unlisted = candidates.length === 0 ? name : undefined;
    names.set(key, { words: known?.words ?? words, candidates, unsure: unsure || known?.unsure === true, unlisted });
  };

  for (const { code, name } of carriers) {
    add(code, 'exact', [code]);
    add(name, 'exact', [code]);
    // AfterShip's slugs are Amazon's codes in small letters, and have the digits in front that Amazon puts last: 4px is PX_4 (inferred).
    const [, rest, digits] = /^(.+)_(\d+)$/.exec(code) ?? [];
    if (rest) add(`${digits}${rest}`, 'alias', [code]);
  }
  for (const [code, aliases] of Object.entries(ALIASES)) for (const name of aliases.split(', ')) add(name, 'alias', [code]);
  for (const [aliases, ...codes] of UNSURE) for (const name of aliases.split(', ')) add(name, 'alias', codes, true);
  for (const name of UNLISTED.split(', ')) add(name, 'alias', []);
  return names;
}
