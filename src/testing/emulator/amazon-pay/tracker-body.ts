/**
 * The body of Create Delivery Tracker, checked as Amazon documents it.
 *
 * @module
 * @see {@link https://developer.amazon.com/docs/amazon-pay-api-v2/delivery-tracker.html | Delivery tracker}
 */
import { isObject } from '../../builders/arguments.ts';
import { Refusal } from '../service.ts';

/** The content of a valid body. */
export interface DeliveryTrackerBody {
  readonly chargePermissionId?: string;
  readonly amazonOrderReferenceId?: string;
  readonly carrierCode: string;
  readonly trackingNumber: string;
}

/** What a body is checked against. */
export interface DeliveryTrackerRules {
  readonly environment: 'live' | 'sandbox';
  /** Codes that are accepted; if undefined, every code of the right form. */
  readonly carrierCodes: ReadonlySet<string> | undefined;
}

const ID_FIELDS = ['chargePermissionId', 'amazonOrderReferenceId'] as const;
// One-time and recurring, by environment.
const ID_PATTERN = { live: /^[PB]\d{2}-\d{7}-\d{7}$/, sandbox: /^[SC]\d{2}-\d{7}-\d{7}$/ };

/** Reads a body, or refuses it with the code and the message that Amazon documents. */
export function readDeliveryTracker(body: Record<string, unknown> | undefined, rules: DeliveryTrackerRules): DeliveryTrackerBody {
  if (!body) throw wrongFormat();
  const [idField, another] = ID_FIELDS.filter((field) => isGiven(body[field]));
  if (!idField) throw required('chargePermissionId');
  // (inferred): no page shows both.
  if (another) throw new Refusal(400, 'InvalidParameterCombination', 'Provide either chargePermissionId or amazonOrderReferenceId.');
  const { carrierCode, trackingNumber } = readDetails(body['deliveryDetails']);

  const id = body[idField];
  if (typeof id !== 'string' || !ID_PATTERN[rules.environment].test(id)) {
    throw new Refusal(400, 'InvalidParameterValue', `The ${idField} that you submitted in this request is invalid.`);
  }
  if (typeof carrierCode !== 'string' || typeof trackingNumber !== 'string') throw wrongTracking();
  const known = rules.carrierCodes?.has(carrierCode) ?? /^[A-Z0-9_]+$/.test(carrierCode);
  if (!known || trackingNumber.trim() === '') throw wrongTracking();
  return { [idField]: id, carrierCode, trackingNumber };
}

/** Also the response to a tracking number that was used before (inferred): Amazon documents that it is refused, and not how. */
export function wrongTracking(): Refusal {
  return new Refusal(400, 'InvalidParameterValue', 'The trackingNumber or carrierCode that you submitted in this request is invalid.');
}

function readDetails(details: unknown): Record<'carrierCode' | 'trackingNumber', unknown> {
  if (!isGiven(details)) throw required('deliveryDetails');
  // An object instead of an array is a known mistake, and Amazon refuses it.
  if (!Array.isArray(details)) throw wrongFormat();
  const [detail, ...others]: unknown[] = details;
  if (!isGiven(detail)) throw required('deliveryDetails');
  // (inferred): no page says whether there may be several; every sample has one.
  if (!isObject(detail) || others.length > 0) throw wrongFormat();
  const { carrierCode, trackingNumber } = detail;
  if (!isGiven(trackingNumber)) throw required('trackingNumber');
  if (!isGiven(carrierCode)) throw required('carrierCode');
  return { carrierCode, trackingNumber };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

function required(parameter: string): Refusal {
  return new Refusal(400, 'InvalidParameterValue', `The[${parameter}] parameter is required.`);
}

function wrongFormat(): Refusal {
  return new Refusal(400, 'InvalidInputFormat', 'The input provided is not in the required format');
}
