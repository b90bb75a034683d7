import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const here = import.meta.dirname;
const { dependencies } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
const entries = readdirSync(join(here, '../../src/stores')).filter((file) => file.endsWith('.ts'));

/** The examples import the package by its name, and client libraries that are installed here only. */
const alias = [
  ...entries.map((file) => ({ find: `waybill/stores/${file.slice(0, -3)}`, replacement: join(here, '../../src/stores', file) })),
  { find: 'waybill/shipping-ndr/webhook', replacement: join(here, '../../src/shipping-ndr/webhook.ts') },
  { find: 'waybill/buywithprime/events', replacement: join(here, '../../src/buywithprime/events.ts') },
  { find: 'waybill/shipping-ndr', replacement: join(here, '../../src/shipping-ndr/index.ts') },
  { find: 'waybill/amazonpay', replacement: join(here, '../../src/amazonpay/index.ts') },
  ...Object.keys(dependencies).map((name) => ({ find: new RegExp(`^${name}$`), replacement: join(here, 'node_modules', name) })),
];

export default defineConfig({
  resolve: { alias },
  test: {
    root: here,
    include: ['suites/*.engine.ts'],
    // They wait for leases, sockets and engines most of the time: on two cores three of them do not hold each other up.
    maxWorkers: 3,
    maxConcurrency: 8,
    pool: 'forks',
    // Only for what hangs: a busy machine takes several times as long as an idle one.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    teardownTimeout: 30_000,
  },
});
