/**
 * Submits a file of decisions. The same command can be run again after every kind of interruption.
 *
 * @module
 */
import { stat } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { isScientific } from '../../core/cells.ts';
import { isWaybillError } from '../../core/errors.ts';
import { type NdrFeedback, NdrFeedbackClient, type NdrFeedbackClientOptions, type NdrFeedbackResult } from '../../shipping-ndr/index.ts';
import { describeFailure, EXIT, type Failure, type Terms, UsageError } from '../failure.ts';
import { clientOptions, type Flags, readNumber, SHIPPING } from '../settings.ts';
import type { Context } from '../terminal.ts';
import { CompactMap } from './compact-map.ts';
import type { Decision } from './decisions.ts';
import { checkFeedback } from './feedback-check.ts';
import { Report, type ReportRow } from './report.ts';
import { openSheet, type Sheet, type SheetOptions } from './sheet.ts';
import { Summary } from './summary.ts';

/** Options of `waybill ndr import`. */
export interface ImportOptions extends Flags, SheetOptions {
  readonly report?: string;
  readonly concurrency: string;
  readonly allowContactData?: boolean;
  readonly dryRun?: boolean;
}

/** Failures in a row that are not the fault of their rows, after which the import stops. */
const GIVE_UP_AFTER = 10;
/** Codes of Login with Amazon for credentials: every other row would fail too. */
const CREDENTIALS_REFUSED = /^(invalid_|unauthorized_|access_denied)/;

/** Submits what no earlier run has submitted, and reports on each row. */
export async function importDecisions(file: string, options: ImportOptions, context: Context): Promise<void> {
  const concurrency = readNumber('--concurrency', options.concurrency, 1, 1_000);
  if (options.report === '-') throw new UsageError('--report must be a file', 'With --json, standard output has the result of each row.');
  const sheet = await openSheet(file, options, context);
  // Before the report is created: a missing setting leaves no file behind.
  const client = options.dryRun
    ? undefined
    : new NdrFeedbackClient(await clientOptions<NdrFeedbackClientOptions>(SHIPPING, options, context));
  const report = client && new Report(options.report ?? reportPath(file));
  try {
    const size = file === '-' ? undefined : (await stat(file)).size;
    const run = new ImportRun(sheet, options.allowContactData ?? false, report, context);
    if (client) await run.submit(client, concurrency, size);
    else await run.check();
    sheet.checkSelection();
    run.summary.show();
  } finally {
    report?.close();
  }
}

/** One run over a file. */
class ImportRun {
  readonly summary: Summary;
  readonly #sheet: Sheet;
  readonly #rules: { readonly allowContactData: boolean };
  readonly #report: Report | undefined;
  readonly #context: Context;
  readonly #terms: Terms;
  /** The rows of parcels and of decisions that were read. */
  readonly #parcels: CompactMap = new CompactMap();
  readonly #decisions: CompactMap = new CompactMap();
  /** By the index at which the client read it. */
  readonly #inFlight = new Map<number, Decision>();

  constructor(sheet: Sheet, allowContactData: boolean, report: Report | undefined, context: Context) {
    this.#sheet = sheet;
    this.#rules = { allowContactData };
    this.#report = report;
    this.#context = context;
    this.#terms = { names: { ...context.names, ...sheet.names }, secrets: context.secrets };
    this.summary = new Summary(sheet, report, context);
  }

