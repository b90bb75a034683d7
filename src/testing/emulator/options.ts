/**
 * Options of an emulator.
 *
 * @module
 */
import { assertOption } from '../../core/errors.ts';
import { checkFunctions, checkNames } from '../../core/options.ts';
import type { WebCryptoKey } from '../../core/types.ts';
import { isObject, readGroup } from '../builders/arguments.ts';
import { WebhookSigningKeys } from '../builders/webhook-signing-keys.ts';
import type { DeliverySettings } from '../delivery/event-delivery.ts';
import { SURFACE } from '../surface.ts';
import { type VerifySignature, webCryptoVerifier } from './amazon-pay/signature.ts';
import { type EmulatedOrder, problemOfOrder } from './buywithprime/buywithprime-order.ts';
import type { QuotaLimit } from './quota.ts';

/** What the emulated token endpoints accept. Made up, and not secret: never put real credentials here. */
export interface EmulatorCredentials {
  /** For Login with Amazon, which SP-API uses: `credentials` of `NdrFeedbackClient`. */
  readonly lwa: { readonly clientId: string; readonly clientSecret: string; readonly refreshToken: string };
  /** For Buy with Prime: `credentials` and `targetId` of `BuyWithPrimeClient`. */
  readonly buyWithPrime: { readonly clientId: string; readonly clientSecret: string; readonly targetId: string };
}

/** How many calls each service accepts; beyond that it responds with 429. */
export interface EmulatorQuota {
  /**
   * Amazon Pay, live: documented.
   * @default { burst: 10, perSecond: 1 }
   */
  readonly live?: QuotaLimit | undefined;
  /**
   * Amazon Pay, sandbox: documented.
   * @default { burst: 1, perSecond: 1 }
   */
  readonly sandbox?: QuotaLimit | undefined;
  /**
   * NDR feedback. The rate is that of Amazon's reference page (the published model says 80), the burst is (inferred).
   * @default { burst: 10, perSecond: 5 }
   */
  readonly ndrFeedback?: QuotaLimit | undefined;
}

/** Options that few tests need. */
export interface AdvancedEmulatorOptions {
  /**
   * The Amazon Pay carrier codes that are accepted.
   * @default every code of capital letters, digits and underscores, because the last list that Amazon published is of 2020
   */
  readonly carrierCodes?: Iterable<string> | undefined;
  /** How far off `x-amz-pay-date` may be, in milliseconds (inferred): Amazon is only known to refuse a date in the future. */
  readonly dateTolerance?:
    | {
        /** @default 900_000 (15 minutes) */
        readonly past?: number | undefined;
        /** @default 5_000 */
        readonly future?: number | undefined;
      }
    | undefined;
  /**
   * Makes request ids, tokens and subscription ids.
   * @default () => crypto.randomUUID()
   */
  readonly randomId?: (() => string) | undefined;
  /** Verifies Amazon Pay's signatures instead of WebCrypto, such as `node:crypto` for a second opinion. */
  readonly verifySignature?: VerifySignature | undefined;
}

/** Options of an {@link AmazonEmulator}; none is required. */
export interface AmazonEmulatorOptions {
  /**
   * The registered Amazon Pay keys: public key id to RSA public key, in PEM (SPKI) or as a `CryptoKey` for RSA-PSS. `testKeys()` makes a pair.
   */
  readonly publicKeys?: Readonly<Record<string, string | WebCryptoKey>> | undefined;
  /** What the token endpoints accept. Each part can be replaced separately. */
  readonly credentials?:
    | {
        readonly [Part in keyof EmulatorCredentials]?:
          | { readonly [Name in keyof EmulatorCredentials[Part]]?: EmulatorCredentials[Part][Name] | undefined }
          | undefined;
      }
    | undefined;
  /** The orders that Buy with Prime has at the start. */
  readonly orders?: readonly EmulatedOrder[] | undefined;
  /** How many calls are accepted; `false` for any number. */
  readonly quota?: EmulatorQuota | false | undefined;
  /**
   * The keys that Buy with Prime's webhooks are signed with, and that `GET /jwks.json` publishes.
   * @default new keys
   */
  readonly signingKeys?: WebhookSigningKeys | undefined;
  /** How `deliver()` works. */
  readonly delivery?: DeliverySettings | undefined;
  /**
   * The current time, for dates, token lifetimes and quotas. `setTime()` and `advance()` move it.
   * @default () => new Date()
   */
  readonly clock?: (() => Date) | undefined;
  /**
   * How many trackers, feedbacks, tokens, idempotency keys and reports of events are stored each; the oldest are dropped.
   * @default 10_000
   */
  readonly maxRecords?: number | undefined;
  /** Options that few tests need. */
  readonly advanced?: AdvancedEmulatorOptions | undefined;
}

