/**
 * What asking Amazon has in common on all surfaces.
 *
 * @module
 */
import type { Check } from '../checklist.ts';
import { describeFailure } from '../failure.ts';

/** How far a check may go. */
export interface Reach {
  /** Whether to ask Amazon. */
  readonly live: boolean;
  readonly signal: AbortSignal;
}

/** Milliseconds for one question. */
export const TIMEOUT = 10_000;

/** Says that Amazon was not asked. */
export function notAsked(name: string): Check {
  return { status: 'skip', name, message: 'not asked; --live does' };
}

/** Whether an address answers at all, and how far this clock is from its own. */
export async function checkHost(url: string, { signal }: Reach): Promise<readonly Check[]> {
  const host = new URL(url).host;
  const before = Date.now();
  let response: Response;
  try {
    response = await fetch(url, { redirect: 'manual', signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]) });
    await response.body?.cancel();
  } catch (error) {
    signal.throwIfAborted();
    const { code, name } = ((error as Error).cause ?? error) as { readonly code?: string; readonly name?: string };
    return [
      {
        status: 'fail',
        name: 'reachable',
        message: `${host} does not answer (${code ?? name})`,
        todo: 'Check the network, DNS, TLS and proxies on the way.',
      },
    ];
  }
  return [{ status: 'ok', name: 'reachable', message: host }, checkClock(response.headers.get('date'), before)];
}

function checkClock(date: string | null, before: number): Check {
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs)) return { status: 'skip', name: 'clock', message: 'the answer has no date to compare with' };
  // Theirs is cut to the second.
  const ahead = Math.max(0, before - (theirs + 1_000));
  const behind = Math.max(0, theirs - Date.now());
  if (ahead <= 1_000 && behind <= 60_000) return { status: 'ok', name: 'clock', message: 'agrees' };
  return {
    status: 'warn',
    name: 'clock',
    message: ahead > 0 ? `${seconds(ahead)} ahead: Amazon Pay refuses dates in the future` : `${seconds(behind)} behind`,
    todo: 'Set it by NTP. The client corrects itself after a refusal; other implementations do not.',
  };
}

/** Makes a check of something that throws where it is wrong. */
export async function attempt(name: string, message: string, work: () => unknown, signal?: AbortSignal): Promise<Check> {
  try {
    await work();
    return { status: 'ok', name, message };
  } catch (error) {
    signal?.throwIfAborted();
    const failure = describeFailure(error);
    return { status: 'fail', name, message: failure.message, todo: failure.hint };
  }
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 1_000)} s`;
}
