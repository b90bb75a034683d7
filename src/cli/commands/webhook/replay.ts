/**
 * `waybill replay`: sends recorded events to a webhook, and reports what became of each.
 *
 * @module
 */
import type { Command } from 'commander';
import ky, { isHTTPError, isTimeoutError } from 'ky';
import { runBatch } from '../../../core/call/batch.ts';
import { summarise } from '../../../core/redact.ts';
import type { WebhookAuth } from '../../../testing/index.ts';
import { EXIT } from '../../failure.ts';
import { addHelp } from '../../help.ts';
import { readNumber } from '../../settings.ts';
import type { Context, Output } from '../../terminal.ts';
import { type AuthOptions, addAuthOptions, readCredential, SECRET_VARIABLES, webhookRequest } from '../../webhook/credentials.ts';
import { describeEvents } from '../../webhook/described-event.ts';
import { OUTCOMES, type Outcome, outcomeOf } from '../../webhook/outcome.ts';
import { type RecordedEvent, readRecording } from '../../webhook/recording.ts';
import { checkTarget } from '../../webhook/target.ts';

interface Options extends AuthOptions {
  readonly to: string;
  readonly timeout: string;
  readonly retries: string;
  readonly concurrency: string;
  readonly dryRun?: boolean;
}

/** The longest wait that a Retry-After of the webhook leads to. */
const MAX_RETRY_AFTER = 10_000;

/** Defines the command. */
export function define(command: Command, context: Context): void {
  command
    .description('Sends recorded events to your webhook, in their order, and reports what became of each.')
    .argument('<file>', 'a recording, or events as JSON: one on each line, a list, or messages of a queue; - for standard input')
    .optionsGroup('Webhook:')
    .requiredOption('--to <url>', 'URL of your webhook')
    .option('--timeout <ms>', 'milliseconds to wait for each response', '5000')
    .option('--retries <number>', 'how often an event is retried after 408, 429, 500, 502, 503, 504 or no response', '2')
    .option('--concurrency <number>', 'events in flight at once; more than 1 may change their order', '1')
    .option('--dry-run', 'list the events and send nothing')
    .action((file: string, options: Options) => replay(file, options, context));
  addAuthOptions(command, 'none');
  addHelp(command, context.out, {
    about: [
      'The events are sent as they were recorded, with their ids: a webhook that handles each event once skips those that it has had. What is not an event is reported, and the rest is sent.',
      SECRET_VARIABLES,
    ],
    exitCodes: {
      0: 'every event was delivered',
      1: 'Amazon would drop an event, or something in the file is not an event',
      3: 'Amazon would redeliver an event',
    },
    examples: [
      'waybill replay events.ndjson --to http://localhost:3000/amazon/ndr --auth api-key --settings .env',
      'aws sqs receive-message --queue-url URL | waybill replay - --to http://localhost:3000/ndr',
    ],
  });
}

/** What became of an event. */
interface Result {
  readonly number: number;
  readonly line: number;
  readonly messageId: string | undefined;
  readonly eventType: string | null;
  readonly id: string | null;
  /** `unreadable` if it is not an event, and was not sent. */
  readonly outcome: Outcome | 'interrupted' | 'unreadable';
  readonly status: number | null;
  /** Why there is no response, or why it was not sent. */
  readonly problem?: string | undefined;
  readonly attempts: number;
  readonly duration: number;
}

async function replay(file: string, options: Options, context: Context): Promise<void> {
  const { out, signal } = context;
  checkTarget(options.to);
  const timeout = readNumber('--timeout', options.timeout, 1, 600_000);
  const limit = readNumber('--retries', options.retries, 0, 20);
  const concurrency = readNumber('--concurrency', options.concurrency, 1, 100);
  const credential = options.dryRun ? undefined : await readCredential(options, context);
  const events = await readRecording(file, context);
  if (options.dryRun) return listEvents(events, context);
  const send = sender({ to: options.to, timeout, limit }, credential, context);
  const count = { delivered: 0, retried: 0, lost: 0, unreadable: 0, interrupted: 0 };
  let isRefused = false;
  const settle = (result: Result): void => {
    count[result.outcome] += 1;
    isRefused ||= result.status === 401;
    out.show({ type: 'event', ...result }, () => resultLines(result, out));
  };
  try {
    for await (const result of runBatch('core', events, send, { concurrency, signal })) settle(result);
  } catch (error) {
    sumUp(count);
    throw error;
  }
  sumUp(count);

  function sumUp({ delivered, retried, lost, unreadable, interrupted }: typeof count): void {
    const notSent = events.length - delivered - retried - lost - unreadable - interrupted;
    context.exitCode = lost + unreadable > 0 ? EXIT.failed : retried > 0 ? EXIT.retry : EXIT.ok;
    const rest = [
      ...(unreadable > 0 ? [`${unreadable} not readable`] : []),
      ...(interrupted > 0 ? [`${interrupted} may have arrived`] : []),
      ...(notSent > 0 ? [`${notSent} not sent`] : []),
    ];
    const words = [`${delivered} delivered`, `${retried} would be redelivered`, `${lost} would be lost`, ...rest].join(', ');
    out.show({ type: 'summary', events: events.length, ...count, notSent }, () => [
      '',
      `${events.length} event${events.length === 1 ? '' : 's'}: ${words} (${new URL(options.to).host}).`,
      ...(isRefused
        ? [`401: ${options.auth === 'none' ? 'no credential was sent. Pass --auth' : `check --auth ${options.auth} and its credential`}.`]
        : []),
    ]);
  }
}

