/**
 * What the checks of all surfaces have in common.
 *
 * @module
 */
import ky, { isTimeoutError, type KyInstance } from 'ky';
import { connectionError } from '../../core/call/connection-error.ts';
import type { Surface } from '../../core/types.ts';
import { describeFailure } from '../failure.ts';
import type { Check, Context } from '../terminal.ts';

/** How far the checks go. */
export interface Reach {
  /** Whether to send requests to Amazon. */
  readonly live: boolean;
  readonly context: Context;
}

const TIMEOUT = 10_000;

/** Sends the requests of the checks themselves. None of them changes anything, so each may be retried. */
export function httpOf({ trace }: Context): KyInstance {
  return ky.create({
    redirect: 'manual',
    timeout: TIMEOUT,
    totalTimeout: 3 * TIMEOUT,
    retry: { limit: 2, methods: ['get', 'post'], maxRetryAfter: 5_000, jitter: true },
    ...(trace && { fetch: trace.fetch }),
  });
}

/** A check of something that returns what was found, or throws if it is wrong. */
export async function attempt(name: string, work: () => string | Promise<string>, context: Context): Promise<Check> {
  try {
    return { status: 'ok', name, message: await work() };
  } catch (error) {
    context.signal.throwIfAborted();
    return failed(name, error, context);
  }
}

/** The check that an error makes. */
export function failed(name: string, error: unknown, context: Context): Check {
  const { message, hint } = describeFailure(error, context);
  return { status: 'fail', name, message, todo: hint };
}

/** Nothing was sent to Amazon. */
export function notAsked(name: string): Check {
  return { status: 'skip', name, message: 'not asked; pass --live' };
}

/** Whether a host responds, and how far the clock here is from its clock. With `api`, a 404 means that the host is not this API. */
export async function checkHost(surface: Surface, url: string, context: Context, api?: string): Promise<readonly Check[]> {
  const before = Date.now();
  try {
    const response = await httpOf(context).get(url, { throwHttpErrors: false, signal: context.signal });
    await response.body?.cancel();
    const { host } = new URL(url);
    const isOther = api !== undefined && response.status === 404;
    const reachable: Check = isOther
      ? {
          status: 'fail',
          name: 'reachable',
          message: `${host} responded with 404: this is not the ${api}`,
          todo: `Check ${context.names['baseUrl']}.`,
        }
      : { status: 'ok', name: 'reachable', message: host };
    return [reachable, checkClock(response.headers.get('date'), before)];
  } catch (error) {
    context.signal.throwIfAborted();
    return [noResponse('reachable', error, surface, url, context)];
  }
}

/** The check for a request without a response. */
export function noResponse(name: string, error: unknown, surface: Surface, url: string, context: Context): Check {
  if (!isTimeoutError(error)) return failed(name, connectionError(error, { surface, url, attempts: 1 }), context);
  const message = `no response from ${new URL(url).host} within ${TIMEOUT / 1_000} s`;
  return { status: 'fail', name, message, todo: 'Check the network, proxies, and firewalls that drop packets.' };
}

function checkClock(date: string | null, before: number): Check {
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs)) return { status: 'skip', name: 'clock', message: 'the response has no date to compare with' };
  // Theirs has no fractions of a second.
  const ahead = Math.max(0, before - (theirs + 1_000));
  const behind = Math.max(0, theirs - Date.now());
  if (ahead <= 1_000 && behind <= 60_000) return { status: 'ok', name: 'clock', message: 'agrees' };
  const seconds = Math.round(Math.max(ahead, behind) / 1_000);
  return {
    status: 'warn',
    name: 'clock',
    message: ahead > 0 ? `${seconds} s ahead: Amazon Pay refuses dates in the future` : `${seconds} s behind`,
    todo: 'Set it by NTP. The client of waybill corrects itself after a refusal; other implementations may not.',
  };
}
