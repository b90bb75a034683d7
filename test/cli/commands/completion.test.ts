import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../support/cli/amazon.ts';
import { json, waybill } from '../../support/cli/terminal.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());
const has = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0;
const scriptOf = async (shell: string): Promise<string> => (await waybill(['completion', shell])).stdout;

/** What can follow these words. */
const CASES: readonly (readonly [words: string, ...expected: string[]])[] = [
  ['waybill car', 'carriers'],
  ['waybill bwp subscriptions ', 'list', 'create', 'delete'],
  ['waybill ndr rto --d', '--due-date', '--dry-run', '--debug'],
  ['waybill --json completion ', 'bash', 'zsh', 'fish'],
  ['waybill send ndr --auth ', 'api-key', 'query', 'basic', 'bearer', 'signature', 'none'],
  ['waybill doctor --only ', 'amazonpay', 'shipping-ndr', 'buywithprime'],
  // What follows an option with another value is not a command.
  ['waybill track --carrier '],
  ['waybill carriers sig'],
];

describe('waybill completion', () => {
  test.each(['bash', 'zsh', 'fish'])('prints the same script for %s with --json', async (shell) => {
    const { stdout } = await waybill(['completion', shell, '--json']);
    expect(json(stdout)).toEqual({ shell, script: await scriptOf(shell) });
  });

  test.skipIf(!has('bash')).each(CASES)('bash completes "%s"', async (words, ...expected) => {
    const line = words.split(' ');
    writeFileSync(folder.path('waybill.bash'), await scriptOf('bash'));
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is an array of bash.
    const program = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _waybill; printf "%s\\n" "${COMPREPLY[@]}"';
    const printed = execFileSync('bash', ['-c', program, 'bash', folder.path('waybill.bash'), ...line], { encoding: 'utf8' });
    expect(printed.split('\n').filter(Boolean)).toEqual(expected);
  });

  test.skipIf(!has('fish')).each(CASES)('fish completes "%s"', async (words, ...expected) => {
    writeFileSync(folder.path('waybill.fish'), await scriptOf('fish'));
    const program = 'source $argv[1]; complete -C $argv[2]';
    const printed = execFileSync('fish', ['--no-config', '-c', program, folder.path('waybill.fish'), words], { encoding: 'utf8' });
    const found = printed.split('\n').flatMap((line) => line.split('\t')[0] || []);
    expect(found.sort()).toEqual(expected.slice().sort());
  });

  test.skipIf(!has('zsh')).each(CASES)('zsh completes "%s"', async (words, ...expected) => {
    writeFileSync(folder.path('_waybill'), await scriptOf('zsh'));
    // The functions of zsh's completion system, as far as they are called: they print the words.
    const program = `
      compdef() { }; _files() { }; _message() { }
      compadd() { shift; print -rl -- "$@" }
      _describe() { local each name=\${@[-1]}; for each in "\${(@P)name}"; do print -r -- "\${each%%:*}"; done }
      file=$1; shift; words=("$@"); CURRENT=$#; source "$file"; _waybill`;
    const line = words.split(' ');
    const printed = execFileSync('zsh', ['-f', '-c', program, 'zsh', folder.path('_waybill'), ...line], { encoding: 'utf8' });
    // zsh itself leaves out what does not start with the word.
    const found = printed.split('\n').filter((word) => word !== '' && word.startsWith(line.at(-1) ?? ''));
    expect(found.filter((word) => word !== 'help' || expected.includes(word))).toEqual(expected);
  });
});
