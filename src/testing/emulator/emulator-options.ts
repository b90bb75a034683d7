/**
 * What an emulator can be told.
 *
 * @module
 */

import { ConfigurationError } from '../../core/errors.ts';
import type { WebCryptoKey } from '../../core/types.ts';
import { WebhookSigningKeys } from '../builders/webhook-signing-keys.ts';
import type { DeliverySettings } from '../delivery/event-delivery.ts';
import type { VerifySignature } from './amazon-pay/amazon-pay-signature.ts';
import type { EmulatedOrder } from './buywithprime/buywithprime-order.ts';
import type { QuotaLimit } from './quota.ts';

/** What the emulated token endpoints accept. Made up, and no secret: never put real credentials here. */
export interface EmulatorCredentials {
  /** For Login with Amazon, which SP-API uses: what `NdrFeedbackClient` takes as `credentials`. */
  readonly lwa: { readonly clientId: string; readonly clientSecret: string; readonly refreshToken: string };
  /** For Buy with Prime: what `BuyWithPrimeClient` takes as `credentials` and `targetId`. */
  readonly buyWithPrime: { readonly clientId: string; readonly clientSecret: string; readonly targetId: string };
}

/** How many calls each interface lets through; beyond that it answers 429. */
export interface EmulatorQuota {
  /**
   * Amazon Pay, live: documented.
   * @default { burst: 10, perSecond: 1 }
   */
  readonly live?: QuotaLimit;
  /**
   * Amazon Pay, sandbox: documented.
   * @default { burst: 1, perSecond: 1 }
   */
  readonly sandbox?: QuotaLimit;
  /**
   * NDR feedback. The rate is that of Amazon's reference page (the published model says 80), the burst is inferred.
   * @default { burst: 10, perSecond: 5 }
   */
  readonly ndrFeedback?: QuotaLimit;
}

/** What an {@link AmazonEmulator} can be told; nothing must be. */
export interface AmazonEmulatorOptions {
  /**
   * The Amazon Pay keys that are registered: public key id to RSA public key, in PEM (SPKI) or as a `CryptoKey` for
   * RSA-PSS. `testKeys()` makes a pair.
   */
  readonly publicKeys?: Readonly<Record<string, string | WebCryptoKey>>;
  /** What the token endpoints accept. Each part can be replaced by itself. */
  readonly credentials?: { readonly [Part in keyof EmulatorCredentials]?: Partial<EmulatorCredentials[Part]> };
  /** The orders that Buy with Prime knows at the start. */
  readonly orders?: readonly EmulatedOrder[];
  /**
   * The present time: for dates, token lifetimes and quotas.
   * @default () => new Date()
   */
  readonly clock?: () => Date;
  /**
   * Makes request ids, tokens and subscription ids.
   * @default () => crypto.randomUUID()
   */
  readonly randomId?: () => string;
  /** How many calls are let through; `false` for as many as come. */
  readonly quota?: EmulatorQuota | false;
  /**
   * Takes the place of WebCrypto where Amazon Pay's signatures are verified, such as `node:crypto` for a second opinion.
   */
  readonly verifySignature?: VerifySignature;
  /** How far `x-amz-pay-date` may lie off, in milliseconds. Inferred: Amazon is known to refuse a date in the future, and no more. */
  readonly dateTolerance?: {
    /** @default 900_000 (15 minutes) */
    readonly past?: number;
    /** @default 5_000 */
    readonly future?: number;
  };
  /**
   * The Amazon Pay carrier codes that are accepted.
   * @default every code of capital letters, digits and underscores, for Amazon's list of 2020 is the last one public
   */
  readonly carrierCodes?: Iterable<string>;
  /**
   * What Buy with Prime's webhooks are signed with, and what `GET /jwks.json` publishes.
   * @default keys of its own
   */
  readonly signingKeys?: WebhookSigningKeys;
  /** How `deliver()` goes. */
  readonly delivery?: DeliverySettings;
  /**
   * How many trackers, feedbacks, tokens, idempotency keys and reports of events are remembered each; the oldest are forgotten.
   * @default 10_000
   */
  readonly maxRecords?: number;
}

