/**
 * `node test/site/pictures.mjs`: makes the pictures of the guides, with the built command and Chromium. `--out FOLDER` puts them elsewhere, and
 * `--all` makes each at 375 and 1280 pixels, light and dark, to look at.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuilt } from '../../scripts/build.mjs';
import { clientsOf, launchBrowser, startEmulator, startWebhook } from './emulator.mjs';

const { values } = parseArgs({ options: { out: { type: 'string' }, all: { type: 'boolean' }, 'no-build': { type: 'boolean' } } });
const folder = values.out ?? join(import.meta.dirname, '../../docs/pictures');
mkdirSync(folder, { recursive: true });
if (!values['no-build']) await ensureBuilt();

const emulator = await startEmulator(['--no-quota']);
const webhook = await startWebhook([
  // Longer than EventBridge would wait by itself, so that there is time to press the button.
  { status: 503, body: '{"message":"the queue is full"}', headers: { 'retry-after': '60' } },
  { status: 200 },
  { status: 404, body: '{"message":"no such shipment"}' },
]);
const browser = await launchBrowser();
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
  await page.goto(emulator.page);
  await page.waitForSelector('#connection[data-state=live]');
  await fill(page);
  if (values.all) {
    for (const width of [1280, 375]) {
      for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.screenshot({ path: join(folder, `console-${width}-${colorScheme}.png`), fullPage: true });
      }
    }
  } else {
    await page.setViewportSize({ width: 1200, height: 760 });
    await page.screenshot({ path: join(folder, 'console.png') });
    // Tall enough for the whole list.
    await page.setViewportSize({ width: 1200, height: 1400 });
    await page.locator('#delivered').screenshot({ path: join(folder, 'console-events.png') });
  }
} finally {
  await browser.close();
  webhook.stop();
  await emulator.stop();
}

/**
 * What a shop does on a usual morning: calls that are right and wrong, events that arrive, are retried and are lost.
 *
 * @param {any} page
 */
async function fill(page) {
  const { trackers, feedback, prime } = await clientsOf(emulator.settings);
  const parcel = { chargePermissionId: 'S02-0000000-0000000', carrierCode: 'DHL_DE', trackingNumber: 'JJD000390007827356' };
  await trackers.create(parcel);
  await trackers.create({ ...parcel, chargePermissionId: 'S02-0000000-0000001' }).catch(() => undefined);
  await feedback.returnToOrigin('1809561149386');
  await prime.order({ orderId: '322-ABC1-AAAAAA' }).catch(() => undefined);
  await fetch(`${emulator.url}/v2/deliveryTrackers`, { method: 'POST', body: '{}' });

  await page.fill('#to', webhook.url);
  await page.selectOption('#auth', 'apiKey');
  await page.fill('#secret', 'abcdef12345');
  await page.click('#fire button.main');
  await page.waitForSelector('[data-delivery] .attempt');
  await page.click('[data-delivery] button:text("Skip the wait")');
  await page.waitForFunction(() => document.querySelector('[data-delivery] .good'));
  await page.fill('#duplicates', '1');
  await page.click('#fire button.main');
  await page.waitForFunction(() => document.querySelector('[data-delivery] summary .bad'));
  await page.click('[data-delivery]:last-child summary');
  await page.click('#switches button:text("Amazon Pay: 429")');
  await page.waitForSelector('#switches [aria-pressed=true]');
  await trackers.create({ ...parcel, trackingNumber: 'JJD000390007827357' }).catch(() => undefined);
  await page.click('#requests > li:nth-child(3) summary');
  await page.evaluate(() => window.scrollTo(0, 0));
}
