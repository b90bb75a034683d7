import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/run.ts';
import { VERSION } from '../../src/core/version.ts';
import { json, unwrapped, waybill } from '../support/cli/terminal.ts';

/** As `waybill help --json` has it. */
interface Tree {
  readonly call: string;
  readonly commands: readonly Tree[];
}

const names = COMMANDS.map(({ name }) => name);
const tree = json((await waybill(['help', '--json'])).stdout) as unknown as Tree;
const flatten = (command: Tree): readonly Tree[] => [command, ...command.commands.flatMap(flatten)];
const wordsOf = ({ call }: Tree): string[] => call.split(' ').slice(1);
const calls = flatten(tree).map(wordsOf);
const leaves = flatten(tree)
  .filter(({ commands }) => commands.length === 0)
  .map(wordsOf);

const longLines = (text: string, width: number): string[] => text.split('\n').filter((line) => line.length > width);

describe('help', () => {
  test.each(calls.map((call) => [call]))('of %j exists, is at most 80 columns wide, and ends with 0', async (call) => {
    const { code, stdout, stderr } = await waybill([...call, '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: waybill/);
    expect(longLines(stdout, 80)).toEqual([]);
  });

  test.each(calls.map((call) => [call]))('of %j follows a terminal of 60 columns', async (call) => {
    const { stdout } = await waybill([...call, '--help'], { columns: 60 });
    // A single word and an option of an example cannot be broken.
    expect(longLines(stdout, 60).filter((line) => !/^ *\$ |^ +\S+$|^Usage: /.test(line))).toEqual([]);
  });

  test.each(leaves.map((call) => [call]))(
    'of %j has a one-sentence description, groups of options and two examples that parse',
    async (call) => {
      const { stdout } = await waybill([...call, '--help']);
      const [, description = ''] = stdout.split('\n\n');
      expect(description.replaceAll('\n', ' ')).toMatch(/^[A-Z][^.]*(\.\w[^.]*)*\.$/);
      expect(stdout).toMatch(/\n\nGeneral:\n {2}--json/);
      expect(stdout).not.toContain('\nOptions:\n');
      const examples =
        stdout
          .split('\nExamples:\n')[1]
          ?.replaceAll(/ \\\n +/g, ' ')
          .match(/waybill .*/g) ?? [];
      expect(examples.length).toBeGreaterThanOrEqual(2);
      // --help ends the parsing: an option or argument that does not exist would be an error before it.
      for (const example of examples) {
        const argv = (example.match(/"[^"]*"|[^ ]+/g) ?? []).slice(1).map((word) => word.replaceAll('"', ''));
        expect(await waybill([...argv, '--help'])).toMatchObject({ code: 0, stderr: '' });
      }
    },
  );

  test('names every command and every exit code', async () => {
    const { stdout } = await waybill(['--help']);
    for (const word of [...names, 'Exit codes', '130', '--json']) expect(stdout).toContain(word);
    expect(stdout).toMatch(/Exit codes:\n {2}0 .*\n {2}1 .*\n {2}2 .*\n {2}3 .*\n {2}4 .*\n {2}130 /);
  });

  test.each([
    ['ndr import', ['1 ', '3 ']],
    ['send', ['0 ', '1 ', '3 ']],
    ['doctor', ['1 ']],
  ])('of %s explains the exit codes %j', async (call, codes) => {
    const { stdout } = await waybill([...call.split(' '), '--help']);
    for (const code of codes) expect(stdout).toMatch(new RegExp(`\\nExit codes:(\\n.*)*\\n {2}${code}`));
  });

  test('of an import names both reports that it writes by default', async () => {
    const { stdout } = await waybill(['ndr', 'import', '--help']);
    expect(unwrapped(stdout)).toContain(
      'default decisions.report.csv beside decisions.csv, ndr-report.csv in this folder for standard input',
    );
  });

  test.each([[['help', 'ndr', 'rto']], [['ndr', 'help', 'rto']], [['ndr', 'rto', '--help']]])(
    '%j explains a command of a command',
    async (argv) => {
      expect((await waybill(argv)).stdout).toMatch(/^Usage: waybill ndr rto /);
    },
  );

  test.each([[['help', 'bogus']], [['help', 'ndr', 'bogus']]])('%j says that there is no such command', async (argv) => {
    expect(await waybill(argv)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^error: the command is missing or unknown/),
    });
  });

  test('"help track" is the same as "track --help"', async () => {
    expect(await waybill(['help', 'track'])).toEqual(await waybill(['track', '--help']));
  });

  test('replaces a missing command, which is a mistake', async () => {
    const { code, stdout, stderr } = await waybill([]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^Usage: waybill/);
  });
});

describe('help --json', () => {
  test('has every command with its arguments, options, exit codes and examples', () => {
    expect(tree.commands.map(wordsOf)).toEqual(names.map((name) => [name]));
    const find = (call: string): Tree | undefined => flatten(tree).find((command) => command.call === call);
    expect(find('waybill')).toMatchObject({ exitCodes: { 0: 'done', 130: 'interrupted' } });
    expect(find('waybill ndr reschedule')).toMatchObject({
      arguments: [{ name: 'tracking-id', required: true, variadic: false, type: 'string', description: expect.any(String) }],
      options: expect.arrayContaining([
        expect.objectContaining({ long: '--date', required: true, type: 'string', value: 'time' }),
        expect.objectContaining({ long: '--dry-run', required: false, type: 'boolean', group: 'Feedback' }),
        expect.objectContaining({ long: '--base-url', type: 'string', value: 'url', variable: 'SP_API_URL' }),
        expect.objectContaining({ long: '--debug', type: 'boolean', group: 'General' }),
      ]),
      requires: [['--date']],
      examples: [expect.stringContaining('waybill ndr reschedule'), expect.any(String)],
    });
    expect(find('waybill send')).toMatchObject({
      arguments: [{ name: 'kind', choices: ['ndr', 'tracking', 'bwp'] }],
      exitCodes: { 1: 'the event would be lost' },
    });
    expect(find('waybill send')).toHaveProperty(
      'options',
      expect.arrayContaining([expect.objectContaining({ long: '--timeout', type: 'number', value: 'ms', default: '5000' })]),
    );
    expect(find('waybill track')).toMatchObject({
      requires: expect.arrayContaining([['--carrier', '--carrier-code']]),
      options: expect.arrayContaining([expect.objectContaining({ long: '--tracking-number', type: 'string', value: 'id' })]),
    });
    expect(find('waybill parse')).not.toHaveProperty('options', expect.arrayContaining([expect.objectContaining({ long: '--debug' })]));
  });

  test.each([[['help', 'track', '--json']], [['track', '--help', '--json']]])('%j has one command', async (argv) => {
    expect(json((await waybill(argv)).stdout)).toMatchObject({ name: 'track', call: 'waybill track', commands: [] });
  });
});

test.each(['-v', '--version'])('%s prints the version', async (option) => {
  expect(await waybill([option])).toEqual({ code: 0, stdout: `${VERSION}\n`, stderr: '' });
});
