import { afterEach, describe, expect, test, vi } from 'vitest';
import { ConfigurationError, ConnectionError } from '../../src/core/errors.ts';
import { notify, report, tellError } from '../../src/core/hooks.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe('notify', () => {
  test('calls at once', () => {
    const hook = vi.fn();
    notify(hook);
    expect(hook).toHaveBeenCalledOnce();
  });

  test.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('the log is full');
      },
    ],
    ['rejects', () => Promise.reject(new Error('the log is full'))],
    ['rejects with nothing', () => Promise.reject()],
    // biome-ignore lint/suspicious/noThenProperty: what a careless hook may return.
    ['returns a thenable that fails', () => ({ then: (_: unknown, reject: (error: unknown) => void) => reject('no') })],
  ])('ignores a hook that %s', async (_, hook) => {
    expect(() => notify(hook)).not.toThrow();
    // A rejection that nobody handles is reported by now, and fails the run.
    await new Promise((resolve) => setTimeout(resolve));
  });
});

test.each(['warn', 'error'] as const)('report writes to console.%s, with the name of the package', (level) => {
  const write = vi.spyOn(console, level).mockReturnValue();
  report(level, 'something happened');
  expect(write).toHaveBeenCalledExactlyOnceWith('waybill: something happened');
});

test('a configuration error that nobody listens to is written, with its hint', () => {
  const write = vi.spyOn(console, 'error').mockReturnValue();
  tellError(undefined, new ConfigurationError('"keys" is missing', { surface: 'core', hint: 'Pass { keys }.' }));
  tellError(undefined, new ConfigurationError('"keys" is missing', { surface: 'core' }));
  for (const other of [new ConnectionError('x', { surface: 'core', attempts: 1 }), new Error('x'), undefined]) tellError(undefined, other);
  expect(write.mock.calls).toEqual([['waybill: "keys" is missing. Pass { keys }.'], ['waybill: "keys" is missing']]);
});

test('an error that somebody listens to is not written, and what the listener throws is ignored', () => {
  const write = vi.spyOn(console, 'error').mockReturnValue();
  const error = new ConfigurationError('"keys" is missing', { surface: 'core' });
  const onError = vi.fn((_: unknown, __: { readonly status: number }) => {
    throw new Error('log is full');
  });
  tellError(onError, error, { status: 503 });
  expect(onError).toHaveBeenCalledExactlyOnceWith(error, { status: 503 });
  expect(write).not.toHaveBeenCalled();
});

test('a console that is missing or fails changes nothing', () => {
  for (const broken of [undefined, {}, { warn: () => Promise.reject(new Error('closed')) }]) {
    vi.stubGlobal('console', broken);
    expect(() => report('warn', 'x')).not.toThrow();
    vi.unstubAllGlobals();
  }
});
