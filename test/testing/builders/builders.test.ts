import type { EventBridgeEvent, SQSEvent } from 'aws-lambda';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { BuyWithPrimeEventParser, parseResourcePath } from '../../../src/buywithprime/index.ts';
import {
  type NdrEvent,
  parseShippingEvent,
  shippingEventBridgeHandler,
  shippingSqsHandler,
  suggestNdrActions,
} from '../../../src/shipping-ndr/webhook.ts';
import { reasonsOfStatus } from '../../../src/testing/builders/shipping-events.ts';
import {
  AmazonEmulator,
  authenticatedRequest,
  buyWithPrimeEvent,
  buyWithPrimeOrder,
  damagedEvent,
  isWaybillError,
  ndrEvent,
  type SqsEvent,
  sqsEvent,
  testKeys,
  trackingEvent,
  type WebhookAuth,
} from '../../../src/testing/index.ts';
import { waybillErrorOf } from '../../support/errors.ts';

describe('ndrEvent', () => {
  test('has a new id each time, and a day left for feedback', () => {
    const [first, second] = [ndrEvent(), ndrEvent()];
    expect(first.id).not.toBe(second.id);
    expect(first).toMatchObject({ 'detail-type': 'NDR Events', source: 'AmazonShipping', version: '0' });
    expect(Date.parse(first.detail.ndrDueDate)).toBeGreaterThan(Date.parse(first.time) + 24 * 3_600_000);
    expect(first.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  });

  test('accepts overrides of the envelope and, in part, of the detail', () => {
    const event = ndrEvent({ id: 'x', detail: { reasonCode: 'Payment not ready' } });
    expect(event).toMatchObject({ id: 'x', detail: { reasonCode: 'Payment not ready', trackingId: '1809561149386' } });
  });

  test('has a reason that Amazon advises something for', () => {
    expect(suggestNdrActions(parseShippingEvent(ndrEvent()) as NdrEvent).actions.map(({ ndrAction }) => ndrAction)).toEqual(['RESCHEDULE']);
    expect(ndrEvent().detail).toMatchObject({ reasonCode: 'Customer unavailable', shipmentStatus: 'Attempted' });
  });

  test.each([
    ['Customer rejected', 'Rejected'],
    ['Bad weather', 'Attempted'],
    ['Wrong address', 'Undeliverable'],
    ['A reason that Amazon may add', 'Attempted'],
  ])('with the reason %j has a status that fits it: %s', (reasonCode, shipmentStatus) => {
    expect(ndrEvent({ detail: { reasonCode } }).detail.shipmentStatus).toBe(shipmentStatus);
    expect(ndrEvent({ detail: { reasonCode } }, { seed: 5 }).detail.shipmentStatus).toBe(shipmentStatus);
    expect(ndrEvent({ detail: { reasonCode, shipmentStatus: 'Other' } }).detail.shipmentStatus).toBe('Other');
  });
});

test('trackingEvent has a new id each time', () => {
  expect(trackingEvent({ detail: { eventCode: 'Delivered' } })).toMatchObject({
    'detail-type': 'Tracking Detail',
    detail: { eventCode: 'Delivered' },
  });
  expect(trackingEvent().id).not.toBe(trackingEvent().id);
});

describe('buyWithPrimeEvent', () => {
  test.each([
    ['DELIVERY_IN_TRANSIT', 'businessProduct/bp-emulator/order/322-ABC1-AAAAAA/delivery/d5013dfc-2ae6-4f58-bc69-cae5d5323d30'],
    ['PACKAGE_DELIVERED', 'businessProduct/bp-emulator/order/322-ABC1-AAAAAA/delivery/d5013dfc-2ae6-4f58-bc69-cae5d5323d30'],
    ['REFUND_REQUESTED', 'businessProduct/bp-emulator/order/322-ABC1-AAAAAA/refund/refund-1'],
    ['RETURN_PACKAGE_IN_TRANSIT', 'businessProduct/bp-emulator/order/322-ABC1-AAAAAA/return/return-1'],
    ['PACKAGE_TRACKER_MILESTONE_CHANGED', 'businessProduct/bp-emulator/carrier/ups/tracker/1Z999AA10123456784'],
    ['INVENTORY_CHANGED', 'businessProduct/bp-emulator/item-quantities/item-1'],
    ['PERSONAL_DATA_RETRIEVAL_TASK_FAILED', 'businessProduct/bp-emulator/personalDataRetrievalTask/task-1'],
  ])('of type %s is about %s', (type, path) => {
    const event = buyWithPrimeEvent(type);
    expect(event).toMatchObject({ 'detail-type': type, resources: [path] });
    expect(new BuyWithPrimeEventParser().parse(event)).toMatchObject({ eventType: type, id: event.id });
    expect(new BuyWithPrimeEventParser().parse(event).kind).not.toBe('unknown');
  });

  test('carries the envelope of the webhook under the new names, and nothing under the old ones', () => {
    const event = buyWithPrimeEvent('PACKAGE_DELIVERED');
    expect(event.detail).toMatchObject({ eventDescriptor: 'PACKAGE_DELIVERED', resources: event.resources, eventId: event.id });
    expect(new BuyWithPrimeEventParser().parse(event.detail)).toMatchObject({ kind: 'DELIVERY_COMPLETED' });
    expect(buyWithPrimeEvent('ITEM_DELIVERED').detail).toEqual({});
  });

  test('has an overridden id and time in that envelope too', () => {
    const overrides = { id: 'e', time: '2026-01-15T10:00:00Z' };
    expect(buyWithPrimeEvent('PACKAGE_DELIVERED', overrides)).toMatchObject({
      ...overrides,
      detail: { eventId: 'e', eventTime: '2026-01-15T10:00:00Z' },
    });
  });

  test('merges an overridden detail, so that it stays the body of a webhook; an empty one empties it', () => {
    const data = { order: { id: 'o' } };
    const event = buyWithPrimeEvent('PACKAGE_DELIVERED', { detail: { data } });
    expect(new BuyWithPrimeEventParser().parse(event.detail)).toMatchObject({ kind: 'DELIVERY_COMPLETED', id: event.id, data });
    expect(buyWithPrimeEvent('PACKAGE_DELIVERED', { detail: {} }).detail).toEqual({});
    expect(buyWithPrimeEvent('PACKAGE_DELIVERED', { detail: 'broken' as never }).detail).toBe('broken');
    expect(buyWithPrimeEvent('ITEM_DELIVERED', { detail: { data } }).detail).toEqual({ data });
  });

  test('with another type or without an id is so in that envelope too', () => {
    expect(buyWithPrimeEvent('PACKAGE_DELIVERED', { 'detail-type': 'LOCKER_OPENED' }).detail['eventDescriptor']).toBe('LOCKER_OPENED');
    expect(buyWithPrimeEvent('PACKAGE_DELIVERED', { id: undefined } as never).detail['eventId']).toBeUndefined();
  });

  test('accepts ids and overrides', () => {
    expect(() => buyWithPrimeEvent('DELIVERY_CANCELLED', { ids: null as never })).toThrow(expect.objectContaining({ option: 'ids' }));
    const event = buyWithPrimeEvent('DELIVERY_CANCELLED', { ids: { orderId: 'o', deliveryId: 'd' }, source: 's' });
    expect(event.source).toBe('s');
    expect(buyWithPrimeEvent('DELIVERY_CANCELLED', { ids: { orderId: undefined } }).resources[0]).toContain('/order/322-ABC1-AAAAAA/');
    expect(parseResourcePath(event.resources[0] ?? '')).toMatchObject({ orderId: 'o', deliveryId: 'd', businessProductId: 'bp-emulator' });
  });

  test('of a type that is not documented needs a resource path', () => {
    for (const type of ['LOCKER_OPENED', 'constructor', undefined as never]) {
      expect(() => buyWithPrimeEvent(type)).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }));
    }
    const resources = ['businessProduct/bp/locker/7'];
    expect(buyWithPrimeEvent('LOCKER_OPENED', { resources })).toMatchObject({ resources, detail: { resources } });
  });

  test('is about the order that buyWithPrimeOrder makes', () => {
    const { orderId, deliveryId } = parseResourcePath(buyWithPrimeEvent('DELIVERY_IN_TRANSIT').resources[0] ?? '');
    expect(buyWithPrimeOrder()).toMatchObject({ id: orderId, deliveries: [{ id: deliveryId }] });
    expect(new AmazonEmulator({ orders: [buyWithPrimeOrder({ id: 'x' })] }).orders.get('x')?.lineItems).toHaveLength(2);
  });
});