/** Every option with its value. */
export interface EmulatorSettings {
  readonly publicKeys: Readonly<Record<string, string | WebCryptoKey>>;
  readonly credentials: EmulatorCredentials;
  readonly orders: readonly EmulatedOrder[];
  readonly quota: Readonly<Record<keyof EmulatorQuota, QuotaLimit>> | undefined;
  readonly signingKeys: WebhookSigningKeys;
  readonly delivery: { readonly seed: number; readonly timeScale: number };
  readonly clock: (() => Date) | undefined;
  readonly maxRecords: number;
  readonly carrierCodes: ReadonlySet<string> | undefined;
  readonly dateTolerance: { readonly past: number; readonly future: number };
  readonly randomId: () => string;
  readonly verifySignature: VerifySignature;
}

const QUOTA = {
  live: { burst: 10, perSecond: 1 },
  sandbox: { burst: 1, perSecond: 1 },
  ndrFeedback: { burst: 10, perSecond: 5 },
} as const;

const CREDENTIALS: EmulatorCredentials = {
  lwa: {
    clientId: 'amzn1.application-oa2-client.emulator',
    clientSecret: 'amzn1.oa2-cs.v1.emulator',
    refreshToken: 'Atzr|emulator',
  },
  buyWithPrime: { clientId: 'emulator-client', clientSecret: 'emulator-secret', targetId: 'bp-emulator' },
};

const NAMES = 'publicKeys credentials orders quota signingKeys delivery clock maxRecords advanced'.split(' ');
const ADVANCED = ['carrierCodes', 'dateTolerance', 'randomId', 'verifySignature'] as const;
/** Where options are that were at the top in version 0.1. */
const RENAMED = Object.fromEntries(ADVANCED.map((name) => [name, `advanced.${name}`]));

/** Fills in the defaults, and refuses what no emulator can work with. */
export function readOptions(options: AmazonEmulatorOptions): EmulatorSettings {
  checkNames(SURFACE, options, NAMES, RENAMED);
  const { publicKeys = {}, orders = [], signingKeys = new WebhookSigningKeys(), clock, maxRecords = 10_000 } = options;
  checkPublicKeys(publicKeys);
  assertOption(Array.isArray(orders), SURFACE, 'orders', 'must be an array of orders');
  const problem = orders.map(problemOfOrder).find(Boolean);
  assertOption(!problem, SURFACE, 'orders', `cannot be used: ${problem}`, 'buyWithPrimeOrder() makes one.');
  assertOption(typeof signingKeys?.sign === 'function', SURFACE, 'signingKeys', 'must be WebhookSigningKeys');
  checkFunctions(SURFACE, { clock });
  assertOption(maxRecords >= 1, SURFACE, 'maxRecords', 'must be at least 1');
  return {
    publicKeys,
    credentials: readCredentials(options.credentials),
    // A copy: what a test changes in place ends with reset().
    orders: structuredClone(orders),
    quota: readQuota(options.quota),
    signingKeys,
    delivery: readDelivery(options.delivery),
    clock,
    maxRecords,
    ...readAdvanced(options.advanced),
  };
}

