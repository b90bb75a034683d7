/**
 * A bar that says how far something is: on a terminal alone.
 *
 * @module
 */
import type { Sink } from '../context.ts';

const WIDTH = 24;
/** Milliseconds between two drawings. */
const INTERVAL = 100;

/** Draws one line, over and over. */
export class Progress {
  readonly #sink: Sink | undefined;
  readonly #total: number;
  readonly #started = performance.now();
  #drawn = Number.NEGATIVE_INFINITY;

  constructor(sink: Sink | undefined, total: number) {
    this.#sink = total > 0 ? sink : undefined;
    this.#total = total;
  }

  /** Shows that so many are done, of which some failed. */
  show(done: number, failed: number): void {
    const now = performance.now();
    if (!this.#sink || (now - this.#drawn < INTERVAL && done < this.#total)) return;
    this.#drawn = now;
    const seconds = Math.ceil(((now - this.#started) / 1_000 / Math.max(1, done)) * (this.#total - done));
    const filled = Math.round((done / this.#total) * WIDTH);
    const bar = '#'.repeat(filled).padEnd(WIDTH, '.');
    const left = done > 0 ? `, ${seconds >= 120 ? `${Math.ceil(seconds / 60)} min` : `${seconds} s`} left` : '';
    this.#sink.write(`\r\u001b[K[${bar}] ${done}/${this.#total}${failed ? `, ${failed} failed` : ''}${left}`);
  }

  /** Takes the bar away. */
  clear(): void {
    this.#sink?.write('\r\u001b[K');
  }
}