describe('names that an event does not have', () => {
  test.each<[string, () => unknown, string]>([
    ['one of its detail beside it', () => ndrEvent({ trackingId: '1' } as never), '"trackingId" is not an option'],
    ['a misspelt one', () => ndrEvent({ detial: {} } as never), 'Did you mean "detail"?'],
    ['a misspelt one of its detail', () => ndrEvent({ detail: { trackingID: '1' } as never }), 'Did you mean "detail.trackingId"?'],
    ['one of its detail, of tracking', () => trackingEvent({ eventCode: 'Delivered' } as never), 'Did you mean "detail.eventCode"?'],
    ['an id outside "ids"', () => buyWithPrimeEvent('PACKAGE_DELIVERED', { orderId: 'o' } as never), 'Did you mean "ids.orderId"?'],
    ['a misspelt id', () => buyWithPrimeEvent('PACKAGE_DELIVERED', { ids: { orderID: 'o' } as never }), 'Did you mean "ids.orderId"?'],
    ['its data outside "detail"', () => buyWithPrimeEvent('PACKAGE_DELIVERED', { data: {} } as never), 'Did you mean "detail.data"?'],
    ['a misspelt option', () => ndrEvent({}, { sed: 1 } as never), 'Did you mean "seed"?'],
    ['a misspelt option of a batch', () => sqsEvent([], { recieveCount: 2 } as never), 'Did you mean "receiveCount"?'],
    ['a group that is a number', () => sqsEvent([], { messageGroupId: 5 } as never), '"messageGroupId" must be a string or a function'],
    [
      'a misspelt part of a credential',
      () => authenticatedRequest({}, { auth: { type: 'apiKey', headerName: 'x', key: 'k' } as never }),
      'Did you mean "auth.header"?',
    ],
  ])('are refused: %s', async (_, make, words) => {
    const { message, hint } = await waybillErrorOf(make);
    expect(`${message} ${hint}`).toContain(words);
  });

  test('are accepted if they are new: Amazon may add some', () => {
    expect(ndrEvent({ weather: 'rain', detail: { weather: 'rain' } } as never)).toMatchObject({
      weather: 'rain',
      detail: { weather: 'rain' },
    });
  });
});