function checkPublicKeys(publicKeys: Readonly<Record<string, string | WebCryptoKey>>): void {
  assertOption(isObject(publicKeys), SURFACE, 'publicKeys', 'must be an object of key ids and keys');
  for (const key of Object.values(publicKeys)) {
    const isUsable = typeof key === 'string' ? key.includes('-----BEGIN PUBLIC KEY-----') : isObject(key);
    const problem = 'has a key that is neither a PEM that starts with "-----BEGIN PUBLIC KEY-----" nor a CryptoKey';
    assertOption(isUsable, SURFACE, 'publicKeys', problem, 'testKeys() makes a pair.');
  }
}

function readCredentials(given: AmazonEmulatorOptions['credentials']): EmulatorCredentials {
  const { lwa, buyWithPrime } = readGroup('credentials', given, ['lwa', 'buyWithPrime']);
  return {
    lwa: readPart('lwa', CREDENTIALS.lwa, lwa),
    buyWithPrime: readPart('buyWithPrime', CREDENTIALS.buyWithPrime, buyWithPrime),
  };
}

function readPart<Values extends Readonly<Record<string, string>>>(part: string, defaults: Values, given: object = {}): Values {
  const values = readGroup(`credentials.${part}`, given, Object.keys(defaults)) as Readonly<Record<string, unknown>>;
  const read = Object.entries(defaults).map(([name, value]) => [name, values[name] === undefined ? value : values[name]] as const);
  for (const [name, value] of read) {
    assertOption(typeof value === 'string' && value !== '', SURFACE, `credentials.${part}.${name}`, 'must be a string, and not empty');
  }
  return Object.fromEntries(read) as Values;
}

function readQuota(given: AmazonEmulatorOptions['quota']): EmulatorSettings['quota'] {
  if (given === false) return undefined;
  const {
    live = QUOTA.live,
    sandbox = QUOTA.sandbox,
    ndrFeedback = QUOTA.ndrFeedback,
  } = readGroup('quota', given, ['live', 'sandbox', 'ndrFeedback']);
  const limits = { live, sandbox, ndrFeedback };
  for (const [name, limit] of Object.entries(limits)) {
    const isRight = limit?.burst >= 1 && limit.perSecond > 0;
    assertOption(isRight, SURFACE, `quota.${name}`, 'must have a burst of at least 1 and more than 0 per second');
  }
  return limits;
}

function readDelivery(given: AmazonEmulatorOptions['delivery']): EmulatorSettings['delivery'] {
  const { seed = 1, timeScale = Number.POSITIVE_INFINITY } = readGroup('delivery', given, ['seed', 'timeScale']);
  assertOption(Number.isInteger(seed), SURFACE, 'delivery.seed', 'must be a whole number');
  assertOption(timeScale > 0, SURFACE, 'delivery.timeScale', 'must be more than 0');
  return { seed, timeScale };
}

type Advanced = Pick<EmulatorSettings, keyof AdvancedEmulatorOptions>;

function readAdvanced(given: AmazonEmulatorOptions['advanced']): Advanced {
  const {
    carrierCodes,
    dateTolerance,
    randomId = () => crypto.randomUUID(),
    verifySignature = webCryptoVerifier(),
  } = readGroup('advanced', given, ADVANCED);
  checkFunctions(SURFACE, { randomId, verifySignature }, 'advanced.');
  const isIterable =
    typeof carrierCodes !== 'string' &&
    typeof (carrierCodes as Partial<Iterable<unknown>> | null | undefined)?.[Symbol.iterator] === 'function';
  assertOption(carrierCodes === undefined || isIterable, SURFACE, 'advanced.carrierCodes', 'must be a list of codes');
  const { past = 900_000, future = 5_000 } = readGroup('advanced.dateTolerance', dateTolerance, ['past', 'future']);
  assertOption(past >= 0 && future >= 0, SURFACE, 'advanced.dateTolerance', 'must be milliseconds, 0 or more');
  return { carrierCodes: carrierCodes && new Set(carrierCodes), dateTolerance: { past, future }, randomId, verifySignature };
}
