/** The console of the emulator in a browser: what it shows, what its buttons do, who can use it, and that it shows no secret. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { clientsOf, launchBrowser, startEmulator, startWebhook } from './emulator.mjs';

const axe = () => readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PARCEL = { chargePermissionId: 'S02-0000000-0000000', carrierCode: 'DHL_DE', trackingNumber: 'JJD000390007827356' };
const SUBSCRIPTION = {
  eventType: 'PACKAGE_DELIVERED',
  destination: { eventBridge: { region: 'us-east-1', partnerEventSource: { account: '919191919191', name: 'my-shop' } } },
};
const KEY = 'abcdef12345-geheim';

/** @type {any} */
let browser;
/** @type {Awaited<ReturnType<typeof startEmulator>>} */
let emulator;
/** @type {(() => unknown)[]} */
const closing = [];

before(async () => {
  browser = await launchBrowser();
});
after(() => browser?.close());
beforeEach(async () => {
  emulator = await startEmulator(['--no-quota']);
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  for (const close of closing.splice(0)) close();
  await emulator.stop();
});

/** @param {{ readonly width?: number, readonly scheme?: 'light' | 'dark', readonly bypassCSP?: boolean, readonly url?: string }} [options] */
async function open({ width = 1280, scheme = 'light', bypassCSP = false, url = emulator.page } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, reducedMotion: 'reduce', bypassCSP });
  const page = await context.newPage();
  page.problems = [];
  page.foreign = [];
  page.on('console', (/** @type {any} */ message) => message.type() === 'error' && page.problems.push(message.text()));
  page.on('pageerror', (/** @type {Error} */ error) => page.problems.push(error.message));
  page.on('request', (/** @type {any} */ request) => {
    if (new URL(request.url()).origin !== new URL(emulator.page).origin) page.foreign.push(request.url());
  });
  await page.goto(url);
  await page.waitForSelector('#connection[data-state=live]');
  page.text = (/** @type {string} */ selector) => page.$eval(selector, (/** @type {Element} */ element) => element.textContent);
  /** Waits until an element has some words. */
  page.shows = (/** @type {string} */ selector, /** @type {RegExp} */ words) =>
    page.waitForFunction(
      (/** @type {[string, string]} */ [where, source]) => new RegExp(source, 's').test(document.querySelector(where)?.textContent ?? ''),
      /** @type {[string, string]} */ ([selector, words.source]),
    );
  return page;
}

/** @param {{ readonly status: number, readonly body?: string, readonly headers?: Record<string, string> }[]} responses */
async function webhook(...responses) {
  const started = await startWebhook(responses);
  closing.push(started.stop);
  return started;
}

/** @param {any} page @param {string} to */
async function fire(page, to) {
  await page.fill('#to', to);
  await page.click('#fire button.main');
}