function listEvents(events: readonly RecordedEvent[], context: Context): void {
  const listed = events.map((event, at) => labelOf(event, at, context));
  if (listed.some(({ problem }) => problem !== undefined)) context.exitCode = EXIT.failed;
  context.out.show({ events: listed }, () => [
    ...context.out.table(
      ['#', 'event type', 'id'],
      listed.map(({ number, eventType, id, problem }) => [String(number), eventType ?? 'unreadable', id ?? problem ?? '']),
    ),
    '',
    'Nothing was sent.',
  ]);
}

type Label = Pick<Result, 'number' | 'line' | 'messageId' | 'eventType' | 'id' | 'problem'>;

/** What an event is called in results: by its type and id, if it can be read. */
function labelOf(recorded: RecordedEvent, index: number, context: Context): Label {
  const { line, messageId } = recorded;
  const place = { number: index + 1, line, messageId };
  if ('problem' in recorded) return { ...place, eventType: null, id: null, problem: recorded.problem };
  const [event] = describeEvents(recorded.body, context);
  const { eventType, id } = { ...event } as Readonly<Record<string, unknown>>;
  return { ...place, eventType: typeof eventType === 'string' ? eventType : null, id: typeof id === 'string' ? id : null };
}

type Send = (event: RecordedEvent, index: number, signal: AbortSignal) => Promise<Result>;

/** Sends by ky, which retries as its manual says: with full jitter, and no sooner than Retry-After asks for. */
function sender(
  { to, timeout, limit }: { readonly to: string; readonly timeout: number; readonly limit: number },
  credential: WebhookAuth | undefined,
  context: Context,
): Send {
  const http = ky.create({
    redirect: 'manual',
    timeout,
    retry: { limit, methods: ['post'], retryOnTimeout: true, jitter: true, maxRetryAfter: MAX_RETRY_AFTER },
    ...(context.trace && { fetch: context.trace.fetch }),
  });
  return async (event, index, signal) => {
    const label = labelOf(event, index, context);
    if ('problem' in event) return { ...label, outcome: 'unreadable', status: null, attempts: 0, duration: 0 };
    const started = performance.now();
    let attempts = 1;
    const settled = (outcome: Result['outcome'], status: number | null, problem?: string): Result => ({
      ...label,
      outcome,
      status,
      problem,
      attempts,
      duration: Math.round(performance.now() - started),
    });
    try {
      const request = await webhookRequest(event.body, to, credential);
      const countRetry = (): void => {
        attempts += 1;
      };
      const response = await http(request, { signal, hooks: { beforeRetry: [countRetry] } });
      void response.body?.cancel();
      return settled(outcomeOf(response.status), response.status);
    } catch (error) {
      if (context.signal.aborted) return settled('interrupted', null);
      if (isHTTPError(error)) return settled(outcomeOf(error.response.status), error.response.status);
      return settled('retried', null, isTimeoutError(error) ? `no response within ${timeout} ms` : problemOf(error));
    }
  };
}

/** The code of an error. Its message may quote the URL, and with it a credential. */
function problemOf(error: unknown): string {
  return `no connection, or it broke off (${summarise(error).code ?? 'no code'})`;
}

function resultLines({ number, outcome, status, problem, eventType, id, attempts, duration }: Result, out: Output): readonly string[] {
  if (outcome === 'interrupted') return [];
  if (outcome === 'unreadable') return [`${String(number).padStart(4)} ${out.style('red', outcome)}`, ...out.fields({ problem }, 5)];
  const { colour, word } = OUTCOMES[outcome];
  const result = status === null ? `${problem}` : `${status}`;
  const tries = attempts > 1 ? `, ${attempts} attempts` : '';
  return [
    `${String(number).padStart(4)} ${out.style(colour, word.padEnd(11))} ${result} after ${duration} ms${tries}`,
    ...out.fields({ event: [eventType ?? 'unreadable', id].filter(Boolean).join(' ') }, 5),
  ];
}
