/** The two commands of the README: an emulator of Amazon by the command line, and the desk with the settings that it writes. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { authenticatedRequest, ndrEvent } from 'waybill/testing';
import { openDatabase } from '../src/database.ts';

const here = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'desk-'));
const running: ChildProcess[] = [];
after(() => {
  for (const child of running) child.kill();
  rmSync(folder, { recursive: true });
});

/** Starts a program and waits until it prints a word. */
async function start(args: readonly string[], word: string): Promise<() => string> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, args, { cwd: here, env: { PATH, HOME } });
  running.push(child);
  let output = '';
  await new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data: Buffer) => {
        output += data;
        if (output.includes(word)) resolve(undefined);
      });
    }
    child.once('exit', () => reject(new Error(output)));
  });
  return () => output;
}

test('the desk runs with the settings of waybill emulator', async () => {
  const settings = join(folder, '.env.emulator');
  const emulator = await start(['node_modules/waybill/dist/cli/main.js', 'emulator', '--port', '0', '--env', settings], 'listens at');
  const own = join(folder, '.env');
  const port = await freePort();
  appendFileSync(
    own,
    `NDR_API_KEY=abcdef1234567890\nDESK_USERS=asha:a-long-password\nPORT=${port}\nDESK_DATABASE=${join(folder, 'desk.db')}\n`,
  );
  await start(['--import', 'tsx', 'src/main.ts', '--settings', own, '--settings', settings], 'The desk is at');

  const url = `http://127.0.0.1:${port}`;
  const event = ndrEvent({ detail: { trackingId: '1809561149386' } });
  const request = authenticatedRequest(event, { url: `${url}/amazon/ndr`, auth: { type: 'apiKey', key: 'abcdef1234567890' } });
  assert.equal((await fetch(request)).status, 200);
  const headers = { authorization: `Basic ${btoa('asha:a-long-password')}`, origin: url };
  const body = new URLSearchParams({ id: '1809561149386', ndrAction: 'REATTEMPT', notes: 'Blue gate', seen: 'action-required' });
  const page = await fetch(`${url}/decisions`, { method: 'POST', headers, body });
  assert.match(await page.text(), /1 accepted\./);
  assert.match(emulator(), /ndrFeedback 204/);

  // A copy of the file is a backup then.
  const child = running.at(-1);
  child?.kill();
  await new Promise((resolve) => child?.once('exit', resolve));
  copyFileSync(join(folder, 'desk.db'), join(folder, 'copy.db'));
  const copy = openDatabase(join(folder, 'copy.db'));
  assert.deepEqual(copy.prepare('SELECT tracking_id, state FROM shipments').raw().all(), [['1809561149386', 'requested']]);
  copy.close();
});

test('the desk says which settings are missing', async () => {
  const started = start(['--import', 'tsx', 'src/main.ts'], 'The desk is at');
  await assert.rejects(started, /Set NDR_API_KEY, DESK_USERS, LWA_CLIENT_ID, LWA_CLIENT_SECRET, LWA_REFRESH_TOKEN/);
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
