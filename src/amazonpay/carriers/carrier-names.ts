/**
 * How names of carriers are compared.
 *
 * @module
 */

/** The words of a name without case, accents and punctuation, parted by one blank each: "Česká Pošta" is `ceska posta`. */
export function nameWords(name: string): string {
  return name
    .replace(/[™℠]/g, ' ') // which would become the letters "tm" and "sm"
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}+/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** Makes "FedEx", "Fed Ex" and "FED-EX" one. */
export function nameKey(words: string): string {
  return words.replaceAll(' ', '');
}

/**
 * Makes the measure of how alike a name is to `words`, from 0 to 1.
 *
 * Where one begins with all words of the other, as "UPS Ground" with "UPS", it is above 0.8; where it has them further on, above 0.6;
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
    for (let start = 0; start < otherKey.length - 1; start++) if (pairs.has(otherKey.slice(start, start + 2))) shared++;
    return Math.min(0.8, (2 * shared) / (pairs.size + otherKey.length - 1 || 1));
  };
}
