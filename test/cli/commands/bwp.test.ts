import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Amazon, startAmazon } from '../../support/cli/amazon.ts';
import { json, unwrapped, waybill } from '../../support/cli/terminal.ts';

let amazon: Amazon;
let host: string;
beforeAll(async () => {
  amazon = await startAmazon();
  host = new URL(amazon.url).host;
});
afterAll(() => amazon.close());

const ORDER = '322-ABC1-AAAAAA';

describe('waybill bwp order', () => {
  test('shows line items, deliveries and tracking numbers, and where they come from', async () => {
    const { code, stdout, stderr } = await waybill(['bwp', 'order', ORDER], amazon);
    expect([code, stderr]).toEqual([0, '']);
    expect(unwrapped(stdout)).toMatch(
      new RegExp(`^order ${ORDER} line items 2 Line item 1 of 2 id \\S+ quantity 1 delivery \\S+ state IN_TRANSIT tracking ups 1Z`),
    );
    expect(stdout).toMatch(`\nFrom ${host}.\n`);
  });

  test('prints the order as JSON, once', async () => {
    const { stdout } = await waybill(['bwp', 'order', ORDER, '--json'], amazon);
    expect(json(stdout)).toMatchObject({
      status: 'found',
      host,
      order: { id: ORDER, lineItems: [{ deliveries: [{ state: 'IN_TRANSIT' }] }, {}] },
    });
    expect(stdout).not.toContain('payload');
  });

  test('accepts an alias', async () => {
    const { code, stdout } = await waybill(['bwp', 'order', 'none', '--alias-type', 'EXTERNAL_ID', '--json'], amazon);
    expect([code, json(stdout)]).toEqual([1, { status: 'not-found', host, order: null }]);
  });

  test('says that there is no such order', async () => {
    expect(await waybill(['bwp', 'order', 'none'], amazon)).toEqual({ code: 1, stdout: `There is no such order (${host}).\n`, stderr: '' });
  });
});

describe('waybill bwp subscriptions', () => {
  const subscriptions = ['bwp', 'subscriptions'];
  const list = async (...options: string[]): Promise<unknown> =>
    json((await waybill([...subscriptions, 'list', '--json', ...options], amazon)).stdout);

  test('creates, lists, shows and deletes', async () => {
    const webhook = ['create', 'PACKAGE_DELIVERED', '--webhook', 'https://shop.example/bwp'];
    const bridge = ['create', 'REFUND_REQUESTED', '--aws-account', '919191919191', '--aws-region', 'us-east-1', '--source-name', 'my-shop'];
    const { code, stdout } = await waybill([...subscriptions, ...webhook], amazon);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(`^Amazon created the subscription to PACKAGE_DELIVERED \\(${host}\\)\\.\nSubscription id: \\S+\n$`),
    ]);
    const created = json((await waybill([...subscriptions, ...bridge, '--json'], amazon)).stdout);
    expect(created).toMatchObject({ status: 'created', eventType: 'REFUND_REQUESTED', host });
    const id = String(created['subscriptionId']);

    expect(await list()).toMatchObject({
      host,
      subscriptions: [{ eventType: 'PACKAGE_DELIVERED' }, { subscriptionId: id, source: 'aws.partner/buywithprime/my-shop' }],
    });
    const { stdout: table } = await waybill([...subscriptions, 'list'], amazon);
    expect(table).toMatch(
      /^id +event type +source\n.*PACKAGE_DELIVERED.*\n.*REFUND_REQUESTED +aws\.partner\/buywithprime\/my-shop\n\n2 in all/,
    );
    expect((await waybill([...subscriptions, 'list', '--ids-only'], amazon)).stdout).toContain(`${id}\n`);

    const dry = await waybill([...subscriptions, 'delete', id, '--dry-run'], amazon);
    expect([dry.code, unwrapped(dry.stdout)]).toEqual([0, expect.stringMatching(/eventType REFUND_REQUESTED .*Nothing was deleted\./)]);
    expect(await list('--ids-only')).toMatchObject({ subscriptions: [{}, { subscriptionId: id }] });
    const { stdout: deleted } = await waybill([...subscriptions, 'delete', id], amazon);
    expect(unwrapped(deleted)).toBe(`Amazon deleted the subscription ${id} (${host}). `);
    expect(await list('--ids-only')).toMatchObject({ subscriptions: [{ eventType: 'PACKAGE_DELIVERED' }].map(() => ({})) });
  });

  test('create --dry-run prints what would be sent, and needs no credentials', async () => {
    const argv = [
      ...subscriptions,
      'create',
      'PACKAGE_DELIVERED',
      '--webhook',
      'https://shop.example/x',
      '--auth-profile',
      'p-1',
      '--dry-run',
      '--json',
    ];
    const { code, stdout } = await waybill(argv);
    expect([code, json(stdout)]).toEqual([
      0,
      {
        status: 'not-sent',
        input: { eventType: 'PACKAGE_DELIVERED', destination: { webhook: { url: 'https://shop.example/x', authProfileId: 'p-1' } } },
      },
    ]);
  });

  test('warns of a type that Amazon does not document, and names the nearest', async () => {
    const create = (type: string) =>
      waybill(['bwp', 'subscriptions', 'create', type, '--webhook', 'https://shop.example/bwp', '--dry-run']);
    const { code, stderr } = await create('PACKAGE_DELIVERD');
    expect([code, unwrapped(stderr)]).toEqual([
      0,
      expect.stringMatching(/^warning: <event-type> is not a type .* Did you mean PACKAGE_DELIVERED\?/),
    ]);
    for (const known of ['PACKAGE_DELIVERED', 'DELIVERY_COMPLETED']) expect(await create(known)).toMatchObject({ code: 0, stderr: '' });
  });
});
