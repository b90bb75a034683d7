/** OpenAPI 3.1: `paths` for what is called at Amazon, `webhooks` for what Amazon calls. */

/** @param {string} name */
const schema = (name) => ({ $ref: `#/components/schemas/${name}` });

/** @param {object} content */
const json = (content) => ({ content: { 'application/json': { schema: content } } });

/** @param {object} content */
const form = (content) => ({ content: { 'application/x-www-form-urlencoded': { schema: content } } });

/** @param {string} description @param {object} [content] */
const response = (description, content) => ({ description, ...(content && json(content)) });

/** @param {string} name @param {string} description @param {object} [others] */
const header = (name, description, others) => ({ name, in: 'header', required: true, description, schema: { type: 'string' }, ...others });

/** @param {string} url @param {string} description */
const server = (url, description) => ({ url, description });

const RETRY = { headers: { 'retry-after': { description: 'Seconds.', schema: { type: 'string' } } } };

/** @param {object} error @param {Record<string, string>} statuses */
const failures = (error, statuses) => Object.fromEntries(Object.entries(statuses).map(([status, text]) => [status, response(text, error)]));

/**
 * @param {Record<string, object>} schemas
 * @param {string} version
 */
export function openApi(schemas, version) {
  return {
    openapi: '3.1.0',
    info: {
      title: "Amazon's delivery notifications",
      version,
      summary: 'Amazon Pay Delivery Tracker, Amazon Shipping NDR and Buy with Prime, as waybill sends and reads them.',
      description:
        "Written from Amazon's public references, and never compared with the live services. What Amazon does not document is marked (inferred).",
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [server('https://pay-api.amazon.com', 'Each path has its own servers.')],
    tags: [
      { name: 'amazonpay', description: 'Amazon Pay Delivery Tracker' },
      { name: 'shipping-ndr', description: 'Amazon Shipping: undeliverable shipments' },
      { name: 'buywithprime', description: 'Buy with Prime' },
    ],
    paths: paths(),
    webhooks: webhooks(),
    components: { schemas, securitySchemes: SECURITY_SCHEMES },
  };
}

const SECURITY_SCHEMES = {
  amazonPaySignature: {
    type: 'apiKey',
    in: 'header',
    name: 'authorization',
    description: 'AMZN-PAY-RSASSA-PSS-V2 PublicKeyId=…, SignedHeaders=…, Signature=…; AmazonPaySigner of waybill/amazonpay writes it.',
  },
  sellingPartnerToken: { type: 'apiKey', in: 'header', name: 'x-amz-access-token', description: 'An access token of Login with Amazon.' },
  buyWithPrimeToken: { type: 'http', scheme: 'bearer', description: 'An access token of /token.' },
  webhookApiKey: { type: 'apiKey', in: 'header', name: 'x-api-key', description: 'You and Amazon agree on the name and the value.' },
  webhookQueryParameter: { type: 'apiKey', in: 'query', name: 'key', description: 'You and Amazon agree on the name and the value.' },
  webhookBasic: { type: 'http', scheme: 'basic', description: 'User name and password that you give to Amazon.' },
  webhookBearer: { type: 'http', scheme: 'bearer', description: 'A token of your token endpoint.' },
  buyWithPrimeSignature: {
    type: 'apiKey',
    in: 'header',
    name: 'x-amzn-signature',
    description: 'ECDSA of the body in base64, by the key that x-amzn-kid names (inferred). BuyWithPrimeWebhookVerifier checks it.',
  },
};

function paths() {
  const tracker = {
    tags: ['amazonpay'],
    summary: 'Create Delivery Tracker',
    security: [{ amazonPaySignature: [] }],
    parameters: [
      header('x-amz-pay-date', 'When the request was signed: 20260115T101530Z.'),
      header('x-amz-pay-host', 'The host of the request.'),
      header('x-amz-pay-region', 'na, eu or jp.', { schema: { enum: ['na', 'eu', 'jp'] } }),
      header('x-amz-pay-idempotency-key', 'The same for each retry.', {
        required: false,
        schema: { type: 'string', pattern: '^[\\w-]{1,32}$' },
      }),
    ],
    requestBody: { required: true, ...json(schema('DeliveryTrackerRequest')) },
    responses: {
      200: response('Accepted.', schema('DeliveryTrackerResponse')),
      201: response('Accepted.', schema('DeliveryTrackerResponse')),
      ...failures(schema('AmazonPayError'), {
        400: 'A parameter, a header, the signature or the idempotency key is wrong, or the tracking number was used before.',
        401: 'The account is not active.',
        403: 'The account may not do this.',
        404: 'The order belongs to another account, region or environment.',
        429: 'Too many requests.',
        500: 'Retry with the same idempotency key.',
        503: 'Retry with the same idempotency key.',
      }),
    },
  };
  const payServers = [
    server('https://pay-api.amazon.com', 'North America'),
    server('https://pay-api.amazon.eu', 'Europe and the United Kingdom'),
    server('https://pay-api.amazon.jp', 'Japan'),
  ];
  /** @param {string} path @param {string} operationId @param {string} description */
  const trackerPath = (path, operationId, description) => [path, { servers: payServers, post: { operationId, description, ...tracker } }];
  const tokenFailures = failures(schema('TokenError'), {
    400: 'A parameter is wrong, or the grant is not valid.',
    401: 'The client is unknown.',
    500: 'Retry later.',
    503: 'Retry later.',
  });
  return {
    ...Object.fromEntries([
      trackerPath('/v2/deliveryTrackers', 'createDeliveryTracker', 'For a public key id that starts with LIVE- or SANDBOX-.'),
      trackerPath('/live/v2/deliveryTrackers', 'createLiveDeliveryTracker', 'For a public key id without a prefix, live.'),
      trackerPath('/sandbox/v2/deliveryTrackers', 'createSandboxDeliveryTracker', 'For a public key id without a prefix, sandbox.'),
    ]),
    '/auth/o2/token': {
      servers: [server('https://api.amazon.com', 'Login with Amazon')],
      post: {
        operationId: 'requestSellingPartnerToken',
        tags: ['shipping-ndr'],
        summary: 'An access token of the Selling Partner API',
        security: [],
        requestBody: { required: true, ...form(schema('LoginWithAmazonTokenRequest')) },
        responses: { 200: response('The token.', schema('TokenResponse')), ...tokenFailures },
      },
    },
    '/shipping/v2/ndrFeedback': {
      servers: [
        server('https://sellingpartnerapi-eu.amazon.com', 'Europe, and India, where NDR exists'),
        server('https://sandbox.sellingpartnerapi-eu.amazon.com', 'Sandbox of it'),
      ],
      post: {
        operationId: 'submitNdrFeedback',
        tags: ['shipping-ndr'],
        summary: 'submitNdrFeedback: what to do with an undeliverable shipment',
        security: [{ sellingPartnerToken: [] }],
        parameters: [
          header('x-amzn-shipping-business-id', 'AmazonShipping_IN for India.'),
          header('user-agent', 'AppName/Version (Language=…; Platform=…).'),
        ],
        requestBody: { required: true, ...json(schema('NdrFeedback')) },
        responses: {
          204: response('Accepted.'),
          ...failures(schema('SellingPartnerErrors'), {
            400: 'The feedback is wrong, or the shipment does not wait for it.',
            401: 'The access token is not valid.',
            403: 'The access token, the role or the authorization is missing or not valid.',
            404: 'The shipment is not found.',
            413: 'The body is too large.',
            415: 'The content type is not application/json.',
            429: 'Too many requests: the rate is 5 a second.',
            500: 'Retry later.',
            503: 'Retry later.',
          }),
        },
      },
    },
    '/token': {
      servers: [server('https://api.buywithprime.amazon.com', 'Buy with Prime')],
      post: {
        operationId: 'requestBuyWithPrimeToken',
        tags: ['buywithprime'],
        summary: 'An access token of Buy with Prime (inferred: not documented by Amazon)',
        security: [],
        requestBody: { required: true, ...form(schema('BuyWithPrimeTokenRequest')) },
        responses: { 200: response('The token.', schema('TokenResponse')), ...tokenFailures },
      },
    },
    '/graphql': {
      servers: [server('https://api.buywithprime.amazon.com', 'Buy with Prime')],
      post: {
        operationId: 'executeGraphQL',
        tags: ['buywithprime'],
        summary: 'Orders, refunds, returns, subscriptions',
        description: 'The payloads inside "data" are the schemas BuyWithPrimeOrderPayload and its siblings.',
        security: [{ buyWithPrimeToken: [] }],
        parameters: [
          header('x-api-target-id', 'The business product id.'),
          header('x-api-version', 'The version of the API, such as 2024-11-01.', { schema: { type: 'string', format: 'date' } }),
        ],
        requestBody: { required: true, ...json(schema('GraphQLRequest')) },
        responses: {
          200: response('Data, errors or both.', schema('GraphQLResponse')),
          ...failures({}, { 401: 'The access token is not valid.', 403: 'Access denied.', 429: 'Too many requests.', 500: 'Retry later.' }),
        },
      },
    },
  };
}

function webhooks() {
  const responses = {
    200: response('Stored. Amazon does not redeliver the event.'),
    ...failures(schema('WebhookError'), {
      400: 'The body cannot be an event. Not redelivered.',
      401: 'The credential or the signature is missing or wrong. Redelivered (inferred).',
      405: 'The method is not POST. Not redelivered.',
      413: 'The body is too large. Not redelivered.',
      415: 'The encoding of the body is unknown. Not redelivered.',
    }),
    503: { ...response('Not stored. Redelivered (inferred).', schema('WebhookError')), ...RETRY },
  };
  const shipping = [{ webhookApiKey: [] }, { webhookQueryParameter: [] }, { webhookBasic: [] }, { webhookBearer: [] }];
  /** @param {string} name @param {string} type */
  const typed = (name, type) => ({ allOf: [schema(name), { type: 'object', properties: { 'detail-type': { const: type } } }] });
  return {
    ndr: {
      post: {
        operationId: 'receiveNdrEvent',
        tags: ['shipping-ndr'],
        summary: 'A shipment could not be delivered and waits for feedback',
        security: shipping,
        requestBody: { required: true, ...json(typed('NdrEvent', 'NDR Events')) },
        responses,
      },
    },
    tracking: {
      post: {
        operationId: 'receiveTrackingEvent',
        tags: ['shipping-ndr'],
        summary: 'Something happened to a parcel',
        security: shipping,
        requestBody: { required: true, ...json(typed('TrackingEvent', 'Tracking Detail')) },
        responses,
      },
    },
    buyWithPrime: {
      post: {
        operationId: 'receiveBuyWithPrimeEvent',
        tags: ['buywithprime'],
        summary: 'An event of Buy with Prime',
        security: [{ buyWithPrimeSignature: [] }, { webhookBasic: [] }, { webhookBearer: [] }],
        parameters: [header('x-amzn-kid', 'The id of the key that signed (inferred).', { required: false })],
        requestBody: { required: true, ...json(schema('BuyWithPrimeWebhookEvent')) },
        responses,
      },
    },
    token: {
      post: {
        operationId: 'receiveTokenRequest',
        tags: ['shipping-ndr', 'buywithprime'],
        summary: 'A request for a token, if a webhook authenticates by OAuth (inferred)',
        security: [{ webhookBasic: [] }, {}],
        requestBody: { ...form(schema('WebhookTokenRequest')) },
        responses: {
          200: response('The token.', schema('TokenResponse')),
          ...failures(schema('TokenError'), { 400: 'A parameter is wrong.', 401: 'The client is unknown.' }),
          503: { ...response('Retry later.', schema('TokenError')), ...RETRY },
        },
      },
    },
  };
}
