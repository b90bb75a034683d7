import { describe, expect, test } from 'vitest';
import { type NdrEvent, ndrReasons, suggestNdrActions } from '../../src/shipping-ndr/webhook.ts';
import { waybillErrorOf } from './errors.ts';
import { ndrEvent } from './samples.ts';

const actionsFor = (reasonCode: string) =>
  suggestNdrActions(ndrEvent({ reasonCode })).actions.map(({ ndrAction, requires }) => [ndrAction, requires]);

describe('suggestNdrActions', () => {
  test.each([
    ['Address not found', [['REATTEMPT', 'additionalAddressNotes']]],
    ['Unable to contact customer', [['REATTEMPT', 'additionalAddressNotes']]],
    ['Customer unavailable', [['RESCHEDULE', 'rescheduleDate']]],
    ['Payment not ready', [['RESCHEDULE', 'rescheduleDate']]],
    [
      'Not required',
      [
        ['RTO', undefined],
        ['RESCHEDULE', 'rescheduleDate'],
        ['REATTEMPT', 'additionalAddressNotes'],
      ],
    ],
    [' address NOT found ', [['REATTEMPT', 'additionalAddressNotes']]],
    ['Eaten by the dog', []],
    ['', []],
    ['constructor', []],
  ])('gives the advice of Amazon for %j', (reason, actions) => {
    expect(actionsFor(reason)).toEqual(actions);
  });

  test('has advice for 5 of the 17 reasons that Amazon documents', () => {
    expect(ndrReasons.filter((reason) => actionsFor(reason).length > 0)).toHaveLength(5);
  });

  test('says what to do with each', () => {
    const { actions } = suggestNdrActions(ndrEvent({ reasonCode: 'Unable to contact customer' }));
    expect(actions[0]?.advice).toContain('phone number must not be in the notes');
  });

  test('gives the deadline, where that is a time', () => {
    expect(suggestNdrActions(ndrEvent()).deadline).toEqual(new Date('2023-12-28T04:08:59Z'));
    expect(suggestNdrActions(ndrEvent({ ndrDueDate: 'soon' }))).not.toHaveProperty('deadline');
  });

  test.each([undefined, null, 'event', {}, { detail: null }, { detail: { reasonCode: 7 } }])('takes no %j', async (event) => {
    expect(await waybillErrorOf(() => suggestNdrActions(event as unknown as NdrEvent))).toMatchObject({
      code: 'VALIDATION',
      direction: 'event',
    });
  });
});
