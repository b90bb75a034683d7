/** What is in a delivery: a line item that is split over several is not shipped more than once. */
import { afterEach, beforeEach, describe, expect, expectTypeOf, test } from 'vitest';
import type { BuyWithPrimeLineItem, DeliveryResolution } from '../../../src/buywithprime/index.ts';
import { buyWithPrimeOrder } from '../../../src/testing/index.ts';
import { failure, serveEmulator } from '../../support/buywithprime/emulated.ts';
import { classified, json } from '../../support/buywithprime/server.ts';

const orderId = '322-ABC1-AAAAAA';
/** A line of 3 that is split into 2 and 1, and a line of 4 that is in the second delivery as a whole. */
const order = buyWithPrimeOrder({
  lineItems: [
    { id: 'split', quantity: 3 },
    { id: 'whole', quantity: 4, product: { title: 'Socks', price: { amount: 9.5, currencyCode: 'USD' } } },
  ],
  deliveries: [
    { id: 'd1', state: 'IN_TRANSIT', contents: [{ lineItemId: 'split', quantity: 2 }] },
    {
      id: 'd2',
      state: 'PENDING',
      contents: [
        { lineItemId: 'split', quantity: 1 },
        { lineItemId: 'whole', quantity: 4 },
      ],
    },
  ],
});

let server: Awaited<ReturnType<typeof serveEmulator>>;
beforeEach(async () => {
  server = await serveEmulator({ orders: [order] });
});
afterEach(() => server.close());

/** The contents, by line item. */
function contentsOf(resolution: DeliveryResolution): unknown {
  if (resolution.status !== 'found') return resolution.reason;
  return Object.fromEntries(resolution.contents.map(({ lineItem, quantity }) => [lineItem.id, quantity]));
}
const resolve = async (deliveryId: string, client = server.client()) => contentsOf(await client.resolveDelivery({ orderId, deliveryId }));
const refuse = () =>
  server.faults.push((response) =>
    json(response, { errors: [{ ...classified('ValidationError', 'UnspecifiedError'), message: 'Unknown field' }], data: null }),
  );

describe.each(['2024-04-01', '2024-11-01'])('in %s', (apiVersion) => {
  test('a line of 3 that is split into 2 and 1 is not 3 and 3', async () => {
    const client = server.client({ apiVersion });
    expect(await resolve('d1', client)).toStrictEqual({ split: 2 });
    expect(await resolve('d2', client)).toStrictEqual({ split: 1, whole: 4 });
    expect(server.sent).toHaveLength(2);
  });

  test('a refused query is sent again without the contents, and never again with them', async () => {
    const client = server.client({ apiVersion });
    refuse();
    expect(await resolve('d2', client)).toStrictEqual({ split: undefined, whole: 4 });
    expect(server.sent.map(({ query }) => /DetailsFor/.test(query))).toStrictEqual([true, false]);
    expect(await resolve('d1', client)).toStrictEqual({ split: undefined });
    expect(server.sent).toHaveLength(3);
    expect(server.sent[2]?.query).not.toContain('DetailsFor');
  });
});

test('2024-01-01 documents no quantity: it is known of line items that are in one delivery', async () => {
  const client = server.client({ apiVersion: '2024-01-01' });
  expect(await resolve('d1', client)).toStrictEqual({ split: undefined });
  expect(await resolve('d2', client)).toStrictEqual({ split: undefined, whole: 4 });
  expect(server.sent[0]?.query).not.toContain('DetailsFor');
});

test('a query that is refused with status 400 is sent again too', async () => {
  server.faults.push((response) => json(response, { errors: [classified('ValidationError')] }, 400));
  expect(await resolve('d1')).toStrictEqual({ split: undefined });
});

test('a refusal without a classification is sent without the contents too', async () => {
  server.faults.push((response) =>
    json(response, { errors: [{ message: 'Field "x" is undefined', locations: [{ line: 1, column: 1 }] }] }),
  );
  expect(await resolve('d1')).toStrictEqual({ split: undefined });
});

test.each(['AccessDeniedError', 'ConflictError'])('after %s nothing is sent without the contents', async (type) => {
  for (const _ of [1, 2]) server.faults.push((response) => json(response, { errors: [classified(type)], data: { order: null } }));
  await failure(() => server.client().resolveDelivery({ orderId, deliveryId: 'd1' }));
  expect(server.sent.every(({ query }) => query.includes('DetailsFor'))).toBe(true);
});

