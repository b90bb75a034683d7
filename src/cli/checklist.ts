/**
 * A list of what was looked at, and what was found.
 *
 * @module
 */
import { type Output, wrap } from './output.ts';

/** One thing that was looked at. */
export interface Check {
  /** `skip` was not looked at. */
  readonly status: 'ok' | 'warn' | 'fail' | 'skip';
  readonly name: string;
  /** What was found. Never holds a secret. */
  readonly message: string;
  /** What to do. */
  readonly todo?: string | undefined;
}

const LABELS = {
  ok: ['green', 'ok  '],
  warn: ['yellow', 'warn'],
  fail: ['red', 'FAIL'],
  skip: ['dim', '-   '],
} as const;
const NAME = 19;

/** The list for people. */
export function checklistLines(checks: readonly Check[], out: Output): string[] {
  return checks.flatMap(({ status, name, message, todo }) => {
    const [colour, label] = LABELS[status];
    const margin = ' '.repeat(label.length + NAME + 4);
    const text = [message, ...(todo ? [todo] : [])].flatMap((part) => wrap(part, out.width - margin.length));
    const [first = '', ...others] = text;
    return [`  ${out.style(colour, label)}  ${name.padEnd(NAME)}${first}`, ...others.map((line) => margin + line)];
  });
}
