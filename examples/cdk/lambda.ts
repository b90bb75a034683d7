/** The function: finds the delivery that each event names. Put your shop in the place of the log lines. */
import { BuyWithPrimeClient, type DeliveryEvent, type LambdaEventContext, sqsHandler } from 'waybill/buywithprime';

const {
  AWS_SESSION_TOKEN = '',
  BWP_SECRET = '',
  BWP_TARGET_ID = '',
  BWP_URL,
  PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: port = '2773',
} = process.env;

const client = new BuyWithPrimeClient({
  // From Lambda's extension for secrets, which keeps them for five minutes: a new secret needs no deployment.
  credentials: async () => {
    const response = await fetch(`http://localhost:${port}/secretsmanager/get?secretId=${encodeURIComponent(BWP_SECRET)}`, {
      headers: { 'X-Aws-Parameters-Secrets-Token': AWS_SESSION_TOKEN },
    });
    if (!response.ok) throw new Error(`the secret could not be read: ${response.status}`);
    const { SecretString } = (await response.json()) as { SecretString: string };
    try {
      return JSON.parse(SecretString) as { clientId: string; clientSecret: string };
    } catch {
      // The parser's own message quotes the text, and would end in the log.
      throw new Error('the secret is not JSON');
    }
  },
  targetId: BWP_TARGET_ID,
  // Only for an emulator.
  ...(BWP_URL && { baseUrl: BWP_URL }),
});

export const handler = sqsHandler(
  { DELIVERY_IN_TRANSIT: update, DELIVERY_COMPLETED: update, DELIVERY_CANCELLED: update },
  { onError: (error, { messageId }) => console.error(messageId, error) },
);

async function update(event: DeliveryEvent, { signal }: LambdaEventContext): Promise<void> {
  const resolved = await client.resolveDelivery(event, { signal });
  // Read too early: the message is redelivered. A delivery that was split stays missing, and ends in the dead-letter queue.
  if (resolved.status === 'not-found') throw new Error(`${resolved.reason}: ${resolved.hint}`);
  const { delivery, lineItems } = resolved;
  console.log(JSON.stringify({ orderId: event.orderId, state: delivery.state, lineItems: lineItems.map(({ id }) => id) }));
}