/** Every option with its value. */
export interface EmulatorSettings {
  readonly publicKeys: Readonly<Record<string, string | WebCryptoKey>>;
  readonly credentials: EmulatorCredentials;
  readonly orders: readonly EmulatedOrder[];
  readonly clock: () => Date;
  readonly randomId: () => string;
  readonly quota: Required<EmulatorQuota> | undefined;
  readonly verifySignature: VerifySignature | undefined;
  readonly dateTolerance: { readonly past: number; readonly future: number };
  readonly carrierCodes: ReadonlySet<string> | undefined;
  readonly signingKeys: WebhookSigningKeys;
  readonly delivery: Required<DeliverySettings>;
  readonly maxRecords: number;
}

const QUOTA: Required<EmulatorQuota> = {
  live: { burst: 10, perSecond: 1 },
  sandbox: { burst: 1, perSecond: 1 },
  ndrFeedback: { burst: 10, perSecond: 5 },
};

const CREDENTIALS: EmulatorCredentials = {
  lwa: {
    clientId: 'amzn1.application-oa2-client.emulator',
    clientSecret: 'amzn1.oa2-cs.v1.emulator',
    refreshToken: 'Atzr|emulator',
  },
  buyWithPrime: { clientId: 'emulator-client', clientSecret: 'emulator-secret', targetId: 'bp-emulator' },
};

/** Fills in what was not told, and refuses what no emulator can work with. */
export function readOptions(options: AmazonEmulatorOptions): EmulatorSettings {
  check(isObject(options), 'the options must be an object');
  const { publicKeys = {}, credentials = {}, orders = [], quota = {}, dateTolerance = {}, carrierCodes, maxRecords = 10_000 } = options;
  const { delivery = {}, clock = () => new Date(), randomId = () => crypto.randomUUID(), verifySignature } = options;
  for (const [name, value] of Object.entries({ clock, randomId, verifySignature })) {
    check(value === undefined || typeof value === 'function', `"${name}" must be a function`);
  }
  for (const [name, value] of Object.entries({ publicKeys, credentials, quota: quota || {}, dateTolerance, delivery })) {
    check(isObject(value), `"${name}" must be an object`);
  }
  check(Array.isArray(orders) && orders.every((order) => typeof order?.id === 'string'), '"orders" must be a list of orders');
  check(maxRecords >= 1, '"maxRecords" must be at least 1');
  check(carrierCodes === undefined || isIterable(carrierCodes), '"carrierCodes" must be a list of codes');
  for (const key of Object.values(publicKeys)) {
    const usable = typeof key === 'string' ? key.includes('-----BEGIN PUBLIC KEY-----') : isObject(key);
    check(usable, 'a key in "publicKeys" is neither a PEM that starts with "-----BEGIN PUBLIC KEY-----" nor a CryptoKey');
  }
  const limits = { ...QUOTA, ...quota };
  for (const [name, limit] of Object.entries(limits)) {
    check(limit?.burst >= 1 && limit.perSecond > 0, `"quota.${name}" must have a burst of at least 1 and more than 0 per second`);
  }
  const tolerance = { past: 900_000, future: 5_000, ...dateTolerance };
  check(tolerance.past >= 0 && tolerance.future >= 0, '"dateTolerance" must be milliseconds, 0 or more');
  const { signingKeys = new WebhookSigningKeys() } = options;
  check(typeof signingKeys?.sign === 'function', '"signingKeys" must be WebhookSigningKeys');
  const { seed = 1, timeScale = Number.POSITIVE_INFINITY } = delivery;
  check(Number.isInteger(seed), '"delivery.seed" must be a whole number');
  check(timeScale > 0, '"delivery.timeScale" must be more than 0');
  const accepted = {
    lwa: { ...CREDENTIALS.lwa, ...credentials.lwa },
    buyWithPrime: { ...CREDENTIALS.buyWithPrime, ...credentials.buyWithPrime },
  };
  for (const value of Object.values(accepted).flatMap((part) => Object.values(part))) {
    check(typeof value === 'string' && value !== '', '"credentials" must be texts');
  }
  return {
    publicKeys,
    credentials: accepted,
    orders,
    clock,
    randomId,
    quota: quota === false ? undefined : limits,
    verifySignature,
    dateTolerance: tolerance,
    carrierCodes: carrierCodes && new Set(carrierCodes),
    signingKeys,
    delivery: { seed, timeScale },
    maxRecords,
  };
}

function check(fits: boolean, message: string): asserts fits {
  if (!fits) throw new ConfigurationError(message, { surface: 'testing' });
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function isIterable(value: unknown): boolean {
  return typeof (value as Partial<Iterable<unknown>> | null)?.[Symbol.iterator] === 'function';
}
