import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, expectTypeOf, test } from 'vitest';
import {
  type BuyWithPrimeClient,
  type BuyWithPrimeEventOf,
  BuyWithPrimeEventParser,
  type BuyWithPrimeRefundUpdate,
} from '../../../src/buywithprime/index.ts';
import { buyWithPrimeEvent, buyWithPrimeOrder, type EmulatedRefund } from '../../../src/testing/index.ts';
import { failure, serveEmulator, shown } from '../../support/buywithprime/emulated.ts';
import { classified, json } from '../../support/buywithprime/server.ts';

const VERSIONS = ['2024-01-01', '2024-04-01', '2024-11-01'] as const;
const STATES = ['PENDING', 'PARTIAL', 'FAILURE', 'SUCCESS'] as const;
/** As Amazon's page lists them. */
const ALLOWED: Readonly<Record<(typeof STATES)[number], readonly string[]>> = {
  PENDING: ['PENDING', 'PARTIAL', 'FAILURE', 'SUCCESS'],
  FAILURE: ['PARTIAL', 'FAILURE', 'SUCCESS'],
  PARTIAL: ['PARTIAL', 'SUCCESS'],
  SUCCESS: ['SUCCESS'],
};
const orderId = '322-ABC1-AAAAAA';
const refund = { orderId, refundId: 'refund-1' };
const usd = (amount: number) => ({ amount, currencyCode: 'USD' });
type Payment = NonNullable<BuyWithPrimeRefundUpdate['payments']>[number];
const pay = (amount: number, more: Partial<Payment> = {}): Payment => ({
  amount: usd(amount),
  paymentMethod: { type: 'AMAZON_PAY' },
  state: 'SUCCESS',
  ...more,
});

/** A payment that the emulator has. */
const paid = (amount: number, state = 'SUCCESS') => ({ amount: usd(amount), paymentMethod: { type: 'AMAZON_PAY' }, state });

let server: Awaited<ReturnType<typeof serveEmulator>>;
beforeAll(async () => {
  server = await serveEmulator();
});
afterAll(() => server.close());
beforeEach(() => {
  server.emulator.reset();
  server.faults.length = 0;
  server.sent.length = 0;
  set({ state: 'PENDING', total: usd(20.5) });
});

const set = (changes: Partial<EmulatedRefund>, more: readonly EmulatedRefund[] = []) =>
  server.emulator.orders.set(orderId, buyWithPrimeOrder({ refunds: [{ id: 'refund-1', state: 'PENDING', ...changes }, ...more] }));
const kept = (): EmulatedRefund | undefined => server.emulator.orders.get(orderId)?.refunds?.find(({ id }) => id === 'refund-1');
const mutations = () => server.sent.filter(({ query }) => query.startsWith('mutation'));

