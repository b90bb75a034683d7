/**
 * Serves a fetch-style handler over HTTP on loopback: an emulator's `fetch`, a webhook's handler, or a function of your own.
 */
import { createServer } from 'node:http';
import { toNodeHandler } from 'waybill/adapters/node';

/**
 * @param {import('waybill/adapters/node').FetchHandler} handler If it throws, the connection is destroyed.
 * @param {{ port?: number }} [options] Any free port by default.
 * @returns {Promise<{ url: string, close: () => void }>}
 */
export async function serve(handler, { port = 0 } = {}) {
  const handle = toNodeHandler(handler);
  const server = createServer((incoming, outgoing) => void handle(incoming, outgoing, () => incoming.socket.destroy()));
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
