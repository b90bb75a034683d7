/**
 * What can go wrong on the way to Amazon, over real sockets, and what the caller sees of it: a typed error after so many attempts, within
 * its budget, without a secret in it. Each fault that is worth a retry also happens only once, with a good response after it.
 */
import { execFileSync } from 'node:child_process';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net';
import tls from 'node:tls';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { DeliveryTrackerClient, type DeliveryTrackerClientOptions } from '../../src/amazonpay/index.ts';
import { type Answer, echo, isSignatureRight, json, type Received } from '../support/pay-server.ts';
import { pkcs8, secretOf } from '../support/rsa.ts';

/** A certificate for 127.0.0.1 and its key, if there is an openssl to make one. */
function makeCertificate(): string | undefined {
  const subject = ['-subj', '/CN=elsewhere.invalid', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', '-', '-out', '-'];
  try {
    return execFileSync('openssl', ['req', '-x509', ...key, ...subject], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return undefined;
  }
}

const certificate = makeCertificate();
const DAY = 86_400_000;
const input = { chargePermissionId: 'P01-1234567-1234567', carrierCode: 'UPS', trackingNumber: '1Z999AA10123456784' } as const;

interface Fault {
  readonly name: string;
  /** How Amazon Pay responds. */
  readonly answer?: Answer;
  /** If there is no Amazon Pay at all. */
  readonly baseUrl?: () => string | Promise<string>;
  readonly sees: Readonly<Record<string, unknown>>;
  readonly options?: Partial<DeliveryTrackerClientOptions>;
}

/** Bytes as they are, and then the end of the connection, or silence. */
const raw =
  (bytes: string, then: 'reset' | 'end' | 'stall'): Answer =>
  ({ socket }) => {
    socket?.write(bytes, () => {
      if (then === 'reset') socket.destroy();
      if (then === 'end') socket.end();
    });
  };
const head = (status: string, ...headers: string[]): string => [`HTTP/1.1 ${status}`, ...headers, '', ''].join('\r\n');
const page =
  (status: number, body: string | Buffer, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(body);

const once = { attempts: 1, retryable: false };
const twice = { attempts: 2, retryable: true };
const broken = { code: 'CONNECTION', ...twice };
const because = (systemCode: string) => ({ ...broken, systemCode, cause: expect.objectContaining({ code: systemCode }) });
const untrusted = (systemCode: string) => ({ ...because(systemCode), ...once, hint: expect.stringContaining('certificate') });
// Amazon has accepted the request: a retry would be refused, or announce the parcel twice.
const accepted = {
  code: 'CONNECTION',
  ...once,
  message: expect.stringContaining('the response 200'),
  hint: expect.stringContaining('accepted'),
};
const late = { sees: { code: 'TIMEOUT', budget: 'attempt', ...twice }, options: { timeout: 150 } };
// Long enough for the head of the response on a busy machine.
const lateAccepted = { sees: { ...accepted, code: 'TIMEOUT', budget: 'attempt' }, options: { timeout: 1_500 } };
const unreadable = { code: 'VALIDATION', direction: 'response', ...once, hint: expect.stringContaining('used up') };
const unreadableBody = (found: string) => ({ ...unreadable, message: expect.stringContaining(found) });
const fixed = { attempts: 2, deliveryDetails: [{ trackingNumber: input.trackingNumber }] };
const proxy = { code: 'API', hint: expect.stringMatching(/proxy/) };

/** Amazon refuses a date in its future; a stricter server refuses one in its past too. */
const clockwork: Answer = (response, received) => {
  const date = String(received.headers['x-amz-pay-date']).replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z');
  if (Math.abs(Date.parse(date) - Date.now()) < DAY / 2) return echo(response, received);
  const message = 'The value provided for x-amz-pay-date should not be in future';
  return json(400, { reasonCode: 'InvalidHeaderValue', message })(response, received);
};

const faults: readonly Fault[] = [
  ...[400, 401, 403, 404, 405, 409, 422, 426].map((status) => ({
    name: `status ${status}`,
    answer: json(status, { reasonCode: 'Reason', message: `not ${input.trackingNumber}` }),
    sees: { code: 'API', status, reasonCode: 'Reason', requestId: 'req-1', ...once },
  })),
  ...[408, 425, 429, 500, 502, 503, 504].map((status) => ({
    name: `status ${status}`,
    answer: json(status, { reasonCode: 'Reason', message: 'later' }),
    sees: { code: 'API', status, reasonCode: 'Reason', requestId: 'req-1', ...twice },
  })),
  {
    name: 'a Retry-After beyond the budget',
    answer: json(503, {}, { 'retry-after': '3600' }),
    sees: { code: 'API', status: 503, attempts: 1, retryAfter: 3_600_000 },
    options: { totalTimeout: 4_000 },
  },
  {
    name: 'HTML in place of a success',
    answer: page(200, '<html>Sign in to the guest network</html>'),
    sees: unreadableBody('200 with 41 characters of text/html'),
  },
  { name: 'HTML from a gateway', answer: page(502, '<html>Bad Gateway</html>'), sees: { code: 'API', status: 502, ...twice } },
  { name: 'HTML from a firewall', answer: page(400, '<html>Blocked</html>'), sees: { status: 400, ...once, ...proxy } },
  { name: 'a success with nothing in it', answer: page(200, ''), sees: unreadableBody('200 with an empty body') },
  { name: 'a success without content', answer: page(204, ''), sees: unreadableBody('204 with an empty body') },
  { name: 'a success of 9 MB', answer: page(200, Buffer.alloc(9_000_000, ' ')), sees: unreadableBody('200 with 8388608 characters') },
  { name: 'a failure of 9 MB', answer: page(400, Buffer.alloc(9_000_000, 'x')), sees: { status: 400, ...once, ...proxy } },
  { name: 'JSON of endless depth', answer: page(400, '['.repeat(100_000) + ']'.repeat(100_000)), sees: { status: 400, ...once, ...proxy } },
  { name: 'bytes that are not UTF-8', answer: page(200, Buffer.from([0x7b, 0xff, 0xfe])), sees: unreadable },
  ...[301, 302, 307, 308].map((status) => ({
    name: `a redirect, ${status}`,
    answer: page(status, '', { location: '/stolen' }),
    sees: { status, ...once, ...proxy },
  })),
  { name: 'a reset before the response', answer: raw('', 'reset'), sees: broken },
  { name: 'an end before the response', answer: raw('', 'end'), sees: broken },
  { name: 'a reset in the status line', answer: raw('HTTP/1.1 20', 'reset'), sees: broken },
  { name: 'a reset in the headers', answer: raw('HTTP/1.1 200 OK\r\ncontent-ty', 'reset'), sees: broken },
  { name: 'a reset in the body of a success', answer: raw(`${head('200 OK', 'content-length: 99')}{"deli`, 'reset'), sees: accepted },
  {
    name: 'a reset in the body of a failure',
    answer: raw(`${head('403 Forbidden', 'content-length: 99')}{"reas`, 'reset'),
    sees: { code: 'API', status: 403, ...once },
  },
  { name: 'a body that is cut off', answer: raw(`${head('200 OK', 'connection: close')}{"deli`, 'end'), sees: unreadable },
  { name: 'a length that is too long', answer: raw(`${head('200 OK', 'content-length: 99')}{}`, 'end'), sees: accepted },
  {
    name: 'a length that is too short',
    answer: raw(`${head('200 OK', 'content-length: 9')}{"deliveryDetails":[]}`, 'end'),
    sees: unreadable,
  },
  { name: 'two lengths', answer: raw(`${head('200 OK', 'content-length: 2', 'content-length: 3')}{}`, 'end'), sees: broken },
  { name: 'chunks that are not chunks', answer: raw(`${head('200 OK', 'transfer-encoding: chunked')}ZZ\r\n{}`, 'end'), sees: accepted },
  { name: 'chunks without an end', answer: raw(`${head('200 OK', 'transfer-encoding: chunked')}2\r\n{}\r\n`, 'end'), sees: accepted },
  { name: 'gzip that is not gzip', answer: page(200, '{"deliveryDetails":[]}', { 'content-encoding': 'gzip' }), sees: accepted },
  { name: 'another protocol', answer: raw('SSH-2.0-OpenSSH_9.9\r\n', 'end'), sees: broken },
  { name: 'headers without end', answer: raw(head('200 OK', `x: ${'x'.repeat(100_000)}`), 'stall'), sees: broken },
  { name: 'a stall before the response', answer: raw('', 'stall'), ...late },
  { name: 'a stall in the headers', answer: raw('HTTP/1.1 200 OK\r\ncontent-ty', 'stall'), ...late },
  { name: 'a stall after an interim response', answer: raw(head('103 Early Hints'), 'stall'), ...late },
  { name: 'a stall in the body of a success', answer: raw(`${head('200 OK', 'content-length: 99')}{"deli`, 'stall'), ...lateAccepted },
  { name: 'a stall in the body of a failure', answer: raw(`${head('500 Oh', 'content-length: 99')}{"reas`, 'stall'), ...late },
  {
    name: 'a body that drips without end',
    answer: (response) => {
      const drip = setInterval(() => response.write(' '), 10);
      response.once('close', () => clearInterval(drip));
    },
    ...lateAccepted,
  },
  {
    name: 'a total budget that is used up first',
    answer: raw('', 'stall'),
    sees: { code: 'TIMEOUT', budget: 'total', attempts: 1 },
    options: { totalTimeout: 700 },
  },
  { name: 'a clock that is a day ahead', answer: clockwork, sees: fixed, options: { clock: () => new Date(Date.now() + DAY) } },
  { name: 'a clock that is a day behind', answer: clockwork, sees: fixed, options: { clock: () => new Date(Date.now() - DAY) } },
  { name: 'a port that is refused', baseUrl: closedPort, sees: because('ECONNREFUSED') },
  // A label of more than 63 letters: the resolver knows without a request that there is no such name.
  { name: 'a name that does not exist', baseUrl: () => `https://${'x'.repeat(64)}.invalid`, sees: because('ENOTFOUND') },
  { name: 'a reset on connecting', baseUrl: () => serveTcp((socket) => socket.resetAndDestroy()), sees: broken },
  { name: 'garbage in place of TLS', baseUrl: () => serveTcp((socket) => socket.end('220 mail.example ESMTP\r\n')), sees: broken },
  { name: 'a stall in the TLS handshake', baseUrl: () => serveTcp(() => undefined), ...late },
  ...(certificate
    ? [
        { name: 'a certificate for another name', baseUrl: localhost, sees: untrusted('ERR_TLS_CERT_ALTNAME_INVALID') },
        { name: 'a certificate of nobody', baseUrl: () => serve(makeCertificate()), sees: untrusted('DEPTH_ZERO_SELF_SIGNED_CERT') },
      ]
    : []),
];

const received: Received[] = [];
const servers: { close(): void; closeAllConnections?(): void }[] = [];
const url = await serve(certificate);

async function listen(server: TcpServer): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Amazon Pay: a path says which fault to respond with, and whether always or only the first time. */
async function serve(pem: string | undefined): Promise<string> {
  const listener = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = '', url: path = '', headers } = request;
    const entry = { method, path, headers, body: Buffer.concat(chunks) };
    const isFirst = !received.some((other) => other.path === path);
    received.push(entry);
    const [, index, scope] = path.split('/');
    const answer = scope === 'always' || isFirst ? faults[Number(index)]?.answer : echo;
    answer?.(response, entry);
  };
  const port = await listen(pem ? createHttpsServer({ key: pem, cert: pem }, listener) : createHttpServer(listener));
  return `${pem ? 'https' : 'http'}://127.0.0.1:${port}`;
}

async function serveTcp(onConnection: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    onConnection(socket);
  });
  const destroyAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  servers.push({ close: destroyAll });
  return `https://127.0.0.1:${await listen(server)}`;
}

