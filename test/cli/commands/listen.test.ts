import { readFileSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SIGNING_SEED } from '../../../src/cli/emulator-settings.ts';
import {
  authenticatedRequest,
  buyWithPrimeEvent,
  ndrEvent,
  signedWebhook,
  type WebhookAuth,
  WebhookSigningKeys,
} from '../../../src/testing/index.ts';
import { type Amazon, startAmazon, temporaryFolder } from '../../support/cli/amazon.ts';
import { jsonLines, type Outcome, waybill } from '../../support/cli/terminal.ts';

const folder = temporaryFolder();
let amazon: Amazon;
beforeAll(async () => {
  amazon = await startAmazon({ signingKeys: new WebhookSigningKeys({ seed: SIGNING_SEED }) });
});
afterAll(() => {
  amazon.close();
  folder.remove();
});

interface Heard extends Outcome {
  readonly lines: readonly Readonly<Record<string, unknown>>[];
}

/** Listens until `use` is done. */
async function listening(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  use: (url: string) => Promise<unknown>,
): Promise<Heard> {
  const interrupted = new AbortController();
  let used: Promise<unknown> | undefined;
  const outcome = await waybill(['listen', '--port', '0', ...argv, '--json'], {
    env,
    signal: interrupted.signal,
    onStdout: (text) => {
      used ??= use(String(jsonLines(text)[0]?.['url'])).finally(() => interrupted.abort());
    },
  });
  await used;
  return { ...outcome, lines: jsonLines(outcome.stdout) };
}

async function post(url: string, auth: WebhookAuth, event: unknown = ndrEvent()): Promise<number> {
  const response = await fetch(authenticatedRequest(event, { url, auth }));
  await response.body?.cancel();
  return response.status;
}

const text = JSON.stringify(ndrEvent());
const gzipped = new Uint8Array(gzipSync(text));