describe('a seed', () => {
  const clock = () => new Date('2026-01-15T10:00:00Z');
  const builders: [string, (seed: number) => unknown][] = [
    ['ndrEvent', (seed) => ndrEvent({}, { seed, clock })],
    ['trackingEvent', (seed) => trackingEvent({}, { seed, clock })],
    ['buyWithPrimeEvent', (seed) => buyWithPrimeEvent('PACKAGE_DELIVERED', {}, { seed, clock })],
    ['buyWithPrimeOrder', (seed) => buyWithPrimeOrder({}, { seed })],
    ['sqsEvent', (seed) => sqsEvent([{ id: 1 }], { seed, clock })],
  ];

  test.each(builders)('makes the same event, and another seed another one: %s', (_, make) => {
    expect(make(7)).toEqual(make(7));
    const all = Array.from({ length: 100 }, (__, seed) => JSON.stringify(make(seed)));
    expect(new Set(all).size).toBe(100);
  });

  test('makes events that are valid, with reasons that go with their status', () => {
    for (let seed = 0; seed < 300; seed += 1) {
      const event = ndrEvent({}, { seed, clock });
      expect(parseShippingEvent(event)).toEqual({ ...event, kind: 'ndr' });
      const { trackingId, latestDeliveryAttemptedDate, ndrDueDate, deliveryAttemptCount, shipmentStatus, reasonCode } = event.detail;
      expect(trackingId).toMatch(/^1\d{12}$/);
      expect(event.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(Date.parse(latestDeliveryAttemptedDate)).toBeLessThan(clock().getTime());
      expect(Date.parse(ndrDueDate)).toBeGreaterThan(clock().getTime());
      expect(Number(deliveryAttemptCount)).toBeGreaterThan(0);
      expect(reasonsOfStatus.find(([status]) => status === shipmentStatus)?.[1]).toContain(reasonCode);
      expect(parseShippingEvent(trackingEvent({}, { seed, clock })).kind).toBe('tracking');
    }
  });

  test('gives each event an id of its own, or a webhook would take the second for a redelivery', () => {
    const types = ['PACKAGE_DELIVERY_IN_TRANSIT', 'PACKAGE_DELIVERED', 'REFUND_REQUESTED'];
    const batch = sqsEvent([ndrEvent({}, { seed: 7 })], { seed: 7 });
    const ids = [
      ...types.map((type) => buyWithPrimeEvent(type, {}, { seed: 7 })).flatMap(({ id, detail }) => [id, detail['idempotencyKey']]),
      ndrEvent({}, { seed: 7 }).id,
      trackingEvent({}, { seed: 7 }).id,
      batch.Records[0]?.messageId,
    ];
    expect(new Set(ids).size).toBe(2 * types.length + 3);
  });

  test('gives an item an id that Amazon accepts', () => {
    const { itemId } = parseResourcePath(buyWithPrimeEvent('INVENTORY_CHANGED', {}, { seed: 5 }).resources[0] ?? '');
    expect(itemId).toMatch(/^[A-Z0-9]{14}$/);
  });

  test('leads an event to the order of the same seed', async () => {
    for (const seed of [0, 1, -5, 2 ** 31]) {
      const event = new BuyWithPrimeEventParser().parse(buyWithPrimeEvent('DELIVERY_IN_TRANSIT', {}, { seed }));
      const order = buyWithPrimeOrder({}, { seed });
      expect(event).toMatchObject({ orderId: order.id, deliveryId: order.deliveries?.[0]?.id, businessProductId: 'bp-emulator' });
    }
  });

  test('does not replace what is overridden', () => {
    expect(ndrEvent({ id: 'x', detail: { reasonCode: 'Other' } }, { seed: 3, clock })).toMatchObject({
      id: 'x',
      detail: { reasonCode: 'Other' },
    });
  });

  test('is not needed for a clock, which sets the time only', () => {
    expect(ndrEvent({}, { clock }).time).toBe('2026-01-15T10:00:00Z');
    expect(ndrEvent({}, { clock }).id).not.toBe(ndrEvent({}, { clock }).id);
  });

  test.each([[{ seed: 1.5 }], [{ seed: 'x' }], [{ clock: 7 }], [{ clock: () => new Date(Number.NaN) }], [null], ['x']])(
    'is refused if it is not one: %j',
    (options) => {
      for (const make of [
        () => ndrEvent({}, options as never),
        () => trackingEvent({}, options as never),
        () => buyWithPrimeEvent('PACKAGE_DELIVERED', {}, options as never),
        () => buyWithPrimeOrder({}, options as never),
        () => sqsEvent([], options as never),
      ]) {
        expect(make).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }));
      }
    },
  );
});

