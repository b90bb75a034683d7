/** The built site on loopback, and a browser that reports every request. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { after, afterEach, before } from 'node:test';

const require = createRequire(import.meta.url);

export const SITE = join(import.meta.dirname, '../../docs/site');
const PROGRAM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const FLAGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'.split(
    ' ',
  );
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

/**
 * Starts both for the tests of a file. `open` opens a page; what it returns has the requests that the page made, in order.
 *
 * @returns {{ readonly open: (path: string, options?: OpenOptions) => Promise<any>, readonly url: () => string }}
 */
export function useBrowser() {
  /** @type {any} */
  let browser;
  /** @type {import('node:http').Server} */
  let server;
  let base = '';
  before(async () => {
    if (!existsSync(join(SITE, 'index.html'))) throw new Error('docs/site is not built: run npm run docs');
    if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is not there: install Chromium, or set CHROMIUM`);
    server = createServer(serve).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`;
    browser = await require('playwright-core').chromium.launch({ executablePath: PROGRAM, args: FLAGS });
  });
  // Open pages slow the next ones down.
  afterEach(async () => {
    for (const context of browser?.contexts() ?? []) await context.close();
  });
  after(async () => {
    await browser?.close();
    server?.close();
  });
  return { url: () => base, open: (path, options) => openPage(browser, path.includes('://') ? path : base + path, options) };
}

/**
 * @typedef {object} OpenOptions
 * @property {number} [width]
 * @property {'light' | 'dark'} [scheme]
 * @property {boolean} [bypassCSP] for axe, which is injected
 */

/**
 * @param {any} browser
 * @param {string} url
 * @param {OpenOptions} [options]
 */
async function openPage(browser, url, { width = 1280, scheme = 'light', bypassCSP = false } = {}) {
  const height = width < 500 ? 812 : 900;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, reducedMotion: 'reduce', bypassCSP });
  const page = await context.newPage();
  page.requests = [];
  page.problems = [];
  const { origin } = new URL(url);
  // The whole network but the site: what would leave the page ends here, and is seen.
  await context.route('**/*', (/** @type {any} */ route) => {
    const target = route.request().url();
    page.requests.push(target);
    return new URL(target).origin === origin ? route.continue() : route.abort();
  });
  page.on('console', (/** @type {any} */ message) => {
    if (message.type() === 'error' || message.type() === 'warning') page.problems.push(message.text());
  });
  page.on('pageerror', (/** @type {Error} */ error) => page.problems.push(error.message));
  await page.goto(url, { waitUntil: 'load' });
  // Requests for other pages belong to that page.
  page.foreign = () => page.requests.filter((/** @type {string} */ target) => new URL(target).origin !== origin);
  return page;
}

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 */
function serve(request, response) {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const file = join(SITE, decodeURIComponent(pathname === '/' ? '/index.html' : pathname));
  if (!existsSync(file) || !statSync(file).isFile()) return void response.writeHead(404).end();
  response
    .writeHead(200, { 'content-type': /** @type {Record<string, string>} */ (TYPES)[extname(file)] ?? 'text/plain' })
    .end(readFileSync(file));
}

/** The source of axe, to be run in a page. */
export const axe = () => readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
