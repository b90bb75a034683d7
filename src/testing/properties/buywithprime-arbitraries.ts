/**
 * Arbitrary events of Buy with Prime, in whatever they arrive.
 *
 * @module
 */
import * as fc from 'fast-check';
import { type BuyWithPrimeEventKind, type BuyWithPrimeEventType, eventTypesOf } from '../../buywithprime/events/event-kinds.ts';
import { type BuyWithPrimeEventBody, type BuyWithPrimeIds, buyWithPrimeEvent, documentedKinds } from '../builders/buywithprime-event.ts';
import { sqsEvent } from '../builders/sqs-event.ts';
import { anyTime } from './shipping-arbitraries.ts';

/** Events, and what a receiver gets of them. */
export interface BuyWithPrimeArrival {
  /** Which way they came. */
  readonly via: 'eventbridge' | 'archive replay' | 'webhook' | 'text' | 'sqs' | 'sns in sqs';
  /** What is handed to the receiver: one event, or a batch of a queue. */
  readonly input: unknown;
  /** The events in it, in order. */
  readonly events: readonly BuyWithPrimeEventBody[];
}

const SIGNS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.~%:+ äÄ門🏠';

/** A resource path of a documented type of event. The ids are of any signs but `/`. */
export function anyResourcePath(): fc.Arbitrary<string> {
  return fc.tuple(fc.constantFrom(...documentedKinds()), anyIds()).map(([kind, ids]) => pathOf(kind, ids));
}

/** What looks like a resource path and is none. */
export function anyInvalidResourcePath(): fc.Arbitrary<string> {
  const spoil = [
    (path: string) => path.slice(path.indexOf('/') + 1),
    (path: string) => `/${path}`,
    (path: string) => `${path}/`,
    (path: string) => path.replace('/', '//'),
    (path: string) => path.slice(0, path.lastIndexOf('/')),
    (path: string) => path.replace('businessProduct', 'BusinessProduct'),
    () => '',
  ];
  return fc.tuple(anyResourcePath(), fc.constantFrom(...spoil)).map(([path, change]) => change(path));
}

/**
 * Events of every documented type under each of its names, as EventBridge delivers them: with an empty `detail`, with the webhook's
 * envelope in it, and with data in that; about one thing or several; replayed or not.
 *
 * @param types Names that the events shall have.
 */
export function anyBuyWithPrimeEvent(types: readonly BuyWithPrimeEventType[] = documentedTypes()): fc.Arbitrary<BuyWithPrimeEventBody> {
  const contract = fc.constantFrom('empty', 'envelope', 'fat');
  return fc
    .tuple(anyParts(types), contract, fc.option(fc.constant('replay-1'), { freq: 4, nil: undefined }))
    .map(([parts, generation, replay]) => ({
      ...eventOf(parts, generation),
      ...(replay !== undefined && { 'replay-name': replay }),
    }));
}

/**
 * Events in everything that they arrive in: from EventBridge, replayed, as the body of a webhook, as text, in a queue, and through a topic
 * in a queue.
 */
export function anyBuyWithPrimeArrival(): fc.Arbitrary<BuyWithPrimeArrival> {
  const one = anyBuyWithPrimeEvent();
  const inEnvelope = fc
    .tuple(anyParts(documentedTypes()), fc.constantFrom('envelope', 'fat'))
    .map(([parts, generation]) => eventOf(parts, generation));
  const several = fc.array(one, { minLength: 1, maxLength: 5 });
  const queue = { seed: 1, clock: () => new Date('2026-01-15T10:00:00Z') };
  return fc.oneof(
    one.map(
      (event): BuyWithPrimeArrival => ({ via: 'replay-name' in event ? 'archive replay' : 'eventbridge', input: event, events: [event] }),
    ),
    inEnvelope.map((event): BuyWithPrimeArrival => ({ via: 'webhook', input: event.detail, events: [event] })),
    one.map((event): BuyWithPrimeArrival => ({ via: 'text', input: JSON.stringify(event), events: [event] })),
    several.map((events): BuyWithPrimeArrival => ({ via: 'sqs', input: sqsEvent(events, queue), events })),
    several.map((events): BuyWithPrimeArrival => ({ via: 'sns in sqs', input: sqsEvent(events, { ...queue, sns: true }), events })),
  );
}

/** What an event is made of. */
interface Parts {
  readonly type: BuyWithPrimeEventType;
  readonly id: string;
  readonly idempotencyKey: string;
  readonly time: string;
  readonly about: readonly Required<BuyWithPrimeIds>[];
}

function anyParts(types: readonly BuyWithPrimeEventType[]): fc.Arbitrary<Parts> {
  const id = fc.oneof(fc.uuid(), fc.constant('example-event-id'));
  // One in every sample of Amazon's, but no number is promised.
  const about = fc.array(anyIds(), { minLength: 1, maxLength: 3, size: 'small' });
  return fc.record({ type: fc.constantFrom(...types), id, idempotencyKey: id, time: anyTime(), about });
}

function eventOf({ type, id, idempotencyKey, time, about }: Parts, generation: string): BuyWithPrimeEventBody {
  const resources = about.map((ids) => pathOf(type, ids));
  const envelope = {
    idempotencyKey,
    eventDescriptor: type,
    resources,
    eventId: id,
    apiVersion: '2024-11-01',
    subscriptionId: '8e5da864-34ee-461d-9d76-0babcef14677',
    eventTime: time,
    data: generation === 'fat' ? { order: { id: about[0]?.orderId, aliases: [] } } : {},
  };
  return buyWithPrimeEvent(type, { id, time, resources, detail: generation === 'empty' ? {} : envelope });
}

function pathOf(type: BuyWithPrimeEventType, ids: Required<BuyWithPrimeIds>): string {
  return buyWithPrimeEvent(type, { ids }).resources[0] as string;
}

function anyIds(): fc.Arbitrary<Required<BuyWithPrimeIds>> {
  const id = fc.oneof(fc.uuid(), fc.string({ unit: fc.constantFrom(...SIGNS), minLength: 1, maxLength: 40 }));
  return fc.record({
    businessProductId: id,
    orderId: id,
    deliveryId: id,
    refundId: id,
    returnId: id,
    itemId: id,
    taskId: id,
    carrierCode: id,
    trackingNumber: id,
  });
}

function documentedTypes(): readonly BuyWithPrimeEventType[] {
  return documentedKinds().flatMap((kind: BuyWithPrimeEventKind) => eventTypesOf(kind));
}
