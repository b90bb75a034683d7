/** What the tests of the adapters serve. */
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { type AdapterOptions, type FetchHandler, toNodeHandler } from '../../src/adapters/node.ts';
import { BuyWithPrimeWebhookVerifier } from '../../src/buywithprime/webhook/verifier.ts';
import * as shippingNdr from '../../src/shipping-ndr/webhook.ts';
import { createRoutes } from './handlers.mjs';

const keys = generateKeyPairSync('ec', { namedCurve: 'P-384' });
/** The key that Buy with Prime's requests are signed with. */
export const { privateKey } = keys;
/** The handlers of the conformance table, by path. */
export const routes: Readonly<Record<string, FetchHandler>> = createRoutes(
  { ...shippingNdr, BuyWithPrimeWebhookVerifier },
  keys.publicKey.export({ format: 'jwk' }),
);

const servers = new Set<Server>();

/** Starts a server on a free port, and returns its URL. */
export async function listen(server: Server): Promise<string> {
  servers.add(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Stops all of them. */
export function closeAll(): void {
  for (const server of servers) server.close().closeAllConnections();
  servers.clear();
}

/** Serves a handler behind what a framework does to a request first. */
export function serve(
  handler: FetchHandler,
  options: AdapterOptions = {},
  before: (incoming: IncomingMessage) => unknown = () => undefined,
) {
  const receive = toNodeHandler(handler, options);
  const listener: RequestListener = async (incoming, outgoing) => {
    await before(incoming);
    await receive(incoming, outgoing);
  };
  return listen(createServer(listener));
}

/** The raw response to bytes that no client would write. */
export async function raw(url: string, text: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let response = '';
  socket.setEncoding('latin1').on('data', (part) => {
    response += part;
  });
  socket.end(text);
  await once(socket, 'close');
  return response;
}
