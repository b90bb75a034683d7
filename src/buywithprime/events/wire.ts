/**
 * Buy with Prime's events on the wire: what EventBridge delivers and what a webhook gets, both generations. The parser accepts the same, and a
 * property test compares the two. They differ in three points: the parser opens envelopes such as a batch of SQS, also that of a failed
 * Lambda invocation, which looks like an event of an unknown type; and it reads the first 100,000 paths of an event.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/delivery_in_transit | DELIVERY_IN_TRANSIT}
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/buyability_changed | BUYABILITY_CHANGED}
 */
import * as z from 'zod/mini';
import { describedAs } from '../../core/schema.ts';
import { eventKinds, eventTypesOf, findEventKind, type IdName } from './kinds.ts';

/**
 * An event as EventBridge delivers it. Beside these Amazon sends `id`, `time`, `source` (`aws.partner/buywithprime/…`), `account`, `region` and
 * `version`; nothing depends on them, so they are not checked.
 */
export interface BuyWithPrimeEventBridgePayload {
  /** The type, such as `PACKAGE_DELIVERED`. */
  readonly 'detail-type': string;
  /** Resource paths. For a documented type one must have its ids. If the list is empty, that of `detail` counts. */
  readonly resources?: unknown;
  /** Empty until 2025; then a copy of what a webhook gets. */
  readonly detail?: unknown;
  readonly [field: string]: unknown;
}

/**
 * The body of a webhook request. Beside these Amazon sends `eventId`, `idempotencyKey`, `eventTime`, `apiVersion`, `subscriptionId` and `data`;
 * nothing depends on them, so they are not checked.
 */
export interface BuyWithPrimeWebhookPayload {
  /** The type, such as `PACKAGE_DELIVERED`. */
  readonly eventDescriptor: string;
  /** Resource paths. For a documented type one must have its ids. */
  readonly resources?: unknown;
  readonly [field: string]: unknown;
}

/** An event of Buy with Prime on the wire. */
export type BuyWithPrimeEventPayload = BuyWithPrimeEventBridgePayload | BuyWithPrimeWebhookPayload;

/** Keys that an id can stand under. */
const KEYS_OF: Readonly<Record<IdName, string>> = {
  orderId: 'order',
  deliveryId: 'delivery',
  refundId: 'refund',
  returnId: 'return',
  carrierCode: 'carrier',
  trackingNumber: 'tracker',
  itemId: '(?:items|item-quantities)',
  taskId: '(?:personalDataDeletionTask|personalDataRetrievalTask)',
};

/** A resource path that contains these ids, in any order. */
function pathWith(ids: readonly IdName[]): RegExp {
  const has = ids.map((id) => `(?=(?:/[^/]+/[^/]+)*?/${KEYS_OF[id]}/[^/]+)`);
  return new RegExp(`^businessProduct/[^/]+${has.join('')}(?:/[^/]+/[^/]+)*$`);
}

/** A list in which one path has the ids; the others are not looked at. */
function listWith(path: RegExp) {
  const list = z.array(z.unknown()).check(({ value, issues }) => {
    if (value.some((item) => typeof item === 'string' && path.test(item))) return;
    issues.push({ code: 'custom', message: 'expected a resource path with the ids of this type', input: value });
  });
  return describedAs(list, { type: 'array', contains: { type: 'string', pattern: path.source } });
}

/** Everything that is not a list with items: the parser then looks into "detail". */
function noList() {
  const isNoList = (value: unknown): boolean => !Array.isArray(value) || value.length === 0;
  return z.optional(describedAs(z.custom<unknown>(isNoList), { not: { type: 'array', minItems: 1 } }));
}

/** The documented types in groups that need the same ids, and a schema for every other type. */
function types() {
  const groups = new Map<string, { readonly names: string[]; readonly path: RegExp }>();
  for (const kind of eventKinds) {
    const ids = findEventKind(kind)?.ids ?? [];
    const group = groups.get(ids.join()) ?? { names: [], path: pathWith(ids) };
    group.names.push(...eventTypesOf(kind));
    groups.set(ids.join(), group);
  }
  const all = [...groups.values()].flatMap(({ names }) => names);
  return { groups: [...groups.values()], unknown: z.string().check(z.regex(new RegExp(`^(?!(?:${all.join('|')})$)`))) };
}

/** An event as EventBridge delivers it. */
export const BuyWithPrimeEventBridgeEventSchema: z.ZodMiniType<BuyWithPrimeEventBridgePayload> = /* @__PURE__ */ z.lazy(() => {
  const { groups, unknown } = types();
  const known = groups.flatMap(({ names, path }) => [
    z.looseObject({ 'detail-type': z.enum(names), resources: listWith(path) }),
    z.looseObject({ 'detail-type': z.enum(names), resources: noList(), detail: z.looseObject({ resources: listWith(path) }) }),
  ]);
  return z.union([
    ...known,
    z.looseObject({ 'detail-type': unknown }),
  ]) as z.ZodMiniType<unknown> as z.ZodMiniType<BuyWithPrimeEventBridgePayload>;
});

/** The body of a webhook request. */
export const BuyWithPrimeWebhookEventSchema: z.ZodMiniType<BuyWithPrimeWebhookPayload> = /* @__PURE__ */ z.lazy(() => {
  const { groups, unknown } = types();
  const isNoString = z.custom<unknown>((value) => typeof value !== 'string');
  const other = z.optional(describedAs(isNoString, { not: { type: 'string' } }));
  const known = groups.map(({ names, path }) =>
    z.looseObject({ eventDescriptor: z.enum(names), 'detail-type': other, resources: listWith(path) }),
  );
  const schema = z.union([...known, z.looseObject({ eventDescriptor: unknown, 'detail-type': other })]);
  return schema as z.ZodMiniType<unknown> as z.ZodMiniType<BuyWithPrimeWebhookPayload>;
});

/** An event of Buy with Prime, however it arrives. */
export const BuyWithPrimeEventPayloadSchema: z.ZodMiniType<BuyWithPrimeEventPayload> = /* @__PURE__ */ z.lazy(() =>
  z.union([BuyWithPrimeEventBridgeEventSchema, BuyWithPrimeWebhookEventSchema]),
);
