/** A webhook for NDR behind toNodeHandler(), on loopback. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished, vi } from 'vitest';
import { toNodeHandler } from '../../src/adapters/node.ts';
import { apiKey, NdrWebhookVerifier } from '../../src/shipping-ndr/webhook.ts';
import { NDR_EVENT } from '../runtime/suite/samples.mjs';

export const KEY = 'a-key-that-nobody-guesses';

export interface Served {
  readonly server: Server;
  readonly handle: ReturnType<typeof vi.fn>;
  readonly errors: unknown[];
  readonly exchanges: (readonly [IncomingMessage, ServerResponse])[];
}

/** Serves a webhook for NDR until the test is over, behind what a framework does to a request first. */
export async function serveWebhook(
  work: (event: unknown, context: { readonly signal: AbortSignal }) => unknown = () => undefined,
  { before = () => undefined, ...options }: { readonly timeBudget?: number; readonly before?: (incoming: IncomingMessage) => unknown } = {},
): Promise<Served> {
  const errors: unknown[] = [];
  const handle = vi.fn(work);
  const exchanges: [IncomingMessage, ServerResponse][] = [];
  const onError = (error: unknown): void => void errors.push(error);
  const receive = toNodeHandler(new NdrWebhookVerifier({ auth: apiKey({ keys: KEY }) }).handler(handle, { onError, ...options }), {
    onError,
  });
  const server = createServer(async (incoming, outgoing) => {
    exchanges.push([incoming, outgoing]);
    // Without a promise at once, as Express calls next().
    const reading = before(incoming);
    if (reading instanceof Promise) await reading;
    await receive(incoming, outgoing);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close().closeAllConnections());
  return { server, handle, errors, exchanges };
}

/** Waits for a condition; fails if it never holds. */
export async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition(); waited += 2) {
    if (waited > 10_000) throw new Error(`this never holds: ${condition}`);
    await sleep(2);
  }
}

/** An NDR event as JSON; with a size, of exactly that many bytes. */
export const event = (id: string, size = 0): string => {
  const text = JSON.stringify({ ...NDR_EVENT, id, detail: { ...NDR_EVENT.detail, filler: '' } });
  return size === 0 ? text : text.replace('"filler":""', `"filler":"${'x'.repeat(size - Buffer.byteLength(text))}"`);
};

/** The port of a server. */
export function portOf({ server }: Served): number {
  return (server.address() as AddressInfo).port;
}