describe('sqsEvent', () => {
  test.each([false, true])('holds events that the parser finds, through a topic: %s', (sns) => {
    const events = [buyWithPrimeEvent('PACKAGE_DELIVERED'), '{"broken', buyWithPrimeEvent('REFUND_REQUESTED')];
    const batch = sqsEvent(events, { sns });
    const results = new BuyWithPrimeEventParser().parseAll(batch);
    expect(results.map((result) => result.success && result.event.eventType)).toEqual(['PACKAGE_DELIVERED', false, 'REFUND_REQUESTED']);
    expect(results.map(({ messageId }) => messageId)).toEqual(batch.Records.map(({ messageId }) => messageId));
  });

  test.each([false, true])('holds events of Amazon Shipping that its handler reads, through a topic: %s', async (sns) => {
    const handled: unknown[] = [];
    const handler = shippingSqsHandler((event) => handled.push(event));
    const events = [ndrEvent(), trackingEvent()];
    const batch = sqsEvent([events[0], '{"broken', events[1]], { sns });
    expect(await handler(batch)).toEqual({ batchItemFailures: [{ itemIdentifier: batch.Records[1]?.messageId }] });
    expect(handled).toMatchObject(events);
  });

  test('is in the region of its events, whatever the surface', () => {
    const arn = (events: readonly unknown[]) => sqsEvent(events).Records[0]?.eventSourceARN;
    expect(arn([ndrEvent()])).toBe('arn:aws:sqs:eu-west-1:111122223333:amazon-events');
    expect(arn(['{"broken', buyWithPrimeEvent('PACKAGE_DELIVERED')])).toBe('arn:aws:sqs:us-east-1:111122223333:amazon-events');
    expect(arn([{ region: 7 }])).toBe('arn:aws:sqs:us-east-1:111122223333:amazon-events');
  });

  test('of a FIFO queue has one group, or one for each event', () => {
    expect(sqsEvent([{}], { messageGroupId: 'order-1' }).Records).toMatchObject([
      { eventSourceARN: expect.stringMatching(/\.fifo$/), attributes: { MessageGroupId: 'order-1' } },
    ]);
    const messageGroupId = (event: unknown) => (event as { order: string }).order;
    const { Records } = sqsEvent([{ order: 'a' }, { order: 'b' }], { messageGroupId });
    expect(Records.map(({ attributes }) => attributes.MessageGroupId)).toEqual(['a', 'b']);
  });

  test('says how often it was handed over', () => {
    expect(sqsEvent([{}], { receiveCount: 3 }).Records).toMatchObject([{ attributes: { ApproximateReceiveCount: '3' } }]);
  });

  test('fits the type of AWS', () => {
    expectTypeOf<SqsEvent>().toExtend<SQSEvent>();
  });

  test.each([[undefined], ['x'], [[7n]], [[undefined]]])('refuses %s', (events) => {
    expect(() => sqsEvent(events as never)).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }));
  });

  test.each([0, 1.5, '2'])('refuses a receive count of %j', (receiveCount) => {
    expect(() => sqsEvent([], { receiveCount } as never)).toThrow(expect.objectContaining({ option: 'receiveCount' }));
  });
});

