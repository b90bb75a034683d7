import { afterEach, beforeEach, describe, expect, expectTypeOf, test } from 'vitest';
import type { BuyWithPrimeClient, BuyWithPrimeEventOf } from '../../src/buywithprime/index.ts';
import { buyWithPrimeOrder } from '../../src/testing/index.ts';
import { failure, serveEmulator, shown } from './emulated.ts';
import { classified, json } from './server.ts';

const trackingNumber = '1Z999AA10123456784';
const identifier = { carrierCode: 'ups', trackingNumber };
const estimatedDeliveryDate = { earliest: '2024-07-04T05:00:00Z', latest: '2024-07-04T09:00:00Z' };
const tracker = {
  ...identifier,
  trackingUrl: 'https://tracking.example/1',
  estimatedDeliveryDate,
  milestones: [
    { code: 'INFO_RECEIVED' },
    { code: 'OUT_FOR_DELIVERY', message: 'Soon', occurredAt: '2024-07-04T04:00:00Z', address: { locality: 'Seattle', country: 'US' } },
  ],
};

let server: Awaited<ReturnType<typeof serveEmulator>>;
beforeEach(async () => {
  server = await serveEmulator({ orders: [buyWithPrimeOrder({ deliveries: [{ id: 'd', state: 'IN_TRANSIT', tracker }] })] });
});
afterEach(() => server.close());

describe('packageTracker', () => {
  test('tells all that is documented', async () => {
    const latest = {
      code: 'OUT_FOR_DELIVERY',
      message: 'Soon',
      occurredAt: '2024-07-04T04:00:00Z',
      place: { locality: 'Seattle', region: undefined, country: 'US' },
    };
    expect(await server.client().packageTracker(identifier)).toEqual({
      carrierCode: 'ups',
      trackingNumber,
      url: 'https://tracking.example/1',
      estimatedDelivery: estimatedDeliveryDate,
      milestone: latest,
      milestones: [{ code: 'INFO_RECEIVED', message: 'INFO_RECEIVED', occurredAt: undefined, place: undefined }, latest],
      payload: expect.objectContaining({ trackingUrl: 'https://tracking.example/1' }),
    });
    expect(server.sent[0]?.variables).toEqual({ packageTrackerInput: { packageTrackerIdentifier: identifier } });
  });

  test('is undefined for a number that is not known', async () => {
    expect(await server.client().packageTracker({ ...identifier, trackingNumber: 'unknown' })).toBeUndefined();
    server.faults.push((response) => json(response, { data: { packageTracker: null } }));
    expect(await server.client().packageTracker(identifier)).toBeUndefined();
  });

  test('reads what is missing as missing, and keeps what it does not know', async () => {
    const packageTracker = { latestMilestone: { status: null }, milestones: [null, {}, { status: { code: 'NEW' } }], extra: 1 };
    server.faults.push((response) => json(response, { data: { packageTracker } }));
    expect(await server.client().packageTracker(identifier)).toEqual({
      carrierCode: undefined,
      trackingNumber: undefined,
      url: undefined,
      estimatedDelivery: undefined,
      milestone: undefined,
      milestones: [{ code: 'NEW', message: undefined, occurredAt: undefined, place: undefined }],
      payload: packageTracker,
    });
  });

  test.each(['2024-01-01', '2024-04-01'])('is refused with %s, which does not have it', async (apiVersion) => {
    expect(await failure(() => server.client({ apiVersion }).packageTracker(identifier))).toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringContaining('2024-11-01'),
    });
    expect(server.sent).toEqual([]);
  });

  test.each<[unknown]>([[undefined], [{}], [{ carrierCode: 'ups' }], [{ carrierCode: '', trackingNumber }], [trackingNumber]])(
    'refuses %j',
    async (bad) => {
      const error = await failure(() => server.client().packageTracker(bad as never));
      expect(error).toMatchObject({ code: 'VALIDATION', direction: 'request' });
      expect(shown(error)).not.toContain(trackingNumber);
    },
  );

  test('shows the number in no error, and keeps the rest of the data', async () => {
    const data = {
      packageTracker: {
        packageTrackerIdentifier: { trackingNumber, carrierCode: 'ups' },
        trackingUrl: `https://x.example/${trackingNumber}`,
      },
    };
    const fault = { ...classified('ValidationError', undefined, ['packageTracker', trackingNumber]), message: `no ${trackingNumber}` };
    server.faults.push((response) => json(response, { errors: [fault], data }));
    const error = await failure(() => server.client().packageTracker(identifier));
    expect(error).toMatchObject({
      message: 'packageTracker.…: no …',
      data: { packageTracker: { packageTrackerIdentifier: { carrierCode: 'ups' } } },
    });
    expect(shown(error)).not.toContain(trackingNumber);
  });

  test('names the permission where access is denied', async () => {
    const denied = { errors: [classified('AccessDeniedError', undefined, ['packageTracker'])], data: { packageTracker: null } };
    for (const _ of [1, 2]) server.faults.push((response) => json(response, denied));
    expect(await failure(() => server.client().packageTracker(identifier))).toMatchObject({
      hint: expect.stringContaining('View Package Tracker Data'),
    });
  });

  test('takes events of its kind', () => {
    expectTypeOf<BuyWithPrimeEventOf<'PACKAGE_TRACKER_MILESTONE_CHANGED'>>().toExtend<
      Parameters<BuyWithPrimeClient['packageTracker']>[0]
    >();
    expectTypeOf<BuyWithPrimeEventOf<'INVENTORY_CHANGED'>>().toExtend<Parameters<BuyWithPrimeClient['inventoryItem']>[0]>();
  });
});

