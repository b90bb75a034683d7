/**
 * `npm run size`: what an import adds to a user's bundle, against the limits that the README promises.
 *
 * Bundled by esbuild from the packed tarball into one file (so what is loaded lazily counts too), minified, gzip.
 * `--write` puts what is measured into the README. kB is 1000 bytes.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { installPacked, root } from './packed.mjs';

const OURS = [
  { name: 'parseResourcePath', from: 'waybill/buywithprime', limit: 1_100 },
  { name: 'BuyWithPrimeEventParser', from: 'waybill/buywithprime/events', limit: 5_100 },
  { name: 'sqsHandler', from: 'waybill/buywithprime/events', limit: 10_200 },
  { name: 'BuyWithPrimeWebhookVerifier', from: 'waybill/buywithprime', limit: 25_200 },
  { name: 'BuyWithPrimeClient', from: 'waybill/buywithprime', limit: 30_900 },
  { name: 'NdrWebhookVerifier, apiKey', from: 'waybill/shipping-ndr/webhook', limit: 22_000 },
  { name: 'NdrFeedbackClient', from: 'waybill/shipping-ndr', limit: 26_300 },
  { name: 'DeliveryTrackerClient', from: 'waybill/amazonpay', limit: 29_400 },
  { name: 'toNodeHandler', from: 'waybill/adapters/node', limit: 6_000 },
  { name: '*', from: 'waybill', limit: 87_700 },
];

/** What one would use in place of it; measured in the same way, on the platform it is made for. */
const OTHERS = [
  { name: 'WebStoreClient', from: '@amazonpay/amazon-pay-api-sdk-nodejs', instead: 'DeliveryTrackerClient' },
  { name: 'EventBridgeSchema', from: '@aws-lambda-powertools/parser/schemas/eventbridge', instead: 'BuyWithPrimeEventParser' },
];

/** The compressors of two Node versions differ by some bytes. */
const TOLERANCE = 150;

const { project } = await installPacked();
const measured = [];
for (const { name, from, limit } of OURS) {
  measured.push({ name, from, limit, ...(await measure(name, from, project, 'browser')) });
}

await printTables();

const over = measured.filter(({ gzip, limit }) => gzip > limit);
for (const { name, from, gzip, limit } of over) {
  console.error(`${name} from ${from} is ${kB(gzip)} kB gzip, ${kB(gzip - limit)} kB over its limit`);
}

const readme = join(root, 'README.md');
const table = /(?<=<!-- sizes -->\n).*?(?=<!-- \/sizes -->)/s;
const text = readFileSync(readme, 'utf8');
if (process.argv.includes('--write')) {
  writeFileSync(readme, text.replace(table, readmeTable()).replace(/(?<=<!-- figure:size -->).*?(?=<!-- \/figure -->)/s, await sentence()));
}
const stale =
  !process.argv.includes('--write') && measured.some(({ name, from, gzip }) => !(Math.abs(promised(name, from) - gzip) <= TOLERANCE));
if (stale) console.error('README.md names other sizes: run npm run size -- --write');

process.exitCode = over.length === 0 && !stale ? 0 : 1;

function readmeTable() {
  const rows = measured.map(({ name, from, gzip }) => `| ${label(name)} | \`${from}\` | ${kB(gzip)} |`);
  return ['| import | from | kB |', '| --- | --- | --- |', ...rows, ''].join('\n');
}

/** What the README says at its start. */
async function sentence() {
  const sizeOf = (/** @type {string} */ wanted) => measured.find(({ name }) => name === wanted)?.gzip ?? Number.NaN;
  const { gzip: official } = await measure('WebStoreClient', '@amazonpay/amazon-pay-api-sdk-nodejs', root, 'node');
  const percent = Math.round((100 * sizeOf('DeliveryTrackerClient')) / official);
  const parser = kB(sizeOf('BuyWithPrimeEventParser'));
  return `An event parser of ${parser} kB; \`DeliveryTrackerClient\` has ${percent} % of the size of the official SDK's client.`;
}

/**
 * The bytes that the README's table says; NaN where it says nothing.
 *
 * @param {string} name
 * @param {string} from
 */
function promised(name, from) {
  const row = (table.exec(text)?.[0] ?? '').split('\n').find((line) => line.startsWith(`| ${label(name)} | \`${from}\` |`));
  return Number.parseFloat(row?.split('|').at(-2) ?? '') * 1000;
}

/** @param {string} name */
function label(name) {
  return name === '*' ? 'everything' : `\`${name}\``;
}

/**
 * @param {string} name one or several exports, or `*`
 * @param {string} from
 * @param {string} resolveDir
 * @param {'browser' | 'node'} platform
 */
async function measure(name, from, resolveDir, platform) {
  const { outputFiles } = await build({
    stdin: { contents: `export ${name === '*' ? '*' : `{ ${name} }`} from '${from}';`, resolveDir },
    bundle: true,
    minify: true,
    write: false,
    // One file: without splitting, what is loaded lazily is inlined and weighed.
    splitting: false,
    format: 'esm',
    target: 'es2022',
    platform,
    logLevel: 'error',
    // A missing export is only a warning to esbuild, and would be measured as next to nothing.
    logOverride: { 'import-is-undefined': 'error' },
  });
  const code = Buffer.concat(outputFiles.map(({ contents }) => contents));
  return { minified: code.length, gzip: gzipSync(code, { level: 9 }).length };
}

async function printTables() {
  console.log('min + gzip, kB'.padEnd(62), 'size'.padStart(6), 'limit'.padStart(6));
  for (const { name, from, gzip, limit } of measured) {
    console.log(`${name} from ${from}`.padEnd(62), kB(gzip).padStart(6), kB(limit).padStart(6), gzip > limit ? 'over' : '');
  }
  console.log('\nfor comparison'.padEnd(63), 'size'.padStart(6), 'times'.padStart(6));
  for (const { name, from, instead } of OTHERS) {
    const { gzip } = await measure(name, from, root, 'node');
    const ours = measured.find((entry) => entry.name === instead)?.gzip ?? Number.NaN;
    const library = from.split('/').slice(0, 2).join('/');
    console.log(`${name} from ${library}`.padEnd(62), kB(gzip).padStart(6), (gzip / ours).toFixed(1).padStart(6));
  }
}

/** @param {number} bytes */
function kB(bytes) {
  return (bytes / 1000).toFixed(1);
}
