/**
 * The user agent as the Selling Partner API demands it.
 *
 * @module
 * @see {@link https://developer-docs.amazon.com/sp-api/docs/include-a-user-agent-header-in-all-requests | Include a User-Agent header}
 */
import { VERSION } from '../../core/version.ts';
import { demand } from '../configuration.ts';

/** What the Selling Partner API takes at most. */
const MAX_LENGTH = 500;

/**
 * `waybill/x.y.z (Language=JavaScript; Application=…)`. The caller's part is an attribute, for its own slashes and brackets are not
 * Amazon's; of an attribute's value, Amazon wants these three characters escaped.
 */
export function sellingPartnerUserAgent(application = ''): string {
  const attribute = application && `; Application=${application.replace(/[\\);]/g, '\\$&')}`;
  const userAgent = `waybill/${VERSION} (Language=JavaScript${attribute})`;
  const excess = userAgent.length - MAX_LENGTH;
  demand(
    excess <= 0,
    `"userAgent" must be ${excess} characters shorter: with it the header has more than the ${MAX_LENGTH} that Amazon takes`,
  );
  return userAgent;
}
