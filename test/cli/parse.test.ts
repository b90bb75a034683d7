import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { buyWithPrimeEvent, ndrEvent, trackingEvent } from '../../src/testing/index.ts';
import { temporaryFolder } from './amazon.ts';
import { json, waybill } from './terminal.ts';

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
    ['a type that is new', { ...ndr, 'detail-type': 'Snow' }, [{ ok: true, surface: 'shipping-ndr', kind: 'unknown', eventType: 'Snow' }]],
    [
      'a batch of both, one of them broken',
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
      'an NDR event that is not as it should be',
      { ...ndr, detail: { trackingId: 7 } },
      [{ ok: false, error: { code: 'VALIDATION', message: expect.stringContaining('detail.trackingId') } }],
    ],
    ['no JSON', '{"cut', [{ ok: false, error: { code: 'VALIDATION' } }]],
    ['nothing', '', [{ ok: false }]],
    ['null', 'null', [{ ok: false }]],
  ])('reads %s', async (_, input, expected) => {
    const found = await records(input);
    expect(found.records).toMatchObject(expected);
    expect(found.code).toBe(found.records.every(({ ok }) => ok) ? 0 : 1);
  });

  test('shows people what is in it, within 80 columns', async () => {
    const { code, stdout } = await waybill(['parse', '-'], { input: JSON.stringify(sqs(bwp, ndr, 'x')) });
    expect(code).toBe(1);
    for (const words of [
      'Record 1 of 3',
      'DELIVERY_COMPLETED',
      'Record 2 of 3',
      'Customer unavailable',
      'RESCHEDULE: Ask the customer',
      'Record 3 of 3',
      'error',
    ]) {
      expect(stdout).toContain(words);
    }
    // An id can't be broken without becoming another.
    const long = stdout.split('\n').filter((line) => line.length > 80 && !/^\w+ +\S+$/.test(line));
    expect(long).toEqual([]);
  });

  test("shows a stranger's control characters, which would steer the terminal, as text", async () => {
    const evil = { ...ndr, detail: { ...ndr.detail, reasonCode: '\u001b[2J\u001b]0;title\u0007\u009b1m\rend' } };
    const { stdout } = await waybill(['parse', '-'], { input: JSON.stringify(evil) });
    expect(stdout).toContain('\\x1b[2J\\x1b]0;title\\x07\\x9b1m\\x0dend');
    expect(stdout).not.toMatch(/(?!\n)\p{Cc}/u);
  });

  test('reads a file, with a byte order mark and a path that breaks naive programs', async () => {
    mkdirSync(folder.path('C:\\events'));
    const file = folder.path('C:\\events/ereignis "1".json');
    writeFileSync(file, `\ufeff${JSON.stringify(ndr)}`);
    expect(await waybill(['parse', file])).toMatchObject({ code: 0, stderr: '' });
  });

  test('takes 10 MB', async () => {
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
