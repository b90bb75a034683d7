/**
 * What the emulated interfaces share: how a request reaches one of them, and how it says no.
 *
 * @module
 */

/** A request as it arrived, read to its end. */
export interface Received {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** What the interfaces are given by the emulator that they are part of. */
export interface Surroundings {
  readonly now: () => Date;
  readonly randomId: () => string;
}

/** One of Amazon's interfaces. */
export interface Service {
  /** Its path as Amazon documents it. */
  readonly path: string;
  /** Whether it answers at this path of this host. */
  matches(url: URL): boolean;
  /** The header that carries Amazon's id of the request. */
  readonly requestIdHeader: string;
  /** Answers a request; throws a {@link Refusal} where Amazon would refuse it. */
  answer(request: Received): Promise<Response>;
  /** Words a refusal as this interface does. */
  refuse(refusal: Refusal): Response;
  /** The refusal that goes with a status by itself, for faults on request. */
  fault(status: number): Refusal;
}

/** Why a request is refused. */
export class Refusal extends Error {
  readonly status: number;
  /** Amazon's code: `reasonCode`, `code`, `error` or `classification.type`, as the interface calls it. */
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

/** The body as an object; `undefined` where it is not UTF-8, not JSON or no object. */
export function jsonObject(body: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The media type of a request's body, without parameters. */
export function mediaType(headers: Headers): string {
  return (headers.get('content-type') ?? '').replace(/;.*$/s, '').trim().toLowerCase();
}

/** Whether the request went to a host of Amazon's and not to a server on the desk. */
export function isAmazonHost({ hostname }: URL): boolean {
  return /(^|\.)amazon\.(com|eu|jp|co\.uk|co\.jp)$/.test(hostname);
}
