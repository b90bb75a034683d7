/** The schemas of what the API is sent and returns: what they accept and refuse, and that JSON Schema says the same. */
import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import * as z from 'zod/mini';
import type * as types from '../../../src/buywithprime/index.ts';
import * as standard from '../../../src/buywithprime/standard-schemas.ts';
import type { StandardSchemaV1 } from '../../../src/core/types.ts';
import * as schemas from '../../../src/schemas.ts';
import { fixture } from '../../support/buywithprime/fixtures.ts';
import { damaged } from '../../support/damaged-events.ts';
import { expectAgreement, undescribed } from '../../support/json-schema.ts';

/** Every property, whatever is optional. */
type Complete<Value> = unknown extends Value
  ? unknown
  : Value extends readonly (infer Item)[]
    ? readonly Complete<NonNullable<Item>>[]
    : Value extends object
      ? { readonly [Key in keyof Value as string extends Key ? never : Key]-?: Complete<NonNullable<Value[Key]>> }
      : Value;

const time = '2024-07-04T05:54:53Z';
const milestone = {
  status: { code: 'LOST', message: { locale: 'en_US', value: 'Lost' } },
  address: { locality: 'Seattle', region: 'WA', country: 'US' },
  occurredAt: time,
};
const tracker: Complete<types.BuyWithPrimeTracking['payload']> = {
  packageTrackerIdentifier: { carrierCode: 'ups', trackingNumber: '1Z' },
  trackingUrl: 'https://tracking.example',
  estimatedDeliveryDate: { earliest: time, latest: time },
  latestMilestone: milestone,
  milestones: [milestone],
};
const aliases = [{ aliasId: 'a', aliasType: 'EXTERNAL_ID' }];
const amount = { unit: 'ONE', value: 1 };
const quantity = { unit: 'ONE', amount: 1 };
const shares = [{ lineItem: { id: 'l', aliases }, amount, refundedQuantity: quantity }];
const deliveries = {
  details: [
    {
      id: 'd',
      state: 'CANCELLED',
      reason: 'UNDELIVERABLE',
      estimatedDeliveryDate: time,
      deliveryInformationDetailsFor: { orderLineItems: shares },
      packageInformationDetailsFor: { orderLineItemAmounts: shares },
      packageTracker: tracker,
    },
  ],
};
const order: Complete<types.BuyWithPrimeOrder['payload']> = {
  id: 'o',
  aliases,
  lineItems: [{ id: 'l', aliases, amount, quantity, deliveryInformation: deliveries, packageInformation: deliveries }],
};
const refund: Complete<types.BuyWithPrimeRefund['payload']> = {
  id: 'r',
  aliases,
  state: 'PENDING',
  createdAt: time,
  updatedAt: time,
  refundRequestReason: 'NOT_DELIVERED',
  refundTotal: { totalAmount: { amount: 20, currencyCode: 'USD' } },
  paymentDetails: [{ state: 'SUCCESS', amount: { amount: 20 } }],
  refundFor: { orderLineItems: shares },
};
const returnFor = { orderLineItemAmounts: shares };
const parcel = { id: 'p', state: 'FAILED', reason: 'SHIPMENT_LOST' };
const returned: Complete<types.BuyWithPrimeReturn['payload']> = {
  id: 'r',
  aliases,
  state: 'CREATED',
  createdAt: time,
  updatedAt: time,
  returnFor,
  returnLineItems: [{ id: 'i', returnFor }],
  returnDeliveryDetails: [{ ...parcel, returnDeliveryFor: returnFor }],
  returnPackageDetails: [{ ...parcel, returnPackageFor: returnFor, packageTracker: tracker }],
};
const subscription: Complete<types.EventSubscription['payload']> = {
  subscriptionId: 's',
  targetId: 'bp-1',
  eventSubscriptionDetails: { eventType: 'REFUND_REQUESTED', destination: { __typename: 'EventBridgeData', arn: 'arn:aws:events' } },
};
const inventoryItem: Complete<types.BuyWithPrimeInventoryItem> = { inventoryItemId: 'i', buyableQuantity: quantity };
const product: Complete<types.BuyWithPrimeProduct> = {
  id: 'p',
  externalId: { value: 'e' },
  sku: { value: 's' },
  amazonSku: { value: 'm' },
  offerPrime: true,
  productDetailPageUrl: 'https://shop.example',
  buyability: { status: 'BUYABLE' },
};
const task: Complete<types.PersonalDataTask> = {
  taskId: 't',
  status: 'COMPLETED',
  submissionDate: time,
  lastUpdatedDate: time,
  dataRetrievalLink: 'https://data.example',
  holdingPeriod: 30,
  errors: [{ code: 'DATA_SUBJECT_NOT_FOUND', message: 'No data.' }],
};