describe('waybill listen', () => {
  test.each<[auth: string, options: string[], env: Record<string, string>, right: WebhookAuth, wrong: WebhookAuth]>([
    ['api-key', ['--header', 'x-mine'], { NDR_API_KEY: 'key-1' }, { type: 'apiKey', header: 'x-mine', key: 'key-1' }, { type: 'none' }],
    [
      'query',
      ['--parameter', 'p'],
      { NDR_QUERY_VALUE: 'value-1' },
      { type: 'query', name: 'p', value: 'value-1' },
      { type: 'query', name: 'p', value: 'x' },
    ],
    [
      'basic',
      ['--username', 'amazon'],
      { NDR_PASSWORD: 'pass-1' },
      { type: 'basic', username: 'amazon', password: 'pass-1' },
      { type: 'basic', username: 'amazon', password: 'x' },
    ],
    ['bearer', [], { NDR_TOKEN: 'token-1' }, { type: 'bearer', token: 'token-1' }, { type: 'bearer', token: 'x' }],
  ])('verifies --auth %s, shows what arrives, and records what it accepts', async (auth, options, env, right, wrong) => {
    const file = folder.path(`${auth}.ndjson`);
    const event = ndrEvent({ detail: { reasonCode: 'Bad weather' } });
    const { code, stdout, stderr, lines } = await listening(['--auth', auth, ...options, '--record', file], env, async (url) => {
      expect(await post(`${url}/ndr`, wrong, event)).toBe(401);
      expect(await post(`${url}/ndr`, right, event)).toBe(200);
    });
    expect([code, stderr]).toEqual([0, '']);
    expect(lines).toMatchObject([
      { event: 'listening', auth, file },
      { event: 'request', path: '/ndr', status: 401, verified: false, problem: { message: expect.any(String) } },
      { event: 'request', path: '/ndr', status: 200, verified: true, problem: null, events: [{ ok: true, kind: 'ndr', id: event.id }] },
      { event: 'closed', requests: 2, accepted: 1 },
    ]);
    const recorded = readFileSync(file, 'utf8');
    expect(jsonLines(recorded)).toEqual([{ receivedAt: expect.any(String), path: '/ndr', verified: true, body: JSON.stringify(event) }]);
    // Neither the terminal nor the file has the secret.
    for (const secret of Object.values(env)) expect(stdout + recorded).not.toContain(secret);
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('verifies the signature of Buy with Prime with a key set', async () => {
    const keys = new WebhookSigningKeys({ seed: SIGNING_SEED });
    const event = buyWithPrimeEvent('REFUND_REQUESTED');
    const { lines } = await listening(['--auth', 'signature'], amazon.env, async (url) => {
      expect((await fetch(await signedWebhook(event, { keys, url }))).status).toBe(200);
      expect(await post(url, { type: 'none' }, event)).toBe(401);
    });
    expect(lines.slice(1, 3)).toMatchObject([
      { status: 200, verified: true, events: [{ kind: 'REFUND_REQUESTED' }] },
      { status: 401, verified: false },
    ]);
  });

  test('accepts everything without --auth, also what is not an event, and says that it was not verified', async () => {
    const { lines } = await listening([], {}, async (url) => {
      expect(await post(url, { type: 'none' })).toBe(200);
      expect((await fetch(url, { method: 'POST', body: 'not JSON' })).status).toBe(200);
      expect((await fetch(url)).status).toBe(405);
      expect((await fetch(url, { method: 'POST', body: 'x'.repeat(1_048_577) })).status).toBe(413);
    });
    expect(lines.slice(1, -1)).toMatchObject([
      { status: 200, verified: null, events: [{ ok: true }] },
      { status: 200, verified: null, events: [{ ok: false, error: { code: 'VALIDATION' } }] },
      { method: 'GET', status: 405, verified: null, events: [] },
      { status: 413, verified: null, events: [] },
    ]);
  });

  test.each<[encoding: string | undefined, body: Uint8Array<ArrayBuffer>]>([
    ['gzip', gzipped],
    // As a proxy leaves it that compresses and sets no header.
    [undefined, gzipped],
    ['br', new Uint8Array(brotliCompressSync(text))],
    ['identity', new TextEncoder().encode(text)],
  ])('decompresses what is shown and recorded: %s', async (encoding, body) => {
    const file = folder.path('compressed.ndjson');
    rmSync(file, { force: true });
    const { lines } = await listening(['--auth', 'api-key', '--record', file], { NDR_API_KEY: 'key-1' }, async (url) => {
      const headers = { 'x-api-key': 'key-1', ...(encoding !== undefined && { 'content-encoding': encoding }) };
      expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(200);
    });
    expect(lines[1]).toMatchObject({ status: 200, verified: true, events: [{ ok: true, kind: 'ndr' }] });
    expect(jsonLines(readFileSync(file, 'utf8'))).toMatchObject([{ body: text }]);
  });

  test('verifies a signature of the compressed body', async () => {
    const keys = new WebhookSigningKeys({ seed: SIGNING_SEED });
    const body = new Uint8Array(gzipSync(JSON.stringify(buyWithPrimeEvent('REFUND_REQUESTED'))));
    const { lines } = await listening(['--auth', 'signature'], amazon.env, async (url) => {
      const headers = { 'x-amzn-signature': keys.sign(body), 'content-encoding': 'gzip' };
      expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(200);
    });
    expect(lines[1]).toMatchObject({ status: 200, verified: true, events: [{ kind: 'REFUND_REQUESTED' }] });
  });

  test.each<[string, Uint8Array<ArrayBuffer>, number, RegExp]>([
    ['is damaged', gzipped.slice(0, -12), 503, /does not decompress/],
    ['is too large when decompressed', new Uint8Array(gzipSync('x'.repeat(1_048_577))), 413, /larger than 1048576 bytes/],
  ])('does not accept or record a body that %s', async (_, body, status, message) => {
    const file = folder.path(`refused-${status}.ndjson`);
    const { lines } = await listening(['--record', file], {}, async (url) => {
      expect((await fetch(url, { method: 'POST', headers: { 'content-encoding': 'gzip' }, body })).status).toBe(status);
    });
    expect(lines.slice(1)).toMatchObject([
      { status, verified: null, problem: { message: expect.stringMatching(message) }, events: [] },
      { event: 'closed', requests: 1, accepted: 0 },
    ]);
    expect(readFileSync(file, 'utf8')).toBe('');
  });

  test.each(['PUT', 'PATCH'])('accepts %s, as a webhook of waybill does', async (method) => {
    const { lines } = await listening([], {}, async (url) => {
      expect((await fetch(url, { method, body: text })).status).toBe(200);
    });
    expect(lines.slice(1)).toMatchObject([{ method, status: 200, events: [{ kind: 'ndr' }] }, { accepted: 1 }]);
  });

  test('does not accept or record a body that broke off', async () => {
    const file = folder.path('broken.ndjson');
    const { lines } = await listening(['--record', file], {}, async (url) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${text.length}\r\n\r\n${text.slice(0, 99)}`);
      await setTimeout(100);
      socket.destroy();
      await setTimeout(100);
    });
    expect(lines.at(-1)).toMatchObject({ event: 'closed', accepted: 0 });
    expect(readFileSync(file, 'utf8')).toBe('');
  });

  test.skipIf(process.platform !== 'linux')('does not accept what it cannot record, and shows it', async () => {
    const { code, lines } = await listening(['--record', '/dev/full'], {}, async (url) => {
      expect(await post(url, { type: 'none' })).toBe(503);
    });
    expect(code).toBe(0);
    expect(lines.slice(1)).toMatchObject([
      { status: 503, problem: { message: 'cannot write /dev/full: the disk is full' }, events: [{ ok: true, kind: 'ndr' }] },
      { event: 'closed', requests: 1, accepted: 0 },
    ]);
  });

  test('prints the same for people, without what would control the terminal', async () => {
    const interrupted = new AbortController();
    const { code, stdout } = await waybill(['listen', '--port', '0'], {
      signal: interrupted.signal,
      onStdout: (text) => {
        const url = /http:\S+/.exec(text)?.[0] ?? '';
        if (/pass --auth to do so\.\n$/.test(text))
          void post(`${url}/a`, { type: 'none' }, ndrEvent({ detail: { reasonCode: 'x\u001b]52;c;eA==\u0007' } }));
        if (text.includes('reasonCode')) interrupted.abort();
      },
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/\n\d\d:\d\d:\d\d POST \/a 200 not verified\n {2}surface +shipping-ndr\n/);
    expect(stdout).toMatch(/reasonCode +x\\x1b\]52;c;eA==\\x07\n/);
    expect(stdout).toMatch(/\nClosed after 1 request, 1 accepted\.\n$/);
  });

  test('warns if other machines can reach it', async () => {
    expect((await listening(['--host', '0.0.0.0'], {}, async () => undefined)).code).toBe(0);
    const interrupted = new AbortController();
    const { stderr } = await waybill(['listen', '--port', '0', '--host', '0.0.0.0'], {
      signal: interrupted.signal,
      onStdout: () => interrupted.abort(),
    });
    expect(stderr).toBe('warning: other machines in the network can reach the webhook.\n');
  });
});
