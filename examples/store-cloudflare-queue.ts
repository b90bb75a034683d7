/**
 * A Cloudflare Worker that receives NDR events, puts a decision about each into a queue, and sends the decisions to Amazon in batches. Durable
 * Objects remember the events and the feedback, and share the access token. Needs no `nodejs_compat`.
 *
 *     // wrangler.jsonc
 *     "durable_objects": { "bindings": [{ "name": "WAYBILL", "class_name": "WaybillObject" }] },
 *     "migrations": [{ "tag": "v1", "new_sqlite_classes": ["WaybillObject"] }],
 *     "queues": {
 *       "producers": [{ "queue": "decisions", "binding": "DECISIONS" }],
 *       "consumers": [{ "queue": "decisions", "max_retries": 10, "retry_delay": 60, "dead_letter_queue": "decisions-failed" }]
 *     }
 */
import { type NdrFeedback, NdrFeedbackClient } from 'waybill/shipping-ndr';
import { apiKey, type NdrEvent, NdrWebhookVerifier } from 'waybill/shipping-ndr/webhook';
import { DurableObjectIdempotencyStore, DurableObjectTokenStore, type ObjectNamespace } from 'waybill/stores/durable-object';

export { WaybillObject } from 'waybill/stores/durable-object';

interface Env {
  readonly NDR_API_KEY: string;
  readonly LWA_CLIENT_ID: string;
  readonly LWA_CLIENT_SECRET: string;
  readonly LWA_REFRESH_TOKEN: string;
  readonly WAYBILL: ObjectNamespace;
  readonly DECISIONS: { send(decision: Decision): Promise<unknown> };
}

/** Until the due date of its event, Amazon accepts the feedback. */
interface Decision {
  readonly feedback: NdrFeedback;
  readonly dueDate?: string | null | undefined;
}

interface Message {
  readonly body: Decision;
  ack(): void;
  retry(): void;
}

export default {
  fetch(request: Request, env: Env): Promise<Response> {
    const verifier = new NdrWebhookVerifier({ auth: apiKey({ keys: env.NDR_API_KEY }) });
    const idempotencyStore = new DurableObjectIdempotencyStore(env.WAYBILL);
    const decide = async ({ detail: { trackingId, ndrDueDate } }: NdrEvent): Promise<void> => {
      await env.DECISIONS.send({ feedback: { trackingId, ndrAction: 'RTO' }, dueDate: ndrDueDate });
    };
    return verifier.handler(
      { ndr: decide },
      { idempotencyStore, onError: (error, { status }) => console.warn(status, error instanceof Error ? error.message : error) },
    )(request);
  },

  async queue({ messages }: { readonly messages: readonly Message[] }, env: Env): Promise<void> {
    const client = new NdrFeedbackClient({
      credentials: { clientId: env.LWA_CLIENT_ID, clientSecret: env.LWA_CLIENT_SECRET, refreshToken: env.LWA_REFRESH_TOKEN },
      tokenStore: new DurableObjectTokenStore(env.WAYBILL),
    });
    // A queue delivers at least once: the store skips what Amazon has accepted already.
    const idempotencyStore = new DurableObjectIdempotencyStore(env.WAYBILL);
    const dueDateOf = (_: NdrFeedback, index: number) => messages[index]?.body.dueDate ?? undefined;
    const feedbacks = messages.map(({ body }) => body.feedback);
    for await (const { index, status, error } of client.submitMany(feedbacks, { idempotencyStore, dueDateOf, concurrency: 5 })) {
      if (status === 'failed') console.warn(error instanceof Error ? error.message : error);
      if (status === 'failed' || status === 'in-progress') messages[index]?.retry();
      else messages[index]?.ack();
    }
  },
};
