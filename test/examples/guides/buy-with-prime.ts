import { expect, vi } from 'vitest';
import {
  BuyWithPrimeClient,
  type BuyWithPrimeEvent,
  BuyWithPrimeEventParser,
  type BuyWithPrimeWebhookVerifier,
} from 'waybill/buywithprime';
import { AmazonEmulator, authenticatedRequest, buyWithPrimeEvent, buyWithPrimeOrder, signedWebhook, sqsEvent } from 'waybill/testing';
import type { Guide } from './kit.ts';

const IN_TRANSIT = 'PACKAGE_DELIVERY_IN_TRANSIT';
const context = { signal: new AbortController().signal };

/** A client whose Amazon has these orders. */
function shopWith(orders: readonly ReturnType<typeof buyWithPrimeOrder>[]): {
  readonly emulator: AmazonEmulator;
  readonly client: BuyWithPrimeClient;
} {
  const emulator = new AmazonEmulator({ orders });
  const { targetId, ...credentials } = emulator.credentials.buyWithPrime;
  return { emulator, client: new BuyWithPrimeClient({ credentials, targetId, fetch: emulator.fetch }) };
}

/** Three shirts in two packages. */
function splitOrder(): ReturnType<typeof buyWithPrimeOrder> {
  const delivery = (id: string, quantity: number) => ({ id, state: 'IN_TRANSIT', contents: [{ lineItemId: 'shirts', quantity }] });
  return buyWithPrimeOrder({
    lineItems: [{ id: 'shirts', quantity: 3, product: { price: { amount: 10.5, currencyCode: 'USD' } } }],
    deliveries: [delivery('first', 2), delivery('second', 1)],
  });
}

function eventOf(type: string): BuyWithPrimeEvent {
  return new BuyWithPrimeEventParser().parse(buyWithPrimeEvent(type));
}

