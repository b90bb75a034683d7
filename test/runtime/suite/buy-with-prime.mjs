/** Buy with Prime: events in their envelopes, resource paths, and the order that an event is about. */
import { BuyWithPrimeClient, formatResourcePath } from 'waybill/buywithprime';
import { BuyWithPrimeEventParser, parseResourcePath } from 'waybill/buywithprime/events';
import { assert, equal, failure } from './check.mjs';
import { responding, TRY_AGAIN } from './responses.mjs';
import { DELIVERY_EVENT, RESOURCE_PATH, WEBHOOK_BODY } from './samples.mjs';

const DELIVERY = { id: 'd5013dfc-2ae6-4f58-bc69-cae5d5323d30', state: 'IN_TRANSIT', reason: null };
const ORDER = {
  data: {
    order: {
      id: '322-ABC1-AAAAAA',
      lineItems: [{ id: '88eaa8941c-b27324fb27', amount: { unit: 'ONE', value: 1 }, deliveryInformation: { details: [DELIVERY] } }],
    },
  },
};
const TOKEN = { json: { access_token: 'secret-token', token_type: 'bearer', expires_in: 900 } };

const parser = new BuyWithPrimeEventParser();

export const buyWithPrime = {
  'an EventBridge event, as an object, a string and bytes': () => {
    const text = JSON.stringify(DELIVERY_EVENT);
    for (const input of [DELIVERY_EVENT, text, new TextEncoder().encode(text)]) {
      const event = parser.parse(input);
      assert(event.kind === 'DELIVERY_IN_TRANSIT', `kind is ${event.kind}`);
      equal([event.businessProductId, event.orderId, event.deliveryId], ['bp-1', '322-ABC1-AAAAAA', DELIVERY.id]);
    }
  },
  'a webhook body, under its new name': () => {
    const event = parser.parse(WEBHOOK_BODY);
    assert(event.kind === 'DELIVERY_COMPLETED', `kind is ${event.kind}`);
    equal([event.idempotencyKey, event.deliveryId], ['example-idempotency-key', DELIVERY.id]);
  },
  'an SQS batch, in which a bad record hides no good one': () => {
    const records = parser.parseAll({
      Records: [
        JSON.stringify(DELIVERY_EVENT),
        '{"broken":',
        JSON.stringify({ Type: 'Notification', Message: JSON.stringify(WEBHOOK_BODY) }),
      ].map((body, index) => ({ messageId: `m${index}`, body, eventSource: 'aws:sqs' })),
    });
    equal(
      records.map((record) => [record.messageId, record.success ? record.event.kind : record.error.code]),
      [
        ['m0', 'DELIVERY_IN_TRANSIT'],
        ['m1', 'VALIDATION'],
        ['m2', 'DELIVERY_COMPLETED'],
      ],
    );
  },
  'an unknown event type': () => {
    equal(parser.parse({ ...DELIVERY_EVENT, 'detail-type': 'DELIVERY_BY_DRONE' }).kind, 'unknown');
  },
  'what is not an event is a typed error': async () => {
    for (const input of [undefined, null, 7, '', '[', '{}', [], new Uint8Array([0xff]), { 'detail-type': 'DELIVERY_IN_TRANSIT' }]) {
      equal((await failure(() => parser.parse(input))).code, 'VALIDATION');
    }
  },
  'resource paths, parsed and formatted': async () => {
    const path = parseResourcePath(RESOURCE_PATH);
    equal([path.orderId, path.deliveryId, formatResourcePath(path)], ['322-ABC1-AAAAAA', DELIVERY.id, RESOURCE_PATH]);
    equal((await failure(() => parseResourcePath('businessProduct/bp-1/order'))).code, 'VALIDATION');
  },
  'resolveDelivery() finds the delivery, with one retry after 503': async () => {
    const tokens = responding(TOKEN);
    const graphql = responding(TRY_AGAIN, { json: ORDER });
    const fetch = (url, init) => (url.endsWith('/token') ? tokens : graphql).fetch(url, init);
    const event = parser.parse(DELIVERY_EVENT);
    assert(event.kind === 'DELIVERY_IN_TRANSIT', `kind is ${event.kind}`);
    const resolved = await client({ fetch }).resolveDelivery(event);
    assert(resolved.status === 'found', `it is ${resolved.status}`);
    equal([resolved.delivery.state, resolved.lineItems.map(({ id }) => id)], ['IN_TRANSIT', ['88eaa8941c-b27324fb27']]);
    equal([tokens.calls.length, graphql.calls.length], [1, 2]);
    const sent = graphql.calls[1];
    equal([sent?.headers.get('authorization'), sent?.headers.get('x-api-target-id')], ['Bearer secret-token', 'bp-1']);
    assert(JSON.parse(sent?.body ?? '').query.includes('order('), 'no query for an order');
  },
  'a GraphQL error is typed': async () => {
    const classification = { type: 'ValidationError', code: 'UnspecifiedError' };
    const refusal = { errors: [{ message: 'not valid', path: ['order'], extensions: { classification } }], data: { order: null } };
    const { fetch } = responding(TOKEN, { json: refusal });
    const error = await failure(() => client({ fetch }).order('322-ABC1-AAAAAA'));
    equal([error.code, error.errors[0].type, error.retryable], ['GRAPHQL', 'ValidationError', false]);
    assert(!JSON.stringify(error).includes('secret'), 'it shows a secret');
  },
  'an ApiError is typed': async () => {
    const { fetch } = responding(TOKEN, { status: 400, json: { message: 'bad' } });
    const error = await failure(() => client({ fetch }).order('322-ABC1-AAAAAA'));
    equal([error.code, error.status], ['API', 400]);
  },
};

function client(options) {
  return new BuyWithPrimeClient({
    credentials: { clientId: 'client', clientSecret: 'secret' },
    targetId: 'bp-1',
    apiVersion: '2024-04-01',
    rateLimiter: false,
    ...options,
  });
}