test('events fit the type of AWS', () => {
  const events: EventBridgeEvent<string, unknown>[] = [ndrEvent(), trackingEvent(), buyWithPrimeEvent('PACKAGE_DELIVERED')];
  expect(events).toHaveLength(3);
});

test('an event of Amazon Shipping is what EventBridge passes to a function that it invokes', async () => {
  const handled: unknown[] = [];
  const event = ndrEvent();
  await shippingEventBridgeHandler({ ndr: (ndr) => handled.push(ndr) })(event);
  expect(handled).toEqual([{ ...event, kind: 'ndr' }]);
});

describe('damagedEvent', () => {
  const prime = buyWithPrimeEvent('PACKAGE_DELIVERED');
  test.each<[string, unknown]>([
    ['Amazon Shipping', ndrEvent()],
    ['a tracking push', trackingEvent()],
    ['Buy with Prime', prime],
    ['Buy with Prime, old names', buyWithPrimeEvent('ITEM_DELIVERED')],
  ])('makes an event of %s unreadable in each way', (_, event) => {
    const read = (value: unknown) =>
      event === prime || JSON.stringify(event).includes('buywithprime') ? readPrime(value) : readShipping(value);
    expect(read(event)).toBe('read');
    for (const damage of ['truncated', 'incomplete', 'empty', 'html', 'foreign'] as const) {
      expect(read(damagedEvent(event, damage)), damage).toBe('refused');
    }
  });

  const readShipping = (value: unknown) => outcomeOf(() => parseShippingEvent(value));
  const readPrime = (value: unknown) => outcomeOf(() => new BuyWithPrimeEventParser().parse(value));
  function outcomeOf(parse: () => unknown) {
    try {
      parse();
      return 'read';
    } catch (error) {
      return isWaybillError(error) && error.code === 'VALIDATION' ? 'refused' : error;
    }
  }

  test('changes a copy', () => {
    const event = ndrEvent();
    const before = structuredClone(event);
    damagedEvent(event, 'incomplete');
    expect(event).toEqual(before);
  });

  test.each<[unknown, string]>([
    [{}, 'incomplete'],
    ['a string', 'incomplete'],
    [undefined, 'truncated'],
    [{}, 'broken'],
  ])('refuses %j with %s', (event, damage) => {
    expect(() => damagedEvent(event, damage as never)).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }));
  });
});

