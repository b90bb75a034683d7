import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buyWithPrimeOrder } from '../../../src/testing/index.ts';
import { failure, serveEmulator, shown } from '../../support/buywithprime/emulated.ts';
import { classified, json } from '../../support/buywithprime/server.ts';

let server: Awaited<ReturnType<typeof serveEmulator>>;
beforeEach(async () => {
  server = await serveEmulator({ orders: [buyWithPrimeOrder()] });
});
afterEach(() => server.close());

describe('execute', () => {
  const query = 'query ($o: OrderIdentifierInput!) { order(orderIdentifier: $o) { id totalPrice { value { amount } } } }';

  test('sends a document and returns its data', async () => {
    expect(await server.client().execute(query, { o: { orderId: '322-ABC1-AAAAAA' } })).toEqual({
      order: { id: '322-ABC1-AAAAAA', totalPrice: null },
    });
    expect(await server.client().execute('{ __typename }')).toEqual({ __typename: 'Query' });
  });

  test.each([
    ['mutation ($input: CreateAuthProfileInput!) { createAuthProfile(input: $input) { authProfileId } }', 1],
    [
      'fragment F on CreateAuthProfileResponse { authProfileId } mutation ($input: CreateAuthProfileInput!) { createAuthProfile(input: $input) { ...F } }',
      1,
    ],
    ['{ __typename }', 2],
  ])('%s is sent %i times if its response is lost', async (document, times) => {
    server.faults.push((response) => response.destroy());
    await server
      .client()
      .execute(document, { input: {} })
      .catch(() => undefined);
    expect(server.sent).toHaveLength(times);
  });

  test.each<[string, unknown, unknown]>([
    ['no document', undefined, {}],
    ['an empty document', '', {}],
    ['variables that are not an object', query, []],
    ['variables that are null', query, null],
    ['variables that do not fit into JSON', query, { o: 1n }],
  ])('refuses %s', async (_, document, variables) => {
    expect(await failure(() => server.client().execute(document as never, variables as never))).toMatchObject({
      code: 'VALIDATION',
      direction: 'request',
    });
    expect(server.sent).toEqual([]);
  });

  const both =
    'mutation { a: deleteAuthProfile(authProfileId: "a") { __typename } b: deleteAuthProfile(authProfileId: "b") { __typename } }';

  test.each(['ThrottlingError', 'AccessDeniedError'])('retries no mutation that was carried out in part, after %s', async (type) => {
    const data = { a: { __typename: 'DeleteAuthProfileResponse' }, b: null };
    server.faults.push((response) => json(response, { errors: [classified(type, undefined, ['b'])], data }));
    expect(await failure(() => server.client().execute(both))).toMatchObject({ code: 'GRAPHQL', data });
    expect(server.sent).toHaveLength(1);
  });

  test('retries no mutation of which a part may have been carried out', async () => {
    const errors = [classified('InternalServerError', undefined, ['a']), classified('AccessDeniedError', undefined, ['b'])];
    server.faults.push((response) => json(response, { errors, data: { a: null, b: null } }));
    await failure(() => server.client().execute(both));
    expect(server.sent).toHaveLength(1);
  });

  test('is not misled by variables that look like words of Amazon', async () => {
    for (const type of ['ThrottlingError', 'AccessDeniedError']) {
      server.faults.push((response) => json(response, { errors: [classified(type)], data: null }));
    }
    expect(await server.client().execute('{ __typename }', { a: 'Error', b: 'Throttling', c: 'Access' })).toEqual({ __typename: 'Query' });
    expect(server.sent).toHaveLength(3);
  });

  test('leaves the data of an error as it came', async () => {
    const data = { order: { id: '322-ABC1-AAAAAA', refunds: null } };
    server.faults.push((response) => json(response, { errors: [classified('ValidationError', 'Cut', ['order'])], data }));
    expect(await failure(() => server.client().execute(query, { o: { orderId: '322-ABC1-AAAAAA' } }))).toMatchObject({
      errors: [{ path: ['order'] }],
      data,
    });
  });

  test('has no string of the variables in an error', async () => {
    server.faults.push((response) => json(response, { errors: [{ message: 'no erika@example.org here' }], data: null }));
    const error = await failure(() => server.client().execute(query, { email: 'erika@example.org' }));
    expect(error.message).toBe('no [redacted] here');
    expect(shown(error)).not.toContain('erika');
  });

  test('has none of a long string in it, nor of a great many', async () => {
    const note = 'the key is under the mat '.repeat(1_000);
    server.faults.push((response) => json(response, { errors: [{ message: `no ${note} here` }], data: null }));
    const error = await failure(() => server.client().execute(query, { note }));
    expect(error).toMatchObject({ code: 'GRAPHQL', message: expect.stringContaining('[redacted]') });
    expect(shown(error)).not.toContain('mat');
    const notes = Array.from({ length: 100_000 }, (_, at) => `note ${at}`);
    server.faults.push((response) => json(response, { errors: [{ message: `no ${notes.join(' ')}` }], data: null }));
    expect(shown(await failure(() => server.client().execute(query, { notes })))).not.toContain('note 7');
  });
});
