import { describe, expect, test } from 'vitest';
import type { BuyWithPrimeEventKind } from '../../../src/buywithprime/events/kinds.ts';
import { BuyWithPrimeEventParser } from '../../../src/buywithprime/events/parser.ts';
import { deliveryInTransit, eventBridgeSamples, fixture, fixtureText } from '../../support/buywithprime/fixtures.ts';

const parser = new BuyWithPrimeEventParser();

describe("Amazon's samples", () => {
  const expected: Record<string, [kind: BuyWithPrimeEventKind, ids: Record<string, string>]> = {
    DELIVERY_IN_TRANSIT: ['DELIVERY_IN_TRANSIT', { orderId: 'order-id', deliveryId: 'delivery-id' }],
    ITEM_IN_TRANSIT: ['DELIVERY_IN_TRANSIT', { orderId: 'order-id', deliveryId: 'delivery-id' }],
    PACKAGE_DELIVERY_IN_TRANSIT: ['DELIVERY_IN_TRANSIT', { orderId: 'order-id', deliveryId: 'delivery-id' }],
    DELIVERY_COMPLETED: ['DELIVERY_COMPLETED', { orderId: 'order-id', deliveryId: 'delivery-id' }],
    ITEM_DELIVERED: ['DELIVERY_COMPLETED', { orderId: 'order-id', deliveryId: 'delivery-id' }],
    PACKAGE_DELIVERED: ['DELIVERY_COMPLETED', { orderId: 'order-id', deliveryId: 'delivery-id' }],
    DELIVERY_CANCELLED: ['DELIVERY_CANCELLED', { orderId: 'order-id', deliveryId: 'delivery-id' }],
    ITEM_CANCELLED: ['DELIVERY_CANCELLED', { orderId: 'order-id', deliveryId: 'delivery-id' }],
    PACKAGE_DELIVERY_CANCELLED: ['DELIVERY_CANCELLED', { orderId: 'order-id', deliveryId: 'delivery-id' }],
    PACKAGE_TRACKER_MILESTONE_CHANGED: [
      'PACKAGE_TRACKER_MILESTONE_CHANGED',
      { carrierCode: 'carrier-code', trackingNumber: 'tracking-number' },
    ],
    REFUND_REQUESTED: ['REFUND_REQUESTED', { orderId: 'order-id', refundId: 'refund-id' }],
    REFUND_COMPLETED: ['REFUND_COMPLETED', { orderId: 'order-id', refundId: 'refund-id' }],
    RETURN_STARTED: ['RETURN_STARTED', { orderId: 'order-id', returnId: 'return-id' }],
    RETURN_COMPLETED: ['RETURN_COMPLETED', { orderId: 'order-id', returnId: 'return-id' }],
    RETURN_ITEM_GRADED: ['RETURN_ITEM_GRADED', { orderId: 'order-id', returnId: 'return-id' }],
    RETURN_DELIVERY_IN_TRANSIT: ['RETURN_DELIVERY_IN_TRANSIT', { orderId: 'order-id', returnId: 'return-id' }],
    RETURN_PACKAGE_IN_TRANSIT: ['RETURN_DELIVERY_IN_TRANSIT', { orderId: 'order-id', returnId: 'return-id' }],
    RETURN_DELIVERY_COMPLETED: ['RETURN_DELIVERY_COMPLETED', { orderId: 'order-id', returnId: 'return-id' }],
    RETURN_PACKAGE_DELIVERED: ['RETURN_DELIVERY_COMPLETED', { orderId: 'order-id', returnId: 'return-id' }],
    RETURN_DELIVERY_FAILED: ['RETURN_DELIVERY_FAILED', { orderId: 'order-id', returnId: 'return-id' }],
    RETURN_PACKAGE_DELIVERY_FAILED: ['RETURN_DELIVERY_FAILED', { orderId: 'order-id', returnId: 'return-id' }],
    BUYABILITY_CHANGED: ['BUYABILITY_CHANGED', { itemId: 'item-id' }],
    INVENTORY_CHANGED: ['INVENTORY_CHANGED', { itemId: 'item-id' }],
    PERSONAL_DATA_DELETION_TASK_COMPLETED: ['PERSONAL_DATA_DELETION_TASK_COMPLETED', { taskId: 'task-id' }],
    PERSONAL_DATA_DELETION_TASK_FAILED: ['PERSONAL_DATA_DELETION_TASK_FAILED', { taskId: 'task-id' }],
    PERSONAL_DATA_RETRIEVAL_TASK_COMPLETED: ['PERSONAL_DATA_RETRIEVAL_TASK_COMPLETED', { taskId: 'task-id' }],
    PERSONAL_DATA_RETRIEVAL_TASK_FAILED: ['PERSONAL_DATA_RETRIEVAL_TASK_FAILED', { taskId: 'task-id' }],
  };

  test('are one for each documented event type', () => {
    expect(eventBridgeSamples.map(({ event }) => event['detail-type']).sort()).toEqual(Object.keys(expected).sort());
  });

  test.each(eventBridgeSamples.map(({ event }) => [event['detail-type'] as string, event]))('%s', (eventType, sample) => {
    const [kind, ids] = expected[eventType] as [string, Record<string, string>];
    expect(parser.parse(sample)).toEqual({
      kind,
      eventType,
      ...ids,
      businessProductId: 'business-product-id',
      idempotencyKey: 'example-event-id',
      id: 'example-event-id',
      time: sample['time'],
      source: 'aws.partner/buywithprime/partner-event-source-name',
      replayName: undefined,
      apiVersion: undefined,
      subscriptionId: undefined,
      resources: [expect.objectContaining({ businessProductId: 'business-product-id', ...ids })],
      data: {},
      raw: sample,
    });
  });

  test.each([
    ['webhook-package-delivered.json', 'DELIVERY_COMPLETED', 'PACKAGE_DELIVERED'],
    ['webhook-buyability-changed.json', 'BUYABILITY_CHANGED', 'BUYABILITY_CHANGED'],
    ['webhook-return-item-graded.json', 'RETURN_ITEM_GRADED', 'RETURN_ITEM_GRADED'],
  ])('%s, the body of a webhook', (name, kind, eventType) => {
    expect(parser.parse(fixtureText(name))).toMatchObject({
      kind,
      eventType,
      idempotencyKey: 'example-idempotency-key',
      id: 'example-event-id',
      time: '2025-01-20T12:34:56Z',
      source: undefined,
      apiVersion: '2024-11-01',
      subscriptionId: 'example-subscription-id',
      data: {},
    });
  });

  test.each(eventBridgeSamples.map(({ event }) => event))('$detail-type as the body of a webhook, and with it as detail', (sample) => {
    const { time, resources, 'detail-type': eventDescriptor } = sample;
    const body = { idempotencyKey: 'key', eventId: 'e-1', eventTime: time, eventDescriptor, resources, apiVersion: '2024-11-01', data: {} };
    const { raw: _, id, source, ...expected } = parser.parse(sample);
    const news = { idempotencyKey: 'key', apiVersion: '2024-11-01' };
    expect(parser.parse(body)).toEqual({ ...expected, ...news, id: 'e-1', source: undefined, raw: body });
    const copied = { ...sample, detail: body };
    expect(parser.parse(copied)).toEqual({ ...expected, ...news, id, source, raw: copied });
  });

  test('PRODUCT_INVENTORY_CHANGED, as one table of a page spells it', () => {
    const resources = ['businessProduct/bp/item-quantities/i'];
    expect(parser.parse(deliveryInTransit({ 'detail-type': 'PRODUCT_INVENTORY_CHANGED', resources }))).toMatchObject({
      kind: 'INVENTORY_CHANGED',
      eventType: 'PRODUCT_INVENTORY_CHANGED',
      itemId: 'i',
    });
  });

  test('EventBridge with the body of a webhook as detail: the idempotency key in it counts', () => {
    expect(parser.parse(fixture('eventbridge-package-delivered-copied-detail.json'))).toMatchObject({
      kind: 'DELIVERY_COMPLETED',
      deliveryId: 'delivery-id',
      idempotencyKey: 'example-idempotency-key',
      source: 'aws.partner/buywithprime/partner-event-source-name',
      apiVersion: '2024-11-01',
      data: {},
    });
  });

  test.each([
    ['package-delivered', 'DELIVERY_COMPLETED', { packageInformation: { details: [{ id: 'delivery-id', state: 'DELIVERED' }] } }],
    ['refund-requested', 'REFUND_REQUESTED', { refunds: { details: [{ id: 'refund-id' }] } }],
    ['refund-completed', 'REFUND_COMPLETED', { refunds: [{ details: { id: 'refund-id' } }] }],
    ['return-completed', 'RETURN_COMPLETED', { returns: { details: [{ id: 'return-id' }] } }],
  ])('the data of %s is returned as it is', (name, kind, order) => {
    const event = parser.parse(fixture(`eventbridge-${name}-fat.json`));
    expect(event).toMatchObject({ kind, orderId: 'order-id', idempotencyKey: 'example-idempotency-key', data: { order } });
  });

  test.each(['order-placed', 'refund-success', 'inventory-availability-changed', 'buyability-status-change'])(
    'the mock of 2023, %s, is an unknown event',
    (name) => {
      const sample = fixture(`mock-2023-${name}.json`);
      expect(parser.parse(sample)).toMatchObject({
        kind: 'unknown',
        eventType: sample['detail-type'],
        idempotencyKey: 'example-event-id',
        businessProductId: undefined,
        resources: [],
        data: sample['detail'],
        raw: sample,
      });
    },
  );

  test('as Amazon prints it, it is not JSON, and the error says at which character the comma is', () => {
    const printed = fixtureText('delivery-in-transit-as-printed.txt');
    const comma = printed.indexOf(',', printed.indexOf('delivery-id')) + 1;
    expect(() => parser.parse(printed)).toThrow(`trailing comma at character ${comma}`);
    expect(parser.parse(printed.replace('delivery-id",', 'delivery-id"')).kind).toBe('DELIVERY_IN_TRANSIT');
  });
});
