/**
 * A route handler of Next.js, at `app/amazon/ndr/route.ts`: stores NDR events.
 *
 * NDR_API_KEY               the value of x-api-key that you agreed on with Amazon
 */
import { apiKey, NdrWebhookVerifier } from 'waybill/shipping-ndr/webhook';

const verifier = new NdrWebhookVerifier({ auth: apiKey({ keys: () => process.env['NDR_API_KEY'] ?? '' }) });

export const POST = verifier.handler(
  (event) => {
    // Here, store it. If that fails the response is 503, and Amazon redelivers the event.
    console.log(JSON.stringify({ id: event.id, kind: event.kind }));
  },
  { onError: (error, { status }) => console.warn(status, error instanceof Error ? error.message : error) },
);
