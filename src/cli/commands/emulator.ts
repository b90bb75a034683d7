/**
 * `waybill emulator`: Amazon's side over HTTP.
 *
 * @module
 */
import type { Command } from 'commander';
import { AmazonEmulator, buyWithPrimeOrder, type FaultRule, type RequestRecord, WebhookSigningKeys } from '../../testing/index.ts';
import type { Context } from '../context.ts';
import { type EmulatorKeys, emulatorKeys, emulatorVariables, SIGNING_SEED, variableLines, writeVariables } from '../emulator-settings.ts';
import { describeFailure, UsageError } from '../failure.ts';
import { serve } from '../server.ts';
import { addJson } from '../settings.ts';

interface Options {
  readonly port: string;
  readonly host: string;
  readonly env?: string;
  readonly printKeys?: boolean;
  readonly publicKeyId?: string;
  readonly publicKeyFile?: string;
  readonly fail?: readonly string[];
  readonly quota: boolean;
}

/** Makes the command. */
export function define(command: Command, context: Context): void {
  addJson(command)
    .description(
      "Serves an emulator of Amazon's side over HTTP: Amazon Pay, Login with Amazon, the Selling Partner API and Buy with Prime.",
    )
    .option('--port <number>', 'where to listen; 0 for any that is free', '4020')
    .option('--host <address>', 'which address to listen at', '127.0.0.1')
    .option('--env <file>', 'write the settings, test keys included, to a file for --settings; its keys are kept when it is there')
    .option('--print-keys', 'print the private test key too')
    .option('--public-key-id <id>', 'register a key of your own, by its id')
    .option('--public-key-file <file>', 'its public half, in PEM')
    .option('--fail <rule>', 'PATH=STATUS, PATH=reset or PATH=delay:MS, with xN for N times; can be repeated', collect)
    .option('--no-quota', "don't hold calls to Amazon's quotas")
    .addHelpText('after', HELP)
    .action((options: Options) => emulate(options, context));
}

const HELP = `
One line a request says what was answered, and what was wrong. Ctrl-C ends it,
with exit code 0. It is written from Amazon's documentation and never compared
with the live services. Keys and credentials are made up: use no real ones.

Examples:
  $ waybill emulator --env .env.emulator
  $ waybill doctor --live --settings .env.emulator     (in another terminal)
  $ waybill emulator --fail /v2/deliveryTrackers=503x2 --fail /graphql=reset`;

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

async function emulate(options: Options, context: Context): Promise<void> {
  const { out, signal } = context;
  const port = Number(options.port);
  if (!(Number.isInteger(port) && port >= 0 && port <= 65_535)) throw new UsageError('--port must be a number from 0 to 65535');
  const faults = (options.fail ?? []).map(parseFault);
  const keys = await emulatorKeys(options, context);
  const emulator = new AmazonEmulator({
    publicKeys: keys.publicKeys,
    orders: [buyWithPrimeOrder()],
    signingKeys: new WebhookSigningKeys({ seed: SIGNING_SEED }),
    ...(!options.quota && { quota: false }),
  });
  for (const fault of faults) emulator.fail(fault);

  const newRecords = recordReader();
  const server = await serve(
    async (request) => {
      try {
        return await emulator.fetch(request);
      } catch (error) {
        // A connection that is broken off on request is in the records.
        if (emulator.requests.at(-1)?.status !== 0) out.note(`error: ${describeFailure(error).message}`);
        throw error;
      } finally {
        for (const record of newRecords(emulator.requests)) log(record, context);
      }
    },
    { port, host: options.host },
  );
  try {
    if (options.env !== undefined) await writeVariables(options.env, emulatorVariables(server.url, keys, emulator.credentials));
    announce(server.url, keys, emulator, options, context);
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve());
    });
  } finally {
    server.close();
  }
  out.show({ event: 'closed' }, () => '\nClosed.');
}

/** Reads `PATH=503`, `PATH=reset`, `PATH=delay:6000`, each with `xN` behind it for so many times. */
function parseFault(text: string): FaultRule {
  const [, path, kind, repeated] = /^(\/[^=]*)=(reset|delay:\d+|[2-5]\d\d)(?:x(\d+))?$/.exec(text) ?? [];
  const times = Number(repeated ?? 1);
  if (!path || !kind || times < 1) {
    throw new UsageError(
      '--fail must be PATH=STATUS, PATH=reset or PATH=delay:MS',
      'Such as /v2/deliveryTrackers=503x2, for two answers with status 503.',
    );
  }
  if (kind === 'reset') return { path, times, reset: true };
  return kind.startsWith('delay:') ? { path, times, delay: Number(kind.slice(6)) } : { path, times, status: Number(kind) };
}

/** Tells which records are new, each time it is asked. */
function recordReader(): (records: readonly RequestRecord[]) => readonly RequestRecord[] {
  let last: RequestRecord | undefined;
  return (records) => {
    const fresh = records.slice(last ? records.lastIndexOf(last) + 1 : 0);
    last = records.at(-1);
    return fresh;
  };
}

function announce(url: string, keys: EmulatorKeys, emulator: AmazonEmulator, options: Options, { out }: Context): void {
  const { AMAZON_PAY_PRIVATE_KEY: privateKey = '', ...others } = emulatorVariables(url, keys, emulator.credentials);
  const variables = options.printKeys ? { ...others, AMAZON_PAY_PRIVATE_KEY: privateKey } : others;
  if (!/^(127\.|localhost$|::1$)/.test(options.host)) out.note('warning: others in the network can reach it.');
  const bold = (text: string): string => out.style('bold', text);
  out.show({ event: 'listening', url, settings: variables, file: options.env ?? null }, () => [
    `${bold("Amazon's side is at")} ${out.style('cyan', url)}`,
    '',
    bold('Settings'),
    ...variableLines(variables).map((line) => `  ${line}`),
    options.env === undefined
      ? '  The private test key: with --env FILE in a file, with --print-keys here.'
      : `  All of it, test key included, is in ${options.env}.`,
    '',
    bold('Options of the clients'),
    ...out.fields(
      {
        DeliveryTrackerClient: `{ baseUrl: '${url}' }`,
        NdrFeedbackClient: `{ baseUrl: '${url}', tokenUrl: '${url}/auth/o2/token' }`,
        BuyWithPrimeClient: `{ baseUrl: '${url}' }`,
        BuyWithPrimeWebhookVerifier: `{ jwks: '${url}/jwks.json' }`,
      },
      2,
    ),
    '',
    bold('Requests'),
  ]);
}

function log({ method, url, status, code, reason, requestId }: RequestRecord, { out }: Context): void {
  const path = new URL(url).pathname;
  const now = new Date();
  out.show({ event: 'request', time: now.toISOString(), method, path, status, code, reason, requestId }, () => {
    const answer = out.style(status === 0 || status >= 400 ? 'red' : 'green', status === 0 ? 'broken off' : String(status));
    const why = code || reason ? ` ${[code, reason].filter(Boolean).join(': ')}` : '';
    return `  ${now.toTimeString().slice(0, 8)} ${method.padEnd(4)} ${path} ${answer}${why}`;
  });
}
