/** The command as a process, built as it is published. */
import { existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { VERSION } from '../../src/core/version.ts';
import { startAmazon } from '../support/cli/amazon.ts';
import { installCommand } from '../support/cli/process.ts';
import { json } from '../support/cli/terminal.ts';

const { path, launch, run } = installCommand();
// There a signal ends a process at once, without its listeners; and files have no such modes.
const isWindows = process.platform === 'win32';
const preload = (script: string): readonly string[] => ['--import', `data:text/javascript,${encodeURIComponent(script)}`];

describe('the process', () => {
  test('runs the demo with nothing else installed', async () => {
    const { code, stdout, stderr } = await run(['demo']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/All 7 checks passed in/);
    expect(stdout).not.toContain('\u001b');
    const { stdout: text } = await run(['demo', '--json']);
    expect(json(text)).toMatchObject({ ok: true });
  });

  test('refuses a Node that is too old before it loads anything', async () => {
    const node = preload("Object.defineProperty(process, 'versions', { value: { node: '18.20.0' } })");
    expect(await run(['--version'], { node })).toMatchObject({
      code: 2,
      stdout: '',
      stderr: 'error: waybill needs Node 20.19 or later; this is 18.20.0\n',
    });
  });

  test('is quiet if nobody reads its output any more', async () => {
    const { child, ended } = launch(['carriers', '--json']);
    child.stdout.once('data', () => child.stdout.destroy());
    expect(await ended).toMatchObject({ code: 0, signal: null, stderr: '' });
    const all = launch(['carriers']);
    all.child.stdout.destroy();
    expect(await all.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
  });

  test('is quiet if nobody reads its errors', async () => {
    const { child, ended } = launch(['nonsense']);
    child.stderr?.destroy();
    expect((await ended).code).not.toBe(0);
  });

  const full = preload(`process.stdout._writev = null;
    process.stdout._write = (chunk, encoding, done) => done(Object.assign(new Error('full'), { code: 'ENOSPC' }));`);

  test.each([['parse', '-'], ['ndr', 'sheet', '-'], ['carriers'], ['listen', '--port', '0'], ['help']])(
    'says that its output cannot be written, and ends with 4: %s %s',
    async (...argv) => {
      const input = '{"detail-type":"Tracking Detail"}';
      const { code, stdout, stderr } = await run(argv, { node: full, input });
      expect([code, stdout]).toEqual([4, '']);
      expect(stderr).toMatch(/^error: cannot write standard output: the disk is full$/m);
      expect(stderr.match(/error:/g)).toHaveLength(1);
      const forPrograms = await run([...argv, '--json'], { node: full, input });
      expect(forPrograms.code).toBe(4);
      expect(json(forPrograms.stderr)).toMatchObject({
        error: { message: 'cannot write standard output: the disk is full', exitCode: 4 },
      });
    },
  );

  test('ends with 4 if its errors cannot be written', async () => {
    const node = preload("process.stderr._write = (chunk, encoding, done) => done(Object.assign(new Error('full'), { code: 'ENOSPC' }));");
    expect(await run(['nonsense'], { node })).toMatchObject({ code: 4, stdout: '', stderr: '' });
  });

  test('stops an import whose output cannot be written, with every row that was sent in the report', async () => {
    const amazon = await startAmazon();
    try {
      writeFileSync(path('full.csv'), `trackingId,ndrAction\n${Array.from({ length: 40 }, (_, at) => `T${at},RTO\n`).join('')}`);
      amazon.emulator.fail({ path: '/shipping/v2/ndrFeedback', delay: 30, times: 100 });
      const { code } = await run(['ndr', 'import', 'full.csv', '--json', '--concurrency', '2'], { ...amazon, node: full });
      expect(code).toBe(4);
      const report = readFileSync(path('full.report.csv'), 'utf8');
      const arrived = amazon.emulator.ndrFeedback.map(({ trackingId }) => trackingId);
      expect(arrived.length).toBeLessThan(40);
      for (const id of arrived) expect(report).toMatch(new RegExp(`,${id},RTO,(submitted|interrupted),yes,`));
      expect(existsSync(path('full.report.csv.lock'))).toBe(false);
    } finally {
      amazon.close();
    }
  });

  test('stops an import if nobody reads its output, with every row that was sent in the report', async () => {
    const amazon = await startAmazon();
    try {
      writeFileSync(path('unread.csv'), `trackingId,ndrAction\n${Array.from({ length: 40 }, (_, at) => `T${at},RTO\n`).join('')}`);
      amazon.emulator.fail({ path: '/shipping/v2/ndrFeedback', delay: 30, times: 100 });
      const { child, ended } = launch(['ndr', 'import', 'unread.csv', '--json', '--concurrency', '2'], amazon);
      child.stdout.once('data', () => child.stdout.destroy());
      expect(await ended).toMatchObject({ code: 130, signal: null });
      const report = readFileSync(path('unread.report.csv'), 'utf8');
      const arrived = amazon.emulator.ndrFeedback.map(({ trackingId }) => trackingId);
      expect(arrived.length).toBeLessThan(40);
      for (const id of arrived) expect(report).toMatch(new RegExp(`,${id},RTO,(submitted|interrupted),yes,`));
    } finally {
      amazon.close();
    }
  });

  test.each([
    [{}, false],
    [{ FORCE_COLOR: '1' }, true],
    [{ NO_COLOR: '1' }, false],
    [{ NO_COLOR: '' }, false],
    [{ NODE_DISABLE_COLORS: '1' }, false],
  ])('with %j colours are %s, because its output is not a terminal', async (env, isColoured) => {
    const { stdout } = await run(['carriers', 'ups'], { env });
    const { stderr } = await run(['nonsense'], { env });
    expect([stdout.includes('\u001b[1m'), stderr.includes('\u001b[31merror:')]).toEqual([isColoured, isColoured]);
  });

  test('never colours JSON', async () => {
    const { stdout } = await run(['carriers', 'ups', '--json'], { env: { FORCE_COLOR: '1' } });
    const { stderr } = await run(['nonsense', '--json'], { env: { FORCE_COLOR: '1' } });
    expect([json(stdout), json(stderr)]).toMatchObject([{ outcome: 'found' }, { error: { code: 'USAGE' } }]);
  });

  test('prints its version without the rest of the command', async () => {
    const folder = path('cli');
    // The number itself, and what esbuild adds, are in small files, which others import too.
    const rest = readdirSync(folder).filter((name) => name !== 'main.js' && statSync(join(folder, name)).size > 4_000);
    expect(rest.length).toBeGreaterThan(1);
    for (const name of rest) renameSync(join(folder, name), join(folder, `${name}.away`));
    const outcome = await run(['--version']);
    for (const name of rest) renameSync(join(folder, `${name}.away`), join(folder, name));
    expect(outcome).toMatchObject({ code: 0, stdout: `${VERSION}\n`, stderr: '' });
  });

  test.skipIf(isWindows).each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'ends with 130 on %s, also while it waits for standard input',
    async (name) => {
      // Before its own listener is there, Node would end the process.
      const ready = "process.on('newListener', (name) => name === 'SIGBREAK' && process.stdout.write('ready'))";
      const { child, ended, printed } = launch(['parse', '-'], { node: preload(ready), input: undefined });
      await printed(/ready/);
      child.kill(name);
      const { code, signal, stderr } = await ended;
      expect([code, signal, stderr]).toEqual([130, null, 'error: interrupted\n']);
    },
  );
});

describe('waybill emulator', () => {
  test.skipIf(isWindows)('serves, prints what came and what was wrong with it, and ends with 0 on Ctrl-C', async () => {
    const file = path('settings.env');
    const emulator = launch(['emulator', '--port', '0', '--no-quota', '--env', file]);
    await emulator.printed(/Requests\n/);
    if (!isWindows) expect(statSync(file).mode & 0o777).toBe(0o600);
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
    expect(stdout).toMatch(/^The emulator of Amazon listens at http:\/\/127\.0\.0\.1:\d+\n/);
    expect(stdout).toMatch(/POST \/v2\/deliveryTrackers 400 InvalidParameterValue: /);
    expect(stdout).toMatch(/POST \/v2\/deliveryTrackers 200\n/);
    expect(stdout).toMatch(/\nClosed\.\n$/);
    // The test key is only in the file.
    expect(stdout).not.toContain('PRIVATE KEY');
    expect(readFileSync(file, 'utf8')).toContain('PRIVATE KEY');
  });
});

describe('waybill listen', () => {
  test.skipIf(isWindows)('leaves no half line in a recording after a disk was full', async () => {
    const full = `import fs from 'node:fs';
      import { syncBuiltinESMExports } from 'node:module';
      const append = fs.appendFileSync;
      fs.appendFileSync = (file, text) => {
        fs.appendFileSync = append;
        syncBuiltinESMExports();
        append(file, text.slice(0, 20));
        throw Object.assign(new Error('full'), { code: 'ENOSPC' });
      };
      syncBuiltinESMExports();`;
    const { child, ended, printed } = launch(['listen', '--port', '0', '--record', 'events.ndjson'], { node: preload(full) });
    let stdout = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    await printed(/recorded in/);
    const url = /http:\S+/.exec(stdout)?.[0] ?? '';
    const post = async (): Promise<number> => (await fetch(url, { method: 'POST', body: '{}' })).status;
    expect([await post(), await post()]).toEqual([503, 200]);
    await printed(/cannot write events\.ndjson: the disk is full/);
    expect(json(readFileSync(path('events.ndjson'), 'utf8'))).toMatchObject({ body: '{}' });
    child.kill('SIGKILL');
    await ended;
  });
});
