import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BuyWithPrimeEventKind, eventKinds, eventTypesOf } from '../../../src/buywithprime/events/kinds.ts';
import { isOutdated } from '../../../src/buywithprime/events/outdated.ts';
import { BuyWithPrimeEventParser } from '../../../src/buywithprime/events/parser.ts';
import { deliveryInTransit } from '../../support/buywithprime/fixtures.ts';

describe('isOutdated', () => {
  test.each<[BuyWithPrimeEventKind, string[], string[]]>([
    [
      'DELIVERY_IN_TRANSIT',
      ['DELIVERED', 'CANCELLED', 'DELIVERY_COMPLETED', 'DELIVERY_CANCELLED', 'PACKAGE_DELIVERED', 'ITEM_CANCELLED'],
      ['PENDING', 'IN_TRANSIT', 'DELIVERY_IN_TRANSIT', 'PACKAGE_DELIVERY_IN_TRANSIT', 'SUCCESS', 'RETURN_COMPLETED', 'COMPLETED'],
    ],
    ['DELIVERY_COMPLETED', [], ['PENDING', 'IN_TRANSIT', 'DELIVERED', 'CANCELLED', 'DELIVERY_CANCELLED']],
    ['DELIVERY_CANCELLED', [], ['PENDING', 'IN_TRANSIT', 'DELIVERED', 'CANCELLED']],
    ['REFUND_REQUESTED', ['SUCCESS', 'REFUND_COMPLETED'], ['PENDING', 'PARTIAL', 'FAILURE', 'REFUND_REQUESTED', 'DELIVERED', 'COMPLETED']],
    ['REFUND_COMPLETED', [], ['PENDING', 'SUCCESS', 'PARTIAL', 'REFUND_COMPLETED']],
    [
      'RETURN_STARTED',
      ['IN_TRANSIT', 'DELIVERED', 'FAILED', 'COMPLETED', 'CANCELLED', 'RETURN_PACKAGE_DELIVERED', 'RETURN_COMPLETED'],
      ['DRAFT', 'CREATED', 'PENDING', 'RETURN_STARTED', 'RETURN_ITEM_GRADED', 'DELIVERY_COMPLETED'],
    ],
    [
      'RETURN_DELIVERY_IN_TRANSIT',
      ['COMPLETED', 'CANCELLED', 'RETURN_COMPLETED'],
      ['CREATED', 'IN_TRANSIT', 'DELIVERED', 'FAILED', 'RETURN_DELIVERY_COMPLETED', 'RETURN_DELIVERY_FAILED'],
    ],
    ['RETURN_DELIVERY_FAILED', ['RETURN_COMPLETED'], ['RETURN_DELIVERY_COMPLETED']],
    ['RETURN_COMPLETED', [], ['COMPLETED', 'CANCELLED', 'RETURN_STARTED']],
    ['RETURN_ITEM_GRADED', [], ['COMPLETED', 'CANCELLED', 'RETURN_COMPLETED']],
    ['BUYABILITY_CHANGED', [], ['DELIVERED', 'BUYABILITY_CHANGED']],
    ['PACKAGE_TRACKER_MILESTONE_CHANGED', [], ['DELIVERED', 'LOST']],
    ['PERSONAL_DATA_DELETION_TASK_FAILED', [], ['COMPLETED', 'PERSONAL_DATA_DELETION_TASK_COMPLETED']],
  ])('%s', (kind, outdated, current) => {
    expect(outdated.filter((state) => !isOutdated({ kind }, state))).toEqual([]);
    expect(current.filter((state) => isOutdated({ kind }, state))).toEqual([]);
  });

  test('reads events under their old and new names', () => {
    const event = new BuyWithPrimeEventParser().parse(deliveryInTransit({ 'detail-type': 'PACKAGE_DELIVERY_IN_TRANSIT' }));
    expect(isOutdated(event, 'DELIVERED')).toBe(true);
    expect(isOutdated(event, undefined)).toBe(false);
  });

  test('is never true both ways: of two events one can be handled', () => {
    for (const a of eventKinds) {
      for (const b of eventKinds) expect(isOutdated({ kind: a }, b) && isOutdated({ kind: b }, a)).toBe(false);
      for (const name of eventTypesOf(a)) expect(isOutdated({ kind: a }, name)).toBe(false);
    }
  });

  test('leaves one last state, in whatever order the events of a delivery, a refund or a return arrive', () => {
    const families = [
      ['DELIVERY_IN_TRANSIT', 'DELIVERY_COMPLETED'],
      ['REFUND_REQUESTED', 'REFUND_COMPLETED'],
      ['RETURN_STARTED', 'RETURN_DELIVERY_IN_TRANSIT', 'RETURN_COMPLETED'],
    ] as const;
    for (const kinds of families) {
      fc.assert(
        fc.property(fc.shuffledSubarray([...kinds, ...kinds], { minLength: 1 }), (arrived) => {
          let last: BuyWithPrimeEventKind | undefined;
          for (const kind of arrived) if (!isOutdated({ kind }, last)) last = kind;
          const order: readonly string[] = kinds;
          expect(last).toBe(order[Math.max(...arrived.map((kind) => order.indexOf(kind)))]);
        }),
      );
    }
  });

  test.each([undefined, null, '', 'constructor', '__proto__', 'toString', 7, {}, Symbol('s'), 'SOMETHING_NEW'])(
    'knows nothing of a state like %s',
    (state) => {
      expect(isOutdated({ kind: 'DELIVERY_IN_TRANSIT' }, state as never)).toBe(false);
    },
  );

  test.each([undefined, null, {}, { kind: 'unknown' }, { kind: 'constructor' }, { kind: 'DELIVERED' }, 'x', { kind: 7 }])(
    'knows nothing of an event like %j',
    (event) => {
      expect(isOutdated(event as never, 'DELIVERED')).toBe(false);
    },
  );
});
