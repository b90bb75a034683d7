/**
 * `waybill carriers`: the code that Amazon Pay has for a carrier.
 *
 * @module
 */
import type { Command } from 'commander';
import { type Carrier, carriers } from '../../amazonpay/carriers/carriers.ts';
import { type FoundCarrier, findCarrier } from '../../amazonpay/carriers/find.ts';
import { nameWords } from '../../amazonpay/carriers/names.ts';
import { isPlaceholder } from '../../amazonpay/carriers/titles.ts';
import { EXIT } from '../failure.ts';
import { addHelp } from '../help.ts';
import { readCountry } from '../settings.ts';
import type { Context } from '../terminal.ts';
import { wrap } from '../text.ts';

/** Defines the command. */
export function define(command: Command, context: Context): void {
  command
    .description('Searches the carriers that Amazon Pay knows, by name or code.')
    .argument('[name...]', 'a name, a code or a part of one; without it all carriers are listed')
    .optionsGroup('Search:')
    .option('--country <code>', 'rank the carriers of this country first, such as GB')
    .action((words: readonly string[], options: { readonly country?: string }) => search(words.join(' '), options, context));
  addHelp(command, context.out, {
    about: [
      'The list is of June 2020, because Amazon has published no newer one. Codes of list v1 are only on the older of its two lists: Amazon may refuse them.',
    ],
    exitCodes: { 1: 'nothing was found' },
    examples: ['waybill carriers yamato', 'waybill carriers hermes --country DE'],
  });
}

const MAX_BY_CHANCE = 3;

function search(query: string, { country }: { readonly country?: string }, context: Context): void {
  const { out } = context;
  const found = query ? findCarrier(query, { country: readCountry(country) }) : undefined;
  const likely = found?.candidates ?? [];
  const others = carriersWith(query, found).filter((carrier) => !likely.some(({ code }) => code === carrier.code));
  const rows = [...likely, ...others].map(({ code, name, list }) => ({ code, name, list }));
  if (rows.length === 0) context.exitCode = EXIT.failed;
  const { outcome = null, code = null, note = null } = found ?? {};
  out.show({ outcome, code, note, carriers: rows }, () => [
    ...(found ? wrap(sentence(found), out.width) : []),
    ...(found && rows.length > 0 ? [''] : []),
    ...(rows.length > 0
      ? out.table(
          ['code', 'list', 'name'],
          rows.map((row) => [row.code, row.list, row.name]),
        )
      : []),
  ]);
}

const OUTCOMES = { likely: 'Probably this one', ambiguous: 'Not certain', unsupported: 'Not supported', unknown: 'Not found' } as const;

function sentence({ outcome, code, note }: FoundCarrier): string {
  if (outcome === 'found') return `The code is ${code}${note ? `, but ${note}` : ''}.`;
  return `${OUTCOMES[outcome]}${note ? `: ${note}` : ''}.`;
}

/** The carriers whose code or name contains the query. */
function carriersWith(query: string, found: FoundCarrier | undefined): readonly Carrier[] {
  if (found?.outcome !== 'unknown' || !isPlaceholder(query)) return carriers.filter((carrier) => contains(carrier, query));
  // "Custom" is in one name by chance. "Post" is a placeholder too, but in so many names that it is probably a search.
  const words = ` ${nameWords(query)} `;
  const hits = carriers.filter(({ code, name }) => [code, name].some((text) => ` ${nameWords(text)} `.includes(words)));
  return hits.length > MAX_BY_CHANCE ? hits : [];
}

function contains({ code, name }: Carrier, query: string): boolean {
  return `${plain(code)} ${plain(name)}`.includes(plain(query));
}

function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}]/gu, '')
    .toLowerCase();
}
