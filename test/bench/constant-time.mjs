/**
 * Whether the time that a wrong API key takes tells how much of it is right: Welch's t between keys that share nothing with the right one
 * and keys that share all but the last character, as dudect does it. Beyond 4.5 a dependence is likely.
 *
 * @see {@link https://eprint.iacr.org/2016/1123 | Dude, is my code constant time?}
 */
import { apiKey } from 'waybill/shipping-ndr/webhook';

const ROUNDS = 60_000;
const KEY = 'k'.repeat(64);
const auth = apiKey({ keys: [KEY, 'another-key-that-is-valid-at-the-same-time'] });
const groups = { 'nothing of it right': `x${'y'.repeat(63)}`, 'all but the last': `${'k'.repeat(63)}x` };
const requests = Object.values(groups).map((key) => ({ headers: { 'x-api-key': key } }));
/** @type {number[][]} */
const times = requests.map(() => []);

for (let round = 0; round < ROUNDS; round += 1) {
  // By lot, or whatever comes back at regular times would hit one group.
  const which = Math.random() < 0.5 ? 0 : 1;
  const started = performance.now();
  const refused = await auth.check(requests[which] ?? { headers: {} }).then(
    () => false,
    () => true,
  );
  times[which]?.push(performance.now() - started);
  if (!refused) throw new Error('a wrong key was let in');
}

/** @param {readonly number[]} values without the slowest tenth, which is the machine's */
function moments(values) {
  const kept = [...values].sort((a, b) => a - b).slice(0, Math.floor(values.length * 0.9));
  const mean = kept.reduce((sum, value) => sum + value, 0) / kept.length;
  const variance = kept.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (kept.length - 1);
  return { mean, error: variance / kept.length };
}

const [none, most] = times.map(moments);
if (!none || !most) throw new Error('nothing was measured');
const t = (none.mean - most.mean) / Math.sqrt(none.error + most.error);
for (const [at, name] of Object.keys(groups).entries()) {
  console.log(`${name.padEnd(22)} ${(([none, most][at]?.mean ?? Number.NaN) * 1_000).toFixed(3)} µs`);
}
console.log(`t = ${t.toFixed(2)}: ${Math.abs(t) < 4.5 ? 'no dependence seen' : 'a dependence is likely'} (limit 4.5)`);
