/**
 * Where Amazon Pay's API is: three hosts, and a path that depends on the kind of key.
 *
 * @module
 * @see {@link https://developer.amazon.com/docs/amazon-pay-api-v2/delivery-tracker.html | Delivery tracker}
 */
import { misconfigured } from '../core/options.ts';

/** North America; Europe and the United Kingdom; Japan. */
export type AmazonPayRegion = 'na' | 'eu' | 'jp';

/** A region, or one of the names that Amazon's SDKs accept for it. */
export type AmazonPayRegionName = AmazonPayRegion | 'us' | 'uk' | 'de';

/** Real orders, or test orders. */
export type AmazonPayEnvironment = 'live' | 'sandbox';

const REGIONS: Readonly<Record<AmazonPayRegionName, AmazonPayRegion>> = { na: 'na', us: 'na', eu: 'eu', uk: 'eu', de: 'eu', jp: 'jp' };
const DOMAINS: Readonly<Record<AmazonPayRegion, string>> = { na: 'com', eu: 'eu', jp: 'jp' };
const API_VERSION = 'v2';

/** The region that a name stands for. Refuses a name that Amazon's SDKs don't know. */
export function resolveRegion(name: AmazonPayRegionName): AmazonPayRegion {
  const key = typeof name === 'string' ? name.toLowerCase() : '';
  if (!Object.hasOwn(REGIONS, key)) throw misconfigured('amazonpay', '"region" must be na (us), eu (uk, de) or jp');
  return REGIONS[key as AmazonPayRegionName];
}

/** Refuses what can't stand in the Authorization header. Other shapes than the known ones are Amazon's to judge. */
export function checkPublicKeyId(publicKeyId: string): void {
  if (typeof publicKeyId === 'string' && /^[\x21-\x2b\x2d-\x7e]{1,200}$/.test(publicKeyId)) return;
  throw misconfigured('amazonpay', '"publicKeyId" must be an id such as LIVE-AGC4SIRXYYTSA667HVXKNEIA, without blanks and commas');
}

/** Where the delivery trackers of an account are created. */
interface Endpoint {
  readonly environment: AmazonPayEnvironment;
  /** Scheme and host. */
  readonly origin: string;
  readonly path: string;
}

/** The endpoint for a key. A key id that starts with LIVE or SANDBOX says the environment, and the path then doesn't. */
export function resolveEndpoint(publicKeyId: string, region: AmazonPayRegion, environment?: AmazonPayEnvironment): Endpoint {
  const prefix = /^(?:live|sandbox)/i.exec(publicKeyId)?.[0].toLowerCase() as AmazonPayEnvironment | undefined;
  if (environment !== undefined && environment !== 'live' && environment !== 'sandbox') {
    throw misconfigured('amazonpay', '"environment" must be live or sandbox');
  }
  if (prefix && environment && prefix !== environment) {
    throw misconfigured(
      'amazonpay',
      `"environment" is ${environment}, but "publicKeyId" is for ${prefix}`,
      'Leave "environment" out: the key id says it.',
    );
  }
  const resolved = prefix ?? environment ?? 'live';
  return {
    environment: resolved,
    origin: `https://pay-api.amazon.${DOMAINS[region]}`,
    path: `${prefix ? '' : `/${resolved}`}/${API_VERSION}/deliveryTrackers`,
  };
}
