/**
 * The webhook that each of the frameworks mounts.
 *
 * NDR_API_KEY               the value of x-api-key that you agreed on with Amazon
 */
import { apiKey, MemoryIdempotencyStore, NdrWebhookVerifier } from 'waybill/shipping-ndr/webhook';

const verifier = new NdrWebhookVerifier({ auth: apiKey({ keys: process.env['NDR_API_KEY'] ?? '' }) });

export const receive = verifier.handler(
  {
    ndr: ({ detail }) => console.log(detail.trackingId, detail.reasonCode),
    tracking: ({ detail }) => console.log(detail.trackingId, detail.eventCode),
  },
  {
    // For one process. With several, a store of waybill/stores.
    idempotencyStore: new MemoryIdempotencyStore(),
    onError: (error, { status }) => console.warn(status, error instanceof Error ? error.message : error),
  },
);

export const port = Number(process.env['PORT'] ?? '8080');
