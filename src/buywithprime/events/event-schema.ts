/**
 * The parser of events for any validator that knows Standard Schema.
 *
 * @module
 * @see {@link https://standardschema.dev | Standard Schema}
 */
import type { StandardSchemaV1 } from '../../core/types.ts';
import type { BuyWithPrimeEvent } from './event.ts';
import { BuyWithPrimeEventParser } from './parser.ts';

/**
 * Takes what {@link BuyWithPrimeEventParser.parse} takes, and gives the typed event: for middleware that validates with a
 * Standard Schema.
 */
export const BuyWithPrimeEventSchema: StandardSchemaV1<unknown, BuyWithPrimeEvent> = {
  '~standard': {
    version: 1,
    vendor: 'waybill',
    validate: (input) => {
      const result = new BuyWithPrimeEventParser().safeParse(input);
      return result.success ? { value: result.event } : { issues: result.error.issues };
    },
  },
};
