import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { isWaybillError, type ValidationError } from '../../../src/core/errors.ts';
import {
  deliveryAttempts,
  type NdrDetail,
  type NdrEvent,
  parseShippingEvent,
  type ShippingEvent,
  type UnknownShippingEvent,
} from '../../../src/shipping-ndr/webhook.ts';
import { everythingShownOf, waybillErrorOf } from '../../support/errors.ts';
import { ndrEvent, ndrSample, trackingSample } from '../../support/shipping-ndr/samples.ts';

const optional = Object.keys(ndrSample.detail).filter((name) => name !== 'trackingId');

describe('parseShippingEvent', () => {
  test("reads Amazon's sample, with every name as on the wire", () => {
    expect(parseShippingEvent(ndrSample)).toEqual({ ...ndrSample, kind: 'ndr' });
  });

  test('reads a tracking event', () => {
    expect(parseShippingEvent(trackingSample)).toEqual({ ...trackingSample, kind: 'tracking' });
  });

  test.each([
    ['a string', JSON.stringify(ndrSample)],
    ['a string with a byte order mark', `\uFEFF${JSON.stringify(ndrSample)}`],
    ['a string in a string', JSON.stringify(JSON.stringify(ndrSample))],
    ['bytes', new TextEncoder().encode(JSON.stringify(ndrSample))],
    ['a list of one', [ndrSample]],
    ['an SQS message', { messageId: 'm', body: JSON.stringify(ndrSample) }],
    ['what it returned before, through JSON', JSON.stringify({ ...ndrSample, kind: 'ndr' })],
  ])('accepts %s', (_, input) => {
    expect(parseShippingEvent(input)).toEqual({ ...ndrSample, kind: 'ndr' });
  });

  test('returns a type that it does not know as it came', () => {
    const event = { ...ndrSample, 'detail-type': 'OTP Events', detail: [1, 2], batch: true };
    expect(parseShippingEvent(event)).toEqual({ ...event, kind: 'unknown' });
    expect(parseShippingEvent({ 'detail-type': 'New' })).toEqual({ 'detail-type': 'New', kind: 'unknown' });
  });

  test('does not take a property of the envelope for the kind', () => {
    expect(parseShippingEvent({ ...ndrSample, kind: 'tracking' }).kind).toBe('ndr');
  });

  test('keeps properties that it does not know', () => {
    const event = { ...ndrEvent({ promise: { kept: [true] } }), 'replay-name': 'r' };
    expect(parseShippingEvent(event)).toEqual({ ...event, kind: 'ndr' });
  });

  test('accepts values that Amazon has not documented', () => {
    const detail = { shipmentStatus: 'Held', reasonCode: 'Eaten by the dog', paymentType: 'Prepaid' };
    expect(parseShippingEvent(ndrEvent(detail))).toMatchObject({ kind: 'ndr', detail });
  });

  test.each([
    { id: null },
    { time: null },
    { source: null },
    { region: null },
    { resources: null },
    { version: 0 },
    { account: 123456789012 },
  ])('accepts the envelope with %j', (fields) => {
    const event = { ...ndrSample, ...fields };
    expect(parseShippingEvent(event)).toEqual({ ...event, kind: 'ndr' });
  });

  test.each(optional)('does not need %s of the detail', (name) => {
    const { [name as 'appId']: _, ...detail } = ndrSample.detail;
    expect(parseShippingEvent({ ...ndrSample, detail })).toEqual({ ...ndrSample, detail, kind: 'ndr' });
    expect(parseShippingEvent(ndrEvent({ [name]: null }))).toMatchObject({ kind: 'ndr', detail: { [name]: null } });
  });

  test.each(['id', 'time', 'source', 'version', 'account', 'region', 'resources'])('does not need %s of the envelope', (name) => {
    const { [name as 'id']: _, ...event } = ndrSample;
    expect(parseShippingEvent(event)).toEqual({ ...event, kind: 'ndr' });
  });

  test('needs nothing but the id of the parcel, and accepts a number for it', () => {
    expect(parseShippingEvent({ 'detail-type': 'NDR Events', detail: { trackingId: '7' } })).toEqual({
      'detail-type': 'NDR Events',
      detail: { trackingId: '7' },
      kind: 'ndr',
    });
    for (const sample of [ndrSample, trackingSample]) {
      const detail = { ...sample.detail, trackingId: 1809561149386 };
      const frozen = Object.freeze({ ...sample, detail: Object.freeze(detail) });
      expect(parseShippingEvent(frozen)).toMatchObject({ detail: sample.detail });
      expect(detail.trackingId).toBe(1809561149386);
    }
  });

  test('makes a string of every number that should be one', () => {
    const texts = optional.filter((name) => !['deliveryAttemptCount', 'version', 'timeToLive'].includes(name));
    expect(texts).toContain('referenceID');
    const numbers = ndrEvent(Object.fromEntries(texts.map((name) => [name, 795817695])));
    const expected = ndrEvent(Object.fromEntries(texts.map((name) => [name, '795817695'])));
    expect(parseShippingEvent(numbers)).toEqual({ ...expected, kind: 'ndr' });
    const detail = { ...trackingSample.detail, eventTime: 1703188564, location: { city: 'Pune', postalCode: 411001 } };
    expect(parseShippingEvent({ ...trackingSample, detail })).toMatchObject({
      detail: { eventTime: '1703188564', location: { city: 'Pune', postalCode: '411001' } },
    });
    expect(detail.location.postalCode).toBe(411001);
  });

  test('takes no number for an id that has lost its last digits', () => {
    expect(() => parseShippingEvent(ndrEvent({ referenceID: 2 ** 58 }))).toThrow('detail.referenceID: must be at most 9007199254740991');
  });

  test.each(['4', 4])('accepts the number of attempts as a string and as a number: %j', (deliveryAttemptCount) => {
    const event = parseShippingEvent(ndrEvent({ deliveryAttemptCount })) as NdrEvent;
    expect(event.detail.deliveryAttemptCount).toBe(deliveryAttemptCount);
    expect(deliveryAttempts(event.detail)).toBe(4);
  });

  test.each([
    [ndrEvent({ trackingId: undefined }), 'detail.trackingId: expected string or number, got nothing'],
    [ndrEvent({ trackingId: '' }), 'detail.trackingId: must not be empty'],
    [ndrEvent({ trackingId: 2 ** 53 }), 'detail.trackingId: must be at most 9007199254740991'],
    [ndrEvent({ trackingId: 1.5 }), 'detail.trackingId: expected string or'],
    [ndrEvent({ trackingId: true }), 'detail.trackingId: expected string or number, got boolean'],
    [ndrEvent({ ndrDueDate: {} }), 'detail.ndrDueDate: expected string or number, got object'],
    [ndrEvent({ deliveryAttemptCount: {} }), 'detail.deliveryAttemptCount: expected string or number, got object'],
    [{ ...ndrSample, detail: null }, 'detail: expected object, got null'],
    [{ ...ndrSample, detail: undefined }, 'detail: expected object, got nothing'],
    [{ ...ndrSample, detail: [ndrSample.detail] }, 'detail: expected object, got an array'],
    [{ ...ndrSample, detail: 'detail' }, 'detail: expected object, got string'],
    [{ ...ndrSample, id: 7 }, 'id: expected string, got number'],
    [{ ...ndrSample, resources: [7] }, 'resources.0: expected string, got number'],
    [{ ...trackingSample, detail: {} }, 'detail.trackingId: expected string or number, got nothing'],
    [{ ...trackingSample, detail: { ...trackingSample.detail, location: 'here' } }, 'detail.location: expected object, got string'],
    [ndrSample.detail, 'expected an Amazon Shipping event, got an object without "detail-type"'],
    [{ ...ndrSample, 'detail-type': ['NDR Events'] }, 'expected an Amazon Shipping event, got an object without "detail-type"'],
    [{ ...ndrSample, 'detail-type': undefined, detailType: 'NDR Events' }, 'an object that spells "detail-type" in another way'],
    [{ eventDescriptor: 'DELIVERY_IN_TRANSIT', resources: [] }, 'got the body of a Buy with Prime webhook'],
    [[], 'expected one event, got a list of 0'],
    [{ Records: [] }, 'expected one event, got a list of 0'],
    [[1, 'two', null], '0: expected an Amazon Shipping event, got number'],
    [[ndrSample, trackingSample], 'expected one event, got a list of 2'],
    [[ndrSample, 7], '1: expected an Amazon Shipping event, got number'],
    [[ndrSample, ndrEvent({ reasonCode: true })], '1.detail.reasonCode: expected string or number, got boolean'],
    [undefined, 'expected an Amazon Shipping event, got nothing'],
    [null, 'expected an Amazon Shipping event, got null'],
    [7, 'expected an Amazon Shipping event, got number'],
    ['', 'got an empty string'],
    ['{"detail-type":"NDR Ev', 'got 22 characters that are not JSON'],
    ['<html>', 'it looks like HTML or XML'],
    ['"text"', 'that are not JSON'],
    [Buffer.from(JSON.stringify(ndrSample)).toString('base64'), 'it looks like base64'],
    [new Uint8Array([0xff, 0xfe, 0x7b]), 'an empty string'],
    [new Date(), 'expected an Amazon Shipping event, got an object without "detail-type"'],
    [Promise.resolve(ndrSample), 'got a promise'],
    [new Request('https://shop.example/ndr'), 'got an HTTP request'],
    ['[]'.padStart(10_000_000), 'expected one event, got a list of 0'],
    ['['.repeat(1_048_576), 'are not JSON'],
  ])('refuses %# and says what is wrong', async (input, message) => {
    const error = (await waybillErrorOf(() => parseShippingEvent(input))) as ValidationError;
    expect(error).toMatchObject({ code: 'VALIDATION', direction: 'event', surface: 'shipping-ndr', retryable: false });
    expect(error.message).toContain(message);
    expect(everythingShownOf(error)).not.toMatch(/1809561149386|795817695|A109W4MEBU/);
  });

  test('says what to do about each', async () => {
    const hintOf = async (input: unknown) => (await waybillErrorOf(() => parseShippingEvent(input))).hint;
    expect(await hintOf(ndrEvent({ reasonCode: true }))).toMatch(/store the raw event.*503/);
    expect(await hintOf([ndrSample, trackingSample])).toContain('verifyAll()');
    expect(await hintOf(ndrSample.detail)).toContain('input transformer');
    expect(await hintOf(new Request('https://shop.example/ndr'))).toContain('verifier');
  });

  test('names five issues at most, and counts the others', async () => {
    const wrong = Object.fromEntries(optional.map((name) => [name, true]));
    const error = (await waybillErrorOf(() => parseShippingEvent(ndrEvent(wrong)))) as ValidationError;
    expect(error.issues).toHaveLength(6);
    expect(error.message).toMatch(/; and 7 more$/);
  });

  test('reads no property under __proto__', () => {
    const event = parseShippingEvent(JSON.stringify(ndrSample).replace('{', '{"__proto__":{"admin":true},'));
    expect((event as { admin?: unknown }).admin).toBeUndefined();
    expect(Object.getPrototypeOf(event)).toBe(Object.prototype);
    expect(event.kind).toBe('ndr');
    const inherited = Object.create({ ...ndrSample });
    expect(() => parseShippingEvent(inherited)).toThrow('detail-type: expected string, got nothing');
  });

  test('returns an event or throws an error of ours for any JSON', () => {
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

test('the compiler distinguishes the kinds and completes the known values', () => {
  expectTypeOf<Extract<ShippingEvent, { kind: 'ndr' }>['detail']>().toEqualTypeOf<NdrDetail>();
  expectTypeOf<UnknownShippingEvent['detail']>().toEqualTypeOf<unknown>();
  expectTypeOf<NdrDetail['trackingId']>().toEqualTypeOf<string>();
  expectTypeOf<'Customer rejected'>().toExtend<NdrDetail['reasonCode']>();
  expectTypeOf<string>().toExtend<NdrDetail['reasonCode']>();
  expectTypeOf<ShippingEvent['id']>().toEqualTypeOf<string | null | undefined>();
});
