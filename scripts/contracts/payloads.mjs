/** The payloads of the contracts: those of `waybill/schemas`, and those that only exist on the wire. */
import * as z from 'zod/mini';

/** @typedef {Record<string, unknown>} JsonSchema */

/** What each schema of `waybill/schemas` describes, by its name without `Schema`. */
const DESCRIPTIONS = {
  DeliveryTrackerInput:
    'Input of DeliveryTrackerClient.create(), in canonical form: no spaces and no marks of a spreadsheet around a value.',
  DeliveryTrackerResponse: "Amazon Pay's response to the creation of a delivery tracker.",
  BuyWithPrimeInventoryItem: 'An inventory item as the Buy with Prime API returns it.',
  BuyWithPrimeProduct: 'A product as the Buy with Prime API returns it.',
  ProductIdentifier: 'What a product is found by.',
  PersonalDataTask: 'A personal data task as the Buy with Prime API returns it.',
  BuyWithPrimeEventBridgeEvent: 'An event of Buy with Prime as EventBridge delivers it.',
  BuyWithPrimeEventPayload: 'An event of Buy with Prime, from EventBridge or as the body of a webhook request.',
  BuyWithPrimeWebhookEvent: 'The body of a webhook request of Buy with Prime.',
  BuyWithPrimeOrderPayload: 'An order as the Buy with Prime API returns it.',
  OrderIdentifier: 'What an order is found by.',
  BuyWithPrimeRefundPayload: 'A refund as the Buy with Prime API returns it.',
  BuyWithPrimeRefundUpdate: 'Input of BuyWithPrimeClient.updateRefund().',
  BuyWithPrimeReturnPayload: 'A return as the Buy with Prime API returns it.',
  BuyWithPrimeTrackerPayload: 'A package tracker as the Buy with Prime API returns it.',
  PackageTrackerIdentifier: 'What a package tracker is found by.',
  AuthProfileInput: 'Input of BuyWithPrimeClient.createAuthProfile().',
  AuthProfileUpdate: 'Input of BuyWithPrimeClient.updateAuthProfile().',
  WebhookAuthConfig: 'Credentials with which Buy with Prime authenticates at a webhook.',
  EventSubscriptionDestination: 'Where Buy with Prime sends events.',
  EventSubscriptionInput: 'Input of BuyWithPrimeClient.createEventSubscription().',
  EventSubscriptionPayload: 'An event subscription as the Buy with Prime API returns it.',
  NdrDetail: 'The detail of an NDR event of Amazon Shipping.',
  NdrEvent: 'An NDR event as Amazon Shipping posts it.',
  ShippingEventEnvelope: 'The envelope of every event of Amazon Shipping.',
  TrackingDetail: 'The detail of a tracking event of Amazon Shipping.',
  TrackingEvent: 'A tracking event as Amazon Shipping posts it.',
  NdrFeedback: 'Feedback to an NDR event: the body of submitNdrFeedback. A date must also be in the future.',
};

const LONG_MONTH = '(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])';
const SHORT_MONTH = '(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)';
const DAY = `2\\d{3}-(?:${LONG_MONTH}|${SHORT_MONTH}|02-(?:0[1-9]|1\\d|2[0-8]))`;
const LEAP_DAY = '(?:2\\d(?:0[48]|[2468][048]|[13579][26])|2[048]00)-02-29';
/** ISO 8601 with an offset, of this millennium, on a day that the calendar has. */
const DATE_TIME = `^(?:${DAY}|${LEAP_DAY})[Tt](?:[01]\\d|2[0-3]):[0-5]\\d(?::[0-5]\\d(?:\\.\\d+)?)?(?:[Zz]|[+-](?:[01]\\d|2[0-3]):?[0-5]\\d)$`;

/** Neither spaces nor a mark of a spreadsheet at either end: the library removes them, so a schema cannot judge what is left. */
const CANONICAL = { pattern: '^(?![\\s\'"=])(?![\\s\\S]*[\\s"]$)' };

/**
 * What a schema cannot say of itself, because the library changes the value or calculates. With these, the library accepts what the JSON
 * Schema accepts.
 *
 * @type {Record<string, (schema: any) => void>}
 */
const REFINEMENTS = {
  DeliveryTrackerInput: ({ properties }) => {
    for (const property of Object.values(properties)) property.allOf = [...(property.allOf ?? []), CANONICAL];
  },
  NdrFeedback: ({ oneOf }) => {
    Object.assign(oneOf[0].properties.ndrRequestData.properties.rescheduleDate, { format: 'date-time', pattern: DATE_TIME });
  },
};

/**
 * The JSON Schema of each payload, by name.
 *
 * @param {Record<string, import('zod/mini').ZodMiniType>} schemas the exports of `waybill/schemas`
 * @returns {Record<string, JsonSchema>}
 */
