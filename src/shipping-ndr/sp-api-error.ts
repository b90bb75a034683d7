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

interface Fault {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly details?: unknown;
}

/** The error to show for an answer. `hide` is taken out of Amazon's words. */
export function spApiError(response: HttpResponse, requestId: string | undefined, hide: string): ApiError {
  const { status } = response;
  const data = parseJson(response);
  const { code, message, details } = firstFault(data);
  const words = [code, message, details]
    .filter((word): word is string => typeof word === 'string' && word !== '')
    .map((word) => redact(word, 500).replaceAll(hide, '[tracking id]'));
  return new ApiError(`Amazon refused the feedback with ${status}${words.length > 0 ? `: ${words.join('. ')}` : ' and no reason'}`, {
    ...failureOf(response, requestId),
    surface: SURFACE,
    reasonCode: typeof code === 'string' ? redact(code, 100) : undefined,
    hint: hintFor(status, data === undefined),
  });
}

/** Whether another access token can help. A missing role or authorization looks the same, but for details that are empty. */
export function isTokenRefused({ status, data }: ApiError): boolean {
  const { message, details } = firstFault(data);
  return status === 401 || (status === 403 && /access token|expired|revoked/i.test(`${message} ${details}`));
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
