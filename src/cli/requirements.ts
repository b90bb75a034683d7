/**
 * What a command needs: everything that is missing is said at once, and not one by one.
 *
 * @module
 */
import type { Command } from 'commander';
import { UsageError } from './failure.ts';
import { callOf } from './help.ts';
import { clientOf, type Flags, missingSettings, readSettings } from './settings.ts';
import type { Context } from './terminal.ts';
import { list } from './text.ts';

/** Options of which a command needs at least one. */
type Group = readonly string[];

const groupsOf = new WeakMap<Command, readonly Group[]>();

/** Notes groups of options, by their long names, of each of which one is required. */
export function requireOneOf(command: Command, ...groups: readonly Group[]): void {
  groupsOf.set(command, groups);
}

/** Each group of options of which one is required; a required option is a group alone. */
export function requiredOptions(command: Command): readonly Group[] {
  return [...command.options.flatMap(({ mandatory, long }) => (mandatory && long ? [[long]] : [])), ...(groupsOf.get(command) ?? [])];
}

/** Throws if an argument or an option is missing: with all of them, and with the settings that are missing too. */
export async function checkRequirements(command: Command, context: Context): Promise<void> {
  const isGiven = (long: string): boolean => {
    const option = command.options.find((one) => one.long === long);
    return option !== undefined && command.getOptionValue(option.attributeName()) !== undefined;
  };
  const missingArguments = command.registeredArguments.slice(command.args.length).filter(({ required }) => required);
  const missingGroups = requiredOptions(command).filter((group) => !group.some(isGiven));
  const words = [...missingArguments.map((argument) => `<${argument.name()}>`), ...missingGroups.map((group) => list(group, 'or'))];
  if (words.length === 0) return;
  const client = command.getOptionValue('dryRun') ? undefined : clientOf.get(command);
  const variables = client ? missingSettings(client, await readSettings(client, command.opts<Flags>(), context)) : [];
  const longs = missingGroups.flat();
  const terms = [
    ...missingArguments.map((argument) => [`<${argument.name()}>`, argument.description]),
    ...command.options.flatMap(({ long, flags, description }) => (long && longs.includes(long) ? [[flags, description]] : [])),
  ];
  const width = Math.max(...terms.map(([term = '']) => term.length));
  const lines = terms.map(([term = '', description]) => `${term.padEnd(width)}  ${description}`);
  const notSet = variables.length > 0 ? `; not set: ${list(variables.map(({ variable }) => variable))}` : '';
  throw new UsageError(`missing: ${words.join('; ')}${notSet}`, [...lines, `See ${callOf(command)} --help.`].join('\n'));
}
