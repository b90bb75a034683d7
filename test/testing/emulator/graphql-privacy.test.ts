/** Privacy tasks of the emulated service, which tests set by its map. */
import { beforeEach, describe, expect, test } from 'vitest';
import { EventSubscriptions } from '../../../src/testing/emulator/buywithprime/event-subscriptions.ts';
import { GraphQLService } from '../../../src/testing/emulator/buywithprime/graphql-service.ts';
import type { EmulatedPersonalDataTask } from '../../../src/testing/emulator/buywithprime/personal-data-tasks.ts';
import { TokenService } from '../../../src/testing/emulator/token-service.ts';

let service: GraphQLService;
let token: string;
const personalDataTasks = new Map<string, EmulatedPersonalDataTask>();
beforeEach(async () => {
  personalDataTasks.clear();
  let ids = 0;
  const randomId = () => String(++ids);
  const now = () => new Date('2026-03-01T09:00:00Z');
  const credentials = { client_id: 'c', client_secret: 's' };
  const tokens = new TokenService({
    path: '/token',
    host: /x/,
    grantType: 'client_credentials',
    credentials,
    prefix: 'token-',
    lifetime: 900,
    maxRecords: 10,
    now,
    randomId,
  });
  const form = new URLSearchParams({ grant_type: 'client_credentials', ...credentials }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const response = await tokens.answer(received('/token', headers, form));
  token = ((await response.json()) as { access_token: string }).access_token;
  service = new GraphQLService({
    tokens,
    targetId: 'bp',
    records: { orders: new Map(), inventory: new Map(), personalDataTasks },
    subscriptions: new EventSubscriptions(randomId),
    randomId,
    now,
  });
});

const received = (path: string, headers: Record<string, string>, body: string) => ({
  method: 'POST',
  url: new URL(`http://localhost${path}`),
  headers: new Headers(headers),
  body: new TextEncoder().encode(body),
  check: <Result>(_: string, run: () => Result): Result => run(),
});

async function execute(query: string): Promise<unknown> {
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${token}`,
    'x-api-target-id': 'bp',
    'x-api-version': '2024-11-01',
  };
  return (await service.answer(received('/graphql', headers, JSON.stringify({ query })))).json();
}

const retrieval = `{ personalDataRetrievalTask(taskId: "t") {
  taskId status submissionDate lastUpdatedDate dataSubject { type email } dataRetrievalLink errors { code message }
} }`;
const deletion = '{ personalDataDeletionTask(taskId: "t") { taskId status holdingPeriod dataRetrievalTask: taskId errors { code } } }';

describe('personalDataRetrievalTask', () => {
  test('has a new link in each response, because a link is valid for 60 seconds', async () => {
    personalDataTasks.set('t', { kind: 'retrieval', status: 'COMPLETED', email: 'erika@example.com' });
    const first = await execute(retrieval);
    expect(first).toEqual({
      data: {
        personalDataRetrievalTask: {
          taskId: 't',
          status: 'COMPLETED',
          submissionDate: expect.any(String),
          lastUpdatedDate: expect.any(String),
          dataSubject: { type: 'SHOPPER', email: 'erika@example.com' },
          dataRetrievalLink: expect.stringMatching(/^https:/),
          errors: null,
        },
      },
    });
    expect(await execute(retrieval)).not.toEqual(first);
  });

  test('has no link before it is completed, and errors if it failed', async () => {
    const errors = [{ code: 'DATA_SUBJECT_NOT_FOUND', message: 'There is no such shopper.' }];
    personalDataTasks.set('t', { kind: 'retrieval', status: 'FAILED', errors });
    expect(await execute(retrieval)).toMatchObject({ data: { personalDataRetrievalTask: { dataRetrievalLink: null, errors } } });
  });
});

describe('personalDataDeletionTask', () => {
  test('has its holding period', async () => {
    personalDataTasks.set('t', { kind: 'deletion', status: 'ON_HOLD', holdingPeriod: 30 });
    expect(await execute(deletion)).toMatchObject({
      data: { personalDataDeletionTask: { taskId: 't', status: 'ON_HOLD', holdingPeriod: 30 } },
    });
  });

  test('is not found among the retrievals, nor the other way round', async () => {
    personalDataTasks.set('t', { kind: 'retrieval', status: 'COMPLETED' });
    expect(await execute(deletion)).toMatchObject({ errors: [{ extensions: { classification: { type: 'ResourceNotFoundError' } } }] });
    personalDataTasks.set('t', { kind: 'deletion', status: 'COMPLETED' });
    expect(await execute(retrieval)).toMatchObject({ data: { personalDataRetrievalTask: null } });
  });
});
