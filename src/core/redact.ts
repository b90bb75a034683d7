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
  [/\beyJ[\w.-]{8,}/g, '[redacted token]'],
  [/((?:client_secret|refresh_token|access_token|password)"?\s{0,8}[=:]\s{0,8}"?)[^\s"&,}]+/gi, '$1[redacted]'],
];
const SECRET_NAME = /(?:secret|token|password|signature)$/i;
/** The stack has an end; no answer of Amazon's is half as deep. */
const MAX_DEPTH = 50;

/** The text without what looks like a key, a signature or a token, at most `limit` characters of it. */
export function redact(text: string, limit = 2_000): string {
  // Cut first, with room for what is about to shrink: the time taken then has a bound too.
  let clean = text.slice(0, limit * 4);
  for (const [pattern, replacement] of SECRETS) clean = clean.replace(pattern, replacement);
  return clean.length > limit ? `${clean.slice(0, limit)}…` : clean;
}

/** {@link redact} on every text inside a value parsed from JSON, and on what is named as a secret. */
export function redactJson(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redact(value, 20_000);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) return '…';
  if (Array.isArray(value)) return value.map((item) => redactJson(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      typeof item === 'string' && SECRET_NAME.test(key) ? '[redacted]' : redactJson(item, depth + 1),
    ]),
  );
}
