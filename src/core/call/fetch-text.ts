/**
 * One question to a server without which a webhook can't tell whether a request is authentic. Never repeated: there is no time, and the
 * event comes again.
 *
 * @module
 */

import { ApiError, ConnectionError, isWaybillError, type Surface, TimeoutError } from '../errors.ts';
import type { Fetch } from '../types.ts';
import { waitFor } from './abort.ts';
import { isRetryableStatus, readText } from './response.ts';

/** What is asked, and how. */
export interface FetchTextOptions {
  readonly surface: Surface;
  readonly url: string;
  /** What did not come where it fails, for the error. */
  readonly wanted: string;
  /** What to do where the server refuses. */
  readonly hint: string;
  /** Milliseconds for all of it. */
  readonly timeout?: number | undefined;
  readonly fetch?: Fetch | undefined;
}

/** The body of an answer 200; everything else is an error of ours, which says nothing of what was sent. */
export async function fetchText(init: RequestInit, options: FetchTextOptions): Promise<string> {
  const { surface, wanted, hint, timeout = 2_000, fetch = (...request) => globalThis.fetch(...request) } = options;
  const { href, host } = new URL(options.url);
  // Whole, for not every runtime takes a part of a millisecond.
  const signal = AbortSignal.timeout(Math.ceil(timeout));
  const load = async (): Promise<string> => {
    const response = await fetch(href, { ...init, redirect: 'manual', signal });
    const text = await readText(response);
    const { status } = response;
    if (status === 200) return text;
    throw new ApiError(`no ${wanted} from ${host}: it answered ${status}`, {
      surface,
      status,
      attempts: 1,
      retryable: isRetryableStatus(status),
      hint: `${hint} Redirects are not followed.`,
    });
  };
  try {
    // Not left to fetch alone: one of the caller's own may not heed its signal.
    return await waitFor(load(), signal);
  } catch (cause) {
    if (isWaybillError(cause)) throw cause;
    const details = { surface, attempts: 1, cause } as const;
    if (signal.aborted) throw new TimeoutError('attempt', `no ${wanted} from ${host} within ${timeout} ms`, details);
    throw new ConnectionError(`no ${wanted} from ${host}`, details);
  }
}
