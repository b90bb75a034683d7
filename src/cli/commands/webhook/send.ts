/**
 * `waybill send`: one valid event to a webhook, and what its response means for the event.
 *
 * @module
 */
import type { Command } from 'commander';
import { eventKinds, eventTypesOf, findEventKind } from '../../../buywithprime/events/kinds.ts';
import { decodeUtf8 } from '../../../core/bytes.ts';
import { redactor } from '../../../core/redact.ts';
import { nearest } from '../../../core/wording.ts';
import { explainStatus } from '../../../testing/delivery/retry-policy.ts';
import { NoResponse, sendTo } from '../../../testing/delivery/target.ts';
import { buyWithPrimeEvent, ndrEvent, trackingEvent } from '../../../testing/index.ts';
import { UsageError } from '../../failure.ts';
import { readText } from '../../files.ts';
import { addHelp } from '../../help.ts';
import { readNumber } from '../../settings.ts';
import type { Context } from '../../terminal.ts';
import { type AuthOptions, addAuthOptions, readCredential, SECRET_VARIABLES, webhookRequest } from '../../webhook/credentials.ts';
import { OUTCOMES, outcomeOf } from '../../webhook/outcome.ts';
import { checkTarget } from '../../webhook/target.ts';

interface Options extends AuthOptions {
  readonly to: string;
  readonly event: string;
  readonly reason: string;
  readonly file?: string;
  readonly timeout: string;
  readonly dryRun?: boolean;
}

/** Defines the command. */
export function define(command: Command, context: Context): void {
  command
    .description('Sends a valid event to your webhook, and explains what the response means for the event.')
    .addArgument(command.createArgument('<kind>', 'the event').choices(['ndr', 'tracking', 'bwp']))
    .optionsGroup('Event:')
    .option('--event <type>', 'event type (bwp only)', 'PACKAGE_DELIVERY_IN_TRANSIT')
    .option('--reason <text>', 'why it could not be delivered (ndr only)', 'Customer unavailable')
    .option('--file <file>', 'send this body instead; - for standard input')
    .option('--dry-run', 'print the event and do not send it')
    .optionsGroup('Webhook:')
    .requiredOption('--to <url>', 'URL of your webhook')
    .option('--timeout <ms>', 'milliseconds to wait for the response', '5000')
    .action((kind: string, options: Options) => {
      const isGiven = (name: string): boolean => command.getOptionValueSource(name) === 'cli';
      if (isGiven('event') && (kind !== 'bwp' || options.file !== undefined)) throw unused('--event', 'bwp');
      if (isGiven('reason') && (kind !== 'ndr' || options.file !== undefined)) throw unused('--reason', 'ndr');
      return send(kind, options, context);
    });
  addAuthOptions(command);
  addHelp(command, context.out, {
    about: [
      `${SECRET_VARIABLES} With --auth signature the event is signed with the key that "waybill emulator" publishes at /jwks.json.`,
      'The explanation follows the rules of EventBridge API destinations. That Amazon Shipping delivers through them is not documented by Amazon (inferred).',
    ],
    exitCodes: { 0: 'the event would be delivered', 1: 'the event would be lost', 3: 'the event would be redelivered' },
    examples: [
      'waybill send ndr --to http://localhost:3000/ndr --auth api-key',
      'waybill send bwp --to http://localhost:3000/bwp --auth signature --event REFUND_REQUESTED',
    ],
  });
}

/** The error for a flag that would change nothing: the event would not be the one that was meant. */
function unused(flag: string, kind: string): UsageError {
  return new UsageError(`${flag} is for "send ${kind}" without --file`);
}

async function send(kind: string, options: Options, context: Context): Promise<void> {
  const { out } = context;
  const timeout = readNumber('--timeout', options.timeout, 1, 600_000);
  checkTarget(options.to);
  const event = options.file === undefined ? makeEvent(kind, options) : await readText(options.file, context);
  if (options.dryRun) {
    out.show({ event }, () => (typeof event === 'string' ? event : JSON.stringify(event, null, 2)));
    return;
  }
  const request = await webhookRequest(event, options.to, await readCredential(options, context));
  const started = performance.now();
  const received = await deliver(request, options.to, timeout, context);
  const duration = Math.round(performance.now() - started);
  const { status, explanation, challenge, body } = received;
  const outcome = outcomeOf(status);
  const { colour, word, exitCode } = OUTCOMES[outcome];
  context.exitCode = exitCode;
  const response = status === null ? 'none' : `${status} after ${duration} ms`;
  out.show({ outcome, duration, ...received }, () => [
    `${out.style(colour, outcome === 'delivered' ? 'DELIVERED' : `THIS EVENT WOULD BE ${word.toUpperCase()}`)}${outcome === 'delivered' && duration > SLOW ? ' (slowly: the limit is 5 s)' : ''}`,
    ...out.fields({ response, 'www-authenticate': challenge, body: body || undefined, meaning: explanation }, 2),
  ]);
}

interface Received {
  readonly status: number | null;
  readonly explanation: string;
  readonly challenge?: string | undefined;
  readonly body?: string;
}

/** Delivers as the emulator does: no retry and no redirect, and one timeout for head and body. */
async function deliver(request: Request, to: string, timeout: number, { signal, secrets, trace }: Context): Promise<Received> {
  const started = performance.now();
  await trace?.sent(request);
  try {
    const response = await sendTo(to, (over) => new Request(request, { signal: over }), timeout, signal);
    trace?.received(response, performance.now() - started);
    const { status, headers, body } = response;
    // A webhook that is being written may respond with what it was sent.
    const clean = redactor(secrets);
    const challenge = clean(headers.get('www-authenticate') ?? '', 500) || undefined;
    return { status, explanation: explainStatus(status), challenge, body: clean(decodeUtf8(body), 500) };
  } catch (error) {
    if (!(error instanceof NoResponse)) throw error;
    trace?.failed(error);
    return { status: null, explanation: `${error.message}: EventBridge retries it, up to 185 times within 24 hours` };
  }
}

/** Milliseconds from which a response is close to EventBridge's limit of 5 seconds. */
const SLOW = 4_000;

function makeEvent(kind: string, { event, reason }: Options): object {
  if (kind === 'ndr') return ndrEvent({ detail: { reasonCode: reason } });
  if (kind === 'tracking') return trackingEvent();
  if (findEventKind(event)) return buyWithPrimeEvent(event);
  const meant = nearest(event, eventKinds.flatMap(eventTypesOf));
  const hint = `${meant ? `Did you mean ${meant}? ` : ''}For any other type pass a body with --file. Amazon lists the types here:`;
  throw new UsageError(
    '--event is not a documented event type',
    `${hint}\nhttps://documents.buywithprime.amazon.com/bwp-api/docs/event-types`,
  );
}
