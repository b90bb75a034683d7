/**
 * Work that several need at a time.
 *
 * @module
 */

/**
 * Does the work, or waits for the same work that is under way already. On Cloudflare Workers and Vercel Edge, which tie what a request
 * waits for to that request, each does it for itself.
 */
export function share<Value>(pending: Map<string, Promise<Value>>, key: string, work: () => Promise<Value>): Promise<Value> {
  const shared = pending.get(key);
  if (shared !== undefined) return shared;
  const own = work().finally(() => pending.delete(key));
  if (!('WebSocketPair' in globalThis || 'EdgeRuntime' in globalThis)) pending.set(key, own);
  return own;
}
