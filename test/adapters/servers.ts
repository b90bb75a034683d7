/** What the tests of the adapters serve. */
import { generateKeyPairSync } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FetchHandler } from '../../src/adapters/node.ts';
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