  /** Checks every row. */
  async check(): Promise<void> {
    for await (const _ of this.#feedbacks()) this.#inFlight.clear();
  }

  /** Sends. Stops if all other rows would fail too. */
  async submit(client: NdrFeedbackClient, concurrency: number, size: number | undefined): Promise<void> {
    const { out, signal } = this.#context;
    const { count } = this.summary;
    const stopped = new AbortController();
    const ended = AbortSignal.any([signal, stopped.signal]);
    const progress = out.progress(this.#sheet.estimate(size));
    let inARow = 0;
    progress?.show(0, 0);
    try {
      const dueDateOf = (_: unknown, index: number): string | undefined => this.#inFlight.get(index)?.dueDate;
      for await (const result of client.submitMany(this.#feedbacks(), { ...this.#rules, dueDateOf, concurrency, signal: ended })) {
        this.#settle(this.#inFlight.get(result.index) as Decision, result, ended);
        this.#inFlight.delete(result.index);
        inARow = result.status === 'failed' && mayConcernAll(result.error) ? inARow + 1 : 0;
        if (inARow === GIVE_UP_AFTER || concernsAll(result.error)) stopped.abort(result.error);
        progress?.show(this.summary.done, count.failed, this.#sheet.estimate(size));
      }
    } catch (error) {
      progress?.clear();
      this.summary.show();
      if (stopped.signal.aborted) out.note('Stopped, because the other rows would fail too.');
      out.note('Run the same command again to send the rest.');
      throw error;
    }
    progress?.clear();
  }

  /** What to send, in order: without rows that are done, undecided, duplicates or cannot be right. */
  async *#feedbacks(): AsyncGenerator<NdrFeedback> {
    let index = 0;
    for await (const decision of this.#sheet.decisions) {
      if (!this.#isToSend(decision)) continue;
      this.summary.addValid(decision.ndrAction);
      this.#inFlight.set(index, decision);
      index += 1;
      yield decision.feedback;
    }
  }

  #isToSend(decision: Decision): boolean {
    const { row, trackingId, key } = decision;
    const { summary } = this;
    if (decision.ndrAction === '' && !decision.problem) {
      summary.count.undecided += 1;
      this.#showRow(decision, 'undecided', {});
      return false;
    }
    const earlier = this.#parcels.get(trackingId);
    const isSame = earlier !== undefined && this.#decisions.get(key) === earlier;
    // Two numbers that were rounded look the same and are not. A row that is invalid counts: which of the two was meant is not known.
    if (earlier === undefined && trackingId && !isScientific(trackingId)) {
      this.#parcels.set(trackingId, row);
      this.#decisions.set(key, row);
    }
    summary.addRemarks(decision);
    const isDone = this.#report?.isSubmitted(key) ?? false;
    const failure = isDone ? undefined : this.#check(decision);
    const isDuplicate = !failure && isSame;
    if (isDone || isDuplicate) {
      summary.count.skipped += 1;
      if (isDuplicate) summary.addProblem(`row ${row}: the same as row ${earlier}, so it is skipped`);
      return false;
    }
    const problem = failure ?? (earlier && this.#describe(new UsageError(`row ${earlier} has another decision about this parcel`)));
    if (!problem) return true;
    summary.count.invalid += 1;
    this.#add(decision, 'invalid', problem);
    return false;
  }

  /** Why a row cannot be sent, if it cannot. */
  #check({ feedback, dueDate, problem }: Decision): Failure | undefined {
    try {
      if (problem) throw new UsageError(problem);
      checkFeedback(feedback, { ...this.#rules, dueDate }, this.#terms.names);
      return undefined;
    } catch (error) {
      return this.#describe(error);
    }
  }

  #describe(error: unknown): Failure {
    return describeFailure(error, this.#terms);
  }

  /** Records the result of a row that was sent. */
  #settle(decision: Decision, result: NdrFeedbackResult, ended: AbortSignal): void {
    const { count } = this.summary;
    if (result.status === 'submitted') {
      count.submitted += 1;
      const message = decision.remarks.join('; ') || undefined;
      this.#add(decision, 'submitted', { ...result.receipt, ...(message && { message }) }, true);
    } else if (result.status === 'failed' && ended.aborted && result.error === ended.reason) {
      if (result.sent) count.interrupted += 1;
      this.#add(decision, 'interrupted', { message: result.sent ? 'may have arrived' : 'was not sent' }, result.sent);
    } else if (result.status === 'failed') {
      const failure = this.#describe(result.error);
      count.failed += 1;
      this.summary.isTemporary &&= failure.exitCode === EXIT.retry;
      this.#add(decision, 'failed', failure, result.sent);
    }
  }

  #add(decision: Decision, status: ReportRow['status'], details: Partial<Failure>, sent = false): void {
    const { row, trackingId, ndrAction, key } = decision;
    const { code, message, hint } = details;
    const requestId = details['requestId'] as string | undefined;
    this.#report?.add({ row, trackingId, ndrAction, status, sent, code, message, hint, requestId, decision: key });
    if (status === 'failed' || status === 'invalid') this.summary.addProblem(`row ${row}: ${message}${hint ? `. ${hint}` : ''}`);
    this.#showRow(decision, status, { sent, code, message, hint, requestId });
  }

  /** For programs, which read one line for each row. */
  #showRow({ row, trackingId, ndrAction }: Decision, status: string, details: object): void {
    const { out } = this.#context;
    if (out.json) out.show({ type: 'row', row, trackingId, ndrAction, status, ...details }, () => '');
  }
}

/** Whether all other rows would fail too. */
function concernsAll(error: unknown): boolean {
  if (!isWaybillError(error)) return false;
  return error.code === 'CONFIGURATION' || (error.code === 'API' && CREDENTIALS_REFUSED.test(error.reasonCode ?? ''));
}

/** Whether they may: an outage, a lost network, a missing role. */
function mayConcernAll(error: unknown): boolean {
  return isWaybillError(error) && (error.retryable || (error.code === 'API' && [401, 403].includes(error.status)));
}

/** Beside the file; in the current folder for standard input. */
function reportPath(file: string): string {
  if (file === '-') return 'ndr-report.csv';
  const { dir, name } = parse(file);
  return join(dir, `${name}.report.csv`);
}
