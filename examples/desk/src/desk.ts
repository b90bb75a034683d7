/** What the desk does: stores events, lists shipments, and sends decisions to Amazon. */
import { createHash } from 'node:crypto';
import {
  isWaybillError,
  type NdrAction,
  type NdrFeedback,
  type NdrFeedbackClient,
  type NdrFeedbackResult,
  parseShippingEvent,
  type ShippingEvent,
} from 'waybill/shipping-ndr';
import { type Db, eventsOf, parcelOf } from './database.ts';
import { type Filter, listQuery } from './filter.ts';
import { type Decision, type Received, type Shipment, type State, toShipment } from './shipment.ts';
import { dayOf } from './time.ts';

/** A decision that somebody has made. */
export interface Answer {
  readonly trackingId: string;
  readonly ndrAction: NdrAction;
  /** The time for RESCHEDULE, the notes for REATTEMPT. */
  readonly data?: string | undefined;
  /** Its line in a CSV file. */
  readonly line?: number | undefined;
  /** Why it cannot be sent. */
  readonly problem?: string | undefined;
}

/** A week of the view `weekly_numbers`. `reasons` is a JSON list of `[reason, number]`, the most frequent first. */
export interface Week {
  readonly week: string;
  readonly shipments: number;
  readonly delivered: number;
  readonly returned: number;
  readonly open: number;
  readonly return_rate: number | null;
  readonly delivered_at_2: number;
  readonly delivered_at_3: number;
  readonly delivered_later: number;
  readonly reasons: string;
}

type Sent = NdrFeedback & { readonly decision: number; readonly due: string | null };

const COLUMNS = [
  'tracking_id',
  'order_id',
  'reason',
  'attempts',
  'is_cod',
  'due',
  'due_day',
  'reported',
  'state',
  'state_since',
  'asked_day',
  'went_out',
  'delivered_at_attempt',
] as const satisfies readonly (keyof Shipment)[];

const SEE_LOG = 'An unexpected error: see the log.';

export class Desk {
  readonly #db: Db;
  readonly #client: NdrFeedbackClient;
  readonly #clock: () => Date;
  readonly #sending = new Set<Promise<void>>();

  constructor(db: Db, client: NdrFeedbackClient, clock: () => Date = () => new Date()) {
    this.#db = db;
    this.#client = client;
    this.#clock = clock;
    // What was on its way when the desk stopped may have arrived.
    this.#giveUp('The desk was stopped while this was sent.');
  }

  now(): Date {
    return this.#clock();
  }

