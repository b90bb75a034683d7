/** `npm start`: serves the desk and the webhook. */
import { serve } from '@hono/node-server';
import { NdrFeedbackClient } from 'waybill/shipping-ndr';
import { createApp } from './app.ts';
import { openDatabase } from './database.ts';
import { Desk } from './desk.ts';
import { readSettings } from './settings.ts';

const { host, port, origin, database, users, apiKey, lwa, baseUrl, tokenUrl } = readSettings();
const db = openDatabase(database);
const desk = new Desk(db, new NdrFeedbackClient({ credentials: lwa, baseUrl, tokenUrl, userAgent: 'ndr-desk' }));
const server = serve({ fetch: createApp({ desk, db, users, apiKey, origin }).fetch, hostname: host, port }, () => {
  console.log(`The desk is at ${origin}, its webhook at ${origin}/amazon/ndr`);
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    server.close();
    // What is on its way to Amazon is waited for, so that its result is stored.
    void desk.settled().finally(() => {
      // Moves what is in `desk.db-wal` into the file itself.
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      process.exit(0);
    });
  });
}
