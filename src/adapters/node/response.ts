/**
 * Writes a response with Node's `http`.
 *
 * @module
 */
import { encodeUtf8 } from '../../core/bytes.ts';
import type { OutgoingResponse } from '../../core/receive/request.ts';
import type { Exchange } from './exchange.ts';

/** What is used of a response of Node's. */
export interface NodeResponse {
  readonly headersSent: boolean;
  readonly writableEnded: boolean;
  readonly destroyed?: boolean | undefined;
  /** `drain`, `close` and `error` are used. */
  on(event: string, listener: () => void): unknown;
  /** Sends status and headers. */
  writeHead(status: number, headers: Record<string, string | string[]>): unknown;
  /** HTTP/2 sends them at once. */
  flushHeaders?(): unknown;
  /** Sends a part of the body; `false` asks to wait for `drain`. */
  write(chunk: Uint8Array): boolean;
  // Two signatures and not an optional parameter, which the type of HTTP/2's response would not fit.
  /** Ends the response. */
  end(): unknown;
  /** Ends the response with the last part of the body. */
  end(text: string): unknown;
  /** Closes the connection. */
  destroy(): unknown;
}

/** Writes the response of a webhook of this package. */
export function sendOutgoing(outgoing: NodeResponse, { status, headers, body }: OutgoingResponse, isHead: boolean): void {
  outgoing.writeHead(status, { ...headers, 'content-length': String(encodeUtf8(body).length) });
  if (isHead || body === '') outgoing.end();
  else outgoing.end(body);
}

/** Writes a `Response`, as fast as the client reads it and until it disconnects. Rejects if the body fails. */
export async function sendResponse(outgoing: NodeResponse, response: Response, isHead: boolean, exchange: Exchange): Promise<void> {
  const { status, body } = response;
  const headers: Record<string, string | string[]> = Object.fromEntries(response.headers);
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) headers['set-cookie'] = cookies;
  // An empty body needs no chunks. In a response to HEAD the length is that of a GET.
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
