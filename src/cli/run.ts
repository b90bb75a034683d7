/**
 * From a command line to an exit code. The file of a command is loaded when the command is called, so that help is fast.
 *
 * @module
 */
import { type Command, CommanderError } from 'commander';
import { describeFailure, EXIT, UsageError } from './failure.ts';
import { callOf } from './help.ts';
import { addGeneralOptions, calledCommand, makeProgram, toUsageError } from './program.ts';
import { checkRequirements } from './requirements.ts';
import { type Context, Output, type Terminal } from './terminal.ts';

/** A command before its file is loaded. */
interface Entry {
  readonly name: string;
  readonly summary: string;
  /** Whether it sends requests, which `--debug` prints. */
  readonly sends?: boolean;
  readonly load: () => Promise<{ readonly define: (command: Command, context: Context) => void }>;
}

/** In the order of `--help`. */
export const COMMANDS: readonly Entry[] = [
  { name: 'demo', summary: 'try all three surfaces against an emulator of Amazon', load: () => import('./commands/demo.ts') },
  { name: 'emulator', summary: 'serve an emulator of Amazon over HTTP', load: () => import('./commands/emulator.ts') },
  { name: 'doctor', summary: 'check keys, credentials and settings', sends: true, load: () => import('./commands/doctor.ts') },
  { name: 'track', summary: 'tell Amazon Pay about a parcel', sends: true, load: () => import('./commands/track.ts') },
  { name: 'carriers', summary: "search Amazon Pay's carrier codes", load: () => import('./commands/carriers.ts') },
  { name: 'sign', summary: 'sign an Amazon Pay request, or check the signature of one', load: () => import('./commands/sign.ts') },
  {
    name: 'ndr',
    summary: 'decide about undelivered shipments, also from a CSV file',
    sends: true,
    load: () => import('./commands/ndr.ts'),
  },
  {
    name: 'bwp',
    summary: 'read a Buy with Prime order, manage event subscriptions',
    sends: true,
    load: () => import('./commands/bwp.ts'),
  },
  { name: 'send', summary: 'send a valid event to your webhook', sends: true, load: () => import('./commands/webhook/send.ts') },
  { name: 'listen', summary: 'be a webhook: show, verify and record what arrives', load: () => import('./commands/webhook/listen.ts') },
  { name: 'replay', summary: 'send recorded events to your webhook', sends: true, load: () => import('./commands/webhook/replay.ts') },
  { name: 'parse', summary: 'read an event, in any envelope', load: () => import('./commands/parse.ts') },
  { name: 'contracts', summary: 'write JSON Schemas and an OpenAPI document', load: () => import('./commands/contracts.ts') },
  { name: 'stores', summary: 'print the tables that a store in SQL needs', load: () => import('./commands/stores.ts') },
  { name: 'completion', summary: 'print a script for completion in your shell', load: () => import('./commands/completion.ts') },
];

const HELP = {
  about: [
    'With --json every command prints JSON: one document on standard output, or one per line if there are several. An error is a JSON document on standard error. "waybill help --json" describes all commands.',
    'Secrets are read from variables, files and standard input only.',
  ],
  exitCodes: {
    0: 'done',
    1: 'refused or failed, completely or in part',
    2: 'the command, a setting or an input is wrong; nothing was sent',
    3: 'a temporary failure; the same command can succeed later',
    4: 'the output cannot be written; what was done stays done',
    130: 'interrupted',
  },
  examples: ['waybill demo', 'waybill doctor --settings .env', 'waybill help track'],
};

/** Why a command ends if nobody reads its output any more, as behind `| head`: not an error. Also if the error was printed already. */
const UNREAD = new DOMException('nobody reads the output', 'AbortError');

/** Milliseconds that a command gets to end after Ctrl-C. */
const GRACE = 2_000;

/** Runs the command line of this process. */
export async function start(): Promise<void> {
  const { argv, env, stdin, stdout, stderr } = process;
  const interrupted = new AbortController();
  const interrupt = (reason: unknown = UNREAD): void => {
    interrupted.abort(reason);
    // A command that reads it would wait forever.
    stdin.destroy();
    setTimeout(() => process.exit(process.exitCode ?? EXIT.interrupted), GRACE).unref();
  };
  // Once, so that a second Ctrl-C ends the process immediately.
  // SIGHUP: the terminal was closed. SIGBREAK: Ctrl-Break on Windows.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] as const)
    process.once(name, () => interrupt(new DOMException('interrupted', 'AbortError')));
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // Each of several lines fails.
      if (process.exitCode === EXIT.unprinted) return;
      if (error.code !== 'EPIPE') {
        process.exitCode = EXIT.unprinted;
        if (stream === stdout) void reportUnprinted(error);
      }
      // Not process.exit(): a report may have to be completed.
      interrupt();
    });
  }
  const exitCode = await run({ argv: argv.slice(2), env, stdin, stdout, stderr, signal: interrupted.signal });
  // Not process.exit(): what a pipe has not accepted yet would be lost.
  process.exitCode ??= exitCode;
}

/** Says why standard output cannot be written, as on a full disk. */
async function reportUnprinted(error: unknown): Promise<void> {
  const { fileError } = await import('./files.ts');
  const failure = describeFailure(fileError('write', 'standard output', error, EXIT.unprinted), { names: {}, secrets: [] });
  new Output(process, process.argv.includes('--json')).failure(failure);
}

