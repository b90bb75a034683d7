/**
 * `waybill emulator`: an emulator of Amazon over HTTP.
 *
 * @module
 */
import type { Command } from 'commander';
import { summarise } from '../../core/redact.ts';
import { AmazonEmulator, buyWithPrimeOrder, type FaultRule, type RequestRecord, WebhookSigningKeys } from '../../testing/index.ts';
import { openConsole } from '../console/console.ts';
import { type EmulatorKeys, emulatorKeys, emulatorVariables, SIGNING_SEED, variableLines, writeVariables } from '../emulator-settings.ts';
import { describeFailure, UsageError } from '../failure.ts';
import { addHelp } from '../help.ts';
import { type Served, serve, warnOfOthers } from '../server.ts';
import { readNumber } from '../settings.ts';
import type { Context } from '../terminal.ts';
import { wrap } from '../text.ts';

interface Options {
  readonly port: string;
  readonly host: string;
  /** A port, or `false` for no console. */
  readonly console?: string | boolean;
  readonly env?: string;
  readonly printKeys?: boolean;
  readonly publicKeyId?: string;
  readonly publicKeyFile?: string;
  readonly fail?: readonly string[];
  readonly quota: boolean;
}

/** Defines the command. */
export function define(command: Command, context: Context): void {
  command
    .description(
      'Serves an emulator of Amazon over HTTP: Amazon Pay, Login with Amazon, the Selling Partner API and Buy with Prime at one address.',
    )
    .optionsGroup('Server:')
    .option('--port <number>', 'the port; 0 chooses a free one', '4020')
    .option('--host <address>', 'the address to listen at', '127.0.0.1')
    .option('--console <port>', 'the port of the console, a page for your browser; 0 chooses a free one (default: the one after --port)')
    .option('--no-console', 'do not serve the console')
    .optionsGroup('Keys:')
    .option('--env <file>', 'write all settings with the test keys to this file, for --settings; if it exists, its keys are used')
    .option('--print-keys', 'print the private test key too')
    .option('--public-key-id <id>', 'register your own key: its id')
    .option('--public-key-file <file>', 'register your own key: its public half in PEM')
    .optionsGroup('Behaviour:')
    .option('--fail <rule>', 'inject a fault: PATH=STATUS, PATH=reset or PATH=delay:MS, each with xN for N times; repeatable', collect)
    .option('--no-quota', "do not apply Amazon's quotas")
    .action((options: Options) => emulate(options, context));
  addHelp(command, context.out, {
    about: [
      "Prints one line per request. Ctrl-C stops it with exit code 0. The console is a page that shows every request, fires events at your webhook and injects faults; only browsers on this machine can open it. The emulator is written from Amazon's documentation and was never compared with the live services. Its keys and credentials are made up: do not use real ones.",
    ],
    examples: [
      'waybill emulator --env .env.emulator',
      'waybill doctor --live --settings .env.emulator',
      'waybill emulator --fail /v2/deliveryTrackers=503x2 --fail /graphql=reset',
    ],
  });
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

async function emulate(options: Options, context: Context): Promise<void> {
  const { out, signal } = context;
  const port = readNumber('--port', options.port, 0, 65_535);
  const faults = (options.fail ?? []).map(parseFault);
  const keys = await emulatorKeys(options, context);
  const emulator = new AmazonEmulator({
    publicKeys: keys.publicKeys,
    orders: [buyWithPrimeOrder()],
    signingKeys: new WebhookSigningKeys({ seed: SIGNING_SEED }),
    ...(!options.quota && { quota: false }),
    // In real time, so that one can watch the retries; the console can skip a wait.
    delivery: { timeScale: 1 },
  });
  for (const fault of faults) emulator.fail(fault);
  emulator.on('request', (record) => log(record, context));
  const handle = (request: Request): Promise<Response> =>
    emulator.fetch(request).catch((error: unknown) => {
      // A connection that a fault or the client has closed was printed as a request.
      const { name, code } = summarise(error);
      if (name !== 'AbortError' && code !== 'ECONNRESET') out.note(`error: ${describeFailure(error, context).message}`);
      throw error;
    });
  const server = await serve(handle, { port, host: options.host });
  // A wait between retries would keep the process alive.
  const closing = [server.close, () => emulator.reset()];
  try {
    const watched = openConsole({ emulator, url: server.url });
    const page = await serveConsole(watched.fetch, options.console, port);
    closing.unshift(watched.close, () => page?.close());
    if (options.env !== undefined) await writeVariables(options.env, emulatorVariables(server.url, keys, emulator.credentials));
    announce({ url: server.url, page: page?.url, keys, emulator, options, context });
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve());
    });
  } finally {
    for (const close of closing) close();
  }
  out.show({ event: 'closed' }, () => '\nClosed.');
}

