/**
 * What a failure is worth to a script: the exit code, and the error on standard error.
 *
 * @module
 */
import { isWaybillError } from '../core/errors.ts';
import { redact } from '../core/redact.ts';

/** What the process ends with. Part of the interface: documented in the guide and in `--help`. */
export const EXIT = { ok: 0, failed: 1, usage: 2, tryAgain: 3, interrupted: 130 } as const;

/** The command line, a file or a variable is not as it must be. Nothing was sent. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** What to do next. */
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** A failure, as it is shown and as `--json` writes it. */
export interface Failure {
  readonly exitCode: number;
  /** What went wrong, for `switch`: a code of waybill's errors, `USAGE`, `INTERRUPTED` or `UNEXPECTED`. */
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
  /** More of a waybill error: status, reason code, request id. */
  readonly [detail: string]: unknown;
}

/** What an error means to the caller. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof UsageError) return { exitCode: EXIT.usage, code: 'USAGE', message: error.message, hint: error.hint };
  if (isWaybillError(error)) {
    const { name: _, message, hint, ...fields } = error.toJSON() as { name: string; code: string; message: string; hint?: string };
    const said = (text: string): string => inTerms(text, error.surface);
    return {
      exitCode: exitCodeFor(error),
      ...fields,
      message: said(message) + causeOf(error),
      ...(hint !== undefined && { hint: said(hint) }),
    };
  }
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  if (name === 'AbortError') return { exitCode: EXIT.interrupted, code: 'INTERRUPTED', message: 'interrupted' };
  return {
    exitCode: EXIT.failed,
    code: 'UNEXPECTED',
    // A stranger's words.
    message: redact(message, 500),
    hint: 'This looks like a fault in waybill: please report it, with the command and without what is secret in it.',
  };
}

/** What the system calls a failure of the network: "fetch failed" alone leaves open whether it is DNS, TLS or a port that is closed. */
function causeOf(error: unknown): string {
  const code = [error, (error as Error).cause].map((one) => ((one as Error)?.cause as NodeJS.ErrnoException | undefined)?.code);
  const known = code.find((one) => typeof one === 'string' && /^[A-Z][A-Z0-9_]{2,40}$/.test(one));
  return known ? ` (${known})` : '';
}

function exitCodeFor(error: { readonly code: string; readonly retryable: boolean }): number {
  if (error.retryable) return EXIT.tryAgain;
  if (error.code === 'CONFIGURATION') return EXIT.usage;
  const { direction } = error as { readonly direction?: string };
  return direction === 'request' ? EXIT.usage : EXIT.failed;
}

/** What the library's options are called here. */
const TERMS: readonly (readonly [text: string | RegExp, here: string])[] = [
  ['"publicKeyId"', 'AMAZON_PAY_PUBLIC_KEY_ID'],
  ['"privateKey"', 'AMAZON_PAY_PRIVATE_KEY'],
  ['"region"', 'AMAZON_PAY_REGION (or --region)'],
  ['"environment"', 'AMAZON_PAY_ENVIRONMENT (or --environment)'],
  ['"algorithm"', '--algorithm'],
  ['"tokenUrl"', 'LWA_URL (or --token-url)'],
  ['"businessId"', '--business-id'],
  ['"dueDate"', 'the due date'],
  ['"idempotencyKey"', '--idempotency-key'],
  ['"credentials.clientId"', 'the client id'],
  ['"credentials.clientSecret"', 'the client secret'],
  ['"credentials.refreshToken"', 'LWA_REFRESH_TOKEN'],
  ['"targetId"', 'BWP_TARGET_ID'],
  ['pass allowContactData: true', 'pass --allow-contact-data'],
  [
    'For a type that Amazon may add, give "resources".',
    'They are listed at https://documents.buywithprime.amazon.com/bwp-api/docs/event-types; for another, pass a body with --file.',
  ],
  [/^(ndrRequestData\.)?(rescheduleDate|additionalAddressNotes):/, '$2:'],
];

/** What each surface's "baseUrl" is called here. */
const BASE_URLS: Readonly<Record<string, string>> = {
  amazonpay: 'AMAZON_PAY_URL (or --base-url)',
  'shipping-ndr': 'SP_API_URL (or --base-url)',
  buywithprime: 'BWP_URL',
};

/** The library's words, in those of the command. */
function inTerms(text: string, surface: string): string {
  const terms = [...TERMS, ['"baseUrl"', BASE_URLS[surface] ?? '"baseUrl"'] as const];
  return terms.reduce((said, [term, here]) => said.replaceAll(typeof term === 'string' ? term : new RegExp(term, 'g'), here), text);
}
