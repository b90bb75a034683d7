/**
 * Which rows were seen: a million of them in some 30 MB, where a `Map` of strings needs ten times as much.
 *
 * @module
 */
import { createHash } from 'node:crypto';

/** Numbers of each slot: the hash of the key in two halves, and the value. */
const SLOT = 3;

/** Maps strings to whole numbers from 1. Two keys count as one if 64 bits of their hashes are the same, which no file will see. */
export class CompactMap {
  #slots = new Uint32Array(SLOT * 1024);
  #size = 0;

  get(key: string): number | undefined {
    return this.#slots[this.#slotOf(...halves(key)) + 2] || undefined;
  }

  set(key: string, value: number): void {
    if (this.#size * 2 * SLOT >= this.#slots.length) this.#grow();
    this.#put(...halves(key), value);
  }

  #put(high: number, low: number, value: number): void {
    const at = this.#slotOf(high, low);
    if (!this.#slots[at + 2]) this.#size += 1;
    this.#slots.set([high, low, value], at);
  }

  /** The slot of a key, or the empty one for it. */
  #slotOf(high: number, low: number): number {
    const slots = this.#slots;
    for (let at = (low * SLOT) % slots.length; ; at = (at + SLOT) % slots.length) {
      if (!slots[at + 2] || (slots[at] === high && slots[at + 1] === low)) return at;
    }
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(old.length * 2);
    this.#size = 0;
    for (let at = 0; at < old.length; at += SLOT) {
      if (old[at + 2]) this.#put(old[at] as number, old[at + 1] as number, old[at + 2] as number);
    }
  }
}

function halves(key: string): [high: number, low: number] {
  const hash = createHash('sha256').update(key).digest();
  return [hash.readUInt32BE(0), hash.readUInt32BE(4)];
}
