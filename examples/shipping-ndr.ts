/**
 * A webhook for shipments that could not be delivered: reschedules it if the customer was not there, and leaves the other cases to people.
 *
 *     node examples/shipping-ndr.ts
 *
 * NDR_API_KEY               the value of x-api-key that you agreed on with Amazon
 * LWA_CLIENT_ID, LWA_CLIENT_SECRET, LWA_REFRESH_TOKEN
 * SP_API_URL, LWA_URL       only for an emulator
 * PORT                      8080 by default
 */
import { createServer } from 'node:http';
import { toNodeHandler } from 'waybill/adapters/node';
import { ApiError, apiKey, MemoryIdempotencyStore, NdrFeedbackClient, NdrWebhookVerifier, suggestNdrActions } from 'waybill/shipping-ndr';

const { NDR_API_KEY = '', LWA_CLIENT_ID = '', LWA_CLIENT_SECRET = '', LWA_REFRESH_TOKEN = '', PORT = '8080' } = process.env;
const { SP_API_URL: baseUrl, LWA_URL: tokenUrl } = process.env;

const client = new NdrFeedbackClient({
  credentials: { clientId: LWA_CLIENT_ID, clientSecret: LWA_CLIENT_SECRET, refreshToken: LWA_REFRESH_TOKEN },
  baseUrl,
  tokenUrl,
});

const handler = new NdrWebhookVerifier({ auth: apiKey({ keys: NDR_API_KEY }) }).handler(
  async (event) => {
    if (event.kind !== 'ndr') return;
    const { trackingId, reasonCode } = event.detail;
    const [action] = suggestNdrActions(event).actions;
    if (action?.ndrAction !== 'RESCHEDULE') return console.log('needs a decision:', trackingId, reasonCode);
    const tomorrow = new Date(Date.now() + 24 * 3_600_000);
    try {
      const { requestId } = await client.reschedule(trackingId, tomorrow);
      console.log('rescheduled, request', requestId);
    } catch (error) {
      // After anything but a refusal the response is 503, and Amazon redelivers the event.
      if (!(error instanceof ApiError && error.status === 400)) throw error;
      console.log('needs a decision:', trackingId, error.message);
    }
  },
  {
    idempotencyStore: new MemoryIdempotencyStore(),
    onError: (error, { status }) => console.warn(status, error instanceof Error ? error.message : error),
  },
);

createServer(toNodeHandler(handler)).listen(Number(PORT), () => console.log(`listening on port ${PORT}`));
