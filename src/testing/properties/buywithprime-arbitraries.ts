/**
 * Arbitrary events of Buy with Prime, however they arrive.
 *
 * @module
 */
import * as fc from 'fast-check';
import { type BuyWithPrimeEventType, eventKinds, eventTypesOf } from '../../buywithprime/events/kinds.ts';
import { assertOption } from '../../core/errors.ts';
import { type BuyWithPrimeEventBody, buyWithPrimeEvent, type CompleteIds } from '../builders/buywithprime-event.ts';
import { SURFACE } from '../surface.ts';
import { arrivalsOf, type EventArrival } from './arrivals.ts';
import { anyTime } from './shipping-arbitraries.ts';

const CHARACTERS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.~%:+ äÄ門🏠';

/** A resource path of a documented type of event. Its ids have any characters but `/`. */
export function anyResourcePath(): fc.Arbitrary<string> {
  return fc.tuple(fc.constantFrom(...eventKinds), anyIds()).map(([kind, ids]) => pathOf(kind, ids));
}

/** A string that looks like a resource path, and is not one. */
export function anyInvalidResourcePath(): fc.Arbitrary<string> {
  const changes = [
    (path: string) => path.slice(path.indexOf('/') + 1),
    (path: string) => `/${path}`,
    (path: string) => `${path}/`,
    (path: string) => path.replace('/', '//'),
    (path: string) => path.slice(0, path.lastIndexOf('/')),
    (path: string) => path.replace('businessProduct', 'BusinessProduct'),
    () => '',
  ];
  return fc.tuple(anyResourcePath(), fc.constantFrom(...changes)).map(([path, change]) => change(path));
}

/**
 * Events of every documented type under each of its names, as EventBridge delivers them: with an empty `detail`, with the webhook's
 * envelope in it, and with data in that; about one thing or several; replayed or not.
 *
 * @param types Names that the events are to have.
 */
export function anyBuyWithPrimeEvent(types: readonly BuyWithPrimeEventType[] = documentedTypes()): fc.Arbitrary<BuyWithPrimeEventBody> {
  assertOption(Array.isArray(types) && types.length > 0, SURFACE, undefined, 'anyBuyWithPrimeEvent() accepts a list of types, not empty');
  const generation = fc.constantFrom('empty', 'envelope', 'fat');
  const replay = fc.option(fc.constant('replay-1'), { freq: 4, nil: undefined });
  return fc
    .tuple(anyParts(types), generation, replay)
    .map(([parts, contract, name]) => ({ ...eventOf(parts, contract), ...(name !== undefined && { 'replay-name': name }) }));
}

/**
 * Events in everything that they arrive in: from EventBridge, replayed from an archive, as the body of a webhook, as a JSON string, in a
 * queue, through a topic into a queue, and from a function's failure destination.
 */
export function anyBuyWithPrimeArrival(): fc.Arbitrary<EventArrival<BuyWithPrimeEventBody>> {
  const webhook = fc
    .tuple(anyParts(documentedTypes()), fc.constantFrom('envelope', 'fat'))
    .map(([parts, generation]) => eventOf(parts, generation))
    .map((event): EventArrival<BuyWithPrimeEventBody> => ({ via: 'webhook', input: event.detail, events: [event] }));
  return fc.oneof(...arrivalsOf(anyBuyWithPrimeEvent()), webhook);
}

/** What an event is made of. */
interface Parts {
  readonly type: BuyWithPrimeEventType;
  readonly id: string;
  readonly idempotencyKey: string;
  readonly time: string;
  readonly about: readonly CompleteIds[];
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

function pathOf(type: BuyWithPrimeEventType, ids: CompleteIds): string {
  return buyWithPrimeEvent(type, { ids }).resources[0] as string;
}

function anyIds(): fc.Arbitrary<CompleteIds> {
  const id = fc.oneof(fc.uuid(), fc.string({ unit: fc.constantFrom(...CHARACTERS), minLength: 1, maxLength: 40 }));
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
  return eventKinds.flatMap(eventTypesOf);
}
