/**
 * The commands as a document for programs: what `waybill help --json` prints, and what shell completion is made from.
 *
 * @module
 */
import type { Argument, Command, Option } from 'commander';
import { callOf, helpOf } from './help.ts';
import { requiredOptions } from './requirements.ts';

/** A command. */
export interface DescribedCommand {
  /** The last word of the call. */
  readonly name: string;
  /** The whole call, without arguments and options. */
  readonly call: string;
  readonly summary: string;
  readonly description: string;
  readonly arguments: readonly DescribedArgument[];
  readonly options: readonly DescribedOption[];
  /** Long options; of each group one is required. */
  readonly requires: readonly (readonly string[])[];
  readonly about: readonly string[];
  /** Those that mean something special to this command; the others are those of `waybill`. */
  readonly exitCodes: Readonly<Record<string, string>>;
  readonly examples: readonly string[];
  readonly commands: readonly DescribedCommand[];
}

/** What a value is. */
interface Value {
  readonly type: 'boolean' | 'string' | 'number';
  /** The word for the value in the help, such as `file`, `url` or `time`. */
  readonly value?: string;
  readonly choices?: readonly string[];
  readonly default?: unknown;
  readonly description: string;
}

interface DescribedArgument extends Value {
  readonly name: string;
  readonly required: boolean;
  /** Whether several are accepted. */
  readonly variadic: boolean;
}

interface DescribedOption extends Value {
  readonly long: string;
  readonly short?: string;
  readonly required: boolean;
  /** The variable that is read if the option is not passed. */
  readonly variable?: string;
  readonly group: string;
}

const NUMBERS = ['number', 'ms'];

/** Describes a command and all commands below it. */
export function describeCommand(command: Command): DescribedCommand {
  const { about = [], exitCodes = {}, examples = [] } = helpOf.get(command) ?? {};
  return {
    name: command.name(),
    call: callOf(command),
    summary: command.summary(),
    description: command.description(),
    arguments: command.registeredArguments.map(describeArgument),
    options: command.createHelp().visibleOptions(command).map(describeOption),
    requires: requiredOptions(command),
    about,
    exitCodes,
    examples,
    commands: command.commands.map(describeCommand),
  };
}

function describeArgument(argument: Argument): DescribedArgument {
  const { description, required, variadic, argChoices, defaultValue } = argument;
  return { name: argument.name(), required, variadic, ...describeValue(argument.name(), argChoices, defaultValue), description };
}

function describeOption(option: Option): DescribedOption {
  const { flags, long, short, mandatory, argChoices, defaultValue, helpGroupHeading } = option;
  const [, description = '', variable] = /^(.*?)(?: \[(\w+)\])?$/s.exec(option.description) ?? [];
  return {
    long: long ?? flags,
    ...(short && { short }),
    required: mandatory,
    ...describeValue(/[<[](.+?)[\]>]/.exec(flags)?.[1], argChoices, defaultValue),
    ...(variable && { variable }),
    description,
    group: (helpGroupHeading ?? '').replace(/:$/, ''),
  };
}

function describeValue(value: string | undefined, choices: readonly string[] | undefined, fallback: unknown): Omit<Value, 'description'> {
  const isBoolean = value === undefined;
  return {
    type: isBoolean ? 'boolean' : NUMBERS.includes(value) ? 'number' : 'string',
    ...(!isBoolean && { value }),
    ...(choices && { choices }),
    ...(fallback !== undefined && !isBoolean && { default: fallback }),
  };
}
