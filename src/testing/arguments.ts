/**
 * Refusing arguments that no builder can work with: they may come from JavaScript.
 *
 * @module
 */
import { ConfigurationError } from '../core/errors.ts';

/** The options, or an empty object where there are none. Refuses what is no plain object: a text spread out would be its characters. */
export function asOptions<Options extends object>(name: string, options: Options | undefined): Options | Partial<Options> {
  if (options === undefined) return {};
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return options;
  throw new ConfigurationError(`${name}() takes an object of what shall differ`, { surface: 'testing' });
}
