/**
 * `waybill contracts`: the JSON Schemas and the OpenAPI document that the package contains, as files of your own.
 *
 * @module
 */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { fileError, writeWhole } from '../files.ts';
import { addHelp } from '../help.ts';
import type { Context } from '../terminal.ts';

/** Where the build writes them, beside the bundled command. */
const CONTRACTS = new URL('../contracts/', import.meta.url);

/** Defines the command. */
export function define(command: Command, context: Context): void {
  command
    .description('Writes the contracts: the JSON Schema (2020-12) of each payload, and an OpenAPI 3.1 document.')
    .optionsGroup('Contracts:')
    .requiredOption('--out <folder>', 'the folder to write to; it is created if it is missing')
    .action(({ out: folder }: { readonly out: string }) => writeContracts(folder, context));
  addHelp(command, context.out, {
    about: [
      'Files of the same names are replaced, others stay. openapi.json has paths for what is called at Amazon, and webhooks for what Amazon calls.',
      'In code, import the same files from waybill/contracts/.',
    ],
    examples: ['waybill contracts --out contracts', 'waybill contracts --out contracts --json'],
  });
}

async function writeContracts(folder: string, { out }: Context): Promise<void> {
  const source = fileURLToPath(CONTRACTS);
  const files = (await readdir(source)).sort();
  try {
    await mkdir(folder, { recursive: true });
    for (const file of files) {
      // The package has them on one line each, which is a third of the size. Here people read and compare them.
      const contract: unknown = JSON.parse(await readFile(join(source, file), 'utf8'));
      await writeWhole(join(folder, file), `${JSON.stringify(contract, null, 2)}\n`);
    }
  } catch (error) {
    throw fileError('write', folder, error);
  }
  out.show({ folder, files }, () => [`Wrote ${files.length} files into ${folder}.`]);
}
