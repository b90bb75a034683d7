/**
 * Injected faults.
 *
 * @module
 */
import { assertOption } from '../../core/errors.ts';
import { checkNames } from '../../core/options.ts';
import { nearest } from '../../core/wording.ts';
import { isObject } from '../builders/arguments.ts';
import { SURFACE } from '../surface.ts';
import type { GraphQLFaultType } from './buywithprime/graphql-fault.ts';

/** What is to go wrong, and how often. */
export interface FaultRule {
  /**
   * The path as Amazon documents it (`/v2/deliveryTrackers`, also for requests with `/live` or `/sandbox` in front), or a pattern that the
   * whole path is tested against.
   * @default every path
   */
  readonly path?: string | RegExp | undefined;
  /**
   * How many requests it affects; `Infinity` for all until it is removed. Rules that were added earlier are used up first.
   * @default 1
   */
  readonly times?: number | undefined;
  /** Milliseconds until the response is sent or the connection is closed. Ends at once when the request is aborted or the emulator is reset. */
  readonly delay?: number | undefined;
  /** Responds with this status, and with the error that the service has for it. */
  readonly status?: number | undefined;
  /** Responds with status 200 and an error of this classification, such as `ThrottlingError`. Affects requests to `/graphql` only. */
  readonly classification?: GraphQLFaultType | undefined;
  /** Replaces the body of the response: a string as it is, anything else as JSON. */
  readonly body?: unknown;
  /** Added to the headers of the response, such as `{ 'retry-after': '2' }`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Closes the connection before the first byte of the response. */
  readonly reset?: boolean | undefined;
  /** Closes the connection after so many bytes of the response's body. */
  readonly truncate?: number | undefined;
  /**
   * Whether the request is processed all the same, so that only its response is lost.
   * @default false for `status`, `classification` and `reset`, true for everything else
   */
  readonly handled?: boolean | undefined;
}

/** A fault that was injected with `fail()`. */
export interface InjectedFault {
  /** Higher than that of every earlier record of this emulator. */
  readonly id: number;
  readonly rule: FaultRule;
  /** How many more requests it affects, at the moment that it is read; 0 if it is used up or was removed. */
  readonly left: number;
  /** Removes it before it is used up. Does nothing after that. */
  readonly remove: () => void;
}

/** What happened to a fault. */
export interface FaultChange {
  readonly action: 'added' | 'used' | 'removed';
  readonly fault: InjectedFault;
}

interface Entry {
  readonly fault: InjectedFault;
  left: number;
}

/** Settings of {@link Faults}. */
export interface FaultsOptions {
  readonly newId: () => number;
  readonly onChange: (change: FaultChange) => void;
}

/** The faults that are not used up. */
export class Faults {
  readonly #options: FaultsOptions;
  readonly #entries: Entry[] = [];

  constructor(options: FaultsOptions) {
    this.#options = options;
  }

  /** In the order in which they are used. */
  get list(): readonly InjectedFault[] {
    return this.#entries.map(({ fault }) => fault);
  }

  add(rule: FaultRule): InjectedFault {
    checkRule(rule);
    const fault: InjectedFault = {
      id: this.#options.newId(),
      rule: { ...rule },
      get left() {
        return entry.left;
      },
      remove: () => this.#remove(entry),
    };
    const entry: Entry = { fault, left: rule.times ?? 1 };
    this.#entries.push(entry);
    this.#options.onChange({ action: 'added', fault });
    return fault;
  }

  /** The fault for a request; it affects one request less from now on. */
  take(documentedPath: string | undefined, pathname: string): InjectedFault | undefined {
    const at = this.#entries.findIndex(({ fault: { rule } }) => isAffected(rule, documentedPath, pathname));
    const entry = this.#entries[at];
    if (!entry) return undefined;
    entry.left -= 1;
    if (entry.left === 0) this.#entries.splice(at, 1);
    this.#options.onChange({ action: 'used', fault: entry.fault });
    return entry.fault;
  }

