import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nearest, typeName } from '../../src/core/wording.ts';

const options = ['timeout', 'totalTimeout', 'maxRetries', 'baseUrl', 'fetch', 'idempotencyStore'];

describe('nearest', () => {
  test.each([
    ['timeout', 'timeout'],
    ['timeOut', 'timeout'],
    ['time_out', 'timeout'],
    ['timout', 'timeout'],
    ['tiemout', 'timeout'],
    ['total-timeout', 'totalTimeout'],
    ['baseURL', 'baseUrl'],
    ['base url', 'baseUrl'],
    ['fetsh', 'fetch'],
    ['idempotencyStor', 'idempotencyStore'],
    ['idempotenceStore', 'idempotencyStore'],
  ])('%s probably means %s', (text, meant) => {
    expect(nearest(text, options)).toBe(meant);
  });

  test.each(['', 'x', 'log', 'region', 'retry', 'url', 'store', 'stop'])('%j means none of them', (text) => {
    expect(nearest(text, options)).toBeUndefined();
  });

  test('has no answer without candidates', () => {
    expect(nearest('timeout', [])).toBeUndefined();
    expect(nearest('timeout', new Set(['timeout']))).toBe('timeout');
  });
});

describe('whatever the text', () => {
  const word = fc.string({ minLength: 1, maxLength: 20, unit: fc.constantFrom(...'abcdeXYZ019') });

  test('a name means itself before any other', () => {
    fc.assert(
      fc.property(word, fc.array(word, { maxLength: 10 }), (name, others) => {
        const found = nearest(name, [...others, name]);
        expect(found?.toLowerCase()).toBe(name.toLowerCase());
      }),
    );
  });

  test('one mistake in a name of three characters or more is understood if nothing else is near', () => {
    const mistake = fc.record({ at: fc.nat(), kind: fc.constantFrom('delete', 'insert', 'replace', 'swap') });
    fc.assert(
      fc.property(fc.string({ minLength: 5, maxLength: 20, unit: fc.constantFrom(...'abcde') }), mistake, (name, { at, kind }) => {
        const characters = [...name];
        const place = at % (characters.length - 1);
        if (kind === 'delete') characters.splice(place, 1);
        if (kind === 'insert') characters.splice(place, 0, 'z');
        if (kind === 'replace') characters[place] = 'z';
        if (kind === 'swap') characters.splice(place, 2, characters[place + 1] as string, characters[place] as string);
        expect(nearest(characters.join(''), [name])).toBe(name);
      }),
    );
  });

  test('it is one of the candidates or nothing, and it never throws', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string()), (text, candidates) => {
        const found = nearest(text, candidates);
        if (found !== undefined) expect(candidates).toContain(found);
      }),
    );
  });

  test('a megabyte of it is compared as far as a name is long', () => {
    expect(nearest('x'.repeat(1_000_000), ['y'.repeat(1_000_000)])).toBeUndefined();
    expect(nearest('a'.repeat(64), ['a'.repeat(64)])).toBe('a'.repeat(64));
  });
});

test.each([
  [undefined, 'nothing'],
  [null, 'null'],
  [[], 'an array'],
  [{}, 'object'],
  ['x', 'string'],
  [Number.NaN, 'NaN'],
  [Number.NEGATIVE_INFINITY, '-Infinity'],
  [0, 'number'],
  [Symbol('x'), 'symbol'],
])('the type of %o is called %s', (value, name) => {
  expect(typeName(value)).toBe(name);
});
