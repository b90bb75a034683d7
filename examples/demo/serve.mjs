/**
 * Serves a fetch-style handler over HTTP on loopback: an emulator's `fetch`, a webhook's handler, or a function of your own.
 */
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/**
 * @param {(request: Request) => unknown} handler Returns a `Response`, or a promise of one; where it throws, the connection is broken off.
 * @param {{ port?: number }} [options] Any free port by default.
 * @returns {Promise<{ url: string, close: () => void }>}
 */
export async function serve(handler, { port = 0 } = {}) {
  const server = createServer(async (incoming, outgoing) => {
    try {
      const response = /** @type {Response} */ (await handler(toRequest(incoming, outgoing)));
      outgoing.writeHead(response.status, Object.fromEntries(response.headers));
      if (response.body)
        await pipeline(Readable.fromWeb(/** @type {import('node:stream/web').ReadableStream} */ (response.body)), outgoing);
      else outgoing.end();
    } catch {
      incoming.socket.destroy();
    }
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(undefined)));
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${address.port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/**
 * @param {import('node:http').IncomingMessage} incoming
 * @param {import('node:http').ServerResponse} outgoing
 */
function toRequest(incoming, outgoing) {
  const { method = 'GET', url } = incoming;
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headersDistinct)) for (const one of value ?? []) headers.append(name, one);
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  const body = method === 'GET' || method === 'HEAD' ? undefined : Readable.toWeb(incoming);
  const init = { method, headers, signal: gone.signal, ...(body && { body, duplex: 'half' }) };
  return new Request(new URL(url ?? '/', `http://${incoming.headers.host}`), /** @type {RequestInit} */ (init));
}
