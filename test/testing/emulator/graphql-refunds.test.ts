/** What the emulated `updateOrder` keeps, and what it refuses with Amazon's codes. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buyWithPrimeOrder, type EmulatedRefund } from '../../../src/testing/index.ts';
import { failure, serveEmulator } from '../../support/buywithprime/emulated.ts';

const orderId = '322-ABC1-AAAAAA';
const now = new Date('2026-03-01T09:00:00Z');
let server: Awaited<ReturnType<typeof serveEmulator>>;
beforeAll(async () => {
  server = await serveEmulator({ clock: () => now });
});
afterAll(() => server.close());
beforeEach(() => set({}));

const set = (changes: Partial<EmulatedRefund>) =>
  server.emulator.orders.set(
    orderId,
    buyWithPrimeOrder({
      refunds: [
        { id: 'r1', state: 'PENDING', ...changes },
        { id: 'r2', state: 'SUCCESS', aliases: [{ aliasId: 'taken', aliasType: 'EXTERNAL_ID' }] },
      ],
    }),
  );
const refunds = () => server.emulator.orders.get(orderId)?.refunds ?? [];
const total = (amount: number) => ({ totalAmount: { amount, currencyCode: 'USD' } });
const alias = (aliasId: string, aliasType = 'EXTERNAL_ID') => ({ aliasId, aliasType });
const payment = (id: string | null, amount = 1) => ({ id, amount: { amount, currencyCode: 'USD' }, paymentMethod: { type: 'CARD' } });

const update = (...details: object[]) =>
  server.client().execute(
    `mutation ($o: OrderIdentifierInput!, $input: UpdateOrderInput!) {
      updateOrder(orderIdentifier: $o, input: $input) { order { refunds { details { id state aliases { aliasId } refundTotal { totalAmount { amount } } paymentDetails { id } } } } }
    }`,
    { o: { orderId }, input: { refunds: { details } } },
  );

describe('updateOrder', () => {
  test('keeps the total of the last update and the payments of all', async () => {
    await update({ id: 'r1', state: 'PARTIAL', refundTotal: total(5), paymentDetails: [payment('p1', 5)] });
    const data = await update({
      id: 'r1',
      state: 'SUCCESS',
      refundTotal: total(8),
      paymentDetails: [payment('p2', 3)],
      aliases: [alias('mine')],
    });
    expect(data).toMatchObject({
      updateOrder: {
        order: {
          refunds: {
            details: [
              {
                id: 'r1',
                state: 'SUCCESS',
                aliases: [{ aliasId: 'mine' }],
                refundTotal: { totalAmount: { amount: 8 } },
                paymentDetails: [{ id: 'p1' }, { id: 'p2' }],
              },
              { id: 'r2' },
            ],
          },
        },
      },
    });
    expect(refunds()[0]).toMatchObject({ total: { amount: 8, currencyCode: 'USD' }, payments: [{ id: 'p1' }, { id: 'p2' }] });
  });

  test('adds an external refund, which can have a request reason', async () => {
    for (const [at, aliasType] of ['EXTERNAL-REFUND-ID', 'EXTERNAL_REFUND_ID'].entries()) {
      await update({ aliases: [alias(`x${at}`, aliasType)], state: 'SUCCESS', refundRequestReason: 'ITEM_MISSING', refundTotal: total(2) });
    }
    expect(refunds()).toHaveLength(4);
    expect(refunds()[3]).toMatchObject({ id: expect.any(String), state: 'SUCCESS', refundRequestReason: 'ITEM_MISSING' });
  });

  test.each<[string, string, object[]]>([
    ['MissingRefundId', 'no id', [{ state: 'SUCCESS', refundTotal: total(1) }]],
    ['MissingRefundId', 'an alias of another type for an id', [{ aliases: [alias('a')], refundTotal: total(1) }]],
    ['InvalidRefundId', 'an unknown id', [{ id: 'constructor', refundTotal: total(1) }]],
    [
      'DuplicateRefundId',
      'an id twice',
      [
        { id: 'r1', refundTotal: total(1) },
        { id: 'r1', refundTotal: total(2) },
      ],
    ],
    ['DuplicateAliasId', 'an alias twice', [{ id: 'r1', refundTotal: total(1), aliases: [alias('a'), alias('a', 'OTHER')] }]],
    ['InvalidAliasId', 'an alias of another refund', [{ id: 'r1', refundTotal: total(1), aliases: [alias('taken')] }]],
    ['InvalidRefundRequestReasonUpdate', 'a request reason', [{ id: 'r1', refundTotal: total(1), refundRequestReason: 'OTHERS' }]],
    ['InvalidRefundStateTransition', 'a settled refund', [{ id: 'r2', state: 'PARTIAL', refundTotal: total(1) }]],
    [
      'ItemDoesNotExist',
      'an unknown line item',
      [{ id: 'r1', refundTotal: total(1), refundFor: { orderLineItems: [{ lineItemId: { lineItemId: 'x' } }] } }],
    ],
    ['UnspecifiedError', 'a total without an amount', [{ id: 'r1', refundTotal: {} }]],
    [
      'UnspecifiedError',
      'a payment twice',
      [{ id: 'r1', refundTotal: total(1), paymentDetails: [payment('p'), payment(null), payment('p')] }],
    ],
  ])('responds with %s to %s, and changes nothing, whatever else is in the call', async (errorCode, _, details) => {
    const before = structuredClone(refunds());
    const good = { aliases: [alias('fine', 'EXTERNAL-REFUND-ID')], refundTotal: total(1) };
    expect(await failure(() => update(good, ...details))).toMatchObject({
      errors: [{ type: 'ValidationError', errorCode, path: ['updateOrder'] }],
    });
    expect(refunds()).toEqual(before);
  });

  test.each(['PARTIAL', 'SUCCESS'])('refuses a total that is less than before, after %s', async (state) => {
    set({ state, total: { amount: 5, currencyCode: 'USD' } });
    expect(await failure(() => update({ id: 'r1', state: 'SUCCESS', refundTotal: total(4) }))).toMatchObject({
      errors: [{ errorCode: 'UnspecifiedError', message: expect.stringContaining('what was refunded before') }],
    });
    await update({ id: 'r1', state: 'SUCCESS', refundTotal: total(5) });
  });

  test.each(['PENDING', 'FAILURE'])('refuses a total that is less than what was paid, while the refund is %s', async (state) => {
    await update({ id: 'r1', state, refundTotal: total(5), paymentDetails: [payment('p1', 5)] });
    expect(await failure(() => update({ id: 'r1', state: 'PARTIAL', refundTotal: total(3) }))).toMatchObject({
      errors: [{ errorCode: 'UnspecifiedError', message: expect.stringContaining('what was refunded before') }],
    });
    expect(refunds()[0]).toMatchObject({ state, total: { amount: 5 } });
    await update({ id: 'r1', state: 'PARTIAL', refundTotal: total(8) });
  });

  test('accepts a total without a payment that was in progress and failed', async () => {
    await update({ id: 'r1', state: 'PENDING', refundTotal: total(5), paymentDetails: [{ ...payment('p1', 5), state: 'IN_PROGRESS' }] });
    await update({ id: 'r1', state: 'FAILURE', refundTotal: total(0), paymentDetails: [{ ...payment('p1', 5), state: 'FAILED' }] });
    expect(refunds()[0]).toMatchObject({ state: 'FAILURE', total: { amount: 0 } });
  });

  test.each(['PENDING', 'SUCCESS'])('refuses a total in another currency, after %s', async (state) => {
    set({ state, total: { amount: 5, currencyCode: 'USD' } });
    const euros = { totalAmount: { amount: 8, currencyCode: 'EUR' } };
    expect(await failure(() => update({ id: 'r1', state: 'SUCCESS', refundTotal: euros }))).toMatchObject({
      errors: [{ errorCode: 'UnspecifiedError', message: expect.stringContaining('currencyCode must be that of the refund') }],
    });
    expect(refunds()[0]).toMatchObject({ total: { amount: 5, currencyCode: 'USD' } });
  });

  test('accepts a total that is less than the estimate', async () => {
    set({ state: 'PENDING', total: { amount: 20, currencyCode: 'USD' } });
    await update({ id: 'r1', state: 'PARTIAL', refundTotal: total(4) });
    expect(refunds()[0]).toMatchObject({ total: { amount: 4 } });
  });

  test('shows the sums of all refunds of the order', async () => {
    const summary = async () => {
      const fields =
        'paymentSummary { amount { amount currencyCode } paymentMethodDisplayString state } refundTotal { totalAmount { amount currencyCode } }';
      const data = await server
        .client()
        .execute(`{ order(orderIdentifier: { orderId: "${orderId}" }) { refunds { summary { ${fields} } } } }`);
      return (data['order'] as { refunds: { summary: object } }).refunds.summary;
    };
    expect(await summary()).toEqual({ paymentSummary: null, refundTotal: null });
    set({ total: { amount: 20, currencyCode: 'USD' } });
    expect(await summary()).toEqual({ paymentSummary: null, refundTotal: total(20) });
    await update({ id: 'r1', state: 'PARTIAL', refundTotal: total(5.1), paymentDetails: [payment('p1', 5.1)] });
    const byCard = { ...payment('p3', 3), paymentMethod: { type: 'CARD', displayString: 'My card' } };
    const paymentDetails = [
      { ...payment('p2', 9), state: 'FAILED' },
      { ...byCard, state: 'SUCCESS' },
    ];
    await update({ id: 'r1', state: 'SUCCESS', refundTotal: total(8.1), paymentDetails });
    await update({ id: 'r2', state: 'SUCCESS', refundTotal: total(0.2), paymentDetails: [payment('p4', 0.2)] });
    expect(await summary()).toEqual({
      paymentSummary: { amount: { amount: 8.3, currencyCode: 'USD' }, paymentMethodDisplayString: 'CARD, My card', state: null },
      refundTotal: total(8.3),
    });
  });

  test('finds no order that does not exist', async () => {
    const document = 'mutation ($input: UpdateOrderInput!) { updateOrder(input: $input) { id } }';
    const call = () => server.client({ apiVersion: '2024-01-01' }).execute(document, { input: { orderId: 'x' } });
    expect(await failure(call)).toMatchObject({ errors: [{ type: 'ResourceNotFoundError' }] });
  });
});
