import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import type { ValidationError } from '../../src/core/errors.ts';
import { isWaybillError } from '../../src/core/errors.ts';
import {
  deliveryAttempts,
  type NdrDetail,
  NdrDetailSchema,
  type NdrEvent,
  NdrEventSchema,
  ndrReasons,
  ndrStatuses,
  parseShippingEvent,
  parseTime,
  type ShippingEvent,
  TrackingDetailSchema,
  TrackingEventSchema,
  trackingDetailCodes,
  trackingEventCodes,
  type UnknownShippingEvent,
} from '../../src/shipping-ndr/index.ts';
import { waybillErrorOf } from './errors.ts';
import { ndrEvent, ndrSample, trackingSample } from './samples.ts';

describe('parseShippingEvent', () => {
  test("reads Amazon's sample, with every name as on the wire", () => {
    expect(parseShippingEvent(ndrSample)).toEqual({ ...ndrSample, kind: 'ndr' });
  });

  test('reads a tracking event', () => {
    expect(parseShippingEvent(trackingSample)).toEqual({ ...trackingSample, kind: 'tracking' });
  });

  test.each([
    ['text', JSON.stringify(ndrSample)],
    ['text with a byte order mark', `\uFEFF${JSON.stringify(ndrSample)}`],
    ['bytes', new TextEncoder().encode(JSON.stringify(ndrSample))],
    ['an array of one', [ndrSample]],
    ['what it gave before, through JSON', JSON.stringify({ ...ndrSample, kind: 'ndr' })],
  ])('takes %s', (_, input) => {
    expect(parseShippingEvent(input)).toEqual({ ...ndrSample, kind: 'ndr' });
  });

  test('gives a type that it does not know as it came', () => {
    const event = { ...ndrSample, 'detail-type': 'OTP Events', detail: [1, 2], batch: true };
    expect(parseShippingEvent(event)).toEqual({ ...event, kind: 'unknown' });
  });

  test('lets no property of the envelope pass for the kind', () => {
    expect(parseShippingEvent({ ...ndrSample, kind: 'tracking' }).kind).toBe('ndr');
  });

  test('keeps what it does not know', () => {
    const event = { ...ndrEvent({ promise: { kept: [true] } }), 'replay-name': 'r' };
    expect(parseShippingEvent(event)).toEqual({ ...event, kind: 'ndr' });
  });

  test('takes values that Amazon has not documented', () => {
    const detail = { shipmentStatus: 'Held', reasonCode: 'Eaten by the dog', paymentType: 'Prepaid' };
    expect(parseShippingEvent(ndrEvent(detail))).toMatchObject({ kind: 'ndr', detail });
  });

  test.each(['referenceID', 'deliveryAttemptCount', 'paymentType', 'shippingPartyAccountId', 'appId', 'version', 'timeToLive'])(
    'does without %s, which is in no table of Amazon',
    (name) => {
      const { [name as 'appId']: _, ...detail } = ndrSample.detail;
      expect(parseShippingEvent({ ...ndrSample, detail })).toMatchObject({ kind: 'ndr', detail });
      expect(parseShippingEvent(ndrEvent({ [name]: null }))).toMatchObject({ kind: 'ndr', detail: { [name]: null } });
    },
  );

  test.each(['4', 4])('takes the number of attempts as text and as number: %j', (deliveryAttemptCount) => {
    const event = parseShippingEvent(ndrEvent({ deliveryAttemptCount })) as NdrEvent;
    expect(event.detail.deliveryAttemptCount).toBe(deliveryAttemptCount);
    expect(deliveryAttempts(event.detail)).toBe(4);
  });

  test.each([
    [ndrEvent({ trackingId: 1809561149386 }), 'detail.trackingId: expected string, got number'],
    [ndrEvent({ ndrDueDate: undefined }), 'detail.ndrDueDate: expected string, got nothing'],
    [ndrEvent({ deliveryAttemptCount: {} }), 'detail.deliveryAttemptCount: expected a number, or a text with one'],
    [{ ...ndrSample, detail: null }, 'detail: expected object, got null'],
    [{ ...ndrSample, detail: [ndrSample.detail] }, 'detail: expected object, got an array'],
    [{ ...ndrSample, id: 7 }, 'id: expected string, got number'],
    [{ ...trackingSample, detail: {} }, 'detail.trackingId: expected string, got nothing; detail.eventCode'],
    [{ ...trackingSample, detail: { ...trackingSample.detail, location: 'here' } }, 'detail.location: expected object, got string'],
    [{ 'detail-type': 'New' }, 'id: expected string, got nothing; time'],
    [ndrSample.detail, 'expected an event, but object has no "detail-type"'],
    [{ ...ndrSample, 'detail-type': ['NDR Events'] }, 'expected an event, but object has no "detail-type"'],
    [[], 'expected an event, but an array has no "detail-type"'],
    [[1, 'two', null], 'expected an event, but an array has no "detail-type"'],
    [[ndrSample, trackingSample], 'expected one event, got an array of 2'],
    [[ndrSample, 7], '1: expected an event, but number has no "detail-type"'],
    [[ndrSample, ndrEvent({ reasonCode: 7 })], '1.detail.reasonCode: expected string, got number'],
    [undefined, 'expected JSON, got nothing'],
    [null, 'expected JSON, got null'],
    [7, 'expected JSON, got number'],
    ['', 'the body of 0 characters is not JSON'],
    ['{"detail-type":"NDR Ev', 'is not JSON'],
    ['"text"', 'expected an event, but string has no "detail-type"'],
    [JSON.stringify(JSON.stringify(ndrSample)), 'string has no "detail-type"'],
    [new Uint8Array([0xff, 0xfe, 0x7b]), 'is not JSON'],
    [new Date(), 'expected an event, but object has no "detail-type"'],
    ['[]'.padStart(10_000_000), 'an array has no "detail-type"'],
    ['['.repeat(1_048_576), 'is not JSON'],
  ])('refuses %# and says what is wrong', async (input, message) => {
    const error = (await waybillErrorOf(() => parseShippingEvent(input))) as ValidationError;
    expect(error).toMatchObject({ code: 'VALIDATION', direction: 'event', surface: 'shipping-ndr', retryable: false });
    expect(error.message).toContain(message);
  });

  test('is not taken in by __proto__', () => {
    const event = parseShippingEvent(JSON.stringify(ndrSample).replace('{', '{"__proto__":{"admin":true},'));
    expect((event as { admin?: unknown }).admin).toBeUndefined();
    expect(Object.getPrototypeOf(event)).toBe(Object.prototype);
    expect(event.kind).toBe('ndr');
  });

  test('gives an event or an error of ours for any JSON', () => {
    const almost = fc.record(
      {
        'detail-type': fc.oneof(fc.constantFrom('NDR Events', 'Tracking Detail'), fc.string()),
        id: fc.jsonValue(),
        time: fc.jsonValue(),
        detail: fc.jsonValue(),
      },
      { requiredKeys: ['detail-type'] },
    );
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), almost), (value) => {
        try {
          return ['ndr', 'tracking', 'unknown'].includes(parseShippingEvent(value).kind);
        } catch (error) {
          return isWaybillError(error);
        }
      }),
    );
  });
});

