/** The emulator: it must run wherever a user's tests do. */
import { DeliveryTrackerClient } from 'waybill/amazonpay';
import { apiKey, NdrFeedbackClient, NdrWebhookVerifier } from 'waybill/shipping-ndr';
import { AmazonEmulator, authenticatedRequest, ndrEvent, testKeys } from 'waybill/testing';
import { equal, failure } from './check.mjs';

const TRACKER = { chargePermissionId: 'S01-0000000-0000000', carrierCode: 'UPS', trackingNumber: '1Z999AA10123456784' };

export const emulator = {
  'accepts a delivery tracker that is signed with the right key, and no other': async () => {
    const [{ publicKeyId, privateKey, publicKey }, other] = await Promise.all([testKeys(), testKeys()]);
    const amazon = new AmazonEmulator({ publicKeys: { [publicKeyId]: publicKey }, quota: false });
    const client = (key) =>
      new DeliveryTrackerClient({ publicKeyId, privateKey: key, region: 'na', fetch: amazon.fetch, rateLimiter: false });
    const error = await failure(() => client(other.privateKey).create(TRACKER));
    equal([error.code, error.reasonCode, amazon.deliveryTrackers.length], ['API', 'InvalidRequestSignature', 0]);
    await client(privateKey).create(TRACKER);
    equal(amazon.deliveryTrackers.length, 1);
  },
  'sends an NDR event and accepts the feedback': async () => {
    const amazon = new AmazonEmulator({ quota: false });
    const key = 'a-key-that-nobody-guesses';
    const verifier = new NdrWebhookVerifier({ auth: apiKey({ keys: key }) });
    const event = await verifier.verify(authenticatedRequest(ndrEvent(), { auth: { type: 'apiKey', key } }));
    equal(event.kind, 'ndr');
    const client = new NdrFeedbackClient({ credentials: amazon.credentials.lwa, fetch: amazon.fetch });
    await client.returnToOrigin('1809561149386');
    equal(amazon.ndrFeedback.length, 1);
  },
};
