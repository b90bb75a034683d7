/**
 * `waybill send`: one valid event to a webhook, and what its answer means.
 *
 * @module
 */
import type { Command } from 'commander';
import { redact } from '../../core/redact.ts';
import { ask, NoAnswer } from '../../testing/delivery/delivery-target.ts';
import { explainAnswer, isDelivered, isRepeated } from '../../testing/delivery/retry-policy.ts';
import {
  authenticatedRequest,
  buyWithPrimeEvent,
  ndrEvent,
  signedWebhook,
  trackingEvent,
  type WebhookAuth,
  WebhookSigningKeys,
} from '../../testing/index.ts';
import type { Context, Environment } from '../context.ts';
import { SIGNING_SEED } from '../emulator-settings.ts';
import { EXIT, UsageError } from '../failure.ts';
import { readEnvironment, readText } from '../files.ts';
import { addSettings, demand, type SettingsOptions } from '../settings.ts';

interface Options extends SettingsOptions {
  readonly to: string;
  readonly auth: AuthType;
  readonly secretFile?: string;
  readonly header: string;
  readonly parameter?: string;
  readonly username?: string;
  readonly event: string;
  readonly reason?: string;
  readonly file?: string;
  readonly timeout: string;
  readonly dryRun?: boolean;
}

type AuthType = 'api-key' | 'query' | 'basic' | 'bearer' | 'signature' | 'none';

/** Where each mechanism's secret is looked for. */
const VARIABLES: Readonly<Record<Exclude<AuthType, 'signature' | 'none'>, string>> = {
  'api-key': 'NDR_API_KEY',
  query: 'NDR_QUERY_VALUE',
  basic: 'NDR_PASSWORD',
  bearer: 'NDR_TOKEN',
};

/** Makes the command. */
export function define(command: Command, context: Context): void {
  addSettings(
    command
      .description('Sends a valid event to your webhook, and says what its answer means for the event.')
      .addArgument(command.createArgument('<kind>', 'which event').choices(['ndr', 'tracking', 'bwp']))
      .requiredOption('--to <url>', 'your webhook')
      .addOption(
        command
          .createOption('--auth <type>', 'how it authenticates itself')
          .choices([...Object.keys(VARIABLES), 'signature', 'none'])
          .makeOptionMandatory(),
      )
      .option('--secret-file <file>', 'the key, value, password or token; - for standard input')
      .option('--header <name>', 'the header of --auth api-key', 'x-api-key')
      .option('--parameter <name>', 'the parameter of --auth query')
      .option('--username <name>', 'the user of --auth basic')
      .option('--event <type>', 'of bwp, the type of the event', 'PACKAGE_DELIVERY_IN_TRANSIT')
      .option('--reason <text>', 'of ndr, the reason why it could not be delivered', 'Customer unavailable')
      .option('--file <file>', 'a body to send in place of a made one; - for standard input')
      .option('--timeout <ms>', 'how long to wait for the answer', '5000')
      .option('--dry-run', 'print the event and do not send it'),
  )
    .addHelpText('after', HELP)
    .action((kind: string, options: Options) => send(kind, options, context));
}

const HELP = `
Without --secret-file, the secret is NDR_API_KEY, NDR_QUERY_VALUE, NDR_PASSWORD
or NDR_TOKEN, by --auth. --auth signature signs with the key that the served
emulator publishes at /jwks.json. What an answer means is what EventBridge API
destinations make of it; that Amazon sends through them is inferred.

Ends with 0 where the event would be delivered, with 1 where it would be lost,
and with 3 where it would be sent again.

Examples:
  $ waybill send ndr --to http://localhost:3000/ndr --auth api-key
  $ waybill send bwp --to http://localhost:3000/bwp --auth signature \\
      --event REFUND_REQUESTED`;

