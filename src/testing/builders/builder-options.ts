/**
 * Options that every builder of events accepts.
 *
 * @module
 */
import { assertOption } from '../../core/errors.ts';
import { checkFunctions, readClock } from '../../core/options.ts';
import { SURFACE } from '../surface.ts';
import { asOptions } from './arguments.ts';
import { type Random, seededRandom, uuid } from './random.ts';

/** What an event depends on beside its overrides. The same seed and time give the same event. */
export interface BuilderOptions {
  /**
   * A whole number that chooses parcel, reason, ids and the like.
   * @default none: the same parcel each time, with a new event id
   */
  readonly seed?: number | undefined;
  /**
   * When the event happens.
   * @default () => new Date()
   */
  readonly clock?: (() => Date) | undefined;
}

/** The options of a builder, read. */
export interface BuilderContext {
  /** `undefined` without a seed. */
  readonly random: Random | undefined;
  /** Returns another id each time. */
  readonly newId: () => string;
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * Reads the options of the builder `name`. What it builds for one seed is `what`: with the same seed, others must have other ids, or a webhook
 * would take the second for a redelivery of the first.
 */
export function readBuilderOptions(
  name: string,
  options: BuilderOptions | undefined,
  { what = name, own = [] }: { readonly what?: string; readonly own?: readonly string[] } = {},
): BuilderContext {
  const { seed, clock } = asOptions(name, options, ['seed', 'clock', ...own]);
  assertOption(seed === undefined || Number.isInteger(seed), SURFACE, 'seed', 'must be a whole number');
  checkFunctions(SURFACE, { clock });
  const now = readClock(SURFACE, clock).getTime();
  if (seed === undefined) return { random: undefined, newId: () => crypto.randomUUID(), now };
  const ids = seededRandom(seed ^ hashOf(what));
  return { random: seededRandom(seed), newId: () => uuid(ids), now };
}

/** FNV-1a. */
function hashOf(text: string): number {
  return [...text].reduce((hash, character) => Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193), 0x811c9dc5);
}

/** ISO 8601 in UTC without milliseconds, as in Amazon's samples. */
export function isoSeconds(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}