describe('inventoryItem', () => {
  const inventoryItem = 'query ($itemId: ID!) { inventoryItem(itemId: $itemId) { itemId sku availableQuantity } }';

  test('asks with the document that it is given, and returns what came', async () => {
    server.emulator.inventory.set('i', { sku: 'SKU-1', availableQuantity: 7 });
    const client = server.client({ documents: { inventoryItem } });
    expect(await client.inventoryItem({ itemId: 'i' })).toEqual({ itemId: 'i', sku: 'SKU-1', availableQuantity: 7 });
    expect(await client.inventoryItem({ itemId: 'unknown' })).toBeUndefined();
  });

  test('says that it needs one', async () => {
    const error = await failure(() => server.client().inventoryItem({ itemId: 'i' }));
    expect(error).toMatchObject({ code: 'CONFIGURATION', message: expect.stringContaining('documents.inventoryItem') });
  });

  test('explains an item without a SKU', async () => {
    server.emulator.inventory.set('i', {});
    expect(await failure(() => server.client({ documents: { inventoryItem } }).inventoryItem({ itemId: 'i' }))).toMatchObject({
      code: 'GRAPHQL',
      retryable: false,
      errors: [{ type: 'ValidationError', errorCode: 'InvalidAmazonSkuConfiguration' }],
      hint: expect.stringContaining('SKU'),
    });
  });

  test.each<[unknown]>([[undefined], [{}], [{ itemId: 7 }], ['i']])('refuses %j', async (bad) => {
    expect(await failure(() => server.client({ documents: { inventoryItem } }).inventoryItem(bad as never))).toMatchObject({
      code: 'VALIDATION',
    });
  });

  test('refuses an answer that is no object', async () => {
    server.faults.push((response) => json(response, { data: { inventoryItem: [] } }));
    const error = await failure(() => server.client({ documents: { inventoryItem } }).inventoryItem({ itemId: 'i' }));
    expect(error).toMatchObject({ code: 'VALIDATION', direction: 'response', issues: [{ path: ['inventoryItem'] }] });
  });
});

