import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import type { BuyWithPrimeEventKind } from '../../../src/buywithprime/events/kinds.ts';
import { BuyWithPrimeEventParser } from '../../../src/buywithprime/events/parser.ts';
import { type CdkEventPattern, eventPattern, type RawEventPattern } from '../../../src/buywithprime/events/pattern.ts';
import { deliveryInTransit, eventBridgeSamples } from '../../support/buywithprime/fixtures.ts';

/**
 * EventBridge's rules, as far as these patterns use them: every field of the pattern must be in the event, and one of its list must match it
 * or, if the event has a list, one of its items: a string if it is equal, `{ prefix }` if the string begins with it.
 */
function matches(pattern: unknown, event: unknown): boolean {
  return Object.entries(pattern as object).every(([field, wanted]) => {
    const value: unknown = (event as Record<string, unknown>)[field];
    if (!Array.isArray(wanted)) return typeof value === 'object' && value !== null && matches(wanted, value);
    const values = Array.isArray(value) ? value : [value];
    return values.some((one) =>
      wanted.some((matcher) => (typeof matcher === 'object' ? typeof one === 'string' && one.startsWith(matcher.prefix) : matcher === one)),
    );
  });
}

const kinds = [
  ...new Set(eventBridgeSamples.map(({ event }) => new BuyWithPrimeEventParser().parse(event).kind)),
] as BuyWithPrimeEventKind[];
const sources = ['aws.partner/buywithprime/mine', 'aws.partner/buywithprime/theirs', 'aws.partner/other/mine', 'aws.s3'];

describe('eventPattern', () => {
  test('has the old names, the new ones and the aliases', () => {
    expect(eventPattern({ kinds: ['DELIVERY_COMPLETED', 'REFUND_REQUESTED', 'DELIVERY_COMPLETED'] })).toEqual({
      source: [{ prefix: 'aws.partner/buywithprime/' }],
      'detail-type': ['DELIVERY_COMPLETED', 'PACKAGE_DELIVERED', 'ITEM_DELIVERED', 'REFUND_REQUESTED'],
    });
  });

  test('spells the field as the CDK does with format: cdk', () => {
    const { source, 'detail-type': detailType } = eventPattern({ kinds: ['DELIVERY_IN_TRANSIT'] });
    expect(eventPattern({ kinds: ['DELIVERY_IN_TRANSIT'], format: 'cdk' })).toEqual({ source, detailType });
  });

  test('matches, of every sample from every source, those of the requested kinds and source', () => {
    const parser = new BuyWithPrimeEventParser();
    const events = eventBridgeSamples.flatMap(({ event }) => sources.map((source) => ({ ...event, source })));
    const requested = fc.record(
      { kinds: fc.subarray(kinds, { minLength: 1 }), source: fc.constantFrom(...sources.slice(0, 2)) },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(requested, (options) => {
        const pattern = eventPattern(options);
        for (const event of events) {
          const isWanted =
            (options.kinds?.includes(parser.parse(event).kind as BuyWithPrimeEventKind) ?? true) &&
            (options.source === undefined ? event.source.startsWith('aws.partner/buywithprime/') : event.source === options.source);
          expect(matches(pattern, event)).toBe(isWanted);
        }
      }),
    );
  });

  test('matches types that Amazon adds, unless kinds were requested', () => {
    const event = deliveryInTransit({ 'detail-type': 'LOCKER_OPENED' });
    expect(matches(eventPattern(), event)).toBe(true);
    expect(matches(eventPattern({ kinds }), event)).toBe(false);
  });

  test('fits into the 2,048 characters that a rule may have', () => {
    expect(JSON.stringify(eventPattern({ kinds })).length).toBeLessThan(2_048);
  });

  test.each<[unknown, string]>([
    [null, 'the options must be an object'],
    ['DELIVERY_IN_TRANSIT', 'the options must be an object'],
    [{ kinds: [] }, '"kinds" must be a list'],
    [{ kinds: 'DELIVERY_IN_TRANSIT' }, '"kinds" must be a list'],
    [{ kinds: ['PACKAGE_DELIVERED'] }, '"PACKAGE_DELIVERED" is another name of DELIVERY_COMPLETED'],
    [{ kinds: ['unknown'] }, '"unknown" is not a kind'],
    [{ kinds: [undefined] }, 'is not a kind'],
    [{ kinds: [null] }, 'is not a kind'],
    [{ kinds: ['constructor'] }, '"constructor" is not a kind'],
    [{ kinds: ['DELIVERY_COMPLETE'] }, '"DELIVERY_COMPLETE" is not a kind'],
    [{ detailType: ['DELIVERY_COMPLETED'] }, '"detailType" is not an option'],
    [{ kind: ['DELIVERY_COMPLETED'] }, '"kind" is not an option'],
    [{ source: '' }, '"source" must be'],
    [{ source: ['aws.partner/buywithprime/'] }, '"source" must be'],
    [{ format: 'json' }, '"format" must be'],
  ])('%j is refused', (options, message) => {
    expect(() => eventPattern(options as never)).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION', message: expect.stringContaining(message) }),
    );
  });

  test('has a type for each format', () => {
    expectTypeOf(eventPattern()).toEqualTypeOf<RawEventPattern>();
    expectTypeOf(eventPattern({ format: 'raw' })).toEqualTypeOf<RawEventPattern>();
    expectTypeOf(eventPattern({ format: 'cdk' })).toEqualTypeOf<CdkEventPattern>();
  });
});
