import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AuthenticationError, ConfigurationError, ConnectionError } from '../../src/core/errors.ts';
import { notify, report, tellError } from '../../src/core/hooks.ts';
import { stoppedClock } from '../support/clock.ts';
import { consoleLines } from '../support/console.ts';
import { codec, envelope, record } from '../support/core/codec.ts';

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
  let tell: typeof tellError;

  // Afresh: what other tests have told in this minute is not told again.
  beforeEach(async () => {
    vi.resetModules();
    tell = (await import('../../src/core/hooks.ts')).tellError;
  });

  test('is written each time if it is about the configuration, with its hint', () => {
    const write = vi.spyOn(console, 'error').mockReturnValue();
    tell(undefined, keys);
    tell(undefined, new ConfigurationError('"keys" is missing', { surface: 'core' }));
    expect(write.mock.calls).toEqual([['waybill: "keys" is missing. Pass { keys }.'], ['waybill: "keys" is missing']]);
  });

  test('is written once a minute for each code and status', () => {
    const lines = consoleLines();
    const pass = stoppedClock();
    const brokeOff = new ConnectionError('the body broke off', { surface: 'core', attempts: 1 });
    const tellAll = (): void => {
      for (let time = 0; time < 3; time += 1) tell(undefined, unauthorized);
      for (const status of [503, 503, 400]) tell(undefined, brokeOff, { status });
    };
    const told = ['waybill: the API key is not valid. Compare "keys".', 'waybill: the body broke off', 'waybill: the body broke off'];
    tellAll();
    pass(59_999);
    tellAll();
    expect(lines).toEqual(told);
    pass(1);
    tellAll();
    expect(lines).toEqual([...told, ...told]);
  });

  test.each<[string, () => unknown]>([
    ['a string', () => 'no row for Asha, 12 Main Street'],
    ['an error', () => new TypeError('no row for Asha')],
    ['nothing', () => undefined],
    ['a value that throws whatever is read of it', revoked],
  ])('is written without what it says if code of the user threw %s', (_, thrown) => {
    const lines = consoleLines();
    tell(undefined, thrown());
    expect(lines).toEqual(['waybill: your code threw an error. Pass onError to see it.']);
  });

  test.each([
    ['a webhook', 503],
    ['a batch of SQS', { batchItemFailures: [{ itemIdentifier: 'm' }] }],
  ] as const)('is written by %s', async (name, expected) => {
    const lines = consoleLines();
    const fail = (): never => {
      throw new Error('no row for Asha');
    };
    const { webhook } = await import('../../src/core/receive/webhook.ts');
    const { sqs } = await import('../../src/core/receive/sqs.ts');
    const open = { authenticate: async () => undefined, challenge: () => '' };
    const receive = async () =>
      (await webhook(codec, open, fail)(new Request('https://shop.example', { method: 'POST', body: JSON.stringify(envelope('e')) })))
        .status;
    expect(name === 'a webhook' ? await receive() : await sqs(codec, 'test()', fail)([record('m', envelope('e'))])).toEqual(expected);
    expect(lines).toEqual(['waybill: your code threw an error. Pass onError to see it.']);
  });
});

/** A value that throws whatever is read of it. */
function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

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
