/**
 * What a request of Node's and its answer have to do with each other.
 *
 * @module
 */

/** What is used of a stream of Node's. */
export interface NodeStream {
  /** Whether somebody has read of it. */
  readonly readableDidRead?: boolean | undefined;
  /** Whether it was read to its end. */
  readonly readableEnded?: boolean | undefined;
  /** `data`, `end`, `error` and `close` are listened to. */
  on(event: string, listener: (value: unknown) => void): unknown;
  /** No more `data` for now. */
  pause(): unknown;
  /** Goes on, or lets flow away what nobody reads. */
  resume(): unknown;
}

/** What is used of the other direction to know of its end; `stream` is HTTP/2's. */
interface Outgoing {
  readonly writableEnded: boolean;
  readonly destroyed?: boolean | undefined;
  readonly stream?: unknown;
  on(event: string, listener: () => void): unknown;
}

/** The time between a request and the end of its answer. */
export class Exchange {
  /** Whether what is left of the body is of no use any more. */
  isOver = false;
  #isGone = false;
  #gone: AbortController | undefined;

  constructor(stream: NodeStream, outgoing: Outgoing) {
    const end = (): void => {
      this.isOver = true;
      // Left in the socket, the rest of the body would bar the way of the next request.
      stream.resume();
      this.#isGone = !outgoing.writableEnded;
      if (this.#isGone) this.#gone?.abort();
    };
    // What ran before us may have outlasted the client, and 'close' comes once.
    if (outgoing.destroyed || (outgoing.stream as { readonly destroyed?: boolean } | undefined)?.destroyed) end();
    else outgoing.on('close', end);
  }

  /** Aborts when the client goes away before the end. */
  get signal(): AbortSignal {
    this.#gone ??= new AbortController();
    if (this.#isGone) this.#gone.abort();
    return this.#gone.signal;
  }
}
