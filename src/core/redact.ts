/**
 * Takes secrets out of text that came from elsewhere, before it reaches an error, a hook or a log.
 *
 * @module
 */

// Amazon prints the caller's signature back when it rejects it; proxies and gateways print whole headers.
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]{0,40}-----[\s\S]*?(?:-----END [A-Z ]{0,40}-----|$)/g, '[redacted key]'],
  [/\b(bearer|basic) +[\w.~+/=|-]{8,}/gi, '$1 [redacted]'],
  [/\b(signature"?\s{0,8}[=:]?\s{0,8}"?\[?)[A-Za-z0-9+/_-]{40,}={0,2}/gi, '$1[redacted]'],
  [/\bAtz[ar](?:\||%7C)[\w.~+/=|%-]*/g, '[redacted token]'],
  [/\bamzn1\.oa2-cs\.[\w.-]*/g, '[redacted secret]'],
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, '[redacted token]'],
  [/((?:client_secret|refresh_token|access_token|password)"?\s{0,8}[=:]\s{0,8}"?)[^\s"&,}]+/gi, '$1[redacted]'],
];

/** The text without what looks like a key, a signature or a token, at most `limit` characters of it. */
export function redact(text: string, limit = 2_000): string {
  // Cut first, with room for what is about to shrink: the time taken then has a bound too.
  let clean = text.slice(0, limit * 4);
  for (const [pattern, replacement] of SECRETS) clean = clean.replace(pattern, replacement);
  return clean.length > limit ? `${clean.slice(0, limit)}…` : clean;
}

/** {@link redact} on every text inside a value parsed from JSON. */
export function redactJson(value: unknown): unknown {
  if (typeof value === 'string') return redact(value, 20_000);
  if (Array.isArray(value)) return value.map(redactJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redactJson(item)]));
}