/** Runs a command line. Never throws. */
export async function run(terminal: Terminal): Promise<number> {
  const { env, stdin, signal } = terminal;
  const argv = terminal.argv.slice();
  const end = argv.indexOf('--');
  const options = end === -1 ? argv : argv.slice(0, end);
  const out = new Output(terminal, options.includes('--json'));
  const context: Context = {
    out,
    env,
    stdin,
    signal,
    names: {},
    secrets: [],
    trace: undefined,
    exitCode: EXIT.ok,
  };
  const words = options.filter((word) => !word.startsWith('-'));
  const isHelp = words[0] === 'help';
  const path = isHelp ? words.slice(1) : words;
  const program = makeProgram(HELP, out, terminal.stderr);
  try {
    refuseSecrets(argv, path[0]);
    await define(program, path, options, context);
    if (isHelp) return help(program, path);
    await program.hook('preAction', (_, command) => checkRequirements(command, context)).parseAsync(argv, { from: 'user' });
    return context.exitCode;
  } catch (error) {
    // Whatever a runtime throws after Ctrl-C is a consequence of it.
    const cause = signal.aborted && !(error instanceof UsageError) ? signal.reason : error;
    if (!(cause instanceof CommanderError)) return fail(context, cause);
    if (cause.exitCode === 0) return EXIT.ok;
    // The help has been printed already.
    if (cause.code === 'commander.help' && !out.json) return EXIT.usage;
    const called = calledCommand(program, path);
    const missing = await requirementsOf(called, cause, context);
    if (missing) return fail(context, missing);
    const mistake = toUsageError(cause, called);
    return fail(context, mistake.error, mistake.help);
  }
}

/** Defines every command by its name, and loads those that are needed: the one that is called, or all to describe them. */
async function define(program: Command, path: readonly string[], options: readonly string[], context: Context): Promise<void> {
  const isDescribed = path[0] === 'completion' || (path.length === 0 && context.out.json);
  for (const { name, summary, sends = false, load } of COMMANDS) {
    const command = program.command(name).summary(summary).description(summary);
    if (name !== path[0] && !isDescribed) continue;
    if (name === path[0] && sends && options.includes('--debug')) {
      const { HttpTrace } = await import('./http-trace.ts');
      Object.assign(context, { trace: new HttpTrace(context) });
    }
    (await load()).define(command, context);
    addGeneralOptions(command, { sends });
  }
}

/** `waybill help ndr rto`. */
function help(program: Command, path: readonly string[]): number {
  const command = calledCommand(program, path);
  const words = callOf(command).split(' ').length - 1;
  if (words < path.length) throw new UsageError('the command is missing or unknown', 'See waybill --help.');
  command.outputHelp();
  return EXIT.ok;
}

/** Everything that is missing, if commander has found that one thing is. */
async function requirementsOf(command: Command, { code }: CommanderError, context: Context): Promise<unknown> {
  if (code !== 'commander.missingArgument' && code !== 'commander.missingMandatoryOptionValue') return undefined;
  try {
    await checkRequirements(command, context);
    return undefined;
  } catch (error) {
    return error;
  }
}

function fail(context: Context, error: unknown, help?: string): number {
  const failure = describeFailure(error, context);
  if (error !== UNREAD) context.out.failure(failure, help);
  return failure.exitCode;
}

/** Options that people expect, and what to use instead. */
const REFUSED: readonly (readonly [option: RegExp, instead: string])[] = [
  [/^--(amazon-pay-)?(private-key|key|pem)$/, 'Set AMAZON_PAY_PRIVATE_KEY, or pass --private-key-file FILE.'],
  [/^--(lwa-)?refresh-token$/, 'Set LWA_REFRESH_TOKEN, or write it into a file and pass --settings FILE.'],
  [/^--((lwa|bwp)-)?client-secret$/, 'Set LWA_CLIENT_SECRET or BWP_CLIENT_SECRET, or write it into a file and pass --settings FILE.'],
  [/^--(.*-)?(secret|token|password|api-key|credentials?)$/, 'Set a variable or pass a file: see --help.'],
];

/** Commands whose secret is that of a webhook. */
const OF_A_WEBHOOK = new Set(['send', 'listen', 'replay']);
const SECRET_OF_A_WEBHOOK = 'Set NDR_API_KEY, NDR_QUERY_VALUE, NDR_PASSWORD or NDR_TOKEN, depending on --auth, or pass --secret-file FILE.';

/** What is a secret wherever it is. */
const SECRET = /-----BEGIN [A-Z ]*PRIVATE KEY|\bAtz[ar]\||\bamzn1\.oa2-cs\./;

/** Refuses a command line with a secret in it: other users of the machine can see it, and shells store it. Never prints the secret. */
function refuseSecrets(argv: readonly string[], command: string | undefined): void {
  for (const argument of argv) {
    const option = argument.split('=', 1)[0] ?? '';
    const found = REFUSED.find(([pattern]) => pattern.test(option))?.[1];
    const instead = found && command && OF_A_WEBHOOK.has(command) ? SECRET_OF_A_WEBHOOK : found;
    if (instead) throw new UsageError(`${option} is not an option: secrets are never read from the command line`, instead);
    if (SECRET.test(argument)) {
      throw new UsageError(
        'the command line contains a secret, which other users and the history of the shell can see',
        'Set a variable or pass a file: see --help. If other people use this machine, replace the secret.',
      );
    }
  }
}
