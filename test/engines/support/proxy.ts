/** A TCP proxy that breaks connections when it is told to. */
import { connect, createServer, type Socket } from 'node:net';

/** A proxy in front of an engine. */
export interface FaultyProxy {
  readonly port: number;
  /** Breaks the connection that is used next: before the engine gets the request, or after it has replied to it. */
  breakNext(when: 'before' | 'after'): void;
  close(): Promise<void>;
}

/** Starts a proxy. */
export async function startProxy(target: number): Promise<FaultyProxy> {
  let fault: 'before' | 'after' | undefined;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    let isDoomed = false;
    const destroy = (): void => {
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', destroy).on('close', () => {
        sockets.delete(socket);
        destroy();
      });
    }
    near.on('data', (data) => {
      if (fault === 'before') {
        fault = undefined;
        return destroy();
      }
      if (fault === 'after') {
        fault = undefined;
        isDoomed = true;
      }
      return far.write(data);
    });
    far.on('data', (data) => (isDoomed ? destroy() : near.write(data)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    breakNext: (when) => {
      fault = when;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
