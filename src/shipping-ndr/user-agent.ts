/**
 * The user agent as the Selling Partner API demands it.
 *
 * @module
 * @see {@link https://developer-docs.amazon.com/sp-api/docs/include-a-user-agent-header-in-all-requests | Include a User-Agent header}
 */
import { VERSION } from '../core/version.ts';
import { demand } from './configuration.ts';

/** What the Selling Partner API takes at most. */
const MAX_LENGTH = 500;

/**
 * `waybill/x.y.z (Language=JavaScript; Application=…)`. The caller's part is an attribute, for its own slashes and brackets are not
 * Amazon's.
 */
export function sellingPartnerUserAgent(application = ''): string {
  const userAgent = formatUserAgent('waybill', VERSION, { Language: 'JavaScript', ...(application && { Application: application }) });
  demand(userAgent.length <= MAX_LENGTH, `"userAgent" makes a user agent of more than ${MAX_LENGTH} characters, which Amazon refuses`);
  return userAgent;
}

/** Application, version and attributes, each with its own characters escaped. */
export function formatUserAgent(name: string, version: string, attributes: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(attributes).map(([key, value]) => `${escapeWith(key, '=')}=${escapeWith(value, ');')}`);
  return `${escapeWith(name, '/')}/${escapeWith(version, '(')} (${pairs.join('; ')})`;
}

/** A backslash before each of these characters, and before each backslash. */
function escapeWith(text: string, special: string): string {
  return text.replace(/[\\/(=);]/g, (char) => (char === '\\' || special.includes(char) ? `\\${char}` : char));
}