const oAuthConfig = {
  clientParameters: { clientId: 'c', clientSecret: 's' },
  authEndpoint: 'https://shop.example/token',
  httpMethod: 'POST',
  httpParameters: { bodyParameters: [{ key: 'scope', value: 'x' }], headerParameters: [{ key: 'a', value: 'b' }] },
};
const basicAuthConfig = { username: 'u', password: 'p' };
const webhook = { url: 'https://shop.example/hook', method: 'POST' };
const bridge = { eventBridge: { region: 'us-east-1', partnerEventSource: { account: '919191919191', name: 'shop' } } };
const usd = { amount: 5, currencyCode: 'USD' };
const update = {
  state: 'PARTIAL',
  payments: [
    {
      id: 'p',
      amount: usd,
      paymentMethod: { type: 'AMAZON_PAY', displayString: 'Amazon Pay' },
      state: 'SUCCESS',
      aliases,
      createdAt: time,
      updatedAt: time,
    },
  ],
  total: usd,
  aliases,
  lineItems: [{ id: 'l', quantity: 1 }],
  statusReason: 'OTHERS',
  current: { state: 'PENDING', total: usd, payments: [{ amount: 5, state: 'SUCCESS' }] },
};

type Declared = readonly [schema: z.ZodMiniType<unknown>, complete: readonly object[]];
/** What the API returns: fields that Amazon adds are kept. */
const responses: Record<string, Declared> = {
  BuyWithPrimeOrderPayloadSchema: [schemas.BuyWithPrimeOrderPayloadSchema, [order]],
  BuyWithPrimeRefundPayloadSchema: [schemas.BuyWithPrimeRefundPayloadSchema, [refund]],
  BuyWithPrimeReturnPayloadSchema: [schemas.BuyWithPrimeReturnPayloadSchema, [returned]],
  BuyWithPrimeTrackerPayloadSchema: [schemas.BuyWithPrimeTrackerPayloadSchema, [tracker]],
  EventSubscriptionPayloadSchema: [schemas.EventSubscriptionPayloadSchema, [subscription]],
  BuyWithPrimeInventoryItemSchema: [schemas.BuyWithPrimeInventoryItemSchema, [inventoryItem]],
  BuyWithPrimeProductSchema: [schemas.BuyWithPrimeProductSchema, [product]],
  PersonalDataTaskSchema: [schemas.PersonalDataTaskSchema, [task]],
};
/** What methods are called with: unknown keys are refused, except where an event or a record of the API can be passed. */
const inputs: Record<string, Declared> = {
  OrderIdentifierSchema: [schemas.OrderIdentifierSchema, [{ alias: { aliasId: 'a', aliasType: 'EXTERNAL_ID' } }]],
  PackageTrackerIdentifierSchema: [schemas.PackageTrackerIdentifierSchema, [{ carrierCode: 'ups', trackingNumber: '1Z' }]],
  ProductIdentifierSchema: [schemas.ProductIdentifierSchema, [{ sku: 's' }, { externalId: 'e' }, { amazonSku: { value: 'm' } }]],
  BuyWithPrimeRefundUpdateSchema: [schemas.BuyWithPrimeRefundUpdateSchema, [update]],
  WebhookAuthConfigSchema: [schemas.WebhookAuthConfigSchema, [{ oAuthConfig }, { basicAuthConfig }]],
  AuthProfileInputSchema: [schemas.AuthProfileInputSchema, [{ authProfileAliasId: 'a', authConfig: { oAuthConfig } }]],
  AuthProfileUpdateSchema: [schemas.AuthProfileUpdateSchema, [{ authProfileId: 'p', authConfig: { basicAuthConfig } }]],
  EventSubscriptionDestinationSchema: [
    schemas.EventSubscriptionDestinationSchema,
    [
      bridge,
      { webhook },
      { webhook: { ...webhook, authProfileId: 'p' } },
      { webhook: { ...webhook, authConfig: { oAuthConfig } } },
      { webhook: { ...webhook, authConfig: { basicAuthConfig } } },
    ],
  ],
  EventSubscriptionInputSchema: [schemas.EventSubscriptionInputSchema, [{ eventType: 'REFUND_REQUESTED', destination: bridge }]],
};
const declared = Object.entries({ ...responses, ...inputs });

/** The value once for each of its parts, with that part of another type. */
function spoiled(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [[]];
  const copies = Object.entries(value).flatMap(([key, item]) =>
    spoiled(item).map((bad) => Object.assign(structuredClone(value), { [key]: bad })),
  );
  return [7, ...copies];
}

test('every schema is here, but for those of events and of other surfaces', () => {
  const names = Object.keys(schemas).filter(
    (name) => !/^(BuyWithPrime(Event|EventBridge|Webhook)|DeliveryTracker|Ndr|Shipping|Tracking)[A-Z]\w*Schema$/.test(name),
  );
  expect(declared.map(([name]) => name).sort()).toEqual(names.sort());
});

