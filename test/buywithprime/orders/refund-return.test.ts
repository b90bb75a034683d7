import { afterEach, beforeEach, describe, expect, expectTypeOf, test, vi } from 'vitest';
import {
  type BuyWithPrimeClient,
  type BuyWithPrimeEventOf,
  BuyWithPrimeEventParser,
  type RefundResolution,
  type ReturnResolution,
} from '../../../src/buywithprime/index.ts';
import { buyWithPrimeEvent, buyWithPrimeOrder, type EmulatedOrder } from '../../../src/testing/index.ts';
import { failure, serveEmulator, shown } from '../../support/buywithprime/emulated.ts';
import { classified, json } from '../../support/buywithprime/server.ts';

const VERSIONS = ['2024-01-01', '2024-04-01', '2024-11-01'] as const;
const orderId = '322-ABC1-AAAAAA';
const aliases = [{ aliasId: 'shop-7', aliasType: 'EXTERNAL_ID' }];
const times = { createdAt: '2025-01-20T12:34:56Z', updatedAt: '2025-01-21T12:34:56Z' };
const tracker = { carrierCode: 'ups', trackingNumber: '1Z999AA10123456784', milestones: [{ code: 'IN_TRANSIT' }] };

const order: EmulatedOrder = buyWithPrimeOrder({
  aliases,
  lineItems: [
    { id: 'l1', aliases },
    { id: 'l2', quantity: 2 },
  ],
  refunds: [
    { id: 'other', state: 'SUCCESS' },
    {
      id: 'refund-1',
      state: 'PENDING',
      lineItemIds: ['l2'],
      aliases,
      total: { amount: 20.5, currencyCode: 'USD' },
      refundRequestReason: 'NOT_DELIVERED',
      ...times,
    },
  ],
  returns: [
    {
      id: 'return-1',
      state: 'CREATED',
      aliases,
      packages: [{ id: 'p1', state: 'FAILED', reason: 'CARRRIER_REJECTED', tracker }],
      ...times,
    },
  ],
});

let server: Awaited<ReturnType<typeof serveEmulator>>;
beforeEach(async () => {
  server = await serveEmulator({ orders: [order] });
  vi.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
  return server.close();
});

/** Responds to the next query with this as its order. */
const respond = (value: unknown): number => server.faults.push((response) => json(response, { data: { order: value } }));

describe.each(VERSIONS)('in %s', (apiVersion) => {
  const isFirst = apiVersion === '2024-01-01';
  const isLatest = apiVersion === '2024-11-01';

  test('resolveRefund finds the refund, its line items and its total', async () => {
    expect(await server.client({ apiVersion }).resolveRefund({ orderId, refundId: 'refund-1' })).toEqual({
      status: 'found',
      order: { id: orderId, aliases },
      refund: {
        id: 'refund-1',
        aliases,
        state: 'PENDING',
        lineItems: [{ id: 'l2', aliases: [], quantity: 2, unit: 'ONE' }],
        total: { amount: 20.5, currencyCode: 'USD' },
        payments: [],
        requestReason: isLatest ? 'NOT_DELIVERED' : undefined,
        ...times,
        payload: expect.objectContaining({ id: 'refund-1' }),
      },
    });
  });

  test('resolveReturn finds the return, what is returned and how', async () => {
    const lineItems = [
      { id: 'l1', aliases, quantity: 1, unit: undefined },
      { id: 'l2', aliases: [], quantity: 2, unit: undefined },
    ];
    const tracking = {
      carrierCode: 'ups',
      trackingNumber: '1Z999AA10123456784',
      url: undefined,
      estimatedDelivery: undefined,
      milestone: { code: 'IN_TRANSIT', occurredAt: undefined, message: undefined, place: undefined },
      milestones: [],
      payload: expect.objectContaining({ trackingUrl: null }),
    };
    const parcel = { id: 'p1', state: 'FAILED', reason: 'CARRRIER_REJECTED', lineItems, tracking: isLatest ? tracking : undefined };
    expect(await server.client({ apiVersion }).resolveReturn({ orderId, returnId: 'return-1' })).toEqual({
      status: 'found',
      order: { id: orderId, aliases },
      return: {
        id: 'return-1',
        aliases: isFirst ? [] : aliases,
        state: 'CREATED',
        lineItems: isFirst ? [] : lineItems,
        packages: isFirst ? [] : [parcel],
        ...times,
        payload: expect.objectContaining({ id: 'return-1' }),
      },
    });
  });
});

