/** What the scenarios of the guides share: finding a block, running it as it is printed, and what a reader would see. */
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { vi } from 'vitest';
import { bundle, type Stage } from '../../support/examples.ts';

const root = join(import.meta.dirname, '../../..');

/** A code block of a guide. */
export interface Block {
  readonly file: string;
  /** Of its first fence. */
  readonly line: number;
  readonly language: string;
  readonly code: string;
}

/** @throws for a block that would not be found: without a language, indented, or with other fences. */
export function blocksOf(file: string): readonly Block[] {
  const text = readFileSync(join(root, file), 'utf8');
  const found = [...text.matchAll(/^```(\w+)[^\n]*\n(.*?)^```$/gms)];
  const fences = text.match(/^[ \t>]*(?:```|~~~)/gm)?.length ?? 0;
  if (fences !== 2 * found.length)
    throw new Error(`${file} has a code block without a language, indented, or with other fences than \`\`\``);
  return found.map(({ 1: language = '', 2: code = '', index }) => ({
    file,
    line: text.slice(0, index).split('\n').length,
    language,
    code,
  }));
}

/** How one block is run, and what it must do. */
export interface Scenario {
  /** Words that only this block of the guide has. */
  readonly block: string;
  /** What the block does for the reader: the name of the test. */
  readonly does: string;
  readonly run: (kit: Kit) => Promise<void>;
}

/** A block that this test does not run. */
export interface NotRun {
  readonly block: string;
  /** Why not, or which test runs it. */
  readonly because: string;
}

/** The blocks of a guide. */
export type Guide = readonly (Scenario | NotRun)[];

/** What a block exports. */
// biome-ignore lint/suspicious/noExplicitAny: its types are checked by `npm run snippets`.
export type Exports = Readonly<Record<string, any>>;

/** Runs a block. */
export interface Kit {
  readonly amazon: Stage;
  readonly block: Block;
  /** Runs the block as a module, with the emulator as the network. `given` is what it declares and the reader has. */
  load(given?: Readonly<Record<string, unknown>>, edit?: (code: string) => string): Promise<Exports>;
  /** Runs a block that is a test for `node:test`, and returns its report. */
  runTest(): Promise<string>;
  /** Runs a block of commands in an empty folder, with `waybill` and `npx waybill` as the built command. */
  shell(options?: ShellOptions): Promise<Output>;
  /** What the block has written to the console. */
  readonly printed: readonly (readonly unknown[])[];
}

interface ShellOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Files that the reader has. */
  readonly files?: Readonly<Record<string, string>>;
  readonly edit?: (code: string) => string;
}

interface Output {
  readonly code: number;
  readonly output: string;
  readonly folder: string;
}

export function kitFor(amazon: Stage, block: Block): Kit {
  const printed: unknown[][] = [];
  const name = `${block.file.replaceAll(/\W/g, '-')}-${block.line}`;
  return {
    amazon,
    block,
    printed,
    async load(given = {}, edit = (code) => code) {
      for (const variables of [amazon.amazonPay, amazon.shipping, amazon.buyWithPrime]) {
        for (const [variable, value] of Object.entries(variables)) vi.stubEnv(variable, value);
      }
      vi.stubGlobal('fetch', amazon.emulator.fetch);
      for (const [variable, value] of Object.entries(given)) vi.stubGlobal(variable, value);
      for (const level of ['log', 'info', 'warn', 'error'] as const) {
        vi.spyOn(console, level).mockImplementation((...words) => void printed.push(words));
      }
      const outfile = join(amazon.folder, `${name}.mjs`);
      const alias = { '@opentelemetry/api': join(import.meta.dirname, 'opentelemetry.ts'), undici: 'undici-7' };
      await bundle(outfile, {
        // A block of types and statements only would be read as a script.
        stdin: { contents: `${edit(block.code)}\nexport const hasRun = true;`, loader: 'ts', resolveDir: root },
        alias,
        packages: 'external',
      });
      return (await import(pathToFileURL(outfile).href)) as Exports;
    },
    async runTest() {
      const outfile = join(amazon.folder, `${name}.test.mjs`);
      await bundle(outfile, { stdin: { contents: block.code, loader: 'ts', resolveDir: root }, packages: 'external' });
      const { output } = await execute(process.execPath, ['--test', '--test-reporter=tap', outfile], root);
      return output;
    },
    async shell({ env = {}, files = {}, edit = (code) => code }: ShellOptions = {}) {
      const folder = join(amazon.folder, name);
      mkdirSync(folder, { recursive: true });
      for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
      const path = `${makePrograms(amazon.folder)}${delimiter}${process.env['PATH']}`;
      const result = await execute('sh', ['-eu', '-c', edit(block.code)], folder, { ...env, PATH: path });
      return { ...result, folder };
    },
  };
}

/** `waybill`, and an `npx` that knows it, as they are after an installation. */
function makePrograms(folder: string): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  const command = `exec '${process.execPath}' '${join(root, 'dist/cli/main.js')}'`;
  const programs = { waybill: `${command} "$@"`, npx: `[ "$1" = waybill ] || exit 127; shift; ${command} "$@"` };
  for (const [program, script] of Object.entries(programs)) {
    writeFileSync(join(bin, program), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, program), 0o755);
  }
  return bin;
}

function execute(
  file: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = { PATH: process.env['PATH'] },
): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    execFile(file, args, { cwd, env: { HOME: cwd, NO_COLOR: '1', ...env }, timeout: 60_000 }, (error, stdout, stderr) => {
      const { code } = (error ?? { code: 0 }) as { readonly code?: unknown };
      resolve({ code: typeof code === 'number' ? code : 1, output: stdout + stderr });
    });
  });
}
