import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { BuyWithPrimeClient, type BuyWithPrimeClientOptions } from '../../src/buywithprime/index.ts';
import { type AnyWaybillError, isWaybillError } from '../../src/core/errors.ts';
import { AmazonEmulator, type AmazonEmulatorOptions } from '../../src/testing/index.ts';

/** Takes the place of an answer to GraphQL. */
export type Fault = (response: ServerResponse) => unknown;

/** A request to GraphQL as it arrived. */
interface Sent {
  readonly query: string;
  readonly variables: Record<string, unknown>;
}

/** The emulator over real HTTP. `faults` take the place of answers, one a request. */
export async function serveEmulator(options?: AmazonEmulatorOptions) {
  const emulator = new AmazonEmulator(options);
  const faults: Fault[] = [];
  const sent: Sent[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    if (request.url === '/graphql') {
      sent.push(JSON.parse(body.toString()));
      const fault = faults.shift();
      if (fault) return fault(response);
    }
    const headers = new Headers(request.headers as Record<string, string>);
    const answer = await emulator.fetch(`http://localhost${request.url}`, { method: String(request.method), headers, body });
    return response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(Buffer.from(await answer.arrayBuffer()));
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

/** All that a log could show of a value. */
export const shown = (value: unknown): string => inspect(value, { depth: 10, showHidden: true }) + JSON.stringify(value) + String(value);

/** The error, which must be one of ours. */
export async function failure(call: () => unknown): Promise<AnyWaybillError> {
  try {
    await call();
  } catch (error) {
    if (!isWaybillError(error)) throw error;
    return error;
  }
  throw new Error('nothing was thrown');
}

/** Reads an async iterable to its end. */
export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
