/** What the tests of the parser share. */
import { expect } from 'vitest';
import { BuyWithPrimeEventParser } from '../../../src/buywithprime/events/parser.ts';
import { deliveryInTransit } from './fixtures.ts';

export const parser = new BuyWithPrimeEventParser();
export const encoded = (times: number): unknown =>
  Array.from({ length: times }).reduce<unknown>((value) => JSON.stringify(value), deliveryInTransit());
export const path = (rest: string): string => `businessProduct/business-product-id/${rest}`;

/** The error's message; fails if there is no error. */
export function refusal(input: unknown): string {
  const result = parser.safeParse(input);
  if (result.success) throw new Error('was read as an event');
  expect(result.error).toMatchObject({ code: 'VALIDATION', direction: 'event', surface: 'buywithprime', retryable: false });
  expect(result.raw).toBe(input);
  return result.error.message;
}
