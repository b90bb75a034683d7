/**
 * `npm run fleet -- --events N`: eight processes behind one Redis, then behind one PostgreSQL, get NDR events with 5 % duplicates and in
 * disorder, while one of them is killed every second. Then both again with the engine down for 10 seconds in the middle.
 *
 * Fails if an event was lost or handled again after its completion, if the feedback of all exceeded the quota, or if none is completed for
 * `--timeout` seconds. `--engine redis` runs one of the engines, `--outage 0` only the runs without an outage.
 */
import { parseArgs } from 'node:util';
import { loadBundle } from './install.mjs';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '4000' },
    engine: { type: 'string', multiple: true, default: ['redis', 'postgres'] },
    outage: { type: 'string', multiple: true, default: ['0', '10'] },
    timeout: { type: 'string', default: '120' },
    seed: { type: 'string', default: '1' },
  },
});
const events = Number(values.events);
const timeout = Number(values.timeout);
const { runFleet } = await loadBundle('fleet/fleet.ts');

let failures = 0;
for (const outage of values.outage.map(Number)) {
  for (const engine of values.engine) {
    console.log(`\n=== ${engine}, ${events} events${outage > 0 ? `, the engine down for ${outage} s` : ''}`);
    const report = await runFleet({ engine, events, outage: outage * 1000, timeout: timeout * 1000, seed: Number(values.seed) });
    print(report);
    const problems = [
      report.missing > 0 && `${report.missing} events are missing after ${report.seconds.toFixed(0)} s`,
      report.handledAgain > 0 && `${report.handledAgain} events were handled again after their completion`,
      report.refused > 0 && `the quota was exceeded ${report.refused} times`,
      report.tripsPerEvent > 3 && `an event cost ${report.tripsPerEvent.toFixed(2)} round trips`,
    ].filter(Boolean);
    for (const problem of problems) console.error(`FAILED: ${problem}`);
    failures += problems.length;
  }
}
process.exit(failures === 0 ? 0 : 1);

/** @param {import('./fleet/fleet.ts').FleetReport} report */
function print(report) {
  const caught = report.duplicates === 0 ? 1 : 1 - Math.min(1, report.workedTwice / report.duplicates);
  const lines = {
    'events handled': `${report.handled} of ${events}, ${report.missing} missing`,
    'handled again after completion': report.handledAgain,
    'worked on twice, the first time cut off': report.workedTwice,
    'duplicates caught': `${(100 * caught).toFixed(1)} % of ${report.duplicates}`,
    'time to drain': `${report.seconds.toFixed(1)} s, ${(events / report.seconds).toFixed(0)} events a second, ${report.deliveries} deliveries`,
    'workers killed': report.kills,
    'round trips to the store': `${report.tripsPerEvent.toFixed(2)} an event`,
    feedback: `${report.feedback} accepted, ${report.refused} beyond the quota, ${report.peak} in the busiest second`,
    'tokens fetched': report.tokens,
  };
  for (const [name, value] of Object.entries(lines)) console.log(`${name.padEnd(42)}${value}`);
}
