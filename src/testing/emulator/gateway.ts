/**
 * The HTTP side of an emulator: passes each request to its service, injects faults, and records what happened.
 *
 * @module
 */
import { onAbort, sleep } from '../../core/async.ts';
import { misconfigured } from '../../core/errors.ts';
import type { Redact } from '../../core/redact.ts';
import { SURFACE } from '../surface.ts';
import { Faults, type FaultsOptions, isHandled } from './faults.ts';
import type { EmulatorSettings } from './options.ts';
import { applyFault, connectionReset, type Outcome, respond } from './outcome.ts';
import { Recent } from './recent.ts';
import { Checks, type RequestRecord, recordRedactor, redactBody, redactHeaders } from './request-record.ts';
import type { Received, Service } from './service.ts';
import { type EmulatedServices, findService } from './services.ts';

/** Requests that are recorded. */
const MAX_REQUESTS = 1_000;

/** Options of {@link Gateway}. */
export interface GatewayOptions {
  readonly settings: EmulatorSettings;
  readonly services: EmulatedServices;
  readonly now: () => Date;
  readonly newId: () => number;
  readonly onFault: FaultsOptions['onChange'];
  readonly onRequest: (record: RequestRecord, service: Service | undefined) => void;
}

/** Responds to requests. */
export class Gateway {
  readonly faults: Faults;
  readonly #options: GatewayOptions;
  readonly #requests = new Recent<RequestRecord, RequestRecord>(MAX_REQUESTS);
  readonly #clean: Redact;
  readonly #stopped = new AbortController();

  constructor(options: GatewayOptions) {
    const { settings, newId, onFault } = options;
    this.#options = options;
    this.#clean = recordRedactor(settings.credentials);
    this.faults = new Faults({ newId, onChange: onFault });
  }

  /** The newest requests, oldest first. */
  get requests(): readonly RequestRecord[] {
    return this.#requests.values();
  }

  async fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const request = toRequest(input, init);
    // Not that of the copy: an adapter may have replaced the signal of the original.
    const signal = init?.signal ?? (input as Partial<Request>).signal ?? request.signal;
    signal.throwIfAborted();
    const { settings, services, now } = this.#options;
    const [at, started] = [now(), performance.now()];
    const url = new URL(request.url);
    const service = findService(services, url);
    const injected = this.faults.take(service?.path, url.pathname);
    const fault = injected?.rule;
    // A browser's Request drops the user agent, which Amazon requires.
    const headers = new Headers(request.headers);
    for (const [name, value] of new Headers(init?.headers)) headers.set(name, value);
    const checks = new Checks();
    const body = new Uint8Array(await request.arrayBuffer());
    const received: Received = { method: request.method, url, headers, body, check: checks.check };

    let outcome: Outcome = {};
    if (!fault || isHandled(fault)) {
      outcome = await respond(service, received);
      if (outcome.refusal) checks.failLast();
    }
    if (fault?.delay) await this.#wait(fault.delay, signal);
    if (fault) outcome = await applyFault(fault, service, outcome);

    const { refusal } = outcome;
    const response = signal.aborted ? undefined : outcome.response;
    const idHeader = service?.requestIdHeader ?? 'x-amzn-requestid';
    const requestId = response?.headers.get(idHeader) ?? settings.randomId();
    const sentBody = redactBody(received, this.#clean);
    const record: RequestRecord = {
      id: this.#options.newId(),
      at,
      duration: performance.now() - started,
      method: request.method,
      url: `${url.origin}${url.pathname}`,
      headers: redactHeaders(headers, this.#clean),
      ...(sentBody !== undefined && { body: sentBody }),
      status: response?.status ?? 0,
      requestId,
      checks: checks.list,
      ...(refusal && { code: refusal.code, reason: this.#clean([refusal.message, refusal.details].filter(Boolean).join(': ')) }),
      ...(injected && { faultId: injected.id }),
    };
    this.#requests.set(record, record);
    this.#options.onRequest(record, service);
    if (!response) throw signal.aborted ? signal.reason : connectionReset();
    response.headers.set(idHeader, requestId);
    response.headers.set('date', now().toUTCString());
    return response;
  }

  /** Drops the faults. The delay of one that is in use ends, because its timer would keep the process alive. */
  stop(): void {
    this.faults.clear();
    this.#stopped.abort();
  }

  /** Waits, until the request is aborted or the gateway is stopped. */
  async #wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const offs = [signal, this.#stopped.signal].map((one) => onAbort(one, () => over.abort()));
    await sleep(milliseconds, over.signal).catch(() => undefined);
    for (const off of offs) off();
  }
}

/** A `Request` from the arguments of `fetch`. */
function toRequest(input: string | URL | Request, init: RequestInit | undefined): Request {
  try {
    return new Request(input, init);
  } catch {
    // The runtime's own message quotes the URL with its query.
    const hint = 'The body of a Request can be sent once.';
    throw misconfigured(SURFACE, undefined, 'fetch() of the emulator accepts a Request, or an absolute URL and options', hint);
  }
}
