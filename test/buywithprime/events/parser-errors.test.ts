import { describe, expect, test } from 'vitest';
import { deliveryInTransit, fixture } from '../../support/buywithprime/fixtures.ts';
import { encoded, parser, path, refusal } from '../../support/buywithprime/parsing.ts';

describe('the error names what it found instead', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'got nothing'],
    ['null', null, 'got null'],
    ['a number', 42, 'got number'],
    ['JSON null', 'null', 'got null'],
    ['spaces', ' \n', 'there is only whitespace'],
    ['an empty buffer', new Uint8Array(), 'an empty string'],
    ['a resource path in JSON', JSON.stringify(path('order/o/delivery/d')), 'a resource path without its event'],
    ['String(object)', String({}), 'without JSON.stringify()'],
    ['base64', Buffer.from(JSON.stringify(deliveryInTransit())).toString('base64'), 'base64'],
    ['HTML', '<!doctype html><html></html>', 'HTML'],
    ['a string that is cut off', JSON.stringify(deliveryInTransit()).slice(0, 200), 'it may be cut off'],
    ['single quotes', "{'detail-type': 'DELIVERY_IN_TRANSIT'}", 'a syntax error'],
    ['UTF-16 that is cut off', Buffer.from(JSON.stringify(deliveryInTransit()), 'utf16le').subarray(0, 101), 'not JSON'],
    ['JSON that was encoded nine times', encoded(9), 'encoded more than 8 times'],
    ['gzip', Uint8Array.of(0x1f, 0x8b, 8, 0, 0), 'not JSON'],
    ['only a resource path', path('order/o/delivery/d'), 'a resource path without its event'],
    ['only the detail', {}, 'an object without "detail-type" or "eventDescriptor"'],
    ['what an input transformer made', { orderId: 'o' }, 'an object without "detail-type" or "eventDescriptor"'],
    ['what an input path left of it', [path('order/o/delivery/d')], 'a batch of 1'],
    ['CDK spelling', { detailType: ['DELIVERY_IN_TRANSIT'] }, 'spells "detail-type" in another way'],
    ['a PutEvents entry', { Source: 's', DetailType: 'DELIVERY_IN_TRANSIT', Detail: '{}' }, 'spells "detail-type" in another way'],
    ['a function URL request', { headers: {}, body: '{}', requestContext: {} }, 'an HTTP request'],
    ['a Request', new Request('http://localhost', { method: 'POST', body: '{}' }), 'an HTTP request'],
    ['a promise', Promise.resolve({}), 'a promise'],
    ['an SNS confirmation', { Type: 'SubscriptionConfirmation', Message: 'x', Token: 't' }, 'not a notification'],
    ["a custom bus's dead letter", fixture('custom-bus-dead-letter.json'), 'a dead letter of a custom event bus'],
    ['a batch', { Records: [{ messageId: 'm', body: JSON.stringify(deliveryInTransit()) }] }, 'a batch of 1'],
    ['an array', [deliveryInTransit(), deliveryInTransit()], 'a batch of 2'],
    ['an empty array', [], 'a batch of 0'],
    ['an empty batch in a notification', { Message: '[]' }, 'a batch of 0'],
    ['a hundred thousand arrays', nested(100_000), 'got'],
    ['a hundred thousand objects', `${'{"Message":'.repeat(100_000)}1${'}'.repeat(100_000)}`, 'got'],
    ['a batch of one in a notification', { Message: JSON.stringify([deliveryInTransit()]) }, 'a batch of 1'],
    ['a function', () => 1, 'got function'],
    ['a symbol', Symbol('s'), 'got symbol'],
    ['a bigint', 1n, 'got bigint'],
    ['a revoked proxy', revoked(), 'a value that cannot be read'],
    ['a throwing getter', throwing(new RangeError('secret-k4711')), 'a value that cannot be read'],
    ['a getter that throws a revoked proxy', throwing(revoked()), 'a value that cannot be read'],
    // As an array-like it would be copied item by item, however many it says there are.
    [
      'what calls itself a buffer',
      { [Symbol.toStringTag]: 'ArrayBuffer', length: 2 ** 20, byteLength: 2 ** 20 },
      'a value that cannot be read',
    ],
    ['a list of four billion holes', new Array(2 ** 32 - 1), 'a batch of 4294967295'],
  ])('%s', (_, input, message) => {
    expect(refusal(input)).toContain(message);
  });

  test('and of several resources only those that are not paths', () => {
    const resources = [path('order/o'), 'x', path('order/o/return/r'), 7];
    const result = parser.safeParse(deliveryInTransit({ resources }));
    const paths = !result.success && result.error.issues.map((issue) => issue.path);
    expect(paths).toEqual([['resources'], ['resources', 1], ['resources', 3]]);
  });

  test('and never quotes the payload', () => {
    for (const input of [
      '{"secret-k4711": ',
      { 'secret-k4711': 'secret-k4711' },
      deliveryInTransit({ resources: ['secret-k4711/secret-k4711/x'] }),
    ]) {
      const result = parser.safeParse(input);
      expect(JSON.stringify({ ...result, raw: 0 })).not.toContain('k4711');
    }
  });

  test.each<[string, unknown]>([
    ['of letters', 'x'.repeat(10_000_000)],
    ['of spaces', ' '.repeat(10_000_000)],
    ['of commas', '{,'.repeat(5_000_000)],
    ['of commas and spaces', `{,${' '.repeat(10_000_000)}`],
    ['of quotes', `"${'\\"'.repeat(5_000_000)}`],
    ['of resources', deliveryInTransit({ resources: new Array(1_000_000).fill('businessProduct/') })],
    ['of an id', deliveryInTransit({ resources: [path(`order/${'o'.repeat(10_000_000)}`)] })],
    ['of a type', deliveryInTransit({ 'detail-type': 7, detail: 'x'.repeat(10_000_000) })],
  ])('after ten million characters %s', (_, input) => {
    expect(refusal(input).length).toBeLessThan(1_000);
  });

  test('of resources of four billion holes', () => {
    const input = deliveryInTransit({ resources: new Array(2 ** 32 - 1) });
    expect(refusal(input)).toContain('resources.0: expected a string');
  });
});

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function throwing(what: object): object {
  return {
    get 'detail-type'(): string {
      throw what;
    },
  };
}
