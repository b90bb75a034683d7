/**
 * Refusing options that can't work.
 *
 * @module
 */
import { misconfigured } from '../core/options.ts';

/** This surface, in errors and hooks. */
export const SURFACE = 'shipping-ndr';

/** Throws a ConfigurationError unless the condition holds. Options may come from JavaScript, so nothing is taken for granted. */
export function demand(condition: unknown, message: string, hint?: string): asserts condition {
  if (!condition) throw misconfigured(SURFACE, message, hint);
}

/** Throws unless the options are an object. `caller` is what they were given to. */
export function demandOptions(caller: string, options: unknown): void {
  demand(typeof options === 'object' && options !== null, `${caller} needs an object of options`);
}

/** Whether a value is text with something in it. */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}
