/**
 * `waybill completion`: a script, made from the tree of commands. It contains all words, so that no process starts when a user presses Tab.
 *
 * @module
 */
import type { Command } from 'commander';
import { type DescribedCommand, describeCommand } from '../command-tree.ts';
import { addHelp } from '../help.ts';
import type { Context } from '../terminal.ts';

/** The shells that there are scripts for. */
const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** One of {@link SHELLS}. */
type Shell = (typeof SHELLS)[number];

/** Defines the command. Every other command is defined before it runs. */
export function define(command: Command, context: Context): void {
  command
    .description('Prints a script that makes your shell complete commands, options and values.')
    .addArgument(command.createArgument('<shell>', 'your shell').choices(SHELLS))
    .action((shell: Shell) => {
      const script = completionScript(shell, describeCommand(command.parent as Command));
      context.out.show({ shell, script }, () => script.trimEnd());
    });
  addHelp(command, context.out, {
    about: [
      'The script does not start waybill when you press Tab. Print it again after an update.',
      'For bash, add the first example to ~/.bashrc. For zsh, write the output of the second to a file named _waybill in a folder of $fpath. For fish, run the third once.',
    ],
    examples: [
      'source <(waybill completion bash)',
      'waybill completion zsh > ~/.zfunc/_waybill',
      'waybill completion fish > ~/.config/fish/completions/waybill.fish',
    ],
  });
}

/** A word that can follow, and what it means. */
interface Word {
  readonly word: string;
  readonly description: string;
}

/** What can follow the words of a command. */
interface Place {
  /** The words so far, such as `waybill ndr`. */
  readonly call: string;
  readonly commands: readonly Word[];
  readonly options: readonly (Word & { readonly value?: Expected })[];
  readonly argument: Expected | undefined;
}

/** What a value is: one of a list, a file, or anything. */
type Expected = readonly string[] | 'file' | 'anything';

/** The script for a shell. */
function completionScript(shell: Shell, root: DescribedCommand): string {
  return SCRIPTS[shell](placesOf(root));
}

const SCRIPTS: Readonly<Record<Shell, (places: readonly Place[]) => string>> = { bash, zsh, fish };

function placesOf({ call, commands, options, arguments: [argument] }: DescribedCommand): readonly Place[] {
  const isRoot = !call.includes(' ');
  const place: Place = {
    call,
    commands: [
      ...commands.map(({ name, summary }) => ({ word: name, description: summary })),
      ...(isRoot ? [{ word: 'help', description: 'show the help of a command' }] : []),
    ],
    options: options.map((option) => ({
      word: option.long,
      description: option.description,
      ...(option.type !== 'boolean' && { value: expected(option) }),
    })),
    argument: argument && expected(argument),
  };
  return [place, ...commands.flatMap(placesOf)];
}

function expected({ value, choices }: { readonly value?: string; readonly choices?: readonly string[] }): Expected {
  return choices ?? (value === 'file' ? 'file' : 'anything');
}

/** A string of bash and zsh. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The calls of all commands, as the patterns of a `case`. */
function callPatterns(places: readonly Place[]): string {
  return places
    .filter(({ call }) => call.includes(' '))
    .map(({ call }) => quote(call))
    .join('|');
}

/** Options with values, as the pattern of a `case`, and what the values are. */
function valuesOf({ call, options }: Place): readonly (readonly [pattern: string, value: Expected])[] {
  return options.flatMap(({ word, value }) => (value ? [[quote(`${call} ${word}`), value] as const] : []));
}