export const buyWithPrime: Guide = [
  {
    block: 'A Lambda function behind EventBridge and SQS',
    does: 'finds the delivery that an event names',
    async run({ load, printed }) {
      const { handler } = await load();
      expect(await handler(sqsEvent([buyWithPrimeEvent(IN_TRANSIT)]))).toEqual({ batchItemFailures: [] });
      expect(printed).toEqual([['322-ABC1-AAAAAA', 'IN_TRANSIT', 2]]);
    },
  },
  {
    block: 'markShipped(orderId',
    does: 'marks what is in a delivery as shipped, and has an event redelivered that came too early',
    async run({ load }) {
      const { client } = shopWith([buyWithPrimeOrder()]);
      const shop = { markShipped: vi.fn(), markCancelled: vi.fn() };
      const { onTransit } = await load({ client, shop });
      await onTransit(eventOf(IN_TRANSIT), context);
      expect(shop.markShipped).toHaveBeenCalledWith('322-ABC1-AAAAAA', expect.any(Array), expect.any(String));
      vi.stubGlobal('client', shopWith([]).client);
      await expect(onTransit(eventOf(IN_TRANSIT), context)).rejects.toThrow('order-not-found');
      const order = { ...buyWithPrimeOrder(), deliveries: [] };
      vi.stubGlobal('client', shopWith([order]).client);
      await expect(onTransit(eventOf(IN_TRANSIT), context)).rejects.toThrow('delivery-not-in-order');
    },
  },
  {
    block: 'packingList',
    does: 'says how many of a line item are in a package, if it is split over two',
    async run({ load }) {
      const { packingList } = await load();
      const { client, emulator } = shopWith([splitOrder()]);
      expect(await packingList(client, { orderId: '322-ABC1-AAAAAA', deliveryId: 'first' })).toEqual(['2 of 3 shirts']);
      expect(await packingList(client, { orderId: '322-ABC1-AAAAAA', deliveryId: 'second' })).toEqual(['1 of 3 shirts']);
      expect(emulator.requests.length).toBeGreaterThan(0);
    },
  },
  {
    block: 'priceList',
    does: 'reads prices with a document of your own',
    async run({ load }) {
      const { emulator } = shopWith([splitOrder()]);
      const { targetId, ...credentials } = emulator.credentials.buyWithPrime;
      const options = { credentials, targetId, fetch: emulator.fetch };
      const { priceList } = await load({ options });
      expect(await priceList({ orderId: '322-ABC1-AAAAAA', deliveryId: 'first' })).toEqual(['2 x 10.5 USD']);
    },
  },
  {
    block: '{ onError: (error, { messageId, isSkipped })',
    does: 'reports only the message that failed',
    async run({ load }) {
      const onTransit = vi.fn().mockRejectedValueOnce(new Error('the shop is down'));
      const { handler } = await load({ onTransit });
      const batch = sqsEvent([
        buyWithPrimeEvent(IN_TRANSIT),
        buyWithPrimeEvent('PACKAGE_DELIVERED'),
        { ...buyWithPrimeEvent(IN_TRANSIT), 'detail-type': 'DELIVERY_TELEPORTED' },
      ]);
      expect(await handler(batch)).toEqual({ batchItemFailures: [{ itemIdentifier: batch.Records[0]?.messageId }] });
    },
  },
  {
    block: 'eventBridgeHandler({ DELIVERY_IN_TRANSIT: onTransit })',
    does: 'fails if the function does, so that Lambda retries',
    async run({ load }) {
      const onTransit = vi.fn().mockResolvedValueOnce(undefined).mockRejectedValueOnce(new Error('the shop is down'));
      const { handler } = await load({ onTransit });
      await handler(buyWithPrimeEvent(IN_TRANSIT));
      await expect(handler(buyWithPrimeEvent(IN_TRANSIT))).rejects.toThrow('the shop is down');
    },
  },
  {
    block: "eventPattern({ kinds: ['DELIVERY_IN_TRANSIT'] })",
    does: 'prints the pattern of a rule',
    async run({ load, printed }) {
      await load();
      expect(JSON.parse(String(printed[0]?.[0]))['detail-type']).toEqual(['DELIVERY_IN_TRANSIT', IN_TRANSIT, 'ITEM_IN_TRANSIT']);
    },
  },
  {
    block: '"source": [{ "prefix"',
    does: 'is what eventPattern() returns',
    async run({ block }) {
      const { eventPattern } = await import('waybill/buywithprime/events');
      expect(JSON.parse(block.code)).toEqual(eventPattern({ kinds: ['DELIVERY_IN_TRANSIT'] }));
    },
  },
  {
    block: 'export const receive = verifier.handler({',
    does: 'receives signed events',
    async run({ load, amazon }) {
      const onTransit = vi.fn();
      const { receive } = await load({ onTransit });
      const request = signedWebhook(buyWithPrimeEvent(IN_TRANSIT), { keys: amazon.emulator.signingKeys });
      expect((await receive(request)).status).toBe(200);
      expect(onTransit).toHaveBeenCalledOnce();
    },
  },
  {
    block: 'lastStateOf(deliveryId',
    does: 'drops an event that is older than the state',
    async run({ load }) {
      const states = new Map<string, string>();
      const shop = {
        lastStateOf: async (id: string) => states.get(id),
        setState: async (id: string, state: string) => void states.set(id, state),
      };
      const { onDelivery } = await load({ shop });
      for (const type of ['PACKAGE_DELIVERED', IN_TRANSIT]) await onDelivery(eventOf(type));
      expect([...states.values()]).toEqual(['DELIVERY_COMPLETED']);
    },
  },
  {
    block: 'INSERT INTO handled',
    does: 'handles an event once, with a store over a table',
    async run({ load }) {
      const handle = vi.fn();
      // The table without its engine: PostgreSQL runs these statements in the tests of the stores.
      const table = new Map<string, { owner: string; done: number }>();
      const query = async (sql: string, [id, owner]: readonly string[]) => {
        const row = table.get(id ?? '') ?? { owner: owner ?? '', done: 0 };
        if (/VALUES \(\$1, \$2, 1,/.test(sql)) row.done = 1;
        table.set(id ?? '', row);
        return { rows: [row] };
      };
      const { handler } = await load({ handlers: { DELIVERY_IN_TRANSIT: handle }, query });
      const event = buyWithPrimeEvent(IN_TRANSIT);
      for (const _ of [1, 2]) expect(await handler(sqsEvent([event]))).toEqual({ batchItemFailures: [] });
      expect(handle).toHaveBeenCalledOnce();
    },
  },
];

export const eventNames: Guide = [
  {
    block: 'Called for DELIVERY_COMPLETED',
    does: 'calls one function for every name of a kind',
    async run({ load, printed }) {
      const { handler } = await load();
      const types = ['DELIVERY_COMPLETED', 'PACKAGE_DELIVERED', 'ITEM_DELIVERED'];
      await handler(sqsEvent(types.map((type) => buyWithPrimeEvent(type))));
      expect(printed.map(([type]) => type)).toEqual(types);
    },
  },
];

export const subscribe: Guide = [
  {
    block: "name: 'example-shop.package_delivered'",
    does: 'creates a subscription',
    async run({ load, amazon, printed }) {
      await load();
      expect(printed).toEqual([[amazon.emulator.eventSubscriptions[0]?.subscriptionId]]);
    },
  },
  {
    block: 'SubscriptionAlreadyExists',
    does: 'subscribes to every type, and again without an error',
    async run({ load }) {
      const { emulator, client } = shopWith([]);
      const { subscribe: create } = await load();
      for (const _ of [1, 2]) await create(client, '919191919191', 'us-east-1');
      expect(emulator.eventSubscriptions).toHaveLength(4);
    },
  },
  { block: 'aws events', because: "it needs AWS's own command and an account" },
  {
    block: "kinds: ['DELIVERY_IN_TRANSIT', 'DELIVERY_COMPLETED']",
    does: 'prints the pattern of a rule',
    async run({ load, printed }) {
      await load();
      expect(JSON.parse(String(printed[0]?.[0]))['detail-type']).toContain('PACKAGE_DELIVERED');
    },
  },
  {
    block: 'subscribeWebhook',
    does: 'subscribes a webhook',
    async run({ load }) {
      const { emulator, client } = shopWith([]);
      const { subscribeWebhook } = await load();
      expect(await subscribeWebhook(client, 'https://shop.example.com/amazon/bwp')).toBe(emulator.eventSubscriptions[0]?.subscriptionId);
    },
  },
  {
    block: 'createProfile',
    does: 'creates an auth profile',
    async run({ load }) {
      vi.stubEnv('BWP_WEBHOOK_PASSWORD', 'a-password');
      const { createProfile } = await load();
      expect(await createProfile(shopWith([]).client)).toBe('example-shop');
    },
  },
  {
    block: 'unsubscribe(client',
    does: 'lists the subscriptions, and deletes those of a type',
    async run({ load }) {
      const { emulator, client } = shopWith([]);
      const { unsubscribe } = await load();
      const webhook = { url: 'https://shop.example.com/amazon/bwp' };
      for (const eventType of ['PACKAGE_DELIVERED', 'REFUND_REQUESTED'] as const) {
        await client.createEventSubscription({ eventType, destination: { webhook } });
      }
      await unsubscribe(client, 'PACKAGE_DELIVERED');
      expect(emulator.eventSubscriptions.map(({ eventType }) => eventType)).toEqual(['REFUND_REQUESTED']);
    },
  },
  {
    block: "test('subscribes'",
    does: 'passes as a test',
    run: async ({ runTest }) => expect(await runTest()).toMatch(/# pass 1\n# fail 0/),
  },
];

export const webhooks: Guide = [
  {
    block: 'queue.push(event)',
    does: 'stores each signed event once',
    async run({ load, amazon }) {
      const push = vi.fn();
      const { receive } = await load({ queue: { push } });
      const event = buyWithPrimeEvent(IN_TRANSIT);
      for (const _ of [1, 2]) expect((await receive(signedWebhook(event, { keys: amazon.emulator.signingKeys }))).status).toBe(200);
      expect(push).toHaveBeenCalledOnce();
    },
  },
  {
    block: 'verifier.verify({ headers, body })',
    does: 'returns the status to respond with',
    async run({ load, amazon }) {
      const { receive } = await load();
      const request = signedWebhook(buyWithPrimeEvent(IN_TRANSIT), { keys: amazon.emulator.signingKeys });
      const body = new Uint8Array(await request.clone().arrayBuffer());
      expect(await receive(Object.fromEntries(request.headers), body)).toBe(200);
      expect(await receive({ ...Object.fromEntries(request.headers), 'x-amzn-signature': 'AAAA' }, body)).toBe(401);
    },
  },
  {
    block: "signature: 'optional'",
    does: 'accepts a user and password in place of the signature',
    async run({ load }) {
      vi.stubEnv('BWP_WEBHOOK_PASSWORD', 'a-password');
      const { verifier } = await load();
      const receive = (verifier as BuyWithPrimeWebhookVerifier).handler(() => undefined);
      const statusFor = async (password: string) => {
        const request = authenticatedRequest(buyWithPrimeEvent(IN_TRANSIT).detail, {
          auth: { type: 'basic', username: 'amazon', password },
        });
        return (await receive(request)).status;
      };
      expect([await statusFor('a-password'), await statusFor('wrong')]).toEqual([200, 401]);
    },
  },
  {
    block: "test('keeps only signed events'",
    does: 'passes as a test',
    run: async ({ runTest }) => expect(await runTest()).toMatch(/# pass 2\n# fail 0/),
  },
];

const REFUND = { id: 'refund-1', state: 'PENDING', total: { amount: 20, currencyCode: 'USD' } };

export const refundsAndReturns: Guide = [
  {
    block: 'onRefundRequested',
    does: 'refunds once, and reports it',
    async run({ load }) {
      const { client } = shopWith([buyWithPrimeOrder({ refunds: [REFUND] })]);
      const refund = vi.fn(async () => ({ amount: 20, currencyCode: 'USD' }));
      const { onRefundRequested } = await load({ shop: { refund } });
      for (const _ of [1, 2]) await onRefundRequested(client, eventOf('REFUND_REQUESTED'));
      expect(refund).toHaveBeenCalledOnce();
      for (const state of ['REJECTED', 'PARTIAL']) {
        const { client: settled } = shopWith([buyWithPrimeOrder({ refunds: [{ ...REFUND, state }] })]);
        const handled = onRefundRequested(settled, eventOf('REFUND_REQUESTED'));
        await (state === 'REJECTED' ? handled : expect(handled).rejects.toThrow('the refund is PARTIAL'));
      }
      expect(refund).toHaveBeenCalledOnce();
    },
  },
  {
    block: 'refundInTwoParts',
    does: 'reports a refund in two parts',
    async run({ load }) {
      const { client } = shopWith([buyWithPrimeOrder({ refunds: [REFUND] })]);
      const { refundInTwoParts } = await load();
      const event = eventOf('REFUND_REQUESTED');
      if (event.kind !== 'REFUND_REQUESTED') throw new Error('another kind');
      await refundInTwoParts(client, event);
      expect(await client.resolveRefund(event)).toMatchObject({ refund: { state: 'SUCCESS', total: { amount: 8 } } });
    },
  },
  {
    block: 'onReturn(client',
    does: 'expects a return, and has an event redelivered that came too early',
    async run({ load }) {
      const warehouse = { expect: vi.fn(), settle: vi.fn() };
      const { onReturn } = await load({ warehouse });
      const returns = [{ id: 'return-1', state: 'CREATED' }];
      await onReturn(shopWith([buyWithPrimeOrder({ returns } as never)]).client, eventOf('RETURN_STARTED'));
      expect(warehouse.expect).toHaveBeenCalledWith('322-ABC1-AAAAAA', expect.any(Array), expect.any(Array));
      await expect(onReturn(shopWith([]).client, eventOf('RETURN_STARTED'))).rejects.toThrow('order-not-found');
    },
  },
  {
    block: "test('settles the refund",
    does: 'passes as a test',
    run: async ({ runTest }) => expect(await runTest()).toMatch(/# pass 1\n# fail 0/),
  },
];
