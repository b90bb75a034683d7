/**
 * What became of the rows of an import, in numbers and in the first problems.
 *
 * @module
 */
import { EXIT } from '../failure.ts';
import type { Context } from '../terminal.ts';
import { wrap } from '../text.ts';
import type { Decision } from './decisions.ts';
import type { Report } from './report.ts';
import type { Sheet } from './sheet.ts';

/** Problems that are printed. The report has all of them. */
const SHOWN = 20;

/** Collects results, and prints them. Its size does not depend on the number of rows. */
export class Summary {
  readonly count = { submitted: 0, skipped: 0, undecided: 0, invalid: 0, failed: 0, interrupted: 0 };
  /** Whether every failure was a temporary one. */
  isTemporary = true;
  readonly #sheet: Sheet;
  readonly #report: Report | undefined;
  readonly #context: Context;
  /** Rows that can be sent, by action. */
  readonly #valid = new Map<string, number>();
  readonly #problems: string[] = [];
  #hiddenProblems = 0;
  readonly #remarks = new Map<string, { rows: number; readonly first: number }>();

  constructor(sheet: Sheet, report: Report | undefined, context: Context) {
    this.#sheet = sheet;
    this.#report = report;
    this.#context = context;
  }

  /** Rows whose result is known. */
  get done(): number {
    return this.#sheet.others + Object.values(this.count).reduce((sum, number) => sum + number, 0);
  }

  addValid(action: string): void {
    this.#valid.set(action, (this.#valid.get(action) ?? 0) + 1);
  }

  addProblem(problem: string): void {
    if (this.#problems.length < SHOWN) this.#problems.push(problem);
    else this.#hiddenProblems += 1;
  }

  addRemarks({ row, remarks }: Decision): void {
    for (const remark of remarks) {
      const known = this.#remarks.get(remark);
      if (known) known.rows += 1;
      else this.#remarks.set(remark, { rows: 1, first: row });
    }
  }

  /** Prints the counts and the first problems, and sets the exit code. */
  show(): void {
    const { out } = this.#context;
    const { invalid, failed } = this.count;
    const valid = [...this.#valid.values()].reduce((sum, number) => sum + number, 0);
    const report = this.#report?.path ?? null;
    const { others, isDone } = this.#sheet;
    const rows = this.#sheet.rows;
    const notSent = report ? rows - this.done : valid;
    if (invalid + failed > 0) this.#context.exitCode = invalid === 0 && this.isTemporary ? EXIT.retry : EXIT.failed;
    const remarks = [...this.#remarks].map(([message, { rows: number, first }]) => ({ message, rows: number, first }));
    const actions = Object.fromEntries(this.#valid);
    out.show({ type: 'summary', rows, ...this.count, others, notSent, readToEnd: isDone, actions, remarks, report }, () => [
      ...this.#problems.flatMap((problem) => wrap(problem, out.width - 2).map((line, at) => (at === 0 ? line : `  ${line}`))),
      ...(this.#hiddenProblems > 0 ? [`and ${this.#hiddenProblems} more${report ? ', which are in the report' : ''}`] : []),
      ...remarks.flatMap(({ message, rows: number, first }) =>
        wrap(`note: ${message} (${number === 1 ? `row ${first}` : `${number} rows, the first is row ${first}`})`, out.width),
      ),
      ...(this.#problems.length + remarks.length > 0 ? [''] : []),
      ...wrap(this.#sentence(rows, valid, notSent), out.width),
      ...(report || valid === 0 ? [] : [`${[...this.#valid].map(([action, number]) => `${action} ${number}`).join(', ')}.`]),
      ...(report ? [`Report: ${report}`] : []),
    ]);
  }

  #sentence(rows: number, valid: number, notSent: number): string {
    const { submitted, skipped, undecided, invalid, failed, interrupted } = this.count;
    const { others, isDone } = this.#sheet;
    const all = `${rows} row${rows === 1 ? '' : 's'}${isDone ? '' : ' read'}`;
    const open = `${undecided ? `, ${undecided} undecided` : ''}${others ? `, ${others} left out by --only` : ''}`;
    if (!this.#report) return `${all}: ${valid} can be sent, ${skipped} skipped, ${invalid} invalid${open}. Nothing was sent.`;
    const rest = `${interrupted ? `, ${interrupted} may have arrived` : ''}${notSent ? `, ${notSent} not sent` : ''}`;
    return `${all}: ${submitted} submitted, ${skipped} skipped, ${invalid} invalid, ${failed} failed${open}${rest}.`;
  }
}
