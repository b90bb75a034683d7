import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { connectionError, timeoutError } from '../../../src/core/call/connection-error.ts';
import { ConnectionError } from '../../../src/core/errors.ts';
import { redactor } from '../../../src/core/redact.ts';
import { send, sendBy } from '../../support/core/calls.ts';
import { everyRenderingOf, waybillErrorOf } from '../../support/errors.ts';

const attempt = { surface: 'core', url: 'https://api.example/path?key=query-secret', attempts: 2 } as const;
const caused = (message: string, code?: string) => new TypeError('fetch failed', { cause: Object.assign(new Error(message), { code }) });

describe('a fault of the network', () => {
  test.each<[string, unknown, string | undefined, RegExp, boolean]>([
    ['DNS', caused('getaddrinfo ENOTFOUND api.example', 'ENOTFOUND'), 'ENOTFOUND', /cannot be resolved/, true],
    ['DNS for now', caused('getaddrinfo EAI_AGAIN api.example', 'EAI_AGAIN'), 'EAI_AGAIN', /cannot be resolved/, true],
    [
      'DNS on Deno',
      new TypeError('client error (Connect): dns error: failed to lookup address information'),
      undefined,
      /cannot be resolved/,
      true,
    ],
    ['a refusal', caused('connect ECONNREFUSED 127.0.0.1:9', 'ECONNREFUSED'), 'ECONNREFUSED', /Nothing listens/, true],
    [
      'a refusal on Bun',
      Object.assign(new Error('Unable to connect'), { code: 'ConnectionRefused' }),
      'ConnectionRefused',
      /Nothing listens/,
      true,
    ],
    ['a refused address of several', caused('', 'ECONNREFUSED'), 'ECONNREFUSED', /Nothing listens/, true],
    ['an old certificate', caused('certificate has expired', 'CERT_HAS_EXPIRED'), 'CERT_HAS_EXPIRED', /certificate/, false],
    [
      'a certificate of nobody',
      caused('self-signed certificate', 'DEPTH_ZERO_SELF_SIGNED_CERT'),
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      /CERTS/,
      false,
    ],
    ['a certificate for another name', caused('x', 'ERR_TLS_CERT_ALTNAME_INVALID'), 'ERR_TLS_CERT_ALTNAME_INVALID', /certificate/, false],
    ['a certificate on Deno', new TypeError('invalid peer certificate: UnknownIssuer'), undefined, /certificate/, false],
    ['what is not TLS', caused('write EPROTO', 'EPROTO'), 'EPROTO', /did not respond with TLS/, true],
    [
      'what is not TLS either',
      caused('wrong version number', 'ERR_SSL_WRONG_VERSION_NUMBER'),
      'ERR_SSL_WRONG_VERSION_NUMBER',
      /"baseUrl" \(http: or https:\)/,
      true,
    ],
    [
      'a handshake that fails',
      caused('x', 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE'),
      'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
      /versions of TLS/,
      true,
    ],
    [
      'a certificate of ours',
      caused('x', 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'),
      'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
      /client certificate/,
      true,
    ],
    [
      'a timeout of undici before the connection',
      caused('Connect Timeout Error', 'UND_ERR_CONNECT_TIMEOUT'),
      'UND_ERR_CONNECT_TIMEOUT',
      /No connection was made/,
      true,
    ],
    ['a timeout of the system', caused('connect ETIMEDOUT', 'ETIMEDOUT'), 'ETIMEDOUT', /No connection was made/, true],
    [
      'a timeout after the connection',
      caused('Headers Timeout Error', 'UND_ERR_HEADERS_TIMEOUT'),
      'UND_ERR_HEADERS_TIMEOUT',
      /raise "timeout"/,
      true,
    ],
    ['no route', caused('connect ENETUNREACH', 'ENETUNREACH'), 'ENETUNREACH', /unreachable/, true],
    ['a proxy that asks for a password', caused('Proxy response (407) !== 200 when HTTP Tunneling'), undefined, /credentials/, false],
    [
      'a proxy that fails',
      caused('Proxy response (502) !== 200 when HTTP Tunneling', 'UND_ERR_ABORTED'),
      'UND_ERR_ABORTED',
      /proxy failed/,
      true,
    ],
    ['a reset', caused('read ECONNRESET', 'ECONNRESET'), 'ECONNRESET', /Check the network/, true],
    ['something without words', { message: '' }, undefined, /Check the network/, true],
    ['what is not an error', undefined, undefined, /Check the network/, true],
    ['a string', 'offline', undefined, /Check the network/, true],
  ])('%s', (_, thrown, systemCode, hint, retryable) => {
    const error = connectionError(thrown, attempt);
    expect(error).toMatchObject({ code: 'CONNECTION', retryable, attempts: 2, hint: expect.stringMatching(hint) });
    expect(error.systemCode).toBe(systemCode);
    expect(error.message).toMatch(/^no response from api\.example/);
    if (systemCode) {
      expect(error.message).toContain(systemCode);
      expect(JSON.parse(JSON.stringify(error))).toMatchObject({ systemCode });
    }
  });

  test.each([
    caused('getaddrinfo ENOTFOUND api.example', 'ENOTFOUND'),
    caused('connect ECONNREFUSED 127.0.0.1:9', 'ECONNREFUSED'),
    caused('write EPROTO', 'EPROTO'),
    caused('connect ETIMEDOUT', 'ETIMEDOUT'),
  ])('names the option that the URL comes from: %s', (thrown) => {
    expect(connectionError(thrown, attempt).hint).toContain('"baseUrl"');
    expect(connectionError(thrown, { ...attempt, urlOption: 'tokenUrl' }).hint).toMatch(/^[^{}]*"tokenUrl"[^{}]*$/);
  });

  test('is named by its cause, because "fetch failed" says nothing', () => {
    const error = connectionError(caused('getaddrinfo ENOTFOUND api.example', 'ENOTFOUND'), attempt);
    expect(error.message).toBe('no response from api.example: getaddrinfo ENOTFOUND api.example');
    expect(connectionError(caused('', 'ECONNREFUSED'), attempt).message).toBe('no response from api.example: fetch failed (ECONNREFUSED)');
    const inside = connectionError(new Error('the proxy says: fetch failed: reset'), attempt);
    expect(inside.message).toBe('no response from api.example: the proxy says: fetch failed: reset');
  });

  test.each([
    ['with a number as code', Object.assign(new Error('x'), { code: 20 })],
    ['with a sentence as code', Object.assign(new Error('x'), { code: 'it went wrong' })],
    ['with a secret as code', Object.assign(new Error('x'), { code: 'Secret_k4711' })],
  ])('has no system code %s', (_, thrown) => {
    expect(connectionError(thrown, { ...attempt, clean: redactor(['Secret_k4711']) })).not.toHaveProperty('systemCode');
  });

  test('after the head of a success is not retried; after that of a failure it is as the whole response would be', () => {
    const accepted = connectionError(caused('terminated', 'UND_ERR_SOCKET'), { ...attempt, status: 200 });
    expect(accepted).toMatchObject({ retryable: false, hint: expect.stringContaining('accepted') });
    expect(accepted.message).toBe('the response 200 of api.example broke off: terminated (UND_ERR_SOCKET)');
    for (const [status, retryable] of [
      [199, false],
      [300, false],
      [400, false],
      [403, false],
      [429, true],
      [503, true],
    ] as const) {
      expect(connectionError(caused('terminated'), { ...attempt, status })).toMatchObject({ retryable });
    }
  });
});

describe('on a real socket', () => {
  test('a refused connection names host and code, and keeps a copy of the cause', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    const error = await waybillErrorOf(() => send(`http://127.0.0.1:${port}`, { maxRetries: 0 }));
    expect(error).toMatchObject({ name: 'ConnectionError', retryable: true, attempts: 1, systemCode: 'ECONNREFUSED' });
    expect(error.message).toBe(`no response from 127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port}`);
    expect(error.cause).toMatchObject({ name: 'TypeError', code: 'ECONNREFUSED' });
    expect(error.cause).not.toBeInstanceOf(TypeError);
  });

  test('a certificate that is not accepted is not retried', async () => {
    let calls = 0;
    const fetch = () => {
      calls += 1;
      return Promise.reject(caused('self-signed certificate', 'DEPTH_ZERO_SELF_SIGNED_CERT'));
    };
    expect(await waybillErrorOf(() => sendBy(fetch, { maxRetries: 3 }))).toMatchObject({ retryable: false, attempts: 1 });
    expect(calls).toBe(1);
  });
});

describe('of a foreign error is kept', () => {
  test('a copy with name, code, message and frames, and nothing else', () => {
    const original = Object.assign(new RangeError('connect failed'), {
      code: 'ECONNRESET',
      config: { headers: { authorization: 'Bearer secret-token-1' } },
      request: 'secret-token-1',
      data: Buffer.from('secret-token-1'),
    });
    const { cause } = connectionError(original, attempt);
    expect(cause).not.toBe(original);
    expect(cause).toMatchObject({ name: 'RangeError', message: 'connect failed', code: 'ECONNRESET' });
    expect((cause as Error).stack).toMatch(/^RangeError: connect failed\n\s+at .*connection-error\.test\.ts:\d+/);
    expect(everyRenderingOf(cause)).not.toContain('secret-token-1');
  });

  test.each<[string, unknown]>([
    ['a getter that throws', Object.defineProperty(new Error('x'), 'message', { get: () => JSON.parse('secret-token-1') })],
    ['an error that is its own cause', circular()],
    ['a chain of ten thousand causes', chain(10_000)],
    ['a message of megabytes', new Error('x'.repeat(5_000_000))],
    ['a name that is not a string', Object.assign(new Error('x'), { name: { a: 1 } })],
    ['a stack that is not a string', Object.assign(new Error('x'), { stack: { a: 1 } })],
    ['a function', () => undefined],
    ['a symbol', Symbol('x')],
  ])('something bounded, also of %s', (_, thrown) => {
    const shown = everyRenderingOf(connectionError(thrown, attempt));
    expect(shown.length).toBeLessThan(100_000);
    expect(shown).not.toContain('secret-token-1');
  });

  function circular(): Error {
    const error = new Error('x');
    error.cause = error;
    return error;
  }

  function chain(length: number): Error {
    let error = new Error('x');
    for (let at = 0; at < length; at += 1) error = new Error(`x${at}`, { cause: error });
    return error;
  }
});

describe('a budget that is used up', () => {
  const last = new ConnectionError('no response', { surface: 'core', attempts: 1 });

  test.each([
    [
      'total',
      { attempts: 0, status: undefined, isWaiting: true },
      'timed out after 50 ms before sending, waiting for the rate limiter or an access token',
      true,
    ],
    [
      'total',
      { attempts: 1, status: undefined, isWaiting: true, last },
      'timed out after 50 ms before attempt 2, waiting for the rate limiter or an access token',
      true,
    ],
    ['attempt', { attempts: 1, status: undefined, isWaiting: false }, 'no response within 50 ms in one attempt', true],
    ['total', { attempts: 3, status: undefined, isWaiting: false, last }, 'no response within 50 ms in all attempts together', true],
    ['attempt', { attempts: 1, status: 200, isWaiting: false }, 'the response 200 was not complete within 50 ms', false],
    ['total', { attempts: 1, status: 503, isWaiting: false }, 'the response 503 was not complete within 50 ms', true],
    ['total', { attempts: 1, status: 300, isWaiting: false }, 'the response 300 was not complete within 50 ms', false],
    ['attempt', { attempts: 1, status: 199, isWaiting: false }, 'the response 199 was not complete within 50 ms', false],
    ['total', { attempts: 1, status: 400, isWaiting: false }, 'the response 400 was not complete within 50 ms', false],
    ['attempt', { attempts: 1, status: 429, isWaiting: false }, 'the response 429 was not complete within 50 ms', true],
  ] as const)('%s, %o', (budget, call, message, retryable) => {
    const error = timeoutError('core', budget, 50, call);
    expect(error).toMatchObject({ code: 'TIMEOUT', budget, message, retryable, attempts: call.attempts });
    expect(error.hint).toContain(budget === 'total' ? '"totalTimeout"' : '"timeout"');
    expect(error.cause).toBe('last' in call ? last : undefined);
  });

  test('of an attempt does not name the attempt before it, or the chain of causes would grow with each', () => {
    expect(timeoutError('core', 'attempt', 50, { attempts: 2, status: undefined, isWaiting: false, last }).cause).toBeUndefined();
  });
});
