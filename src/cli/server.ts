/**
 * Serves a fetch-style handler over HTTP.
 *
 * @module
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type FetchHandler, toNodeHandler } from '../adapters/node.ts';
import { UsageError } from './failure.ts';
import type { Output } from './terminal.ts';

/** Milliseconds that requests in flight get when the server is closed. */
const GRACE = 500;

const LISTEN_FAILURES: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  EADDRINUSE: ['another program listens there', 'Choose another port with --port; 0 chooses a free one.'],
  EACCES: ['permission denied', 'Ports below 1024 are for administrators. Choose another port with --port.'],
  EADDRNOTAVAIL: ['this machine has no such address', 'Pass --host 0.0.0.0 for all addresses of this machine.'],
  ENOTFOUND: ['there is no such host', 'Pass --host 127.0.0.1 for this machine.'],
};

/** A server that listens. */
export interface Served {
  readonly url: string;
  /** Stops it. Requests in flight are completed first. */
  readonly close: () => void;
}

/** Where to listen. */
export interface ServeOptions {
  /** 0 for a free one. */
  readonly port?: number;
  readonly host?: string;
}

/** Serves a handler. If it throws, the connection is closed without a response, as a fault of the emulator demands. */
export async function serve(handler: FetchHandler, { port = 0, host = '127.0.0.1' }: ServeOptions = {}): Promise<Served> {
  const handle = toNodeHandler(handler);
  const server = createServer((incoming, outgoing) => void handle(incoming, outgoing, () => incoming.socket.destroy()));
  await listen(server, port, host);
  return {
    url: `http://${nameOf(host)}:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      server.closeIdleConnections();
      setTimeout(() => server.closeAllConnections(), GRACE).unref();
    },
  };
}

/** Warns if other machines can reach a server. */
export function warnOfOthers(host: string, what: string, out: Output): void {
  if (!/^(127\.|localhost$|::1$)/.test(host)) out.note(`warning: other machines in the network can reach ${what}.`);
}

/** The name by which a client on this machine reaches an address. */
function nameOf(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', ({ code }: NodeJS.ErrnoException) => {
      const [reason, hint] = LISTEN_FAILURES[code ?? ''] ?? [code, undefined];
      reject(new UsageError(`cannot listen at ${host}, port ${port}: ${reason}`, hint));
    });
    server.listen(port, host, resolve);
  });
}
