/** Fuzzes targets one after another until the time is used up. */
import fc from 'fast-check';
import { type Entry, encode, keep, readCorpus } from './corpus.ts';
import { type Target, targets } from './targets.ts';

/** Settings of a run. */
export interface FuzzOptions {
  readonly seconds: number;
  readonly seed: number;
  readonly folder: string;
  /** Parts of the names of targets; none for all. */
  readonly names: readonly string[];
  readonly log: (line: string) => void;
}

/** Runs of a target before the next one has its turn. */
const RUNS = 50;

/** Returns the number of targets that failed. What failed is added to the corpus. */
export async function fuzz({ seconds, seed, folder, names, log }: FuzzOptions): Promise<number> {
  const chosen = targets.filter(({ name }) => names.length === 0 || names.some((part) => name.includes(part)));
  if (chosen.length === 0) throw new Error(`no target is called ${names.join(' or ')}`);
  const failed = new Set<string>();
  const counts = new Map<string, number>();
  const replayed = await replay(chosen, folder, (name, { problem }, error) => {
    failed.add(name);
    log(`FAILED ${name}: an input of the corpus fails again (${problem}): ${String(error)}`);
  });
  const end = performance.now() + seconds * 1_000;
  for (let round = 0; performance.now() < end; round += 1) {
    for (const { name, input, check } of chosen) {
      const left = end - performance.now();
      if (left <= 0) break;
      if (failed.has(name)) continue;
      const settings = { seed: seed + round, numRuns: RUNS, interruptAfterTimeLimit: left, markInterruptAsFailure: false };
      const { numRuns, counterexample, errorInstance } = await fc.check(fc.asyncProperty(input, check), settings);
      counts.set(name, (counts.get(name) ?? 0) + numRuns);
      if (!counterexample) continue;
      failed.add(name);
      // The first line: the others are a stack with paths.
      const [problem = ''] = (errorInstance as Error | null)?.message.split('\n') ?? [];
      keep(folder, name, { problem, input: counterexample[0] });
      log(`FAILED ${name} (seed ${seed + round}): ${problem}\n  ${JSON.stringify(encode(counterexample[0])).slice(0, 2_000)}`);
    }
  }
  for (const { name } of chosen)
    log(`${failed.has(name) ? 'FAILED' : 'ok    '} ${name.padEnd(40)}${String(counts.get(name) ?? 0).padStart(9)} inputs`);
  log(`\nseed ${seed}: ${chosen.length - failed.size} passed, ${failed.size} failed, ${replayed} inputs of the corpus`);
  return failed.size;
}

/** Tries the corpus again, and returns how many inputs it has. */
export async function replay(
  chosen: readonly Target[],
  folder: string,
  onFailure: (name: string, entry: Entry, error: unknown) => void,
): Promise<number> {
  const corpus = readCorpus(folder);
  let count = 0;
  for (const { name, check } of chosen) {
    for (const entry of corpus.get(name) ?? []) {
      count += 1;
      await check(entry.input).catch((error: unknown) => onFailure(name, entry, error));
    }
  }
  return count;
}
