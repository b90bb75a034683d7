import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buyWithPrimeOrder } from '../../../src/testing/index.ts';
import { failure, serveEmulator } from '../../support/buywithprime/emulated.ts';

let server: Awaited<ReturnType<typeof serveEmulator>>;
beforeEach(async () => {
  server = await serveEmulator({ orders: [buyWithPrimeOrder()] });
});
afterEach(() => server.close());

describe('the emulated sandbox', () => {
  const id = '322-ABC1-AAAAAA';
  const byPackage = `mutation ($o: OrderIdentifierInput!, $input: UpdateOrderPackageInformationInput!) {
    updateOrderPackageInformation(orderIdentifier: $o, input: $input) { __typename }
  }`;
  const byDelivery =
    'mutation ($input: UpdateOrderDeliveryInformationInput!) { updateOrderDeliveryInformation(input: $input) { __typename } }';
  const set = (state: string) =>
    server.emulator.orders.set(
      id,
      buyWithPrimeOrder({
        deliveries: [
          { id: 'd', state },
          { id: 'e', state: 'PENDING' },
        ],
      }),
    );
  const move = (...details: unknown[]) => server.client().execute(byPackage, { o: { orderId: id }, input: { details } });

  test.each([
    ['PENDING', 'IN_TRANSIT', undefined],
    ['PENDING', 'CANCELLED', 'UNFULFILLABLE'],
    ['PENDING', 'CANCELLED', 'CUSTOMER_REQUESTED'],
    ['IN_TRANSIT', 'DELIVERED', undefined],
    ['IN_TRANSIT', 'CANCELLED', 'UNDELIVERABLE'],
  ])('moves a package from %s to %s (%s)', async (from, state, reason) => {
    set(from);
    await move({ id: 'd', state, reason });
    expect(await server.client().resolveDelivery({ orderId: id, deliveryId: 'd' })).toMatchObject({ delivery: { state, reason } });
    expect(await server.client().resolveDelivery({ orderId: id, deliveryId: 'e' })).toMatchObject({ delivery: { state: 'PENDING' } });
  });

  test.each<[string, string, object[]]>([
    ['InvalidPackageDeliveryDetailStateTransition', 'PENDING', [{ id: 'd', state: 'DELIVERED' }]],
    ['InvalidPackageDeliveryDetailStateTransition', 'DELIVERED', [{ id: 'd', state: 'CANCELLED', reason: 'UNDELIVERABLE' }]],
    ['InvalidPackageDeliveryDetailStateTransition', 'CANCELLED', [{ id: 'd', state: 'IN_TRANSIT' }]],
    ['InvalidPackageDeliveryDetailStateTransition', 'PENDING', [{ id: 'd', state: 'CANCELLED', reason: 'UNDELIVERABLE' }]],
    ['InvalidPackageDeliveryDetailStateTransition', 'constructor', [{ id: 'd', state: 'constructor' }]],
    ['MissingCancellationReason', 'PENDING', [{ id: 'd', state: 'CANCELLED' }]],
    ['PackageInformationDetailIdNotFound', 'PENDING', [{ id: 'x', state: 'IN_TRANSIT' }]],
    [
      'ConflictingPackageStateInput',
      'PENDING',
      [
        { id: 'd', state: 'IN_TRANSIT' },
        { id: 'd', state: 'CANCELLED', reason: 'UNFULFILLABLE' },
      ],
    ],
    ['UnspecifiedError', 'PENDING', []],
  ])('responds with %s from %s for %j, and nothing moves', async (errorCode, from, details) => {
    set(from);
    const others = details.length > 0 ? [{ id: 'e', state: 'IN_TRANSIT' }] : [];
    expect(await failure(() => move(...others, ...details))).toMatchObject({ errors: [{ type: 'ValidationError', errorCode }] });
    expect(server.emulator.orders.get(id)?.deliveries).toMatchObject([{ state: from }, { state: 'PENDING' }]);
  });

  test('has another name in 2024-01-01, and does not exist in 2024-04-01', async () => {
    set('PENDING');
    const input = { orderIdentifier: { orderId: id }, details: [{ id: 'd', state: 'IN_TRANSIT' }] };
    expect(await server.client({ apiVersion: '2024-01-01' }).execute(byDelivery, { input })).toEqual({
      updateOrderDeliveryInformation: { __typename: 'UpdateOrderDeliveryInformationResponse' },
    });
    expect(server.emulator.orders.get(id)?.deliveries?.[0]).toMatchObject({ state: 'IN_TRANSIT' });
    for (const document of [byDelivery, byPackage]) {
      const call = () => server.client({ apiVersion: '2024-04-01' }).execute(document, { input, o: { orderId: id } });
      expect(await failure(call)).toMatchObject({ errors: [{ type: 'ValidationError' }] });
    }
  });

  test('refuses fields of the response: no page shows them', async () => {
    set('PENDING');
    const document = byPackage.replace('__typename', 'orderId');
    const call = () => server.client().execute(document, { o: { orderId: id }, input: { id: 'd', state: 'IN_TRANSIT' } });
    expect(await failure(call)).toMatchObject({ errors: [{ type: 'ValidationError' }] });
  });

  test('refuses the placeholder of a type whose fields no page shows', async () => {
    set('PENDING');
    const document = byPackage.replace('__typename', '_unknown');
    const call = () => server.client().execute(document, { o: { orderId: id }, input: { id: 'd', state: 'IN_TRANSIT' } });
    expect(await failure(call)).toMatchObject({ errors: [{ type: 'ValidationError', message: expect.stringContaining('_unknown') }] });
    expect(server.emulator.orders.get(id)?.deliveries?.[0]).toMatchObject({ state: 'PENDING' });
  });

  test('does not find an order that does not exist', async () => {
    const call = () => server.client().execute(byPackage, { o: { orderId: 'x' }, input: { id: 'd', state: 'IN_TRANSIT' } });
    expect(await failure(call)).toMatchObject({ errors: [{ type: 'ResourceNotFoundError' }] });
  });
});
