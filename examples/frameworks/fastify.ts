/** Fastify 5: `npm start fastify.ts`. */
import fastify from 'fastify';
import { toFastifyPlugin } from 'waybill/adapters/fastify';
import { port, receive } from './receive.ts';

const app = fastify();
app.register(toFastifyPlugin(receive), { prefix: '/amazon/ndr' });
app.get('/health', () => ({ ok: true }));

await app.listen({ port, host: '0.0.0.0' });
console.log(`listening on port ${port}`);
