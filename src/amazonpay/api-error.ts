/**
 * Amazon Pay's errors: what its answer says, and what to do about it.
 *
 * @module
 * @see {@link https://developer.amazon.com/docs/amazon-pay-api-v2/error-handling.html | Error handling}
 */
import { sha256Hex } from '../core/bytes.ts';
import { failureOf, type HttpResponse, isRetryableStatus, parseJson } from '../core/call/response.ts';
import { ApiError } from '../core/errors.ts';
import { redact } from '../core/redact.ts';
import type { Open } from '../core/types.ts';
import type { SignedHeaders } from './signing/signer.ts';

/**
 * Amazon Pay's codes for faults that creating a delivery tracker can have, as {@link ApiError.reasonCode} holds them. More may come.
 *
 * @see {@link https://developer.amazon.com/docs/amazon-pay-api-v2/error-handling.html | Error handling}
 */
export type AmazonPayReasonCode = Open<
  | 'InvalidInputFormat'
  | 'InvalidParameterValue'
  | 'InvalidParameterCombination'
  | 'InvalidHeaderValue'
  | 'InvalidRequest'
  | 'InvalidRequestFormat'
  | 'InvalidAPIVersion'
  | 'InvalidSandboxSimulationSpecified'
  | 'MissingHeader'
  | 'MissingHeaderValue'
  | 'MissingParameterValue'
  | 'UnrecognizedField'
  | 'DuplicateIdempotencyKey'
  | 'UnauthorizedAccess'
  | 'InvalidAuthentication'
  | 'InvalidAccountStatus'
  | 'InvalidRequestSignature'
  | 'InvalidAuthorizationToken'
  | 'ResourceNotFound'
  | 'UnsupportedOperation'
  | 'RequestNotSupported'
  | 'RequestTimeout'
  | 'TLSVersionNotSupported'
  | 'TooManyRequests'
  | 'InternalServerError'
  | 'ProcessingFailure'
  | 'ServiceUnavailable'
>;

/** What the error is made from. */
interface Failure {
  readonly response: HttpResponse;
  readonly requestId: string | undefined;
  /** What was signed for the request that this answers. */
  readonly signed: SignedHeaders | undefined;
  /** Not to be shown, whatever Amazon's message says. */
  readonly trackingNumber: string;
}

/** The error for an answer that is not an accepted delivery tracker. */
export function toApiError({ response, requestId, signed, trackingNumber }: Failure): ApiError {
  const { status } = response;
  const data = parseJson(response);
  const { reasonCode, message } = (data ?? {}) as Record<string, unknown>;
  // A stranger's text: what is no code is not passed off as one.
  const code = typeof reasonCode === 'string' && /^\w{1,60}$/.test(reasonCode) ? reasonCode : undefined;
  const text = typeof message === 'string' ? message : '';
  const shown = redact(scrub(text, trackingNumber, signed));
  return new ApiError(`Amazon Pay answered ${status}${code ? ` ${code}` : ''}${shown && `: ${shown}`}`, {
    ...failureOf(response, requestId),
    surface: 'amazonpay',
    reasonCode: code,
    hint: hintFor(status, code, text, signed),
  });
}

/** Amazon prints back what it refuses. */
function scrub(text: string, trackingNumber: string, signed: SignedHeaders | undefined): string {
  const signature = signed?.headers['authorization']?.split('Signature=')[1];
  // As a word: "2" stands in every hash.
  const number = new RegExp(`(?<!\\w)${trackingNumber.replace(/\W/g, '\\$&')}(?!\\w)`, 'g');
  const clean = text.replace(number, '[tracking number]');
  return signature ? clean.replaceAll(signature, '[redacted]') : clean;
}

/** Whether Amazon refuses the date that was signed: the clock here differs from its own. */
export function isClockRejected({ reasonCode, message }: Pick<ApiError, 'reasonCode' | 'message'>): boolean {
  return reasonCode === 'InvalidHeaderValue' && /x-amz-pay-date/i.test(message);
}

