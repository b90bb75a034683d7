/** The contracts as ajv reads them, which knows nothing of zod, and values that they must accept. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import * as z from 'zod/mini';
import { createContracts } from '../../scripts/contracts/contracts.mjs';
import * as schemas from '../../src/schemas.ts';
import * as any from '../../src/testing/arbitraries.ts';
import { ndrEvent, trackingEvent } from '../../src/testing/index.ts';

export type Json = Readonly<Record<string, unknown>>;

export const { 'openapi.json': openApi, ...files } = createContracts(schemas, '0.0.0-test') as Record<string, Json> & {
  'openapi.json': {
    readonly paths: Readonly<Record<string, { readonly post: Operation }>>;
    readonly webhooks: Readonly<Record<string, { readonly post: Operation }>>;
    readonly components: { readonly schemas: Readonly<Record<string, Json>> };
  };
};

export interface Body {
  readonly content?: Readonly<Record<string, { readonly schema: Json }>>;
}
export interface Operation {
  readonly requestBody: Body;
  readonly responses: Readonly<Record<string, Body>>;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required: boolean; readonly schema: Json }[];
}

// Strict: a keyword that ajv does not know is an error. The references of the OpenAPI document are resolved in it.
export const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allowUnionTypes: true, validateFormats: false });
for (const name of ['openapi', 'info', 'servers', 'tags', 'paths', 'webhooks', 'components']) ajv.addKeyword(name);
ajv.addSchema({ ...openApi, $id: 'openapi' });
const compiled = new WeakMap<object, ValidateFunction>();

export function validator(schema: Json): ValidateFunction {
  const resolved = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi#/'));
  const validate = compiled.get(schema) ?? ajv.compile(resolved);
  compiled.set(schema, validate);
  return validate;
}

export const isValid = (schema: Json, value: unknown): boolean => validator(schema)(value) === true;
export const schemaOf = (title: string): Json => openApi.components.schemas[title] as Json;
export const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value) ?? 'null');
export const parse = (title: string, value: unknown) =>
  z.safeParse((schemas as unknown as Record<string, z.ZodMiniType>)[`${title}Schema`] as z.ZodMiniType, value);

/** Everything that is valid for a schema, from fixtures, builders and arbitraries. */
const folder = join(import.meta.dirname, '../fixtures/buywithprime');
export const fixtures = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => ({ name, value: JSON.parse(readFileSync(join(folder, name), 'utf8')) as unknown }));
const seeds = fc.nat().map((seed) => ({ seed }));
export const bodyOf = (event: { readonly detail: unknown }): unknown => event.detail;
const identifiers = fc.record({ carrierCode: fc.string({ minLength: 1 }), trackingNumber: fc.string({ minLength: 1 }) });
export const basicAuthConfig = { username: 'amazon', password: 'not-a-secret' };
const oAuthConfig = {
  clientParameters: { clientId: 'amazon', clientSecret: 'not-a-secret' },
  authEndpoint: 'https://shop.example.com/token',
  httpMethod: 'POST',
  httpParameters: { bodyParameters: [{ key: 'scope', value: 'events' }] },
};
const configs = fc.constantFrom<object>({ basicAuthConfig }, { oAuthConfig });
const destinations = fc.constantFrom<object>(
  { eventBridge: { region: 'us-east-1', partnerEventSource: { account: '123456789012', name: 'shop/orders' } } },
  { webhook: { url: 'https://shop.example.com/bwp', method: 'POST' } },
  { webhook: { url: 'https://shop.example.com/bwp', authProfileId: 'profile' } },
  { webhook: { url: 'https://shop.example.com/bwp', authConfig: { basicAuthConfig } } },
);
const payment = { id: '1', amount: { amount: 1, currencyCode: 'USD' }, paymentMethod: { type: 'CARD' } };

