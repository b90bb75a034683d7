/**
 * Small types that more than one surface uses, the test for an object, and reading what may throw.
 *
 * @module
 */

/** The API that an error is about; `testing` for the test kit, `core` for what all of them share. */
export type Surface = 'amazonpay' | 'shipping-ndr' | 'buywithprime' | 'testing' | 'core';

/** One thing that is wrong with a value, in the shape of Standard Schema. */
export interface Issue {
  /** What is wrong and what was expected instead. Never contains the value. */
  readonly message: string;
  /** Property names and indexes from the root. Absent for the root. */
  readonly path?: readonly PropertyKey[];
}

/** Known values first, so that an editor completes them. Any other string is accepted, because Amazon adds values. */
export type Open<Known extends string> = Known | (string & {});

/** A value, or a function that supplies it. The function is called whenever the value is needed, so that it can be rotated. */
export type Provided<Value> = Value | (() => Value | Promise<Value>);

/** Whether a value has properties: an object or an array, of any realm. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** What a function returns; `undefined` if it throws. */
export function attempt<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** One value, or several that are valid at the same time. */
export type OneOrMany<Value> = Value | readonly Value[];

/** One item or many, in memory or as they come. */
export type AnyIterable<Item> = Iterable<Item> | AsyncIterable<Item>;

/** Bytes over an `ArrayBuffer`. Before TypeScript 5.7 `Uint8Array` is not generic, so the type is not spelt out. */
export type Bytes = ReturnType<Uint8Array['slice']>;

/** What waybill passes to a {@link Fetch} as its second argument. */
export interface FetchInit {
  readonly method: string;
  readonly headers: Record<string, string>;
  /** {@link Bytes}. Not typed, because each library has its own type for a body, and node-fetch 3 has none that includes a `Uint8Array`. */
  // biome-ignore lint/suspicious/noExplicitAny: see above.
  readonly body?: any;
  /** A signed or authorised request never follows a redirect. */
  readonly redirect: 'manual';
  readonly signal: AbortSignal;
}

/** What waybill reads of a response. A body is read as a web stream if it is one, so that its size is bounded. */
export interface FetchResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  /** `opaqueredirect` in a browser that hides a redirect. */
  readonly type?: string;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/**
 * `fetch`, always called with a URL and an init. The platform's own fits, and so do those of undici 6 to 8, ky, node-fetch and cross-fetch.
 */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchResponse>;

/**
 * The interface of schema libraries, version 1, as far as it is used here.
 *
 * @see {@link https://standardschema.dev | Standard Schema}
 */
export interface StandardSchemaV1<Input = unknown, Output = Input> {
  /** Libraries that support the interface look here. */
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    /** Checks a value. Never throws. */
    readonly validate: (value: unknown) => { readonly value: Output } | { readonly issues: readonly Issue[] };
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/**
 * The platform's `CryptoKey`. Its global name does not exist where only Node's types are installed, so it is derived from a function that
 * returns one.
 */
export type WebCryptoKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;