describe('updateRefund', () => {
  const aliases = [{ aliasId: 'shop-refund-7', aliasType: 'EXTERNAL_ID' }];
  const detail = {
    id: 'refund-1',
    state: 'PARTIAL',
    refundTotal: { totalAmount: usd(5) },
    paymentDetails: [{ id: 'p1', amount: usd(5), paymentMethod: { type: 'AMAZON_PAY', displayString: 'Amazon Pay' }, state: 'SUCCESS' }],
    aliases,
  };
  const update: BuyWithPrimeRefundUpdate = {
    state: 'PARTIAL',
    payments: [pay(5, { id: 'p1', paymentMethod: { type: 'AMAZON_PAY', displayString: 'Amazon Pay' } })],
    aliases,
  };

  test.each<[string, object, string]>([
    ['2024-01-01', { input: { orderId, refunds: { details: [detail] } } }, '{ id }'],
    ['2024-04-01', { input: { orderId, refunds: { details: [detail] } } }, '{ order { id } }'],
    ['2024-11-01', { orderIdentifier: { orderId }, input: { refunds: { details: [detail] } } }, '{ order { id } }'],
  ])('has the form of %s', async (apiVersion, variables, selection) => {
    expect(await server.client({ apiVersion }).updateRefund(refund, update)).toEqual({
      status: 'updated',
      ...refund,
      state: 'PARTIAL',
      total: usd(5),
    });
    expect(mutations()).toEqual([expect.objectContaining({ variables, version: apiVersion, query: expect.stringContaining(selection) })]);
    expect(kept()).toMatchObject({ state: 'PARTIAL', total: usd(5), aliases, payments: [{ id: 'p1', amount: usd(5) }] });
  });

  test.each(VERSIONS)('goes from the event to a settled refund, in parts, in %s', async (apiVersion) => {
    const client = server.client({ apiVersion });
    const event = new BuyWithPrimeEventParser().parse(buyWithPrimeEvent('REFUND_REQUESTED')) as BuyWithPrimeEventOf<'REFUND_REQUESTED'>;
    await client.updateRefund(event, { state: 'FAILURE', payments: [pay(5, { state: 'FAILED' })] });
    expect(kept()).toMatchObject({ state: 'FAILURE', total: usd(0) });
    await client.updateRefund(event, { state: 'PARTIAL', payments: [pay(5)] });
    expect(kept()).toMatchObject({ state: 'PARTIAL', total: usd(5) });
    expect(await client.updateRefund(event, { state: 'SUCCESS', payments: [pay(3)] })).toMatchObject({ total: usd(8) });
    expect(await client.resolveRefund(event)).toMatchObject({ refund: { state: 'SUCCESS', total: usd(8) } });
    expect(kept()?.payments?.map(({ amount }) => amount.amount)).toEqual([5, 5, 3]);
  });

  test('reads the refund first, unless it is passed', async () => {
    const client = server.client();
    const resolution = await client.resolveRefund(refund);
    if (resolution.status !== 'found') throw new Error('not found');
    server.sent.length = 0;
    await client.updateRefund(refund, { state: 'PARTIAL', payments: [pay(1)], current: resolution.refund });
    expect(server.sent).toHaveLength(1);
    await client.updateRefund(refund, { state: 'PARTIAL', payments: [pay(1)] });
    expect(server.sent).toHaveLength(3);
  });

  test('overwrites an alias of a type that exists, and deletes none', async () => {
    set({ aliases: [...aliases, { aliasId: 'old', aliasType: 'OTHER' }] });
    await server.client().updateRefund(refund, { state: 'PENDING', total: usd(0), aliases: [{ aliasId: 'new', aliasType: 'OTHER' }] });
    expect(kept()?.aliases).toEqual([...aliases, { aliasId: 'new', aliasType: 'OTHER' }]);
  });

  test('is a result with a reason if there is no such refund or order, and nothing is reported', async () => {
    expect(await server.client().updateRefund({ orderId, refundId: 'constructor' }, update)).toMatchObject({
      status: 'not-found',
      reason: 'refund-not-in-order',
    });
    expect(await server.client().updateRefund({ orderId: 'unknown', refundId: 'refund-1' }, update)).toMatchObject({
      status: 'not-found',
      reason: 'order-not-found',
    });
    expect(mutations()).toEqual([]);
  });

  test('accepts events of refunds, and no others, by their types', () => {
    type Input = Parameters<BuyWithPrimeClient['updateRefund']>[0];
    expectTypeOf<BuyWithPrimeEventOf<'REFUND_REQUESTED'>>().toExtend<Input>();
    expectTypeOf<BuyWithPrimeEventOf<'RETURN_COMPLETED'>>().not.toExtend<Input>();
  });
});