describe('parseTime', () => {
  test.each([
    ['2023-12-28T04:08:59Z', '2023-12-28T04:08:59.000Z'],
    ['2023-12-28t04:08:59z', '2023-12-28T04:08:59.000Z'],
    ['2023-12-12T05:24:00.00Z', '2023-12-12T05:24:00.000Z'],
    ['2024-02-29T00:00+05:30', '2024-02-28T18:30:00.000Z'],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000Z'],
    ['2023-12-31T24:00:00Z', '2024-01-01T00:00:00.000Z'],
    ['2023-12-28T04:08:59.123456789-00:00', '2023-12-28T04:08:59.123Z'],
  ])('reads %s', (text, iso) => {
    expect(parseTime(text)?.toISOString()).toBe(iso);
  });

  test.each([
    '',
    '2023-12-28',
    '2023-12-28T04:08:59',
    '2023-02-30T00:00:00Z',
    '2023-13-01T00:00:00Z',
    '2023-12-28T25:00:00Z',
    '2023-12-28T24:00:01Z',
    '2023-12-28T23:59:60Z',
    '2023-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2023-12-28T00:00:00+24:00',
    '2023-12-28T00:00:00+05:60',
    '2023-12-28T00:00:00+0530',
    '+002023-12-28T00:00:00Z',
    'tomorrow',
    '1703188564',
  ])('makes nothing of %j', (text) => {
    expect(parseTime(text)).toBeUndefined();
  });

  test.each([undefined, null, 7, {}, 'Z'.repeat(10_000_000)])('makes nothing of what is no text: %#', (value) => {
    expect(parseTime(value as never)).toBeUndefined();
  });

  test('reads back every date that has a year of four digits', () => {
    const date = fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true });
    fc.assert(fc.property(date, (value) => parseTime(value.toISOString())?.getTime() === value.getTime()));
  });
});