test.each(['expiresAt', 'returnFor { orderLineItemAmounts { amount { value } } }', 'refundTerm', 'returnDeliveryGroups { __typename }'])(
  'the emulated order refuses %s in a return: only the Returns interface has it',
  async (name) => {
    const document = `query ($orderIdentifier: OrderIdentifierInput!) { order(orderIdentifier: $orderIdentifier) { id returns { details { id state ${name} } } } }`;
    const call = () => server.client({ documents: { return: document } }).resolveReturn({ orderId, returnId: 'return-1' });
    expect(await failure(call)).toMatchObject({ errors: [{ type: 'ValidationError' }] });
  },
);

test('line items of 2024-01-01 are read if your own document selects them', async () => {
  respond({
    id: orderId,
    returns: { details: [{ id: 'return-1', state: null, returnFor: { orderLineItemAmounts: [{ lineItem: { id: 'l1' } }, null] } }] },
  });
  expect(await server.client({ apiVersion: '2024-01-01' }).resolveReturn({ orderId, returnId: 'return-1' })).toMatchObject({
    return: { state: undefined, lineItems: [{ id: 'l1', aliases: [], quantity: undefined }] },
  });
});

const ways = [
  ['refund', (client: BuyWithPrimeClient, id: string, order = orderId) => client.resolveRefund({ orderId: order, refundId: id })],
  ['return', (client: BuyWithPrimeClient, id: string, order = orderId) => client.resolveReturn({ orderId: order, returnId: id })],
] as const;

