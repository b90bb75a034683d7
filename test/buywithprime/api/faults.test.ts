/** Every method with every fault, over real HTTP: a result or a typed error, and no mutation is carried out twice. */
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { BuyWithPrimeClient } from '../../../src/buywithprime/index.ts';
import { isWaybillError } from '../../../src/core/errors.ts';
import { buyWithPrimeOrder } from '../../../src/testing/index.ts';
import { collect, type Fault, failure, serveEmulator, shown } from '../../support/buywithprime/emulated.ts';
import { classified, json } from '../../support/buywithprime/server.ts';

const orderId = '322-ABC1-AAAAAA';
const secret = 'secret-of-the-caller-k4711';
const trackingNumber = '1Z999AA10123456784';
const webhook = { url: 'https://shop.example/hook' };
const basicAuthConfig = { username: 'amazon', password: secret };
const refund = { orderId, refundId: 'refund-1' };
const payment = {
  amount: { amount: 5, currencyCode: 'USD' },
  paymentMethod: { type: 'AMAZON_PAY', displayString: secret },
} as const;
const update = { state: 'PARTIAL', payments: [payment], current: { state: 'PENDING', total: undefined } } as const;

type Call = (client: BuyWithPrimeClient) => Promise<unknown>;
const queries: Record<string, Call> = {
  order: (client) => client.order(orderId),
  resolveDelivery: (client) => client.resolveDelivery({ orderId, deliveryId: 'd5013dfc-2ae6-4f58-bc69-cae5d5323d30' }),
  resolveRefund: (client) => client.resolveRefund(refund),
  resolveReturn: (client) => client.resolveReturn({ orderId, returnId: 'return-1' }),
  packageTracker: (client) => client.packageTracker({ carrierCode: 'ups', trackingNumber }),
  inventoryItem: (client) => client.inventoryItem({ itemId: 'item-1' }),
  product: (client) => client.product({ sku: 'SKU-1' }),
  personalDataRetrievalTask: (client) => client.personalDataRetrievalTask('task-1'),
  personalDataDeletionTask: (client) => client.personalDataDeletionTask('task-1'),
  eventSubscription: (client) => client.eventSubscription('subscription-1'),
  eventSubscriptions: (client) => collect(client.eventSubscriptions()),
  execute: (client) => client.execute('{ __typename }'),
};
const mutations: Record<string, Call> = {
  createEventSubscription: (client) => client.createEventSubscription({ eventType: 'REFUND_REQUESTED', destination: { webhook } }),
  deleteEventSubscription: (client) => client.deleteEventSubscription('subscription-1'),
  createAuthProfile: (client) => client.createAuthProfile({ authConfig: { basicAuthConfig } }),
  updateAuthProfile: (client) => client.updateAuthProfile({ authProfileId: 'profile-1', authConfig: { basicAuthConfig } }),
  updateRefund: (client) => client.updateRefund(refund, update),
  deleteAuthProfile: (client) => client.deleteAuthProfile('profile-1'),
};
const methods = Object.entries({ ...queries, ...mutations });

test('every method is here', () => {
  const names = Object.getOwnPropertyNames(BuyWithPrimeClient.prototype).filter((name) => name !== 'constructor');
  expect(methods.map(([name]) => name).sort()).toEqual(names.sort());
});

