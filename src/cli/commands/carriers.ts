/**
 * `waybill carriers`: which code Amazon Pay has for a carrier.
 *
 * @module
 */
import type { Command } from 'commander';
import { type Carrier, carriers, findCarrier } from '../../amazonpay/index.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../failure.ts';
import { wrap } from '../output.ts';
import { addJson } from '../settings.ts';

/** Makes the command. */
export function define(command: Command, context: Context): void {
  addJson(command)
    .description("Searches Amazon Pay's carriers, as of June 2020: no newer list is public.")
    .argument('[name...]', 'a name, a code or a part of one; all carriers where left out')
    .option('--country <code>', 'rank the carriers of a country first, such as GB')
    .addHelpText('after', HELP)
    .action((words: readonly string[], options: { readonly country?: string }) => search(words.join(' '), options, context));
}

const HELP = `
"list v1" marks codes that were on the older of Amazon's lists alone: Amazon
may refuse them. Ends with 1 where nothing is found.

Examples:
  $ waybill carriers yamato
  $ waybill carriers hermes --country DE
  $ waybill carriers --json | jq -r '.carriers[].code'`;

function search(query: string, { country }: { readonly country?: string }, context: Context): void {
  const { out } = context;
  const answer = query ? findCarrier(query, { country }) : undefined;
  const likely = answer?.candidates ?? [];
  const others = carriers.filter((carrier) => contains(carrier, query) && !likely.some(({ code }) => code === carrier.code));
  const found: readonly Carrier[] = [...likely, ...others];
  if (found.length === 0) context.exitCode = EXIT.failed;
  const rows = found.map(({ code, name, list }) => ({ code, name, list }));
  const { outcome = null, code = null, note = null } = answer ?? {};
  out.show({ outcome, code, note, carriers: rows }, () => [
    ...(answer ? wrap(sentence(answer), out.width) : []),
    ...(answer && rows.length > 0 ? [''] : []),
    ...(rows.length > 0
      ? out.table(
          ['code', 'list', 'name'],
          rows.map(({ code: value, list, name }) => [value, list, name]),
        )
      : []),
  ]);
}

function sentence({ outcome, code, note }: ReturnType<typeof findCarrier>): string {
  if (outcome === 'found') return `This is ${code}${note ? `; but ${note}` : ''}.`;
  return `${{ ambiguous: 'Not certain', unsupported: 'Not supported', unknown: 'Not found' }[outcome]}${note ? `: ${note}` : ''}.`;
}

function contains({ code, name }: Carrier, query: string): boolean {
  const plain = (text: string): string =>
    text
      .normalize('NFKD')
      .replace(/[^\p{L}\p{N}]/gu, '')
      .toLowerCase();
  return `${plain(code)} ${plain(name)}`.includes(plain(query));
}
