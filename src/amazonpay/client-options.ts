/**
 * Options and results of {@link DeliveryTrackerClient}.
 *
 * @module
 */
import type { BatchOptions } from '../core/call/batch.ts';
import type { HttpSettings } from '../core/call/http.ts';
import { assertOption } from '../core/errors.ts';
import type { IdempotencyStore } from '../core/idempotency.ts';
import { type CallOptions, type ClientOptions, readHeaders } from '../core/options.ts';
import type { CarrierCheck } from './carriers/carriers.ts';
import type { DeliveryTracker, DeliveryTrackerInput } from './delivery-tracker.ts';
import type { AmazonPayEnvironment } from './regions.ts';
import { type AmazonPaySignerOptions, IDEMPOTENCY_HEADER, UNKNOWN_OPTIONS } from './signing/signer.ts';
import { SURFACE } from './surface.ts';

/** Options of a {@link DeliveryTrackerClient}. */
export interface DeliveryTrackerClientOptions extends ClientOptions, AmazonPaySignerOptions {
  /**
   * For a key id without `LIVE-` or `SANDBOX-` in front. An id with such a prefix names the environment itself, and the two must agree.
   * Sandbox calls accept any tracking number and announce nothing.
   * @default 'live'
   */
  readonly environment?: AmazonPayEnvironment | undefined;
  /**
   * Says whether Amazon lists a carrier code. Pass `isCarrierCode`: the client does not load the list by itself. Unknown codes are sent,
   * and `hooks.onWarning` is called; errors about a carrier code name the nearest ones.
   * @default every code counts as known
   */
  readonly knowsCarrier?: CarrierCheck | undefined;
}

/** Options of a single call. */
export interface DeliveryTrackerCallOptions extends CallOptions {
  /**
   * At most 32 letters, digits, `-` and `_`. All attempts of a call have the same key, and Amazon stores it forever. Amazon recommends a
   * random one. It is not documented that this call honours a key, derived or random.
   * @default the first 32 hex digits of SHA-256 over `id|carrierCode|trackingNumber`, so that a call from elsewhere has the same key
   */
  readonly idempotencyKey?: string | undefined;
}

/** Options of {@link DeliveryTrackerClient.createMany}. */
export interface CreateManyOptions extends BatchOptions, Omit<CallOptions, 'signal'> {
  /**
   * Remembers what Amazon accepted, by the derived idempotency key. After an interruption, start the whole batch again: parcels that were
   * accepted are skipped. Use a store outside the process to share it between processes and to survive a restart.
   * @default nothing is remembered
   */
  readonly idempotencyStore?: IdempotencyStore | undefined;
}

/** What became of one input of {@link DeliveryTrackerClient.createMany}, discriminated by `status`. */
export type DeliveryTrackerResult<Input extends DeliveryTrackerInput = DeliveryTrackerInput> = {
  /** The position of the input in the iterable, from 0. */
  readonly index: number;
  /** The same object that the iterable supplied. If the iterable reuses one object, go by `index`: the object may have changed. */
  readonly input: Input;
} & (
  | {
      readonly status: 'created';
      /** What Amazon accepted. */
      readonly tracker: DeliveryTracker;
      readonly error?: undefined;
      readonly sent?: undefined;
    }
  | {
      /**
       * By the store: accepted before; or another call works on it, or was interrupted less than the lease of its claim ago. Nothing was
       * sent.
       */
      readonly status: 'already-created' | 'in-progress';
      readonly tracker?: undefined;
      readonly error?: undefined;
      readonly sent?: undefined;
    }
  | {
      readonly status: 'failed';
      /** A waybill error, the reason of an abort, or what your own signer or store threw. */
      readonly error: unknown;
      /** Whether a request may have left before it failed: the tracker may then exist. */
      readonly sent: boolean;
      readonly tracker?: undefined;
    }
);

/** What this client adds to the checks of options: its own names, and the names that Amazon's SDKs have for them. */
export const SETTINGS: HttpSettings & { readonly ownCall: readonly string[] } = {
  own: ['publicKeyId', 'privateKey', 'region', 'algorithm', 'environment', 'knowsCarrier'],
  renamed: {
    ...UNKNOWN_OPTIONS,
    sandbox: 'environment',
    isSandbox: 'environment',
    env: 'environment',
    keyId: 'publicKeyId',
    key: 'privateKey',
    override_service_url: 'baseUrl',
    serviceUrl: 'baseUrl',
    integratorId: 'headers',
    integratorVersion: 'headers',
    platformVersion: 'headers',
  },
  ownCall: ['idempotencyKey'],
  requestIdHeader: 'x-amz-pay-request-id',
};

/** The headers of the caller. Refuses an idempotency key among them, because the client's own would replace it. */
export function callerHeaders(options: Pick<CallOptions, 'headers'>): Readonly<Record<string, string>> {
  const headers = readHeaders(SURFACE, options);
  const hint = 'Pass it to create() as "idempotencyKey".';
  assertOption(!Object.hasOwn(headers, IDEMPOTENCY_HEADER), SURFACE, 'headers', `must not contain ${IDEMPOTENCY_HEADER}`, hint);
  return headers;
}
