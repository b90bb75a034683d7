/** An import that was killed or interrupted, and is started again. */
import { existsSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Amazon, startAmazon } from '../../support/cli/amazon.ts';
import { installCommand } from '../../support/cli/process.ts';
import { json, jsonLines } from '../../support/cli/terminal.ts';

const { path, launch, run } = installCommand();
let amazon: Amazon;
beforeAll(async () => {
  amazon = await startAmazon();
});
beforeEach(() => {
  amazon.emulator.reset();
  amazon.emulator.fail({ path: '/shipping/v2/ndrFeedback', delay: 30, times: 1_000 });
});
afterAll(() => amazon.close());

const idsOf = (count: number): string[] => Array.from({ length: count }, (_, at) => `T${at}`);
const write = (name: string, count: number): void => {
  writeFileSync(
    path(name),
    `trackingId,ndrAction\r\n${idsOf(count)
      .map((id) => `${id},RTO\r\n`)
      .join('')}`,
  );
};
const arrived = (): string[] => amazon.emulator.ndrFeedback.map(({ trackingId }) => trackingId);
const summaryOf = (stdout: string): Record<string, unknown> => jsonLines(stdout).at(-1) as Record<string, unknown>;

describe('waybill ndr import', () => {
  test('resumes after a kill: every row arrives, and at most those that were in flight arrive twice', async () => {
    write('rows.csv', 14);
    const argv = ['ndr', 'import', 'rows.csv', '--json', '--concurrency', '2'];
    const first = launch(argv, amazon);
    await first.printed(/(.*submitted.*\n){4}/);
    first.child.kill('SIGKILL');
    expect((await first.ended).signal).toBe('SIGKILL');
    expect(arrived().length).toBeLessThan(14);

    const { code, stdout } = await run(argv, amazon);
    expect(code).toBe(0);
    expect(summaryOf(stdout)).toMatchObject({ type: 'summary', rows: 14, failed: 0 });
    expect(summaryOf(stdout)['skipped']).toBeGreaterThanOrEqual(4);
    expect(new Set(arrived())).toEqual(new Set(idsOf(14)));
    expect(arrived().length - 14).toBeLessThanOrEqual(2);
    expect([existsSync(path('rows.report.csv')), existsSync(path('rows.report.csv.lock'))]).toEqual([true, false]);
    expect(await run(argv, amazon)).toMatchObject({ code: 0, stdout: expect.stringContaining('"skipped":14') });
  });

  test('refuses to start while another import uses the same report', async () => {
    write('overlap.csv', 14);
    const argv = ['ndr', 'import', 'overlap.csv', '--json', '--concurrency', '2'];
    const first = launch(argv, amazon);
    await first.printed(/submitted/);
    const second = await run(argv, amazon);
    expect([second.code, second.stdout]).toEqual([3, '']);
    expect((json(second.stderr)['error'] as { message: string }).message).toBe(
      `another import is using overlap.report.csv (process ${first.child.pid})`,
    );
    expect(await first.ended).toMatchObject({ code: 0 });
    expect(arrived().sort()).toEqual(idsOf(14).sort());
    expect(await run(argv, amazon)).toMatchObject({ code: 0, stdout: expect.stringContaining('"skipped":14') });
  });

  test('resumes a file of 200,000 rows after a kill, and again after Ctrl-C', async () => {
    const rows = 200_000;
    write('huge.csv', rows);
    const argv = ['ndr', 'import', 'huge.csv', '--json', '--concurrency', '2'];
    const first = launch(argv, amazon);
    await first.printed(/(.*submitted.*\n){4}/);
    first.child.kill('SIGKILL');
    await first.ended;
    const afterFirst = new Set(arrived());

    const second = launch(argv, amazon);
    await second.printed(/(.*submitted.*\n){2}/);
    second.child.kill('SIGINT');
    const { code, stdout, stderr } = await second.ended;
    expect([code, stderr]).toEqual([130, expect.stringMatching(/"code":"INTERRUPTED"/)]);
    expect(existsSync(path('huge.report.csv.lock'))).toBe(false);
    const { rows: read, submitted, skipped, interrupted, notSent, ...others } = summaryOf(stdout) as Record<string, number>;
    // The rest of the file is not read: that would take time after Ctrl-C.
    expect(read).toBeLessThan(rows);
    expect(others).toMatchObject({ invalid: 0, failed: 0, readToEnd: false });
    expect(skipped).toBeGreaterThanOrEqual(4);
    expect((submitted ?? 0) + (skipped ?? 0) + (interrupted ?? 0) + (notSent ?? 0)).toBe(read);
    // In order, without a gap, and twice at most what was in flight when the first run was killed.
    const all = arrived();
    expect(new Set(all)).toEqual(new Set(idsOf(new Set(all).size)));
    expect(all.filter((id, at) => all.indexOf(id) !== at).every((id) => afterFirst.has(id))).toBe(true);
    expect(all.length - new Set(all).size).toBeLessThanOrEqual(2);
  });
});