describe('the state', () => {
  const pairs = STATES.flatMap((from) => [...STATES, 'REJECTED' as const].map((to) => [from, to] as const));

  test.each(pairs)('from %s to %s is refused if Amazon forbids it, and reported else', async (from, to) => {
    set({ state: from, total: usd(5) });
    const call = () => server.client().updateRefund(refund, { state: to, total: usd(8) });
    if (to === 'REJECTED') {
      // Left to Amazon: no page shows when it is allowed.
      await call().catch(() => undefined);
      expect(mutations()).toHaveLength(1);
    } else if (ALLOWED[from].includes(to)) {
      expect(await call()).toMatchObject({ status: 'updated' });
      expect(kept()).toMatchObject({ state: to, total: usd(8) });
    } else {
      expect(await failure(call)).toMatchObject({ code: 'VALIDATION', direction: 'request', issues: [{ path: ['state'] }] });
      expect(mutations()).toEqual([]);
    }
  });

  test("agrees with the emulator, which has Amazon's code for it, for every sequence", async () => {
    const client = server.client();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...STATES), fc.array(fc.constantFrom(...STATES), { maxLength: 5 }), async (from, next) => {
        set({ state: from, total: usd(0) });
        let state: (typeof STATES)[number] = from;
        for (const to of next) {
          const error = await client.updateRefund(refund, { state: to, total: usd(1) }).catch((reason) => reason);
          const stale = { state: to, total: usd(1), current: { state: undefined, total: undefined } };
          if (ALLOWED[state].includes(to)) {
            expect(error).toMatchObject({ status: 'updated' });
            state = to;
          } else {
            expect(error).toMatchObject({ code: 'VALIDATION' });
            expect(await failure(() => client.updateRefund(refund, stale))).toMatchObject({
              errors: [{ errorCode: 'InvalidRefundStateTransition' }],
              hint: expect.stringContaining('resolveRefund()'),
            });
          }
          expect(kept()?.state).toBe(state);
        }
      }),
      { numRuns: 30 },
    );
  });

  test.each(['REJECTED', 'NEW_STATE'])('of a refund that is %s is left to Amazon', async (state) => {
    await server.client().updateRefund(refund, { state: 'SUCCESS', total: usd(1), current: { state, total: undefined } });
    expect(mutations()).toHaveLength(1);
  });
});

