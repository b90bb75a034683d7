/** Hono on Node: `npm start hono.ts`. Elsewhere, export `app` instead of serving it. */
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { port, receive } from './receive.ts';

const app = new Hono();
app.all('/amazon/ndr', (context) => receive(context.req.raw));
app.get('/health', (context) => context.json({ ok: true }));

serve({ fetch: app.fetch, port }, () => console.log(`listening on port ${port}`));
