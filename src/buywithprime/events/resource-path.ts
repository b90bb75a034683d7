/**
 * Resource paths of Buy with Prime events: `businessProduct/{id}/order/{id}/delivery/{id}`.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/delivery_in_transit | DELIVERY_IN_TRANSIT}
 */
import { ValidationError } from '../../core/errors.ts';

/**
 * The keys that Amazon documents, each with the property that its id is read into. They follow no rule
 * (`order` but `items`, `businessProduct` but `item-quantities`), so they are listed and not derived.
 */
const PROPERTY_OF = {
  businessProduct: 'businessProductId',
  order: 'orderId',
  delivery: 'deliveryId',
  refund: 'refundId',
  return: 'returnId',
  carrier: 'carrierCode',
  tracker: 'trackingNumber',
  items: 'itemId',
  'item-quantities': 'itemId',
  personalDataDeletionTask: 'taskId',
  personalDataRetrievalTask: 'taskId',
} as const;

type PropertyOf = typeof PROPERTY_OF;

/** The key that every path starts with. */
const ROOT = 'businessProduct';

// A map, because keys are a stranger's text: "constructor" must not be found.
const PROPERTY_OF_KEY: ReadonlyMap<string, string> = /* @__PURE__ */ new Map(/* @__PURE__ */ Object.entries(PROPERTY_OF));

/** A resource path taken apart. */
export interface ResourcePath {
  /** The business product that every path starts with; it is also the API's `x-api-target-id`. */
  readonly businessProductId: string;
  /** The order, such as `322-ABC1-AAAAAA`. */
  readonly orderId?: string;
  /** The delivery; since December 2024 Amazon calls it a package. */
  readonly deliveryId?: string;
  /** The refund, among those of the order. */
  readonly refundId?: string;
  /** The return, among those of the order. */
  readonly returnId?: string;
  /** The carrier, such as `ups`. */
  readonly carrierCode?: string;
  /** The carrier's number of the package. */
  readonly trackingNumber?: string;
  /** The item, under the key `items` or `item-quantities`. */
  readonly itemId?: string;
  /** The task that deletes or retrieves personal data. */
  readonly taskId?: string;
  /** Key and id of each step, in order, known or not. */
  readonly segments: readonly (readonly [key: string, id: string])[];
}

/** Ids that make a path. Those of items and tasks do not: each can stand under two keys, so they need `segments`. */
export interface ResourceIds
  extends Pick<ResourcePath, 'businessProductId' | 'orderId' | 'deliveryId' | 'refundId' | 'returnId' | 'carrierCode' | 'trackingNumber'> {
  /** Needs `segments`. */
  readonly itemId?: never;
  /** Needs `segments`. */
  readonly taskId?: never;
}

/**
 * The ids that a path literal names, known to the compiler. Keys that Amazon has not documented give nothing.
 *
 * @example
 * ```ts
 * type Delivery = ResourcePathOf<`businessProduct/${string}/order/${string}/delivery/${string}`>;
 * // { businessProductId: string; orderId: string; deliveryId: string }
 * ```
 */
export type ResourcePathOf<Path extends string> = { readonly [Step in Steps<Path> as Step[0]]: Step[1] };

type Steps<Path extends string> = Path extends `${infer Key}/${infer Id}/${infer Rest}`
  ? StepOf<Key, Id> | Steps<Rest>
  : Path extends `${infer Key}/${infer Id}`
    ? StepOf<Key, Id>
    : never;

type StepOf<Key extends string, Id extends string> = Key extends keyof PropertyOf ? [PropertyOf[Key], Id] : never;

/**
 * Takes a resource path apart.
 *
 * Ids are opaque: they are neither decoded nor checked. Keys that Amazon adds later are kept in
 * {@link ResourcePath.segments}. Of a key that comes twice, the first id counts. The time taken is linear in the
 * length of the path.
 *
 * @throws {@link ValidationError} `VALIDATION` where the path is not key and id in turn, or does not start with
 *   `businessProduct`; the message says at which segment.
 *
 * @example Find the delivery that an event is about
 * ```ts
 * const { orderId, deliveryId } = parseResourcePath('businessProduct/bp-1/order/322-ABC1/delivery/d5013');
 * ```
 *
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/event-types | Event types}
 */
