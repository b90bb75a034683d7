/** Every framework with the handlers mounted as the guide says. What is imported here is installed in test/frameworks alone. */
import { execFileSync, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const require = createRequire(import.meta.url);
/** Not by a name that the type checker knows: on a fresh clone none of them is there. @param {string} name */
const find = (name) => require.resolve(name);
/** @param {string} name */
const load = (name) => import(pathToFileURL(find(name)).href);

/**
 * @typedef {import('../adapters/handlers.mjs').Routes} Routes
 * @typedef {object} Running
 * @property {string} url
 * @property {() => unknown} close
 */

/** @type {{ readonly name: string, readonly limits?: import('../adapters/conformance.mjs').Limits, readonly start: (routes: Routes, publicKey: object) => Promise<Running> }[]} */
export const hosts = [
  { name: 'Express 5', start: (routes) => express('express', routes) },
  { name: 'Express 4', start: (routes) => express('express4', routes) },
  { name: 'Express 5, mounted router', start: (routes) => express('express', routes, { isMounted: true }) },
  {
    name: 'Express 5, behind express.json()',
    limits: { parsesJson: true },
    start: (routes) => express('express', routes, { parsers: ({ json }) => [json({ limit: '1mb' })] }),
  },
  {
    name: 'Express 4, behind express.json()',
    limits: { parsesJson: true },
    start: (routes) => express('express4', routes, { parsers: ({ json }) => [json({ limit: '1mb' })] }),
  },
  {
    name: 'Express 5, behind express.json() that keeps rawBody',
    limits: { parsesJson: true, keepsRawBody: true },
    start: (routes) => express('express', routes, { parsers: ({ json }) => [json({ limit: '1mb', verify: keepRawBody })] }),
  },
  {
    name: 'Express 5, behind express.raw()',
    limits: { parsesJson: true, keepsRawBody: true },
    start: (routes) => express('express', routes, { parsers: ({ raw }) => [raw({ type: '*/*', limit: '1mb' })] }),
  },
  {
    name: 'Express 4, behind express.text()',
    limits: { parsesJson: true, keepsRawBody: true },
    start: (routes) => express('express4', routes, { parsers: ({ text }) => [text({ type: '*/*', limit: '1mb' })] }),
  },
  { name: 'Connect', start: connect },
  { name: 'Koa', start: koa },
  { name: 'Fastify 5', start: (routes) => fastify('fastify', routes) },
  { name: 'Fastify 4', start: (routes) => fastify('fastify4', routes) },
  { name: 'Hono, by @hono/node-server', start: hono },
  {
    name: 'Next.js, route handlers',
    limits: { answersItself: true, losesDoubledAuthorization: true },
    start: (_, publicKey) => next(publicKey, ''),
  },
  { name: 'Next.js, pages', limits: { parsesJson: true }, start: (_, publicKey) => next(publicKey, '/api') },
];

/** As the documentation of body parsers has it. */
function keepRawBody(request, _response, buffer) {
  request.rawBody = buffer;
}

/**
 * @param {string} version
 * @param {Routes} routes
 * @param {{ isMounted?: boolean, parsers?: (express: any) => any[] }} [options]
 */
async function express(version, routes, { isMounted = false, parsers = () => [] } = {}) {
  const { toNodeHandler } = await load('waybill/adapters/node');
  const { default: framework } = await load(version);
  const app = framework();
  for (const parser of parsers(framework)) app.use(parser);
  for (const [path, handler] of Object.entries(routes)) {
    if (isMounted) app.use(path, framework.Router().use(toNodeHandler(handler)));
    else app.all(path, toNodeHandler(handler));
  }
  // Answers as Express itself does, and prints nothing.
  app.use(({ status = 500 }, _request, response, _next) => response.status(status).end());
  return listen(app);
}

/** @param {Routes} routes */
async function connect(routes) {
  const { toNodeHandler } = await load('waybill/adapters/node');
  const { default: framework } = await load('connect');
  const app = framework();
  for (const [path, handler] of Object.entries(routes)) app.use(path, toNodeHandler(handler));
  app.use((_error, _request, response, _next) => Object.assign(response, { statusCode: 500 }).end());
  return listen(app);
}

/** @param {Routes} routes */
async function koa(routes) {
  const { toNodeHandler } = await load('waybill/adapters/node');
  const { default: Koa } = await load('koa');
  const app = new Koa();
  app.silent = true;
  for (const [path, handler] of Object.entries(routes)) {
    const receive = toNodeHandler(handler);
    app.use((context, next) => {
      if (context.path !== path) return next();
      context.respond = false;
      return receive(context.req, context.res);
    });
  }
  return listen(app.callback());
}

/**
 * @param {string} version
 * @param {Routes} routes
 */
async function fastify(version, routes) {
  const { toFastifyPlugin } = await load('waybill/adapters/fastify');
  const { default: framework } = await load(version);
  const app = framework();
  for (const [prefix, handler] of Object.entries(routes)) app.register(toFastifyPlugin(handler), { prefix });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { url, close: () => void app.server.close().closeAllConnections() };
}

/** @param {Routes} routes */
async function hono(routes) {
  const { Hono } = await load('hono');
  const { serve } = await load('@hono/node-server');
  const app = new Hono();
  for (const [path, handler] of Object.entries(routes)) app.all(path, (context) => handler(context.req.raw));
  app.onError((_error, context) => context.body(null, 500));
  return new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) =>
      resolve({ url: `http://127.0.0.1:${port}`, close: () => void server.close().closeAllConnections() }),
    );
  });
}

/** @type {Promise<string> | undefined} */
let nextServer;

/**
 * A separate program, built and started once: this one knows of it only what the routes report at `/seen`.
 *
 * @param {object} publicKey
 * @param {string} base
 */
async function next(publicKey, base) {
  nextServer ??= startNext(publicKey);
  // It ends with this program.
  return { url: (await nextServer) + base, close: () => undefined };
}

/** @param {object} publicKey */
async function startNext(publicKey) {
  const cwd = join(import.meta.dirname, 'next');
  const program = join(find('next/package.json'), '../dist/bin/next');
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', PUBLIC_KEY: JSON.stringify(publicKey) };
  execFileSync(process.execPath, [program, 'build'], { cwd, env, stdio: ['ignore', 'ignore', 'inherit'] });
  const port = await freePort();
  const child = spawn(process.execPath, [program, 'start', '-H', '127.0.0.1', '-p', String(port)], { cwd, env, stdio: 'ignore' });
  process.on('exit', () => {
    child.kill();
    rmSync(join(cwd, '.next'), { recursive: true, force: true });
  });
  const url = `http://127.0.0.1:${port}`;
  while (!(await fetch(`${url}/seen`).catch(() => undefined))) {
    if (child.exitCode !== null) throw new Error(`next start ended with ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  // It does not keep this program from ending.
  child.unref();
  return url;
}

/** @returns {Promise<number>} */
async function freePort() {
  const { url, close } = await listen(() => undefined);
  close();
  return Number(new URL(url).port);
}

/**
 * @param {import('node:http').RequestListener} listener
 * @returns {Promise<Running>}
 */
function listen(listener) {
  return new Promise((resolve) => {
    const server = createServer(listener).listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      resolve({ url: `http://127.0.0.1:${port}`, close: () => void server.close().closeAllConnections() });
    });
  });
}
