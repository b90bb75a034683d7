/**
 * A delivery tracker: what is sent to Amazon Pay, what comes back, and what can't be right before it is sent.
 *
 * @module
 * @see {@link https://developer.amazon.com/docs/amazon-pay-api-v2/delivery-tracker.html | Delivery tracker}
 */
import { type Issue, ValidationError } from '../core/errors.ts';
import { typeName } from '../core/schema.ts';
import type { CarrierCode } from './carriers/carriers.ts';

/** A parcel, and who carries it. */
export interface DeliveryDetail {
  /** The carrier's number of the parcel. Amazon takes each number once: it can't be corrected or sent again for another order. */
  readonly trackingNumber: string;
  /** Amazon's code for the carrier. */
  readonly carrierCode: CarrierCode;
}

/** A parcel of an order made with Amazon Pay Checkout v2. */
export interface ChargePermissionDelivery extends DeliveryDetail {
  /** The order's charge permission, such as `P01-1234567-1234567`; not the charge, whose id ends in `-C` and digits. */
  readonly chargePermissionId: string;
  readonly amazonOrderReferenceId?: undefined;
}

/** A parcel of an order made with the older integrations (MWS, "One-time"). */
export interface OrderReferenceDelivery extends DeliveryDetail {
  /** The order reference, such as `P01-1234567-1234567`. */
  readonly amazonOrderReferenceId: string;
  readonly chargePermissionId?: undefined;
}

/** The parcel to tell Amazon about: an order's id, of one kind or the other, the tracking number and the carrier. */
export type DeliveryTrackerInput = ChargePermissionDelivery | OrderReferenceDelivery;

/** What Amazon answers: an echo of what was sent. Properties that Amazon adds are kept. */
export interface DeliveryTrackerResponse {
  readonly chargePermissionId?: string | undefined;
  readonly amazonOrderReferenceId?: string | undefined;
  readonly deliveryDetails: readonly DeliveryDetail[];
}

/** A delivery tracker that Amazon accepted. There is no call to read, change or delete it. */
export interface DeliveryTracker extends DeliveryTrackerResponse {
  /** Amazon's id of the request: what their support asks for. */
  readonly requestId?: string | undefined;
  /** How many times the request was sent. */
  readonly attempts: number;
}

/** What is wrong with an order's id, if anything. */
export function orderIdProblem(id: string): string | undefined {
  if (/-[ABCR]\d{6}$/.test(id)) return 'expected the id of the order, got that of a charge or refund: its last part is too much';
  return textProblem(id) ?? (/\s/.test(id) ? 'expected an id without blanks' : undefined);
}

/** What is wrong with a tracking number, if anything. */
export function trackingNumberProblem(number: string): string | undefined {
  if (/^https?:/i.test(number)) return 'expected the number itself, got a URL';
  return textProblem(number);
}

/** What is wrong with a carrier code, if anything. That it is none of Amazon's list is not. */
export function carrierCodeProblem(code: string): string | undefined {
  return /^[A-Z0-9_]{1,100}$/.test(code) ? undefined : 'expected a code of Amazon\'s list, such as "UPS" or "DHL_DE"';
}

// The limit is ours, to keep nonsense back: Amazon names none, and no carrier comes near it.
function textProblem(text: string): string | undefined {
  if (text === '') return 'expected text, got nothing but blanks';
  if (text.length > 500) return 'expected at most 500 characters';
  return /[\p{Cc}\p{Cs}]/u.test(text) ? 'expected text without control characters and broken ones' : undefined;
}

const PROPERTIES = {
  chargePermissionId: orderIdProblem,
  amazonOrderReferenceId: orderIdProblem,
  trackingNumber: trackingNumberProblem,
  carrierCode: carrierCodeProblem,
} as const;

/** What is said of an input that has not exactly one id. */
export const ONE_ID = 'expected either chargePermissionId or amazonOrderReferenceId';

/**
 * Takes the properties of an input that are sent, without the blanks around them. Others, which a caller's rows may have, are ignored.
 *
 * Written by hand, because zod would be a fifth of the whole client; a test holds it and `DeliveryTrackerInputSchema` together.
 */
export function readInput(input: unknown): DeliveryTrackerInput {
  if (typeof input !== 'object' || input === null) throw invalid([{ message: `expected an object, got ${typeName(input)}` }]);
  const issues: Issue[] = [];
  const read: Record<string, string> = {};
  for (const [name, problemOf] of Object.entries(PROPERTIES)) {
    const value = (input as Record<string, unknown>)[name];
    if (value === undefined && name.endsWith('Id')) continue;
    const text = typeof value === 'string' ? value.trim() : undefined;
    const message = text === undefined ? `expected string, got ${typeName(value)}` : problemOf(text);
    if (message) issues.push({ path: [name], message });
    read[name] = String(text);
  }
  if ('chargePermissionId' in read === 'amazonOrderReferenceId' in read) issues.push({ message: ONE_ID });
  const [first, ...others] = issues;
  if (first) throw invalid([first, ...others]);
  return read as unknown as DeliveryTrackerInput;
}

/** The body to send: one parcel a request, for Amazon documents no more than that. */
export function requestBody({ trackingNumber, carrierCode, ...id }: DeliveryTrackerInput): string {
  return JSON.stringify({ ...id, deliveryDetails: [{ trackingNumber, carrierCode }] });
}

/** Whether a body is what Amazon answers when all is well. */
export function isResponse(data: unknown): data is DeliveryTrackerResponse {
  const { deliveryDetails } = (data ?? {}) as Partial<DeliveryTrackerResponse>;
  return Array.isArray(deliveryDetails) && deliveryDetails.every((detail) => isText(detail?.trackingNumber) && isText(detail?.carrierCode));
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function invalid(issues: readonly [Issue, ...Issue[]]): ValidationError {
  return new ValidationError('request', issues, { surface: 'amazonpay', hint: 'Nothing was sent, so the tracking number is not used up.' });
}