/** Reads `PATH=503`, `PATH=reset` or `PATH=delay:6000`, each perhaps followed by `xN` for N times. */
function parseFault(text: string): FaultRule {
  const [, path, kind, repeated] = /^(\/[^=]*)=(reset|delay:\d{1,9}|[2-5]\d\d)(?:x(\d+))?$/.exec(text) ?? [];
  const times = Number(repeated ?? 1);
  if (!path || !kind || times < 1) {
    throw new UsageError(
      '--fail must be PATH=STATUS, PATH=reset or PATH=delay:MS',
      'For example --fail /v2/deliveryTrackers=503x2 for two responses with status 503.',
    );
  }
  if (kind === 'reset') return { path, times, reset: true };
  return kind.startsWith('delay:') ? { path, times, delay: Number(kind.slice(6)) } : { path, times, status: Number(kind) };
}

/** On this machine only, whatever --host is. The default port may be in use: then a free one is chosen. */
async function serveConsole(
  handle: (request: Request) => Promise<Response>,
  wanted: Options['console'],
  port: number,
): Promise<Served | undefined> {
  if (wanted === false) return undefined;
  if (typeof wanted !== 'string') {
    const next = port > 0 && port < 65_535 ? port + 1 : 0;
    return serve(handle, { port: next }).catch(() => serve(handle));
  }
  try {
    return await serve(handle, { port: readNumber('--console', wanted, 0, 65_535) });
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(error.message, error.hint?.replace('--port', '--console')) : error;
  }
}

interface Announcement {
  readonly url: string;
  readonly page: string | undefined;
  readonly keys: EmulatorKeys;
  readonly emulator: AmazonEmulator;
  readonly options: Options;
  readonly context: Context;
}

function announce({ url, page, keys, emulator, options, context: { out } }: Announcement): void {
  const { AMAZON_PAY_PRIVATE_KEY: privateKey = '', ...others } = emulatorVariables(url, keys, emulator.credentials);
  const variables = options.printKeys ? { ...others, AMAZON_PAY_PRIVATE_KEY: privateKey } : others;
  warnOfOthers(options.host, 'the emulator', out);
  const bold = (text: string): string => out.style('bold', text);
  out.show({ event: 'listening', url, console: page ?? null, settings: variables, file: options.env ?? null }, () => [
    `${bold('The emulator of Amazon listens at')} ${out.style('cyan', url)}`,
    ...(page === undefined ? [] : [`${bold('Its console, for your browser, is at')} ${out.style('cyan', page)}`]),
    '',
    bold('Settings'),
    ...variableLines(variables).map((line) => `  ${line}`),
    ...wrap(
      'The commands of waybill read these, with --settings or as variables, and so do the examples of the guides.',
      out.width - 2,
    ).map((line) => `  ${line}`),
    options.env === undefined
      ? '  To get the private test key, pass --env FILE or --print-keys.'
      : `  All settings and the private test key are in ${options.env}.`,
    '',
    bold('In your application'),
    ...wrap('The library reads no variables: pass credentials, and beside them', out.width - 2).map((line) => `  ${line}`),
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

function log({ at, method, url, status, code, reason, requestId }: RequestRecord, { out }: Context): void {
  const path = new URL(url).pathname;
  out.show({ event: 'request', time: at.toISOString(), method, path, status, code, reason, requestId }, () => {
    const result = out.style(status === 0 || status >= 400 ? 'red' : 'green', status === 0 ? 'closed' : String(status));
    const why = code || reason ? ` ${[code, reason].filter(Boolean).join(': ')}` : '';
    return `  ${at.toTimeString().slice(0, 8)} ${method.padEnd(4)} ${path} ${result}${why}`;
  });
}
