/**
 * Small types that more than one surface names.
 *
 * @module
 */
import type { Issue } from './errors.ts';

/** Known values first, so that an editor completes them; any other text is accepted, because Amazon adds values. */
export type Open<Known extends string> = Known | (string & {});

/** A value, or a function that supplies it (anew each time it is needed, for rotation). */
export type Provided<Value> = Value | (() => Value | Promise<Value>);

/** `fetch`, as far as it is used: always called with a URL and an init. The platform's own fits, undici's too. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** One item or many, in memory or as they come. */
export type AnyIterable<Item> = Iterable<Item> | AsyncIterable<Item>;

/**
 * The interface of schema libraries, version 1, as far as it is used here.
 *
 * @see {@link https://standardschema.dev | Standard Schema}
 */
export interface StandardSchemaV1<Input = unknown, Output = Input> {
  /** Where every library that knows the interface looks. */
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    /** Checks a value; never throws. */
    readonly validate: (value: unknown) => { readonly value: Output } | { readonly issues: readonly Issue[] };
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/**
 * The platform's `CryptoKey`. Its global name is not known where only Node's types are installed, so it is named by what makes one.
 */
export type WebCryptoKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;
