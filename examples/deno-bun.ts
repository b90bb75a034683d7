/**
 * A service for a warehouse, on Deno or Bun: POST a parcel to it when it leaves, and Alexa announces its delivery.
 *
 *     deno serve --allow-env --allow-net examples/deno-bun.ts
 *     bun examples/deno-bun.ts
 *     curl -d '{"chargePermissionId":"P01-1234567-1234567","carrierCode":"UPS","trackingNumber":"1Z999AA10123456784"}' localhost:8000
 *
 * It accepts parcels from everybody who can connect: keep it inside your network. Settings as in amazonpay.ts.
 */
import process from 'node:process';
import { type AmazonPayRegionName, DeliveryTrackerClient, isWaybillError } from 'waybill/amazonpay';

const { AMAZON_PAY_PUBLIC_KEY_ID = '', AMAZON_PAY_PRIVATE_KEY = '', AMAZON_PAY_REGION = 'na', AMAZON_PAY_URL: baseUrl } = process.env;
const client = new DeliveryTrackerClient({
  publicKeyId: AMAZON_PAY_PUBLIC_KEY_ID,
  privateKey: AMAZON_PAY_PRIVATE_KEY,
  region: AMAZON_PAY_REGION as AmazonPayRegionName,
  baseUrl,
});

export default {
  async fetch(request: Request): Promise<Response> {
    try {
      // A body that is not JSON is refused like any other invalid input.
      const parcel = await request.json().catch(() => undefined);
      return Response.json(await client.create(parcel));
    } catch (error) {
      if (!isWaybillError(error)) throw error;
      const { code, message, hint } = error;
      return Response.json({ code, message, hint }, { status: code === 'VALIDATION' ? 400 : 502 });
    }
  },
};
