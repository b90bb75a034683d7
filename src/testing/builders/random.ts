/**
 * Pseudo-random choices: the same seed gives the same numbers.
 *
 * @module
 */

/** Returns numbers from 0 up to, and not including, 1. */
export type Random = () => number;

/** Mulberry32: 32 bits of state, good enough to choose test data. Not for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number, both ends included. */
export function between(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1));
}

/** One of the items. */
export function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[between(random, 0, items.length - 1)] as Item;
}

/** A string of `count` characters of an alphabet. */
export function characters(random: Random, alphabet: string, count: number): string {
  return Array.from({ length: count }, () => pick(random, [...alphabet])).join('');
}

/** A UUID of version 4. */
export function uuid(random: Random): string {
  const hex = characters(random, '0123456789abcdef', 32);
  const variant = pick(random, ['8', '9', 'a', 'b']);
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `${variant}${hex.slice(17, 20)}`, hex.slice(20)].join('-');
}