describe('deliveryAttempts', () => {
  test.each([
    ['0', 0],
    [' 12 ', 12],
    [3, 3],
    ['four', undefined],
    ['-1', undefined],
    [1.5, undefined],
    ['', undefined],
    [null, undefined],
    [{}, undefined],
  ])('makes %j into %j', (deliveryAttemptCount, count) => {
    expect(deliveryAttempts({ deliveryAttemptCount: deliveryAttemptCount as never })).toBe(count);
  });

  test('takes no detail for no attempts known', () => {
    expect(deliveryAttempts(undefined as never)).toBeUndefined();
  });
});

describe('lists of known values', () => {
  test('hold what Amazon documents, each once', () => {
    expect(ndrStatuses).toEqual(['Attempted', 'Rejected', 'Undeliverable']);
    for (const [list, length] of [
      [ndrReasons, 17],
      [trackingEventCodes, 15],
      [trackingDetailCodes, 30],
    ] as const) {
      expect(new Set<string>(list).size).toBe(length);
      expect(list).toHaveLength(length);
    }
  });
});

describe('schemas for any validator', () => {
  test.each([
    [NdrEventSchema, ndrSample],
    [NdrDetailSchema, ndrSample.detail],
    [TrackingEventSchema, trackingSample],
    [TrackingDetailSchema, trackingSample.detail],
  ])('take what is right: %#', (schema, value) => {
    expect(schema['~standard'].validate(value)).toEqual({ value });
  });

  test.each(Object.keys(ndrSample.detail))('look at %s of the detail', (name) => {
    expect(NdrDetailSchema['~standard'].validate({ ...ndrSample.detail, [name]: true })).toMatchObject({ issues: [{ path: [name] }] });
  });

  test.each([
    ['eventTime', 7],
    ['shipmentType', 7],
    ['alternateLegTrackingId', 7],
    ['location', 7],
    ['trackingDetailCodes', 7],
  ])('look at %s of a tracking detail', (name, value) => {
    expect(TrackingDetailSchema['~standard'].validate({ ...trackingSample.detail, [name]: value })).toMatchObject({
      issues: [{ path: [name] }],
    });
    expect(TrackingDetailSchema['~standard'].validate({ ...trackingSample.detail, [name]: null })).not.toHaveProperty('issues');
  });

  test.each([
    ['location', 'city'],
    ['location', 'stateOrRegion'],
    ['location', 'countryCode'],
    ['location', 'postalCode'],
    ['trackingDetailCodes', 'forward'],
    ['trackingDetailCodes', 'returns'],
  ])('look into %s.%s', (outer, inner) => {
    const issues = TrackingDetailSchema['~standard'].validate({ ...trackingSample.detail, [outer]: { [inner]: [7] } });
    expect(issues).toMatchObject({ issues: [{ path: [outer, inner] }] });
  });

  test.each(['source', 'version', 'account', 'region', 'resources'])('look at %s of the envelope, which may be absent', (name) => {
    const { [name as 'source']: _, ...without } = ndrSample;
    expect(NdrEventSchema['~standard'].validate(without)).toEqual({ value: without });
    expect(NdrEventSchema['~standard'].validate({ ...ndrSample, [name]: 7 })).toMatchObject({ issues: [{ path: [name] }] });
  });
});

test('the compiler tells the kinds apart and completes the known values', () => {
  expectTypeOf<Extract<ShippingEvent, { kind: 'ndr' }>['detail']>().toEqualTypeOf<NdrDetail>();
  expectTypeOf<UnknownShippingEvent['detail']>().toEqualTypeOf<unknown>();
  expectTypeOf<'Customer rejected'>().toExtend<NdrDetail['reasonCode']>();
  expectTypeOf<string>().toExtend<NdrDetail['reasonCode']>();
  expectTypeOf(NdrDetailSchema['~standard'].types).toEqualTypeOf<{ readonly input: unknown; readonly output: NdrDetail } | undefined>();
});
