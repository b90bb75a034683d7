import { type BuyWithPrimeEvent, BuyWithPrimeEventParser, type ParsedRecord } from 'waybill/buywithprime/events';
import { parseShippingEvent, type ShippingEvent } from 'waybill/shipping-ndr/webhook';
import { type Child, code, facts, fold, heading, json, note, verdict } from '../dom.ts';
import { KINDS } from '../kinds.ts';
import { failure, type Pane } from '../pane.ts';
import { advice } from './ndr.ts';

/** Made at build time by the builders of `waybill/testing`. */
declare const SAMPLES: readonly { readonly name: string; readonly text: string }[];

/** Of a batch. A page with ten thousand results helps nobody. */
const MAX_SHOWN = 20;

const parser = new BuyWithPrimeEventParser();

export const eventPane: Pane = {
  id: 'event',
  name: 'Event',
  about:
    'Paste an event as you found it: in a log, a queue, a dead-letter queue, the body of a webhook. It says what it is, or what is wrong with it.',
  fields: [{ name: 'text', label: 'Event', kind: 'area', rows: 24, value: SAMPLES[0]?.text ?? '', samples: SAMPLES }],
  run: ({ text = '' }) => {
    if (text.trim() === '') return note('Paste an event, or choose a sample.');
    const records = parser.parseAll(text);
    if (records.length === 0) return [verdict('warn', 'an empty batch'), note('A Lambda handler accepts it: there is nothing to do.')];
    const several = records.length > 1 && verdict('good', `a batch of ${records.length} events`);
    return [
      several,
      records.slice(0, MAX_SHOWN).map((record, index) => [several && heading(`Event ${index + 1}`), describe(record, !several)]),
    ];
  },
};

/** Which surface it belongs to is decided here: Buy with Prime's parser reads every event of EventBridge, as `unknown` if it is not its own. */
function describe(record: ParsedRecord, isOnly: boolean): Child {
  if (record.success && record.event.kind !== 'unknown') return buyWithPrime(record.event, record.messageId, isOnly);
  const raw = record.success ? record.event.raw : record.raw;
  const type = (raw as { readonly 'detail-type'?: unknown } | null)?.['detail-type'];
  try {
    const event = parseShippingEvent(raw);
    if (event.kind !== 'unknown') return shipping(event, isOnly);
  } catch (error) {
    if (type === 'NDR Events' || type === 'Tracking Detail') return [failure(error), note('It is an event of Amazon Shipping.')];
  }
  if (!record.success)
    return [
      failure(record.error),
      note('Neither surface can read it. With ', code('onInvalid'), ' you get it raw, and it counts as handled.'),
    ];
  return [
    verdict('warn', `unknown type: ${record.event.eventType}`),
    note(
      'No version of either surface documents it. Handlers get it as ',
      code('unknown'),
      '; without that function it is acknowledged and ',
      code('onUnhandled'),
      ' is told.',
    ),
    asParsed(record.event, isOnly),
  ];
}

function buyWithPrime(event: BuyWithPrimeEvent, messageId: string | undefined, isOnly: boolean): Child {
  const { kind, eventType, idempotencyKey, time, source, replayName } = event;
  const [, meaning, call, then] = kind === 'unknown' ? [] : KINDS[kind];
  return [
    verdict('good', `Buy with Prime · ${kind}`),
    meaning && note(meaning),
    facts({
      'Named as': eventType === kind ? undefined : code(eventType),
      ...idsOf(event),
      'What to call': call && [code(call), then && `, ${then}`],
      Published: time,
      'From source': source && code(source),
      'Replayed from': replayName,
      'Same for every delivery': code(idempotencyKey),
      'Message of the queue': messageId && code(messageId),
    }),
    asParsed(event, isOnly),
  ];
}

function idsOf(event: BuyWithPrimeEvent): Readonly<Record<string, Child>> {
  const names = {
    orderId: 'Order',
    deliveryId: 'Delivery',
    refundId: 'Refund',
    returnId: 'Return',
    itemId: 'Item',
    carrierCode: 'Carrier',
    trackingNumber: 'Tracking number',
    taskId: 'Task',
    businessProductId: 'Business product',
  };
  const ids = event as unknown as Readonly<Record<string, string | undefined>>;
  return Object.fromEntries(Object.entries(names).map(([key, name]) => [name, ids[key] ? code(ids[key]) : undefined]));
}

function shipping(event: ShippingEvent, isOnly: boolean): Child {
  const { id, time } = event;
  if (event.kind === 'ndr') {
    const { trackingId, shipmentStatus, reasonCode, referenceID, deliveryAttemptCount } = event.detail;
    return [
      verdict('good', 'Amazon Shipping · ndr'),
      note('A shipment could not be delivered and waits for your decision.'),
      facts({
        Shipment: code(trackingId),
        'Your order': referenceID ? code(referenceID) : undefined,
        Status: shipmentStatus ?? undefined,
        Reason: reasonCode ?? undefined,
        Attempts: deliveryAttemptCount === undefined || deliveryAttemptCount === null ? undefined : String(deliveryAttemptCount),
        Published: time,
        'Same for every delivery': id ? code(id) : undefined,
      }),
      advice(event),
      asParsed(event, isOnly),
    ];
  }
  const detail = event.kind === 'tracking' ? event.detail : undefined;
  return [
    verdict('good', `Amazon Shipping · ${event.kind}`),
    note('Something happened to a shipment.'),
    facts({
      Shipment: detail && code(detail.trackingId),
      What: detail?.eventCode ? code(detail.eventCode) : undefined,
      When: detail?.eventTime ?? undefined,
      Leg: detail?.shipmentType ? code(detail.shipmentType) : undefined,
      Where: [detail?.location?.city, detail?.location?.stateOrRegion, detail?.location?.countryCode].filter(Boolean).join(', '),
      'Same for every delivery': id ? code(id) : undefined,
    }),
    asParsed(event, isOnly),
  ];
}

function asParsed(event: BuyWithPrimeEvent | ShippingEvent, isOnly: boolean): Child {
  return fold('As the parser returns it', isOnly, json(event, 'Event'));
}
