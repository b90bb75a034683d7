/** A server of the keys that webhooks are signed with. */
import type { RequestListener } from 'node:http';
import type { BuyWithPrimeWebhookVerifierOptions } from '../../../src/buywithprime/webhook/options.ts';
import { BuyWithPrimeWebhookVerifier } from '../../../src/buywithprime/webhook/verifier.ts';
import { AuthenticationError, type WaybillError } from '../../../src/core/errors.ts';
import { listen } from '../server.ts';

/** The outcome of a request: `verified`, or why not. */
export async function outcomeFor(verifier: BuyWithPrimeWebhookVerifier, request: Parameters<typeof verifier.verify>[0]): Promise<string> {
  try {
    await verifier.verify(request);
    return 'verified';
  } catch (error) {
    return error instanceof AuthenticationError ? error.reason : (error as WaybillError).code;
  }
}

/** Serves keys that the test can change, and counts the requests. */
export async function serveKeys(...keys: readonly unknown[]) {
  const state = { keys, fetched: 0, respond: undefined as RequestListener | undefined, seen: [] as unknown[] };
  const url = await listen((incoming, outgoing) => {
    state.fetched += 1;
    state.seen.push([incoming.method, incoming.url]);
    if (state.respond) state.respond(incoming, outgoing);
    else outgoing.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: state.keys }));
  });
  const jwks = `${url}/jwks.json?secret=1`;
  return Object.assign(state, {
    jwks,
    // A key set is shared by all verifiers with the same options: with its own fetch, each has its own.
    verifier: (options: BuyWithPrimeWebhookVerifierOptions = {}) =>
      new BuyWithPrimeWebhookVerifier({ jwks, fetch: (...request) => fetch(...request), ...options }),
  });
}
