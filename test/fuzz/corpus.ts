/**
 * Inputs that once failed. Each is a file `corpus/<target>.json` of entries with the input in a form of JSON that also holds bytes, dates and
 * what JSON does not have.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** An input that failed, and what was wrong. */
export interface Entry {
  readonly problem: string;
  readonly input: unknown;
}

/** Plain JSON for what JSON has; an object with one key that starts with `$` for everything else. */
export function encode(value: unknown): unknown {
  if (value === undefined) return { $undefined: true };
  if (typeof value === 'bigint') return { $bigint: String(value) };
  if (typeof value === 'number' && !(Number.isFinite(value) && !Object.is(value, -0)))
    return { $number: Object.is(value, -0) ? '-0' : String(value) };
  // An invalid date has no time that JSON could hold.
  if (value instanceof Date) return { $date: Number.isNaN(value.getTime()) ? 'invalid' : value.getTime() };
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return value.map(encode);
  // As entries, because a key such as __proto__ would not survive a literal.
  if (typeof value === 'object' && value !== null) return { $object: Object.entries(value).map(([name, inner]) => [name, encode(inner)]) };
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
  throw new Error(`${typeof value} cannot be kept in the corpus`);
}

/** The inverse of {@link encode}. */
export function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode);
  if (typeof value !== 'object' || value === null) return value;
  const [[tag, inner] = ['', undefined]] = Object.entries(value);
  if (tag === '$undefined') return undefined;
  if (tag === '$bigint') return BigInt(inner);
  if (tag === '$number') return Number(inner);
  if (tag === '$date') return new Date(inner);
  if (tag === '$bytes') return new Uint8Array(Buffer.from(inner, 'base64'));
  if (tag !== '$object') throw new Error(`the corpus has the unknown tag ${tag}`);
  const object: Record<string, unknown> = {};
  for (const [name, item] of inner as [string, unknown][]) {
    Object.defineProperty(object, name, { value: decode(item), enumerable: true, writable: true, configurable: true });
  }
  return object;
}

/** The corpus by the name of its target. */
export function readCorpus(folder: string): ReadonlyMap<string, readonly Entry[]> {
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
  return new Map(
    files.map((file) => {
      const entries: Entry[] = JSON.parse(readFileSync(join(folder, file), 'utf8'));
      return [file.replace(/\.json$/, ''), entries.map(({ problem, input }) => ({ problem, input: decode(input) }))];
    }),
  );
}

/** Adds an input that failed. */
export function keep(folder: string, target: string, entry: Entry): void {
  const entries = readCorpus(folder).get(target) ?? [];
  const all = [...entries, entry].map(({ problem, input }) => ({ problem, input: encode(input) }));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${target}.json`), `${JSON.stringify(all, null, 2)}\n`);
}
