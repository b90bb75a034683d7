/**
 * `node test/engines/bench.mjs`: what each store costs on the way of an event through a webhook, as a ratio to the memory store, in one run.
 * `--events N` in each of five rounds. Fails if a claim and its completion cost more than two round trips.
 */
import { parseArgs } from 'node:util';
import { loadBundle } from './install.mjs';

const { values } = parseArgs({ options: { events: { type: 'string', default: '200' } } });
const { measureStores } = await loadBundle('bench/bench.ts');

/** @type {readonly import('./bench/bench.ts').StoreCost[]} */
const costs = await measureStores(Number(values.events));
console.log(`${'store'.padEnd(28)}round trips   ms an event   times memory   events a second, 32 at once`);
for (const { name, trips, latency, ratio, throughput } of costs) {
  const cells = [trips?.toFixed(2) ?? '', latency.toFixed(2), ratio.toFixed(1), throughput.toFixed(0)];
  console.log(name.padEnd(28) + cells.map((cell, at) => cell.padStart([11, 14, 15, 18][at] ?? 0)).join(''));
}
// SQL removes expired rows with every hundredth completion.
const over = costs.filter(({ trips = 0 }) => trips > 2.02);
for (const { name, trips } of over) console.error(`FAILED: ${name} needs ${trips} round trips for a claim and its completion`);
process.exit(over.length === 0 ? 0 : 1);
