/** What callers in JavaScript and senders can pass to the adapters. */
import { describe, expect, test } from 'vitest';
import { toFastifyPlugin } from '../../src/adapters/fastify.ts';
import { toLambdaHandler } from '../../src/adapters/lambda.ts';
import { toNodeHandler } from '../../src/adapters/node.ts';
import { httpEvent, restEvent } from './lambda-gateway.mjs';

const NONSENSE = [
  undefined,
  null,
  '',
  'text',
  7,
  7n,
  true,
  Symbol('a'),
  {},
  [],
  [null],
  Object.create(null),
  new Date(Number.NaN),
  '\ud800',
];

describe.each([toNodeHandler, toFastifyPlugin, toLambdaHandler])('$name', (adapt) => {
  test.each(NONSENSE)('refuses %o as a handler', (nonsense) => {
    expect(() => adapt(nonsense as never)).toThrow(expect.objectContaining({ code: 'CONFIGURATION', surface: 'core' }));
  });
});

test.each(NONSENSE)('toNodeHandler refuses %o as onError', (nonsense) => {
  const make = () => toNodeHandler(() => new Response(), { onError: nonsense as never });
  if (nonsense === undefined) make();
  else expect(make).toThrow('"onError" must be a function');
});

const headers: [string, string][] = [
  ['Host', 'a'],
  ['Cookie', 'a=1'],
];
const incoming = { method: 'POST', path: '/a', query: 'a=1', headers, body: Buffer.from('{}') };
const handler = toLambdaHandler(async (request) => new Response(await request.text()));

test.each(NONSENSE)('the Lambda handler refuses %o as an event', async (nonsense) => {
  await expect(handler(nonsense as never)).rejects.toMatchObject({ code: 'CONFIGURATION' });
});

for (const [name, event] of Object.entries({ httpEvent: httpEvent(incoming), restEvent: restEvent(incoming) })) {
  describe.each(Object.keys(event))(`%s of ${name}`, (field) => {
    test.each(NONSENSE)('may be %o: there is a response, or an error that says so', async (nonsense) => {
      const result = await handler({ ...event, [field]: nonsense } as never).catch((error: unknown) => error);
      if (result instanceof Error) expect(result).toMatchObject({ code: 'CONFIGURATION' });
      else expect([200, 400]).toContain((result as { statusCode: number }).statusCode);
    });
  });
}
