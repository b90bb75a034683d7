import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import {
  ApiError,
  AuthenticationError,
  ConfigurationError,
  ConnectionError,
  GraphQLError,
  isWaybillError,
  TimeoutError,
  ValidationError,
  WaybillError,
} from '../../src/core/errors.ts';

const surface = 'core' as const;
const every = [
  new ConfigurationError('no key', { surface, hint: 'give one' }),
  new ValidationError('request', [{ message: 'expected text', path: ['a', 0] }, { message: 'odd' }], { surface }),
  new AuthenticationError('mismatch', 'the key does not match', { surface }),
  new ConnectionError('no answer', { surface, attempts: 2, cause: new TypeError('fetch failed') }),
  new TimeoutError('total', 'no answer in time', { surface, attempts: 3 }),
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
];

describe.each(every.map((error) => [error.name, error] as const))('%s', (name, error) => {
  test('is known as ours and by its name', () => {
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
});

test('data is there for who asks for it', () => {
  expect(every.flatMap((error) => ('data' in error ? [error.data] : []))).toEqual([{ buyer: 'Ada' }, { buyer: 'Ada' }]);
});

test('a hint that was not given is not there', () => {
  expect(every[0]).toHaveProperty('hint', 'give one');
  expect(every[1]).not.toHaveProperty('hint');
});

test('a validation error words every issue with its path', () => {
  expect(every[1]?.message).toBe('a.0: expected text; odd');
});

test('a time-out is caught where connection errors are', () => {
  expect(every[4]).toBeInstanceOf(ConnectionError);
});

test('an error of another realm is known by its brand, and nothing else is', () => {
  const foreign = runInNewContext("Object.defineProperty(new Error('x'), Symbol.for('waybill.error'), { value: true })");
  expect(foreign).not.toBeInstanceOf(Error);
  expect(isWaybillError(foreign)).toBe(true);
  for (const other of [new Error('x'), null, undefined, 'waybill.error', {}, () => undefined]) expect(isWaybillError(other)).toBe(false);
});
