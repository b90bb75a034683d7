/**
 * What the emulated services share: how a request reaches one of them, and how it is refused.
 *
 * @module
 */
import type { Bytes } from '../../core/types.ts';

export { isObject, jsonObject } from '../builders/arguments.ts';

/**
 * Runs a check and records whether it passed: it fails if it throws, or if the promise that it returns rejects. Returns what the check returns.
 */
export type Check = <Result>(name: string, run: () => Result) => Result;

/** A request as it arrived, read to its end. */
export interface Received {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: Bytes;
  readonly check: Check;
}

/** What every service gets from the emulator that it is part of. */
export interface ServiceContext {
  readonly now: () => Date;
  readonly randomId: () => string;
}

/** One of Amazon's services. */
export interface Service {
  /** Its path as Amazon documents it. */
  readonly path: string;
  /** Whether it serves this path of this host. */
  matches(url: URL): boolean;
  /** The header that carries Amazon's id of the request. */
  readonly requestIdHeader: string;
  /** Responds to a request; throws a {@link Refusal} if Amazon would refuse it. */
  answer(request: Received): Promise<Response>;
  /** The response to a refused request, in the format of this service. */
  refuse(refusal: Refusal): Response;
  /** The refusal that goes with a status, for injected faults. */
  fault(status: number): Refusal;
}

/** Why a request is refused. */
export class Refusal extends Error {
  readonly status: number;
  /** Amazon's code: `reasonCode`, `code`, `error` or `classification.type`, as the service calls it. */
  readonly code: string;
  readonly details: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    { details, headers = {} }: { readonly details?: string; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
    this.headers = headers;
  }
}

/** The media type of a request's body, without parameters. */
export function mediaType(headers: Headers): string {
  return (headers.get('content-type') ?? '').replace(/;.*$/s, '').trim().toLowerCase();
}

/** Whether the request went to a host of Amazon, and not to a server of your own. */
export function isAmazonHost({ hostname }: URL): boolean {
  return /(^|\.)amazon\.(com|eu|jp|co\.uk|co\.jp)$/.test(hostname);
}