/** Values that the library accepts, by the name of their schema. */
export const valid: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  DeliveryTrackerInput: any.anyDeliveryTrackerInput(),
  DeliveryTrackerResponse: any.anyDeliveryTrackerInput().map(({ trackingNumber, carrierCode, ...id }) => ({
    ...id,
    deliveryDetails: [{ trackingNumber, carrierCode }],
  })),
  NdrEvent: fc.oneof(
    any.anyNdrEvent(),
    seeds.map((options) => ndrEvent({}, options)),
  ),
  NdrDetail: any.anyNdrEvent().map(bodyOf),
  TrackingEvent: fc.oneof(
    any.anyTrackingEvent(),
    seeds.map((options) => trackingEvent({}, options)),
  ),
  TrackingDetail: any.anyTrackingEvent().map(bodyOf),
  ShippingEventEnvelope: fc.oneof(any.anyNdrEvent(), any.anyTrackingEvent()),
  NdrFeedback: any.anyNdrFeedback(),
  BuyWithPrimeEventBridgeEvent: any.anyBuyWithPrimeEvent(),
  BuyWithPrimeWebhookEvent: any.anyBuyWithPrimeEvent().map(bodyOf).filter(isFilled),
  BuyWithPrimeEventPayload: any.anyBuyWithPrimeEvent(),
  OrderIdentifier: fc.oneof(fc.string({ minLength: 1 }), fc.constant({ alias: { aliasId: '1', aliasType: 'x' } })),
  PackageTrackerIdentifier: identifiers,
  ProductIdentifier: fc.constantFrom({ sku: 's' }, { externalId: 'e' }, { amazonSku: { value: 'a' } }),
  WebhookAuthConfig: configs,
  AuthProfileInput: fc.record({ authConfig: configs, authProfileAliasId: fc.constant('alias') }, { requiredKeys: ['authConfig'] }),
  AuthProfileUpdate: fc.record({ authConfig: configs, authProfileId: fc.constant('id') }),
  EventSubscriptionDestination: destinations,
  EventSubscriptionInput: fc.record({ eventType: fc.constantFrom('PACKAGE_DELIVERED', 'NEW_TYPE'), destination: destinations }),
  BuyWithPrimeRefundUpdate: fc.constantFrom<unknown>({ state: 'SUCCESS' }, { state: 'PARTIAL', payments: [payment] }),
  ...responses(),
};

export function isFilled(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

/** Payloads of responses. What the emulator returns for the library's own queries is checked below; here the fields that it reads. */
function responses(): Record<string, fc.Arbitrary<unknown>> {
  const nullable = (arbitrary: fc.Arbitrary<unknown>) => fc.option(arbitrary, { nil: null });
  const text = nullable(fc.string());
  const record = (fields: Record<string, fc.Arbitrary<unknown>>) => fc.record(fields, { requiredKeys: [] });
  const aliases = fc.constant([{ aliasId: '1', aliasType: 'x' }]);
  return {
    BuyWithPrimeInventoryItem: record({
      inventoryItemId: text,
      buyableQuantity: nullable(record({ unit: text, amount: nullable(fc.double({ noNaN: true, noDefaultInfinity: true })) })),
    }),
    BuyWithPrimeProduct: record({ sku: nullable(record({ value: text })), externalId: nullable(record({ value: text })) }).map(
      (product) => ({ id: 'p', ...(product as object) }),
    ),
    PersonalDataTask: record({ submissionDate: text, dataRetrievalLink: text }).map((task) => ({
      taskId: 't',
      status: 'PENDING',
      ...(task as object),
    })),
    BuyWithPrimeOrderPayload: record({ aliases }).map((order) => ({ id: 'o', ...(order as object) })),
    BuyWithPrimeRefundPayload: record({ aliases }).map((refund) => ({ id: 'r', ...(refund as object) })),
    BuyWithPrimeReturnPayload: record({ aliases }).map((one) => ({ id: 'r', ...(one as object) })),
    BuyWithPrimeTrackerPayload: record({
      trackingUrl: text,
      packageTrackerIdentifier: nullable(record({ carrierCode: text, trackingNumber: text })),
    }),
    EventSubscriptionPayload: record({ targetId: text }).map((one) => ({ subscriptionId: 's', ...(one as object) })),
  };
}
