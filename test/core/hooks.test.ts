import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AuthenticationError, ConfigurationError, ConnectionError } from '../../src/core/errors.ts';
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

describe('an error that nobody listens to', () => {
  const keys = new ConfigurationError('"keys" is missing', { surface: 'core', hint: 'Pass { keys }.' });
  const unauthorized = new AuthenticationError('mismatch', 'the API key is not valid', { surface: 'core', hint: 'Compare "keys".' });

  // What other tests have reported lies more than a minute back.
  let now = 86_400_000;
  beforeEach(() => {
    now += 86_400_000;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
  });

  test('is written each time if it is about the configuration, with its hint', () => {
    const write = vi.spyOn(console, 'error').mockReturnValue();
    tellError(undefined, keys);
    tellError(undefined, new ConfigurationError('"keys" is missing', { surface: 'core' }));
    expect(write.mock.calls).toEqual([['waybill: "keys" is missing. Pass { keys }.'], ['waybill: "keys" is missing']]);
  });

  test('is written once a minute for each code and status', () => {
    const write = vi.spyOn(console, 'warn').mockReturnValue();
    const brokeOff = new ConnectionError('the body broke off', { surface: 'core', attempts: 1 });
    const tellAll = (): void => {
      for (let time = 0; time < 3; time += 1) tellError(undefined, unauthorized);
      for (const status of [503, 503, 400]) tellError(undefined, brokeOff, { status });
    };
    tellAll();
    now += 59_999;
    tellAll();
    const lines = [
      ['waybill: not handled: the API key is not valid. Compare "keys".'],
      ['waybill: not handled: the body broke off'],
      ['waybill: not handled: the body broke off'],
    ];
    expect(write.mock.calls).toEqual(lines);
    now += 1;
    tellAll();
    expect(write.mock.calls).toEqual([...lines, ...lines]);
  });

  test.each([['no row for Asha, 12 Main Street'], new TypeError('no row for Asha'), undefined])(
    'is written without what it says if code of the user threw it: %s',
    (thrown) => {
      const write = vi.spyOn(console, 'warn').mockReturnValue();
      tellError(undefined, thrown);
      expect(write.mock.calls).toEqual([['waybill: not handled: your code threw an error. Pass onError to see it.']]);
    },
  );

  test('changes nothing if it cannot be looked at', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(() => tellError(undefined, proxy)).not.toThrow();
  });
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
