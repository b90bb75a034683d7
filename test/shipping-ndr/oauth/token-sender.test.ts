import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { NdrWebhookVerifier } from '../../../src/shipping-ndr/webhook.ts';
import { serve } from '../../support/server.ts';
import { ndrSample } from '../../support/shipping-ndr/samples.ts';
import { endpointWith, ID, inBody, inHeader, SECRET, tokenFrom } from '../../support/shipping-ndr/token-endpoint.ts';

describe('behind a real server, with a webhook beside it', () => {
  /** What EventBridge and its stand-ins do with an OAuth connection: fetch a token, present it, fetch another on 401. */
  async function senderTo(base: string, requestToken: () => Promise<Response>) {
    let token: string | undefined;
    const state = { fetched: 0 };
    const post = () =>
      fetch(`${base}/ndr`, {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8', authorization: `Bearer ${token}` },
        body: JSON.stringify(ndrSample),
      });
    const renew = async (): Promise<void> => {
      state.fetched += 1;
      token = (await tokenFrom(await requestToken())).access_token;
    };
    return Object.assign(state, {
      deliver: async (): Promise<number> => {
        if (token === undefined) await renew();
        const first = await post();
        if (first.status !== 401) return first.status;
        await renew();
        return (await post()).status;
      },
    });
  }

  const senders: readonly (readonly [string, (url: string) => RequestInit])[] = [
    [
      'JSON without a grant type, as LocalStack',
      () => ({
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ client_id: ID, client_secret: SECRET }),
      }),
    ],
    ['a form with the grant type, as MiniStack', () => ({ method: 'POST', body: new URLSearchParams(inBody) })],
    [
      'a form and Basic, as RFC 6749',
      () => ({ method: 'POST', headers: inHeader, body: new URLSearchParams({ grant_type: 'client_credentials' }) }),
    ],
  ];

  test.each(senders)('%s, through the change of a key', async (_, tokenRequest) => {
    let keys: Uint8Array[] = [randomBytes(32)];
    const endpoint = endpointWith({ keys: () => keys });
    const events: string[] = [];
    const ndr = new NdrWebhookVerifier({ auth: endpoint.auth() }).handler(({ id }) => events.push(String(id)));
    const token = endpoint.handler();
    const base = await serve((request) => (new URL(request.url).pathname === '/oauth/token' ? token(request) : ndr(request)));
    const sender = await senderTo(base, () => fetch(`${base}/oauth/token`, tokenRequest(base)));

    expect(await sender.deliver()).toBe(200);
    expect(await sender.deliver()).toBe(200);
    expect(sender.fetched).toBe(1);
    keys = [randomBytes(32), ...keys];
    expect(await sender.deliver()).toBe(200);
    expect(sender.fetched).toBe(1);
    keys = keys.slice(0, 1);
    expect(await sender.deliver()).toBe(200);
    expect(sender.fetched).toBe(2);
    expect(events).toHaveLength(4);
  });
});
