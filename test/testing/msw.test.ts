import https from 'node:https';
import { HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { AmazonEmulator } from '../../src/testing/index.ts';
import { amazonHandlers } from '../../src/testing/msw.ts';
import { body, NOW, publicKeys, signedRequest } from '../support/testing/signed-request.ts';

const emulator = new AmazonEmulator({ publicKeys, clock: () => NOW });
const own = http.all('https://api.amazon.com/user/profile', () => HttpResponse.text('yours'));
const server = setupServer(...amazonHandlers(emulator), own);
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));
afterEach(() => emulator.reset());
afterAll(() => server.close());

test('global fetch reaches the emulator, signature and all', async () => {
  const response = await fetch(signedRequest({ body: body('Paket-Ä') }));
  expect([response.status, await response.json()]).toEqual([200, expect.objectContaining({ chargePermissionId: 'P01-0000000-0000000' })]);
  expect(response.headers.get('x-amz-pay-request-id')).toBe(emulator.deliveryTrackers[0]?.requestId);
});

test.each([
  ['https://pay-api.amazon.eu/sandbox/v2/deliveryTrackers', 405],
  ['https://api.amazon.co.uk/auth/o2/token', 405],
  ['https://sellingpartnerapi-eu.amazon.com/shipping/v2/ndrFeedback', 405],
  ['https://sandbox.sellingpartnerapi-eu.amazon.com/shipping/v2/ndrFeedback', 405],
  ['https://api.buywithprime.amazon.com/token', 405],
  ['https://api.buywithprime.amazon.com/graphql?x=1', 405],
  ['https://api.buywithprime.amazon.com/jwks.json', 200],
])('%s is served', async (url, status) => {
  expect((await fetch(url)).status).toBe(status);
});

test('so is a library on node:https', async () => {
  const status = await new Promise((resolve, reject) => {
    https.get('https://pay-api.amazon.com/v2/deliveryTrackers', (response) => resolve(response.resume().statusCode)).on('error', reject);
  });
  expect(status).toBe(405);
});

test('other paths of the hosts are left to you', async () => {
  expect(await (await fetch('https://api.amazon.com/user/profile')).text()).toBe('yours');
  expect(emulator.requests).toEqual([]);
});

test('a connection that is closed is a network error', async () => {
  emulator.fail({ reset: true });
  await expect(fetch(signedRequest())).rejects.toThrow(TypeError);
  expect((await fetch(signedRequest())).status).toBe(200);
});

test('a request that is aborted ends as it does without msw, and nothing is printed', async () => {
  const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  onTestFinished(() => printed.mockRestore());
  const reason = new Error('no time left');
  const controller = new AbortController();
  emulator.fail({ delay: 60_000 });
  const response = fetch(signedRequest(), { signal: controller.signal });
  await vi.waitUntil(() => emulator.faults.length === 0);
  controller.abort(reason);
  await expect(response).rejects.toBe(reason);
  expect((await fetch('https://api.buywithprime.amazon.com/jwks.json')).status).toBe(200);
  expect(printed).not.toHaveBeenCalled();
});

test.each([undefined, null, {}, 7])('%j is no emulator', (emulator) => {
  expect(() => amazonHandlers(emulator as never)).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }));
});
