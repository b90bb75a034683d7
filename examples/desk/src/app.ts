/** The pages and forms of the desk, and the webhook beside them. */
import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { Hono } from 'hono';
import { basicAuth } from 'hono/basic-auth';
import { bodyLimit } from 'hono/body-limit';
import { csrf } from 'hono/csrf';
import { secureHeaders } from 'hono/secure-headers';
import { apiKey as byApiKey, NdrWebhookVerifier } from 'waybill/shipping-ndr';
import { SqlIdempotencyStore } from 'waybill/stores/sql';
import { readDecisions, writeShipments } from './csv.ts';
import type { Db } from './database.ts';
import type { Desk } from './desk.ts';
import { filterQuery, readFilter } from './filter.ts';
import { readForm } from './form.ts';
import type { Settings } from './settings.ts';
import { confirmPage } from './views/confirm.ts';
import { historyPage } from './views/history.ts';
import { listPage } from './views/list.ts';
import { numbersPage } from './views/numbers.ts';
import { notFoundPage, shipmentPage } from './views/shipment.ts';

export interface AppOptions extends Pick<Settings, 'users' | 'apiKey' | 'origin'> {
  readonly desk: Desk;
  readonly db: Db;
}

const PAGE_SIZE = 50;
const MAX_FORM_BYTES = 2_000_000;
/** Milliseconds for which a form waits for Amazon; the page that follows shows what is still being sent. */
const PATIENCE = 5_000;
const ASSETS = { 'desk.css': 'text/css', 'desk.js': 'text/javascript' };

export function createApp({ desk, db, users, apiKey, origin }: AppOptions): Hono<{ Variables: { user: string } }> {
  const app = new Hono<{ Variables: { user: string } }>();

  const receive = new NdrWebhookVerifier({ auth: byApiKey({ keys: apiKey }) }).handler((event) => desk.store(event), {
    idempotencyStore: new SqlIdempotencyStore(db),
    onError: (error, { status }) => console.warn('webhook', status, error),
  });
  // Before the rest, because Amazon has a key and no password.
  app.all('/amazon/ndr', (context) => receive(context.req.raw));

  const [first, ...others] = users;
  if (!first) throw new Error('The desk needs at least one user.');
  app.use(
    secureHeaders({
      xFrameOptions: 'DENY',
      strictTransportSecurity: 'max-age=15552000',
      // With `no-referrer` browsers send no origin, by which a form of the desk is told from one of another page.
      referrerPolicy: 'same-origin',
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        scriptSrc: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
    }),
    async (context, next) => {
      await next();
      context.header('cache-control', 'no-store');
    },
    basicAuth({ ...first, realm: 'NDR desk', onAuthSuccess: (context, username) => context.set('user', username) }, ...others),
    // A browser sends the password with the forms of every page, also of a malicious one.
    csrf({ origin }),
    bodyLimit({ maxSize: MAX_FORM_BYTES }),
  );
  app.onError((error, context) => {
    if ('getResponse' in error) return error.getResponse();
    console.error(error);
    return context.text('The desk has failed. The log says why.', 500);
  });

  app.get('/', (context) => {
    const query = context.req.query();
    const page = Math.min(Math.max(Math.trunc(Number(query['page'])) || 0, 0), 10_000);
    const shipments = desk.list(readFilter(query), { limit: PAGE_SIZE + 1, offset: page * PAGE_SIZE });
    return context.html(
      listPage(desk, {
        user: context.get('user'),
        filter: readFilter(query),
        shipments: shipments.slice(0, PAGE_SIZE),
        page,
        hasNext: shipments.length > PAGE_SIZE,
        batch: desk.batch(Number(query['batch'] ?? 0)),
        error: query['error'],
        selected: context.req.queries('id') ?? [],
      }),
    );
  });

  app.get('/shipments.csv', (context) => {
    const filter = readFilter(context.req.query());
    context.header('content-disposition', `attachment; filename="ndr-${filter.state}.csv"`);
    context.header('content-type', 'text/csv; charset=utf-8');
    return context.body(writeShipments(desk.list(filter)));
  });

  app.get('/shipments/:id', (context) => {
    const user = context.get('user');
    const shipment = desk.shipment(context.req.param('id'));
    if (!shipment) return context.html(notFoundPage(user), 404);
    const batch = desk.batch(Number(context.req.query('batch') ?? 0));
    return context.html(shipmentPage(desk, { user, shipment, batch, error: context.req.query('error') }));
  });

  app.get('/history', (context) => context.html(historyPage(desk, context.get('user'))));
  app.get('/numbers', (context) => context.html(numbersPage(desk.weeks(12), context.get('user'))));

  app.post('/decisions', async (context) => {
    const form = readForm(await context.req.parseBody({ all: true }));
    if (form.error) return context.redirect(form.back({ error: form.error }), 303);
    if (form.needsConfirmation) return context.html(confirmPage(form, context.get('user')));
    const { batch, done } = desk.decide(form.answers, context.get('user'), form.seen);
    await Promise.race([done, setTimeout(PATIENCE, undefined, { ref: false })]);
    return context.redirect(form.back({ batch: String(batch) }), 303);
  });

  app.post('/decisions/file', async (context) => {
    const { file } = await context.req.parseBody();
    const read = file instanceof File ? readDecisions(Buffer.from(await file.arrayBuffer())) : { error: 'file' as const };
    const back = (parameters: Record<string, string>): string => `/?${new URLSearchParams(parameters)}`;
    if ('error' in read) return context.redirect(back({ ...filterQuery({ state: 'action-required' }), error: read.error }), 303);
    const { batch, done } = desk.decide(read.answers, context.get('user'), 'action-required');
    await Promise.race([done, setTimeout(PATIENCE, undefined, { ref: false })]);
    return context.redirect(back({ batch: String(batch) }), 303);
  });

  for (const [name, type] of Object.entries(ASSETS)) {
    app.get(`/${name}`, async (context) => {
      const text = await readFile(new URL(`../assets/${name}`, import.meta.url), 'utf8');
      return context.body(text, 200, { 'content-type': `${type}; charset=utf-8` });
    });
  }
  return app;
}