describe('the total', () => {
  const cents = fc.integer({ min: 0, max: 100_000_000 }).map((amount) => amount / 100);

  test('is the sum of all updates, exact for all amounts', async () => {
    const client = server.client();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(cents, { maxLength: 4 }), { minLength: 1, maxLength: 4 }), fc.nat(4), async (updates, pending) => {
        set({ state: 'PENDING', total: usd(999) });
        for (const [at, amounts] of updates.entries()) {
          const state = at < pending ? 'PENDING' : 'PARTIAL';
          await client.updateRefund(refund, { state, payments: amounts.map((amount) => pay(amount)) });
        }
        const inCents = updates.flat().reduce((sum, amount) => sum + Math.round(amount * 100), 0);
        expect(kept()?.total?.amount).toBe(inCents / 100);
      }),
      { numRuns: 40 },
    );
  });

  test('is the sum of all updates while the refund stays pending, too', async () => {
    const client = server.client();
    await client.updateRefund(refund, { state: 'PENDING', payments: [pay(5, { id: 'p1' })] });
    const found = await client.resolveRefund(refund);
    expect(found).toMatchObject({ refund: { state: 'PENDING', total: usd(5), payments: [{ amount: 5, state: 'SUCCESS' }] } });
    if (found.status !== 'found') throw new Error('not found');
    expect(await client.updateRefund(refund, { state: 'PARTIAL', payments: [pay(3, { id: 'p2' })], current: found.refund })).toMatchObject({
      total: usd(8),
    });
    await client.updateRefund(refund, { state: 'SUCCESS', payments: [pay(1, { id: 'p3' })] });
    expect(kept()?.total).toEqual(usd(9));
  });

  test.each<[string, BuyWithPrimeRefundUpdate, number]>([
    ['has succeeded', { state: 'SUCCESS', payments: [pay(5, { state: 'SUCCESS' })] }, 5],
    ['has failed', { state: 'FAILURE', payments: [pay(5, { state: 'FAILED' })] }, 0],
    ['is still in progress', { state: 'PARTIAL', payments: [pay(3)] }, 3],
  ])('counts a payment of a pending refund once: it %s', async (_, update, expected) => {
    const client = server.client();
    await client.updateRefund(refund, { state: 'PENDING', payments: [pay(5, { state: 'IN_PROGRESS' })] });
    await client.updateRefund(refund, update);
    expect(kept()?.total).toEqual(usd(expected));
  });

  test.each([
    [[0.1, 0.2], 0.3],
    [[1.0001, 2.0002], 3.0003],
    [[999_999_999.99, 0.01], 1_000_000_000],
  ])('of %j is %d', async (amounts, total) => {
    expect(await server.client().updateRefund(refund, { state: 'SUCCESS', payments: amounts.map((amount) => pay(amount)) })).toMatchObject({
      total: usd(total),
    });
  });

  test.each<[string, Partial<EmulatedRefund>, Partial<BuyWithPrimeRefundUpdate>, number]>([
    ['starts from 0 after PENDING, whose total is an estimate', { state: 'PENDING', total: usd(20) }, { payments: [pay(3)] }, 3],
    ['starts from 0 after FAILURE', { state: 'FAILURE', total: usd(20) }, { payments: [pay(3)] }, 3],
    [
      'starts from what was refunded if a payment was reported, after PENDING',
      { state: 'PENDING', total: usd(5), payments: [paid(5)] },
      { payments: [pay(3)] },
      8,
    ],
    [
      'starts from what was refunded if a payment was reported, after FAILURE',
      { state: 'FAILURE', total: usd(5), payments: [paid(5), paid(1, 'FAILED')] },
      { payments: [pay(3)] },
      8,
    ],
    [
      'does not count a payment that is in the list twice',
      { state: 'PENDING', total: usd(5), payments: [paid(5), paid(5)] },
      { payments: [pay(3)] },
      8,
    ],
    [
      'counts what was paid beside a payment in progress',
      { state: 'PENDING', total: usd(7), payments: [paid(5), paid(2, 'IN_PROGRESS')] },
      { payments: [pay(3)] },
      8,
    ],
    ['starts from what was refunded after PARTIAL', { state: 'PARTIAL', total: usd(5) }, { payments: [pay(3)] }, 8],
    [
      'does not count a payment twice that was in progress after PARTIAL',
      { state: 'PARTIAL', total: usd(8), payments: [paid(5), paid(3, 'IN_PROGRESS')] },
      { payments: [pay(3)] },
      8,
    ],
    [
      'does not keep a payment that was in progress after PARTIAL and failed',
      { state: 'PARTIAL', total: usd(8), payments: [paid(5), paid(3, 'IN_PROGRESS')] },
      { payments: [pay(3, { state: 'FAILED' })] },
      5,
    ],
    ['does not count payments that failed', { state: 'PARTIAL', total: usd(5) }, { payments: [pay(3, { state: 'FAILED' }), pay(1)] }, 6],
    ['does not count payments that were cancelled', { state: 'PARTIAL', total: usd(5) }, { payments: [pay(3, { state: 'CANCELLED' })] }, 5],
    ['can be passed', { state: 'PARTIAL', total: usd(5) }, { payments: [pay(3)], total: usd(8) }, 8],
    ['can be more, if payments were not reported', { state: 'PARTIAL', total: usd(5) }, { payments: [pay(3)], total: usd(20) }, 20],
    [
      'can leave out a payment that is not settled yet',
      { state: 'PARTIAL', total: usd(5) },
      { payments: [pay(3, { state: 'IN_PROGRESS' })], total: usd(5) },
      5,
    ],
  ])('%s', async (_, before, update, expected) => {
    set(before);
    await server.client().updateRefund(refund, { state: 'SUCCESS', ...update });
    expect(kept()?.total).toEqual(usd(expected));
  });

  test.each<[string, Partial<EmulatedRefund>, Partial<BuyWithPrimeRefundUpdate>, readonly PropertyKey[]]>([
    ['3 in place of 5 + 3', { state: 'PARTIAL', total: usd(5) }, { payments: [pay(3)], total: usd(3) }, ['total', 'amount']],
    ['6 in place of 5 + 6', { state: 'PARTIAL', total: usd(5) }, { payments: [pay(6)], total: usd(6) }, ['total', 'amount']],
    ['less than before', { state: 'PARTIAL', total: usd(5) }, { total: usd(4.99) }, ['total', 'amount']],
    ['less than a payment of before', { state: 'PENDING', total: usd(5), payments: [paid(5)] }, { total: usd(4.99) }, ['total', 'amount']],
    ['a payment and no total before', { state: 'PENDING', payments: [paid(5)] }, { payments: [pay(3)] }, ['total']],
    ['another currency', { state: 'PARTIAL', total: usd(5) }, { total: { amount: 8, currencyCode: 'EUR' } }, ['total', 'currencyCode']],
    [
      'a payment in another currency',
      { state: 'PENDING', total: usd(5) },
      { payments: [pay(1), pay(1, { amount: { amount: 1, currencyCode: 'EUR' } })] },
      ['payments', 1, 'amount', 'currencyCode'],
    ],
    ['no currency at all', { state: 'PENDING' }, {}, ['total']],
    ['no total before', { state: 'PARTIAL' }, { payments: [pay(1)] }, ['total']],
    ['a payment twice', { state: 'PENDING' }, { payments: [pay(1, { id: 'p' }), pay(2), pay(3, { id: 'p' })] }, ['payments', 2, 'id']],
  ])('with %s is refused, and nothing is reported', async (_, before, update, path) => {
    set(before);
    const error = await failure(() => server.client().updateRefund(refund, { state: 'SUCCESS', ...update }));
    expect(error).toMatchObject({ code: 'VALIDATION', direction: 'request', issues: [{ path }] });
    expect(mutations()).toEqual([]);
  });
});

