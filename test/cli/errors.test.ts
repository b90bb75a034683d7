/** Every class of errors as it is printed on a terminal and with --json. */
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { describeFailure, EXIT, UsageError } from '../../src/cli/failure.ts';
import { AMAZON_PAY } from '../../src/cli/settings.ts';
import { Output } from '../../src/cli/terminal.ts';
import {
  ApiError,
  AuthenticationError,
  ConfigurationError,
  ConnectionError,
  GraphQLError,
  InProgressError,
  TimeoutError,
  ValidationError,
} from '../../src/core/errors.ts';
import { json } from '../support/cli/terminal.ts';

/** Prints an error as a command does. */
function printed(error: unknown, isJson = false, secrets: readonly string[] = []): { readonly exitCode: number; readonly text: string } {
  const stderr = new PassThrough();
  const failure = describeFailure(error, { names: { ...AMAZON_PAY.names, baseUrl: 'AMAZON_PAY_URL' }, secrets });
  new Output({ stdout: new PassThrough(), stderr }, isJson).failure(failure);
  return { exitCode: failure.exitCode, text: String(stderr.read()) };
}

const surface = 'amazonpay';
const CASES: readonly (readonly [name: string, error: unknown, exitCode: number, text: string, json: object])[] = [
  [
    'UsageError',
    new UsageError('pass either --a or --b', 'See the guide.'),
    EXIT.usage,
    'error: pass either --a or --b\n  See the guide.\n',
    { code: 'USAGE', message: 'pass either --a or --b', hint: 'See the guide.' },
  ],
  [
    'ConfigurationError',
    new ConfigurationError('"baseUrl" must be a URL', { surface, option: 'baseUrl', hint: 'Start "baseUrl" with https://.' }),
    EXIT.usage,
    'error: AMAZON_PAY_URL must be a URL\n  Start AMAZON_PAY_URL with https://.\n',
    { code: 'CONFIGURATION', surface, retryable: false, option: 'baseUrl', message: 'AMAZON_PAY_URL must be a URL' },
  ],
  [
    'ValidationError of an input',
    new ValidationError('request', [{ path: ['carrierCode'], message: 'must not be empty' }], { surface }),
    EXIT.usage,
    'error: --carrier-code: must not be empty\n',
    { code: 'VALIDATION', direction: 'request', issues: [{ path: ['carrierCode'], message: 'must not be empty' }] },
  ],
  [
    'ValidationError of a response',
    new ValidationError('response', [{ message: 'expected object, got nothing' }], {
      surface,
      requestId: 'r-1',
      attempts: 2,
      hint: 'Wait.',
    }),
    EXIT.failed,
    'error: expected object, got nothing\n  Wait.\n',
    { code: 'VALIDATION', direction: 'response', requestId: 'r-1', attempts: 2 },
  ],
  [
    'ValidationError of an event',
    new ValidationError('event', [{ path: ['detail', 'trackingId'], message: 'expected string, got nothing' }], { surface }),
    EXIT.failed,
    'error: detail.trackingId: expected string, got nothing\n',
    { code: 'VALIDATION', direction: 'event' },
  ],
  [
    'AuthenticationError',
    new AuthenticationError('mismatch', 'the signature does not match', { surface }),
    EXIT.failed,
    'error: the signature does not match\n',
    { code: 'AUTHENTICATION', reason: 'mismatch' },
  ],
  [
    'ConnectionError',
    new ConnectionError('no response from example.com: getaddrinfo ENOTFOUND example.com', {
      surface,
      attempts: 4,
      systemCode: 'ENOTFOUND',
      hint: 'The name cannot be resolved: check "baseUrl".',
    }),
    EXIT.retry,
    'error: no response from example.com: getaddrinfo ENOTFOUND example.com\n  The name cannot be resolved: check AMAZON_PAY_URL.\n',
    { code: 'CONNECTION', systemCode: 'ENOTFOUND', attempts: 4, retryable: true },
  ],
  [
    'ConnectionError that no retry can fix',
    new ConnectionError('no response from example.com (CERT_HAS_EXPIRED)', {
      surface,
      attempts: 1,
      systemCode: 'CERT_HAS_EXPIRED',
      retryable: false,
    }),
    EXIT.failed,
    'error: no response from example.com (CERT_HAS_EXPIRED)\n',
    { code: 'CONNECTION', systemCode: 'CERT_HAS_EXPIRED', retryable: false },
  ],
  [
    'TimeoutError',
    new TimeoutError('total', 'no response within 30000 ms in all attempts together', {
      surface,
      attempts: 3,
      hint: 'Raise "totalTimeout", or call again.',
    }),
    EXIT.retry,
    'error: no response within 30000 ms in all attempts together\n  Run the same command again. The request may have arrived all the same.\n',
    { code: 'TIMEOUT', budget: 'total', attempts: 3 },
  ],
  [
    'TimeoutError after a success',
    new TimeoutError('attempt', 'the response 200 was not complete within 10000 ms', {
      surface,
      attempts: 1,
      retryable: false,
      hint: 'It was accepted.',
    }),
    EXIT.failed,
    'error: the response 200 was not complete within 10000 ms\n  It was accepted.\n',
    { code: 'TIMEOUT', budget: 'attempt', retryable: false },
  ],
  [
    'ApiError',
    new ApiError('Amazon Pay responded with 403 InvalidAuthentication', {
      surface,
      status: 403,
      reasonCode: 'InvalidAuthentication',
      requestId: 'r-1',
      attempts: 1,
      retryable: false,
      data: { secret: 'hunter2' },
    }),
    EXIT.failed,
    'error: Amazon Pay responded with 403 InvalidAuthentication\n',
    { code: 'API', status: 403, reasonCode: 'InvalidAuthentication', requestId: 'r-1' },
  ],
  [
    'ApiError that can be retried',
    new ApiError('Amazon Pay responded with 429', { surface, status: 429, attempts: 4, retryable: true, retryAfter: 2_000, hint: 'Wait.' }),
    EXIT.retry,
    'error: Amazon Pay responded with 429\n  Wait.\n',
    { code: 'API', status: 429, retryAfter: 2_000 },
  ],
  [
    'GraphQLError',
    new GraphQLError({
      surface: 'buywithprime',
      errors: [{ message: 'not allowed', path: ['order'], type: 'AccessDeniedError' }],
      attempts: 1,
      retryable: false,
      data: { order: 'hunter2' },
    }),
    EXIT.failed,
    'error: order: not allowed\n',
    { code: 'GRAPHQL', errors: [{ message: 'not allowed', path: ['order'], type: 'AccessDeniedError' }] },
  ],
  [
    'InProgressError',
    new InProgressError('another worker holds the event', { surface }),
    EXIT.retry,
    'error: another worker holds the event\n',
    { code: 'IN_PROGRESS', retryable: true },
  ],
  [
    'an abort',
    new DOMException('interrupted', 'AbortError'),
    EXIT.interrupted,
    'error: interrupted\n',
    { code: 'INTERRUPTED', message: 'interrupted' },
  ],
  [
    'an unexpected error',
    new TypeError('x is not a function'),
    EXIT.failed,
    'error: x is not a function\n  This looks like a fault in waybill. Please report it, with the command and\n  without anything secret.\n',
    { code: 'UNEXPECTED', message: 'x is not a function' },
  ],
  [
    'an unexpected error with a secret',
    new Error('failed: Bearer hunter2-hunter2', { cause: new Error('-----BEGIN PRIVATE KEY-----hunter2') }),
    EXIT.failed,
    'error: failed: Bearer [redacted]: [redacted key]\n  This looks like a fault in waybill. Please report it, with the command and\n  without anything secret.\n',
    { code: 'UNEXPECTED' },
  ],
];