const PROXY = 'This is not how Amazon Pay answers: check "baseUrl", and what a proxy or firewall on the way does.';
const ACCOUNT = 'Check in Seller Central that the account is active and that the key belongs to it and to this region.';
const PLACE = 'Check "region", "environment" and "publicKeyId": the order must belong to the same account, region and environment.';

/** By reason code, else by status. */
const HINTS: Readonly<Record<string, string>> = {
  InvalidInputFormat: 'Check the ids and the carrier code for stray characters.',
  DuplicateIdempotencyKey:
    'The key was used for another body, maybe the same parcel with the other kind of order id: set an "idempotencyKey" of its own.',
  InvalidAuthorizationToken: 'Delivery trackers take no authorization token: sign with the keys of the seller.',
  400: 'This looks like a fault in waybill, in "baseUrl" or in a proxy: please report it with the request id.',
  401: ACCOUNT,
  403: ACCOUNT,
  404: PLACE,
  426: 'Use TLS 1.2 or later.',
  429: 'The quota is for the account: live 10 calls and then 1 a second, sandbox 1 a second. Share a "rateLimiter" among clients.',
};

function hintFor(status: number, code: string | undefined, message: string, signed: SignedHeaders | undefined): string | undefined {
  if (status < 300) {
    return 'Amazon most likely accepted the tracker, so its number is used up: do not count on a second call. If a proxy answered, nothing was sent.';
  }
  if (/missing key/i.test(message)) return 'The public key of this "publicKeyId" is not registered in Seller Central.';
  if (code === 'InvalidParameterValue') return parameterHint(message);
  if (code === 'InvalidRequestSignature') return signatureHint(message, signed);
  if (code && isClockRejected({ reasonCode: code, message })) return 'Set the clock here; Amazon refuses dates that lie ahead of its own.';
  // hasOwn, because the code is a stranger's text.
  if (code && Object.hasOwn(HINTS, code)) return HINTS[code];
  if (isRetryableStatus(status) && status !== 429) {
    return "The fault is on Amazon's side: call again later with the same input, which has the same idempotency key.";
  }
  // Amazon gives every 400 a code.
  return code ? HINTS[status] : (status !== 400 && HINTS[status]) || PROXY;
}

/** Three faults share this code, and only the message tells them apart. */
function parameterHint(message: string): string {
  if (/trackingNumber|carrierCode/i.test(message) && !/is required/i.test(message)) {
    return "Check the carrier code against Amazon's list. A number can be used only once: an earlier call may have used it.";
  }
  if (/chargePermissionId|amazonOrderReferenceId/i.test(message) && !/is required/i.test(message)) {
    return 'Check that the order belongs to this account, region and environment (S ids are sandbox, P ids live), and which of the two ids it has.';
  }
  return 'Check the parameter that the message names.';
}

/** Amazon prints the text that its own side expected to be signed: the same as ours means that the key is at fault, another that the request is. */
function signatureHint(message: string, signed: SignedHeaders | undefined): string {
  const [, algorithm = '', hash = ''] = /(AMZN-PAY-RSASSA-PSS(?:-V2)?)(?:\s|\\n)+([0-9a-f]{64})/i.exec(message) ?? [];
  if (!hash || !signed) return 'Check that "privateKey" belongs to "publicKeyId", and "region" and "environment" to both.';
  const [ourAlgorithm, ourHash] = signed.stringToSign.split('\n');
  if (algorithm !== ourAlgorithm) return `Amazon read ${algorithm}, signed was with ${ourAlgorithm}: something on the way changes headers.`;
  if (hash === ourHash) {
    return 'Amazon expects the same text to be signed, so the request is right and the key is not: "privateKey" does not belong to "publicKeyId", or a signer of your own uses another salt length.';
  }
  return hash === sha256Hex(signed.canonicalRequest.replace(/\w+$/, sha256Hex('')))
    ? 'The body did not arrive: something on the way drops it.'
    : 'Amazon expects another text to be signed: the body, the path or a signed header is changed on the way, by a proxy, a gateway at "baseUrl" or a "fetch" of your own.';
}
