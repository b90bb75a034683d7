/**
 * The NDR desk of `examples/desk` in a browser, from event to feedback.
 *
 * With PICTURE=1 it also writes the picture of its README.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { axe } from './browser.mjs';

const require = createRequire(import.meta.url);
const desk = join(import.meta.dirname, '../../examples/desk');
const folder = mkdtempSync(join(tmpdir(), 'waybill-desk-'));
const PROGRAM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const FLAGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'.split(
    ' ',
  );
const KEY = 'abcdef1234567890';
const PASSWORD = 'a-password-for-this-test';

/** @type {any} */
let browser;
/** The package that the desk uses. @type {any} */
let waybill;
/** @type {any} */
let amazon;
/** @type {import('node:http').Server} */
let server;
/** @type {{ url: string, stop: () => Promise<unknown> }} */
let app;

before(async () => {
  if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is not there: install Chromium, or set CHROMIUM`);
  if (!existsSync(join(desk, 'node_modules'))) {
    execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: desk, stdio: ['ignore', 'inherit', 'inherit'] });
  }
  const modules = ['testing/index.js', 'adapters/node.js'].map((file) => import(join(desk, 'node_modules/waybill/dist', file)));
  waybill = Object.assign({}, ...(await Promise.all(modules)));
  browser = await require('playwright-core').chromium.launch({ executablePath: PROGRAM, args: FLAGS });
});
after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/**
 * Starts a program of the desk and waits until it responds.
 *
 * @param {string} file
 * @param {Record<string, string>} env
 */
async function start(file, env) {
  const port = await freePort();
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, ['--import', 'tsx', join(desk, file)], {
    cwd: desk,
    env: { PATH, HOME, ...env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await new Promise((resolve, reject) => {
    child.stdout.on('data', (data) => String(data).includes('The desk is at') && resolve(undefined));
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
  });
  const stop = () => {
    child.kill();
    return ended;
  };
  return { url: `http://127.0.0.1:${port}`, stop };
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/**
 * @param {string} path
 * @param {object} [options]
 */
async function open(path, { url = app.url, password = PASSWORD, width = 1280, ...options } = {}) {
  const context = await browser.newContext({
    viewport: { width, height: width < 500 ? 812 : 800 },
    httpCredentials: { username: 'asha', password },
    ...options,
  });
  const page = await context.newPage();
  page.problems = [];
  page.on('pageerror', (/** @type {Error} */ error) => page.problems.push(error.message));
  page.on('console', (/** @type {any} */ message) => ['error', 'warning'].includes(message.type()) && page.problems.push(message.text()));
  await context.route('**/*', (/** @type {any} */ route) => (route.request().url().startsWith(url) ? route.continue() : route.abort()));
  await page.goto(url + path);
  return page;
}
afterEach(async () => {
  for (const context of browser?.contexts() ?? []) await context.close();
});

describe('the desk', () => {
  beforeEach(async () => {
    amazon = new waybill.AmazonEmulator({ quota: false });
    server = createServer(waybill.toNodeHandler(amazon.fetch)).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    const { clientId, clientSecret, refreshToken } = amazon.credentials.lwa;
    app = await start('src/main.ts', {
      NDR_API_KEY: KEY,
      DESK_USERS: `asha:${PASSWORD}`,
      DESK_DATABASE: join(folder, `${Math.random()}.db`),
      LWA_CLIENT_ID: clientId,
      LWA_CLIENT_SECRET: clientSecret,
      LWA_REFRESH_TOKEN: refreshToken,
      SP_API_URL: url,
      LWA_URL: `${url}/auth/o2/token`,
    });
  });
  afterEach(async () => {
    assert.equal(await app.stop(), 0, 'it ends by itself when it is asked to');
    server.close();
    server.closeAllConnections();
  });

  /** @param {readonly object[]} events */
  const deliver = async (...events) => {
    for (const event of events) amazon.deliver(event, { to: `${app.url}/amazon/ndr`, auth: { type: 'apiKey', key: KEY } });
    const { dropped } = await amazon.report();
    assert.deepEqual(dropped, []);
  };
  /** @param {string} trackingId */
  const report = (trackingId, reasonCode = 'Customer unavailable') => waybill.ndrEvent({ detail: { trackingId, reasonCode } });
  const sent = () => amazon.ndrFeedback.map(({ trackingId, ndrAction }) => `${trackingId} ${ndrAction}`).sort();
  /** @param {any} page */
  const tabs = (page) => page.$$eval('.tabs a', (links) => links.map((/** @type {Element} */ link) => link.textContent?.trim()));

  test('shows an event, sends what is decided for a selection, and what Amazon delivers then', async () => {
    await deliver(report('1809561149386'), report('1809561149387'), report('1809561149388', 'Wrong address'));
    const page = await open('/');
    assert.deepEqual(await tabs(page), ['Action required 3', 'Requested 0', 'Delivered 0', 'Returned 0']);
    await page.check('[value="1809561149386"]');
    await page.check('[value="1809561149387"]');
    assert.equal(await page.textContent('#number'), 'With 2 of 3 shipments');
    await page.fill('[name="day"]', await page.getAttribute('[name="day"]', 'min'));
    await page.click('button:text-is("Reschedule")');
    assert.match(await page.textContent('[role="status"]'), /2 accepted/);
    assert.deepEqual(sent(), ['1809561149386 RESCHEDULE', '1809561149387 RESCHEDULE']);
    assert.deepEqual(await tabs(page), ['Action required 1', 'Requested 2', 'Delivered 0', 'Returned 0']);

    await deliver(
      waybill.trackingEvent({ detail: { trackingId: '1809561149386', eventCode: 'Delivered', eventTime: new Date().toISOString() } }),
    );
    await page.click('.tabs >> text=Delivered');
    assert.match(await page.textContent('tbody'), /1809561149386.*Delivered at attempt 2/s);
    await page.click('header >> text=Numbers');
    assert.match(await page.textContent('tbody'), /3.*0 %/s);
    await page.click('header >> text=History');
    assert.match(await page.textContent('tbody'), /asha.*Reschedule to .*accepted/s);
    assert.deepEqual(page.problems, []);
  });

  test('says what is missing before it sends, and why Amazon refused', async () => {
    await deliver(report('1809561149386'));
    const page = await open('/');
    await page.click('button:text-is("Reattempt")');
    await page.check('[value="1809561149386"]');
    await page.click('button:text-is("Reattempt")');
    assert.equal(await page.$eval('[name="notes"]', (input) => input.validity.valueMissing), true);
    assert.deepEqual(sent(), []);
    await page.fill('[name="notes"]', 'Call 98765 43210 at the gate');
    await page.click('button:text-is("Reattempt")');
    assert.match(await page.textContent('[role="status"]'), /1 not sent or refused.*looks as if it contained a phone number/s);
    amazon.fail({ path: '/shipping/v2/ndrFeedback', status: 400 });
    await page.check('[value="1809561149386"]');
    await page.fill('[name="notes"]', 'Blue gate');
    await page.click('button:text-is("Reattempt")');
    assert.match(await page.textContent('[role="status"]'), /1 not sent or refused/);
    assert.deepEqual(await tabs(page), ['Action required 1', 'Requested 0', 'Delivered 0', 'Returned 0']);
    assert.deepEqual(sent(), []);
  });

  test('is used by keyboard: one shipment goes back, after a question', async () => {
    await deliver(report('1809561149386', 'Not required'));
    const page = await open('/');
    await page.focus('tbody a');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/shipments/1809561149386');
    await page.focus('[name="notes"]');
    for (let presses = 0; presses < 2; presses += 1) await page.keyboard.press('Tab');
    await Promise.all([page.waitForURL('**/decisions'), page.keyboard.press('Enter')]);
    assert.match(await page.textContent('h1'), /Return one shipment to origin\?/);
    assert.deepEqual(sent(), []);
    await page.focus('main button');
    await Promise.all([page.waitForURL('**/shipments/1809561149386?batch=*'), page.keyboard.press('Enter')]);
    assert.match(await page.textContent('[role="status"]'), /1 accepted/);
    assert.deepEqual(sent(), ['1809561149386 RTO']);
    // A reload sends nothing again.
    await page.reload();
    assert.equal(amazon.ndrFeedback.length, 1);
  });

  test('does not hide what has the focus behind the form', async () => {
    await deliver(...Array.from({ length: 12 }, (_, number) => report(`18095611493${10 + number}`)));
    const page = await open('/');
    await page.focus('.filters button');
    for (let presses = 0; presses < 25; presses += 1) {
      await page.keyboard.press('Tab');
      const hidden = await page.evaluate(() => {
        const { x, y, width, height } = document.activeElement?.getBoundingClientRect() ?? new DOMRect();
        const top = document.elementFromPoint(x + width / 2, y + height / 2);
        return document.activeElement?.closest('tbody') && top !== document.activeElement && document.activeElement?.outerHTML;
      });
      assert.ok(!hidden, hidden);
    }
  });

  test('fits a phone and a screen with the address of a map in the notes', async () => {
    await deliver(report('1809561149386'));
    for (const width of [390, 1280]) {
      const page = await open('/shipments/1809561149386', { width });
      await page.fill('[name="notes"]', `https://maps.example/${'place'.repeat(45)}`);
      await page.click('button:text-is("Reattempt")');
      await page.goto(`${app.url}/history`);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
    }
  });

  test('is loaded again while something is being sent, but not under the hands of whoever fills it in', async () => {
    await deliver(report('1809561149386'), report('1809561149387'));
    amazon.fail({ path: '/shipping/v2/ndrFeedback', delay: 7_000, handled: true });
    const page = await open('/shipments/1809561149387');
    await page.click('button[value="RTO"]');
    await Promise.all([page.waitForURL('**/shipments/1809561149387?batch=*'), page.click('main button')]);
    assert.match(await page.textContent('[role="status"]'), /1 being sent/);
    await page.clock.install();
    await page.reload();
    await Promise.all([page.waitForEvent('load'), page.clock.fastForward(5_000)]);
    await page.fill('[name="notes"]', 'Blue');
    await page.clock.fastForward(60_000);
    assert.equal(await page.inputValue('[name="notes"]'), 'Blue');
  });

  test('works without JavaScript', async () => {
    await deliver(report('1809561149386'), report('1809561149387'));
    const page = await open('/', { javaScriptEnabled: false });
    await page.check('[value="1809561149387"]');
    await page.click('button:text-is("Reattempt")');
    assert.match(await page.textContent('[role="alert"]'), /say how to find the address/);
    assert.equal(await page.isChecked('[value="1809561149387"]'), true);
    await page.fill('[name="notes"]', 'Blue gate');
    await page.click('button:text-is("Reattempt")');
    assert.deepEqual(sent(), ['1809561149387 REATTEMPT']);
  });

  test('gives a list as CSV, and sends it when it comes back filled in', async () => {
    await deliver(report('1809561149386'), report('1809561149387'));
    const page = await open('/');
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('text=Download this list')]);
    const csv = readFileSync(await download.path(), 'utf8').replace('1809561149387""",,,', '1809561149387""",REATTEMPT,,Blue gate');
    await page.setInputFiles('[name="file"]', { name: 'list.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
    await page.click('text=Upload and send');
    assert.match(await page.textContent('[role="status"]'), /1 accepted\./);
    assert.deepEqual(sent(), ['1809561149387 REATTEMPT']);
  });

  test('refuses the form of another page, although the browser knows the password', async () => {
    await deliver(report('1809561149386'));
    const page = await open('/');
    const evil = createServer((_, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(`<form method="post" action="${app.url}/decisions"><input name="id" value="1809561149386"><input name="ndrAction" value="RTO">
<input name="confirmed" value="yes"><input name="seen" value="action-required"><button>Win</button></form>`);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => evil.once('listening', resolve));
    const address = evil.address();
    await page.context().unroute('**/*');
    // Another host, and so another site.
    await page.goto(`http://localhost:${typeof address === 'object' ? address?.port : ''}/`);
    const [response] = await Promise.all([page.waitForResponse('**/decisions'), page.click('button')]);
    assert.equal(response.status(), 403);
    assert.deepEqual(sent(), []);
    evil.close();
    evil.closeAllConnections();
  });
});

describe('every page, with the data of the demo', () => {
  const PAGES = ['/', '/?tab=requested', '/shipments/1809561149386', '/shipments/1809561148110', '/history', '/numbers', '/?error=day'];
  const OTHERS = ['/?tab=returned', '/?search=nothing', '/shipments/none'];
  /** @type {{ url: string, stop: () => Promise<unknown> }} */
  let demo;
  before(async () => {
    demo = await start('demo.ts', {});
  });
  after(() => demo?.stop());

  /**
   * @param {readonly string[]} paths
   * @param {{ width: number, colorScheme: string }} options
   * @param {readonly string[]} [rules] of axe; all by default
   */
  async function look(paths, options, rules) {
    for (const path of paths) {
      const page = await open(path, { url: demo.url, password: 'only-for-the-demo', bypassCSP: true, ...options });
      const scrollWidth = await page.evaluate(() => document.documentElement.scrollWidth);
      await page.evaluate(axe());
      const faults = await page.evaluate(`axe.run(${JSON.stringify(rules ? { runOnly: rules } : {})})`);
      const found = faults.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
      // The browser reports the response 404 itself.
      const problems = path === '/shipments/none' ? 1 : 0;
      assert.deepEqual([path, scrollWidth, found, page.problems.length], [path, options.width, [], problems]);
      await page.context().close();
    }
  }

  test('fits a phone, and axe finds no fault', () => look([...PAGES, ...OTHERS], { width: 375, colorScheme: 'light' }));
  test('fits a screen, and axe finds no fault', () =>
    look(['/', '/shipments/1809561149386', '/numbers'], { width: 1280, colorScheme: 'light' }));
  test('has enough contrast in the dark', () => look(PAGES, { width: 375, colorScheme: 'dark' }, ['color-contrast']));

  test('shows on its first page what is due first, and flags a day that was not kept', async () => {
    const page = await open('/', { url: demo.url, password: 'only-for-the-demo' });
    assert.match(await page.textContent('tbody tr:last-child'), /passed/);
    for (const trackingId of ['1809561149688', '1809561149386']) await page.check(`[value="${trackingId}"]`);
    await page.fill('[name="day"]', await page.getAttribute('[name="day"]', 'min'));
    if (process.env['PICTURE']) await page.screenshot({ path: join(desk, 'desk.png') });
    await page.click('.tabs >> text=Requested');
    assert.match(await page.textContent('.notice'), /^1 asked for a day, and nothing went out by then/);
  });
});
