const core = (...names) => names.map((name) => `src/core/${name}.ts`);
const auth = (...names) => names.map((name) => `src/shipping-ndr/webhook/auth/${name}.ts`);

/**
 * What is mutated together, and the tests that must notice: files, or folders with all tests in them, those first that notice most.
 *
 * `goal` is the percentage that they must notice. It is lower than 95 only where tests are still missing: raise it with them. Small areas
 * take a minute or two.
 *
 * @typedef {{ files: string[], tests: string[], goal: number, isSmall?: boolean }} Area
 * @type {Record<string, Area>}
 */
export const areas = {
  'resource-path': {
    files: ['src/buywithprime/events/resource-path.ts'],
    tests: ['test/buywithprime/events/resource-path.test.ts', 'test/buywithprime/events/linear-time.test.ts'],
    goal: 95,
    isSmall: true,
  },
  sqs: {
    files: core('receive/sqs', 'receive/lambda'),
    tests: [
      'test/core/receive/sqs.test.ts',
      'test/core/receive/lambda.test.ts',
      ...['handler', 'model', 'order', 'time'].map((name) => `test/buywithprime/events/sqs-${name}.test.ts`),
      'test/shipping-ndr/events/sqs-handler.test.ts',
    ],
    goal: 95,
    isSmall: true,
  },
  idempotency: {
    files: core('idempotency'),
    tests: [
      'test/core/idempotency.test.ts',
      'test/core/run-idempotent.test.ts',
      'test/core/call/idempotent-batch.test.ts',
      'test/core/receive',
    ],
    goal: 95,
    isSmall: true,
  },
  signing: {
    files: ['src/amazonpay/signing/signer.ts', 'src/amazonpay/signing/canonical-request.ts'],
    tests: ['test/amazonpay/signing', 'test/contract/amazon-pay-official-sdk.test.ts', 'test/amazonpay/client.test.ts'],
    goal: 95,
    isSmall: true,
  },
  keys: {
    files: ['src/amazonpay/signing/private-key.ts'],
    tests: ['test/amazonpay/signing/private-key.test.ts', 'test/amazonpay/signing/signer.test.ts'],
    goal: 95,
    isSmall: true,
  },
  regions: {
    files: ['src/amazonpay/regions.ts'],
    tests: ['test/amazonpay/signing/signer.test.ts', 'test/amazonpay/client.test.ts', 'test/amazonpay/warnings.test.ts'],
    goal: 95,
    isSmall: true,
  },
  'delivery-tracker': {
    files: ['src/amazonpay/delivery-tracker.ts'],
    tests: [
      ...['delivery-tracker', 'warnings', 'client'].map((name) => `test/amazonpay/${name}.test.ts`),
      'test/contract/amazon-pay-delivery-tracker.test.ts',
    ],
    goal: 95,
    isSmall: true,
  },
  parser: {
    files: ['src/buywithprime/events/parser.ts', ...core('receive/envelopes')],
    tests: [
      ...['parser', 'samples', 'parse-all'].map((name) => `test/buywithprime/events/${name}.test.ts`),
      ...['envelopes', 'recognise'].map((name) => `test/core/receive/${name}.test.ts`),
      // Last, because its last test uses up the memory of its process with one of the changes.
      'test/buywithprime/events/parser-errors.test.ts',
    ],
    goal: 95,
  },
  'webhook-authentication': {
    files: [
      ...auth('api-key', 'basic-auth', 'bearer-introspection', 'bearer-jwt', 'bearer-token', 'jwt-keys', 'mechanism'),
      ...auth('query-parameter', 'token-introspector'),
      'src/shipping-ndr/webhook/verifier.ts',
    ],
    tests: ['test/shipping-ndr/webhook', 'test/attacks/authentication.test.ts'],
    goal: 95,
  },
  'webhook-signatures': {
    files: [...['keys', 'verifier'].map((name) => `src/buywithprime/webhook/${name}.ts`), ...core('keys/jwk', 'keys/key-set')],
    tests: ['test/buywithprime/webhook', 'test/core/keys'],
    goal: 95,
  },
  'webhook-requests': {
    files: core('bytes', 'receive/decode', 'receive/request', 'receive/webhook'),
    tests: [
      'test/core/receive/decode.test.ts',
      'test/core/bytes.test.ts',
      'test/core/receive/request.test.ts',
      ...['webhook', 'webhook-items', 'webhook-events'].map((name) => `test/core/receive/${name}.test.ts`),
    ],
    goal: 95,
  },
  'token-endpoint': {
    files: ['signing-key', 'token-endpoint', 'token-request'].map((name) => `src/shipping-ndr/oauth/${name}.ts`),
    tests: ['test/shipping-ndr/oauth'],
    goal: 95,
  },
  http: {
    files: core('call/connection-error', 'call/http', 'call/response'),
    // Not those of other implementations of fetch: they take long, and notice no more.
    tests: [
      ...['http', 'response', 'connection-error', 'http-hooks', 'fetch-mocks', 'fetch-text', 'token-request', 'http-time'].map(
        (name) => `test/core/call/${name}.test.ts`,
      ),
      'test/core/leaks.test.ts',
    ],
    goal: 95,
  },
  calls: {
    files: core('call/batch', 'call/rate-limiter', 'call/tokens'),
    tests: [
      ...['batch', 'rate-limiter', 'tokens', 'token-request', 'idempotent-batch', 'shared-tokens'].map(
        (name) => `test/core/call/${name}.test.ts`,
      ),
      'test/shipping-ndr/feedback/lwa.test.ts',
      'test/shipping-ndr/feedback/access-token.test.ts',
    ],
    goal: 95,
  },
};
