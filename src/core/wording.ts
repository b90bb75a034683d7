/**
 * What messages of errors say about input: the type of a value, the name that was probably meant.
 *
 * @module
 */

/** The type of a value, for a message that must not contain it. */
export function typeName(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return Array.isArray(value) ? 'an array' : typeof value;
}

/** The candidate that differs from `text` by at most one mistake in three characters; `undefined` if none does. */
export function nearest(text: string, candidates: Iterable<string>): string | undefined {
  const wanted = plain(text);
  let best: string | undefined;
  let least = Math.floor(wanted.length / 3) + 1;
  for (const candidate of candidates) {
    const mistakes = distance(wanted, plain(candidate), least);
    if (mistakes < least) {
      best = candidate;
      least = mistakes;
    }
  }
  return best;
}

/** Without case, `_`, `-` and spaces, which people vary. Bounded, because the string may be untrusted input. */
function plain(text: string): string {
  return text
    .slice(0, 64)
    .toLowerCase()
    .replace(/[\s_-]/g, '');
}

/** Insertions, deletions, substitutions and transpositions from one string to the other; `limit` if there are that many or more. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min((last[j] as number) + 1, (row[j - 1] as number) + 1, (last[j - 1] as number) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, (beforeLast[j - 2] as number) + 1);
      row.push(least);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length] as number;
}