function bash(places: readonly Place[]): string {
  const values = places.flatMap(valuesOf).flatMap(([pattern, value]) => {
    // With no reply at all bash completes file names, because of -o default below.
    return [`    ${pattern}) ${Array.isArray(value) ? `COMPREPLY=($(compgen -W ${quote(value.join(' '))} -- "$cur"))` : ':'}; return ;;`];
  });
  const words = places.map(({ call, commands, options, argument }) => {
    const first = [...commands.map(({ word }) => word), ...(Array.isArray(argument) ? argument : [])].join(' ');
    return `    ${quote(call)}) words=${quote(first)} options=${quote(options.map(({ word }) => word).join(' '))} ;;`;
  });
  return `# Completion of waybill for bash.
_waybill() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} call=waybill words='' options='' i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$call \${COMP_WORDS[i]}" in
      ${callPatterns(places)}) call="$call \${COMP_WORDS[i]}" ;;
    esac
  done
  case "$call $prev" in
${values.join('\n')}
  esac
  case "$call" in
${words.join('\n')}
  esac
  case "$cur" in
    -*) COMPREPLY=($(compgen -W "$options" -- "$cur")) ;;
    *) COMPREPLY=($(compgen -W "$words" -- "$cur")) ;;
  esac
}
complete -o default -F _waybill waybill
`;
}

function zsh(places: readonly Place[]): string {
  const describe = ({ word, description }: Word): string => quote(`${word.replaceAll(':', '\\:')}:${description.replaceAll(':', '\\:')}`);
  const values = places.flatMap(valuesOf).map(([pattern, value]) => {
    const action = Array.isArray(value) ? `compadd -- ${value.map(quote).join(' ')}` : value === 'file' ? '_files' : "_message 'a value'";
    return `    ${pattern}) ${action}; return ;;`;
  });
  const words = places.map(({ call, commands, options, argument }) => {
    const first = [...commands, ...(Array.isArray(argument) ? argument.map((word) => ({ word, description: '' })) : [])];
    const file = argument === 'file' ? ' file=1' : '';
    return `    ${quote(call)})${file} next=(${first.map(describe).join(' ')}) options=(${options.map(describe).join(' ')}) ;;`;
  });
  return `#compdef waybill
# Completion of waybill for zsh.
_waybill() {
  local call=waybill file='' word
  local -a next options
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$call $word" in
      ${callPatterns(places)}) call="$call $word" ;;
    esac
  done
  case "$call \${words[CURRENT-1]}" in
${values.join('\n')}
  esac
  case "$call" in
${words.join('\n')}
  esac
  if [[ "\${words[CURRENT]}" == -* ]]; then
    _describe -o option options
  else
    if (( \${#next} )); then _describe word next; fi
    if [[ -n "$file" ]]; then _files; fi
  fi
}
# Read from a folder of $fpath, the file is the function; sourced, it defines it.
if [[ "\${funcstack[1]}" == _waybill ]]; then
  _waybill "$@"
else
  compdef _waybill waybill
fi
`;
}

function fish(places: readonly Place[]): string {
  const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;
  const lines = places.flatMap(({ call, commands, options, argument }) => {
    const start = `complete -c waybill -n ${quoted(`__waybill_is "${call}"`)}`;
    return [
      ...commands.map(({ word, description }) => `${start} -a ${word} -d ${quoted(description)}`),
      ...(Array.isArray(argument) ? [`${start} -a ${quoted(argument.join(' '))}`] : []),
      ...(argument === 'file' ? [`${start} -F`] : []),
      ...options.map(({ word, description, value }) => {
        const action = !value ? '' : value === 'file' ? ' -r -F' : ` -x${Array.isArray(value) ? ` -a ${quoted(value.join(' '))}` : ''}`;
        return `${start} -l ${word.slice(2)}${action} -d ${quoted(description)}`;
      }),
    ];
  });
  const calls = places.filter(({ call }) => call.includes(' ')).map(({ call }) => quoted(call));
  return `# Completion of waybill for fish.
function __waybill_is -a expected
    set -l call waybill
    for word in (commandline -opc)[2..]
        if contains -- "$call $word" ${calls.join(' ')}
            set call "$call $word"
        end
    end
    test "$call" = "$expected"
end
complete -c waybill -f
${lines.join('\n')}
`;
}
