import { expect, test } from 'vitest';
import { toError } from '../../../src/core/receive/codec.ts';
import type { Issue } from '../../../src/core/types.ts';

const issues = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ message: 'is wrong', path: [at] })) as unknown as [Issue, ...Issue[]];

test('an error names what could not be read, with the hint', () => {
  expect(toError('core', { issues: issues(2), hint: 'store it' })).toMatchObject({
    code: 'VALIDATION',
    direction: 'event',
    message: '0: is wrong; 1: is wrong',
    hint: 'store it',
  });
});

test.each([
  [5, 5, '4: is wrong'],
  [6, 6, 'and 1 more'],
  [100_000, 6, 'and 99995 more'],
])('of %d issues %d are listed, and the others counted', (count, listed, last) => {
  const error = toError('core', { issues: issues(count) });
  expect(error.issues).toHaveLength(listed);
  expect(error.message.split('; ').at(-1)).toBe(last);
});
