/**
 * From a response of the web's to one of Node's.
 *
 * @module
 */
import type { Exchange } from './exchange.ts';

/** What is used of a response of Node's. */
export interface NodeResponse {
  readonly headersSent: boolean;
  readonly writableEnded: boolean;
  readonly destroyed?: boolean | undefined;
  /** `drain`, `close` and `error` are listened to. */
  on(event: string, listener: () => void): unknown;
  /** Sends status and headers. */
  writeHead(status: number, headers: Record<string, string | string[]>): unknown;
  /** HTTP/2 sends them at once. */
  flushHeaders?(): unknown;
  /** Sends a part of the body; `false` asks to wait for `drain`. */
  write(chunk: Uint8Array): boolean;
  /** Ends the answer. */
  end(): unknown;
  /** Breaks the connection off. */
  destroy(): unknown;
}

/** Writes it, as fast as the client reads it and no longer than it is there. Rejects where the body fails. */
export async function sendResponse(outgoing: NodeResponse, response: Response, isHead: boolean, exchange: Exchange): Promise<void> {
  const { status, body } = response;
  const headers: Record<string, string | string[]> = Object.fromEntries(response.headers);
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) headers['set-cookie'] = cookies;
  // Known to be empty, it needs no chunks. Of an answer to HEAD it is the length of what GET would have given.
  if (!body && !isHead && status !== 204 && status !== 304) headers['content-length'] = '0';
  const reader = body?.getReader();
  outgoing.writeHead(status, headers);
  if (reader && !isHead) {
    // The first part may take long.
    outgoing.flushHeaders?.();
    await sendBody(outgoing, reader, exchange.signal);
  } else void reader?.cancel().catch(() => undefined);
  outgoing.end();
}

async function sendBody(outgoing: NodeResponse, reader: ReadableStreamDefaultReader<Uint8Array>, gone: AbortSignal): Promise<void> {
  let goOn = (): void => undefined;
  outgoing.on('drain', () => goOn());
  const stop = (): void => {
    goOn();
    void reader.cancel().catch(() => undefined);
  };
  gone.addEventListener('abort', stop);
  if (gone.aborted) stop();
  for (let part = await reader.read(); !part.done && !gone.aborted; part = await reader.read()) {
    if (outgoing.write(part.value)) continue;
    await new Promise<void>((resolve) => {
      goOn = resolve;
    });
  }
}