describe.each(ways)('a %s', (name, resolve) => {
  const field = `${name}s`;
  const detail = { id: `${name}-1`, state: 'CREATED' };

  test('that is not in the order is distinguished from an order that does not exist', async () => {
    expect(await resolve(server.client(), 'constructor')).toEqual({
      status: 'not-found',
      reason: `${name}-not-in-order`,
      hint: expect.stringContaining('Retry'),
      order: { id: orderId, aliases },
    });
    expect(await resolve(server.client(), detail.id, 'unknown')).toEqual({
      status: 'not-found',
      reason: 'order-not-found',
      hint: expect.stringContaining('targetId'),
      order: undefined,
    });
  });

  test.each<[string, unknown]>([
    ['an object with a list', { details: [{ id: 'other' }, detail] }],
    ['an object with one', { details: detail }],
    ['a list of objects with one each', [{ details: { id: 'other' } }, { details: detail }]],
    ['a list of objects with lists', [{ details: [{ id: 'other' }] }, null, { details: [null, detail] }]],
    ['a list in which another is malformed', { details: [7, 'x', [], { id: 7 }, { id: 'other', state: {} }, detail] }],
  ])('is found in %s', async (_, value) => {
    respond({ id: orderId, [field]: value });
    expect(await resolve(server.client(), detail.id)).toMatchObject({ status: 'found', [name]: { ...detail, lineItems: [] } });
  });

  test.each<[unknown]>([[null], [[]], [{}], [{ details: null }], ['text'], [7]])('is not found in %j', async (value) => {
    respond({ id: orderId, [field]: value });
    expect(await resolve(server.client(), detail.id)).toMatchObject({ status: 'not-found', reason: `${name}-not-in-order` });
  });

  test('that the document does not select is no result, or it would pass for one that is not there', async () => {
    respond({ id: orderId });
    await expect(resolve(server.client(), detail.id)).rejects.toMatchObject({
      code: 'VALIDATION',
      direction: 'response',
      message: expect.stringContaining(`order.${field}: is missing`),
      hint: expect.stringContaining('Your own document must select'),
    });
  });

  test('is not found if Amazon finds no order, and found once it does', async () => {
    server.faults.push((response) =>
      json(response, { errors: [classified('ResourceNotFoundError', 'ResourceNotFoundException')], data: { order: null } }),
    );
    expect(await resolve(server.client(), detail.id)).toMatchObject({ reason: 'order-not-found' });
    expect(await resolve(server.client(), detail.id)).toMatchObject({ status: 'found' });
  });

  test.each<[string, unknown, string]>([
    ['an order without id', { [field]: { details: [detail] } }, 'id: expected string, got nothing'],
    ['a state of another type', { id: orderId, [field]: { details: [{ ...detail, state: 7 }] } }, 'state: expected string, got number'],
    ['a string for an order', 'text', 'expected object, got string'],
  ])('refuses %s', async (_, value, message) => {
    respond(value);
    const error = await failure(() => resolve(server.client(), detail.id));
    expect(error).toMatchObject({ code: 'VALIDATION', direction: 'response', message: expect.stringContaining(message) });
  });

  test('can be queried by your own document, and keeps what it selects', async () => {
    const document = `query ($orderIdentifier: OrderIdentifierInput!) { order(orderIdentifier: $orderIdentifier) { id totalPrice { value { amount } } ${field} { details { id state } } } }`;
    await resolve(server.client({ documents: { [name]: document } }), detail.id);
    expect(server.sent[0]?.query).toBe(document);
    respond({ id: orderId, [field]: { details: [{ ...detail, extra: 1 }] } });
    expect(await resolve(server.client(), detail.id)).toMatchObject({ [name]: { payload: { extra: 1 } } });
  });

  test.each<[unknown]>([
    [undefined],
    [null],
    [{}],
    [{ orderId }],
    [{ orderId, refundId: 7, returnId: 7 }],
    ['text'],
    [{ orderId: '', refundId: 'r', returnId: 'r' }],
  ])('refuses %j, and nothing is sent', async (bad) => {
    const client = server.client();
    const call = () => (name === 'refund' ? client.resolveRefund(bad as never) : client.resolveReturn(bad as never));
    expect(await failure(call)).toMatchObject({ code: 'VALIDATION', direction: 'request' });
    expect(server.sent).toEqual([]);
  });

  test('goes from event to result', async () => {
    const parsed = new BuyWithPrimeEventParser().parse(buyWithPrimeEvent(name === 'refund' ? 'REFUND_REQUESTED' : 'RETURN_STARTED'));
    const resolution =
      parsed.kind === 'REFUND_REQUESTED'
        ? await server.client().resolveRefund(parsed)
        : await server.client().resolveReturn(parsed as BuyWithPrimeEventOf<'RETURN_STARTED'>);
    expect(resolution).toMatchObject({ status: 'found' });
  });

  test('throws what no retry fixes, with its data and without showing it', async () => {
    const data = { order: { id: 'Erika Mustermann' } };
    server.faults.push((response) => json(response, { errors: [classified('ValidationError')], data }));
    const error = await failure(() => resolve(server.client(), detail.id));
    expect(error).toMatchObject({ code: 'GRAPHQL', data });
    expect(shown(error)).not.toContain('Erika');
  });
});

test('each accepts events of its kind, and no others, by their types', () => {
  type RefundInput = Parameters<BuyWithPrimeClient['resolveRefund']>[0];
  type ReturnInput = Parameters<BuyWithPrimeClient['resolveReturn']>[0];
  expectTypeOf<BuyWithPrimeEventOf<'REFUND_COMPLETED'>>().toExtend<RefundInput>();
  expectTypeOf<BuyWithPrimeEventOf<'RETURN_DELIVERY_FAILED'>>().toExtend<ReturnInput>();
  expectTypeOf<BuyWithPrimeEventOf<'DELIVERY_COMPLETED'>>().not.toExtend<RefundInput | ReturnInput>();
});

test('the status says what there is', () => {
  expectTypeOf<Extract<RefundResolution, { status: 'found' }>>().toHaveProperty('refund');
  expectTypeOf<Extract<ReturnResolution, { status: 'not-found' }>['reason']>().toEqualTypeOf<'order-not-found' | 'return-not-in-order'>();
});
