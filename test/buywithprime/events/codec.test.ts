import { buyWithPrimeCodec } from '../../../src/buywithprime/events/handlers.ts';
import { BuyWithPrimeEventParser } from '../../../src/buywithprime/events/parser.ts';
import { deliveryInTransit, eventBridgeSamples, fixture } from '../../support/buywithprime/fixtures.ts';
import { MARKER, testCodec } from '../../support/codec-conformance.ts';

const parser = new BuyWithPrimeEventParser();
const path = `businessProduct/bp/order/${MARKER}/delivery/d`;

/** Amazon's samples share one id: each gets its own. */
const samples = eventBridgeSamples.map(({ event }, index) => ({ ...event, id: `event-${index}` }) as Record<string, unknown>);
const bodies = ['package-delivered', 'buyability-changed', 'return-item-graded'].map(
  (name, index): Record<string, unknown> => ({
    ...fixture(`webhook-${name}.json`),
    eventId: `body-${index}`,
    idempotencyKey: `key-${index}`,
    eventTime: `2026-01-0${index + 1}T00:00:00Z`,
  }),
);
const mock = fixture('mock-2023-order-placed.json');

testCodec({
  codec: buyWithPrimeCodec,
  good: [
    ...samples.map((payload) => ({
      name: `an event of EventBridge, ${payload['detail-type']}`,
      kind: parser.parse(payload).kind,
      payload: payload as { 'detail-type': string },
    })),
    ...bodies.map((payload) => ({
      name: `the body of a webhook, ${payload['eventDescriptor']}`,
      kind: parser.parse(payload).kind,
      payload,
    })),
    { name: 'a mock of 2023', kind: 'unknown', payload: { ...mock, id: 'mock-1' } },
    { name: 'a type that Amazon adds', kind: 'unknown', payload: deliveryInTransit({ 'detail-type': 'LOCKER_OPENED', id: 'locker-1' }) },
  ],
  bad: [
    {
      name: 'an event without a path',
      payload: deliveryInTransit({ resources: [], region: MARKER }),
      says: 'DELIVERY_IN_TRANSIT needs a resource path with orderId and deliveryId',
      path: ['resources'],
    },
    {
      name: 'an event whose path lacks an id',
      payload: deliveryInTransit({ 'detail-type': 'REFUND_REQUESTED', resources: [path] }),
      says: 'REFUND_REQUESTED needs a resource path with orderId and refundId',
      path: ['resources'],
    },
    {
      name: 'an event whose path is malformed',
      payload: deliveryInTransit({ resources: [path.slice(0, -2)] }),
      says: 'needs a resource path',
      path: ['resources'],
    },
    {
      name: 'the body of a webhook whose resources are not a list',
      payload: { ...bodies[0], resources: { [MARKER]: path } },
      says: 'DELIVERY_COMPLETED needs a resource path',
      path: ['resources'],
    },
  ],
  foreign: [
    { id: 'ndr-1', 'detail-type': 'NDR Events', source: 'AmazonShipping', detail: { trackingId: '1' } },
    { id: 'tracking-1', 'detail-type': 'Tracking Detail', source: 'AmazonShipping', detail: { trackingId: '1' } },
  ],
  sameId: [
    deliveryInTransit({ resources: ['businessProduct/bp/order/o-1/delivery/d'] }),
    deliveryInTransit({ resources: ['businessProduct/bp/order/o-2/delivery/d'] }),
  ],
});
