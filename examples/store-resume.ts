/**
 * Batches that survive a crash: tells Amazon Pay about many parcels, or sends feedback for many shipments (`WHAT=decisions`), a line of JSON
 * on standard input for each. If it is interrupted, start it again until its exit code is 0: what Amazon accepted is in the table, and is
 * skipped. What was in flight is sent when its claim has lapsed, after a minute.
 *
 *     waybill stores sql | psql "$DATABASE_URL"
 *     node store-resume.ts < parcels.jsonl
 */
import { createInterface } from 'node:readline';
import pg from 'pg';
import { DeliveryTrackerClient, type DeliveryTrackerInput } from 'waybill/amazonpay';
import { type NdrFeedback, NdrFeedbackClient } from 'waybill/shipping-ndr';
import { SqlIdempotencyStore } from 'waybill/stores/sql';

const { env } = process;
const pool = new pg.Pool({ connectionString: env['DATABASE_URL'], max: 4, connectionTimeoutMillis: 1_500, query_timeout: 1_500 });
pool.on('error', (error) => console.error('postgres', error.message));

// A batch can be started again a week later: without this its parcels are remembered for 25 hours.
const idempotencyStore = new SqlIdempotencyStore(pool, { completedFor: 30 * 86_400_000 });

const sums: Record<string, number> = {};
for await (const { index, status, error } of env['WHAT'] === 'decisions' ? sendDecisions() : sendParcels()) {
  sums[status] = (sums[status] ?? 0) + 1;
  if (error) console.error(`line ${index + 1}:`, error);
  if (status === 'failed' || status === 'in-progress') process.exitCode = 1;
}
await pool.end();
console.log(JSON.stringify(sums));

function sendParcels() {
  const client = new DeliveryTrackerClient({
    publicKeyId: env['AMAZON_PAY_PUBLIC_KEY_ID'] ?? '',
    privateKey: env['AMAZON_PAY_PRIVATE_KEY'] ?? '',
    region: 'eu',
    baseUrl: env['AMAZON_PAY_URL'],
  });
  return client.createMany(lines<DeliveryTrackerInput>(), { idempotencyStore });
}

function sendDecisions() {
  const client = new NdrFeedbackClient({
    credentials: {
      clientId: env['LWA_CLIENT_ID'] ?? '',
      clientSecret: env['LWA_CLIENT_SECRET'] ?? '',
      refreshToken: env['LWA_REFRESH_TOKEN'] ?? '',
    },
    baseUrl: env['SP_API_URL'],
    tokenUrl: env['LWA_URL'],
  });
  return client.submitMany(lines<NdrFeedback>(), { idempotencyStore });
}

/** A JSON document per line of standard input: no more of them are in memory than are in flight. */
async function* lines<Value>(): AsyncGenerator<Value> {
  for await (const line of createInterface({ input: process.stdin })) yield JSON.parse(line) as Value;
}