let server: Awaited<ReturnType<typeof serveEmulator>>;
beforeAll(async () => {
  const ids = ['subscription-1', 'profile-1'];
  server = await serveEmulator({ orders: [buyWithPrimeOrder()], advanced: { randomId: () => ids.shift() ?? crypto.randomUUID() } });
});
beforeEach(async () => {
  server.emulator.reset();
  server.faults.length = 0;
  server.emulator.inventory.set('item-1', { amazonSku: 'MSKU-1', product: { sku: 'SKU-1' } });
  vi.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => server.close());

const clientOf = (timeout = 10_000) => server.client({ timeout, maxRetries: 2 });
const text =
  (body: string, status = 200, type = 'text/html'): Fault =>
  (response) =>
    response.writeHead(status, { 'content-type': type }).end(body);

/** Faults after which it is not known whether Amazon carried the request out. */
const unclear: Record<string, [Fault, string]> = {
  'a reset': [(response) => response.destroy(), 'CONNECTION'],
  'a stall': [() => undefined, 'TIMEOUT'],
  'a gateway that fails': [text('<html>Bad gateway</html>', 502), 'API'],
  InternalServerError: [(response) => json(response, { errors: [classified('InternalServerError')], data: null }), 'GRAPHQL'],
};
/** Faults after which nothing was done. */
const refused: Record<string, Fault> = {
  ThrottlingError: (response) => json(response, { errors: [classified('ThrottlingError')], data: null }),
  'status 429': text('', 429),
};
/** Faults that no retry fixes, or after which Amazon has responded with a success. */
const final: Record<string, [Fault, string]> = {
  'a success that stalls': [(response) => response.writeHead(200).write('{"data":'), 'TIMEOUT'],
  'a success that breaks off': [
    (response) => response.writeHead(200, { 'content-length': '999' }).write('{"data":', () => response.destroy()),
    'CONNECTION',
  ],
  'HTML with 200': [text(`<html>Sign in ${secret} ${trackingNumber}</html>`), 'VALIDATION'],
  'HTML with 404': [text(`<html>${secret} ${trackingNumber}</html>`, 404), 'API'],
  'nothing with 200': [text(''), 'VALIDATION'],
  'JSON that is cut off': [text('{"data":{"order":', 200, 'application/json'), 'VALIDATION'],
  'errors with 200': [
    (response) =>
      json(response, {
        errors: [{ ...classified('ConflictError', undefined, [secret, trackingNumber]), message: `${secret} ${trackingNumber}` }],
        data: null,
      }),
    'GRAPHQL',
  ],
  'partial data': [
    (response) => json(response, { errors: [classified('ConflictError')], data: { order: { id: orderId }, echo: secret } }),
    'GRAPHQL',
  ],
};
/** Methods whose input no error may contain. */
const SECRETIVE = ['createAuthProfile', 'updateAuthProfile', 'updateRefund', 'packageTracker'];

describe.each(methods)('%s', (name, call) => {
  test.each(Object.entries(refused))('is retried after %s', async (_, fault) => {
    const before = server.sent.length;
    server.faults.push(fault, fault);
    await call(clientOf()).catch(() => undefined);
    expect(server.sent.length - before).toBeGreaterThanOrEqual(3);
    expect(server.faults).toEqual([]);
  });

  test.each(Object.entries(unclear))(name in mutations ? 'is not retried after %s' : 'is retried after %s', async (_, [fault, code]) => {
    const before = server.sent.length;
    server.faults.push(fault);
    const outcome = await call(clientOf(code === 'TIMEOUT' ? 250 : undefined)).catch((error: unknown) => error);
    if (name in mutations) {
      expect(outcome).toMatchObject({ code });
      expect(server.sent.length - before).toBe(1);
    } else expect(server.sent.length - before).toBeGreaterThanOrEqual(2);
  });

  // A busy machine may need longer than the timeout for the head of the response: then there was none, and a retry is right.
  test.each(Object.entries(final))('is not retried after %s', { retry: 3 }, async (_, [fault, code]) => {
    const before = server.sent.length;
    server.faults.push(fault);
    const error = await failure(() => call(clientOf(code === 'TIMEOUT' ? 250 : undefined)));
    expect(error).toMatchObject({ code, surface: 'buywithprime', retryable: false });
    expect(server.sent.length - before).toBe(1);
    if (!SECRETIVE.includes(name)) return;
    const page = error.code === 'API' ? shown(error.data) : '';
    expect(shown(error) + page).not.toContain(name === 'packageTracker' ? trackingNumber : secret);
  });

  test('reads JSON whatever its content type', async () => {
    server.faults.push(text('{"data":{"__typename":"Query"}}', 200, 'text/plain'));
    const outcome = await call(clientOf()).catch((error: unknown) => error);
    if (isWaybillError(outcome)) expect(outcome).toMatchObject({ code: 'VALIDATION', direction: 'response' });
  });

  test('makes of any JSON a result or an error of ours', async () => {
    const field = name.startsWith('resolve') ? 'order' : name === 'updateRefund' ? 'updateOrder' : name;
    const leaf = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(orderId, 'refund-1', 'return-1', 'x', null, true, 7));
    const keys = [
      'id',
      'details',
      'refunds',
      'returns',
      'lineItems',
      'state',
      'edges',
      'node',
      'pageInfo',
      'endCursor',
      'hasNextPage',
      'packageInformation',
      'packageInformationDetailsFor',
      'orderLineItemAmounts',
      'returnLineItems',
      'taskId',
      '__proto__',
    ];
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        leaf,
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...keys), tie('value'), { maxKeys: 5 }),
      ),
    }));
    const errors = fc.option(
      fc.oneof(leaf, fc.array(fc.oneof(leaf, fc.constant(classified('ResourceNotFoundError', 'c', [field]))), { maxLength: 3 })),
      {
        nil: undefined,
      },
    );
    const body = fc.oneof(
      leaf,
      fc.record({
        data: fc.oneof(
          leaf,
          value.map((inner) => ({ [field]: inner })),
        ),
        errors,
      }),
    );
    await fc.assert(
      fc.asyncProperty(body, fc.constantFrom(200, 200, 200, 400, 404), async (json, status) => {
        const fetch = async (url: string): Promise<Response> =>
          url.endsWith('/token') ? Response.json({ access_token: 'token' }) : Response.json(json, { status });
        const options = {
          credentials: { clientId: 'c', clientSecret: 's' },
          targetId: 'bp-1',
          maxRetries: 0,
          fetch,
        };
        const outcome: unknown = await call(new BuyWithPrimeClient(options)).catch((error: unknown) => {
          expect(isWaybillError(error), String(error)).toBe(true);
          return error;
        });
        expect(() => shown(outcome)).not.toThrow();
      }),
      { numRuns: 50 },
    );
  });
});
