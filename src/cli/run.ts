/**
 * From a command line to an exit code. A command's own file is loaded when its name is called, so that help is there at once.
 *
 * @module
 */
import { Command, CommanderError } from 'commander';
import { VERSION } from '../core/version.ts';
import { COMMANDS } from './commands.ts';
import type { Context, Terminal } from './context.ts';
import { describeFailure, EXIT, UsageError } from './failure.ts';
import { Output } from './output.ts';
import { refuseSecrets } from './secrets.ts';

const AFTER_HELP = `
Exit codes:
  0    done
  1    refused or failed, wholly or in part
  2    the command, a setting or an input is wrong; nothing was sent
  3    a passing fault: the same command can succeed later
  130  interrupted

--json works with every command: one JSON document on standard output, or one
a line where there are many; an error is a JSON document on standard error.
Secrets come from environment variables, files and standard input alone.

Examples:
  $ waybill demo
  $ waybill doctor --settings .env
  $ waybill help track`;

/** Runs a command line. Never throws. */
export async function run(terminal: Terminal): Promise<number> {
  const { env, stdin, signal } = terminal;
  const argv = terminal.argv.slice();
  const end = argv.indexOf('--');
  const words = end === -1 ? argv : argv.slice(0, end);
  const out = new Output(terminal, words.includes('--json'));
  const context: Context = { out, env, stdin, signal, exitCode: EXIT.ok };
  const names = words.filter((word) => !word.startsWith('-'));
  const program = makeProgram(terminal, out);
  try {
    refuseSecrets(argv);
    for (const { name, summary, load } of COMMANDS) {
      const command = program.command(name).summary(summary).description(summary);
      if (name === names[names[0] === 'help' ? 1 : 0]) (await load()).define(command, context);
    }
    await program.parseAsync(argv, { from: 'user' });
    return context.exitCode;
  } catch (error) {
    // Whatever the runtime throws after Ctrl-C is no failure of its own.
    const cause = signal.aborted && !(error instanceof UsageError) ? signal.reason : error;
    if (!(cause instanceof CommanderError)) return fail(out, cause);
    if (cause.exitCode === 0) return EXIT.ok;
    const isCommandMissing = cause.code === 'commander.help';
    // Help in place of a command has been printed already.
    if (isCommandMissing && !out.json) return EXIT.usage;
    const mistake = new UsageError(isCommandMissing ? 'a command is missing, or unknown' : wording(cause));
    return fail(out, mistake, `${calledName(program, names)} --help says how it is used.`);
  }
}

function makeProgram(terminal: Terminal, out: Output): Command {
  return (
    new Command('waybill')
      .description("Amazon's delivery notifications from the command line.")
      .version(VERSION, '-v, --version')
      .option('--json', 'print JSON, errors too')
      .helpCommand('help [command]', 'say how a command is used')
      .addHelpText('after', AFTER_HELP)
      .exitOverride()
      .configureHelp({ helpWidth: out.width, styleTitle: (title) => out.style('bold', title) })
      // run() words the errors.
      .configureOutput({
        writeOut: (text) => out.raw(text),
        writeErr: (text) => out.json || terminal.stderr.write(text),
        outputError: () => undefined,
      })
  );
}

/** The command that was called, as far as there is one, with the names before it. */
function calledName(program: Command, [name, ...others]: readonly string[]): string {
  const command = program.commands.find((one) => one.name() === name);
  return command ? `${program.name()} ${calledName(command, others)}` : program.name();
}

/** Commander's message without the values: one of them may be a secret in the wrong place. */
function wording({ message }: CommanderError): string {
  return message
    .replace(/^error: /, '')
    .replace(/ (argument|(value)) '.*' is invalid/s, (_, __, value = '') => `${value && ' value'} is invalid`)
    .replace(/(unknown option '[^=']*)=.*?'/s, "$1'");
}

function fail(out: Output, error: unknown, usage?: string): number {
  const failure = describeFailure(error);
  out.failure(failure, usage);
  return failure.exitCode;
}
