/** What JavaScript, or a stranger, can hand to the adapters. */
import { describe, expect, test } from 'vitest';
import { toFastifyPlugin } from '../../src/adapters/fastify.ts';
import { toLambdaHandler } from '../../src/adapters/lambda.ts';
import { toNodeHandler } from '../../src/adapters/node.ts';
// @ts-expect-error It is plain JavaScript, for the frameworks run it without a compiler.
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
  test.each(NONSENSE)('refuses %o for a handler', (nonsense) => {
    expect(() => adapt(nonsense as never)).toThrow(expect.objectContaining({ code: 'CONFIGURATION', surface: 'core' }));
  });
});

test.each(NONSENSE)('toNodeHandler takes no options, or refuses %o', (nonsense) => {
  const make = () => toNodeHandler(() => new Response(), { onError: nonsense as never });
  if (nonsense === undefined) make();
  else expect(make).toThrow('"onError" must be a function');
});

const incoming = {
  method: 'POST',
  path: '/a',
  query: 'a=1',
  headers: [
    ['Host', 'a'],
    ['Cookie', 'a=1'],
  ],
  body: Buffer.from('{}'),
};
const handler = toLambdaHandler(async (request) => new Response(await request.text()));

test.each(NONSENSE)('what toLambdaHandler returns refuses %o for an event', async (nonsense) => {
  await expect(handler(nonsense as never)).rejects.toMatchObject({ code: 'VALIDATION' });
});

for (const [name, event] of Object.entries({ httpEvent: httpEvent(incoming), restEvent: restEvent(incoming) })) {
  describe.each(Object.keys(event))(`%s of ${name}`, (field) => {
    test.each(NONSENSE)('may be %o: there is an answer, or an error that says so', async (nonsense) => {
      const answer = await handler({ ...event, [field]: nonsense } as never).catch((error: unknown) => error);
      if (answer instanceof Error) expect(answer).toMatchObject({ code: 'VALIDATION' });
      else expect([200, 400]).toContain((answer as { statusCode: number }).statusCode);
    });
  });
}
