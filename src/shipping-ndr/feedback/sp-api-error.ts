/**
 * Answers of the Selling Partner API that are no success.
 *
 * @module
 * @see {@link https://developer-docs.amazon.com/sp-api/docs/response-format | Response format}
 */

import { failureOf, type HttpResponse, parseJson } from '../../core/call/response.ts';
import { ApiError } from '../../core/errors.ts';
import { redact } from '../../core/redact.ts';
import { SURFACE } from '../configuration.ts';
import type { FeedbackBody } from './feedback-rules.ts';

interface Fault {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly details?: unknown;
}

/** More are not shown: a message is to be read. */
const MAX_FAULTS = 3;

/** The error to show for an answer. Tracking id and notes are taken out of Amazon's words. */
export function spApiError(response: HttpResponse, requestId: string | undefined, feedback: FeedbackBody): ApiError {
  const { status } = response;
  const data = parseJson(response);
  const notes = feedback.ndrRequestData?.additionalAddressNotes;
  const clean = (word: unknown): string => {
    if (typeof word !== 'string') return '';
    // Hidden first: what is cut off could leave the half of one.
    const hidden = word.replaceAll(feedback.trackingId, '[tracking id]');
    return redact(notes ? hidden.replaceAll(notes, '[notes]') : hidden, 500);
  };
  const faults = faultsOf(data).slice(0, MAX_FAULTS);
  const words = faults.map(({ code, message, details }) => sentences([code, message, details].map(clean))).filter(Boolean);
  const outcome =
    status < 300
      ? `Amazon answered ${status}, where only 204 says that feedback was taken`
      : `Amazon refused the feedback with ${status}${words.length > 0 ? '' : ', without a reason'}`;
  return new ApiError([outcome, words.join('; ')].filter(Boolean).join(': '), {
    ...failureOf(response, requestId),
    surface: SURFACE,
    reasonCode: clean(faults[0]?.code) || undefined,
    hint: hintFor(status, data === undefined),
  });
}

function sentences(words: readonly string[]): string {
  return words.filter(Boolean).reduce((text, word) => `${text}${text && (/[.!?]$/.test(text) ? ' ' : '. ')}${word}`, '');
}

/** Whether another access token can help. A missing role or authorization looks the same, but for details that are empty. */
export function isTokenRefused({ status, data }: ApiError): boolean {
  const words = faultsOf(data).map(({ message, details }) => [message, details]);
  return status === 401 || (status === 403 && /access token|expired|revoked/i.test(JSON.stringify(words)));
}

function faultsOf(data: unknown): Fault[] {
  const { errors } = (data ?? {}) as { readonly errors?: unknown };
  return Array.isArray(errors) ? errors.map((fault) => (fault ?? {}) as Fault) : [];
}

function hintFor(status: number, notJson: boolean): string {
  if (status >= 500) return 'Try again later; give Amazon the request id if it stays.';
  if (status === 429) return 'Send more slowly, and give clients that share the account one "rateLimiter".';
  // Of Amazon Shipping every error is JSON.
  if (notJson) return 'It came from a gateway and not from Amazon Shipping: check "baseUrl", "headers" and proxies on the way.';
  switch (status) {
    case 400:
      return 'Check that the shipment waits for feedback and its ndrDueDate has not passed: Amazon publishes no codes of its own for either.';
    case 401:
    case 403:
      return 'Check the region, that the application has the role Amazon Logistics (or Direct To Consumer), and that the shipper authorized it.';
    case 404:
      return 'Check the tracking id, "region", "businessId" and "sandbox".';
    default:
      return 'Nothing that waybill sends explains this: check "baseUrl", "headers" and proxies on the way.';
  }
}
