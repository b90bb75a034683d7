/**
 * The options that every client and every call accepts, and how options are checked.
 *
 * @module
 */
import { MAX_MILLISECONDS } from './async.ts';
import type { RateLimiter } from './call/rate-limiter.ts';
import { assertOption, misconfigured } from './errors.ts';
import type { Hooks } from './hooks.ts';
import { type Fetch, isObject, type Surface } from './types.ts';
import { nearest } from './wording.ts';

/** Options of every client. */
export interface ClientOptions {
  /**
   * Sends the requests, for a proxy or a test. Called as `fetch(url, init)`.
   * @default globalThis.fetch
   */
  readonly fetch?: Fetch | undefined;
  /**
   * The current time.
   * @default () => new Date()
   */
  readonly clock?: (() => Date) | undefined;
  /**
   * Milliseconds for one attempt, from sending to the last byte of the response.
   * @default 10_000
   */
  readonly timeout?: number | undefined;
  /**
   * Milliseconds for a whole call: all attempts, the waits between them and the wait for the rate limiter.
   * @default 30_000
   */
  readonly totalTimeout?: number | undefined;
  /**
   * How often a call is retried after 408, 425, 429, 5xx, a timeout or a connection failure; 0 for never.
   * @default 3
   */
  readonly maxRetries?: number | undefined;
  /** Replaces the client's own token bucket; `false` switches it off. */
  readonly rateLimiter?: RateLimiter | false | undefined;
  /** Watch the client, for logs and metrics. */
  readonly hooks?: Hooks | undefined;
  /** Added to every request, for a gateway. Headers that the client sets itself cannot be replaced. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Appended to `waybill/x.y.z` in the user agent, such as `my-shop/1.2`. */
  readonly userAgent?: string | undefined;
  /** Replaces Amazon's host, for an emulator or a gateway: scheme, host and an optional path. */
  readonly baseUrl?: string | undefined;
  /**
   * Allows `http:` URLs of hosts other than this machine, for a private network. Secrets then travel unencrypted.
   * @default false
   */
  readonly allowHttp?: boolean | undefined;
}

