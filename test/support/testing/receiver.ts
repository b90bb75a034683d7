/** A webhook on node:http that responds as it is told and records what it was sent. None of our code takes part. */
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

interface Got {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly bytes: Buffer;
}

/** A status, one with headers, or a function that does what it likes with the connection. */
export type Reply = number | readonly [status: number, headers: OutgoingHttpHeaders] | ((response: ServerResponse, got: Got) => unknown);

/** Gives each request the next of the replies, and the last one from then on. Closed when the test is over. */
export async function receiver(...replies: readonly Reply[]) {
  const got: Got[] = [];
  const server = createServer(async (request, response) => {
    const bytes = await buffer(request);
    const { method = '', url = '', headers } = request;
    got.push({ method, url, headers, body: bytes.toString(), bytes });
    const reply = replies[Math.min(got.length, replies.length) - 1] ?? 200;
    if (typeof reply === 'function') return void reply(response, got.at(-1) as Got);
    const [status, extra] = typeof reply === 'number' ? [reply, {}] : reply;
    response.writeHead(status, extra).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  onTestFinished(close);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, got, close };
}
