/**
 * A fetch-style handler over HTTP.
 *
 * @module
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type FetchHandler, toNodeHandler } from '../adapters/node.ts';
import { UsageError } from './failure.ts';

/** How long a request that is under way may take when the server is closed, in milliseconds. */
const GRACE = 500;

const LISTEN_FAILURES: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  EADDRINUSE: ['something listens there already', 'Choose another with --port; 0 takes any that is free.'],
  EACCES: ['permission denied', 'Ports below 1024 are for administrators: choose another with --port.'],
  EADDRNOTAVAIL: ['this machine has no such address', '--host 0.0.0.0 is every address that it has.'],
  ENOTFOUND: ['there is no such host', '--host 127.0.0.1 is this machine.'],
};

/** A server that listens. */
export interface Served {
  readonly url: string;
  /** Ends it; what is under way is answered. */
  readonly close: () => void;
}

/** Where to listen. */
export interface ServeOptions {
  /** 0 for any that is free. */
  readonly port?: number;
  readonly host?: string;
}

/** Serves a handler; where it throws, the connection is broken off, as faults of the emulator demand. */
export async function serve(handler: FetchHandler, { port = 0, host = '127.0.0.1' }: ServeOptions = {}): Promise<Served> {
  const handle = toNodeHandler(handler);
  const server = createServer((incoming, outgoing) => void handle(incoming, outgoing, () => incoming.socket.destroy()));
  await listen(server, port, host);
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${nameOf(host)}:${taken}`,
    close: () => {
      server.close();
      server.closeIdleConnections();
      setTimeout(() => server.closeAllConnections(), GRACE).unref();
    },
  };
}

/** What a client on this machine calls an address. */
function nameOf(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', ({ code }: NodeJS.ErrnoException) => {
      const [reason, hint] = LISTEN_FAILURES[code ?? ''] ?? [code, undefined];
      reject(new UsageError(`can't listen at ${host}, port ${port}: ${reason}`, hint));
    });
    server.listen(port, host, resolve);
  });
}
