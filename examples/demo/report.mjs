/**
 * What the demo prints: readable at 80 columns, in colour on a terminal only.
 */
const WIDTH = 80;
const colour = process.stdout.isTTY && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';

/**
 * @param {number} code
 * @param {string} text
 */
const paint = (code, text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);

let met = 0;
let missed = 0;

/** @param {string} text */
export function heading(text) {
  console.log(`\n${paint(1, text)}`);
}

/**
 * A line of the account: what something is called, and what it is.
 * @param {string} name
 * @param {unknown} value
 */
export function line(name, value) {
  const [first = '', ...others] = wrap(String(value), WIDTH - 24);
  console.log(`   ${paint(2, name.padEnd(20))} ${first}`);
  for (const other of others) console.log(`${' '.repeat(24)}${other}`);
}

/**
 * A request and its answer; fits as the hook `onResponse` of every client.
 * @param {{ method: string, url: string, status: number, duration: number }} exchange
 * @param {'->' | '<-'} [direction] To Amazon, or from it.
 */
export function exchange({ method, url, status, duration }, direction = '->') {
  const request = `${direction} ${method} ${new URL(url).pathname}`.padEnd(WIDTH - 18);
  console.log(`   ${paint(36, request)} ${paint(status < 400 ? 32 : 33, String(status))} ${`${duration.toFixed(0)} ms`.padStart(8)}`);
}

/**
 * Says whether something is as it should be; `finish()` remembers.
 * @param {string} what
 * @param {boolean} holds
 */
export function expect(what, holds) {
  if (holds) met += 1;
  else missed += 1;
  console.log(`   ${holds ? paint(32, 'ok    ') : paint(31, 'FAILED')} ${what}`);
}

/**
 * The last line, and the exit code.
 * @param {number} milliseconds
 */
export function finish(milliseconds) {
  const time = `${(milliseconds / 1_000).toFixed(1)} s`;
  console.log(
    missed === 0
      ? `\n${paint(32, `Everything as expected: ${met} checks in ${time}.`)}`
      : `\n${paint(31, `${missed} of ${met + missed} checks FAILED.`)}`,
  );
  if (missed > 0) process.exitCode = 1;
}

/**
 * @param {string} text
 * @param {number} width
 */
function wrap(text, width) {
  return text.match(new RegExp(`.{1,${width}}(?= |$)|\\S{${width}}`, 'g'))?.map((part) => part.trim()) ?? [text];
}