async function closedPort(): Promise<string> {
  const server = createTcpServer();
  const port = await listen(server);
  server.close();
  return `https://127.0.0.1:${port}`;
}

function localhost(): string {
  return url.replace('127.0.0.1', 'localhost');
}

/** What the caller sees, what was sent and what arrived, and all that was handed out on the way, as a log would show it. */
async function run(index: number, scope: 'always' | 'once') {
  const { baseUrl = () => url, options } = faults[index] as Fault;
  const target = `${await baseUrl()}/${index}/${scope}`;
  const handedOut: unknown[] = [];
  const note = (info: unknown): void => void handedOut.push(info);
  const client = new DeliveryTrackerClient({
    publicKeyId: 'LIVE-AGC4SIRXYYTSA667HVXKNEIA',
    privateKey: pkcs8,
    region: 'na',
    baseUrl: target,
    rateLimiter: false,
    maxRetries: 1,
    hooks: { onRequest: note, onResponse: note, onRetry: note, onError: note },
    ...options,
    // The good response after it must not be late on a busy machine.
    ...(scope === 'once' && options?.timeout && { timeout: 600 }),
  });
  const outcome = await client.create(input).catch((error: unknown) => error);
  if (outcome instanceof Error) handedOut.push(outcome);
  return {
    outcome,
    shown: [client, ...handedOut].map((it) => `${inspect(it, { depth: 20, showHidden: true })}${JSON.stringify(it)}${it}`).join('\n'),
    sent: vi.mocked(fetch).mock.calls.filter(([to]) => String(to).startsWith(target)),
    arrived: received.filter(({ path }) => path.startsWith(`/${index}/${scope}/`)),
  };
}

