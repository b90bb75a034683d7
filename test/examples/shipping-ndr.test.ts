import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { authenticatedRequest, ndrEvent } from 'waybill/testing';
import { bundleExample, freePort, runExample, stage, start } from '../support/examples.ts';

const amazon = stage();

test('shipping-ndr.ts reschedules, leaves the rest to people, and loses nothing while Amazon is down', async () => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/ndr`;
  const server = await start(url, process.execPath, [await bundleExample('shipping-ndr.ts')], { ...amazon.shipping, PORT: String(port) });
  const post = async (event: unknown, key = 'abcdef12345'): Promise<number> =>
    (await fetch(authenticatedRequest(event, { url, auth: { type: 'apiKey', key } }))).status;
  const absent = ndrEvent({ detail: { reasonCode: 'Customer unavailable' } });
  expect(await post(absent, 'wrong')).toBe(401);
  expect(await post(absent)).toBe(200);
  expect(await post(absent)).toBe(200);
  expect(await post(ndrEvent({ detail: { trackingId: '1809561149387', reasonCode: 'Customer rejected' } }))).toBe(200);
  expect(await post('{"cut')).toBe(503);
  expect(amazon.emulator.ndrFeedback.map(({ ndrAction }) => ndrAction)).toEqual(['RESCHEDULE']);
  const late = ndrEvent({ detail: { reasonCode: 'Payment not ready' } });
  amazon.emulator.fail({ path: '/shipping/v2/ndrFeedback', status: 403 });
  expect(await post(late)).toBe(503);
  expect(await post(late)).toBe(200);
  expect(amazon.emulator.ndrFeedback).toHaveLength(2);
  expect(server.output()).toMatch(/needs a decision: 1809561149387 Customer rejected/);
  amazon.emulator.fail({ path: '/shipping/v2/ndrFeedback', status: 400 });
  expect(await post(ndrEvent({ detail: { trackingId: '1809561149388', reasonCode: 'Customer unavailable' } }))).toBe(200);
  expect(server.output()).toMatch(/needs a decision: 1809561149388 Amazon refused/);
  server.stop();
});

test('ndr-decisions.ts submits each row, and a bad row stops no other', async () => {
  const file = join(amazon.folder, 'decisions.csv');
  const ahead = new Date(Date.now() + 86_400_000).toISOString();
  const rows = [
    'trackingId,ndrAction,rescheduleDate,additionalAddressNotes,shop',
    `1001,RESCHEDULE,${ahead},,a`,
    '1002,REATTEMPT,,"Second gate,\r\nbehind ""Asha""",b',
    '',
    '1003,RESCHEDULE,02-03-2026,,c',
    '1004,RTO,,,d',
    '1005,RTO',
  ];
  writeFileSync(file, `\ufeff${rows.join('\r\n')}\r\n`);
  const { code, output } = await runExample('ndr-decisions.ts', [file], amazon.shipping);
  expect(code).toBe(1);
  expect(output.trim().split('\n').sort()).toEqual([
    '1001 submitted',
    '1002 submitted',
    expect.stringMatching(/^1003 failed: .*rescheduleDate/),
    '1004 submitted',
    '1005 submitted',
  ]);
  const notes = amazon.emulator.ndrFeedback.find(({ trackingId }) => trackingId === '1002')?.ndrRequestData?.additionalAddressNotes;
  expect(notes).toBe('Second gate,\r\nbehind "Asha"');
  // A note that is not quoted: half of it would be sent.
  writeFileSync(file, 'trackingId,ndrAction,additionalAddressNotes\n1006,RTO\n1007,REATTEMPT,"Blue gate",behind the temple\n');
  const cut = await runExample('ndr-decisions.ts', [file], amazon.shipping);
  expect([cut.code, cut.output]).toEqual([1, expect.stringMatching(/1006 submitted.*line 3/s)]);
  expect(cut.output).not.toContain('temple');
});
