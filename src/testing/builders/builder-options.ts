/**
 * What every builder of events can be told.
 *
 * @module
 */
import { ConfigurationError } from '../../core/errors.ts';
import { readClock } from '../../core/options.ts';
import { asOptions } from './arguments.ts';
import { type Random, seededRandom, uuid } from './random.ts';

/** What decides on an event apart from what is asked for. The same seed and time give the same event. */
export interface BuilderOptions {
  /**
   * A whole number that chooses parcel, reason, ids and the like.
   * @default none: the same parcel each time, and an id of its own
   */
  readonly seed?: number;
  /**
   * When the event happens.
   * @default () => new Date()
   */
  readonly clock?: () => Date;
}

/** What a builder works with. */
export interface Workbench {
  /** `undefined` without a seed. */
  readonly random: Random | undefined;
  /** Another one each time. */
  readonly newId: () => string;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Reads the options of the builder `name`. */
export function readBuilderOptions(name: string, options: BuilderOptions | undefined): Workbench {
  const { seed, clock } = asOptions(name, options);
  if (seed !== undefined && !Number.isInteger(seed)) throw new ConfigurationError('"seed" must be a whole number', { surface: 'testing' });
  if (clock !== undefined && typeof clock !== 'function')
    throw new ConfigurationError('"clock" must be a function', { surface: 'testing' });
  const random = seed === undefined ? undefined : seededRandom(seed);
  return { random, newId: () => (random ? uuid(random) : crypto.randomUUID()), now: readClock('testing', clock).getTime() };
}

/** ISO 8601 in UTC without milliseconds, as in Amazon's samples. */
export function isoSeconds(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}
