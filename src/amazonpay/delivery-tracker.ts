/**
 * A delivery tracker: what is sent to Amazon Pay, what comes back, and what looks wrong before it is sent.
 *
 * @module
 * @see {@link https://developer.amazon.com/docs/amazon-pay-api-v2/delivery-tracker.html | Delivery tracker}
 */
import * as z from 'zod/mini';
import { bareText, firstOf, PRINTABLE, type Rule, SHORT_NUMBER, TRACKING_NUMBER_RULES } from '../core/cells.ts';
import { ValidationError } from '../core/errors.ts';
import type { Warning } from '../core/hooks.ts';
import { exactlyOne, safeParseSchema, toStandardSchema } from '../core/schema.ts';
import type { Issue, StandardSchemaV1 } from '../core/types.ts';
import type { CarrierCheck, CarrierCode } from './carriers/carriers.ts';
import type { AmazonPayEnvironment, AmazonPayRegion } from './regions.ts';
import { SURFACE } from './surface.ts';

/** A parcel and its carrier. */
export interface DeliveryDetail {
  /** The carrier's number of the parcel. Amazon accepts each number once: it cannot be corrected, or used for another order. */
  readonly trackingNumber: string;
  /** Amazon's code for the carrier. */
  readonly carrierCode: CarrierCode;
}

/** A parcel of an order made with Amazon Pay Checkout v2. */
export interface ChargePermissionDelivery extends DeliveryDetail {
  /** The order's charge permission, such as `P01-1234567-1234567`; not the charge, whose id ends with `-C` and digits. */
  readonly chargePermissionId: string;
  readonly amazonOrderReferenceId?: undefined;
}

/** A parcel of an order made with the older integrations (MWS, "One-time"). */
export interface OrderReferenceDelivery extends DeliveryDetail {
  /** The order reference, such as `P01-1234567-1234567`. */
  readonly amazonOrderReferenceId: string;
  readonly chargePermissionId?: undefined;
}

/** The parcel to announce: the id of its order, of one kind or the other, the tracking number and the carrier. */
export type DeliveryTrackerInput = ChargePermissionDelivery | OrderReferenceDelivery;

/** Amazon's response: an echo of the request. Properties that Amazon adds are kept. */
export interface DeliveryTrackerResponse {
  readonly chargePermissionId?: string | undefined;
  readonly amazonOrderReferenceId?: string | undefined;
  readonly deliveryDetails: readonly DeliveryDetail[];
}

/** A delivery tracker that Amazon accepted. It cannot be read, changed or deleted. */
export interface DeliveryTracker extends DeliveryTrackerResponse {
  /** Amazon's id of the request: their support asks for it. */
  readonly requestId?: string | undefined;
  /** How many times the request was sent. */
  readonly attempts: number;
}

const CHARGE_ID = 'got the id of a charge or refund: drop the part such as -C123456 and what follows it';

const ORDER_ID_RULES: readonly Rule[] = [
  [/^(?![\s\S]*-[ABCR]\d{6}(?:-|$)|[PSBCpsbc]\d{2}-\d{7}-\d{7}[-_/A-Za-z])/u, CHARGE_ID],
  PRINTABLE,
  [/^\S*$/u, 'must not contain spaces'],
];

const CARRIER_CODE_RULES: readonly Rule[] = [[/^[A-Z0-9_]{1,100}$/, 'expected a code of Amazon\'s list, such as "UPS" or "DHL_DE"']];

/** Checks the input of {@link DeliveryTrackerClient.create}: trims strings, removes what spreadsheets add, drops other properties. */
export const DeliveryTrackerInputSchema: z.ZodMiniType<DeliveryTrackerInput> = /* @__PURE__ */ z.lazy(() => {
  const string = (rules: readonly Rule[]) => {
    // The limit of 500 is ours, to stop nonsense: Amazon documents none, and no carrier comes near it.
    const checks = firstOf([z.minLength(1), z.maxLength(500), ...rules.map(([pattern, error]) => z.regex(pattern, error))]);
    return z.string().check(z.overwrite(bareText), ...checks);
  };
  return z
    .object({
      chargePermissionId: z.optional(string(ORDER_ID_RULES)),
      amazonOrderReferenceId: z.optional(string(ORDER_ID_RULES)),
      trackingNumber: string(TRACKING_NUMBER_RULES),
      carrierCode: string(CARRIER_CODE_RULES),
    })
    .check(exactlyOne(['chargePermissionId', 'amazonOrderReferenceId'], orderIdProblem)) as unknown as z.ZodMiniType<DeliveryTrackerInput>;
});

function orderIdProblem(count: number): string {
  const got = count === 0 ? 'neither' : 'both: each parcel belongs to one order';
  return `expected either chargePermissionId or amazonOrderReferenceId, got ${got}`;
}

/** Checks Amazon's response to the creation of a delivery tracker. Keeps properties that Amazon adds. */
export const DeliveryTrackerResponseSchema: z.ZodMiniType<DeliveryTrackerResponse> = /* @__PURE__ */ z.lazy(() =>
  z.looseObject({
    chargePermissionId: z.optional(z.string()),
    amazonOrderReferenceId: z.optional(z.string()),
    deliveryDetails: z.array(z.looseObject({ trackingNumber: z.string(), carrierCode: z.string() })),
  }),
);

/**
 * Checks the input of {@link DeliveryTrackerClient.create}: trims strings, removes what spreadsheets add, drops other properties.
 * For a form or a queue that checks early; the client checks again.
 */
