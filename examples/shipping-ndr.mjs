/**
 * A webhook for shipments that could not be delivered: reschedules those whose customer was not there, and leaves the others to people.
 *
 *     node examples/shipping-ndr.mjs
 *
 * NDR_API_KEY               the value of x-api-key that you agreed on with Amazon
 * LWA_CLIENT_ID, LWA_CLIENT_SECRET, LWA_REFRESH_TOKEN
 * SP_API_URL, LWA_URL       only for an emulator
 * PORT                      8080 by default
 */
import { createServer } from 'node:http';
import { toNodeHandler } from 'waybill/adapters/node';
import { apiKey, MemoryIdempotencyStore, NdrFeedbackClient, NdrWebhookVerifier, suggestNdrActions } from 'waybill/shipping-ndr';

const { NDR_API_KEY = '', LWA_CLIENT_ID = '', LWA_CLIENT_SECRET = '', LWA_REFRESH_TOKEN = '', PORT = '8080' } = process.env;
const { SP_API_URL: baseUrl, LWA_URL: tokenUrl } = process.env;

const client = new NdrFeedbackClient({
  credentials: { clientId: LWA_CLIENT_ID, clientSecret: LWA_CLIENT_SECRET, refreshToken: LWA_REFRESH_TOKEN },
  ...(baseUrl && { baseUrl }),
  ...(tokenUrl && { tokenUrl }),
});

const handler = new NdrWebhookVerifier({ auth: apiKey({ keys: NDR_API_KEY }) }).handler(
  async (event) => {
    if (event.kind !== 'ndr') return;
    const [action] = suggestNdrActions(event).actions;
    if (action?.ndrAction !== 'RESCHEDULE') return console.log('for a person to decide:', event.detail.reasonCode);
    const tomorrow = new Date(Date.now() + 24 * 3_600_000);
    // What fails is answered 503, and Amazon sends the event again.
    const { requestId } = await client.reschedule(event.detail.trackingId, tomorrow);
    console.log('rescheduled, request', requestId);
  },
  {
    idempotencyStore: new MemoryIdempotencyStore(),
    onError: (error, { status }) => console.warn(status, error instanceof Error ? error.message : error),
  },
);

createServer(toNodeHandler(handler)).listen(Number(PORT), () => console.log(`listening on port ${PORT}`));
