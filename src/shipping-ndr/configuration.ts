/**
 * Refusing options that can't work.
 *
 * @module
 */
import { checkUrl, misconfigured } from '../core/options.ts';

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

/** A URL, given as text or as an object, as text. Refuses what is none. */
export function readUrl(option: string, url: string | URL): string {
  // By shape: one of another realm is no instance of ours.
  const text = typeof url === 'string' ? url : url?.href;
  checkUrl(SURFACE, option, text);
  return text;
}
