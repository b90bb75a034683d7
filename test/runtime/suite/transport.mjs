/** The runtime's own fetch, over a real connection: their differences must not be visible to the caller. */
import { ConnectionError, DeliveryTrackerClient, TimeoutError } from 'waybill/amazonpay';
import { assert, equal, failure } from './check.mjs';
import { rsaKeys } from './keys.mjs';
import { PEER_URL } from './peer-url.mjs';

const TRACKER = { chargePermissionId: 'S01-0000000-0000000', carrierCode: 'UPS', trackingNumber: '1Z999AA10123456784' };

export const transport = {
  'a request and its response arrive': async () => {
    const tracker = await create('/echo');
    equal(tracker.deliveryDetails, [{ trackingNumber: TRACKER.trackingNumber, carrierCode: 'UPS' }]);
  },
  'a broken connection is retried, then it is a ConnectionError': async () => {
    const retries = [];
    const hooks = { onRetry: ({ attempt }) => retries.push(attempt) };
    const error = await failure(() => create('/reset', { maxRetries: 1, hooks }));
    assert(error instanceof ConnectionError, `got ${error}`);
    equal([error.code, error.attempts, retries], ['CONNECTION', 2, [1]]);
  },
  'a redirect is not followed': async () => {
    const error = await failure(() => create('/redirect'));
    equal([error.code, /redirect/.test(error.message)], ['API', true]);
  },
  'no response in time is a TimeoutError, of the attempt and of the call': async () => {
    for (const [budget, options] of [
      ['attempt', { timeout: 300 }],
      ['total', { totalTimeout: 300 }],
    ]) {
      const error = await failure(() => create('/stall', options));
      assert(error instanceof TimeoutError && error instanceof ConnectionError, `got ${error}`);
      equal([error.code, error.budget], ['TIMEOUT', budget]);
    }
  },
  'an abort rejects with its own reason': async () => {
    const controller = new AbortController();
    const reason = new Error('the user went away');
    setTimeout(() => controller.abort(reason), 200);
    assert((await failure(() => create('/stall', {}, { signal: controller.signal }))) === reason, 'another error than the reason');
  },
};

async function create(path, options = {}, callOptions = {}) {
  const { pkcs8: privateKey } = await rsaKeys();
  const client = new DeliveryTrackerClient({
    publicKeyId: 'SANDBOX-ABCDEFGHIJKLMNOPQRSTUVWX',
    privateKey,
    region: 'na',
    baseUrl: `${PEER_URL}${path}`,
    maxRetries: 0,
    rateLimiter: false,
    ...options,
  });
  return client.create(TRACKER, callOptions);
}