describe('an input', () => {
  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'expected object, got nothing'],
    ['no state', {}, 'state: expected PENDING, PARTIAL, FAILURE, SUCCESS or REJECTED'],
    ['an unknown state', { state: 'DONE' }, 'state: expected PENDING'],
    ['a state in lower case', { state: 'success' }, 'state: expected PENDING'],
    ['an unknown key', { state: 'SUCCESS', amount: usd(1) }, 'unknown properties: amount'],
    ['an unknown key of a payment', { state: 'SUCCESS', payments: [{ ...pay(1), payer: 'x' }] }, 'payments.0: unknown properties: payer'],
    [
      'an amount that is a string',
      { state: 'SUCCESS', total: { amount: '8', currencyCode: 'USD' } },
      'total.amount: expected number, got string',
    ],
    ['a negative amount', { state: 'SUCCESS', total: usd(-1) }, 'total.amount: must be at least 0'],
    ['an infinite amount', { state: 'SUCCESS', total: usd(Number.POSITIVE_INFINITY) }, 'total.amount'],
    ['an amount that is not a number', { state: 'SUCCESS', total: usd(Number.NaN) }, 'total.amount'],
    ['an amount that is too large', { state: 'SUCCESS', total: usd(1_000_000_001) }, 'total.amount: must be at most 1000000000'],
    ['no currency', { state: 'SUCCESS', total: { amount: 1 } }, 'total.currencyCode: expected string, got nothing'],
    [
      'a currency that is not one',
      { state: 'SUCCESS', total: { amount: 1, currencyCode: '$' } },
      'total.currencyCode: expected a currency such as USD',
    ],
    ['a payment without a method', { state: 'SUCCESS', payments: [{ amount: usd(1) }] }, 'payments.0.paymentMethod: expected object'],
    [
      'a method in lower case',
      { state: 'SUCCESS', payments: [pay(1, { paymentMethod: { type: 'card' } })] },
      'payments.0.paymentMethod.type',
    ],
    ['an alias without a type', { state: 'SUCCESS', aliases: [{ aliasId: 'a' }] }, 'aliases.0.aliasType'],
    ['an empty line item', { state: 'SUCCESS', lineItems: [{ id: '' }] }, 'lineItems.0.id: must not be empty'],
  ])('with %s is refused, and nothing is sent', async (_, update, message) => {
    const error = await failure(() => server.client().updateRefund(refund, update as never));
    expect(error).toMatchObject({ code: 'VALIDATION', direction: 'request', message: expect.stringContaining(message) });
    expect(server.sent).toEqual([]);
  });

  test.each<[unknown]>([[undefined], [null], [{}], [{ orderId }], [{ orderId, refundId: '' }], ['refund-1'], [[]]])(
    'about %j is refused, and nothing is sent',
    async (bad) => {
      expect(await failure(() => server.client().updateRefund(bad as never, { state: 'SUCCESS' }))).toMatchObject({
        code: 'VALIDATION',
        direction: 'request',
      });
      expect(server.sent).toEqual([]);
    },
  );

  test.each<[string, string, Partial<BuyWithPrimeRefundUpdate>, string]>([
    ['2024-01-01', 'REJECTED', { state: 'REJECTED' }, 'state: REJECTED needs "apiVersion" 2024-11-01'],
    ['2024-04-01', 'REJECTED', { state: 'REJECTED' }, 'state: REJECTED needs "apiVersion" 2024-11-01'],
    ['2024-01-01', 'a reason', { statusReason: 'OTHERS' }, 'statusReason: needs "apiVersion" 2024-11-01'],
    ['2024-04-01', 'a reason', { statusReason: 'OTHERS' }, 'statusReason: needs "apiVersion" 2024-11-01'],
    ['2024-01-01', 'line items', { lineItems: [{ id: 'l' }] }, 'lineItems: must be left out'],
    ['2024-11-01', 'a quantity', { lineItems: [{ id: 'l' }, { id: 'm', quantity: 1 }] }, 'lineItems.1.quantity: must be left out'],
  ])('that %s does not document is refused: %s', async (apiVersion, _, update, message) => {
    const call = () => server.client({ apiVersion }).updateRefund(refund, { state: 'SUCCESS', total: usd(1), ...update });
    expect(await failure(call)).toMatchObject({ code: 'VALIDATION', message: expect.stringContaining(message) });
    expect(server.sent).toEqual([]);
  });

  test.each<[string, Partial<BuyWithPrimeRefundUpdate>, object]>([
    [
      '2024-04-01',
      { lineItems: [{ id: '88eaa8941c-b27324fb27', quantity: 1 }] },
      { refundFor: { orderLineItems: [{ lineItemId: { lineItemId: '88eaa8941c-b27324fb27' }, refundedQuantity: { amount: 1 } }] } },
    ],
    [
      '2024-11-01',
      { lineItems: [{ id: '88eaa8941c-b27324fb27' }], statusReason: 'PARTIALLY_DECLINED' },
      {
        refundFor: { orderLineItems: [{ lineItemId: { lineItemId: '88eaa8941c-b27324fb27' } }] },
        refundStatusReason: 'PARTIALLY_DECLINED',
      },
    ],
  ])('that %s documents is sent', async (apiVersion, update, expected) => {
    await server.client({ apiVersion }).updateRefund(refund, { state: 'SUCCESS', total: usd(1), ...update });
    expect(mutations()[0]?.variables).toMatchObject({ input: { refunds: { details: [expected] } } });
    expect(kept()).toMatchObject({ lineItemIds: ['88eaa8941c-b27324fb27'] });
  });

  test.each<[unknown]>([[null], ['text'], [{ retryUnanswered: 'yes' }], [{ retryUnanswerd: true }], [{ timeout: -1 }]])(
    'with the call options %j is refused, and nothing is sent',
    async (call) => {
      const error = await failure(() => server.client().updateRefund(refund, { state: 'SUCCESS' }, call as never));
      expect(error).toMatchObject({ code: 'CONFIGURATION' });
      expect(server.sent).toEqual([]);
    },
  );
});

