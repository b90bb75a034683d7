/**
 * Lifetime of one Node request and response pair.
 *
 * @module
 */

/** What is used of a stream of Node's. */
export interface NodeStream {
  /** Whether something has read from it. */
  readonly readableDidRead?: boolean | undefined;
  /** Whether it was closed, after its end or before it. */
  readonly destroyed?: boolean | undefined;
  /** Whether it was read to its end. */
  readonly readableEnded?: boolean | undefined;
  /** In which encoding its data comes, if as strings. */
  readonly readableEncoding?: string | null | undefined;
  /** Whether something listens to `data` already. */
  readonly readableFlowing?: boolean | null | undefined;
  /** `data`, `end`, `error` and `close` are used. */
  on(event: string, listener: (value: unknown) => void): unknown;
  /** No more `data` for now. */
  pause(): unknown;
  /** Continues, or discards what nobody reads. */
  resume(): unknown;
}

/** What is used of the response to know when it ends; `stream` is HTTP/2's. */
interface Outgoing {
  readonly writableEnded: boolean;
  readonly destroyed?: boolean | undefined;
  readonly stream?: unknown;
  on(event: string, listener: () => void): unknown;
}

/** The time between a request and the end of its response. */
export class Exchange {
  /** Whether the rest of the body is not needed any more. */
  isOver = false;
  #isGone = false;
  #gone: AbortController | undefined;

  constructor(stream: NodeStream, outgoing: Outgoing) {
    const end = (): void => {
      this.isOver = true;
      // Left in the socket, the rest of the body would block the next request.
      stream.resume();
      this.#isGone = !outgoing.writableEnded;
      if (this.#isGone) this.#gone?.abort();
    };
    // What ran before may have outlasted the client, and 'close' is emitted once.
    if (outgoing.destroyed || (outgoing.stream as { readonly destroyed?: boolean } | undefined)?.destroyed) end();
    else outgoing.on('close', end);
  }

  /** Aborts if the client disconnects before the end. */
  get signal(): AbortSignal {
    this.#gone ??= new AbortController();
    if (this.#isGone) this.#gone.abort();
    return this.#gone.signal;
  }
}
