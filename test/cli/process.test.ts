/** The command as a process of its own, built as it is published. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Amazon, startAmazon } from './amazon.ts';
import { json, jsonLines, type Outcome } from './terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'waybill-cli-'));
const main = join(folder, 'cli/main.js');
const running = new Set<ChildProcess>();
// Processes take their time where others need the machine too.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
afterAll(() => vi.resetConfig());
beforeAll(async () => {
  // By a path of which the compiler knows nothing: the script is JavaScript.
  const { buildCommandLine } = await import(join(import.meta.dirname, '../../scripts/command-line.mjs'));
  await buildCommandLine(join(folder, 'cli'));
  // As in the published package.
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
});
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Launch {
  readonly env?: Readonly<Record<string, string>>;
  /** Left open where there is none. */
  readonly input?: string | undefined;
  readonly node?: readonly string[];
}

function launch(argv: readonly string[], { env = {}, node = [], ...options }: Launch = {}) {
  const child = spawn(process.execPath, [...node, main, ...argv], { cwd: folder, env: { PATH: process.env['PATH'] ?? '', ...env } });
  running.add(child);
  const text = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    text.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    text.stderr += chunk;
  });
  child.stdin.on('error', () => undefined);
  const { input = '' } = options;
  if (!('input' in options) || options.input !== undefined) child.stdin.end(input);
  const ended = new Promise<Outcome & { readonly signal: string | null }>((resolve) => {
    child.on('close', (code, signal) => {
      running.delete(child);
      resolve({ code: code ?? -1, signal, ...text });
    });
  });
  /** Waits for something to be printed. */
  const printed = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(text.stdout)) {
      if (child.exitCode !== null) throw new Error(`it ended: ${text.stdout}${text.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  return { child, ended, printed, text };
}

const run = (argv: readonly string[], options?: Launch) => launch(argv, options).ended;

describe('the process', () => {
  test('runs the demo with nothing else installed', async () => {
    const { code, stdout, stderr } = await run(['demo']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/Everything as expected: 7 checks/);
    expect(stdout).not.toContain('\u001b');
    const { stdout: text } = await run(['demo', '--json']);
    expect(json(text)).toMatchObject({ ok: true });
  });

  test('says so where Node is too old, before it loads anything', async () => {
    const preload = `data:text/javascript,${encodeURIComponent("Object.defineProperty(process, 'versions', { value: { node: '18.20.0' } })")}`;
    const { code, stdout, stderr } = await run(['--version'], { node: ['--import', preload] });
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: 'error: waybill needs Node 20.19 or newer, and this is 18.20.0\n',
    });
  });

  test('is quiet where nobody reads on', async () => {
    const { child, ended } = launch(['carriers', '--json']);
    child.stdout.once('data', () => child.stdout.destroy());
    expect(await ended).toMatchObject({ code: 0, signal: null, stderr: '' });
    const all = launch(['carriers']);
    all.child.stdout.destroy();
    expect(await all.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
  });

  test('ends an import where nobody reads on, with every row that was sent in the report', async () => {
    const amazon = await startAmazon();
    try {
      writeFileSync(join(folder, 'unread.csv'), `trackingId,ndrAction\n${Array.from({ length: 40 }, (_, at) => `T${at},RTO\n`).join('')}`);
      for (let at = 0; at < 100; at += 1) amazon.emulator.fail({ path: '/shipping/v2/ndrFeedback', delay: 30 });
      const { child, ended } = launch(['ndr', 'import', 'unread.csv', '--json', '--concurrency', '2'], amazon);
      child.stdout.once('data', () => child.stdout.destroy());
      expect(await ended).toMatchObject({ code: 130, signal: null });
      const report = readFileSync(join(folder, 'unread.report.csv'), 'utf8');
      const arrived = amazon.emulator.ndrFeedback.map(({ trackingId }) => trackingId);
      expect(arrived.length).toBeLessThan(40);
      for (const id of arrived) expect(report).toMatch(new RegExp(`,${id},RTO,(submitted|interrupted),yes,`));
    } finally {
      amazon.close();
    }
  });

  test('colours where it is told to, and not where it is told not to', async () => {
    expect((await run(['carriers', 'ups'], { env: { FORCE_COLOR: '1' } })).stdout).toContain('\u001b[1m');
    expect((await run(['carriers', 'ups'], { env: { NO_COLOR: '1' } })).stdout).not.toContain('\u001b');
    expect((await run(['nonsense'])).stderr).not.toContain('\u001b');
  });

  test('ends with 130 on Ctrl-C, also while it waits for standard input', async () => {
    // Before that it would be Node's own end.
    const ready = "process.on('newListener', (name) => name === 'SIGTERM' && process.stdout.write('ready'))";
    const { child, ended, printed } = launch(['parse', '-'], {
      node: ['--import', `data:text/javascript,${encodeURIComponent(ready)}`],
      input: undefined,
    });
    await printed(/ready/);
    child.kill('SIGINT');
    const { code, signal, stderr } = await ended;
    expect([code, signal, stderr]).toEqual([130, null, 'error: interrupted\n']);
  });
});

describe('waybill emulator', () => {
  test('serves, says what came and what was wrong with it, and ends with 0 on Ctrl-C', async () => {
    const file = join(folder, 'settings.env');
    const emulator = launch(['emulator', '--port', '0', '--no-quota', '--env', file]);
    await emulator.printed(/Requests\n/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const settings = ['--settings', file];
    const parcel = ['--charge-permission-id', 'S02-0000000-0000000', '--carrier', 'UPS', '--tracking-number', '1Z'];
    for (const argv of [
      ['track', ...parcel],
      ['doctor', '--live'],
      ['ndr', 'rto', '1'],
    ]) {
      expect(await run([...argv, ...settings])).toMatchObject({ code: 0 });
    }
    await emulator.printed(/ndrFeedback 204/);
    emulator.child.kill('SIGINT');
    const { code, stdout, stderr } = await emulator.ended;
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Amazon's side is at http:\/\/127\.0\.0\.1:\d+\n/);
    expect(stdout).toMatch(/POST \/v2\/deliveryTrackers 400 InvalidParameterValue: /);
    expect(stdout).toMatch(/POST \/v2\/deliveryTrackers 200\n/);
    expect(stdout).toMatch(/\nClosed\.\n$/);
    // The test key is in the file, and nowhere else.
    expect(stdout).not.toContain('PRIVATE KEY');
    expect(readFileSync(file, 'utf8')).toContain('PRIVATE KEY');
  });
});

describe('waybill ndr import, killed in the middle', () => {
  let amazon: Amazon;
  beforeAll(async () => {
    amazon = await startAmazon();
  });
  afterAll(() => amazon.close());

  test('goes on where it was: every row arrives, and of the first run at most those twice that were under way', async () => {
    const ids = Array.from({ length: 14 }, (_, at) => `T${at}`);
    writeFileSync(join(folder, 'rows.csv'), `trackingId,ndrAction\n${ids.map((id) => `${id},RTO`).join('\n')}\n`);
    const argv = ['ndr', 'import', 'rows.csv', '--json', '--concurrency', '2'];
    for (let at = 0; at < 100; at += 1) amazon.emulator.fail({ path: '/shipping/v2/ndrFeedback', delay: 30 });
    const first = launch(argv, amazon);
    await first.printed(/(.*submitted.*\n){4}/);
    first.child.kill('SIGKILL');
    expect((await first.ended).signal).toBe('SIGKILL');
    expect(amazon.emulator.ndrFeedback.length).toBeLessThan(ids.length);

    const { code, stdout } = await run(argv, amazon);
    expect(code).toBe(0);
    expect(jsonLines(stdout).at(-1)).toMatchObject({ type: 'summary', rows: 14, failed: 0 });
    expect((jsonLines(stdout).at(-1) as { skipped: number }).skipped).toBeGreaterThanOrEqual(4);
    const arrived = amazon.emulator.ndrFeedback.map(({ trackingId }) => trackingId);
    expect(new Set(arrived)).toEqual(new Set(ids));
    expect(arrived.length - ids.length).toBeLessThanOrEqual(2);
    expect(existsSync(join(folder, 'rows.report.csv'))).toBe(true);
    expect(await run(argv, amazon)).toMatchObject({ code: 0, stdout: expect.stringContaining('"skipped":14') });
  });
});
