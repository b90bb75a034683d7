import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import {
  ApiError,
  AuthenticationError,
  assertOption,
  ConfigurationError,
  ConnectionError,
  GraphQLError,
  InProgressError,
  isWaybillError,
  misconfigured,
  TimeoutError,
  ValidationError,
  WaybillError,
} from '../../src/core/errors.ts';

const surface = 'core' as const;
const every = [
  new ConfigurationError('no key', { surface, hint: 'give one', option: 'key' }),
  new ValidationError('request', [{ message: 'expected string', path: ['a', 0] }, { message: 'odd' }], { surface }),
  new AuthenticationError('mismatch', 'the key does not match', { surface }),
  new ConnectionError('no response', { surface, attempts: 2, systemCode: 'ENOTFOUND', cause: new TypeError('fetch failed') }),
  new TimeoutError('total', 'no response in time', { surface, attempts: 3 }),
  new ApiError('refused', {
    surface,
    status: 429,
    reasonCode: 'TooManyRequests',
    requestId: 'r',
    retryAfter: 5,
    attempts: 1,
    retryable: true,
    data: { buyer: 'Ada' },
  }),
  new GraphQLError({
    surface,
    errors: [{ message: 'denied', path: ['order'], type: 'AccessDeniedError' }],
    attempts: 1,
    retryable: false,
    data: { buyer: 'Ada' },
  }),
  new InProgressError('another call is handling this event', { surface }),
];

describe.each(every.map((error) => [error.name, error] as const))('%s', (name, error) => {
  test('is recognised, and has its name', () => {
    expect(error).toBeInstanceOf(WaybillError);
    expect(isWaybillError(error)).toBe(true);
    expect(String(error)).toBe(`${name}: ${error.message}`);
  });

  test('becomes JSON with what tells it apart', () => {
    const json = JSON.parse(JSON.stringify(error));
    expect(json).toMatchObject({ name, code: error.code, message: error.message, surface, retryable: error.retryable });
    expect(json).not.toHaveProperty('cause');
  });

  test('shows no data of Amazon when it is logged', () => {
    expect(inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error)).not.toContain('Ada');
  });

  test('has no field without a value', () => {
    expect(Object.values(error)).not.toContain(undefined);
  });
});

test('data is there if you ask for it', () => {
  expect(every.flatMap((error) => ('data' in error ? [error.data] : []))).toEqual([{ buyer: 'Ada' }, { buyer: 'Ada' }]);
});

test('a hint that was not given is not there', () => {
  expect(every[0]).toHaveProperty('hint', 'give one');
  expect(every[1]).not.toHaveProperty('hint');
});

test('a validation error words every issue with its path', () => {
  expect(every[1]?.message).toBe('a.0: expected string; odd');
});

test('a timeout is caught by the same check as a connection error', () => {
  expect(every[4]).toBeInstanceOf(ConnectionError);
  expect(every[4]).toMatchObject({ code: 'TIMEOUT', budget: 'total', retryable: true });
});

test('an error of another realm is recognised by its brand, and nothing else is', () => {
  const foreign = runInNewContext("Object.defineProperty(new Error('x'), Symbol.for('waybill.error'), { value: true })");
  expect(foreign).not.toBeInstanceOf(Error);
  expect(isWaybillError(foreign)).toBe(true);
  for (const other of [new Error('x'), null, undefined, 'waybill.error', {}, () => undefined]) expect(isWaybillError(other)).toBe(false);
});

test('what cannot be looked at is not an error of ours, and does not throw', () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  expect(isWaybillError(proxy)).toBe(false);
});

describe('a configuration error', () => {
  test('starts with the option at fault, and has it as a field for a form or a command line', () => {
    const error = misconfigured('core', 'credentials.clientId', 'is missing', 'Set it.');
    expect(error).toMatchObject({ message: '"credentials.clientId" is missing', option: 'credentials.clientId', hint: 'Set it.' });
  });

  test('has no option if no single one is at fault', () => {
    const error = misconfigured('core', undefined, 'the options must be an object');
    expect(error.message).toBe('the options must be an object');
    expect('option' in error || 'hint' in error).toBe(false);
  });

  test('is thrown by a condition that does not hold, and by no other', () => {
    expect(() => assertOption(true, 'core', 'fetch', 'must be a function')).not.toThrow();
    for (const condition of [false, 0, '', undefined, null]) {
      expect(() => assertOption(condition, 'core', 'fetch', 'must be a function')).toThrow('"fetch" must be a function');
    }
  });
});