async function send(kind: string, options: Options, context: Context): Promise<void> {
  const { out, signal } = context;
  const timeout = Number(options.timeout);
  if (!(timeout > 0 && timeout <= 600_000)) throw new UsageError('--timeout must be a number of milliseconds, up to 600000');
  checkTarget(options.to);
  const event = options.file === undefined ? makeEvent(kind, options) : await readText(options.file, context);
  if (options.dryRun) {
    out.show({ event }, () => (typeof event === 'string' ? event : JSON.stringify(event, null, 2)));
    return;
  }
  const request = await authenticate(event, options, context);
  const started = performance.now();
  try {
    const { status, headers, body } = await ask(options.to, (over) => new Request(request, { signal: over }), timeout, signal);
    const duration = Math.round(performance.now() - started);
    const outcome = outcomeOf(status);
    const challenge = headers.get('www-authenticate') ?? undefined;
    const text = redact(new TextDecoder().decode(body), 500);
    report(outcome, { status, duration, explanation: explainAnswer(status), challenge, body: text }, context);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    const duration = Math.round(performance.now() - started);
    // By the same rule as an answer 503.
    const explanation = `${error.message}: EventBridge sends it again, for 24 hours and 185 times at most`;
    report('repeated', { status: null, duration, explanation }, context);
  }
}

function checkTarget(to: string): void {
  const { protocol, username, password } = URL.canParse(to) ? new URL(to) : ({} as Partial<URL>);
  if (!/^https?:$/.test(protocol ?? '')) throw new UsageError('--to must be an http(s) URL');
  if (username || password) throw new UsageError('--to must not hold a user name or a password', 'Pass --auth basic --username NAME.');
}

/** What becomes of the event. */
type DeliveryOutcome = 'delivered' | 'repeated' | 'lost';

const WORDS: Readonly<Record<DeliveryOutcome, readonly [colour: 'green' | 'yellow' | 'red', text: string, exitCode: number]>> = {
  delivered: ['green', 'DELIVERED', EXIT.ok],
  repeated: ['yellow', 'WOULD BE SENT AGAIN', EXIT.tryAgain],
  lost: ['red', 'THIS EVENT WOULD BE LOST', EXIT.failed],
};

interface Answer {
  readonly status: number | null;
  readonly duration: number;
  readonly explanation: string;
  readonly challenge?: string | undefined;
  readonly body?: string;
}

function report(outcome: DeliveryOutcome, answer: Answer, context: Context): void {
  const { out } = context;
  const [colour, text, exitCode] = WORDS[outcome];
  const { status, duration, explanation, challenge, body } = answer;
  context.exitCode = exitCode;
  out.show({ outcome, ...answer }, () => [
    `${out.style(colour, text)}${outcome === 'delivered' && duration > 4_000 ? ' (slowly: the limit is 5 s)' : ''}`,
    ...out.fields(
      {
        answer: status === null ? 'none' : `${status} after ${duration} ms`,
        'www-authenticate': challenge,
        body: body || undefined,
        meaning: explanation,
      },
      2,
    ),
  ]);
}

function outcomeOf(status: number): DeliveryOutcome {
  if (isDelivered(status)) return 'delivered';
  return isRepeated(status) ? 'repeated' : 'lost';
}

function makeEvent(kind: string, { event, reason }: Options): object {
  if (kind === 'ndr') return ndrEvent({ ...(reason !== undefined && { detail: { reasonCode: reason } }) });
  return kind === 'tracking' ? trackingEvent() : buyWithPrimeEvent(event);
}

async function authenticate(event: unknown, options: Options, context: Context): Promise<Request> {
  const { auth, to: url } = options;
  if (auth === 'signature') return signedWebhook(event, { keys: new WebhookSigningKeys({ seed: SIGNING_SEED }), url });
  return authenticatedRequest(event, { url, auth: await credentialOf(auth, options, context) });
}

async function credentialOf(auth: Exclude<AuthType, 'signature'>, options: Options, context: Context): Promise<WebhookAuth> {
  if (auth === 'none') return { type: 'none' };
  const secret = await readSecret(VARIABLES[auth], options, context);
  switch (auth) {
    case 'api-key':
      return { type: 'apiKey', header: options.header, key: secret };
    case 'query':
      return { type: 'query', name: demandOption(options.parameter, '--parameter'), value: secret };
    case 'basic':
      return { type: 'basic', username: demandOption(options.username, '--username'), password: secret };
    default:
      return { type: 'bearer', token: secret };
  }
}

async function readSecret(variable: string, { secretFile, settings }: Options, context: Context): Promise<string> {
  // The line break at its end is the editor's.
  if (secretFile !== undefined) return (await readText(secretFile, context)).replace(/\r?\n$/, '');
  const env: Environment = await readEnvironment(settings, context);
  return demand(env[variable], variable, '--secret-file FILE');
}

function demandOption(value: string | undefined, option: string): string {
  if (value) return value;
  throw new UsageError(`${option} is needed with this --auth`);
}