  /** Stores an event as it was sent. A redelivered one changes nothing. */
  store(received: ShippingEvent): void {
    const { kind: _, ...sent } = received;
    const event = JSON.stringify(sent);
    const id = sent.id || createHash('sha256').update(event).digest('hex');
    this.#db.transaction(() => {
      this.#db.prepare('INSERT OR IGNORE INTO ndr_events VALUES (?, ?, ?)').run(id, this.now().toISOString(), event);
      if (received.kind !== 'unknown') this.#update(parcelOf(received));
    })();
  }

  /** All shipments that match, or a part of them. */
  list(filter: Filter, { limit = -1, offset = 0 }: { readonly limit?: number; readonly offset?: number } = {}): readonly Shipment[] {
    const { where, order, values } = listQuery(filter, this.now());
    const sql = `SELECT * FROM shipments WHERE ${where} ORDER BY ${order} LIMIT :limit OFFSET :offset`;
    return this.#db.prepare(sql).all({ ...values, limit, offset }) as Shipment[];
  }

  /** How many shipments each tab has, and how many days were not kept. */
  counts(): Readonly<Record<State | 'missed', number>> {
    const rows = this.#db.prepare('SELECT state, COUNT(*) AS number FROM shipments GROUP BY state').all() as {
      state: State;
      number: number;
    }[];
    const of = (state: State): number => rows.find((row) => row.state === state)?.number ?? 0;
    const { where, values } = listQuery({ state: 'requested', isMissed: true }, this.now());
    const { missed } = this.#db.prepare(`SELECT COUNT(*) AS missed FROM shipments WHERE ${where}`).get(values) as { missed: number };
    return {
      'action-required': of('action-required'),
      requested: of('requested'),
      delivered: of('delivered'),
      returned: of('returned'),
      missed,
    };
  }

  reasons(): readonly string[] {
    const rows = this.#db.prepare('SELECT DISTINCT reason FROM shipments ORDER BY reason').all() as { reason: string }[];
    return rows.map(({ reason }) => reason);
  }

  shipment(trackingId: string): Shipment | undefined {
    return this.#db.prepare('SELECT * FROM shipments WHERE tracking_id = ?').get(trackingId) as Shipment | undefined;
  }

  events(trackingId: string): readonly Received[] {
    return eventsOf(this.#db, trackingId).map(({ received, event }) => ({ received, event: parseShippingEvent(event) }));
  }

  /** Whether anybody asked Amazon for a day and the shipment did not go out by then. */
  isMissed({ state, asked_day, went_out }: Shipment): boolean {
    return state === 'requested' && asked_day !== null && went_out === null && asked_day < dayOf(this.now());
  }

  decisionsOf(trackingId: string): readonly Decision[] {
    return this.#db.prepare('SELECT * FROM decisions WHERE tracking_id = ? ORDER BY id').all(trackingId) as Decision[];
  }

  batch(batch: number): readonly Decision[] {
    return this.#db.prepare('SELECT * FROM decisions WHERE batch = ? ORDER BY id').all(batch) as Decision[];
  }

  latestDecisions(limit: number): readonly Decision[] {
    return this.#db.prepare('SELECT * FROM decisions ORDER BY id DESC LIMIT ?').all(limit) as Decision[];
  }

  weeks(limit: number): readonly Week[] {
    return this.#db.prepare('SELECT * FROM weekly_numbers LIMIT ?').all(limit) as Week[];
  }

  /**
   * Records decisions and starts to send them. Returns their number, by which `batch()` finds their results.
   *
   * @param seen The state that the person saw. If a colleague was faster, the decision is not sent.
   */
  decide(answers: readonly Answer[], user: string, seen?: State): { readonly batch: number; readonly done: Promise<void> } {
    const sent: Sent[] = [];
    let batch = 0;
    this.#db.transaction(() => {
      ({ batch } = this.#db.prepare('SELECT COALESCE(MAX(batch), 0) + 1 AS batch FROM decisions').get() as { batch: number });
      for (const answer of answers) {
        const { trackingId, ndrAction, data = null, line = null } = answer;
        const shipment = this.shipment(trackingId);
        const refusal = answer.problem ?? this.#refusal(shipment, seen);
        const { lastInsertRowid } = this.#db
          .prepare(
            'INSERT INTO decisions (batch, line, tracking_id, decided, user, action, data, due, result, message) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
          )
          .run(
            batch,
            line,
            trackingId,
            this.now().toISOString(),
            user,
            ndrAction,
            data,
            shipment?.due ?? null,
            refusal ? 'failed' : 'sending',
            refusal ?? null,
          );
        if (refusal) continue;
        sent.push({ ...toFeedback(answer), decision: Number(lastInsertRowid), due: shipment?.due ?? null });
        this.#update(trackingId);
      }
    })();
    const done = this.#send(sent)
      .catch((error) => {
        console.error(error);
        this.#giveUp(SEE_LOG, batch);
      })
      .finally(() => this.#sending.delete(done));
    this.#sending.add(done);
    return { batch, done };
  }

  /** Resolves when nothing is on its way to Amazon any more. */
  async settled(): Promise<void> {
    await Promise.all(this.#sending);
  }

  #refusal(shipment: Shipment | undefined, seen: State | undefined): string | undefined {
    if (!shipment) return 'The desk does not know a shipment with this tracking id.';
    if (shipment.state === 'delivered') return 'It was delivered.';
    if (shipment.state === 'returned') return 'It is on its way back.';
    // Otherwise the two could reach Amazon in the other order.
    if (this.decisionsOf(shipment.tracking_id).some(({ result }) => result === 'sending'))
      return 'A decision about it is being sent. To change that, open the shipment.';
    if (shipment.state === 'requested' && seen !== 'requested') return 'It was answered already. To change that, open the shipment.';
    return undefined;
  }

  async #send(decided: readonly Sent[]): Promise<void> {
    // The fields that only the desk needs stay here: Amazon's are strict.
    const feedbacks = decided.map(({ decision: _, due: __, ...feedback }) => feedback as NdrFeedback);
    const dueDateOf = (_: NdrFeedback, index: number): string | undefined => decided[index]?.due ?? undefined;
    for await (const result of this.#client.submitMany(feedbacks, { dueDateOf })) {
      const of = decided[result.index];
      if (!of) continue;
      const { outcome, message } = read(result);
      this.#db.transaction(() => {
        this.#db.prepare('UPDATE decisions SET result = ?, message = ? WHERE id = ?').run(outcome, message, of.decision);
        this.#update(of.trackingId);
      })();
    }
  }

  /** What was being sent is unclear: of one batch, or of all. */
  #giveUp(message: string, batch: number | null = null): void {
    const sql = `UPDATE decisions SET result = 'unknown', message = ? WHERE result = 'sending' AND batch = COALESCE(?, batch) RETURNING tracking_id`;
    this.#db.transaction(() => {
      for (const { tracking_id } of this.#db.prepare(sql).all(message, batch) as { tracking_id: string }[]) this.#update(tracking_id);
    })();
  }

  #update(trackingId: string): void {
    const shipment = toShipment(trackingId, this.events(trackingId), this.decisionsOf(trackingId));
    if (!shipment) return;
    this.#db
      .prepare(`INSERT OR REPLACE INTO shipments (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map(() => '?').join(', ')})`)
      .run(...COLUMNS.map((name) => shipment[name]));
  }
}

function toFeedback({ trackingId, ndrAction, data = '' }: Answer): NdrFeedback {
  switch (ndrAction) {
    case 'RESCHEDULE':
      return { trackingId, ndrAction, ndrRequestData: { rescheduleDate: data } };
    case 'REATTEMPT':
      return { trackingId, ndrAction, ndrRequestData: { additionalAddressNotes: data } };
    default:
      return { trackingId, ndrAction };
  }
}

/** The result of a decision as it is stored. Messages of waybill contain nothing secret or personal. */
function read(result: NdrFeedbackResult): { readonly outcome: Decision['result']; readonly message: string | null } {
  if (result.status === 'submitted') return { outcome: 'accepted', message: null };
  if (result.status !== 'failed') return { outcome: 'unknown', message: 'Another process is sending it.' };
  const { error, sent } = result;
  if (!isWaybillError(error)) {
    console.error(error);
    return { outcome: sent ? 'unknown' : 'failed', message: SEE_LOG };
  }
  // The hint to a value that is refused is for programmers.
  const message = [error.message, error.code === 'VALIDATION' ? '' : error.hint].filter(Boolean).join(' ');
  // Without a response Amazon may have it all the same, and after a failure of a server behind the one that responds.
  const isUnknown = sent && (['CONNECTION', 'TIMEOUT'].includes(error.code) || (error.code === 'API' && error.status >= 500));
  return { outcome: isUnknown ? 'unknown' : 'failed', message: isUnknown ? `It may have arrived. ${message}` : message };
}
