/**
 * One request to a server that a webhook needs to authenticate its sender: a key set, an introspection endpoint. Never retried: there is no
 * time, and the event is redelivered.
 *
 * @module
 */
import { raceAbort } from '../async.ts';
import { ApiError, ConnectionError, isWaybillError, TimeoutError } from '../errors.ts';
import { copyError, credentialsIn, redactor } from '../redact.ts';
import type { Fetch, FetchInit, Surface } from '../types.ts';
import { connectionError } from './connection-error.ts';
import { fetchResponse, isRetryableStatus, readText } from './response.ts';

/** What is requested, and how. */
export interface FetchTextOptions {
  readonly surface: Surface;
  readonly url: string;
  /** What fails, for the error: "token introspection". */
  readonly task: string;
  /** What to do if the server refuses. */
  readonly hint: string;
  /** Milliseconds for all of it. */
  readonly timeout?: number | undefined;
  readonly fetch?: Fetch | undefined;
  /** What no error may contain. */
  readonly hide?: readonly string[];
}

/** The body of a response 200. Everything else is a {@link WaybillError} that contains nothing of the request. */
export async function fetchText(init: Omit<FetchInit, 'redirect' | 'signal'>, options: FetchTextOptions): Promise<string> {
  const { surface, task, hint, timeout = 2_000, hide = [], fetch } = options;
  const { href, host } = new URL(options.url);
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), timeout);
  let status: number | undefined;
  const load = async (): Promise<string> => {
    const response = await fetchResponse(surface, fetch, href, { ...init, redirect: 'manual', signal: controller.signal });
    status = response.status;
    const text = await readText(response);
    if (status === 200) return text;
    throw new ApiError(`${task} at ${host} failed with ${status}`, {
      surface,
      status,
      attempts: 1,
      retryable: isRetryableStatus(status),
      hint: `${hint} Redirects are not followed.`,
    });
  };
  try {
    // A custom fetch may ignore its signal.
    return await raceAbort(load(), controller.signal);
  } catch (thrown) {
    if (isWaybillError(thrown)) throw thrown;
    const clean = redactor([...hide, ...credentialsIn(init.headers)]);
    if (controller.signal.aborted) {
      const details = { surface, attempts: 1, hint, cause: copyError(thrown, clean) };
      throw new TimeoutError('attempt', `${task} at ${host} took longer than ${timeout} ms`, details);
    }
    const { message, systemCode, cause } = connectionError(thrown, { surface, url: href, attempts: 1, status, clean });
    throw new ConnectionError(`${task} failed: ${message}`, { surface, attempts: 1, systemCode, cause, hint });
  } finally {
    clearTimeout(timer);
  }
}
