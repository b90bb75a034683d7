/**
 * The end of a command's help: remarks, exit codes, examples.
 *
 * @module
 */
import type { Command } from 'commander';
import type { Output } from './terminal.ts';
import { wrap } from './text.ts';

/** What the help of a command says after its options. */
export interface HelpText {
  /** Paragraphs. */
  readonly about?: readonly string[];
  /** Exit codes that mean something special to this command. */
  readonly exitCodes?: Readonly<Record<number, string>>;
  /** Command lines. */
  readonly examples: readonly string[];
}

/** What the help of each command says, for programs. */
export const helpOf: WeakMap<Command, HelpText> = new WeakMap();

/** Adds the end of a command's help. It follows the width of the terminal. */
export function addHelp(command: Command, out: Output, help: HelpText): Command {
  const { about = [], exitCodes = {}, examples } = help;
  helpOf.set(command, help);
  const codes = Object.fromEntries(Object.entries(exitCodes).map(([code, meaning]) => [`${code} `, meaning]));
  const title = (text: string): string => out.style('bold', text);
  return command.addHelpText('after', () => {
    // The document of --json has it.
    if (out.json) return '';
    return [
      ...about.flatMap((paragraph) => ['', ...wrap(paragraph, out.width)]),
      ...(Object.keys(codes).length > 0 ? ['', title('Exit codes:'), ...out.fields(codes, 2)] : []),
      '',
      title('Examples:'),
      ...examples.flatMap((example) => breakLine(example, out.width)),
    ].join('\n');
  });
}

/** The words that call a command. */
export function callOf(command: Command): string {
  return command.parent ? `${callOf(command.parent)} ${command.name()}` : command.name();
}

/** A command line, continued on the next line before an option if it is too long. */
function breakLine(example: string, width: number): string[] {
  const lines: string[] = [];
  for (const part of example.split(/ (?=--|\|)/)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + part.length + 9 > width) lines.push(part);
    else lines[lines.length - 1] = `${last} ${part}`;
  }
  return lines.map((line, at) => `${at === 0 ? '  $ ' : '      '}${line}${at < lines.length - 1 ? ' \\' : ''}`);
}
