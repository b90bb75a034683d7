import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BuyWithPrimeClient, type BuyWithPrimeClientOptions } from '../../../src/buywithprime/index.ts';
import type { AnyWaybillError } from '../../../src/core/errors.ts';
import { AmazonEmulator, type AmazonEmulatorOptions } from '../../../src/testing/index.ts';
import { everythingShownOf, waybillErrorOf } from '../errors.ts';

/** Replaces a response of GraphQL. */
export type Fault = (response: ServerResponse) => unknown;

/** A request to GraphQL as it arrived. */
interface Sent {
  readonly query: string;
  readonly variables: Record<string, unknown>;
  readonly version: string | undefined;
}

/** The emulator over real HTTP. `faults` replace responses of GraphQL, one a request. */
export async function serveEmulator(options?: AmazonEmulatorOptions) {
  const emulator = new AmazonEmulator(options);
  const faults: Fault[] = [];
  const sent: Sent[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    if (request.url === '/graphql') {
      sent.push({ ...JSON.parse(body.toString()), version: request.headers['x-api-version'] });
      const fault = faults.shift();
      if (fault) return fault(response);
    }
    const headers = new Headers(request.headers as Record<string, string>);
    const emulated = await emulator
      .fetch(`http://localhost${request.url}`, { method: String(request.method), headers, body })
      .catch(() => undefined);
    if (!emulated) return response.destroy();
    return response.writeHead(emulated.status, Object.fromEntries(emulated.headers)).end(Buffer.from(await emulated.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { targetId, ...credentials } = emulator.credentials.buyWithPrime;
  return {
    emulator,
    faults,
    sent,
    client: (more: Partial<BuyWithPrimeClientOptions> = {}) => new BuyWithPrimeClient({ credentials, targetId, baseUrl, ...more }),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Everything that a log could show of a value. */
export const shown: (value: unknown) => string = everythingShownOf;

/** The error, which must be one of ours. */
export async function failure(call: () => unknown): Promise<AnyWaybillError> {
  return (await waybillErrorOf(call)) as AnyWaybillError;
}

/** Reads an async iterable to its end. */
export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
