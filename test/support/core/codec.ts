/**
 * The smallest codec, and the authenticator of a webhook beside it: what core/receive does with them is the same for every surface.
 */
import { AuthenticationError, ConnectionError, ValidationError } from '../../../src/core/errors.ts';
import type { EventCodec } from '../../../src/core/receive/codec.ts';
import { located, unwrap } from '../../../src/core/receive/envelopes.ts';
import { headerValues } from '../../../src/core/receive/request.ts';
import type { Authenticator } from '../../../src/core/receive/webhook.ts';

interface Base<Kind> {
  readonly kind: Kind;
  readonly id: string;
  readonly type: string;
  readonly detail: unknown;
}
export type TestEvent = Base<'placed'> | Base<'shipped'> | Base<'unknown'>;

const KINDS: Readonly<Record<string, 'placed' | 'shipped'>> = { ORDER_PLACED: 'placed', ORDER_SHIPPED: 'shipped' };

/** Events whose detail says `broken` cannot be read; those of the source `elsewhere` belong to another surface. */
export const codec: EventCodec<TestEvent> = {
  surface: 'core',
  kinds: ['placed', 'shipped'],
  kindOf: (name) => ({ created: 'placed' })[name],
  *decode(value) {
    for (const unwrapped of unwrap('core', value)) {
      if (!('envelope' in unwrapped)) {
        yield unwrapped;
        continue;
      }
      const { envelope, messageId, at } = unwrapped;
      const { id, 'detail-type': type, detail } = envelope as unknown as { id: string; 'detail-type': string; detail: unknown };
      if (detail === 'broken') {
        const issue = located({ message: 'expected object, got string', path: ['detail'] }, at);
        yield { messageId, raw: envelope, issues: [issue], key: id, hint: 'store it raw' };
      } else {
        const kind = (Object.hasOwn(KINDS, type) && KINDS[type]) || 'unknown';
        yield { messageId, event: { kind, id, type, detail } as TestEvent };
      }
    }
  },
  keyOf: ({ id }) => id,
  contentOf: ({ type, detail }) => [type, detail],
  typeOf: ({ type }) => type,
  foreign: ({ detail }) => (detail === 'elsewhere' ? 'an event of elsewhere' : undefined),
};

export const envelope = (id: string, fields: object = {}): Record<string, unknown> => ({
  id,
  'detail-type': 'ORDER_PLACED',
  detail: {},
  ...fields,
});

const surface = 'core' as const;

/** Authenticates by an API key. Some keys stand for what can go wrong. */
export const authenticator: Authenticator = {
  authenticate: async (request) => {
    const [key] = headerValues(request, 'x-api-key');
    if (key === 'invalid') throw new ValidationError('response', [{ message: 'the key server changed its response' }], { surface });
    if (key === 'unreachable') throw new ConnectionError('no response from the key server', { surface, attempts: 1 });
    if (key !== 'right')
      throw new AuthenticationError(key === undefined ? 'missing' : 'mismatch', 'the API key does not match', { surface });
    return undefined;
  },
  challenge: ({ reason }) => `ApiKey reason="${reason}"`,
};

export const post = (body: unknown, headers: Record<string, string> = {}): Request =>
  new Request('https://shop.example/hook?token=secret', {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8', 'x-api-key': 'right', ...headers },
    body: typeof body === 'string' || ArrayBuffer.isView(body) ? (body as BodyInit) : JSON.stringify(body),
  });

/** A record of a queue, as Lambda gets it. */
export const record = (messageId: string, body: unknown, fields: object = {}): object => ({
  messageId,
  receiptHandle: 'receipt',
  body: typeof body === 'string' ? body : JSON.stringify(body),
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:eu-west-1:123456789012:queue',
  ...fields,
});