export const StandardDeliveryTrackerInputSchema: StandardSchemaV1<unknown, DeliveryTrackerInput> =
  /* @__PURE__ */ toStandardSchema(DeliveryTrackerInputSchema);

/** Checks Amazon's response to the creation of a delivery tracker. Keeps properties that Amazon adds. */
export const StandardDeliveryTrackerResponseSchema: StandardSchemaV1<unknown, DeliveryTrackerResponse> =
  /* @__PURE__ */ toStandardSchema(DeliveryTrackerResponseSchema);

/** The input to send. Throws a {@link ValidationError} that says everything that is wrong with it. */
export function parseInput(input: unknown, knowsCarrier?: CarrierCheck): DeliveryTrackerInput {
  const result = safeParseSchema(DeliveryTrackerInputSchema, input);
  if ('value' in result) return result.value;
  throw new ValidationError('request', result.issues, { surface: SURFACE, hint: hintFor(result.issues, input, knowsCarrier) });
}

function hintFor(issues: readonly Issue[], input: unknown, knowsCarrier: CarrierCheck | undefined): string {
  const { deliveryDetails, carrierCode } = (input ?? {}) as Readonly<Record<string, unknown>>;
  const hints: string[] = [];
  if (deliveryDetails !== undefined) {
    hints.push(
      'The input is flat here: { chargePermissionId, trackingNumber, carrierCode }, one call for each parcel.',
      'See docs/guides/migrate-from-amazon-pay-sdk.md.',
    );
  } else if (typeof carrierCode === 'string' && issues.some(({ path }) => path?.[0] === 'carrierCode')) {
    const codes = knowsCarrier?.nearest?.(carrierCode) ?? [];
    hints.push(
      `findCarrier() finds the code for a carrier's name${codes.length > 0 ? `. The nearest codes are ${codes.join(', ')}` : ''}.`,
    );
  }
  if (issues.some(({ message }) => message === CHARGE_ID)) {
    hints.push(
      'Or read it, signed by AmazonPaySigner: GET /v2/charges/{id} has its chargePermissionId, GET /v2/refunds/{id} its chargeId.',
    );
  }
  return [...hints, 'Nothing was sent, so the tracking number is not used up.'].join(' ');
}

/** The body to send: one parcel for each request, because Amazon documents no more than that. */
export function requestBody({ trackingNumber, carrierCode, ...id }: DeliveryTrackerInput): string {
  return JSON.stringify({ ...id, deliveryDetails: [{ trackingNumber, carrierCode }] });
}

/** What a delivery is compared with. */
export interface Circumstances {
  readonly environment: AmazonPayEnvironment;
  readonly region: AmazonPayRegion;
  readonly knowsCarrier: CarrierCheck | undefined;
}

type ClientWarning = Omit<Warning, 'surface'>;

/** One-time orders and recurring ones. */
const ENVIRONMENT_OF: Readonly<Record<string, AmazonPayEnvironment>> = { P: 'live', B: 'live', S: 'sandbox', C: 'sandbox' };
const REGION_OF: Readonly<Record<string, AmazonPayRegion>> = { '01': 'na', '02': 'eu', '03': 'jp' };

/**
 * What looks wrong in a delivery and is sent nevertheless: Amazon's pages show these forms and do not promise them (inferred). No warning
 * contains an id or a number.
 */
export function warningsAbout(
  delivery: DeliveryTrackerInput,
  { environment, region, knowsCarrier }: Circumstances,
): readonly ClientWarning[] {
  const name = delivery.chargePermissionId === undefined ? 'amazonOrderReferenceId' : 'chargePermissionId';
  const [, letter = '', digits = ''] = /^([PSBC])(\d\d)-\d{7}-\d{7}$/.exec(delivery[name] ?? '') ?? [];
  const { trackingNumber, carrierCode } = delivery;
  const idEnvironment = ENVIRONMENT_OF[letter];
  const idRegion = REGION_OF[digits];
  const warnings: ClientWarning[] = [];
  const warn = (code: string, path: string, message: string): void => void warnings.push({ code, path: [path], message });
  if (!idEnvironment) warn('ORDER_ID_SHAPE', name, 'does not look like P01-1234567-1234567');
  else if (idEnvironment !== environment) warn('ORDER_ID_ENVIRONMENT', name, `is a ${idEnvironment} id, and the key is for ${environment}`);
  else if (idRegion && idRegion !== region)
    warn('ORDER_ID_REGION', name, `looks like an id of region ${idRegion}, and ${region} is called`);
  if (/\s/.test(trackingNumber)) warn('TRACKING_NUMBER_SPACES', 'trackingNumber', 'contains spaces');
  if (trackingNumber.length < SHORT_NUMBER) warn('TRACKING_NUMBER_SHORT', 'trackingNumber', `has fewer than ${SHORT_NUMBER} characters`);
  if (knowsCarrier?.(carrierCode) === false) {
    const [nearest] = knowsCarrier.nearest?.(carrierCode) ?? [];
    warn('CARRIER_UNKNOWN', 'carrierCode', `is not on Amazon's list${nearest ? `; the nearest code is ${nearest}` : ''}`);
  }
  return warnings;
}

/** What looks wrong in a public key id: Amazon's have 24 capital letters and digits after their prefix (inferred). */
export function warningsAboutKeyId(publicKeyId: string): readonly ClientWarning[] {
  if (/^(?:(?:LIVE|SANDBOX)-)?[A-Z0-9]{24}$/.test(publicKeyId)) return [];
  return [{ code: 'PUBLIC_KEY_ID_SHAPE', path: ['publicKeyId'], message: 'does not look like LIVE-AGC4SIRXYYTSA667HVXKNEIA' }];
}
