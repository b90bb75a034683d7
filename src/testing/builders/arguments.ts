/**
 * Refusing arguments that no builder can work with: they may come from JavaScript.
 *
 * @module
 */
import { ConfigurationError } from '../../core/errors.ts';

/** The options, or an empty object where there are none. Refuses what is no plain object: a text spread out would be its characters. */
export function asOptions<Options extends object>(name: string, options: Options | undefined): Options | Partial<Options> {
  if (options === undefined) return {};
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return options;
  throw new ConfigurationError(`${name}() takes an object of what shall differ`, { surface: 'testing' });
}

/** What `fetch` is given as a `Request`. */
export function asRequest(input: string | URL | Request, init: RequestInit | undefined): Request {
  try {
    return new Request(input, init);
  } catch {
    // The runtime's own message quotes the URL, query and all.
    throw new ConfigurationError('fetch() of the emulator needs a Request, or an absolute URL and what a Request is made of', {
      surface: 'testing',
      hint: 'A Request whose body has been read can not be sent again.',
    });
  }
}
