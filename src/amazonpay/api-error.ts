/**
 * Amazon Pay's errors: what its response says, and what to do about it.
 *
 * @module
 */

import { failureOf, type HttpResponse, isRetryableStatus, parseJson } from '../core/call/response.ts';
import { sha256Hex } from '../core/digest.ts';
import { ApiError } from '../core/errors.ts';
import type { Open } from '../core/types.ts';
import type { SignedHeaders } from './signing/signer.ts';
import { SURFACE } from './surface.ts';

/**
 * Amazon Pay's codes for the faults of creating a delivery tracker, as in {@link ApiError.reasonCode}. Amazon may add codes.
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

/** The error for a response that is not a success. `signed` is what was signed for its request. */
export function toApiError(response: HttpResponse, signed: SignedHeaders | undefined): ApiError {
  const { status, redact } = response;
  const { reasonCode, message } = (parseJson(response) ?? {}) as Record<string, unknown>;
  // Untrusted input: what is not a code is not passed off as one, and a code may contain a secret.
  const isCode = typeof reasonCode === 'string' && /^\w{1,60}$/.test(reasonCode) && redact(reasonCode) === reasonCode;
  const code = isCode ? reasonCode : undefined;
  const words = typeof message === 'string' ? message : '';
  return new ApiError(`Amazon Pay responded with ${status}${code ? ` ${code}` : ''}${words && `: ${redact(words)}`}`, {
    ...failureOf(response),
    surface: SURFACE,
    reasonCode: code,
    hint: hintFor(status, code, words, signed),
  });
}

/** Whether Amazon rejects the date that was signed, because the clock here differs from its own. */
export function isClockRejected({ reasonCode, message }: Pick<ApiError, 'reasonCode' | 'message'>): boolean {
  return reasonCode === 'InvalidHeaderValue' && /x-amz-pay-date/i.test(message);
}

const PROXY = 'Amazon Pay does not respond like this: check "baseUrl", and whether a proxy or a firewall on the way responded.';
const ACCOUNT = 'Check in Seller Central that the account is active and that the key belongs to it and to this region.';
const PLACE = 'Check "region", "environment" and "publicKeyId": the order must belong to the same account, region and environment.';

/** By reason code, else by status. */
const HINTS: Readonly<Record<string, string>> = {
  InvalidInputFormat: 'Check the ids and the carrier code for stray characters.',
  DuplicateIdempotencyKey:
    'The key was used for another body, perhaps for the same parcel with the other kind of order id: set a new "idempotencyKey".',
  InvalidAuthorizationToken: 'Delivery trackers do not accept an authorization token: sign with the keys of the seller.',
  400: 'This looks like a fault in waybill, in "baseUrl" or in a proxy: please report it with the request id.',
  401: ACCOUNT,
  403: ACCOUNT,
  404: PLACE,
  426: 'Use TLS 1.2 or later.',
  429: 'The quota is for the account: live 10 calls and then 1 a second, sandbox 1 a second. Share a "rateLimiter" among clients.',
};

function hintFor(status: number, code: string | undefined, message: string, signed: SignedHeaders | undefined): string | undefined {
  if (/missing key/i.test(message)) return 'The public key of this "publicKeyId" is not registered in Seller Central.';
  if (code === 'InvalidParameterValue') return parameterHint(message);
  if (code === 'InvalidRequestSignature') return signatureHint(message, signed);
  if (code && isClockRejected({ reasonCode: code, message })) return 'Set the clock here: Amazon rejects a date ahead of its clock.';
  // hasOwn, because the code is untrusted input.
  if (code && Object.hasOwn(HINTS, code)) return HINTS[code];
  if (isRetryableStatus(status) && status !== 429) {
    return "The fault is on Amazon's side: call again later with the same input, which has the same idempotency key.";
  }
  // Every 400 of Amazon's has a code.
  return code ? HINTS[status] : (status !== 400 && HINTS[status]) || PROXY;
}

/** Three faults share this code, and only the message tells them apart. */
function parameterHint(message: string): string {
  if (/trackingNumber|carrierCode/i.test(message) && !/is required/i.test(message)) {
    return "Check the carrier code against Amazon's list. A number can be used only once: an earlier call may have used it.";
  }
  if (/chargePermissionId|amazonOrderReferenceId/i.test(message) && !/is required/i.test(message)) {
    return 'Check that the order belongs to this account, region and environment (S ids are sandbox, P ids live), and which of the ids it has.';
  }
  return 'Check the parameter that the message names.';
}

/** Amazon prints the string to sign that its own side computed. If it equals ours, the key is at fault; otherwise the request is. */
function signatureHint(message: string, signed: SignedHeaders | undefined): string {
  const [, algorithm = '', hash = ''] = /(AMZN-PAY-RSASSA-PSS(?:-V2)?)(?:\s|\\n)+([0-9a-f]{64})/i.exec(message) ?? [];
  if (!hash || !signed) return 'Check that "privateKey" belongs to "publicKeyId", and "region" and "environment" to both.';
  const [ourAlgorithm, ourHash] = signed.stringToSign.split('\n');
  if (algorithm !== ourAlgorithm) {
    return `Amazon read the algorithm ${algorithm}, and ${ourAlgorithm} was sent: something on the way changes headers.`;
  }
  if (hash === ourHash) {
    return (
      'Amazon expects the same string to sign, so the request is right and the key is wrong: ' +
      '"privateKey" does not belong to "publicKeyId", or your own signer uses another salt length.'
    );
  }
  const hashWithoutBody = sha256Hex(signed.canonicalRequest.replace(/\w+$/, sha256Hex('')));
  if (hash === hashWithoutBody) return 'The body did not arrive: something on the way drops it.';
  return (
    'Amazon expects another string to sign: a proxy, a gateway at "baseUrl" or your own "fetch" ' +
    'changes the body, the path or a signed header on the way.'
  );
}