describe.each(Object.entries(responses))('%s', (_, [schema, complete]) => {
  test('keeps what it does not know', () => {
    for (const value of complete) expect(z.parse(schema, { ...value, extra: 1 })).toEqual({ ...value, extra: 1 });
  });

  test('accepts null for every field that may be missing', () => {
    for (const value of complete) {
      for (const key of Object.keys(value)) {
        const without = z.safeParse(schema, { ...value, [key]: undefined }).success;
        expect(z.safeParse(schema, { ...value, [key]: null }).success).toBe(without);
      }
    }
  });
});

describe.each(declared)('%s', (_, [schema, complete]) => {
  const accepts = (value: unknown): boolean => z.safeParse(schema, value).success;

  test('accepts a value with every field of its type', () => {
    for (const value of complete) expect(z.parse(schema, value)).toEqual(value);
  });

  test('refuses it with any field of another type', () => {
    for (const value of complete) {
      const bad = spoiled(value);
      expect(bad.length).toBeGreaterThan(Object.keys(value).length);
      expect(bad.filter(accepts)).toEqual([]);
    }
  });

  test.each(['input', 'output'] as const)('has a JSON Schema of its %s that describes what is checked', (io) => {
    const json = z.toJSONSchema(schema, { io });
    expect(undescribed(json)).toEqual([]);
    const samples = complete as readonly Record<string, unknown>[];
    const value = fc.oneof(damaged(samples), fc.constantFrom<unknown>(...samples), fc.jsonValue());
    fc.assert(
      fc.property(value, (each) => expectAgreement(json, accepts, each)),
      { numRuns: 200 },
    );
  });
});

describe.each(Object.entries(standard))('%s for any validator', (name, schema: StandardSchemaV1) => {
  const [, complete] = { ...responses, ...inputs }[name] as Declared;

  test('accepts and refuses the same', () => {
    for (const value of complete) {
      expect(schema['~standard'].validate(value)).toEqual({ value });
      for (const bad of spoiled(value)) expect(schema['~standard'].validate(bad)).toHaveProperty('issues');
    }
  });
});

describe('the schema of an order', () => {
  const sample = (fixture('graphql-order-2024-04-01.json')['data'] as { order: object }).order;

  test("accepts the sample of Amazon's pages", () => {
    expect(standard.BuyWithPrimeOrderPayloadSchema['~standard'].validate(sample)).toEqual({ value: sample });
  });

  test.each<[unknown, string]>([
    [undefined, 'expected object, got nothing'],
    [{ lineItems: [] }, 'expected string, got nothing'],
    [{ id: 'o', lineItems: [{ id: 7 }] }, 'expected string, got number'],
  ])('refuses %j', (value, message) => {
    expect(standard.BuyWithPrimeOrderPayloadSchema['~standard'].validate(value)).toMatchObject({ issues: [{ message }] });
  });
});

test('an object with one of several properties is refused by the issue of the property that it has', () => {
  const validate = standard.EventSubscriptionInputSchema['~standard'].validate;
  const authConfig = { oAuthConfig: { ...oAuthConfig, httpParameters: { bodyParameters: [{ key: 'scope' }] } } };
  expect(validate({ eventType: 'X', destination: { webhook: { url: 'https://a', authConfig } } })).toEqual({
    issues: [
      {
        message: 'expected string, got nothing',
        path: ['destination', 'webhook', 'authConfig', 'oAuthConfig', 'httpParameters', 'bodyParameters', 0, 'value'],
      },
    ],
  });
});

test('the schemas have the types that are written beside them', () => {
  expectTypeOf<z.output<typeof schemas.BuyWithPrimeOrderPayloadSchema>>().toEqualTypeOf<types.BuyWithPrimeOrder['payload']>();
  expectTypeOf<z.output<typeof schemas.BuyWithPrimeRefundPayloadSchema>>().toEqualTypeOf<types.BuyWithPrimeRefund['payload']>();
  expectTypeOf<z.output<typeof schemas.BuyWithPrimeRefundUpdateSchema>>().toEqualTypeOf<types.BuyWithPrimeRefundUpdate>();
  expectTypeOf<z.output<typeof schemas.BuyWithPrimeReturnPayloadSchema>>().toEqualTypeOf<types.BuyWithPrimeReturn['payload']>();
  expectTypeOf<z.output<typeof schemas.BuyWithPrimeTrackerPayloadSchema>>().toEqualTypeOf<types.BuyWithPrimeTracking['payload']>();
  expectTypeOf<z.output<typeof schemas.EventSubscriptionPayloadSchema>>().toEqualTypeOf<types.EventSubscription['payload']>();
  expectTypeOf<z.output<typeof schemas.EventSubscriptionInputSchema>>().toEqualTypeOf<types.EventSubscriptionInput>();
  expectTypeOf<z.output<typeof schemas.WebhookAuthConfigSchema>>().toEqualTypeOf<types.WebhookAuthConfig>();
  expectTypeOf<z.output<typeof schemas.OrderIdentifierSchema>>().toEqualTypeOf<types.OrderIdentifier>();
});
