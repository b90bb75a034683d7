import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { buyWithPrimeEvent, ndrEvent, trackingEvent } from '../../../src/testing/index.ts';
import { temporaryFolder } from '../../support/cli/amazon.ts';
import { json, unwrapped, waybill } from '../../support/cli/terminal.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

const bwp = buyWithPrimeEvent('PACKAGE_DELIVERED');
const ndr = ndrEvent({ detail: { reasonCode: 'Customer unavailable' } });
const sqs = (...events: unknown[]) => ({
  Records: events.map((event, at) => ({ messageId: `m${at}`, eventSource: 'aws:sqs', body: JSON.stringify(event) })),
});

async function records(input: unknown): Promise<{ code: number; records: Record<string, unknown>[] }> {
  const { code, stdout, stderr } = await waybill(['parse', '-', '--json'], {
    input: typeof input === 'string' ? input : JSON.stringify(input),
  });
  expect(stderr).toBe('');
  return { code, ...(json(stdout) as { records: Record<string, unknown>[] }) };
}

describe('waybill parse', () => {
  test.each<[string, unknown, object[]]>([
    [
      'an event of Buy with Prime',
      bwp,
      [{ ok: true, surface: 'buywithprime', kind: 'DELIVERY_COMPLETED', eventType: 'PACKAGE_DELIVERED', orderId: '322-ABC1-AAAAAA' }],
    ],
    ["a webhook's body", bwp.detail, [{ ok: true, surface: 'buywithprime', kind: 'DELIVERY_COMPLETED' }]],
    [
      'an NDR event',
      ndr,
      [{ ok: true, surface: 'shipping-ndr', kind: 'ndr', advice: [{ ndrAction: 'RESCHEDULE' }], deadline: expect.any(String) }],
    ],
    [
      'a tracking event',
      trackingEvent(),
      [{ ok: true, surface: 'shipping-ndr', kind: 'tracking', detail: { eventCode: 'DeliveryAttempted' } }],
    ],
    ['an unknown type', { ...ndr, 'detail-type': 'Snow' }, [{ ok: true, surface: 'shipping-ndr', kind: 'unknown', eventType: 'Snow' }]],
    [
      'a batch of both surfaces, one record damaged',
      sqs(bwp, { nothing: true }, ndr),
      [
        { ok: true, messageId: 'm0' },
        { ok: false, messageId: 'm1' },
        { ok: true, messageId: 'm2', kind: 'ndr' },
      ],
    ],
    [
      'what aws sqs receive-message prints',
      { Messages: [{ MessageId: 'q', Body: JSON.stringify(bwp) }] },
      [{ ok: true, messageId: 'q', kind: 'DELIVERY_COMPLETED' }],
    ],
    [
      'what waybill listen --record writes',
      [bwp, ndr]
        .map((event) => JSON.stringify({ receivedAt: '2026-01-15T10:15:30Z', path: '/', verified: true, body: JSON.stringify(event) }))
        .join('\n'),
      [
        { ok: true, kind: 'DELIVERY_COMPLETED' },
        { ok: true, kind: 'ndr' },
      ],
    ],
    [
      'an event on each line, one damaged',
      `${JSON.stringify(bwp)}\n\n{"nothing":true}\n${JSON.stringify(ndr)}\n`,
      [{ ok: true, kind: 'DELIVERY_COMPLETED' }, { ok: false }, { ok: true, kind: 'ndr' }],
    ],
    [
      'an NDR event without a tracking id',
      { ...ndr, detail: { reasonCode: 'x' } },
      [{ ok: false, error: { code: 'VALIDATION', message: expect.stringContaining('detail.trackingId') } }],
    ],
    ['what is not JSON', '{"cut', [{ ok: false, error: { code: 'VALIDATION' } }]],
    ['an empty string', '', [{ ok: false }]],
    ['null', 'null', [{ ok: false }]],
  ])('reads %s', async (_, input, expected) => {
    const found = await records(input);
    expect(found.records).toMatchObject(expected);
    expect(found.code).toBe(found.records.every(({ ok }) => ok) ? 0 : 1);
  });

  test('prints what is in it within 80 columns for people', async () => {
    const { code, stdout } = await waybill(['parse', '-'], { input: JSON.stringify(sqs(bwp, ndr, 'x')) });
    expect(code).toBe(1);
    for (const words of [
      'Event 1 of 3',
      'DELIVERY_COMPLETED',
      'Event 2 of 3',
      'Customer unavailable',
      'RESCHEDULE: Ask the customer',
      'Event 3 of 3',
      'error',
    ]) {
      expect(stdout).toContain(words);
    }
    // An id cannot be broken into two lines.
    const long = stdout.split('\n').filter((line) => line.length > 80 && !/^\w+ +\S+$/.test(line));
    expect(long).toEqual([]);
  });

  test('makes control characters visible, which could control the terminal', async () => {
    const evil = { ...ndr, detail: { ...ndr.detail, reasonCode: '\u001b[2J\u001b]0;title\u0007\u009b1m\rend' } };
    const { stdout } = await waybill(['parse', '-'], { input: JSON.stringify(evil) });
    expect(stdout).toContain('\\x1b[2J\\x1b]0;title\\x07\\x9b1m\\x0dend');
    expect(stdout).not.toMatch(/(?!\n)\p{Cc}/u);
  });

  test('reads a file with a byte order mark, at a path that breaks naive programs', async () => {
    mkdirSync(folder.path('C:\\events'));
    const file = folder.path('C:\\events/ereignis "1".json');
    writeFileSync(file, `\ufeff${JSON.stringify(ndr)}`);
    expect(await waybill(['parse', file])).toMatchObject({ code: 0, stderr: '' });
  });

  test.each<[string, (text: string) => Buffer]>([
    ['little-endian, as PowerShell writes it', (text) => Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['big-endian', (text) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
  ])('reads one event on each line in UTF-16: %s', async (_, encode) => {
    const { code, stdout } = await waybill(['parse', '-', '--json'], {
      input: encode(`${JSON.stringify(bwp)}\r\n${JSON.stringify(ndr)}\r\n`),
    });
    expect([code, json(stdout)]).toEqual([
      0,
      { records: [expect.objectContaining({ kind: 'DELIVERY_COMPLETED' }), expect.objectContaining({ kind: 'ndr' })] },
    ]);
  });

  test.each([
    ['an event of Buy with Prime', bwp, 'expected an event, got'],
    ['an NDR event', ndr, 'expected an event, got'],
  ])('does not say which surface it expected instead of a damaged form of %s', async (_, event, words) => {
    const { records: found } = await records(JSON.stringify(event).slice(0, 100));
    expect(found).toMatchObject([{ ok: false, error: { message: expect.stringContaining(words) } }]);
  });

  test.each([
    ['Customer unavailable', /advice +RESCHEDULE: Ask the customer/],
    ['Customer rejected', /advice +Amazon has none for this reason: every action is possible/],
    [null, /advice +none, because the event gives no reason/],
  ])('explains the advice for the reason %j', async (reasonCode, words) => {
    const event = { ...ndr, detail: { ...ndr.detail, reasonCode } };
    expect(unwrapped((await waybill(['parse', '-'], { input: JSON.stringify(event) })).stdout)).toMatch(words);
  });

  test.each([
    ['UTF-16 of PowerShell', Buffer.from(`\ufeff${JSON.stringify(bwp)}`, 'utf16le')],
    ['JSON that was encoded twice', JSON.stringify(JSON.stringify(bwp))],
    [
      'a record of Kinesis',
      JSON.stringify({ Records: [{ eventID: 'm0', kinesis: { data: Buffer.from(JSON.stringify(bwp)).toString('base64') } }] }),
    ],
  ])('reads %s', async (_, input) => {
    const { code, stdout } = await waybill(['parse', '-', '--json'], { input });
    expect([code, json(stdout)]).toEqual([0, { records: [expect.objectContaining({ ok: true, kind: 'DELIVERY_COMPLETED' })] }]);
  });

  test('reads 10 MB', async () => {
    const found = await records({
      Records: Array.from({ length: 2_000 }, () => ({
        messageId: 'm',
        eventSource: 'aws:sqs',
        body: JSON.stringify({ ...bwp, padding: 'x'.repeat(5_000) }),
      })),
    });
    expect(found).toMatchObject({ code: 0 });
    expect(found.records).toHaveLength(2_000);
  });
});
