/** The server of the suite's real requests, on loopback: it misbehaves as its paths say. */
import { createServer } from 'node:http';

/** @returns {Promise<{ url: string, close: () => void }>} */
export async function startPeer() {
  const server = createServer((request, response) => {
    // For the browser, whose page is from another origin.
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-allow-headers', '*, authorization');
    if (request.method === 'OPTIONS') {
      response.writeHead(204).end();
    } else if (request.url?.startsWith('/reset')) {
      request.socket.destroy();
    } else if (request.url?.startsWith('/redirect')) {
      response.writeHead(302, { location: '/echo' }).end();
    } else if (request.url?.startsWith('/echo')) {
      response.writeHead(200, { 'content-type': 'application/json' });
      request.pipe(response);
    } else if (!request.url?.startsWith('/stall')) {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${address.port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
