/**
 * What core shows of what it refuses, and of a delivery: no secret, no personal value, no body.
 */
import { afterEach, describe, test, vi } from 'vitest';
import * as z from 'zod/mini';
import { runIdempotent } from '../../../src/core/idempotency.ts';
import { checkPublicKey } from '../../../src/core/keys/jwk.ts';
import { checkUrl, readHeaders, requireString } from '../../../src/core/options.ts';
import { decompress } from '../../../src/core/receive/decode.ts';
import { eventBridge } from '../../../src/core/receive/event-bridge.ts';
import { sqs } from '../../../src/core/receive/sqs.ts';
import { webhook } from '../../../src/core/receive/webhook.ts';
import { parseSchema, safeParseSchema } from '../../../src/core/schema.ts';
import { authenticator, codec, envelope, post, record } from '../../support/core/codec.ts';
import { ECHO, expectNoSecret, listenToAll, SECRET, secrets } from '../../support/core/secrets.ts';
import { thrownBy } from '../../support/errors.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

test.each<[string, () => unknown]>([
  ['a secret with spaces', () => requireString('core', 'clientSecret', ` ${SECRET.clientSecret}`)],
  ['a secret in quotes', () => requireString('core', 'clientSecret', `"${SECRET.clientSecret}"`)],
  ['a URL with a password', () => checkUrl('core', 'baseUrl', `https://user:${SECRET.clientSecret}@x`)],
  ['a URL that is none', () => checkUrl('core', 'baseUrl', SECRET.note)],
  ['a header that HTTP does not allow', () => readHeaders('core', { headers: { authorization: `Bearer ${SECRET.note}\n` } })],
  ['a private key', () => checkPublicKey('core', { kty: 'oct', k: SECRET.clientSecret })],
  [
    'an input that does not match',
    () =>
      parseSchema(
        z.strictObject({ a: z.enum(['x']), b: z.string().check(z.maxLength(3)) }),
        { a: SECRET.note, b: SECRET.note },
        { surface: 'core', direction: 'request' },
      ),
  ],
  [
    'an event that does not match',
    () => parseSchema(z.looseObject({ a: z.union([z.number(), z.null()]) }), { a: SECRET }, { surface: 'core', direction: 'event' }),
  ],
  ['an encoding', () => decompress('core', new Uint8Array([1, 2]), `x${'y'.repeat(30)}${SECRET.query}`, 10)],
  [
    'a store that answers nonsense',
    () =>
      runIdempotent(SECRET.trackingNumber, async () => 1, {
        surface: 'core',
        store: { claim: async () => SECRET.note as never, complete: async () => 1, release: async () => 1 },
      }),
  ],
])('the refusal of %s does not show it', async (_, run) => {
  expectNoSecret(await thrownBy(run));
});

test('an issue does not show the value that it is about', () => {
  expectNoSecret(safeParseSchema(z.array(z.int()), [SECRET.note, SECRET]));
});

describe('a delivery shows nothing of an event', () => {
  const damaged = [
    `{"note":"${SECRET.note}",`,
    JSON.stringify(SECRET.note),
    { note: SECRET.note, secrets },
    envelope(SECRET.trackingNumber, { detail: 'broken', note: SECRET.note }),
    envelope(SECRET.trackingNumber, { 'detail-type': `${SECRET.note}\n`, detail: SECRET }),
  ];

  test.each(damaged.map((body) => [body]))('%j', async (body) => {
    const { heard, note } = listenToAll();
    const response = await webhook(
      codec,
      authenticator,
      { placed: () => undefined },
      { onError: note },
    )(post(body, { 'x-note': SECRET.query }));
    heard.push(response.status, ...response.headers, await response.text());
    const options = { onError: note };
    heard.push(await eventBridge(codec, 'x()', { placed: () => undefined }, options)(body).catch((error: unknown) => error));
    heard.push(await sqs(codec, 'y()', { placed: () => undefined }, options)({ Records: [record('m', body)] }));
    expectNoSecret(...heard);
  });

  test('a failure of the handler is not told to the sender', async () => {
    const fail = () => Promise.reject(new Error(ECHO));
    const response = await webhook(codec, authenticator, fail, { onError: () => undefined })(post(envelope('e')));
    expectNoSecret(response.status, [...response.headers], await response.text());
  });
});
