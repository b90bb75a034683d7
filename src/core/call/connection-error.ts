/**
 * The errors for a request without a complete response: from what a `fetch` throws, and from a timer, to what to do about it.
 *
 * @module
 */
import { ConnectionError, TimeoutError, type WaybillError } from '../errors.ts';
import { copyError, type Redact, redact, summarise } from '../redact.ts';
import type { Surface } from '../types.ts';
import { isRetryableStatus, isSuccess } from './response.ts';

/** What is known of the attempt that failed. */
interface FailedAttempt {
  readonly surface: Surface;
  readonly url: string;
  readonly attempts: number;
  /** The status, if the head of a response arrived. */
  readonly status?: number | undefined;
  /**
   * The option that the URL comes from.
   * @default 'baseUrl'
   */
  readonly urlOption?: UrlOption | undefined;
  readonly clean?: Redact;
}

/** An option with a URL that requests are sent to. */
export type UrlOption = 'baseUrl' | 'tokenUrl';

/** Classes of faults by the system's code or by the message, each with the hint that helps. `{url}` is the option with the URL. */
const CLASSES: readonly (readonly [pattern: RegExp, hint: string, isPermanent?: boolean])[] = [
  [
    // First, because a proxy's refusal has no code.
    /proxy.*\b407\b|\b407\b.*proxy/i,
    'The proxy requires credentials: check its user name and password.',
    true,
  ],
  [
    /ENOTFOUND|EAI_AGAIN|ENODATA|ESERVFAIL|dns error|failed to lookup/i,
    'The name cannot be resolved: check "{url}", the DNS server and whether this machine may reach the internet without a proxy.',
  ],
  [
    // Before certificates: it names one only because the other side says so.
    /ALERT|HANDSHAKE_FAILURE|UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW|handshake failure/i,
    'The server refused the TLS handshake: check the versions of TLS on both sides, and whether it wants a client certificate.',
  ],
  [
    /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|ALTNAME|certificate/,
    'The TLS certificate is not accepted: check the clock, and add the certificate of a company proxy with NODE_EXTRA_CA_CERTS.',
    true,
  ],
  [
    /EPROTO|ERR_SSL|ERR_TLS|wrong version number|packet length too long/,
    'The server did not respond with TLS: check scheme and port in "{url}" (http: or https:), and a proxy or firewall on the way.',
  ],
  [/ECONNREFUSED|ConnectionRefused/, 'Nothing listens there: check host and port in "{url}", and the proxy or firewall on the way.'],
  [/proxy/i, 'The proxy failed: check its address and whether it allows this host.'],
  [
    // No option of a client changes how long the system tries.
    /ETIMEDOUT|CONNECT_TIMEOUT/,
    'No connection was made in time: check "{url}", a firewall that drops packets, and whether a proxy is needed.',
  ],
  [
    /TIMEDOUT|TIMEOUT|TimeoutError/,
    'The server did not respond in time: check the network, a firewall that drops packets, or raise "timeout".',
  ],
  [/ENETUNREACH|EHOSTUNREACH|ENETDOWN/, 'The network is unreachable: check routes, VPN and firewall.'],
];
const OTHER = 'Check the network, DNS, TLS and proxies on the way. The request may have arrived all the same.';

/** The error for an attempt without a complete response. */
export function connectionError(thrown: unknown, attempt: FailedAttempt): ConnectionError {
  const { surface, url, attempts, status, urlOption = 'baseUrl', clean = redact } = attempt;
  const { name, message, code } = summarise(thrown, clean);
  const { host } = new URL(url);
  // "fetch failed" adds nothing to its cause.
  const words = message.replace(/^fetch failed: /, '');
  const reason = code && !words.includes(code) ? `${words || name} (${code})` : words;
  const details = { surface, attempts, systemCode: code, cause: copyError(thrown, clean) };
  if (status !== undefined) {
    return new ConnectionError(`the response ${status} of ${host} broke off${reason && `: ${reason}`}`, {
      ...details,
      retryable: isRetryableStatus(status),
      hint: isSuccess(status) ? 'The request was accepted, so it is not retried.' : OTHER,
    });
  }
  const [, hint = OTHER, isPermanent = false] = CLASSES.find(([pattern]) => pattern.test(`${code ?? ''} ${name} ${message}`)) ?? [];
  return new ConnectionError(`no response from ${host}${reason && `: ${reason}`}`, {
    ...details,
    retryable: !isPermanent,
    hint: hint.replace('{url}', urlOption),
  });
}

/** The state of a call that timed out. */
interface TimedOutCall {
  /** How many times the request was sent. */
  readonly attempts: number;
  /** The status, if the head of a response arrived. */
  readonly status: number | undefined;
  /** Whether it waits for the next attempt. */
  readonly isWaiting: boolean;
  /** Why the attempt before failed. */
  readonly last?: WaybillError;
}

/** The error for a budget that is used up. */
export function timeoutError(
  surface: Surface,
  budget: TimeoutError['budget'],
  milliseconds: number,
  { attempts, status, isWaiting, last }: TimedOutCall,
): TimeoutError {
  // Only of the whole call: otherwise each attempt would add to the chain.
  const details = { surface, attempts, cause: budget === 'total' ? last : undefined };
  const option = budget === 'total' ? 'totalTimeout' : 'timeout';
  if (isWaiting) {
    const before = attempts === 0 ? 'sending' : `attempt ${attempts + 1}`;
    const message = `timed out after ${milliseconds} ms before ${before}, waiting for the rate limiter or an access token`;
    return new TimeoutError(budget, message, { ...details, hint: 'Run fewer calls concurrently, or raise "totalTimeout".' });
  }
  if (status !== undefined) {
    return new TimeoutError(budget, `the response ${status} was not complete within ${milliseconds} ms`, {
      ...details,
      retryable: isRetryableStatus(status),
      hint: isSuccess(status) ? `Raise "${option}". The request was accepted, so it is not retried.` : `Raise "${option}".`,
    });
  }
  const scope = budget === 'total' ? 'in all attempts together' : 'in one attempt';
  return new TimeoutError(budget, `no response within ${milliseconds} ms ${scope}`, {
    ...details,
    hint: `Raise "${option}", or retry. The request may have arrived all the same.`,
  });
}
