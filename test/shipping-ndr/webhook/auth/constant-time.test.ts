/**
 * A credential is compared with all secrets that are valid, by a function that does not stop early. Nothing is timed here: the comparison
 * itself is watched.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { isSecret } from '../../../../src/core/bytes.ts';
import type * as Webhook from '../../../../src/shipping-ndr/webhook.ts';
import { base64, basic, withHeaders, withUrl } from '../../../support/shipping-ndr/auth.ts';

const BYTES = '../../../../src/core/bytes.ts';
const compared: (readonly [given: string, secret: string])[] = [];
let webhook: typeof Webhook;

beforeAll(async () => {
  vi.resetModules();
  vi.doMock(BYTES, async (importOriginal) => {
    const original = (await importOriginal()) as { readonly isSecret: typeof isSecret };
    const watched: typeof isSecret = (given, secret) => {
      compared.push([given, secret]);
      return original.isSecret(given, secret);
    };
    return { ...original, isSecret: watched };
  });
  webhook = await import('../../../../src/shipping-ndr/webhook.ts');
});
afterAll(() => {
  vi.doUnmock(BYTES);
  vi.resetModules();
});
beforeEach(() => void compared.splice(0));

const SECRETS = ['first-secret', 'second', 'a-third-and-much-longer-secret'];

describe.each<[string, () => Webhook.NdrAuth, (secret: string) => Webhook.WebhookRequest, (secret: string) => string]>([
  ['apiKey', () => webhook.apiKey({ keys: SECRETS }), (key) => withHeaders({ 'x-api-key': key }), (key) => key],
  ['queryParameter', () => webhook.queryParameter({ name: 'q', values: SECRETS }), (key) => withUrl(`?q=${key}`), (key) => key],
  [
    'basicAuth',
    () => webhook.basicAuth({ users: SECRETS.map((password) => ({ username: 'u', password })) }),
    (password) => basic(`u:${password}`),
    (password) => `u:${password}`,
  ],
])('%s', (_, make, request, text) => {
  test.each([...SECRETS, 'wrong', 'first-secre', 'x'.repeat(10_000)])('compares secret %# with every valid one', async (secret) => {
    await make()
      .check(request(secret))
      .catch(() => undefined);
    expect(compared).toEqual(SECRETS.map((known) => [text(secret), text(known)]));
  });
});

test('NdrTokenEndpoint compares id and secret together, with every valid pair', async () => {
  const clients = [
    { id: 'amazon', secrets: ['one', 'two'] },
    { id: 'other', secrets: 'three' },
  ];
  const endpoint = new webhook.NdrTokenEndpoint({ clients, keys: new Uint8Array(32).fill(7), issuer: 'i', audience: 'a' });
  for (const [id, secret] of [
    ['amazon', 'two'],
    ['amazon', 'wrong'],
    ['nobody', 'one'],
  ]) {
    compared.splice(0);
    const headers = { authorization: `Basic ${base64(`${id}:${secret}`)}` };
    await endpoint.handler({ onError: () => undefined })(new Request('https://shop.example/token', { method: 'POST', headers }));
    expect(compared).toHaveLength(3);
    expect(new Set(compared.map(([given]) => given)).size).toBe(1);
    expect(new Set(compared.map(([, secret]) => secret)).size).toBe(3);
  }
});
