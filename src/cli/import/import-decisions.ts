/**
 * Submits a file of decisions, so that it can be run again after whatever went wrong.
 *
 * @module
 */
import { join, parse } from 'node:path';
import { isWaybillError } from '../../core/errors.ts';
import { checkFeedback } from '../../shipping-ndr/feedback/feedback-rules.ts';
import { NdrFeedbackClient, type NdrFeedbackResult } from '../../shipping-ndr/index.ts';
import type { Context } from '../context.ts';
import { describeFailure, EXIT, type Failure, UsageError } from '../failure.ts';
import { nameOf, readText } from '../files.ts';
import { wrap } from '../output.ts';
import { type ShippingOptions, shippingSettings } from '../settings.ts';
import { type Decision, readDecisions } from './decisions.ts';
import { Progress } from './progress.ts';
import { Report, type ReportRow } from './report.ts';

/** Options of `waybill ndr import`. */
export interface ImportOptions extends ShippingOptions {
  readonly report?: string;
  readonly concurrency: string;
  readonly allowContactData?: boolean;
  readonly dryRun?: boolean;
}

/** Failures one after another that have nothing to do with the row, after which the rest is left for later. */
const GIVE_UP_AFTER = 10;
/** Rows that are shown to people; the report has all. */
const SHOWN = 20;
/** What Login with Amazon says of credentials: no row would fare better. */
const CREDENTIALS_REFUSED = /^(invalid_|unauthorized_|access_denied)/;

/** Submits what an earlier run has not, and reports on each row. */
export async function importDecisions(file: string, options: ImportOptions, context: Context): Promise<void> {
  const concurrency = Number(options.concurrency);
  if (!(Number.isInteger(concurrency) && concurrency > 0)) throw new UsageError('--concurrency must be a whole number, 1 or more');
  const decisions = readDecisions(await readText(file, context));
  if (decisions.length === 0) throw new UsageError(`${nameOf(file)} has no rows`);
  // Before the report is begun: a setting that is missing leaves no trace.
  const client = options.dryRun ? undefined : new NdrFeedbackClient(await shippingSettings(options, context));
  const report = client && new Report(options.report ?? reportPath(file));
  try {
    const run = new ImportRun(decisions, options.allowContactData ?? false, report, context);
    const tasks = run.sortOut();
    if (client) await run.submit(client, tasks, concurrency);
    run.summarise();
  } finally {
    report?.close();
  }
}

/** One run over a file. */
class ImportRun {
  readonly #decisions: readonly Decision[];
  readonly #rules: { readonly allowContactData: boolean };
  readonly #report: Report | undefined;
  readonly #context: Context;
  readonly #count = { submitted: 0, skipped: 0, invalid: 0, failed: 0 };
  readonly #troubles: string[] = [];

  constructor(decisions: readonly Decision[], allowContactData: boolean, report: Report | undefined, context: Context) {
    this.#decisions = decisions;
    this.#rules = { allowContactData };
    this.#report = report;
    this.#context = context;
  }

