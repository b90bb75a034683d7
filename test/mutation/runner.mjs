/**
 * A runner for Vitest that repeats each test once for each mutant that it reaches, in the same process: no start for each mutant.
 *
 * The first run is the test as it is, and shows which mutants it reaches. Then each mutant that no test has noticed yet has a run. After
 * each noticed one the test runs without any: a test that stays broken is not used further, and its last verdict does not count.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { VitestTestRunner } from 'vitest/runners';
import { getFn } from 'vitest/suite';

const log = process.env['MUTATION_LOG'] ?? '';
/** Milliseconds for one test with all its mutants. What is left then is for other tests to notice. */
const BUDGET = Number(process.env['MUTATION_BUDGET'] ?? 30_000);
/** Milliseconds for a run that a mutant may have hung, at least. */
const HANGS = 3_000;

// Tests replace them by fakes.
const { setTimeout: later, clearTimeout: cancel } = globalThis;
const now = performance.now.bind(performance);

/** What the mutated sources read and write. */
globalThis['__stryker__'] ??= {};
const switches = globalThis['__stryker__'];
switches.mutantCoverage ??= { static: {}, perTest: {} };

const noticed = new Set();
let read = 0;

function write(entry) {
  appendFileSync(log, `${JSON.stringify(entry)}\n`);
}

/** Learns what the other workers noticed. */
function refresh() {
  const text = existsSync(log) ? readFileSync(log, 'utf8') : '';
  const lines = text.slice(read, text.lastIndexOf('\n') + 1);
  read += lines.length;
  for (const line of lines.split('\n').filter(Boolean)) {
    const { killed, restored } = JSON.parse(line);
    if (killed) noticed.add(killed);
    if (restored) noticed.delete(restored);
  }
}

let unhandled = 0;
process.on('unhandledRejection', () => {
  unhandled += 1;
});

function nameOf(test) {
  const names = [];
  for (let task = test; task && task !== test.file; task = task.suite) names.unshift(task.name);
  return `${test.file.name} > ${names.filter(Boolean).join(' > ')}`;
}

export default class MutationRunner extends VitestTestRunner {
  #run;

  /** One mutant is active in a process, so that tests run one after the other. */
  onCollected(files) {
    const oneByOne = (task) => {
      task.concurrent = false;
      for (const child of task.tasks ?? []) oneByOne(child);
    };
    for (const file of files) oneByOne(file);
  }

  /** @override */
  async onBeforeRunTask(test) {
    await super.onBeforeRunTask(test);
    const run = { name: nameOf(test), phase: 'as it is', queue: [], active: undefined, last: undefined, isDone: false, reached: {} };
    this.#run = run;
    // Vitest compares the number of runs with this before each: it ends when nothing is left to try.
    test.repeats = { valueOf: () => (run.isDone ? -1 : Number.MAX_SAFE_INTEGER) };
    test.retry = 0;
    switches.currentTestId = run.name;
    switches.mutantCoverage.perTest[run.name] = {};
  }

  /** @override */
  async onBeforeTryTask(test) {
    const run = this.#run;
    const isMutated = run.phase === 'mutant';
    switches.activeMutant = isMutated ? run.active : undefined;
    switches.hitCount = isMutated ? 0 : undefined;
    run.started = now();
    // No timer ends a loop: the sources throw when they reach a mutant much more often than without it, or for too long.
    const limit = 2_000 + 20 * (run.reached[run.active] ?? 0);
    Object.defineProperty(switches, 'hitLimit', { configurable: true, get: () => (now() - run.started > timeLimit(run) ? 0 : limit) });
    // Vitest awaits the assertions of all runs, and those of a run that hung never settle.
    for (const assertion of test.promises ?? []) assertion.catch(() => undefined);
    test.promises = [];
    unhandled = 0;
    return super.onBeforeTryTask(test);
  }

  async runTask(test) {
    const run = this.#run;
    if (run.phase === 'as it is') return getFn(test)();
    let timer;
    const hung = new Promise((_, reject) => {
      timer = later(() => reject(new Error('hung')), timeLimit(run));
    });
    try {
      await Promise.race([getFn(test)(), hung]);
    } finally {
      cancel(timer);
    }
  }

  async onAfterRetryTask(test) {
    const run = this.#run;
    const isFailed = test.result?.state === 'fail' || (run.phase === 'mutant' && unhandled > 0);
    switches.activeMutant = undefined;
    switches.hitCount = undefined;
    if (run.phase === 'as it is') {
      const isUsable = test.result?.state !== 'skip' && !test.result?.pending && !isFailed;
      if (!isUsable) {
        write({ unusable: run.name, why: isFailed ? String(test.result?.errors?.[0]?.message).slice(0, 200) : 'skipped' });
        run.isDone = true;
        return;
      }
      this.#begin(run);
    } else if (run.phase === 'mutant' && isFailed) {
      noticed.add(run.active);
      write({ killed: run.active, by: run.name });
      run.last = run.active;
      run.phase = 'check';
      forgive(test);
      return;
    } else if (run.phase === 'check' && isFailed) {
      noticed.delete(run.last);
      write({ restored: run.last, by: run.name });
      run.queue = [];
    }
    forgive(test);
    this.#next(run);
  }

  #begin(run) {
    run.reached = { ...switches.mutantCoverage.perTest[run.name] };
    run.duration = now() - run.started;
    run.begun = now();
    refresh();
    const reached = Object.keys(run.reached);
    write({ test: run.name, reached, constants: Object.keys(switches.mutantCoverage.static) });
    switches.mutantCoverage.static = {};
    run.queue = reached.filter((mutant) => !noticed.has(mutant));
  }

  #next(run) {
    if (run.queue.length % 25 === 0) {
      refresh();
      run.queue = run.queue.filter((mutant) => !noticed.has(mutant));
    }
    if (run.queue.length > 0 && now() - run.begun > BUDGET) {
      write({ late: run.name, left: run.queue });
      run.queue = [];
    }
    run.active = run.queue.shift();
    run.phase = 'mutant';
    run.isDone = run.active === undefined;
    if (run.isDone) switches.currentTestId = undefined;
  }
}

/** Milliseconds for one run. */
function timeLimit({ duration }) {
  return Math.max(HANGS, 10 * duration + 2_000);
}

/** The next run starts as if this one had passed. */
function forgive(test) {
  if (!test.result) return;
  test.result.state = 'pass';
  test.result.errors = undefined;
}