const title = certificate ? 'over HTTPS' : 'over plain HTTP and WITHOUT the rows on certificates, because there is no openssl to make one';

describe(`a fault, ${title}:`, () => {
  beforeAll(() => {
    // No waiting between attempts, and trust in the one certificate: nothing else about TLS is changed.
    vi.spyOn(Math, 'random').mockReturnValue(0);
    vi.spyOn(globalThis, 'fetch');
    const { connect } = tls;
    vi.spyOn(tls, 'connect').mockImplementation(((options: tls.ConnectionOptions) => connect({ ...options, ca: certificate })) as never);
  });
  afterAll(() => {
    vi.restoreAllMocks();
    for (const server of servers) {
      server.closeAllConnections?.();
      server.close();
    }
  });

  test.concurrent.each(faults.map(({ name }, index) => [name, index] as const))('%s', async (_, index) => {
    const { answer, sees, options } = faults[index] as Fault;
    const { outcome, shown, sent, arrived } = await run(index, 'always');
    expect(outcome).toMatchObject(sees);
    expect(sent).toHaveLength(Number(sees['attempts']));
    // What was sent within so short a time may not have arrived yet.
    if (answer && !options?.timeout) expect(arrived).toHaveLength(sent.length);
    expect(arrived.every(isSignatureRight)).toBe(true);

    const signatures = sent.map(([, init]) => new Headers(init?.headers).get('authorization')?.split('Signature=')[1]);
    expect(new Set(signatures).size).toBe(sent.length);
    for (const secret of [...signatures, secretOf(pkcs8), input.trackingNumber, input.chargePermissionId]) {
      expect(shown).not.toContain(secret);
    }
  });

  const passing = faults.map(({ name, answer, sees }, index) => ({
    name,
    index,
    isPassing: answer && sees['retryable'] && sees['attempts'] === 2,
  }));
  test.concurrent.each(passing.filter(({ isPassing }) => isPassing))('$name, once: the second attempt is the result', async ({ index }) => {
    const { outcome } = await run(index, 'once');
    expect(outcome).toMatchObject(fixed);
  });
});
