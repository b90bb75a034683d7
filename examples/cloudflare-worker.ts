/**
 * A Cloudflare Worker that receives NDR events and puts them into a queue. Needs no `nodejs_compat`.
 *
 *     wrangler secret put NDR_API_KEY     # the value of x-api-key that you agreed on with Amazon
 *     wrangler deploy                     # with a queue producer bound as EVENTS
 */
import { apiKey, NdrWebhookVerifier } from 'waybill/shipping-ndr/webhook';

interface Env {
  readonly NDR_API_KEY: string;
  readonly EVENTS: { send(message: unknown): Promise<unknown> };
}

export default {
  fetch(request: Request, env: Env): Promise<Response> {
    const verifier = new NdrWebhookVerifier({ auth: apiKey({ keys: env.NDR_API_KEY }) });
    // If the queue fails the response is 503, and Amazon redelivers the event.
    return verifier.handler((event) => env.EVENTS.send(event), {
      onError: (error, { status }) => console.warn(status, error instanceof Error ? error.message : error),
    })(request);
  },
};