export function payloadsOf(schemas) {
  const names = Object.keys(schemas).map((name) => name.replace(/Schema$/, ''));
  const described = Object.keys(DESCRIPTIONS);
  const missing = [...names.filter((name) => !described.includes(name)), ...described.filter((name) => !names.includes(name))];
  if (missing.length > 0) throw new Error(`scripts/contracts/payloads.mjs and src/schemas.ts differ in ${missing.join(', ')}`);
  const payloads = Object.entries(DESCRIPTIONS).map(([title, description]) => {
    const { $schema, ...schema } = z.toJSONSchema(/** @type {any} */ (schemas[`${title}Schema`]), { io: 'input' });
    REFINEMENTS[title]?.(schema);
    return [title, { title, description, ...schema }];
  });
  const input = Object.fromEntries(payloads).DeliveryTrackerInput;
  return Object.fromEntries([...payloads, ...Object.entries(wirePayloads(input)).map(([title, schema]) => [title, { title, ...schema }])]);
}

const text = { type: 'string' };
const name = { type: 'string', minLength: 1 };
const nullableText = { type: ['string', 'null'] };

/** @param {string} description @param {JsonSchema} properties @param {string[]} required @param {JsonSchema} others */
function object(description, properties, required = [], others = {}) {
  return { description, type: 'object', properties, ...(required.length > 0 && { required }), ...others };
}

/**
 * What is sent and received around the payloads. The library has no schema for them: it writes them, or reads them leniently.
 *
 * @param {any} trackerInput
 * @returns {Record<string, JsonSchema>}
 */
function wirePayloads({ properties: { chargePermissionId, amazonOrderReferenceId, trackingNumber, carrierCode }, oneOf }) {
  const detail = object('A parcel.', { trackingNumber, carrierCode }, ['trackingNumber', 'carrierCode'], { additionalProperties: false });
  return {
    DeliveryTrackerRequest: object(
      'The body of Create Delivery Tracker: one parcel for each request.',
      { chargePermissionId, amazonOrderReferenceId, deliveryDetails: { type: 'array', minItems: 1, maxItems: 1, items: detail } },
      ['deliveryDetails'],
      { additionalProperties: false, oneOf },
    ),
    AmazonPayError: object('An error of Amazon Pay.', { reasonCode: text, message: text }, ['reasonCode']),
    SellingPartnerErrors: object(
      'Errors of the Selling Partner API.',
      { errors: { type: 'array', items: object('An error.', { code: text, message: text, details: nullableText }, ['code', 'message']) } },
      ['errors'],
    ),
    LoginWithAmazonTokenRequest: object(
      'The form of a request for an access token of the Selling Partner API.',
      { grant_type: { const: 'refresh_token' }, refresh_token: name, client_id: name, client_secret: name },
      ['grant_type', 'refresh_token', 'client_id', 'client_secret'],
    ),
    BuyWithPrimeTokenRequest: object(
      'The form of a request for an access token of Buy with Prime (inferred: not documented by Amazon).',
      { grant_type: { const: 'client_credentials' }, client_id: name, client_secret: name },
      ['grant_type', 'client_id', 'client_secret'],
    ),
    TokenResponse: object(
      'An access token.',
      { access_token: name, token_type: text, expires_in: { type: ['number', 'string'] }, refresh_token: text, scope: text },
      ['access_token'],
    ),
    TokenError: object('Why there is no access token (RFC 6749, section 5.2).', { error: name, error_description: text }, ['error']),
    GraphQLRequest: object(
      'An operation of GraphQL with its variables.',
      { query: name, variables: { type: 'object' }, operationName: nullableText },
      ['query'],
    ),
    GraphQLResponse: object(
      'Data, errors or both. An error has its type in extensions.classification or in errorType.',
      {
        data: { type: ['object', 'null'] },
        errors: {
          type: 'array',
          minItems: 1,
          items: object(
            'An error.',
            {
              message: text,
              path: { type: ['array', 'null'], items: { type: ['string', 'integer'] } },
              errorType: nullableText,
              extensions: { type: ['object', 'null'] },
            },
            ['message'],
          ),
        },
      },
      [],
      { anyOf: [{ required: ['data'] }, { required: ['errors'] }] },
    ),
    WebhookTokenRequest: object(
      'The form with which Amazon requests a token from your token endpoint, if a webhook authenticates by OAuth (inferred).',
      { grant_type: { const: 'client_credentials' }, client_id: name, client_secret: name, scope: text },
    ),
    WebhookError: object("A webhook's response other than 200. It contains no secret and no personal data.", { message: name }, [
      'message',
    ]),
  };
}