export function parseResourcePath<const Path extends string>(path: Path): ResourcePath & ResourcePathOf<Path> {
  const result = readResourcePath(path);
  if (typeof result === 'string') throw invalid('event', result);
  return result as ResourcePath & ResourcePathOf<Path>;
}

/** Takes a resource path apart, or says in words why it is none: an event may hold thousands, and an error each is dear. */
export function readResourcePath(path: unknown): ResourcePath | string {
  if (typeof path !== 'string') return `expected a string, got ${path === null ? 'null' : typeof path}`;
  const segments: [string, string][] = [];
  const resource: Record<string, unknown> = { segments };
  // By index, for to split it first takes twice as long, and reading its path is most of the work on an event.
  for (let start = 0; start <= path.length; ) {
    const slash = path.indexOf('/', start);
    const next = path.indexOf('/', slash + 1);
    const end = next === -1 ? path.length : next;
    const key = path.slice(start, slash);
    const isWellFormed = slash > start && end > slash + 1 && (start > 0 || key === ROOT);
    if (!isWellFormed) return faultOf(path.split('/')) as string;
    const id = path.slice(slash + 1, end);
    segments.push([key, id]);
    const property = PROPERTY_OF_KEY.get(key);
    if (property) resource[property] ??= id;
    start = end + 1;
  }
  return resource as unknown as ResourcePath;
}

/**
 * Writes a resource path from its segments, or from the ids of a delivery, refund, return or tracker: the inverse of
 * {@link parseResourcePath}. Where there are `segments`, they count.
 *
 * @throws {@link ValidationError} `VALIDATION` where a key or an id is empty, no string or holds a `/`, where the first
 *   is not `businessProduct`, and for `itemId` or `taskId` without `segments`.
 *
 * @example
 * ```ts
 * formatResourcePath({ businessProductId: 'bp-1', orderId: '322-ABC1', deliveryId: 'd5013' });
 * formatResourcePath({ segments: [['businessProduct', 'bp-1'], ['items', 'i-1']] });
 * // 'businessProduct/bp-1/order/322-ABC1/delivery/d5013' and 'businessProduct/bp-1/items/i-1'
 * ```
 */
export function formatResourcePath(resource: ResourceIds | Pick<ResourcePath, 'segments'>): string {
  // What is no object is refused below and must not throw here.
  const ids: Partial<ResourcePath> = typeof resource === 'object' && resource !== null ? resource : {};
  const { segments } = ids;
  if (!segments && (ids.itemId || ids.taskId)) {
    throw invalid('request', `"${ids.itemId ? 'itemId' : 'taskId'}" can stand under two keys: give "segments" instead`);
  }
  const steps = segments ?? Object.entries(PROPERTY_OF).map(([key, property]) => (property in ids ? [key, ids[property]] : []));
  const parts: unknown[] = Array.isArray(steps) ? steps.flat() : [];
  const foreign = parts.findIndex((part) => typeof part !== 'string' || part.includes('/'));
  const fault = foreign === -1 ? faultOf(parts as string[]) : `segment ${foreign + 1} of ${parts.length} must be a string without "/"`;
  if (fault) throw invalid('request', fault);
  return parts.join('/');
}

/** What keeps these parts from being keys and ids in turn, and where. */
function faultOf(parts: readonly string[]): string | undefined {
  const empty = parts.indexOf('');
  if (empty !== -1) return `segment ${empty + 1} of ${parts.length} is empty`;
  if (parts.length % 2 === 1) return `the key in segment ${parts.length} has no id after it`;
  return parts[0] === ROOT ? undefined : `segment 1 must be "${ROOT}"`;
}

function invalid(direction: ValidationError['direction'], message: string): ValidationError {
  return new ValidationError(direction, [{ message: `not a Buy with Prime resource path: ${message}` }], { surface: 'buywithprime' });
}
