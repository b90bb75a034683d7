import { describe, expect, expectTypeOf, test, vi } from 'vitest';
import {
  ConfigurationError,
  type IdempotencyStore,
  MemoryIdempotencyStore,
  type NdrFeedback,
  type NdrFeedbackClient,
  type NdrFeedbackResult,
  type RescheduleFeedback,
  type SubmitManyOptions,
  type Warning,
} from '../../../src/shipping-ndr/index.ts';
import { thrownBy, waybillErrorOf } from '../../support/errors.ts';
import { accepted, clientOf, fault, startAmazon } from '../../support/shipping-ndr/amazon.ts';

const NOW = new Date('2023-12-01T00:00:00Z');
const clock = (): Date => NOW;
const trackingId = '1582657452914';
const rto: NdrFeedback = { trackingId, ndrAction: 'RTO' };

describe('submitMany', () => {
  test('yields a result for each, and throws for none', async () => {
    const amazon = await startAmazon();
    const feedbacks = Array.from({ length: 8 }, (_, index): NdrFeedback => ({ ...rto, trackingId: index === 3 ? '' : `id-${index}` }));
    amazon.feedbackResponses.push(fault(404, 'NotFound', 'x'));
    const results: NdrFeedbackResult[] = [];
    for await (const result of clientOf(amazon).submitMany(feedbacks, { concurrency: 1 })) results.push(result);
    expect(results.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(results[0]).toMatchObject({ feedback: feedbacks[0], status: 'failed', sent: true, error: { status: 404 } });
    expect(results[3]).toMatchObject({ feedback: feedbacks[3], sent: false, error: { code: 'VALIDATION' } });
    expect(results.filter(({ status, receipt }) => status === 'submitted' && receipt)).toHaveLength(6);
    expect(amazon.tokenRequests).toHaveLength(1);
  });

  test('refuses a property that would not be sent, because it may be misspelt', async () => {
    const amazon = await startAmazon();
    async function* decisions() {
      for (const id of ['1', '2']) yield { trackingId: id, ndrAction: 'RTO', row: 7 } as const;
    }
    const seen: number[] = [];
    for await (const { error } of clientOf(amazon).submitMany(decisions())) seen.push(error ? 1 : 0);
    expect(seen).toEqual([1, 1]);
  });

  test.each([
    [undefined],
    ['text'],
    [[rto], { concurrency: 0 }],
    [[rto], { idempotencyLease: 0.5 }],
    [[rto], null],
    [[rto], { timeout: -1 }],
    [[rto], { dueDateOf: '2026-03-01T00:00:00Z' }],
    [[rto], { idempotencyStore: {} }],
    // One date for all would check none of them.
    [[rto], { dueDate: '2023-11-30T00:00:00Z' }],
  ])('refuses %j', async (...args) => {
    const amazon = await startAmazon();
    const error = await waybillErrorOf(() => clientOf(amazon).submitMany(...(args as unknown as [NdrFeedback[]])));
    expect(error).toBeInstanceOf(ConfigurationError);
  });

  test('ends with the reason of an abort, and items in flight say whether they were sent', async () => {
    const amazon = await startAmazon();
    const reason = new Error('closing time');
    const controller = new AbortController();
    amazon.feedbackResponses.push(
      () => undefined,
      () => controller.abort(reason),
    );
    const results: NdrFeedbackResult[] = [];
    const run = async (): Promise<void> => {
      const many = clientOf(amazon).submitMany(new Array(50).fill(rto), { concurrency: 2, signal: controller.signal });
      for await (const result of many) results.push(result);
    };
    expect(await thrownBy(run)).toBe(reason);
    expect(results).toMatchObject(new Array(2).fill({ status: 'failed', sent: true, error: reason }));
  });

  test('checks the due date of each feedback', async () => {
    const amazon = await startAmazon();
    const dueDateOf = vi.fn((_: NdrFeedback, index: number) => ['2023-11-30T00:00:00Z', '2023-12-02T00:00:00Z', undefined, 'soon'][index]);
    const seen = new Map<number, string>();
    const feedbacks = ['1', '2', '3', '4'].map((id): NdrFeedback => ({ ...rto, trackingId: id }));
    for await (const { index, status } of clientOf(amazon, { clock }).submitMany(feedbacks, { dueDateOf })) seen.set(index, status);
    expect(Object.fromEntries(seen)).toEqual({ 0: 'failed', 1: 'submitted', 2: 'submitted', 3: 'failed' });
    expect(dueDateOf).toHaveBeenCalledWith(feedbacks[2], 2);
  });

  describe('with a store', () => {
    const reschedule = (rescheduleDate: string): NdrFeedback => ({
      trackingId,
      ndrAction: 'RESCHEDULE',
      ndrRequestData: { rescheduleDate },
    });

    async function statuses(client: NdrFeedbackClient, feedbacks: NdrFeedback[], options: SubmitManyOptions): Promise<string[]> {
      const seen: string[] = [];
      for await (const { index, status } of client.submitMany(feedbacks, { concurrency: 1, ...options })) seen[index] = status;
      return seen;
    }

    test('resumes after an interruption: what was accepted is not sent again, what failed is', async () => {
      const amazon = await startAmazon();
      let now = NOW;
      const client = clientOf(amazon, { clock: () => now });
      const idempotencyStore = new MemoryIdempotencyStore({ clock });
      const feedbacks = [reschedule('2023-12-01T12:00:00Z'), rto, reschedule('2023-12-03T12:00:00Z')];
      amazon.feedbackResponses.push(accepted, fault(503, 'ServiceUnavailable', 'x'));
      expect(await statuses(client, feedbacks, { idempotencyStore })).toEqual(['submitted', 'failed', 'submitted']);
      // Done is done, though its date has passed meanwhile; and so is the same moment in other words.
      now = new Date('2023-12-02T00:00:00Z');
      feedbacks[2] = reschedule('2023-12-03T17:30:00+05:30');
      expect(await statuses(client, feedbacks, { idempotencyStore })).toEqual(['already-submitted', 'submitted', 'already-submitted']);
      expect(amazon.feedbackRequests).toHaveLength(4);
    });

    test('distinguishes a later attempt at the same parcel by its due date', async () => {
      const amazon = await startAmazon();
      const client = clientOf(amazon, { clock });
      const idempotencyStore = new MemoryIdempotencyStore();
      const due = (dueDate: string) => ({ idempotencyStore, dueDateOf: () => dueDate });
      expect(await statuses(client, [rto], due('2023-12-02T00:00:00Z'))).toEqual(['submitted']);
      expect(await statuses(client, [rto], due('2023-12-02T05:30:00+05:30'))).toEqual(['already-submitted']);
      expect(await statuses(client, [rto], due('2023-12-05T00:00:00Z'))).toEqual(['submitted']);
    });

    test('leaves feedback alone that another process is sending', async () => {
      const amazon = await startAmazon();
      const idempotencyStore: IdempotencyStore = {
        claim: async () => 'in-progress',
        complete: async () => undefined,
        release: async () => undefined,
      };
      expect(await statuses(clientOf(amazon), [rto], { idempotencyStore })).toEqual(['in-progress']);
      expect(amazon.feedbackRequests).toHaveLength(0);
    });

    test('that fails before sending fails the feedback, and one that fails after it only warns', async () => {
      const amazon = await startAmazon();
      const warnings: Warning[] = [];
      const client = clientOf(amazon, { hooks: { onWarning: (warning) => warnings.push(warning) } });
      const down = (): Promise<never> => Promise.reject(new Error('down'));
      const store: IdempotencyStore = { claim: async () => 'claimed', complete: down, release: down };
      expect(await statuses(client, [rto], { idempotencyStore: { ...store, claim: down } })).toEqual(['failed']);
      expect(amazon.feedbackRequests).toHaveLength(0);
      expect(await statuses(client, [rto], { idempotencyStore: store })).toEqual(['submitted']);
      expect(warnings).toMatchObject([{ code: 'STORE_FAILED', surface: 'shipping-ndr', path: ['idempotencyStore'] }]);
      amazon.feedbackResponses.push(fault(404, 'NotFound', 'x'));
      expect(await statuses(client, [rto], { idempotencyStore: store })).toEqual(['failed']);
    });
  });
});

test('the compiler knows what each action needs', () => {
  expectTypeOf<{ trackingId: string; ndrAction: 'RESCHEDULE' }>().not.toExtend<NdrFeedback>();
  expectTypeOf<{ trackingId: string; ndrAction: 'RTO' }>().toExtend<NdrFeedback>();
  expectTypeOf<{ trackingId: string; ndrAction: 'REATTEMPT'; ndrRequestData: { rescheduleDate: Date } }>().not.toExtend<NdrFeedback>();
  type Own = RescheduleFeedback & { readonly trackingId: `own-${string}` };
  expectTypeOf<SubmitManyOptions<Own>['dueDateOf']>().toEqualTypeOf<
    ((feedback: Own, index: number) => Date | string | null | undefined) | undefined
  >();
  expectTypeOf<Extract<NdrFeedbackResult<Own>, { status: 'failed' }>['sent']>().toEqualTypeOf<boolean>();
  expectTypeOf<NdrFeedbackResult<Own>['feedback']>().toEqualTypeOf<Own>();
});