/** Options of a single call. */
export interface CallOptions {
  /** Ends the call at any moment, also while it waits. The call then rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
  /** As in the client's options. */
  readonly timeout?: number | undefined;
  /** As in the client's options. */
  readonly totalTimeout?: number | undefined;
  /** As in the client's options. */
  readonly maxRetries?: number | undefined;
  /** As in the client's options, for this call only. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Names of the options of every client, and names that other libraries have for them. */
const CLIENT_OPTIONS =
  /* @__PURE__ */ 'fetch clock timeout totalTimeout maxRetries rateLimiter hooks headers userAgent baseUrl allowHttp'.split(' ');
const CALL_OPTIONS = /* @__PURE__ */ 'signal timeout totalTimeout maxRetries headers'.split(' ');
const HOOKS = /* @__PURE__ */ 'onRequest onResponse onRetry onError onWarning'.split(' ');
const RENAMED: Readonly<Record<string, string>> = {
  endpoint: 'baseUrl',
  prefixUrl: 'baseUrl',
  overrideServiceUrl: 'baseUrl',
  retry: 'maxRetries',
  retries: 'maxRetries',
  maxAttempts: 'maxRetries',
  agent: 'fetch',
  httpAgent: 'fetch',
  dispatcher: 'fetch',
  proxy: 'fetch',
};

/** What a surface adds to the checks of a client's options. */
export interface OptionNames {
  /** Names of the options that only this surface has. */
  readonly own: readonly string[];
  /** Names that another SDK has for an option, each with the right name; or a name with a sentence, if there is no such option. */
  readonly renamed?: Readonly<Record<string, string>>;
}

/** Refuses options that no client can work with. They may come from JavaScript, so types are not trusted. */
export function checkOptions(surface: Surface, options: ClientOptions, names: OptionNames): void {
  checkNames(surface, options, [...CLIENT_OPTIONS, ...names.own], { ...RENAMED, ...names.renamed });
  checkBudgets(surface, options);
  const { fetch, clock, hooks, rateLimiter, userAgent, baseUrl, allowHttp } = options;
  checkFunctions(surface, { fetch, clock });
  assertOption(hooks === undefined || isObject(hooks), surface, 'hooks', 'must be an object');
  if (hooks) {
    checkNames(surface, hooks, HOOKS, {}, 'hooks.');
    const stranger = Object.keys(hooks).find((name) => /^on[A-Z]/.test(name) && !HOOKS.includes(name));
    // It would never be called.
    assertOption(!stranger, surface, `hooks.${stranger}`, 'is not a hook', `The hooks are ${HOOKS.join(', ')}.`);
    // By name, because the hooks may be an instance of a class with other fields.
    checkFunctions(surface, Object.fromEntries(HOOKS.map((name) => [name, hooks[name as keyof Hooks]])), 'hooks.');
  }
  const isLimiter = !rateLimiter || typeof rateLimiter.acquire === 'function';
  assertOption(isLimiter, surface, 'rateLimiter', 'must have an acquire() method, or be false');
  // A header cannot contain a line break, and some runtimes refuse a user agent that is not ASCII.
  const isPrintable = userAgent === undefined || (typeof userAgent === 'string' && /^[\x20-\x7e]*$/.test(userAgent));
  assertOption(isPrintable, surface, 'userAgent', 'must be printable ASCII');
  checkBooleans(surface, { allowHttp });
  if (baseUrl !== undefined) checkUrl(surface, 'baseUrl', baseUrl, allowHttp);
  // It would be left out.
  const hasQuery = /[?#]/.test(String(baseUrl));
  assertOption(!hasQuery, surface, 'baseUrl', 'must not have a query or a fragment', 'Pass what a gateway needs in "headers".');
  readHeaders(surface, options);
}

/** Refuses options that no call can work with. Its headers are checked when they are read. */
export function checkCall(surface: Surface, call: CallOptions, own: readonly string[] = []): void {
  assertOption(typeof call === 'object' && call !== null, surface, undefined, 'the call options must be an object');
  checkNames(surface, call, [...CALL_OPTIONS, ...own], RENAMED);
  checkBudgets(surface, call);
  const { signal } = call;
  assertOption(signal === undefined || typeof signal?.throwIfAborted === 'function', surface, 'signal', 'must be an AbortSignal');
}

/** Refuses options that are not an object. */
export function assertObject(surface: Surface, options: unknown): asserts options is object {
  assertOption(isObject(options), surface, undefined, 'the options must be an object');
}

/**
 * Refuses what is not an object, a name that another library has for an option, and a name that is probably misspelt: an option that is
 * ignored can send a call to the live system. Any other unknown name is accepted, because applications pass their own objects on.
 */
export function checkNames(
  surface: Surface,
  options: unknown,
  known: readonly string[],
  renamed: Readonly<Record<string, string>> = {},
  at = '',
): asserts options is object {
  assertObject(surface, options);
  for (const [name, value] of Object.entries(options)) {
    if (known.includes(name) || value === undefined) continue;
    const meant = Object.hasOwn(renamed, name) ? renamed[name] : nearest(name, known);
    if (!meant) continue;
    throw misconfigured(surface, `${at}${name}`, 'is not an option', meant.endsWith('.') ? meant : `Did you mean "${at}${meant}"?`);
  }
}

/** Refuses every unknown name, for options of which an ignored one would be a check that somebody relies on. */
export function checkAllNames(
  surface: Surface,
  options: unknown,
  known: readonly string[],
  renamed?: Readonly<Record<string, string>>,
): asserts options is object {
  checkNames(surface, options, known, renamed);
  refuseUnknown(surface, options, known);
}

/** Refuses every unknown name, without a look for the one that was meant. */
export function refuseUnknown(surface: Surface, options: object, known: readonly string[]): void {
  const [unknown] = Object.entries(options).find(([name, value]) => value !== undefined && !known.includes(name)) ?? [];
  if (unknown === undefined) return;
  const hint = `The options are ${known.join(', ')}.`;
  // If name and value are mixed up, the name is a secret.
  if (/^[a-z][A-Za-z_]{0,19}$/.test(unknown)) throw misconfigured(surface, unknown, 'is not an option', hint);
  throw misconfigured(surface, undefined, 'there is an unknown option', hint);
}

/** Refuses what is neither a function nor absent. */
export function checkFunctions(surface: Surface, functions: Readonly<Record<string, unknown>>, at = ''): void {
  for (const [name, value] of Object.entries(functions)) {
    assertOption(value === undefined || typeof value === 'function', surface, `${at}${name}`, 'must be a function');
  }
}

/** Refuses what is neither true, false nor absent: the string "false" would count as true. */
export function checkBooleans(surface: Surface, options: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(options)) {
    assertOption(value === undefined || typeof value === 'boolean', surface, name, 'must be true or false');
  }
}

/** Refuses what is not a whole number, less than 1, or too large for a timer. */
export function checkWholeNumbers(surface: Surface, options: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(options)) {
    assertOption(Number.isInteger(value) && (value as number) > 0, surface, name, 'must be a whole number, 1 or more');
    assertOption((value as number) <= MAX_MILLISECONDS, surface, name, `must be at most ${MAX_MILLISECONDS}`);
  }
}