describe('what was received', () => {
  test('is shown at once, with each check and why it was refused', async () => {
    const page = await open();
    await page.shows('#received-hint', /Nothing yet/);
    const { trackers, feedback, prime } = await clientsOf(emulator.settings);
    await trackers.create(PARCEL);
    await page.shows('#requests > li:first-child', /✓ 200.*Tracker.*DHL_DE JJD000390007827356/);
    await assert.rejects(trackers.create({ ...PARCEL, chargePermissionId: 'S02-0000000-0000001' }));
    await page.shows('#requests > li:first-child', /✗ 400.*Tracker.*InvalidParameterValue: /);
    await feedback.returnToOrigin('1809561149386');
    await page.shows('#requests > li:nth-child(2)', /✓ 200.*Token.*refresh_token/);
    await page.shows('#requests > li:first-child', /✓ 204.*Feedback.*RTO 1809561149386/);
    assert.ok(await prime.order('322-ABC1-AAAAAA'));
    await page.shows('#requests > li:first-child', /✓ 200.*GraphQL.*query order/);
    // Most documents in a source start with a line break.
    await prime.execute(
      '\n  mutation ($input: CreateEventSubscriptionInput!) { createEventSubscription(input: $input) { subscriptionId } }',
      { input: SUBSCRIPTION },
    );
    await page.shows('#requests > li:first-child', /✓ 200.*GraphQL.*mutation createEventSubscription/);
    await page.shows('#received-count', /^7 requests, 1 refused$/);
    await page.shows('#collections', /Delivery trackers \(1\)/);
    await page.shows('#collections', /NDR feedback \(1\)/);

    await page.check('#filter input[value=Tracker]');
    await page.check('#filter input[name=refused]');
    assert.equal(await page.locator('#requests > li:visible').count(), 1);
    await page.click('#requests > li:visible summary');
    await page.shows('#requests > li:not([hidden]) .more', /✓ signature.*✗ .*Signature=\[redacted\]/);
    await page.check('#filter input[value=Other]');
    await page.shows('#received-hint', /None of these requests/);
    assert.deepEqual([page.problems, page.foreign], [[], []]);
  });

  test('has no secret in it', async () => {
    const page = await open();
    const hook = await webhook({ status: 401, body: `wrong key ${KEY}` });
    const { trackers, feedback, prime } = await clientsOf(emulator.settings);
    await Promise.all([trackers.create(PARCEL), feedback.returnToOrigin('1'), prime.order('322-ABC1-AAAAAA')]);
    await page.selectOption('#auth', 'apiKey');
    await page.fill('#secret', KEY);
    await page.fill('#max-retries', '0');
    await fire(page, `${hook.url}?key=${KEY}`);
    await page.shows('#deliveries', /wrong key \[redacted\]/);
    assert.equal(hook.received[0]?.headers['x-api-key'], KEY);
    await page.reload();
    await page.shows('#deliveries', /wrong key \[redacted\]/);
    const html = await page.content();
    const {
      AMAZON_PAY_PRIVATE_KEY: privateKey = '',
      LWA_CLIENT_SECRET: one,
      LWA_REFRESH_TOKEN: two,
      BWP_CLIENT_SECRET: three,
    } = emulator.settings;
    for (const secret of [KEY, one, two, three, privateKey.slice(60, 120), 'Atza|']) {
      assert.ok(secret && secret.length > 4 && !html.includes(secret), secret);
    }
  });

  test('is text, whatever it contains', async () => {
    const page = await open();
    const markup = '<img src=x onerror="document.title=1"><script>document.title=1</script>';
    await fetch(`${emulator.url}/${encodeURIComponent(markup)}`, { method: 'POST', body: JSON.stringify({ [markup]: markup }) });
    await page.shows('#requests', /Other/);
    await page.click('#requests summary');
    await page.shows('#requests pre', /<img src=x/);
    assert.equal(await page.title(), 'waybill emulator');
    assert.equal(await page.locator('#requests img, #requests script').count(), 0);
  });
});

describe('an event', () => {
  test('is fired, waits as EventBridge does, and is retried when the wait is skipped', async () => {
    const hook = await webhook(
      { status: 503, body: '{"message":"the queue is full"}', headers: { 'retry-after': '7200' } },
      { status: 200 },
    );
    const page = await open();
    await page.fill('#overrides', '{ "detail": { "trackingId": "42" } }');
    await fire(page, hook.url);
    await page.shows('#deliveries .attempt', /✗ 503.*Retried after 2\.0 h, at \d\d:\d\d:\d\d.*the queue is full/);
    await page.click('text=Skip the wait');
    await page.shows('#deliveries summary', /✓ done/);
    assert.equal(await page.locator('text=Skip the wait').isVisible(), false);
    assert.deepEqual(
      hook.received.map(({ body }) => JSON.parse(body).detail.trackingId),
      ['42', '42'],
    );
    await page.click('text=Fire it once more');
    await page.shows('#deliveries li:first-child', /once more.*✓ 200|✓ done/);
    assert.equal(new Set(hook.received.map(({ body }) => JSON.parse(body).id)).size, 1);
  });

  test('that is lost says why, and what to respond with instead', async () => {
    const hook = await webhook({ status: 404 });
    const page = await open();
    await page.fill('#duplicates', '1');
    await fire(page, hook.url);
    await page.shows('#deliveries', /✗ lost.*1 duplicate.*✗ 404.*Not retried, so it is lost.*respond with 200.*Duplicate 1/);
  });

  test('can be damaged and late, and signed as Buy with Prime does', async () => {
    const hook = await webhook({ status: 200 });
    const page = await open();
    await page.selectOption('#type', 'PACKAGE_DELIVERED');
    await page.selectOption('#auth', 'signature');
    await page.selectOption('#damage', 'truncated');
    await page.fill('#late', '90');
    await fire(page, hook.url);
    await page.shows('#deliveries', /damaged: truncated 90 min late/);
    await page.shows('#deliveries summary', /✓ done/);
    assert.throws(() => JSON.parse(hook.received[0]?.body ?? ''));
  });

  for (const [name, field, value, words] of /** @type {const} */ ([
    ['a webhook elsewhere', '#to', 'http://shop.example/hook', /must be an http\(s\) URL on this machine.*waybill send/],
    ['overrides that are not JSON', '#overrides', '{', /"overrides" is not JSON/],
    ['overrides that are a list', '#overrides', '[]', /object of overrides/],
  ])) {
    test(`is not fired with ${name}, and the form says why`, async () => {
      const page = await open();
      await page.fill(field, value);
      await page.click('#fire button.main');
      await page.shows('#fire .error', words);
      assert.equal(await page.locator('#deliveries li').count(), 0);
    });
  }
});

