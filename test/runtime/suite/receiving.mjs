/** What receives events beside a webhook with a key: OAuth, signatures, Lambda, compressed bodies, and deliveries as EventBridge makes them. */
import { toLambdaHandler } from 'waybill/adapters/lambda';
import { BuyWithPrimeWebhookVerifier } from 'waybill/buywithprime';
import { eventPattern, sqsHandler } from 'waybill/buywithprime/events';
import {
  apiKey,
  bearerIntrospection,
  NdrTokenEndpoint,
  NdrWebhookVerifier,
  shippingEventBridgeHandler,
  shippingSqsHandler,
} from 'waybill/shipping-ndr/webhook';
import {
  AmazonEmulator,
  authenticatedRequest,
  buyWithPrimeEvent,
  ndrEvent,
  signedWebhook,
  sqsEvent,
  WebhookSigningKeys,
} from 'waybill/testing';
import { equal, failure } from './check.mjs';
import { responding } from './responses.mjs';

const KEY = 'a-key-that-nobody-guesses';
const SECRET = 'a-secret-that-nobody-guesses';

export const receiving = {
  'tokens of our endpoint authenticate Amazon': async () => {
    const endpoint = new NdrTokenEndpoint({
      clients: { id: 'amazon', secrets: SECRET },
      keys: crypto.getRandomValues(new Uint8Array(32)),
      issuer: 'https://shop.example/token',
      audience: 'https://shop.example/ndr',
    });
    const ask = (secret) =>
      endpoint.handler()(
        new Request('https://shop.example/token', {
          method: 'POST',
          body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'amazon', client_secret: secret }),
        }),
      );
    const { access_token: token } = await (await ask(SECRET)).json();
    const handler = new NdrWebhookVerifier({ auth: endpoint.auth() }).handler(() => undefined);
    const statusWith = async (bearer) =>
      (await handler(authenticatedRequest(ndrEvent(), { auth: { type: 'bearer', token: bearer } }))).status;
    equal([await statusWith(token), await statusWith(`${token}x`), (await ask('another')).status], [200, 401, 401]);
  },
  'a token is introspected once, and the response is 503 if it cannot be': async () => {
    const statusesWith = async (fetch) => {
      const auth = bearerIntrospection({
        endpoint: 'https://issuer.example/introspect',
        credentials: { clientId: 'shop', clientSecret: SECRET },
        fetch,
      });
      const handler = new NdrWebhookVerifier({ auth }).handler(() => undefined);
      const request = () => authenticatedRequest(ndrEvent(), { auth: { type: 'bearer', token: 'opaque' } });
      return [(await handler(request())).status, (await handler(request())).status];
    };
    const active = responding({ json: { active: true } });
    equal([await statusesWith(active.fetch), active.calls.length], [[200, 200], 1]);
    equal(await statusesWith(responding({ json: { active: false } }).fetch), [401, 401]);
    equal(await statusesWith(responding({ status: 500 }).fetch), [503, 503]);
  },
  'events without HTTP go to the function of their kind': async () => {
    const kinds = [];
    const keep = ({ kind }) => kinds.push(kind);
    const events = [ndrEvent(), { ...ndrEvent(), 'detail-type': 'Something new' }];
    await shippingEventBridgeHandler({ ndr: keep, unknown: keep })(events);
    equal(await shippingSqsHandler({ ndr: keep, otherwise: keep })(sqsEvent(events)), { batchItemFailures: [] });
    equal(kinds, ['ndr', 'unknown', 'ndr', 'unknown']);
  },
  'a compressed body, one in UTF-16 and one that was encoded twice are read': async () => {
    const text = JSON.stringify(ndrEvent());
    const units = Uint16Array.from(`\ufeff${text}`, (character) => character.charCodeAt(0));
    // Without a decompressor the event must at least be redelivered.
    const canDecompress = typeof DecompressionStream === 'function';
    const compressed = async (format) =>
      canDecompress
        ? new Response(new Blob([text]).stream().pipeThrough(new CompressionStream(format))).arrayBuffer()
        : Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0);
    const status = canDecompress ? 200 : 503;
    const handler = new NdrWebhookVerifier({ auth: apiKey({ keys: KEY }) }).handler(() => undefined);
    const statusOf = async (body, headers = {}) =>
      (await handler(new Request('https://shop.example/ndr', { method: 'POST', headers: { 'x-api-key': KEY, ...headers }, body }))).status;
    equal(
      [
        await statusOf(await compressed('gzip'), { 'content-encoding': 'gzip' }),
        await statusOf(await compressed('gzip')),
        await statusOf(await compressed('deflate'), { 'content-encoding': 'deflate' }),
        await statusOf(units),
        await statusOf(JSON.stringify(text)),
        await statusOf(text.slice(0, 99)),
      ],
      [status, status, status, 200, 200, 503],
    );
  },
  'a handler that is given something else than a Request never responds': async () => {
    const handler = new NdrWebhookVerifier({ auth: apiKey({ keys: KEY }) }).handler(() => undefined);
    for (const input of [ndrEvent(), sqsEvent([ndrEvent()]), undefined]) {
      equal((await failure(() => handler(/** @type {any} */ (input)))).code, 'CONFIGURATION');
    }
  },
  'a signature verifies in both encodings, and one of other keys does not': async () => {
    const keys = new WebhookSigningKeys();
    const body = buyWithPrimeEvent('PACKAGE_DELIVERED').detail;
    const handler = new BuyWithPrimeWebhookVerifier({ keys: keys.jwks }).handler(() => undefined);
    const statusOf = async (options) => (await handler(await signedWebhook(body, options))).status;
    equal(
      [
        await statusOf({ keys, encoding: 'der' }),
        await statusOf({ keys, encoding: 'ieee-p1363' }),
        await statusOf({ keys: new WebhookSigningKeys() }),
      ],
      [200, 200, 401],
    );
  },
  'only the failed messages of a batch are redelivered': async () => {
    const handler = sqsHandler({
      DELIVERY_IN_TRANSIT: () => undefined,
      REFUND_REQUESTED: () => {
        throw new Error('later');
      },
    });
    const batch = sqsEvent([buyWithPrimeEvent('REFUND_REQUESTED'), buyWithPrimeEvent('DELIVERY_IN_TRANSIT')]);
    equal(await handler(batch), { batchItemFailures: [{ itemIdentifier: batch.Records[0]?.messageId }] });
    equal(eventPattern({ kinds: ['DELIVERY_COMPLETED'] })['detail-type']?.includes('PACKAGE_DELIVERED'), true);
  },
  'a Lambda function responds behind a gateway': async () => {
    const handler = toLambdaHandler(new NdrWebhookVerifier({ auth: apiKey({ keys: KEY }) }).handler(() => undefined));
    const result = await handler({
      rawPath: '/ndr',
      rawQueryString: '',
      headers: { 'x-api-key': KEY, 'content-type': 'application/json' },
      requestContext: { domainName: 'shop.example', http: { method: 'POST' } },
      body: btoa(JSON.stringify(ndrEvent())),
      isBase64Encoded: true,
    });
    equal(result.statusCode, 200);
  },
  'deliveries are retried after 503 and lost after 404': async () => {
    const amazon = new AmazonEmulator();
    const auth = /** @type {const} */ ({ type: 'apiKey', key: KEY });
    let calls = 0;
    const slow = new NdrWebhookVerifier({ auth: apiKey({ keys: KEY }) }).handler(() => {
      calls += 1;
      if (calls < 3) throw new Error('later');
    });
    amazon.deliver(ndrEvent(), { to: slow, auth });
    amazon.deliver(ndrEvent(), { to: async () => new Response(null, { status: 404 }), auth });
    const { delivered, dropped } = await amazon.report();
    equal([delivered.length, delivered[0]?.attempts.length, dropped.length, dropped[0]?.attempts.length], [1, 3, 1, 1]);
  },
};
