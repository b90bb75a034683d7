/** What the benchmarks share. They report and never assert a time; what they measure must give right results, though. */
import { Bench } from 'tinybench';

/** Rounds of a comparison. Short ones, in which every task has its turn, so that a slow moment of the machine hits them all. */
const ROUNDS = 21;
const MILLISECONDS_PER_TURN = 80;

/**
 * How often a second each task runs, and how many times the rate of the last task that is: medians over rounds.
 *
 * @template {string} Name
 * @param {Record<Name, () => unknown>} tasks
 * @param {{ readonly perRun?: number, readonly rounds?: number }} [options] `perRun`: how many operations one run of a task is
 * @returns {Promise<Record<Name, { readonly rate: number, readonly times: number }>>}
 */
export async function compare(tasks, { perRun = 1, rounds = ROUNDS } = {}) {
  const names = /** @type {Name[]} */ (Object.keys(tasks));
  /** @type {number[][]} */
  const rates = names.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    const warmup = { warmupTime: round === 0 ? 300 : 0, warmupIterations: 1 };
    const bench = new Bench({ time: MILLISECONDS_PER_TURN, iterations: 3, ...warmup, throws: true });
    for (const name of names) bench.add(name, tasks[name]);
    await bench.run();
    for (const [at, task] of bench.tasks.entries()) {
      const { result } = task;
      if (!('latency' in result)) throw new Error(`${task.name} gave no result`);
      rates[at]?.push((1000 / result.latency.p50) * perRun);
    }
  }
  const base = rates.at(-1) ?? [];
  const entries = names.map((name, at) => {
    const own = rates[at] ?? [];
    return [name, { rate: median(own), times: median(own.map((rate, round) => rate / (base[round] ?? Number.NaN))) }];
  });
  return Object.fromEntries(entries);
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

/**
 * Prints a figure, what it should be and whether it is.
 *
 * @param {string} what
 * @param {number} measured
 * @param {{ readonly atLeast: number } | { readonly atMost: number }} target
 */
export function printTarget(what, measured, target) {
  const [reached, words] =
    'atLeast' in target
      ? [measured >= target.atLeast, `at least ${target.atLeast}`]
      : [measured <= target.atMost, `at most ${target.atMost.toFixed(2)}`];
  console.log(`${reached ? 'reached' : 'MISSED '}  ${what}: ${measured.toFixed(2)} (${words})`);
}

/** @param {Record<string, { readonly rate: number, readonly times: number }>} results */
export function printRates(results) {
  for (const [name, { rate, times }] of Object.entries(results)) {
    console.log(`${name.padEnd(56)}${Math.round(rate).toLocaleString('en').padStart(10)}/s ${times.toFixed(2).padStart(8)} x`);
  }
}
