/**
 * What a cold `import()` adds to the start of an empty Node process.
 *
 * Every start is a process of its own; the modules take turns, and each turn is compared with the empty process of that turn.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { median, printTarget } from './measure.mjs';

const root = join(import.meta.dirname, '../..');
const STARTS = Number(process.env['STARTS'] ?? 25);

const MODULES = [
  'waybill/buywithprime/events',
  '@aws-lambda-powertools/parser/schemas/eventbridge',
  'waybill/amazonpay',
  '@amazonpay/amazon-pay-api-sdk-nodejs',
  'waybill/shipping-ndr/webhook',
  'waybill/shipping-ndr',
  'waybill/buywithprime',
  'waybill',
];

/** @type {Map<string, number[]>} */
const added = new Map(MODULES.map((name) => [name, []]));
const empty = [];
// The first round fills the disk cache and is thrown away.
for (let round = 0; round <= STARTS; round += 1) {
  const base = start('');
  if (round > 0) empty.push(base);
  for (const [name, milliseconds] of added) {
    const total = start(`await import('${name}');`);
    if (round > 0) milliseconds.push(total - base);
  }
}

console.log(`ms over an empty process (${median(empty).toFixed(0)} ms), median of ${STARTS} starts each`);
for (const [name, milliseconds] of added) console.log(`${name.padEnd(56)}${median(milliseconds).toFixed(1).padStart(8)}`);
const ratio = (ours, theirs) => median(added.get(ours) ?? []) / median(added.get(theirs) ?? []);
printTarget(
  "cold import of waybill/buywithprime/events, times that of powertools' schema",
  ratio('waybill/buywithprime/events', '@aws-lambda-powertools/parser/schemas/eventbridge'),
  { atMost: 0.2 },
);
printTarget(
  "cold import of waybill/amazonpay, times the official SDK's",
  ratio('waybill/amazonpay', '@amazonpay/amazon-pay-api-sdk-nodejs'),
  {
    atMost: 0.33,
  },
);

/** @param {string} script */
function start(script) {
  const begin = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { cwd: root, encoding: 'utf8' });
  const milliseconds = performance.now() - begin;
  if (status !== 0) throw new Error(`${script} failed: ${stderr}`);
  return milliseconds;
}