  /** What is to be sent: without what is done, what is there twice, and what can't be right. */
  sortOut(): readonly Decision[] {
    const decided = new Map<string, Decision>();
    return this.#decisions.filter((decision) => {
      const { trackingId, key } = decision;
      const earlier = decided.get(trackingId);
      if (trackingId && !earlier) decided.set(trackingId, decision);
      if (earlier?.key === key || this.#report?.isSubmitted(key)) {
        this.#count.skipped += 1;
        return false;
      }
      const failure = this.#check(decision, earlier);
      if (!failure) return true;
      this.#count.invalid += 1;
      this.#tell(decision, 'invalid', failure);
      return false;
    });
  }

  /** Sends; stops where no other row would fare better. */
  async submit(client: NdrFeedbackClient, tasks: readonly Decision[], concurrency: number): Promise<void> {
    const { out, signal } = this.#context;
    const stopped = new AbortController();
    const ended = AbortSignal.any([signal, stopped.signal]);
    const progress = new Progress(out.drawing, tasks.length);
    let done = 0;
    let inARow = 0;
    progress.show(0, 0);
    try {
      const feedbacks = tasks.map(({ feedback }) => feedback);
      const dueDateOf = (_: unknown, index: number): string | undefined => tasks[index]?.dueDate;
      for await (const result of client.submitMany(feedbacks, { ...this.#rules, dueDateOf, concurrency, signal: ended })) {
        this.#settle(tasks[result.index] as Decision, result, ended.aborted);
        inARow = result.status === 'failed' && mayConcernAll(result.error) ? inARow + 1 : 0;
        if (inARow === GIVE_UP_AFTER || concernsAll(result.error)) stopped.abort(result.error);
        done += 1;
        progress.show(done, this.#count.failed);
      }
    } catch (error) {
      progress.clear();
      this.summarise();
      const reason = signal.aborted ? 'Interrupted.' : 'Stopped, for the other rows would fare no better.';
      out.note(`${reason} Run the same command again to go on.`);
      throw error;
    }
    progress.clear();
  }

  /** The counts, and the first of what went wrong. */
  summarise(): void {
    const { out } = this.#context;
    const { submitted, skipped, invalid, failed } = this.#count;
    const rows = this.#decisions.length;
    const troubles = this.#troubles;
    const path = this.#report?.path ?? null;
    if (invalid + failed > 0) this.#context.exitCode = EXIT.failed;
    out.show({ type: 'summary', rows, ...this.#count, report: path }, () => [
      ...troubles.slice(0, SHOWN).flatMap((trouble) => wrap(trouble, out.width - 2).map((line, at) => (at === 0 ? line : `  ${line}`))),
      ...(troubles.length > SHOWN ? [`and ${troubles.length - SHOWN} more`] : []),
      ...(troubles.length > 0 ? [''] : []),
      ...(path
        ? [`${rows} rows: ${submitted} submitted, ${skipped} skipped, ${invalid} invalid, ${failed} failed.`, `Report: ${path}`]
        : [`${rows} rows: ${rows - invalid - skipped} can be sent, ${skipped} are there twice, ${invalid} are invalid. Nothing was sent.`]),
    ]);
  }

  /** What is wrong with a row, if anything. */
  #check({ feedback, dueDate, damage }: Decision, earlier: Decision | undefined): Failure | undefined {
    try {
      if (damage) throw new UsageError(damage);
      if (earlier) throw new UsageError(`row ${earlier.row} decides otherwise about this parcel: keep one of them`);
      checkFeedback(feedback, new Date(), { ...this.#rules, ...(dueDate !== undefined && { dueDate }) });
      return undefined;
    } catch (error) {
      return describeFailure(error);
    }
  }

  /** Says what became of a row that was sent. */
  #settle(decision: Decision, result: NdrFeedbackResult, isOver: boolean): void {
    if (result.status === 'submitted') {
      this.#count.submitted += 1;
      this.#tell(decision, 'submitted', { ...result.receipt }, true);
    } else if (result.status === 'failed' && isOver) {
      this.#tell(decision, 'interrupted', { message: result.sent ? 'may have arrived' : 'was not sent' }, result.sent);
    } else if (result.status === 'failed') {
      this.#count.failed += 1;
      this.#tell(decision, 'failed', describeFailure(result.error), result.sent);
    }
  }

  #tell({ row, trackingId, ndrAction, key }: Decision, status: ReportRow['status'], details: Partial<Failure>, sent = false): void {
    const { code, message, hint } = details;
    const requestId = details['requestId'] as string | undefined;
    const shown = { row, trackingId, ndrAction, status, sent, code, message, hint, requestId };
    this.#report?.add({ ...shown, decision: key });
    if (status === 'failed' || status === 'invalid') this.#troubles.push(`row ${row}: ${message}`);
    const { out } = this.#context;
    if (out.json) out.show({ type: 'row', ...shown }, () => '');
  }
}

/** Whether no other row would fare better. */
function concernsAll(error: unknown): boolean {
  if (!isWaybillError(error)) return false;
  return error.code === 'CONFIGURATION' || (error.code === 'API' && CREDENTIALS_REFUSED.test(error.reasonCode ?? ''));
}

/** Whether it may be so: an outage, a network that is gone, a role that is missing. */
function mayConcernAll(error: unknown): boolean {
  return isWaybillError(error) && (error.retryable || (error.code === 'API' && [401, 403].includes(error.status)));
}

/** Beside the file. */
function reportPath(file: string): string {
  if (file === '-') return 'ndr-report.csv';
  const { dir, name } = parse(file);
  return join(dir, `${name}.report.csv`);
}
