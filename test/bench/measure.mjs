/**
 * What the benchmarks share. They report and never assert a time; what they measure must give right results, though.
 *
 * Costs are processor time of the process, garbage collection and threads included: wall time says little on a machine that does other things.
 * What is in flight at once is the exception: it gains by using more cores than one, which only wall time shows.
 */
import { appendFileSync } from 'node:fs';

/** @typedef {'processor' | 'wall'} Clock */

/** Rounds of a comparison. Short ones, in which every task has its turn, so that a slow moment of the machine hits them all. */
const ROUNDS = 41;
const MICROSECONDS_PER_TURN = 8_000;
/** Code is measured when it is warm, in microseconds and in operations: the compiler of V8 is done after some thousand calls. */
const WARM_UP = { least: 300_000, most: 3_000_000, operations: 4_000 };

/**
 * How often a second each task runs, and how many times the rate of the last task that is: medians over rounds.
 *
 * @template {string} Name
 * @param {Record<Name, () => unknown>} tasks
 * @param {{ readonly perRun?: number, readonly rounds?: number, readonly clock?: Clock }} [options] `perRun`: how many operations one run of a
 *   task is
 * @returns {Promise<Record<Name, { readonly rate: number, readonly times: number }>>}
 */
export async function compare(tasks, { perRun = 1, rounds = ROUNDS, clock = 'processor' } = {}) {
  const names = /** @type {Name[]} */ (Object.keys(tasks));
  const runs = [];
  for (const name of names) runs.push(await runsPerTurn(tasks[name], perRun, clock));
  /** @type {number[][]} */
  const rates = names.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, name] of names.entries()) {
      const count = runs[at] ?? 1;
      rates[at]?.push((1e6 / (await cost(tasks[name], count, clock))) * count * perRun);
    }
  }
  const base = rates.at(-1) ?? [];
  const entries = names.map((name, at) => {
    const own = rates[at] ?? [];
    return [name, { rate: median(own), times: median(own.map((rate, round) => rate / (base[round] ?? Number.NaN))) }];
  });
  return Object.fromEntries(entries);
}

/**
 * Warms a task up, and says how many runs of it fill a turn.
 *
 * @param {() => unknown} task
 * @param {number} perRun
 * @param {Clock} clock
 */
async function runsPerTurn(task, perRun, clock) {
  let count = 1;
  for (let [warm, operations] = [0, 0]; warm < WARM_UP.least || (operations < WARM_UP.operations && warm < WARM_UP.most); ) {
    const spent = await cost(task, count, clock);
    warm += spent;
    operations += count * perRun;
    count = Math.max(1, Math.min(count * 4, Math.ceil((count * MICROSECONDS_PER_TURN) / Math.max(spent, 1))));
  }
  return count;
}

/**
 * Microseconds that so many runs of a task take.
 *
 * @param {() => unknown} task
 * @param {number} count
 * @param {Clock} clock
 */
async function cost(task, count, clock) {
  const [start, since] = [process.cpuUsage(), performance.now()];
  for (let run = 0; run < count; run += 1) {
    const result = task();
    // Not awaited otherwise: a turn of the microtask queue would be most of a short task.
    if (result instanceof Promise) await result;
  }
  const { user, system } = process.cpuUsage(start);
  return clock === 'wall' ? (performance.now() - since) * 1_000 : user + system;
}

/**
 * Kilobytes an item that are in use at the end of the work, as far as the last collection shows it.
 *
 * @param {() => unknown} work
 * @param {number} size
 */
export async function peakOf(work, size) {
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  await work();
  return Math.max(0, process.memoryUsage().heapUsed - before) / 1_000 / size;
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

/**
 * Prints a figure, what it should be and whether it is. `npm run bench -- --write` collects them for the guide.
 *
 * @param {string} what
 * @param {number} measured
 * @param {{ readonly atLeast: number } | { readonly atMost: number }} target
 */
export function printTarget(what, measured, target) {
  const [isReached, aim] =
    'atLeast' in target
      ? [measured >= target.atLeast, `at least ${target.atLeast}`]
      : [measured <= target.atMost, `at most ${target.atMost}`];
  console.log(`${isReached ? 'reached' : 'MISSED '}  ${what}: ${measured.toFixed(2)} (${aim})`);
  const file = process.env['FIGURES'];
  if (file) appendFileSync(file, `${JSON.stringify({ what, measured, aim })}\n`);
}

/** @param {Record<string, { readonly rate: number, readonly times: number }>} results */
export function printRates(results) {
  for (const [name, { rate, times }] of Object.entries(results)) {
    console.log(`${name.padEnd(56)}${Math.round(rate).toLocaleString('en').padStart(10)}/s ${times.toFixed(2).padStart(8)} x`);
  }
}
