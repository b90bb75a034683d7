/**
 * Tells Amazon Pay about a parcel, so that Alexa announces its delivery.
 *
 *     node examples/amazonpay.ts P01-1234567-1234567 UPS 1Z999AA10123456784
 *
 * AMAZON_PAY_PUBLIC_KEY_ID  from Seller Central, Integration Central
 * AMAZON_PAY_PRIVATE_KEY    the PEM beside it; line breaks may be written as \n
 * AMAZON_PAY_REGION         na, eu or jp
 * AMAZON_PAY_URL            only for an emulator
 */
import { type AmazonPayRegionName, DeliveryTrackerClient, isWaybillError } from 'waybill/amazonpay';

const { AMAZON_PAY_PUBLIC_KEY_ID = '', AMAZON_PAY_PRIVATE_KEY = '', AMAZON_PAY_REGION = 'na', AMAZON_PAY_URL: baseUrl } = process.env;
const [chargePermissionId = '', carrierCode = '', trackingNumber = ''] = process.argv.slice(2);

try {
  const client = new DeliveryTrackerClient({
    publicKeyId: AMAZON_PAY_PUBLIC_KEY_ID,
    privateKey: AMAZON_PAY_PRIVATE_KEY,
    region: AMAZON_PAY_REGION as AmazonPayRegionName,
    baseUrl,
  });
  const { requestId } = await client.create({ chargePermissionId, carrierCode, trackingNumber });
  console.log(`Amazon has it, request ${requestId}`);
} catch (error) {
  if (!isWaybillError(error)) throw error;
  // A shop goes on here: the parcel is shipped all the same.
  console.error(`${error.name}: ${error.message}`);
  if (error.hint) console.error(error.hint);
  process.exitCode = 1;
}
