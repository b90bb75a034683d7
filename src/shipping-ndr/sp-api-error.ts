/**
 * Answers of the Selling Partner API that are no success.
 *
 * @module
 * @see {@link https://developer-docs.amazon.com/sp-api/docs/response-format | Response format}
 */
import { ApiError } from '../core/errors.ts';
import { redact } from '../core/redact.ts';
import { failureOf, type HttpResponse, parseJson } from '../core/response.ts';
import { SURFACE } from './configuration.ts';
import type { FeedbackBody } from './feedback-rules.ts';

interface Fault {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly details?: unknown;
}

/** The error to show for an answer. Tracking id and notes are taken out of Amazon's words. */
export function spApiError(response: HttpResponse, requestId: string | undefined, feedback: FeedbackBody): ApiError {
  const { status } = response;
  const data = parseJson(response);
  const { code, message, details } = firstFault(data);
  const notes = feedback.ndrRequestData?.additionalAddressNotes;
  // Hidden first: what is cut off could leave the half of one.
  const [reasonCode, ...others] = [code, message, details].map((word) => {
    if (typeof word !== 'string') return '';
    const hidden = word.replaceAll(feedback.trackingId, '[tracking id]');
    return redact(notes ? hidden.replaceAll(notes, '[notes]') : hidden, 500);
  });
  const words = [reasonCode, ...others].filter(Boolean);
  return new ApiError(`Amazon refused the feedback with ${status}${words.length > 0 ? `: ${words.join('. ')}` : ' and no reason'}`, {
    ...failureOf(response, requestId),
    surface: SURFACE,
    reasonCode: reasonCode || undefined,
    hint: hintFor(status, data === undefined),
  });
}

/** Whether another access token can help. A missing role or authorization looks the same, but for details that are empty. */
export function isTokenRefused({ status, data }: ApiError): boolean {
  const { message, details } = firstFault(data);
  return status === 401 || (status === 403 && /access token|expired|revoked/i.test(JSON.stringify([message, details])));
}

function firstFault(data: unknown): Fault {
  const { errors } = (data ?? {}) as { readonly errors?: unknown };
  return ((Array.isArray(errors) ? errors[0] : undefined) ?? {}) as Fault;
}

function hintFor(status: number, notJson: boolean): string {
  switch (status) {
    case 400:
      return notJson
        ? 'The gateway refused the request before Amazon Shipping saw it: check "headers", "baseUrl" and proxies on the way.'
        : 'Check that the shipment waits for feedback and its ndrDueDate has not passed: Amazon publishes no codes of its own for either.';
    case 401:
    case 403:
      return 'Check the region, that the application has the role Amazon Logistics (or Direct To Consumer), and that the shipper authorized it.';
    case 404:
      return 'Check the tracking id, the region and "businessId".';
    case 429:
      return 'Send more slowly, and give clients that share the account one "rateLimiter".';
    default:
      return status < 300
        ? 'Success is 204: check "baseUrl" and proxies on the way.'
        : 'Try again later; give Amazon the request id if it stays.';
  }
}