describe('a response that is lost', () => {
  const update: BuyWithPrimeRefundUpdate = { state: 'PARTIAL', payments: [pay(5)], current: { state: 'PENDING', total: undefined } };

  test('is not retried, though Amazon has the update', async () => {
    server.emulator.fail({ path: '/graphql', status: 502, handled: true });
    expect(await failure(() => server.client().updateRefund(refund, update))).toMatchObject({ code: 'API', status: 502, attempts: 1 });
    expect(mutations()).toHaveLength(1);
    expect(kept()).toMatchObject({ state: 'PARTIAL', total: usd(5) });
  });

  test('is retried if the caller says that it is safe', async () => {
    server.emulator.fail({ path: '/graphql', status: 502, handled: true, headers: { 'retry-after': '0' } });
    expect(await server.client().updateRefund(refund, update, { retryUnanswered: true })).toMatchObject({
      status: 'updated',
      total: usd(5),
    });
    expect(mutations()).toHaveLength(2);
    expect(kept()).toMatchObject({ total: usd(5), payments: [{ amount: usd(5) }, { amount: usd(5) }] });
  });

  test('of the query before it is retried', async () => {
    server.faults.push((response) => response.writeHead(502, { 'retry-after': '0' }).end());
    expect(await server.client().updateRefund(refund, { state: 'PARTIAL', payments: [pay(5)] })).toMatchObject({ status: 'updated' });
    expect(server.sent).toHaveLength(3);
  });

  test('of the query leaves the mutation the rest of the total budget', async () => {
    const order = { id: orderId, refunds: { details: [{ id: 'refund-1', state: 'PENDING' }] } };
    server.faults.push((response) => setTimeout(() => json(response, { data: { order } }), 300));
    server.faults.push(() => undefined);
    const call = () => server.client().updateRefund(refund, { state: 'PARTIAL', payments: [pay(5)] }, { totalTimeout: 1_500 });
    const error = await failure(call);
    expect(error).toMatchObject({ code: 'TIMEOUT', budget: 'total' });
    expect(Number(/within (\d+) ms/.exec(error.message)?.[1])).toBeLessThan(1_300);
  });
});

