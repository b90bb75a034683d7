import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../support/cli/amazon.ts';
import { onFullDisk } from '../../support/cli/disk.ts';
import { jsonLines, type Outcome, unwrapped, waybill } from '../../support/cli/terminal.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

/** The first line. */
interface Listening {
  readonly url: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** Runs the command until `use` is done. */
async function served(argv: readonly string[], use: (first: Listening) => unknown = () => undefined): Promise<Outcome> {
  const interrupted = new AbortController();
  let used: Promise<unknown> | undefined;
  const outcome = await waybill(['emulator', '--port', '0', '--json', ...argv], {
    signal: interrupted.signal,
    onStdout: (text) => {
      used ??= Promise.resolve(use(jsonLines(text)[0] as unknown as Listening)).finally(() => interrupted.abort());
    },
  });
  await used;
  return outcome;
}

describe('waybill emulator', () => {
  test('uses the keys in its file, prints them on request, and does not touch other files', async () => {
    const file = folder.path('kept.env');
    const seen: Listening[] = [];
    for (const options of [[], ['--print-keys']]) {
      expect(await served(['--env', file, ...options], (first) => seen.push(first))).toMatchObject({ code: 0, stderr: '' });
    }
    const [first, second] = seen.map(({ settings }) => settings);
    expect(second?.['AMAZON_PAY_PUBLIC_KEY_ID']).toBe(first?.['AMAZON_PAY_PUBLIC_KEY_ID']);
    expect(first).not.toHaveProperty('AMAZON_PAY_PRIVATE_KEY');
    expect(second?.['AMAZON_PAY_PRIVATE_KEY']).toContain('PRIVATE KEY');

    writeFileSync(file, 'MINE=1\n');
    const { code, stderr } = await waybill(['emulator', '--port', '0', '--env', file]);
    expect([code, unwrapped(stderr)]).toEqual([2, expect.stringMatching(/exists and was not written by waybill emulator/)]);
    expect(readFileSync(file, 'utf8')).toBe('MINE=1\n');
  });

  test('leaves its file as it was if the disk is full, and a link to it a link', async () => {
    mkdirSync(folder.path('full'));
    const file = folder.path('full/kept.env');
    await served(['--env', file]);
    const before = readFileSync(file, 'utf8');
    const { code, stderr } = await onFullDisk(() => waybill(['emulator', '--port', '0', '--env', file]));
    expect([code, unwrapped(stderr)]).toEqual([2, expect.stringMatching(/cannot write .*kept\.env: the disk is full/)]);
    expect([readdirSync(folder.path('full')), readFileSync(file, 'utf8')]).toEqual([['kept.env'], before]);

    const link = folder.path('link.env');
    // There only an administrator may create one.
    if (process.platform === 'win32') return;
    symlinkSync(file, link);
    await served(['--env', link]);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readFileSync(file, 'utf8')).not.toBe(before);
  });

  test('injects faults, and prints the result of each request', async () => {
    const rules = ['--fail', '/v2/deliveryTrackers=503x2', '--fail', '/jwks.json=reset', '--fail', '/jwks.json=delay:20'];
    const { stdout } = await served(rules, async ({ url }) => {
      const post = async (): Promise<number> => (await fetch(`${url}/v2/deliveryTrackers`, { method: 'POST' })).status;
      expect([await post(), await post(), await post()]).toEqual([503, 503, 400]);
      await expect(fetch(`${url}/jwks.json`)).rejects.toThrow('fetch failed');
      expect((await fetch(`${url}/jwks.json`)).status).toBe(200);
    });
    const requests = jsonLines(stdout).filter(({ event }) => event === 'request');
    expect(requests.map(({ status }) => status)).toEqual([503, 503, 400, 0, 200]);
    expect(requests[2]).toMatchObject({ method: 'POST', path: '/v2/deliveryTrackers', code: 'MissingHeader', reason: expect.any(String) });
    expect(jsonLines(stdout).at(-1)).toEqual({ event: 'closed' });
  });

  test('says that the key in its file is damaged', async () => {
    const file = folder.path('damaged.env');
    await served(['--env', file]);
    writeFileSync(file, readFileSync(file, 'utf8').replace(/BEGIN PRIVATE KEY-----.{40}/, 'BEGIN PRIVATE KEY-----'));
    const { code, stderr } = await waybill(['emulator', '--port', '0', '--env', file]);
    expect([code, unwrapped(stderr)]).toEqual([2, expect.stringMatching(/the key in .* is damaged.*Delete the file/)]);
  });

  test('says that a port is in use', async () => {
    await served([], async ({ url }) => {
      const { code, stderr } = await waybill(['emulator', '--port', new URL(url).port]);
      expect([code, unwrapped(stderr)]).toEqual([2, expect.stringMatching(/another program listens there.*--port/)]);
    });
  });

  test('accepts your own key, and no other', async () => {
    const { settings } = await new Promise<Listening>((resolve) => void served(['--print-keys'], resolve));
    const key = folder.path('public.pem');
    const { createPublicKey } = await import('node:crypto');
    writeFileSync(key, createPublicKey(settings['AMAZON_PAY_PRIVATE_KEY'] ?? '').export({ type: 'spki', format: 'pem' }));
    const parcel = ['--charge-permission-id', 'S02-0000000-0000000', '--tracking-number', '1Z', '--carrier-code', 'UPS'];
    await served(['--public-key-id', 'SANDBOX-MINE', '--public-key-file', key], async ({ url }) => {
      const env = { ...settings, AMAZON_PAY_URL: url, AMAZON_PAY_PUBLIC_KEY_ID: 'SANDBOX-MINE' };
      expect(await waybill(['track', ...parcel], { env })).toMatchObject({ code: 0 });
      const other = { ...env, AMAZON_PAY_PUBLIC_KEY_ID: 'SANDBOX-OTHER' };
      expect(await waybill(['track', ...parcel], { env: other })).toMatchObject({ code: 1 });
    });
  });

  test('prints its address, the settings and each request for people', async () => {
    const interrupted = new AbortController();
    const { code, stdout } = await waybill(['emulator', '--port', '0', '--no-quota'], {
      signal: interrupted.signal,
      onStdout: (text) => {
        const url = /http:\S+/.exec(text)?.[0];
        if (/Requests\n$/.test(text)) void fetch(`${url}/token`, { method: 'POST' });
        if (text.includes(' /token ')) interrupted.abort();
      },
    });
    expect(code).toBe(0);
    for (const words of [
      'AMAZON_PAY_URL=http',
      'LWA_REFRESH_TOKEN="Atzr|emulator"',
      'NdrFeedbackClient',
      '--print-keys',
      'The library reads no variables',
    ]) {
      expect(stdout).toContain(words);
    }
    expect(stdout).toMatch(/\d\d:\d\d:\d\d POST \/token 4\d\d .+\n\nClosed\.\n$/);
  });
});
