/** Stands in for Amazon: a `fetch` that gives prepared answers and remembers what it was called with. */

/**
 * @typedef {{ url: string, headers: Headers, body: string }} Call
 * @typedef {{ status?: number, headers?: Record<string, string>, json?: unknown }} Answer
 */

/**
 * @param {...Answer} answers  One for each call; the last one for all that follow.
 * @returns {{ calls: Call[], fetch: (url: string, init: RequestInit) => Promise<Response> }}
 */
export function answering(...answers) {
  /** @type {Call[]} */
  const calls = [];
  return {
    calls,
    async fetch(url, { headers, body }) {
      const call = { url, headers: new Headers(headers), body: '' };
      // Counted before anything is waited for: calls at once get an answer each.
      const { status = 200, headers: sent = {}, json } = answers[Math.min(calls.push(call), answers.length) - 1] ?? {};
      call.body = await new Response(body).text();
      const text = json === undefined ? null : JSON.stringify(json);
      return new Response(text, { status, headers: { 'content-type': 'application/json', ...sent } });
    },
  };
}

/** Asks to be called again, at once. @type {Answer} */
export const TRY_AGAIN = { status: 503, headers: { 'retry-after': '0' }, json: { reasonCode: 'ServiceUnavailable', message: 'later' } };
