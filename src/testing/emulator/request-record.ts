/**
 * What an emulator remembers of the requests it got.
 *
 * @module
 */
/** A request that the emulator received: what helps to find a mistake, without bodies and secrets. */
export interface RequestRecord {
  readonly method: string;
  /** Scheme, host and path. */
  readonly url: string;
  /** Names in lower case. Tokens, credentials and signatures are blotted out. */
  readonly headers: Readonly<Record<string, string>>;
  /** Status of the answer; 0 where the connection was broken off. */
  readonly status: number;
  readonly requestId: string;
  /** Amazon's code, where the request was refused. */
  readonly code?: string;
  /** Why it was refused. */
  readonly reason?: string;
}

/** Headers for a {@link RequestRecord}. */
export function redactHeaders(headers: Headers): Readonly<Record<string, string>> {
  const secret = /^(authorization|proxy-authorization|cookie|x-amz-access-token|x-amz-pay-authtoken)$/;
  return Object.fromEntries(
    [...headers].map(([name, value]) => {
      if (!secret.test(name)) return [name, value];
      // What a signature was made over is worth seeing.
      return [name, value.startsWith('AMZN-PAY-') ? value.replace(/Signature=.*/s, 'Signature=[redacted]') : '[redacted]'];
    }),
  );
}
