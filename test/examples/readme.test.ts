import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';
import { authenticatedRequest, buyWithPrimeEvent, ndrEvent, sqsEvent } from 'waybill/testing';
import { bundle, stage } from '../support/examples.ts';

const amazon = stage();
const root = join(import.meta.dirname, '../..');
const blocks = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = '']) => code);

afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** Runs a block as it is printed, with the emulator as the network: the code names no host but Amazon's. */
async function load(
  word: string,
  edit = (code: string): string => code,
): Promise<{ readonly exports: Record<string, never>; readonly printed: unknown[][] }> {
  const at = blocks.findIndex((block) => block.includes(word));
  expect(at, `a block with ${word}`).toBeGreaterThanOrEqual(0);
  for (const variables of [amazon.amazonPay, amazon.shipping, amazon.buyWithPrime]) {
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  }
  vi.stubGlobal('fetch', amazon.emulator.fetch);
  const printed: unknown[][] = [];
  for (const level of ['log', 'warn'] as const) vi.spyOn(console, level).mockImplementation((...words) => void printed.push(words));
  const file = await bundle(join(amazon.folder, `readme-${at}.mjs`), {
    stdin: { contents: edit(blocks[at] ?? ''), loader: 'ts', resolveDir: root },
    packages: 'external',
  });
  return { exports: (await import(pathToFileURL(file).href)) as Record<string, never>, printed };
}

test('the first block handles a message of a queue', async () => {
  const { exports, printed } = await load('sqsHandler');
  const handler: (event: unknown) => Promise<unknown> = exports['handler'] as never;
  expect(await handler(sqsEvent([buyWithPrimeEvent('PACKAGE_DELIVERY_IN_TRANSIT')]))).toEqual({ batchItemFailures: [] });
  expect(printed).toEqual([['322-ABC1-AAAAAA', 'IN_TRANSIT', 2]]);
});

test('Amazon Pay: a parcel is handed over', async () => {
  const { printed } = await load("region: 'eu'");
  expect(amazon.emulator.deliveryTrackers.map(({ trackingNumber }) => trackingNumber)).toEqual(['JJD000390007827356']);
  expect(printed).toEqual([]);
});

test('NDR: a shipment is rescheduled', async () => {
  const { exports } = await load('suggestNdrActions');
  const post: (request: Request) => Promise<Response> = exports['POST'] as never;
  const event = ndrEvent({ detail: { reasonCode: 'Customer unavailable' } });
  const { status } = await post(authenticatedRequest(event, { auth: { type: 'apiKey', key: 'abcdef12345' } }));
  expect([status, amazon.emulator.ndrFeedback.map(({ ndrAction }) => ndrAction)]).toEqual([200, ['RESCHEDULE']]);
});

test('testing: the client reaches the emulator', async () => {
  await expect(load('testKeys')).resolves.toBeDefined();
});

test('testing: the report says what a webhook that responds 404 has lost', async () => {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const { printed } = await load('amazon.deliver(', (code) => code.replace(':3000/', `:${port}/`));
    expect(printed).toEqual([[expect.stringContaining('404')]]);
  } finally {
    server.close();
  }
});
