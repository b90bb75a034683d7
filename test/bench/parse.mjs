/**
 * From the text of an event to a typed event: ours against powertools' EventBridge schema, which leaves `detail` and `resources`
 * as they are, and against `JSON.parse` alone as the floor.
 */
import assert from 'node:assert/strict';
import { EventBridgeSchema } from '@aws-lambda-powertools/parser/schemas/eventbridge';
import { BuyWithPrimeEventParser, parseResourcePath } from 'waybill/buywithprime/events';
import { compare, printRates } from './measure.mjs';

const path = 'businessProduct/bp-30b55436-5c42-4864-b3cb-4e4d014d8744/order/322-ABC1-AAAAAA/delivery/d5013dfc-2ae6-4f58-bc69-cae5d5323d30';
const event = {
  version: '0',
  id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
  'detail-type': 'DELIVERY_IN_TRANSIT',
  source: 'aws.partner/buywithprime/partner-event-source-name',
  account: '111122223333',
  time: '2023-10-27T12:34:56Z',
  region: 'us-east-1',
  resources: [path],
  detail: {},
};
const text = JSON.stringify(event);
const batch = { Records: Array.from({ length: 10 }, (_, index) => ({ messageId: `m${index}`, eventSource: 'aws:sqs', body: text })) };
const parser = new BuyWithPrimeEventParser();

const parse = () => parser.parse(text);
const parseAll = () => parser.parseAll(batch);
const powertools = () => EventBridgeSchema.parse(JSON.parse(text));

const parsed = parse();
assert.equal(parsed.kind, 'DELIVERY_IN_TRANSIT');
assert.equal(parsed.kind === 'DELIVERY_IN_TRANSIT' && parsed.deliveryId, 'd5013dfc-2ae6-4f58-bc69-cae5d5323d30');
assert.equal(parser.safeParse('{}').success, false);
assert.deepEqual(
  parseAll().map((record) => record.success),
  batch.Records.map(() => true),
);
assert.deepEqual(powertools(), event);

console.log('string to event, and how many times the rate of the last line');
printRates(
  await compare({
    'BuyWithPrimeEventParser.parse()': parse,
    'the same, of an object': () => parser.parse(event),
    'parseResourcePath()': () => parseResourcePath(path),
    "JSON.parse() and powertools' EventBridgeSchema.parse()": powertools,
    'JSON.parse() alone': () => JSON.parse(text),
  }),
);
console.log('records of an SQS batch of 10');
printRates(
  await compare(
    {
      'BuyWithPrimeEventParser.parseAll()': parseAll,
      'JSON.parse() of each body alone': () => batch.Records.map(({ body }) => JSON.parse(body)),
    },
    { perRun: 10 },
  ),
);
