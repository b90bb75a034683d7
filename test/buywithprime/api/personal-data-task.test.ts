import { afterEach, beforeEach, describe, expect, expectTypeOf, test } from 'vitest';
import type { BuyWithPrimeClient, BuyWithPrimeEventOf } from '../../../src/buywithprime/index.ts';
import { failure, serveEmulator } from '../../support/buywithprime/emulated.ts';
import { classified, json } from '../../support/buywithprime/server.ts';

let server: Awaited<ReturnType<typeof serveEmulator>>;
beforeEach(async () => {
  server = await serveEmulator();
});
afterEach(() => server.close());

const times = { submissionDate: '2025-01-20T12:34:56Z', lastUpdatedDate: '2025-01-21T12:34:56Z' };

describe.each(['personalDataRetrievalTask', 'personalDataDeletionTask'] as const)('%s', (method) => {
  const respond = (task: unknown) => server.faults.push((response) => json(response, { data: { [method]: task } }));

  test('is read by its id or its event, with what is beside it', async () => {
    const task = { taskId: 't', status: 'FAILED', ...times, errors: [{ code: 'DATA_SUBJECT_NOT_FOUND', message: 'No data.' }], extra: 1 };
    for (const input of ['t', { taskId: 't' }]) {
      respond(task);
      expect(await server.client()[method](input)).toEqual(task);
    }
    expect(server.sent.map(({ variables }) => variables)).toEqual([{ taskId: 't' }, { taskId: 't' }]);
  });

  test('does not request the shopper', async () => {
    await server.client()[method]('t');
    expect(server.sent[0]?.query).not.toMatch(/dataSubject|email/);
  });

  test('is undefined if it is unknown', async () => {
    expect(await server.client()[method]('unknown')).toBeUndefined();
  });

  test.each<[unknown]>([[undefined], [null], [''], [{}], [{ taskId: 7 }], [7]])('refuses %j, and nothing is sent', async (bad) => {
    expect(await failure(() => server.client()[method](bad as never))).toMatchObject({ code: 'VALIDATION', direction: 'request' });
    expect(server.sent).toEqual([]);
  });

  test.each<[unknown]>([[{}], [{ taskId: 't' }], [{ taskId: 't', status: 7 }], ['x']])('refuses the response %j', async (task) => {
    respond(task);
    expect(await failure(() => server.client()[method]('t'))).toMatchObject({ code: 'VALIDATION', direction: 'response' });
  });

  test('names the permission if access is denied', async () => {
    const denied = { errors: [classified('AccessDeniedError', undefined, [method])], data: { [method]: null } };
    for (const _ of [1, 2]) server.faults.push((response) => json(response, denied));
    expect(await failure(() => server.client()[method]('t'))).toMatchObject({
      hint: expect.stringContaining('Manage Shopper Privacy Requests'),
    });
  });
});

test('each accepts the events of its tasks', () => {
  type Retrieval = Parameters<BuyWithPrimeClient['personalDataRetrievalTask']>[0];
  type Deletion = Parameters<BuyWithPrimeClient['personalDataDeletionTask']>[0];
  expectTypeOf<BuyWithPrimeEventOf<'PERSONAL_DATA_RETRIEVAL_TASK_COMPLETED'>>().toExtend<Retrieval>();
  expectTypeOf<BuyWithPrimeEventOf<'PERSONAL_DATA_DELETION_TASK_FAILED'>>().toExtend<Deletion>();
});
