import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AuthenticationError, ConfigurationError, ConnectionError, InProgressError, ValidationError } from '../../../src/core/errors.ts';
import { rejection } from '../../../src/core/receive/request.ts';
import { answerInTime, isAuthenticationError, refuser, type WebhookContext, webhookStatus } from '../../../src/core/receive/respond.ts';

const surface = 'core' as const;
const unauthorized = new AuthenticationError('mismatch', 'the API key does not match', { surface });

describe('the status of an error', () => {
  test.each<[string, unknown, number]>([
    ['a credential that does not verify', unauthorized, 401],
    ['what is too large', rejection(413, surface, 'too large'), 413],
    ['what is not JSON and does not claim to be', rejection(415, surface, 'got text/html'), 415],
    ['a method that no event is sent with', rejection(405, surface, 'got GET'), 405],
    ['what cannot be an event', rejection(400, surface, 'got number'), 400],
    ['an event that cannot be read', new ValidationError('event', [{ message: 'x' }], { surface }), 503],
    ['a key server that is down', new ConnectionError('x', { surface, attempts: 1 }), 503],
    ['a configuration that cannot work', new ConfigurationError('x', { surface }), 503],
    ['an event in progress', new InProgressError('x', { surface }), 503],
    ['an error of somebody else', new Error('x'), 503],
    ['nothing', undefined, 503],
  ])('%s', (_, error, status) => {
    expect(webhookStatus(error)).toBe(status);
  });

  test('an error of another copy of the package is one of ours', async () => {
    vi.resetModules();
    const copy = await import('../../../src/core/errors.ts');
    expect(copy.AuthenticationError).not.toBe(AuthenticationError);
    const foreign = new copy.AuthenticationError('missing', 'x', { surface });
    expect([isAuthenticationError(foreign), webhookStatus(foreign)]).toEqual([true, 401]);
  });
});

describe('a refusal', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test('has a status, headers for it and a message, and onError hears of it', () => {
    const onError = vi.fn();
    const refuse = refuser({ retryAfter: 7, onError });
    expect(refuse(rejection(413, surface, 'the body is larger than 9 bytes'))).toEqual({
      status: 413,
      headers: { 'content-type': 'application/json' },
      body: '{"message":"the body is larger than 9 bytes"}',
    });
    expect(refuse(rejection(405, surface, 'got GET')).headers).toMatchObject({ allow: 'POST, PUT, PATCH' });
    expect(refuse(new Error('password hunter2'))).toEqual({
      status: 503,
      headers: { 'content-type': 'application/json', 'retry-after': '7' },
      body: '{"message":"not handled, please retry"}',
    });
    expect(onError.mock.calls.map(([, { status }]) => status)).toEqual([413, 405, 503]);
  });

  test('may have another status than the error brings', () => {
    expect(refuser({ retryAfter: 7, onError: vi.fn() })(rejection(413, surface, 'x'), { status: 503 })).toMatchObject({
      status: 503,
      body: '{"message":"not handled, please retry"}',
    });
  });

  test('of a credential has a challenge, unless no header can contain it', () => {
    const refuse = refuser({ retryAfter: 7, onError: vi.fn() });
    const challenge = (value: string) => refuse(unauthorized, { status: 401, headers: { 'www-authenticate': value } });
    expect(challenge('Basic realm="x"')).toEqual({
      status: 401,
      headers: { 'content-type': 'application/json', 'www-authenticate': 'Basic realm="x"' },
      body: '{"message":"unauthorized"}',
    });
    for (const value of ['Basic realm="→"', 'a\r\nset-cookie: b'])
      expect(challenge(value)).toMatchObject({
        status: 503,
        headers: expect.not.objectContaining({ 'www-authenticate': expect.anything() }),
      });
  });

  test('that nobody listens to is written to the console if the configuration is at fault', () => {
    const write = vi.spyOn(console, 'error').mockReturnValue();
    const refuse = refuser({ retryAfter: 7 });
    refuse(new Error('x'));
    refuse(new ConfigurationError('"keys" is missing', { surface }));
    expect(write.mock.calls).toEqual([['waybill: "keys" is missing']]);
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('logger down');
      },
    ],
    ['rejects', () => Promise.reject(new Error('logger down'))],
  ])('is sent also if onError %s', async (_, onError: () => void) => {
    expect(refuser({ retryAfter: 7, onError })(new Error('x')).status).toBe(503);
    await new Promise((resolve) => setTimeout(resolve));
  });
});

describe('a response in time', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const onError = vi.fn();
  const refuse = refuser({ retryAfter: 60, onError });
  const ok = { status: 200, headers: {}, body: '' };
  const answer = (work: (context: WebhookContext) => Promise<typeof ok>) => answerInTime({ surface, timeBudget: 4_000, refuse }, work);

  test('is that of the work, and leaves no timer', async () => {
    expect(await answer(async () => ok)).toBe(ok);
    expect((await answer(() => Promise.reject(new Error('x')))).status).toBe(503);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('is 503 when the time is used up, and the signal aborts then', async () => {
    onError.mockClear();
    let signal: AbortSignal | undefined;
    const response = answer((context) => {
      signal = context.signal;
      return new Promise(() => undefined);
    });
    await vi.advanceTimersByTimeAsync(3_999);
    expect(signal?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect((await response).status).toBe(503);
    expect(signal?.reason).toMatchObject({ code: 'TIMEOUT', message: 'the request was not handled within 4000 ms' });
    expect(onError).toHaveBeenCalledExactlyOnceWith(signal?.reason, { status: 503 });
  });

  test('has a signal that has aborted if it is first used afterwards', async () => {
    let aborted: boolean | undefined;
    const response = answer(async (context) => {
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      aborted = context.signal.aborted;
      return ok;
    });
    await vi.advanceTimersByTimeAsync(5_000);
    expect([(await response).status, aborted]).toEqual([503, true]);
  });

  test('is one: what fails afterwards is only told to onError', async () => {
    onError.mockClear();
    const late = new Error('late');
    const response = answer(() => new Promise((_, reject) => setTimeout(reject, 5_000, late)));
    await vi.advanceTimersByTimeAsync(5_000);
    expect((await response).status).toBe(503);
    expect(onError.mock.calls.map(([error]) => error)).toEqual([expect.objectContaining({ code: 'TIMEOUT' }), late]);
  });
});
