/**
 * Every code block of the README, the front page and the guides is run as it is printed, with the built package and against the emulator, or
 * stands in a list with the reason. A block that is in neither fails: add a scenario in `guides/`.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { stage } from '../support/examples.ts';
import * as amazonPay from './guides/amazon-pay.ts';
import * as buyWithPrime from './guides/buy-with-prime.ts';
import * as commands from './guides/commands.ts';
import * as watching from './guides/console.ts';
import { blocksOf, type Guide, kitFor } from './guides/kit.ts';
import * as production from './guides/production.ts';
import * as receiving from './guides/receiving.ts';
import { scaling } from './guides/scaling.ts';
import * as shipping from './guides/shipping.ts';
import * as tools from './guides/tools.ts';

const GUIDES: Readonly<Record<string, Guide>> = {
  'README.md': commands.readme,
  'docs/front.md': commands.front,
  'docs/decisions.md': [],
  'docs/guides/start.md': tools.start,
  'docs/guides/amazon-pay.md': amazonPay.amazonPay,
  'docs/guides/migrate-from-amazon-pay-sdk.md': amazonPay.migrateFromAmazonPaySdk,
  'docs/guides/shipping-ndr.md': shipping.shippingNdr,
  'docs/guides/migrate-hand-written-ndr.md': shipping.migrateHandWrittenNdr,
  'docs/guides/buy-with-prime.md': buyWithPrime.buyWithPrime,
  'docs/guides/buy-with-prime-event-names.md': buyWithPrime.eventNames,
  'docs/guides/buy-with-prime-subscribe.md': buyWithPrime.subscribe,
  'docs/guides/buy-with-prime-webhooks.md': buyWithPrime.webhooks,
  'docs/guides/buy-with-prime-refunds-and-returns.md': buyWithPrime.refundsAndReturns,
  'docs/guides/webhooks-in-your-framework.md': receiving.frameworks,
  'docs/guides/errors.md': production.errors,
  'docs/guides/events-twice-and-out-of-order.md': receiving.twice,
  'docs/guides/scaling.md': scaling,
  'docs/guides/secrets.md': receiving.secrets,
  'docs/guides/security.md': receiving.security,
  'docs/guides/observability.md': production.observability,
  'docs/guides/edge-runtimes-and-sizes.md': production.edge,
  'docs/guides/documented-and-inferred.md': production.documented,
  'docs/guides/testing.md': tools.testing,
  'docs/guides/proxies-and-fetch.md': tools.proxies,
  'docs/guides/console.md': watching.watching,
  'docs/guides/command-line.md': commands.commandLine,
  'docs/guides/debug-a-signature.md': commands.debugSignature,
};

/** Drawn by the site, whose tests look at them. */
const DRAWN = 'mermaid';

const root = join(import.meta.dirname, '../..');
const amazon = stage();

afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test('every guide is in the table', () => {
  const files = readdirSync(join(root, 'docs/guides')).map((name) => `docs/guides/${name}`);
  expect(
    Object.keys(GUIDES)
      .filter((file) => file.startsWith('docs/guides/'))
      .sort(),
  ).toEqual(files.sort());
});

describe.each(Object.entries(GUIDES))('%s', (file, guide) => {
  const blocks = blocksOf(file).filter(({ language }) => language !== DRAWN);

  test('has each block in the table once, and no other', () => {
    const found = blocks.map((block) => [block.line, guide.filter((entry) => block.code.includes(entry.block)).length]);
    expect(found).toEqual(blocks.map(({ line }) => [line, 1]));
    expect(guide).toHaveLength(blocks.length);
  });

  for (const entry of guide) {
    const block = blocks.find(({ code }) => code.includes(entry.block));
    if (!block || !('run' in entry)) continue;
    test(`line ${block.line}: ${entry.does}`, () => entry.run(kitFor(amazon, block)));
  }
});