  /** Removes all of them without a report. */
  clear(): void {
    for (const entry of this.#entries.splice(0)) entry.left = 0;
  }

  #remove(entry: Entry): void {
    const at = this.#entries.indexOf(entry);
    if (at === -1) return;
    this.#entries.splice(at, 1);
    entry.left = 0;
    this.#options.onChange({ action: 'removed', fault: entry.fault });
  }
}

function isAffected({ path, classification }: FaultRule, documentedPath: string | undefined, pathname: string): boolean {
  if (classification !== undefined && documentedPath !== GRAPHQL) return false;
  if (path === undefined) return true;
  return typeof path === 'string' ? path === documentedPath || path === pathname : pathname.search(path) !== -1;
}

/** Whether the request is processed. */
export function isHandled({ handled, status, classification, reset }: FaultRule): boolean {
  return handled ?? (status === undefined && classification === undefined && !reset);
}

const GRAPHQL = '/graphql';

/** The paths as Amazon documents them. */
const SERVED = ['/v2/deliveryTrackers', '/auth/o2/token', '/shipping/v2/ndrFeedback', '/token', GRAPHQL, '/jwks.json'];

const NAMES = 'path times delay status classification body headers reset truncate handled'.split(' ');
const RENAMED = { url: 'path', count: 'times', code: 'status', statusCode: 'status', once: 'times', error: 'classification' };

function checkRule(rule: FaultRule): void {
  const isRule: boolean = isObject(rule);
  assertOption(isRule, SURFACE, undefined, 'fail() accepts an object', 'Such as { path: "/graphql", status: 503 }.');
  checkNames(SURFACE, rule, NAMES, RENAMED);
  const { path, times = 1, delay = 0, status = 500, truncate = 0, headers = {}, body = '' } = rule;
  const isPath = path === undefined || typeof path === 'string' || path instanceof RegExp;
  assertOption(isPath, SURFACE, 'path', 'must be a string or a RegExp');
  // It would never be used, and a test of what happens then would pass.
  const isUsable = typeof path !== 'string' || /^\/(?:[^?#]*[^/?#])?$/.test(path);
  assertOption(isUsable, SURFACE, 'path', 'must start with "/", not end with it and have no query, such as "/v2/deliveryTrackers"');
  const meant = typeof path !== 'string' || SERVED.includes(path) ? undefined : nearest(path, SERVED);
  assertOption(!meant, SURFACE, 'path', 'is served by nothing', `Did you mean "${meant}"?`);
  const isGraphQL = rule.classification === undefined || typeof path !== 'string' || path === GRAPHQL;
  assertOption(isGraphQL, SURFACE, 'path', `must be "${GRAPHQL}" for a classification: no other service has them`);
  const effects = ['delay', 'status', 'classification', 'body', 'headers', 'reset', 'truncate'] as const;
  assertOption(
    effects.some((name) => rule[name] !== undefined),
    SURFACE,
    undefined,
    'fail() was not told what to do',
    `Pass ${effects.join(', ')}, or several of them.`,
  );
  const isCount = times === Number.POSITIVE_INFINITY || (Number.isInteger(times) && times >= 1);
  assertOption(isCount, SURFACE, 'times', 'must be a whole number, 1 or more, or Infinity');
  assertOption(delay >= 0 && delay < 2 ** 31, SURFACE, 'delay', 'must be a number of milliseconds');
  const isStatus = Number.isInteger(status) && status >= 200 && status <= 599;
  assertOption(isStatus, SURFACE, 'status', 'must be a number from 200 to 599');
  assertOption(truncate >= 0, SURFACE, 'truncate', 'must be a number of bytes');
  assertOption(
    isPossible(() => new Headers(headers)),
    SURFACE,
    'headers',
    'must be an object of header names and values',
  );
  assertOption(
    isPossible(() => Response.json(body)),
    SURFACE,
    'body',
    'must be a string or a value that JSON can hold',
  );
}

function isPossible(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}
