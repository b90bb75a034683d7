/**
 * What the methods of a client are given, checked before anything is sent.
 *
 * @module
 */
import { ValidationError } from '../../core/errors.ts';
import { typeName } from '../../core/schema.ts';
import { asObject } from './answer.ts';

/** Refuses what is no such text. `path` has dots; `expected` says what it should be. */
export function requireText(path: string, value: unknown, expected = 'text', pattern: RegExp = /./s): asserts value is string {
  if (typeof value === 'string' && pattern.test(value)) return;
  const got = value === '' ? ', got an empty one' : typeof value === 'string' ? '' : `, got ${typeName(value)}`;
  throw invalidInput(path, `expected ${expected}${got}`);
}

/** The texts of those names in an object; refuses one without them. `at` is where the object is. */
export function requireTexts<Name extends string>(input: unknown, names: readonly Name[], at = ''): Readonly<Record<Name, string>> {
  const texts = {} as Record<Name, string>;
  for (const name of names) {
    const value = (input as Partial<Record<Name, unknown>> | null | undefined)?.[name];
    requireText(at + name, value);
    texts[name] = value;
  }
  return texts;
}

/** Refuses what can't be the id of a subscription or of a profile. */
export function requireId(name: string, id: string): void {
  requireText(name, id, 'text of 1 to 50 characters', /^.{1,50}$/s);
}

/** Something is wrong with what a method was given, so nothing is sent. */
export function invalidInput(path: string, message: string): ValidationError {
  return new ValidationError('request', [{ path: path.split('.'), message }], { surface: 'buywithprime' });
}

/** An object as JSON will have it, and every text in it: any may be a secret or name a person, so no error may show it. */
export function readJsonInput(
  name: string,
  input: unknown,
): { readonly value: Readonly<Record<string, unknown>>; readonly texts: readonly string[] } {
  const texts = new Set<string>();
  let value: Readonly<Record<string, unknown>> | undefined;
  try {
    const copy: unknown = JSON.parse(JSON.stringify(input), (_, item) => {
      if (typeof item === 'string') texts.add(item);
      return item;
    });
    value = asObject(copy);
  } catch {
    // Told below: the runtime's own words may quote what is in it.
  }
  if (!value) throw invalidInput(name, 'expected an object that fits into JSON');
  return { value, texts: [...texts] };
}
