import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deliveryAttempts, parseTime } from '../../../src/shipping-ndr/webhook.ts';

describe('parseTime', () => {
  test.each([
    ['2023-12-28T04:08:59Z', '2023-12-28T04:08:59.000Z'],
    ['2023-12-28t04:08:59z', '2023-12-28T04:08:59.000Z'],
    ['2023-12-12T05:24:00.00Z', '2023-12-12T05:24:00.000Z'],
    ['2024-02-29T00:00+05:30', '2024-02-28T18:30:00.000Z'],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000Z'],
    ['2023-12-31T24:00:00Z', '2024-01-01T00:00:00.000Z'],
    ['2023-12-28T04:08:59.123456789-00:00', '2023-12-28T04:08:59.123Z'],
    ['2023-12-28T00:00:00+0530', '2023-12-27T18:30:00.000Z'],
    ['2023-12-28T00:00:00-0800', '2023-12-28T08:00:00.000Z'],
    ['2023-12-28T00:00:00+0000', '2023-12-28T00:00:00.000Z'],
  ])('reads %s', (text, iso) => {
    expect(parseTime(text)?.toISOString()).toBe(iso);
  });

  test.each([
    ['', 'nothing'],
    ['2023-12-28', 'a day'],
    ['2023-12-28T04:08:59', 'a time without an offset'],
    ['2023-12-28 04:08:59Z', 'a space in place of the T'],
    [' 2023-12-28T04:08:59Z', 'a space before it'],
    ['2023-12-28T04:08:59Z\n', 'a line break after it'],
    ['2023-02-30T00:00:00Z', 'a day that does not exist'],
    ['2023-13-01T00:00:00Z', 'a month that does not exist'],
    ['2023-12-28T25:00:00Z', 'an hour that does not exist'],
    ['2023-12-28T24:00:01Z', 'a second after midnight of the next day'],
    ['2023-12-28T23:59:60Z', 'a leap second'],
    ['2023-02-29T00:00:00Z', '29 February of a year that has none'],
    ['1900-02-29T00:00:00Z', '29 February of a century'],
    ['2023-12-28T00:00:00+24:00', 'an offset of a day'],
    ['2023-12-28T00:00:00+05:60', 'an offset of 60 minutes'],
    ['2023-12-28T00:00:00+2400', 'an offset of a day, without a colon'],
    ['2023-12-28T00:00:00+053', 'half an offset'],
    ['2023-12-28T00:00:00+05', 'an offset without minutes'],
    ['+002023-12-28T00:00:00Z', 'a year of six digits'],
    ['२०२३-12-28T00:00:00Z', 'digits of another script'],
    ['tomorrow', 'a word'],
    ['1703188564', 'seconds'],
  ])('returns nothing for %j: %s', (text) => {
    expect(parseTime(text)).toBeUndefined();
  });

  test.each([undefined, null, 7, {}, new Date(), ['2023-12-28T04:08:59Z'], 'Z'.repeat(10_000_000)])(
    'returns nothing for what is not a short string: %#',
    (value) => {
      expect(parseTime(value as never)).toBeUndefined();
    },
  );

  test('reads every date that has a year of four digits, also with an offset', () => {
    const date = fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true });
    const zone = fc.constantFrom(['Z', 0], ['+05:30', 330], ['+0530', 330], ['-08:00', -480], ['-0800', -480] as const);
    fc.assert(
      fc.property(date, zone, (value, [offset, minutes]) => {
        const local = new Date(value.getTime() + Number(minutes) * 60_000).toISOString();
        fc.pre(/^\d{4}-/.test(local));
        return parseTime(`${local.slice(0, -1)}${offset}`)?.getTime() === value.getTime();
      }),
    );
  });
});

describe('deliveryAttempts', () => {
  test.each([
    ['0', 0],
    ['4', 4],
    [' 12 ', 12],
    [3, 3],
    ['four', undefined],
    ['-1', undefined],
    ['1e3', undefined],
    ['0x4', undefined],
    [1.5, undefined],
    [Number.NaN, undefined],
    ['9'.repeat(20), undefined],
    ['', undefined],
    [null, undefined],
    [{}, undefined],
    [true, undefined],
  ])('reads %j as %j', (deliveryAttemptCount, count) => {
    expect(deliveryAttempts({ deliveryAttemptCount: deliveryAttemptCount as never })).toBe(count);
  });

  test.each([undefined, null, 'detail', 7])('returns nothing for %j in place of a detail', (detail) => {
    expect(deliveryAttempts(detail as never)).toBeUndefined();
  });
});
