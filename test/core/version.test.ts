import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { VERSION } from '../../src/core/version.ts';

test('the version in the user agent is the one that is published', () => {
  expect(VERSION).toBe(manifest.version);
});
