/**
 * Where Amazon Pay's API is: three hosts, and a path that depends on the kind of key.
 *
 * @module
 * @see {@link https://developer.amazon.com/docs/amazon-pay-api-v2/delivery-tracker.html | Delivery tracker}
 */
import { assertOption } from '../core/errors.ts';
import { requireString } from '../core/options.ts';
import { SURFACE } from './surface.ts';

/** North America; Europe and the United Kingdom; Japan. */
export type AmazonPayRegion = 'na' | 'eu' | 'jp';

/** A region, or one of the names that Amazon's SDKs accept for it. */
export type AmazonPayRegionName = AmazonPayRegion | 'us' | 'uk' | 'de';

/** Real orders, or test orders. */
export type AmazonPayEnvironment = 'live' | 'sandbox';

const REGIONS: Readonly<Record<AmazonPayRegionName, AmazonPayRegion>> = { na: 'na', us: 'na', eu: 'eu', uk: 'eu', de: 'eu', jp: 'jp' };
const DOMAINS: Readonly<Record<AmazonPayRegion, string>> = { na: 'com', eu: 'eu', jp: 'jp' };
const API_VERSION = 'v2';

/** The region that a name stands for. Refuses a name that Amazon's SDKs do not know. */
export function resolveRegion(name: AmazonPayRegionName): AmazonPayRegion {
  const key = requireString(SURFACE, 'region', name, "Set it to na, eu or jp: the region of the seller's account.").toLowerCase();
  assertOption(Object.hasOwn(REGIONS, key), SURFACE, 'region', 'must be na (us), eu (uk, de) or jp');
  return REGIONS[key as AmazonPayRegionName];
}

const KEY_ID = 'Pass the id that Seller Central shows beside the key, such as LIVE-AGC4SIRXYYTSA667HVXKNEIA.';

/** Refuses what is not a public key id: a key, the name of its file, an id with quotes. Amazon judges ids of an unknown shape. */
export function checkPublicKeyId(publicKeyId: string): void {
  const id = requireString(SURFACE, 'publicKeyId', publicKeyId);
  const isFile = id.length < 1_000 && /^AmazonPay_|[/\\]|\.(?:pem|key|der|p8|txt)$/i.test(id);
  assertOption(!isFile, SURFACE, 'publicKeyId', 'is the name of a file', KEY_ID);
  assertOption(/^[\w.:@=+-]{1,200}$/.test(id), SURFACE, 'publicKeyId', 'must be an id without spaces, commas and quotes', KEY_ID);
}

/** Where the delivery trackers of an account are created. */
interface Endpoint {
  readonly environment: AmazonPayEnvironment;
  /** Scheme and host. */
  readonly origin: string;
  readonly path: string;
}

/** The endpoint for a key. A key id that starts with LIVE or SANDBOX names the environment, and the path then does not. */
export function resolveEndpoint(publicKeyId: string, region: AmazonPayRegion, environment?: AmazonPayEnvironment): Endpoint {
  const isKnown = environment === undefined || environment === 'live' || environment === 'sandbox';
  assertOption(isKnown, SURFACE, 'environment', 'must be "live" or "sandbox"');
  const named = environmentIn(publicKeyId);
  const agree = !named || !environment || named === environment;
  const hint = 'Leave "environment" out: the key id names it.';
  assertOption(agree, SURFACE, 'environment', `is ${environment}, but "publicKeyId" is for ${named}`, hint);
  const resolved = named ?? environment ?? 'live';
  return {
    environment: resolved,
    origin: `https://pay-api.amazon.${DOMAINS[region]}`,
    path: `${/^(?:live|sandbox)/i.test(publicKeyId) ? '' : `/${resolved}`}/${API_VERSION}/deliveryTrackers`,
  };
}

/** The environment that a key id names. An id that contains SANDBOX anywhere must never call the live system. */
function environmentIn(publicKeyId: string): AmazonPayEnvironment | undefined {
  const isLive = /^live/i.test(publicKeyId);
  const isSandbox = /sandbox/i.test(publicKeyId);
  assertOption(!isLive || !isSandbox, SURFACE, 'publicKeyId', 'contains both LIVE and SANDBOX', KEY_ID);
  if (isSandbox) return 'sandbox';
  return isLive ? 'live' : undefined;
}
