/** The pages in a browser: widths, accessibility, search, keyboard, colours, and that nothing leaves them. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { axe, SITE, useBrowser } from './browser.mjs';

const { open } = useBrowser();

const guides = readdirSync(join(SITE, 'guides'))
  .filter((name) => name.endsWith('.html'))
  .map((name) => `guides/${name}`);
const CLASS = 'classes/waybill_buywithprime.BuyWithPrimeClient.html';
const REFERENCE = ['modules.html', 'modules/waybill_amazonpay.html', CLASS, 'types/waybill_amazonpay.DeliveryTrackerInput.html'];

test('no page is wider than a phone, and every page loads without an error and without a request to elsewhere', async () => {
  for (const path of ['index.html', 'playground.html', ...guides, ...REFERENCE]) {
    const page = await open(path, { width: 375 });
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.deepEqual([path, width, page.problems, page.foreign()], [path, 375, [], []]);
    await page.context().close();
  }
});

describe('the search finds the right page first', () => {
  const queries = {
    express: 'guides/webhooks-in-your-framework.html',
    429: 'guides/errors.html',
    InvalidRequestSignature: 'guides/debug-a-signature.html',
    DELIVERY_IN_TRANSIT: 'guides/buy-with-prime.html',
    carrier: 'guides/amazon-pay.html',
    Cognito: 'guides/shipping-ndr.html',
    opentelemetry: 'guides/observability.html',
    'rotate secret': 'guides/secrets.html',
    duplicate: 'guides/events-twice-and-out-of-order.html',
    cloudflare: 'guides/edge-runtimes-and-sizes.html',
    proxy: 'guides/proxies-and-fetch.html',
    inferred: 'guides/documented-and-inferred.html',
    sqsHandler: 'functions/waybill_buywithprime.sqsHandler.html',
    resolveDelivery: 'classes/waybill_buywithprime.BuyWithPrimeClient.html',
    DeliveryTrackerClient: 'classes/waybill_amazonpay.DeliveryTrackerClient.html',
  };

  test('for each of the usual questions', async () => {
    const page = await open('guides/start.html');
    await page.keyboard.press('/');
    const found = {};
    for (const query of Object.keys(queries)) {
      await page.fill('#search-input', query);
      await page.waitForFunction(() => document.querySelector('#search-status')?.textContent);
      const first = await page.$eval('#search-results a', (link) => new URL(link.href).pathname.slice(1));
      Object.assign(found, { [query]: first });
    }
    assert.deepEqual(found, queries);
    assert.deepEqual(page.foreign(), []);
  });

  test('and says so if there is nothing', async () => {
    const page = await open('index.html');
    await page.click('#search-open');
    await page.fill('#search-input', 'xyzzy');
    await page.waitForFunction(() => document.querySelector('#search-status')?.textContent?.startsWith('Nothing found'));
    assert.equal(await page.$$eval('#search-results a', (links) => links.length), 0);
  });

  test('by keyboard: opened, chosen and followed', async () => {
    const page = await open('index.html');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('express');
    await page.waitForSelector('#search-results a');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await Promise.all([page.waitForURL('**/guides/webhooks-in-your-framework.html**'), page.keyboard.press('Enter')]);
    await page.keyboard.press('/');
    await page.keyboard.press('Escape');
    assert.equal(await page.$eval('#search', (dialog) => dialog.open), false);
  });

  test('shows markup of a query as it is', async () => {
    const page = await open('index.html');
    await page.keyboard.press('/');
    await page.fill('#search-input', '<img src=x onerror=alert(1)> express');
    await page.fill('#search-input', 'WWW-Authenticate');
    await page.waitForSelector('#search-results a');
    assert.equal(await page.$$eval('#search-results img', (images) => images.length), 0);
    assert.deepEqual(page.problems, []);
  });
});

