import { describe, expect, test } from 'vitest';
import { sqsHandler } from '../../../src/buywithprime/events/handlers.ts';
import { MemoryIdempotencyStore } from '../../../src/core/idempotency.ts';
import { failures, listener, recorder } from '../../support/buywithprime/batches.ts';
import { eventText, sqsRecord } from '../../support/buywithprime/fixtures.ts';

describe('sqsHandler, of', () => {
  describe('a message with several events', () => {
    const several = (...ids: string[]): string => `[${ids.map((id) => eventText(id)).join()}]`;

    test('fails as a whole, after all were tried', async () => {
      const { handled, handlers } = recorder('b');
      expect(await sqsHandler(handlers)({ Records: [sqsRecord(several('a', 'b', 'c'), 'm-1')] })).toEqual(failures('m-1'));
      expect(handled).toEqual(['a', 'b', 'c']);
    });

    test('retries, with a store, only those that were not done', async () => {
      const failing = ['b'];
      const handled: string[] = [];
      const handle = sqsHandler(
        {
          DELIVERY_IN_TRANSIT: ({ orderId }) => {
            if (failing.includes(orderId)) throw new Error('failed');
            handled.push(orderId);
          },
        },
        { idempotencyStore: new MemoryIdempotencyStore() },
      );
      const batch = { Records: [sqsRecord(several('a', 'b', 'c'), 'm-1')] };
      expect(await handle(batch)).toEqual(failures('m-1'));
      failing.pop();
      expect(await handle(batch)).toEqual(failures());
      expect(handled).toEqual(['a', 'c', 'b']);
    });

    test('stops in a FIFO queue at the first failure', async () => {
      const { handled, handlers } = recorder('b');
      expect(await sqsHandler(handlers)({ Records: [sqsRecord(several('a', 'b', 'c'), 'm-1', 'g')] })).toEqual(failures('m-1'));
      expect(handled).toEqual(['a', 'b']);
    });
  });

  describe('a FIFO queue', () => {
    const fifo = (id: string, group: string) => sqsRecord(eventText(id), id, group);

    test('returns what comes after a failure in its group untried, and continues with the other groups', async () => {
      const { handled, handlers } = recorder('x2');
      const { heard, onError } = listener();
      const Records = [fifo('x1', 'x'), fifo('y1', 'y'), fifo('x2', 'x'), fifo('x3', 'x'), fifo('y2', 'y'), fifo('x4', 'x')];
      expect(await sqsHandler(handlers, { onError })({ Records })).toEqual(failures('x2', 'x3', 'x4'));
      expect(handled.sort()).toEqual(['x1', 'x2', 'y1', 'y2']);
      expect(heard).toEqual([
        ['x2', 'failed: x2', false],
        ['x3', 'failed: x2', true],
        ['x4', 'failed: x2', true],
      ]);
    });

    test('stops a group at what cannot be read', async () => {
      const { handled, handlers } = recorder();
      expect(await sqsHandler(handlers)({ Records: [sqsRecord('bad', 'a', 'g'), fifo('b', 'g')] })).toEqual(failures('a', 'b'));
      expect(handled).toEqual([]);
    });

    test('handles the messages of a group one after another, and groups concurrently', async () => {
      const log: string[] = [];
      const DELIVERY_IN_TRANSIT = async ({ orderId }: { readonly orderId: string }): Promise<void> => {
        log.push(`${orderId} begins`);
        await new Promise((resolve) => setTimeout(resolve, 1));
        log.push(`${orderId} ends`);
      };
      await sqsHandler({ DELIVERY_IN_TRANSIT })({ Records: [fifo('x1', 'x'), fifo('x2', 'x'), fifo('y1', 'y')] });
      expect(log.filter((line) => line.startsWith('x'))).toEqual(['x1 begins', 'x1 ends', 'x2 begins', 'x2 ends']);
      expect(log.indexOf('y1 begins')).toBeLessThan(log.indexOf('x1 ends'));
    });

    test('treats messages without a group as one group', async () => {
      const { handled, handlers } = recorder('a');
      const Records = [{}, { MessageGroupId: { toString: 1 } }].map((attributes, at) => ({ ...fifo('ab'[at] as string, 'g'), attributes }));
      expect(await sqsHandler(handlers)({ Records })).toEqual(failures('a', 'b'));
      expect(handled).toEqual(['a']);
    });
  });

  test('keeps no order in a standard queue whose messages have groups for fairness', async () => {
    const { handled, handlers } = recorder('a');
    const Records = ['a', 'b'].map((id) => ({
      ...sqsRecord(eventText(id), id, 'tenant'),
      eventSourceARN: 'arn:aws:sqs:us-east-1:1:queue',
    }));
    expect(await sqsHandler(handlers)({ Records })).toEqual(failures('a'));
    expect(handled).toEqual(['a', 'b']);
  });
});