describe('an error', () => {
  test.each(CASES)('%s is printed in the words of the command line', (_, error, exitCode, text) => {
    expect(printed(error)).toEqual({ exitCode, text });
  });

  test.each(CASES)('%s is one JSON document with --json', (_, error, exitCode, __, fields) => {
    const { text } = printed(error, true);
    const { error: document } = json(text) as { error: object };
    expect(document).toMatchObject({ exitCode, ...fields });
    expect(document).not.toHaveProperty('name');
    expect(text).not.toContain('hunter2');
  });

  test.each([
    ['a string'],
    [undefined],
    [null],
    [Symbol('x')],
    [{ message: 7 }],
    [
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('trap');
          },
        },
      ),
    ],
  ])('that is not an Error is printed all the same: %#', (thrown) => {
    const { exitCode, text } = printed(thrown);
    expect([exitCode, text]).toEqual([1, expect.stringMatching(/^error: .+\n {2}This looks like a fault/)]);
  });

  test('that is unexpected never contains a secret that was read', () => {
    const { text } = printed(new Error('cannot parse s3cr3t-value in "s3cr3t-value"'), false, ['s3cr3t-value']);
    expect(text).toMatch(/^error: cannot parse \[redacted\] in "\[redacted\]"/);
  });

  test('with control characters of Amazon cannot control the terminal', () => {
    const error = new ApiError('responded with \u001b[2J\u0007', {
      surface,
      status: 400,
      attempts: 1,
      retryable: false,
      hint: 'a\u009b1mb',
    });
    expect(printed(error).text).toBe('error: responded with \\x1b[2J\\x07\n  a\\x9b1mb\n');
  });
});