test('faults are switched on and off, and used up', async () => {
  const page = await open();
  const { trackers } = await clientsOf(emulator.settings);
  const outage = page.locator('#switches button', { hasText: 'Outage: 503' });
  await outage.click();
  await page.waitForSelector('#switches [aria-pressed=true]');
  await assert.rejects(trackers.create(PARCEL), { status: 503 });
  await page.shows('#requests > li:first-child', /✗ 503.*Tracker/);
  await outage.click();
  await page.shows('#faults-count', /No fault is on/);
  await page.click('#faults details summary');
  await page.selectOption('#path', '/v2/deliveryTrackers');
  await page.selectOption('#what', 'reset');
  await page.fill('#times', '2');
  await page.click('#faults form button');
  await page.shows('#fault-list', /\/v2\/deliveryTrackers: reset 2 left/);
  await assert.rejects(trackers.create(PARCEL), { code: 'CONNECTION' });
  await page.shows('#fault-list', /1 left/);
  await page.click('#fault-list button');
  await page.shows('#faults-count', /No fault is on/);
  await trackers.create(PARCEL);
});

test('records and time are set, and everything is reset', async () => {
  const page = await open();
  const { prime } = await clientsOf(emulator.settings);
  await page.click('#edit summary');
  await page.fill('#record', '{ "id": "mine", "lineItems": [{ "id": "line-1" }] }');
  await page.click('#edit form button');
  await page.shows('#collections', /Orders \(2\)/);
  assert.equal((await prime.order('mine'))?.id, 'mine');
  await page.fill('#record', '{ "id": "mine" }');
  await page.click('#edit form button');
  await page.shows('#edit .error', /must have "lineItems"/);
  await page.click('[data-collection=orders] > summary');
  await page.click('button[aria-label="Remove mine"]');
  await page.shows('#collections', /Orders \(1\)/);

  await page.fill('#set-time', '2030-01-01T00:00:00');
  await page.click('#clock form button');
  await page.shows('#time', /^2030-01-01 00:00:/);
  await page.click('[data-advance="86400000"]');
  await page.shows('#time', /^2030-01-02 00:00:/);
  await page.click('[data-do=reset]');
  await page.shows('#said', /gone/);
  await page.shows('#received-hint', /Nothing yet/);
  assert.doesNotMatch(await page.text('#time'), /^2030/);
});

test('of many records the newest are shown: a long session does not slow the page down', async () => {
  const page = await open();
  const client = { client_id: emulator.settings['LWA_CLIENT_ID'] ?? '', client_secret: emulator.settings['LWA_CLIENT_SECRET'] ?? '' };
  const grant = { grant_type: 'refresh_token', refresh_token: emulator.settings['LWA_REFRESH_TOKEN'] ?? '', ...client };
  const response = await fetch(`${emulator.url}/auth/o2/token`, { method: 'POST', body: new URLSearchParams(grant) });
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Test/1 (Language=JavaScript)',
    'x-amz-access-token': (await response.json()).access_token,
    'x-amzn-shipping-business-id': 'AmazonShipping_IN',
  };
  for (let number = 1; number <= 250; number += 1) {
    const body = JSON.stringify({ trackingId: `parcel-${number}`, ndrAction: 'RTO' });
    const { status } = await fetch(`${emulator.url}/shipping/v2/ndrFeedback`, { method: 'POST', headers, body });
    assert.equal(status, 204);
  }
  await page.shows('[data-collection=ndrFeedback] li:first-child', /parcel-250/);
  assert.equal(await page.locator('[data-collection=ndrFeedback] li').count(), 200);
  assert.match(await page.text('[data-collection=ndrFeedback] > summary'), /the newest 200/);
});

test('two pages show the same, and a page finds back after the emulator has ended and started', async () => {
  const [one, two] = [await open(), await open()];
  await fetch(`${emulator.url}/jwks.json`);
  for (const page of [one, two]) await page.shows('#received-count', /1 request/);
  await emulator.stop();
  await one.waitForSelector('#connection[data-state=lost]');
  const [port, pagePort] = [new URL(emulator.url).port, new URL(emulator.page).port];
  emulator = await startEmulator(['--console', pagePort], port);
  await one.waitForSelector('#connection[data-state=live]');
  await one.shows('#received-hint', /Nothing yet/);
});

