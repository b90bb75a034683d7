/**
 * Prints which line items a Buy with Prime event is about, and where they are.
 *
 *     node examples/buywithprime.ts event.json
 *
 * BWP_CLIENT_ID, BWP_CLIENT_SECRET, BWP_TARGET_ID   from the merchant console, API credentials
 * BWP_URL                                           only for an emulator
 */
import { readFileSync } from 'node:fs';
import { BuyWithPrimeClient, BuyWithPrimeEventParser } from 'waybill/buywithprime';

const { BWP_CLIENT_ID = '', BWP_CLIENT_SECRET = '', BWP_TARGET_ID = '', BWP_URL: baseUrl } = process.env;
const client = new BuyWithPrimeClient({
  credentials: { clientId: BWP_CLIENT_ID, clientSecret: BWP_CLIENT_SECRET },
  targetId: BWP_TARGET_ID,
  baseUrl,
});

// A file or standard input: an EventBridge event, a webhook's body, an SQS batch...
for (const record of new BuyWithPrimeEventParser().parseAll(readFileSync(process.argv[2] ?? 0))) {
  // One bad record does not hide the good ones.
  if ('error' in record) {
    console.error(record.error.message);
    process.exitCode = 1;
    continue;
  }
  const { event } = record;
  switch (event.kind) {
    case 'DELIVERY_IN_TRANSIT':
    case 'DELIVERY_COMPLETED':
    case 'DELIVERY_CANCELLED': {
      const found = await client.resolveDelivery(event);
      if (found.status === 'found') console.log(found.delivery.state, found.lineItems.map(({ id }) => id).join(' '));
      else console.log(found.reason, '-', found.hint);
      break;
    }
    default:
      console.log('nothing to do for', event.eventType);
  }
}
