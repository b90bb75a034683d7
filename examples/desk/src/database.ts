/** The desk's SQLite file: events as they came, what was decided, and a row for each shipment, which is computed from both. */
import Database from 'libsql';
import type { NdrEvent, TrackingEvent } from 'waybill/shipping-ndr';
import { sqlMigration } from 'waybill/stores/sql';

export type Db = Database.Database;

/**
 * The parcel that an event is about. On the way back it has another id, and names the one that it had on the way out (inferred).
 * An index needs the expression word for word.
 */
const PARCEL = `CASE WHEN json_extract(event, '$.detail.shipmentType') = 'RETURNS' AND json_extract(event, '$.detail.alternateLegTrackingId') <> ''
THEN json_extract(event, '$.detail.alternateLegTrackingId') ELSE json_extract(event, '$.detail.trackingId') END`;

const SCHEMA = `
CREATE TABLE IF NOT EXISTS ndr_events (id TEXT PRIMARY KEY, received TEXT NOT NULL, event TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS ndr_events_parcel ON ndr_events (${PARCEL});

CREATE TABLE IF NOT EXISTS decisions (
  id INTEGER PRIMARY KEY,
  batch INTEGER NOT NULL,
  line INTEGER,
  tracking_id TEXT NOT NULL,
  decided TEXT NOT NULL,
  user TEXT NOT NULL,
  action TEXT NOT NULL,
  data TEXT,
  due TEXT,
  result TEXT NOT NULL CHECK (result IN ('sending', 'accepted', 'failed', 'unknown')),
  message TEXT
);
CREATE INDEX IF NOT EXISTS decisions_parcel ON decisions (tracking_id);
CREATE INDEX IF NOT EXISTS decisions_batch ON decisions (batch);

CREATE TABLE IF NOT EXISTS shipments (
  tracking_id TEXT PRIMARY KEY,
  order_id TEXT NOT NULL,
  reason TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  is_cod INTEGER NOT NULL,
  due TEXT,
  due_day TEXT,
  reported TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('action-required', 'requested', 'delivered', 'returned')),
  state_since TEXT NOT NULL,
  asked_day TEXT,
  went_out TEXT,
  delivered_at_attempt INTEGER
);
CREATE INDEX IF NOT EXISTS shipments_state ON shipments (state, due_day);

-- The numbers for the weekly meeting. Weeks start on Monday; a shipment belongs to the week in which it was reported first.
CREATE VIEW IF NOT EXISTS weekly_numbers AS
WITH of_week AS (SELECT *, date(reported, '+330 minutes', 'weekday 0', '-6 days') AS week FROM shipments)
SELECT
  week,
  COUNT(*) AS shipments,
  SUM(state = 'delivered') AS delivered,
  SUM(state = 'returned') AS returned,
  SUM(state NOT IN ('delivered', 'returned')) AS open,
  ROUND(100.0 * SUM(state = 'returned') / NULLIF(SUM(state IN ('delivered', 'returned')), 0), 1) AS return_rate,
  COALESCE(SUM(delivered_at_attempt = 2), 0) AS delivered_at_2,
  COALESCE(SUM(delivered_at_attempt = 3), 0) AS delivered_at_3,
  COALESCE(SUM(delivered_at_attempt > 3), 0) AS delivered_later,
  (SELECT json_group_array(json_array(reason, number)) FROM
    (SELECT reason, COUNT(*) AS number FROM of_week AS same WHERE same.week = of_week.week GROUP BY reason ORDER BY number DESC, reason)) AS reasons
FROM of_week GROUP BY week ORDER BY week DESC;
`;

/** Opens the file, which is created if it does not exist. `:memory:` is for tests. */
export function openDatabase(file: string): Db {
  const db = new Database(file);
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 5000; ${SCHEMA} ${sqlMigration()}`);
  return db;
}

/** `PARCEL` of an event. Not selected: a string with half of a surrogate pair, which JSON can contain, ends the process in the driver. */
export function parcelOf({ detail }: NdrEvent | TrackingEvent): string {
  const { trackingId, shipmentType, alternateLegTrackingId } = detail as TrackingEvent['detail'];
  return (shipmentType === 'RETURNS' && alternateLegTrackingId) || trackingId;
}

/** The events about a parcel, as they were received. */
export const eventsOf = (db: Db, trackingId: string): readonly { readonly received: string; readonly event: string }[] =>
  db.prepare(`SELECT received, event FROM ndr_events WHERE ${PARCEL} = ? ORDER BY received, id`).all(trackingId) as never;
