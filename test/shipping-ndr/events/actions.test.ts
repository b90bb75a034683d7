import { describe, expect, test } from 'vitest';
import { type NdrEvent, ndrReasons, type SuggestedNdrAction, suggestNdrActions } from '../../../src/shipping-ndr/webhook.ts';
import { waybillErrorOf } from '../../support/errors.ts';
import { ndrEvent } from '../../support/shipping-ndr/samples.ts';

const suggestion = (reasonCode: unknown) => suggestNdrActions(ndrEvent({ reasonCode }));
const actionsFor = (reasonCode: unknown): readonly (readonly [string, string | undefined])[] =>
  suggestion(reasonCode).actions.map(({ ndrAction, requires }: SuggestedNdrAction) => [ndrAction, requires]);

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
  ])('returns the advice of Amazon for %j', (reason, actions) => {
    expect(actionsFor(reason)).toEqual(actions);
  });

  test('has advice for 5 of the 17 reasons that Amazon documents, and says for the others that there is none', () => {
    const bases = ndrReasons.map((reason) => suggestion(reason).basis);
    expect(bases.filter((basis) => basis === 'advised')).toHaveLength(5);
    expect(bases.filter((basis) => basis === 'no-advice-for-reason')).toHaveLength(12);
    for (const reason of ndrReasons) expect(suggestion(reason).basis === 'advised').toBe(actionsFor(reason).length > 0);
  });

  test.each([
    ['Customer unavailable', 'advised'],
    ['Eaten by the dog', 'no-advice-for-reason'],
    ['constructor', 'no-advice-for-reason'],
    ['', 'no-reason-given'],
    ['  ', 'no-reason-given'],
    [null, 'no-reason-given'],
    [undefined, 'no-reason-given'],
  ])('says what the advice for %j rests on: %s', (reason, basis) => {
    expect(suggestion(reason).basis).toBe(basis);
  });

  test('says what to do with each, and warns of the phone number that the API forbids', () => {
    const everyAction = ndrReasons.flatMap((reason) => suggestion(reason).actions);
    for (const { advice } of everyAction) expect(advice).toMatch(/^[A-Z].+\.$/);
    expect(suggestion('Unable to contact customer').actions[0]?.advice).toContain('phone number must not be in the notes');
  });

  test('requires for each action what feedback with it needs', () => {
    const needed = { RESCHEDULE: 'rescheduleDate', REATTEMPT: 'additionalAddressNotes', RTO: undefined };
    for (const reason of ndrReasons) for (const [action, requires] of actionsFor(reason)) expect(requires).toBe(needed[action as 'RTO']);
  });

  test('returns the deadline, if it is a time', () => {
    expect(suggestNdrActions(ndrEvent()).deadline).toEqual(new Date('2023-12-28T04:08:59Z'));
    for (const ndrDueDate of ['soon', null, undefined, 7])
      expect(suggestNdrActions(ndrEvent({ ndrDueDate }))).not.toHaveProperty('deadline');
  });

  test('accepts an event that has only the id of a parcel', () => {
    expect(suggestNdrActions({ detail: { trackingId: '1' } })).toEqual({ actions: [], basis: 'no-reason-given' });
  });

  test.each([
    [undefined, ['detail']],
    [null, ['detail']],
    ['event', ['detail']],
    [{}, ['detail']],
    [{ detail: null }, ['detail']],
    [{ detail: 'detail' }, ['detail']],
    [{ detail: { reasonCode: 7 } }, ['detail', 'reasonCode']],
    [{ detail: { reasonCode: ['Address not found'] } }, ['detail', 'reasonCode']],
  ])('refuses %j', async (event, path) => {
    const error = await waybillErrorOf(() => suggestNdrActions(event as unknown as NdrEvent));
    expect(error).toMatchObject({
      code: 'VALIDATION',
      direction: 'event',
      issues: [{ path }],
      hint: expect.stringContaining('as a whole'),
    });
  });
});
