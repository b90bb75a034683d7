/** The parts of a test framework that the suite needs, in plain JavaScript. */

/** Milliseconds after which a check that hangs has failed. */
const TIME_LIMIT = 20_000;

/**
 * @param {unknown} condition
 * @param {string} message
 * @returns {asserts condition}
 */
export function assert(condition, message) {
  if (!condition) throw new Error(message);
}

/** Compares as JSON does: values of every realm, `undefined` like a missing property. @param {unknown} actual @param {unknown} expected */
export function equal(actual, expected) {
  const [got, wanted] = [actual, expected].map((value) => JSON.stringify(value));
  assert(got === wanted, `expected ${wanted}, got ${got}`);
}

/** What a function throws or its promise rejects with. @param {() => unknown} action @returns {Promise<any>} */
export async function failure(action) {
  let result;
  try {
    result = await action();
  } catch (error) {
    return error;
  }
  throw new Error(`expected an error, got ${JSON.stringify(result)}`);
}

/**
 * Runs checks one after another, prints a line for each and the total.
 *
 * @param {Record<string, Record<string, () => unknown>>} groups
 * @param {(line: string) => void} print
 */
export async function runChecks(groups, print) {
  let passed = 0;
  let failed = 0;
  for (const [group, checks] of Object.entries(groups)) {
    for (const [name, check] of Object.entries(checks)) {
      try {
        await withTimeLimit(check);
        passed += 1;
        print(`ok     ${group}: ${name}`);
      } catch (error) {
        failed += 1;
        print(`FAILED ${group}: ${name}: ${describe(error)}`);
      }
    }
  }
  print(`${passed} passed, ${failed} failed`);
  return { passed, failed };
}

/** @param {() => unknown} check */
async function withTimeLimit(check) {
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${TIME_LIMIT} ms`)), TIME_LIMIT);
  });
  try {
    await Promise.race([check(), limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** @param {any} error */
function describe(error) {
  const own = error?.name ? `${error.name}: ${error.message}` : String(error);
  return error?.cause ? `${own} <- ${describe(error.cause)}` : own;
}