describe('authenticatedRequest', () => {
  test.each<[WebhookAuth, Record<string, string | null>, string]>([
    [{ type: 'apiKey', key: 'abcdef12345' }, { 'x-api-key': 'abcdef12345' }, ''],
    [{ type: 'apiKey', header: 'X-Shop', key: 'k' }, { 'x-shop': 'k', 'x-api-key': null }, ''],
    [{ type: 'query', name: 'to ken', value: 'a&b' }, {}, '?to+ken=a%26b'],
    [
      { type: 'basic', username: 'amazon', password: 'pä:ss' },
      { authorization: `Basic ${Buffer.from('amazon:pä:ss').toString('base64')}` },
      '',
    ],
    [{ type: 'bearer', token: 'a.b.c' }, { authorization: 'Bearer a.b.c' }, ''],
    [{ type: 'none' }, { authorization: null, 'x-api-key': null }, ''],
  ])('with %j', async (auth, headers, search) => {
    const event = ndrEvent();
    const request = authenticatedRequest(event, { url: 'https://shop.example/hook', auth });
    expect([request.method, request.url]).toEqual(['POST', `https://shop.example/hook${search}`]);
    for (const [name, value] of Object.entries(headers)) expect(request.headers.get(name)).toBe(value);
    expect(request.headers.get('user-agent')).toBe('Amazon/EventBridge/ApiDestinations');
    expect(request.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await request.json()).toEqual(event);
  });

  test('sends a string as it is', async () => {
    expect(await authenticatedRequest('{"cut', { auth: { type: 'none' } }).text()).toBe('{"cut');
  });

  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  test.each<[string, unknown, object]>([
    ['a URL that is relative', {}, { url: 'shop', auth: { type: 'none' } }],
    ['a mechanism that does not exist', {}, { auth: { type: 'mtls' } }],
    ['no mechanism', {}, {}],
    ['a key that a header cannot contain', {}, { auth: { type: 'apiKey', key: 'geheim\nx' } }],
    ['a header name that HTTP does not allow', {}, { auth: { type: 'apiKey', header: 'a b', key: 'geheim' } }],
    ['an event that JSON cannot hold', cyclic, { auth: { type: 'none' } }],
  ])('refuses %s, without its value', (_, event, options) => {
    expect(() => authenticatedRequest(event, options as never)).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION', message: expect.not.stringContaining('geheim') }),
    );
  });
});

test('testKeys makes ids of every kind', async () => {
  await expect(testKeys({ enviroment: 'live' } as never)).rejects.toMatchObject({ hint: 'Did you mean "environment"?' });
  expect((await testKeys({ environment: 'legacy' })).publicKeyId).toMatch(/^A[A-Z]{23}$/);
});