describe('execute', () => {
  const query = 'query ($o: OrderIdentifierInput!) { order(orderIdentifier: $o) { id totalPrice { amount } } }';

  test('sends a document and returns its data', async () => {
    expect(await server.client().execute(query, { o: { orderId: '322-ABC1-AAAAAA' } })).toEqual({
      order: { id: '322-ABC1-AAAAAA', totalPrice: null },
    });
    expect(await server.client().execute('{ __typename }')).toEqual({ __typename: 'Query' });
  });

  test.each([
    ['mutation ($input: CreateAuthProfileInput!) { createAuthProfile(input: $input) { authProfileId } }', 1],
    [
      'fragment F on CreateAuthProfileResponse { authProfileId } mutation ($input: CreateAuthProfileInput!) { createAuthProfile(input: $input) { ...F } }',
      1,
    ],
    ['{ __typename }', 2],
  ])('%s is sent %i times where its answer is lost', async (document, times) => {
    server.faults.push((response) => response.destroy());
    await server
      .client()
      .execute(document, { input: {} })
      .catch(() => undefined);
    expect(server.sent).toHaveLength(times);
  });

  test.each<[string, unknown, unknown]>([
    ['no document', undefined, {}],
    ['an empty document', '', {}],
    ['variables that are no object', query, []],
    ['variables that are null', query, null],
    ['variables that do not fit into JSON', query, { o: 1n }],
  ])('refuses %s', async (_, document, variables) => {
    expect(await failure(() => server.client().execute(document as never, variables as never))).toMatchObject({
      code: 'VALIDATION',
      direction: 'request',
    });
    expect(server.sent).toEqual([]);
  });

  const both =
    'mutation { a: deleteAuthProfile(authProfileId: "a") { __typename } b: deleteAuthProfile(authProfileId: "b") { __typename } }';

  test.each(['ThrottlingError', 'AccessDeniedError'])('repeats no mutation that was done in part, after %s', async (type) => {
    const data = { a: { __typename: 'DeleteAuthProfileResponse' }, b: null };
    server.faults.push((response) => json(response, { errors: [classified(type, undefined, ['b'])], data }));
    expect(await failure(() => server.client().execute(both))).toMatchObject({ code: 'GRAPHQL', data });
    expect(server.sent).toHaveLength(1);
  });

  test('repeats no mutation of which a part may have been done', async () => {
    const errors = [classified('InternalServerError', undefined, ['a']), classified('AccessDeniedError', undefined, ['b'])];
    server.faults.push((response) => json(response, { errors, data: { a: null, b: null } }));
    await failure(() => server.client().execute(both));
    expect(server.sent).toHaveLength(1);
  });

  test('is not misled by variables that look like words of Amazon', async () => {
    for (const type of ['ThrottlingError', 'AccessDeniedError']) {
      server.faults.push((response) => json(response, { errors: [classified(type)], data: null }));
    }
    expect(await server.client().execute('{ __typename }', { a: 'Error', b: 'Throttling', c: 'Access' })).toEqual({ __typename: 'Query' });
    expect(server.sent).toHaveLength(3);
  });

  test('leaves the data of an error as it came', async () => {
    const data = { order: { id: '322-ABC1-AAAAAA', refunds: null } };
    server.faults.push((response) => json(response, { errors: [classified('ValidationError', 'Cut', ['order'])], data }));
    expect(await failure(() => server.client().execute(query, { o: { orderId: '322-ABC1-AAAAAA' } }))).toMatchObject({
      errors: [{ path: ['order'] }],
      data,
    });
  });

  test('shows no text of the variables in an error', async () => {
    server.faults.push((response) => json(response, { errors: [{ message: 'no erika@example.org here' }], data: null }));
    const error = await failure(() => server.client().execute(query, { email: 'erika@example.org' }));
    expect(error.message).toBe('no … here');
    expect(shown(error)).not.toContain('erika');
  });

  test('shows none of a text that is long, nor of a great many', async () => {
    const note = 'the key is under the mat '.repeat(1_000);
    server.faults.push((response) => json(response, { errors: [{ message: `no ${note} here` }], data: null }));
    expect((await failure(() => server.client().execute(query, { note }))).message).toBe('no … here');
    const notes = Array.from({ length: 100_000 }, (_, at) => `note ${at}`);
    server.faults.push((response) => json(response, { errors: [{ message: `no ${notes.join(' ')}` }], data: null }));
    expect((await failure(() => server.client().execute(query, { notes }))).message).toBe('…');
  });
});

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
  ])('answers %s from %s for %j, and nothing moves', async (errorCode, from, details) => {
    set(from);
    const others = details.length > 0 ? [{ id: 'e', state: 'IN_TRANSIT' }] : [];
    expect(await failure(() => move(...others, ...details))).toMatchObject({ errors: [{ type: 'ValidationError', errorCode }] });
    expect(server.emulator.orders.get(id)?.deliveries).toMatchObject([{ state: from }, { state: 'PENDING' }]);
  });

  test('is called otherwise in 2024-01-01, and not there at all in 2024-04-01', async () => {
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

  test('refuses what the answer may not have: no page shows its fields', async () => {
    set('PENDING');
    const document = byPackage.replace('__typename', 'orderId');
    const call = () => server.client().execute(document, { o: { orderId: id }, input: { id: 'd', state: 'IN_TRANSIT' } });
    expect(await failure(call)).toMatchObject({ errors: [{ type: 'ValidationError' }] });
  });

  test('does not find an order that is not there', async () => {
    const call = () => server.client().execute(byPackage, { o: { orderId: 'x' }, input: { id: 'd', state: 'IN_TRANSIT' } });
    expect(await failure(call)).toMatchObject({ errors: [{ type: 'ResourceNotFoundError' }] });
  });
});
