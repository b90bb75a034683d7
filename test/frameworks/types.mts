/** That the adapters fit the frameworks' own types: compiled against the packed package by run.mjs, never run. */
import { createServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { getRequestListener } from '@hono/node-server';
import connect from 'connect';
import express, { type RequestHandler } from 'express';
import fastify from 'fastify';
import fastify4 from 'fastify4';
import { Hono } from 'hono';
import type { NextApiHandler } from 'next';
import type { NextRequest } from 'next/server.js';
import { toFastifyPlugin } from 'waybill/adapters/fastify';
import { toNodeHandler } from 'waybill/adapters/node';
import { apiKey, NdrWebhookVerifier } from 'waybill/shipping-ndr/webhook';

const receive = new NdrWebhookVerifier({ auth: apiKey({ keys: 'a-key' }) }).handler(() => undefined);

express().all('/amazon/ndr', toNodeHandler(receive));
express().use('/amazon', express.Router().use(express.json(), toNodeHandler(receive)));
export const middleware: RequestHandler = toNodeHandler(receive);
connect().use('/amazon/ndr', toNodeHandler(receive));
createServer(toNodeHandler(receive));
createHttp2Server(toNodeHandler(receive));
export const page: NextApiHandler = toNodeHandler(receive);
export const POST: (request: NextRequest) => Promise<Response> = receive;
new Hono().all('/amazon/ndr', (context) => receive(context.req.raw));
createServer(getRequestListener(receive));
fastify().register(toFastifyPlugin(receive), { prefix: '/amazon/ndr' });
fastify({ logger: true, http2: true }).register(toFastifyPlugin(receive), { prefix: '/amazon/ndr' });
fastify4().register(toFastifyPlugin(receive), { prefix: '/amazon/ndr' });