describe('axe finds no serious fault', () => {
  const pages = {
    'the front page': { path: 'index.html' },
    'a guide': { path: 'guides/errors.html' },
    'a guide with a diagram': { path: 'guides/amazon-pay.html' },
    'a class': { path: CLASS },
    'an entry point': { path: 'modules/waybill_amazonpay.html' },
    'the playground': { path: 'playground.html', ready: '#playground-app[data-ready]' },
    'the signing of the playground': { path: 'playground.html#sign', ready: '#playground-app[data-ready]' },
    'the search': { path: 'guides/errors.html', search: 'carrier' },
    'the menu of a phone': { path: 'guides/errors.html', width: 375, menu: true },
  };
  for (const [name, { path, ready, search, width, menu }] of Object.entries(pages)) {
    test(`in ${name}, light and dark`, async () => {
      for (const scheme of /** @type {const} */ (['light', 'dark'])) {
        const page = await open(path, { scheme, bypassCSP: true, ...(width && { width }) });
        if (ready) await page.waitForSelector(ready);
        if (search) {
          await page.click('#search-open');
          await page.fill('#search-input', search);
          await page.waitForSelector('#search-results a');
        }
        if (menu) await page.click('#menu-open');
        await page.evaluate(axe());
        const { violations } = await page.evaluate(() => {
          // @ts-expect-error: injected above.
          return window.axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] });
        });
        const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        const shown = serious.map(
          ({ id, nodes }) =>
            `${id} (${scheme}): ${nodes
              .slice(0, 3)
              .map(({ html }) => html)
              .join(' | ')}`,
        );
        assert.deepEqual(shown, []);
        await page.context().close();
      }
    });
  }
});

describe('by keyboard', () => {
  test('the first Tab leads to the content', async () => {
    const page = await open('guides/errors.html');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'content');
  });

  test('tabs move with the arrows', async () => {
    const page = await open('index.html');
    await page.focus('.wb-tablist [role=tab]');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowLeft');
    const [tab, panels] = await page.evaluate(() => [
      document.activeElement?.textContent,
      document.querySelectorAll('[role=tabpanel]:not([hidden])').length,
    ]);
    assert.deepEqual([tab, panels], ['Test without Amazon', 1]);
  });

  test('the menu of a phone opens, closes and gives the focus back', async () => {
    const page = await open('guides/errors.html', { width: 375 });
    assert.equal(await page.isVisible('#site-menu'), false);
    await page.focus('#menu-open');
    await page.keyboard.press('Enter');
    assert.equal(await page.isVisible('#site-menu'), true);
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('aria-current')), 'page');
    await page.keyboard.press('Escape');
    assert.deepEqual([await page.isVisible('#site-menu'), await page.evaluate(() => document.activeElement?.id)], [false, 'menu-open']);
  });

  test('boxes that scroll can be reached, and only those', async () => {
    const page = await open('guides/errors.html', { width: 375 });
    const boxes = await page.$$eval('.wb-content pre, .wb-scroll', (all) =>
      all.map((box) => [box.scrollWidth > box.clientWidth + 1, box.tabIndex === 0]),
    );
    assert.ok(boxes.some(([scrolls]) => scrolls));
    for (const [scrolls, isReachable] of boxes) assert.equal(isReachable, scrolls);
  });
});

test('the guides can be read one after the other', async () => {
  const page = await open('guides/start.html');
  const read = new Set();
  for (;;) {
    read.add(new URL(page.url()).pathname.slice(1));
    const next = await page.$('.wb-turn .wb-next');
    if (!next) break;
    await Promise.all([page.waitForEvent('load'), next.click()]);
  }
  assert.deepEqual([...read].sort(), [...guides].sort());
});

test('colours follow the system, and then the choice, also on the next page', async () => {
  const page = await open('index.html', { scheme: 'dark' });
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await ground();
  await page.selectOption('#colors', 'light');
  const light = await ground();
  assert.notEqual(dark, light);
  await page.goto(page.url().replace('index.html', 'guides/errors.html'));
  assert.equal(await ground(), light);
  await page.selectOption('#colors', 'os');
  assert.equal(await ground(), dark);
});

test('works from a folder, without a server', async () => {
  const page = await open(`file://${SITE}/guides/errors.html`);
  await page.keyboard.press('/');
  await page.fill('#search-input', 'express');
  await page.waitForSelector('#search-results a');
  await Promise.all([page.waitForURL('**/webhooks-in-your-framework.html**'), page.keyboard.press('Enter')]);
  assert.deepEqual(page.problems, []);
});