test('a page of another origin can neither read the console nor press its buttons', async () => {
  const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<title>evil</title>')).listen(
    0,
    '127.0.0.1',
  );
  closing.push(() => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const page = await (await browser.newContext()).newPage();
  await page.goto(`http://localhost:${typeof address === 'object' ? address?.port : ''}/`);
  await fetch(`${emulator.url}/jwks.json`);
  const tried = await page.evaluate(async (/** @type {string} */ target) => {
    const attempt = (/** @type {Promise<Response>} */ sent) =>
      sent.then(
        (response) => `${response.type} ${response.status}`,
        () => 'failed',
      );
    const headers = { 'content-type': 'application/json' };
    const frame = document.createElement('iframe');
    frame.src = target;
    document.body.append(frame);
    await new Promise((resolve) => frame.addEventListener('load', resolve));
    return {
      read: await attempt(fetch(target)),
      press: await attempt(fetch(`${target}/do/reset`, { method: 'POST', headers, body: '{}' })),
      blindly: await attempt(fetch(`${target}/do/reset`, { method: 'POST', mode: 'no-cors', body: '{}' })),
      stream: await new Promise((resolve) => {
        const source = new EventSource(`${target}/events`);
        source.onerror = () => resolve('failed');
        source.onopen = () => resolve('open');
      }),
      frame: (() => {
        try {
          return frame.contentDocument?.title ?? 'closed';
        } catch {
          return 'closed';
        }
      })(),
    };
  }, emulator.page);
  assert.deepEqual(tried, { read: 'failed', press: 'failed', blindly: 'failed', stream: 'failed', frame: 'closed' });
  // Nothing was reset.
  const own = await open();
  await own.shows('#received-count', /1 request/);
});

test('by a name that leads to this machine, as after DNS rebinding, nothing is shown', async () => {
  const rebound = await launchBrowser(['--host-resolver-rules=MAP evil.example 127.0.0.1']);
  try {
    const page = await rebound.newPage();
    const response = await page.goto(emulator.page.replace('127.0.0.1', 'evil.example'));
    assert.equal(response?.status(), 421);
    assert.doesNotMatch(await page.content(), /waybill emulator/);
  } finally {
    await rebound.close();
  }
});

describe('everybody can use it', () => {
  for (const width of [375, 1280]) {
    for (const scheme of /** @type {const} */ (['light', 'dark'])) {
      test(`at ${width} pixels in ${scheme}: no part is wider than the screen, and axe finds nothing`, async () => {
        const page = await open({ width, scheme, bypassCSP: true });
        const hook = await webhook({ status: 503, body: 'x'.repeat(400) }, { status: 404 });
        const { trackers } = await clientsOf(emulator.settings);
        await trackers.create(PARCEL);
        await fetch(`${emulator.url}/v2/deliveryTrackers`, { method: 'POST', body: '{}' });
        await page.selectOption('#auth', 'basic');
        await fire(page, `${hook.url}/${'long'.repeat(40)}`);
        await page.shows('#deliveries', /503/);
        await page.locator('#switches button').first().click();
        await page.click('#fire button.main');
        for (const summary of await page.$$(
          '#requests summary, #collections > details > summary, #edit > summary, #faults details > summary',
        ))
          await summary.click();
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
        await page.evaluate(axe());
        const { violations } = await page.evaluate('axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"] })');
        assert.deepEqual(
          violations.map((/** @type {any} */ { id, nodes }) => [id, nodes.map((/** @type {any} */ node) => node.target.join(' '))]),
          [],
        );
      });
    }
  }

  test('by keyboard, and the place stays when something is removed', async () => {
    const hook = await webhook({ status: 200 });
    const page = await open();
    await page.focus('#to');
    await page.keyboard.press('Control+a');
    await page.keyboard.type(hook.url);
    await page.keyboard.press('Enter');
    await page.shows('#deliveries summary', /✓ done/);
    await page.focus('#switches button');
    await page.keyboard.press('Space');
    await page.waitForSelector('#fault-list button');
    await page.focus('#fault-list button');
    await page.keyboard.press('Enter');
    await page.shows('#faults-count', /No fault is on/);
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Outage: 503');
    await page.focus('#deliveries summary');
    await page.keyboard.press('Enter');
    assert.equal(await page.$eval('#deliveries details', (/** @type {HTMLDetailsElement} */ details) => details.open), false);
  });

  test('the page may load and run nothing but itself', async () => {
    const response = await fetch(emulator.page);
    const html = await response.text();
    assert.match(
      response.headers.get('content-security-policy') ?? '',
      /default-src 'none'.*script-src 'sha256-[\w+/=]+';.*frame-ancestors 'none'/,
    );
    assert.equal(html.match(/<script>/g)?.length, 1);
    assert.doesNotMatch(html, /<script |<link [^>]*stylesheet|\sstyle="|\son\w+="|https?:\/\/(?!localhost|www\.w3\.org)/);
    const page = await open();
    const outcome = await page.evaluate(
      (/** @type {string} */ other) =>
        fetch(other).then(
          () => 'sent',
          () => 'refused',
        ),
      emulator.url,
    );
    assert.equal(outcome, 'refused');
  });
});