describe("Amazon's codes", () => {
  const codes = [
    'DuplicateAliasId',
    'DuplicateRefundId',
    'InvalidAliasId',
    'InvalidRefundId',
    'InvalidRefundRequestReasonUpdate',
    'InvalidRefundStateTransition',
    'MissingRefundId',
    'ItemDoesNotExist',
  ];

  test.each(codes)('%s says what to do', async (errorCode) => {
    server.faults.push((response) =>
      json(response, { errors: [classified('ValidationError', errorCode, ['updateOrder'])], data: { updateOrder: null } }),
    );
    const error = await failure(() =>
      server.client().updateRefund(refund, { state: 'SUCCESS', total: usd(1), current: { state: 'PENDING', total: undefined } }),
    );
    expect(error).toMatchObject({ code: 'GRAPHQL', errors: [{ errorCode }], hint: expect.stringMatching(/\.$/) });
    expect(error.hint).not.toContain('apiVersion');
  });

  test('for an alias of another refund comes from the emulator too', async () => {
    const alias = { aliasId: 'taken', aliasType: 'EXTERNAL_ID' };
    set({}, [{ id: 'other', state: 'SUCCESS', aliases: [alias] }]);
    expect(await failure(() => server.client().updateRefund(refund, { state: 'PENDING', total: usd(0), aliases: [alias] }))).toMatchObject({
      errors: [{ errorCode: 'InvalidAliasId' }],
      hint: expect.stringContaining('another refund'),
    });
  });

  test('are shown without what the payments say of people', async () => {
    const displayString = 'Card of Erika k4711';
    server.faults.push((response) =>
      json(response, { errors: [{ ...classified('ValidationError'), message: `bad ${displayString}` }], data: null }),
    );
    const payments = [pay(1, { paymentMethod: { type: 'CARD', displayString } })];
    const error = await failure(() =>
      server.client().updateRefund(refund, { state: 'SUCCESS', payments, current: { state: 'PENDING', total: undefined } }),
    );
    expect(shown(error)).not.toMatch(/Erika|k4711/);
  });

  test('for a missing permission name it', async () => {
    const denied = { errors: [classified('AccessDeniedError', undefined, ['updateOrder'])], data: { updateOrder: null } };
    for (const _ of [1, 2]) server.faults.push((response) => json(response, denied));
    const update = { state: 'SUCCESS', total: usd(1), current: { state: 'PENDING', total: undefined } } as const;
    expect(await failure(() => server.client().updateRefund(refund, update))).toMatchObject({
      hint: expect.stringContaining('Edit Order Data'),
    });
  });
});