/**
 * A required string. Refuses what is missing or empty, and what a secret file, a shell or a dashboard leaves around a value: spaces, line
 * breaks, quotes.
 */
export function requireString(surface: Surface, option: string, value: unknown, hint?: string): string {
  const isMissing = value === undefined || value === null;
  assertOption(!isMissing, surface, option, 'is missing', hint ?? 'Is the variable or the secret that it comes from set?');
  assertOption(typeof value === 'string', surface, option, `must be a string, got ${typeof value}`, hint);
  assertOption(value.trim() !== '', surface, option, 'is empty: is the environment variable set?', hint);
  const isTrimmed = value.trim() === value;
  assertOption(isTrimmed, surface, option, 'has spaces or a line break around it', 'Secret files often end with one: trim it.');
  assertOption(!/^(["'`]).*\1$/s.test(value), surface, option, 'is in quotes', 'Remove the quotes: docker --env-file keeps them.');
  return value;
}

/** The headers, names in lower case: a name in another case would be joined to the client's own header and break a signature. */
export function readHeaders(surface: Surface, { headers }: Pick<CallOptions, 'headers'>): Readonly<Record<string, string>> {
  if (headers === undefined) return {};
  try {
    const isComplete = !Object.values(headers).includes(undefined as never);
    // The platform would send the word "undefined".
    const given = isComplete ? headers : Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
    return Object.fromEntries(new Headers(given));
  } catch {
    throw misconfigured(surface, 'headers', 'must have names and values that HTTP allows');
  }
}

function checkBudgets(surface: Surface, options: CallOptions): void {
  const { timeout, totalTimeout, maxRetries } = options;
  for (const [name, value] of Object.entries({ timeout, totalTimeout })) {
    const isRight = value === undefined || (typeof value === 'number' && value > 0 && value <= MAX_MILLISECONDS);
    assertOption(isRight, surface, name, `must be a number of milliseconds, more than 0 and at most ${MAX_MILLISECONDS}`);
  }
  const isRight = maxRetries === undefined || (Number.isInteger(maxRetries) && maxRetries >= 0);
  assertOption(isRight, surface, 'maxRetries', 'must be a whole number, 0 or more');
}

/** This machine: what is sent there crosses no network. */
const LOOPBACK = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i;

/**
 * The URL without slashes at its end and without a query. Refuses what is not a URL, `http:` beyond this machine unless it is allowed, and
 * user names and passwords, which would end up in logs.
 */
export function checkUrl(surface: Surface, option: string, text: unknown, allowHttp?: boolean): string {
  // By shape: a URL of another realm is not an instance.
  const href = typeof text === 'object' ? (text as { readonly href?: unknown } | null)?.href : text;
  const url = typeof href === 'string' && href.length < 10_000 && URL.canParse(href) ? new URL(href) : undefined;
  assertOption(url && /^https?:$/.test(url.protocol), surface, option, 'must be a URL that starts with https://');
  assertOption(!url.username && !url.password, surface, option, 'must not contain a user name or password');
  const isSecure = url.protocol === 'https:' || allowHttp || LOOPBACK.test(url.hostname);
  const problem = 'must start with https://: http: is accepted for this machine only, because secrets would travel unencrypted';
  assertOption(isSecure, surface, option, problem, 'Pass allowHttp: true if a private network needs it.');
  let end = url.pathname.length;
  while (url.pathname[end - 1] === '/') end -= 1;
  return `${url.origin}${url.pathname.slice(0, end)}`;
}

/** A URL with its query, checked like {@link checkUrl}. */
export function readUrl(surface: Surface, option: string, url: string | URL, allowHttp?: boolean): string {
  checkUrl(surface, option, url, allowHttp);
  return typeof url === 'string' ? url : url.href;
}

/** Checks a value now, or what a function supplies whenever it is called. */
export function provided<Checked>(given: unknown, check: (value: unknown) => Checked): () => Checked | Promise<Checked> {
  if (typeof given === 'function') return async () => check(await given());
  const checked = check(given);
  return () => checked;
}

/** The time of a clock, which may be the caller's own. */
export function readClock(surface: Surface, clock: (() => Date) | undefined): Date {
  const now = clock ? clock() : new Date();
  assertOption(Number.isFinite(now?.getTime?.()), surface, 'clock', 'must return a valid Date');
  return now;
}
