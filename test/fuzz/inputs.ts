/** What a sender, a server or a careless caller can pass. */
import fc from 'fast-check';
import * as any from '../../src/testing/arbitraries.ts';
import { damaged } from '../support/damaged-events.ts';
import { anyCharacter, webQuery } from '../support/text.ts';

/** Stands in every generated input as its content; no error, log line or response may repeat it. */
export const SECRET = 'p5gXq-7hidden7-QkZw';

/** Valid events in every envelope. */
const arrival: fc.Arbitrary<unknown> = fc.oneof(any.anyBuyWithPrimeArrival(), any.anyShippingArrival()).map(({ input }) => input);

/** The same with parts replaced. */
export const damagedArrival: fc.Arbitrary<unknown> = arrival.chain((input) =>
  typeof input === 'object' && input !== null && !Array.isArray(input) ? damaged([input as Record<string, unknown>]) : fc.constant(input),
);

/** Any value of JavaScript that can be kept in the corpus. */
export const value: fc.Arbitrary<unknown> = fc.anything({
  values: [fc.string(), fc.integer(), fc.double(), fc.boolean(), fc.constantFrom(undefined, null, SECRET, '', 0)],
  withBigInt: true,
  withDate: true,
  withTypedArray: false,
  withNullPrototype: false,
  maxDepth: 4,
});

/** A string as a parser likes it least: pieces of formats in any order. */
const pieces = [
  '{"',
  '"}',
  '[',
  ']',
  ':',
  ',',
  '\\u0000',
  '\ud800',
  '\u0000',
  '\r\n',
  '\n',
  '%',
  '%2F',
  '=',
  '&',
  '+',
  ';',
  '"',
  "'",
  ' ',
  '/',
  '//',
  '..',
  '-',
  '.',
  '0',
  '9',
  '1e999',
  'T',
  'Z',
  '+05:30',
  '2026-02-30',
  '2026-03-01T09:00:00Z',
  'businessProduct',
  'order',
  'delivery',
  '__proto__',
  'constructor',
  'Records',
  'detail-type',
  'detail',
  'NDR Events',
  'Basic ',
  'Bearer ',
  'eyJhbGciOiJub25lIn0.',
  '-----BEGIN PRIVATE KEY-----',
  '-----END PRIVATE KEY-----',
  'ä',
  '門',
  '🏠',
  SECRET,
];
export const text: fc.Arbitrary<string> = fc.oneof(
  fc.array(fc.constantFrom(...pieces), { maxLength: 30 }).map((parts) => parts.join('')),
  fc.string({ unit: anyCharacter, maxLength: 200 }),
);

/** JSON with a few characters changed, removed or doubled. */
export const brokenJson: fc.Arbitrary<string> = fc
  .tuple(fc.oneof(arrival, damagedArrival), fc.array(fc.tuple(fc.nat(), fc.nat({ max: 3 }), fc.constantFrom(...pieces)), { maxLength: 4 }))
  .map(([input, edits]) => {
    let json = JSON.stringify(input) ?? '';
    for (const [at, length, piece] of edits) {
      const position = at % (json.length + 1);
      json = json.slice(0, position) + piece + json.slice(position + length);
    }
    return json;
  });

/** The bytes of a body. */
export const bytes: fc.Arbitrary<Uint8Array> = fc.oneof(
  brokenJson.map((json) => new TextEncoder().encode(json)),
  text.map((json) => new TextEncoder().encode(json)),
  fc.uint8Array({ maxLength: 300 }),
);

/** Anything that can be passed to a function that receives. */
export const input: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: damagedArrival },
  { weight: 2, arbitrary: brokenJson },
  { weight: 1, arbitrary: arrival },
  { weight: 1, arbitrary: value },
  { weight: 1, arbitrary: text },
  { weight: 1, arbitrary: bytes },
);

/** Headers of a request by name. */
export const headers: fc.Arbitrary<Record<string, string>> = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        'authorization',
        'x-api-key',
        'content-type',
        'content-encoding',
        'content-length',
        'x-amzn-signature',
        'x-amzn-kid',
        'x-a',
      ),
      fc.oneof(
        fc.stringMatching(/^[\x21-\x7e]{0,40}$/),
        fc.constantFrom(
          'Basic YTpi',
          `Basic ${SECRET}`,
          `Bearer ${SECRET}`,
          'gzip',
          'identity',
          'application/json',
          'application/x-www-form-urlencoded',
        ),
      ),
    ),
    { maxLength: 4 },
  )
  .map((entries) => Object.fromEntries(entries));

/** The parts of a request to a webhook. */
export const request: fc.Arbitrary<RequestParts> = fc.record({
  method: fc.constantFrom('POST', 'POST', 'POST', 'GET', 'PUT', 'HEAD', 'DELETE'),
  path: fc.oneof(
    fc.constant('/'),
    webQuery.map((query) => `/?${query}`),
    fc.constant(`/?key=${SECRET}`),
  ),
  headers,
  body: bytes,
});

export interface RequestParts {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}
