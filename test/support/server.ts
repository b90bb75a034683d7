import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

/** Ports that had a server. A client that kept a connection to it would send the first request of the next one there, and fail. */
const used = new Set<number>();

/** Serves on loopback until the test is over, and gives the base URL. */
export async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  if (used.has(port)) {
    await close(server);
    return listen(listener);
  }
  used.add(port);
  onTestFinished(() => close(server));
  return `http://127.0.0.1:${port}`;
}

async function close(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}

/** Serves a fetch-style handler. */
export function serve(handler: (request: Request) => Promise<Response>): Promise<string> {
  return listen(async (incoming, outgoing) => {
    const response = await handler(toRequest(incoming));
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.end(Buffer.from(await response.arrayBuffer()));
  });
}

/** As an adapter makes it: every header as it came, twice where it came twice. */
function toRequest(incoming: IncomingMessage): Request {
  const { method = 'GET', url = '/', rawHeaders } = incoming;
  const headers = new Headers();
  for (let at = 0; at < rawHeaders.length; at += 2) headers.append(rawHeaders[at] as string, rawHeaders[at + 1] as string);
  const body = method === 'GET' || method === 'HEAD' ? null : (incoming as unknown as AsyncIterable<Uint8Array>);
  return new Request(`http://${incoming.headers.host}${url}`, { method, headers, body, duplex: 'half' } as RequestInit);
}

/** A request as a stand-in for Amazon records it. */
export interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export async function record(incoming: IncomingMessage): Promise<Recorded> {
  const { method = '', url: path = '', headers } = incoming;
  return { method, path, headers, body: await text(incoming) };
}
