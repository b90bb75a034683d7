/** In place of Amazon: a `fetch` that returns prepared responses and records what it was called with. */

/**
 * @typedef {{ url: string, headers: Headers, body: string }} Call
 * @typedef {{ status?: number, headers?: Record<string, string>, json?: unknown }} Prepared
 */

/**
 * @param {...Prepared} responses One for each call; the last one for all that follow.
 * @returns {{ calls: Call[], fetch: (url: string, init: RequestInit) => Promise<Response> }}
 */
export function responding(...responses) {
  /** @type {Call[]} */
  const calls = [];
  return {
    calls,
    async fetch(url, { headers, body }) {
      const call = { url, headers: new Headers(headers), body: '' };
      // Counted before anything is awaited: concurrent calls get a response each.
      const { status = 200, headers: sent = {}, json } = responses[Math.min(calls.push(call), responses.length) - 1] ?? {};
      call.body = await new Response(body).text();
      const text = json === undefined ? null : JSON.stringify(json);
      return new Response(text, { status, headers: { 'content-type': 'application/json', ...sent } });
    },
  };
}

/** Asks for an immediate retry. @type {Prepared} */
export const TRY_AGAIN = { status: 503, headers: { 'retry-after': '0' }, json: { reasonCode: 'ServiceUnavailable', message: 'later' } };
