/**
 * The Durable Object that holds the records: one thread, with its own SQLite and its own clock.
 *
 * @module
 */

/** What the object uses of Cloudflare's `DurableObjectState`. */
export interface ObjectState {
  readonly storage: {
    readonly sql: { exec(statement: string, ...values: (string | number)[]): { toArray(): unknown[] } };
    getAlarm(): Promise<number | null>;
    setAlarm(time: number): Promise<void>;
  };
}

/** What to do with the record of an id. */
export interface ObjectCall {
  readonly do: 'claim' | 'finish' | 'release' | 'extend' | 'get' | 'set';
  readonly id: string;
  readonly owner?: string;
  /** Of the finished work: a token, or anything else that is not empty. */
  readonly value?: string;
  /** Milliseconds that the record lasts. */
  readonly lasts?: number;
  /** When the record expires, in milliseconds since 1970. */
  readonly expires?: number;
  /** A value that is of no use. */
  readonly refused?: string | undefined;
  /** A value that expires earlier is of no use. */
  readonly expiresAfter?: number;
}

/** A claim if the value is empty, else finished work. */
export interface ObjectRecord {
  readonly owner: string;
  readonly value: string;
  readonly expires: number;
}

/** Milliseconds between two sweeps: each reads the whole table. */
const SWEEP_EVERY = 3_600_000;

/** Rows that are removed at once: meanwhile no request is served. */
const BITE = 5_000;

/**
 * The Durable Object behind the stores. Export it from your Worker, and bind it as a class with SQLite:
 *
 * ```jsonc
 * // wrangler.jsonc
 * "durable_objects": { "bindings": [{ "name": "WAYBILL", "class_name": "WaybillObject" }] },
 * "migrations": [{ "tag": "v1", "new_sqlite_classes": ["WaybillObject"] }]
 * ```
 *
 * Expired records are removed once an hour, by an alarm.
 *
 * @example
 * ```ts
 * export { WaybillObject } from 'waybill/stores/durable-object';
 * ```
 *
 * @see {@link https://developers.cloudflare.com/durable-objects/best-practices/access-durable-objects-storage/ | Storage of Durable Objects}
 */
export class WaybillObject {
  readonly #storage: ObjectState['storage'];
  #isArmed = false;

  constructor({ storage }: ObjectState) {
    this.#storage = storage;
    // Without row ids a record is one row, and not one more in an index: rows written are most of the price.
    this.#sql(
      'CREATE TABLE IF NOT EXISTS waybill (id TEXT PRIMARY KEY, owner TEXT NOT NULL, value TEXT NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID',
    );
  }

  /** Called by the stores. */
  async fetch(request: Request): Promise<Response> {
    const reply = this.#run((await request.json()) as ObjectCall) ?? null;
    if (!this.#isArmed) {
      if ((await this.#storage.getAlarm()) === null) await this.#storage.setAlarm(Date.now() + SWEEP_EVERY);
      this.#isArmed = true;
    }
    return Response.json({ reply });
  }

  /** Called by Cloudflare: removes expired records. */
  async alarm(): Promise<void> {
    const expired = `DELETE FROM waybill WHERE id IN (SELECT id FROM waybill WHERE expires <= ? LIMIT ${BITE}) RETURNING 1`;
    const isMore = this.#sql(expired, Date.now()).length === BITE;
    this.#isArmed = isMore || this.#sql('SELECT 1 FROM waybill LIMIT 1').length > 0;
    if (this.#isArmed) await this.#storage.setAlarm(Date.now() + (isMore ? 1_000 : SWEEP_EVERY));
  }

  /** Nothing is awaited in here: between two statements another request could change the record. */
  #run({ do: action, id, owner = '', value = '', lasts = 0, expires, refused, expiresAfter = 0 }: ObjectCall): unknown {
    const now = Date.now();
    const [found] = this.#sql('SELECT owner, value, expires FROM waybill WHERE id = ? AND expires > ?', id, now) as ObjectRecord[];
    const isMine = found?.owner === owner;
    const put = (content: string): void => {
      this.#sql('INSERT OR REPLACE INTO waybill VALUES (?, ?, ?, ?)', id, owner, content, expires ?? now + lasts);
    };
    switch (action) {
      case 'get':
        return found;
      case 'claim': {
        const isUseless = found?.value && (found.value === refused || found.expires <= expiresAfter);
        if (found && !isUseless && (found.value || !isMine)) return found;
        return put('');
      }
      case 'release':
        if (isMine && !found.value) this.#sql('DELETE FROM waybill WHERE id = ?', id);
        return undefined;
      case 'extend':
        if (!isMine || found.value) return false;
        put('');
        return true;
      default:
        if (action === 'finish' && found && !isMine) return false;
        put(value);
        return true;
    }
  }

  #sql(statement: string, ...values: (string | number)[]): unknown[] {
    return this.#storage.sql.exec(statement, ...values).toArray();
  }
}
