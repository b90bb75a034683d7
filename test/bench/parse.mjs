/**
 * From the text of an event to a typed event: ours against powertools' EventBridge schema, which leaves `detail` and `resources`
 * as they are, and against `JSON.parse` alone as the floor.
 */
import assert from 'node:assert/strict';
import { EventBridgeSchema } from '@aws-lambda-powertools/parser/schemas/eventbridge';
import { BuyWithPrimeEventParser, parseResourcePath } from 'waybill/buywithprime/events';
import { compare, printRates, printTarget } from './measure.mjs';

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
const parser = new BuyWithPrimeEventParser();

const parse = () => parser.parse(text);
const powertools = () => EventBridgeSchema.parse(JSON.parse(text));

const parsed = parse();
assert.equal(parsed.kind, 'DELIVERY_IN_TRANSIT');
assert.equal(parsed.kind === 'DELIVERY_IN_TRANSIT' && parsed.deliveryId, 'd5013dfc-2ae6-4f58-bc69-cae5d5323d30');
assert.equal(parser.safeParse('{}').success, false);
assert.deepEqual(powertools(), event);

console.log('string to event, and how many times the rate of the last line');
const ours = 'BuyWithPrimeEventParser.parse()';
const theirs = "JSON.parse() and powertools' EventBridgeSchema.parse()";
const results = await compare({
  [ours]: parse,
  'the same, of an object': () => parser.parse(event),
  'parseResourcePath()': () => parseResourcePath(path),
  [theirs]: powertools,
  'JSON.parse() alone': () => JSON.parse(text),
});
printRates(results);
printTarget("parse a Buy with Prime event, times powertools' rate", (results[ours]?.times ?? 0) / (results[theirs]?.times ?? 1), {
  atLeast: 0.85,
});

/** Texts that are made to be slow to read, by their length. @type {Record<string, (length: number) => string>} */
const HOSTILE = {
  'of blanks': (length) => ' '.repeat(length),
  'of commas and blanks': (length) => `{${', '.repeat(length / 2)}`,
  'of quotes': (length) => `"${'\\"'.repeat(length / 2)}"`,
  'of brackets': (length) => '['.repeat(length),
  'of paths': (length) =>
    JSON.stringify({ ...event, resources: new Array(Math.ceil(length / 40)).fill('businessProduct/b/locker/12345678') }),
  'of an id': (length) => JSON.stringify({ ...event, resources: [`${path}${'x'.repeat(length)}`] }),
  'of records': (length) => JSON.stringify(new Array(Math.ceil(length / 30)).fill({ messageId: 'm', body: '{"a":' })),
};
console.log('times as long for two megabytes as for one');
for (const [name, make] of Object.entries(HOSTILE)) {
  const [one, two] = [make(1_000_000), make(2_000_000)];
  const { two: large } = await compare({ two: () => parser.parseAll(two), one: () => parser.parseAll(one) }, { rounds: 5 });
  console.log(`${name.padEnd(56)}${(1 / large.times).toFixed(2).padStart(10)}`);
}
