/**
 * Commander's program: how help looks, what every command has, and commander's errors in the words of this command.
 *
 * @module
 */
import { type Argument, Command, type CommanderError, type Option } from 'commander';
import { VERSION } from '../core/version.ts';
import { describeCommand } from './command-tree.ts';
import { UsageError } from './failure.ts';
import { addHelp, callOf, type HelpText } from './help.ts';
import type { Output, Sink } from './terminal.ts';
import { toJsonLine } from './text.ts';

/** Makes the program, without commands. */
export function makeProgram(help: HelpText, out: Output, stderr: Sink): Command {
  const program = new Command('waybill')
    .description("Amazon's delivery notifications on the command line.")
    .version(VERSION, '-v, --version', 'show the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command...]', 'show the help of a command')
    .exitOverride()
    .configureHelp({
      helpWidth: out.width,
      minWidthToWrap: 20,
      subcommandTerm: (command) => command.name(),
      styleTitle: (title) => out.style('bold', title),
      optionDescription: describeChoices,
      argumentDescription: describeChoices,
      ...(out.json && { formatHelp: (command) => `${toJsonLine(describeCommand(command))}\n` }),
    })
    .configureOutput({
      writeOut: (text) => out.raw(text),
      writeErr: (text) => out.json || stderr.write(text),
      // run() prints errors.
      outputError: () => undefined,
    });
  return addHelp(program, out, help).addOption(jsonOption(program));
}

/** A description with choices and default value, without commander's quotes. */
function describeChoices({ description, argChoices, defaultValue }: Option | Argument): string {
  const choices = argChoices ? ` (${argChoices.join(', ')})` : '';
  return `${description}${choices}${typeof defaultValue === 'string' ? ` (default ${defaultValue})` : ''}`;
}

function jsonOption(command: Command): Option {
  return command.createOption('--json', 'print JSON, also for errors');
}

/** Adds what run() has read already to every command without subcommands. */
export function addGeneralOptions(command: Command, { sends }: { readonly sends?: boolean | undefined }): void {
  if (command.commands.length > 0) for (const inner of command.commands) addGeneralOptions(inner, { sends });
  // A group with an action has them too.
  if (command.commands.length > 0) return;
  for (const option of command.options) refuseRepeats(command, option);
  command.addOption(jsonOption(command).helpGroup('General:'));
  if (sends) {
    const debug = command.createOption(
      '--debug',
      'print each request and response on standard error, without secrets, names and addresses',
    );
    command.addOption(debug.helpGroup('General:'));
  }
  command.addHelpOption(command.createOption('-h, --help', 'show this help').helpGroup('General:'));
}

/** Joins the values of a list that is passed in parts. Of any other value that is passed twice, the last would silently win. */
function refuseRepeats(command: Command, option: Option): void {
  const isRepeatable = option.parseArg !== undefined && option.argChoices === undefined;
  if (option.isBoolean() || isRepeatable) return;
  if (option.flags.endsWith('<list>')) {
    option.argParser<string>((value, before) => (before === undefined ? value : `${before.replace(/,?\s*$/, ',')}${value}`));
    return;
  }
  let isGiven = false;
  command.on(`option:${option.name()}`, () => {
    if (isGiven) throw new UsageError(`${option.long} is passed twice`, `Pass one value. See ${callOf(command)} --help.`);
    isGiven = true;
  });
}

/** The command that was called, as far as it exists. */
export function calledCommand(program: Command, [name, ...others]: readonly string[]): Command {
  const command = program.commands.find((one) => one.name() === name);
  return command ? calledCommand(command, others) : program;
}

/** The error for what commander has refused, and the command whose help explains it. */
export function toUsageError(error: CommanderError, called: Command): { readonly error: UsageError; readonly help: string } {
  const isCommandMissing = error.code === 'commander.help';
  const message = isCommandMissing ? 'the command is missing or unknown' : withoutValues(error.message);
  return { error: new UsageError(message), help: `See ${callOf(called)} --help.` };
}

/** Commander's message without values, because one of them may be a secret in the wrong place. */
function withoutValues(message: string): string {
  const [, option, argument, choices] =
    /(?:option '.*?(--\S+).*?'|command-argument).* is invalid(?: for argument '(.*?)')?\. Allowed choices are (.*)\.$/s.exec(message) ?? [];
  if (choices) return `${option ?? `<${argument}>`} must be one of ${choices}`;
  return message
    .replace(/^error: /, '')
    .replace(/ (argument|(value)) '.*' is invalid/s, (_, __, value = '') => `${value && ' value'} is invalid`)
    .replace(/(unknown option '[^=']*)=.*?'/s, "$1'");
}