test('what is refused without the contents too is thrown, and the next call tries again with them', async () => {
  const client = server.client();
  refuse();
  refuse();
  expect(await failure(() => client.resolveDelivery({ orderId, deliveryId: 'd1' }))).toMatchObject({
    errors: [{ type: 'ValidationError' }],
  });
  expect(await resolve('d1', client)).toStrictEqual({ split: 2 });
});

const item = (id: string, value: number, details: unknown[]) => ({ id, amount: { value }, packageInformation: { details } });
const parcel = (id: string, orderLineItemAmounts?: unknown) => ({
  id,
  state: 'PENDING',
  packageInformationDetailsFor: { orderLineItemAmounts },
});
test.each<[string, unknown[], unknown]>([
  ['a list of null', [item('a', 3, [parcel('d1', [null])])], { a: 3 }],
  ['no list', [item('a', 3, [parcel('d1')])], { a: 3 }],
  ['a line item without a quantity', [item('a', 3, [parcel('d1', [{ lineItem: { id: 'a' } }])])], { a: 3 }],
  [
    'a line item without a quantity that is split',
    [item('a', 3, [parcel('d1', [{ lineItem: { id: 'a' } }]), parcel('d2')])],
    { a: undefined },
  ],
  [
    'a line item twice',
    [
      item('a', 3, [
        parcel('d1', [
          { lineItem: { id: 'a' }, amount: { value: 1 } },
          { lineItem: { id: 'a' }, amount: { value: 2 } },
        ]),
      ]),
    ],
    { a: 3 },
  ],
  ['a line item that is not in the order', [item('a', 3, [parcel('d1', [{ lineItem: { id: 'x' }, amount: { value: 1 } }])])], { a: 3 }],
  [
    'an empty list in one copy',
    [item('a', 3, [parcel('d1', [])]), item('b', 2, [parcel('d1', [{ lineItem: { id: 'b' }, amount: { value: 1 } }])])],
    { a: 3, b: 1 },
  ],
  [
    'a list in each copy that names its own line item',
    [
      item('a', 3, [parcel('d1', [{ lineItem: { id: 'a' }, amount: { value: 2 } }])]),
      item('b', 2, [parcel('d1', [{ lineItem: { id: 'b' }, amount: { value: 1 } }])]),
    ],
    { a: 2, b: 1 },
  ],
  [
    'a list that one of the line items lacks',
    [item('a', 3, [parcel('d1', [{ lineItem: { id: 'a' }, amount: { value: 2 } }])]), item('b', 2, [parcel('d1', undefined)])],
    { a: 2, b: 2 },
  ],
  [
    '__proto__ as a line item',
    [item('__proto__', 3, [parcel('d1', [{ lineItem: { id: '__proto__' }, amount: { value: 1 } }])])],
    JSON.parse('{"__proto__": 1}'),
  ],
])('%s is read as far as it goes', async (_, lineItems, expected) => {
  server.faults.push((response) => json(response, { data: { order: { id: orderId, lineItems } } }));
  expect(await resolve('d1')).toStrictEqual(expected);
});

test('each line item has what your own document selects, to be checked', async () => {
  const delivery = `query ($orderIdentifier: OrderIdentifierInput!) {
    order(orderIdentifier: $orderIdentifier) {
      id
      lineItems {
        id
        amount { value }
        product { price { amount currencyCode } }
        packageInformation { details { id state packageInformationDetailsFor { orderLineItemAmounts { lineItem { id } amount { value } } } } }
      }
    }
  }`;
  const resolution = await server.client({ documents: { delivery } }).resolveDelivery({ orderId, deliveryId: 'd2' });
  if (resolution.status !== 'found') throw new Error('not found');
  expect(resolution.contents.map(({ lineItem, quantity }) => [lineItem.payload['product'], quantity])).toStrictEqual([
    [null, 1],
    [{ price: { amount: 9.5, currencyCode: 'USD' } }, 4],
  ]);
  expectTypeOf<BuyWithPrimeLineItem['payload']['product']>().toBeUnknown();
});
