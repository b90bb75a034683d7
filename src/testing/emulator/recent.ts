/**
 * A bounded map, so that an emulator that runs for days does not fill the memory.
 *
 * @module
 */

/** Stores the newest `limit` entries, in the order in which they were added. */
export class Recent<Key, Value> {
  readonly #entries = new Map<Key, Value>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(key);
  }

  has(key: Key): boolean {
    return this.#entries.has(key);
  }

  set(key: Key, value: Value): void {
    this.#entries.set(key, value);
    if (this.#entries.size > this.#limit) this.#entries.delete(this.#entries.keys().next().value as Key);
  }

  clear(): void {
    this.#entries.clear();
  }

  values(): Value[] {
    return [...this.#entries.values()];
  }
}
