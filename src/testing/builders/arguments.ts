/**
 * Checks of arguments that may come from JavaScript, and reading JSON that may be anything.
 *
 * @module
 */
import { assertOption, misconfigured } from '../../core/errors.ts';
import { checkNames } from '../../core/options.ts';
import { SURFACE } from '../surface.ts';

/** Whether it is an object, and not an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The body as an object; `undefined` if it is not UTF-8, not JSON or not an object. */
export function jsonObject(body: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The options, or an empty object without any. Refuses everything else, because spreading a string yields its characters, and a misspelt
 * name. `renamed` has names that belong elsewhere.
 */
export function asOptions<Options extends object>(
  name: string,
  options: Options | undefined,
  names?: readonly string[],
  renamed: Readonly<Record<string, string>> = {},
): Options | Partial<Options> {
  if (options === undefined) return {};
  if (!isObject(options)) throw misconfigured(SURFACE, undefined, `${name}() accepts an object of overrides or options`);
  if (names) checkNames(SURFACE, options, names, renamed);
  return options;
}

/** Where the names of a group belong that stand outside it. */
export function inGroup(group: string, names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, `${group}.${name}`]));
}

/** The options in `group`, or an empty object. Refuses a group that is not an object, and a misspelt name in it. */
export function readGroup<Group extends object>(group: string, value: Group | undefined, names: readonly string[]): Group {
  assertOption(value === undefined || isObject(value), SURFACE, group, 'must be an object');
  checkNames(SURFACE, value ?? {}, names, {}, `${group}.`);
  return (value ?? {}) as Group;
}

/** An event as JSON; a string as it is, for bodies that are not JSON. Throws a {@link ConfigurationError} for what JSON cannot hold. */
export function toJson(event: unknown): string {
  try {
    const text: unknown = typeof event === 'string' ? event : JSON.stringify(event);
    if (typeof text === 'string') return text;
  } catch {
    // What was thrown may be the event's own, and may contain its values.
  }
  throw misconfigured(SURFACE, undefined, 'the event must be a string or a value that JSON can hold');
}
