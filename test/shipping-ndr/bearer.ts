import { AuthenticationError, type NdrAuth, NdrWebhookVerifier } from '../../src/shipping-ndr/webhook.ts';
import { ndrSample } from './samples.ts';

/** The part of a request that a mechanism for bearer tokens reads. */
export function bearer(token: string) {
  return { headers: { authorization: `Bearer ${token}` } };
}

/** Why a token is refused: `undefined` where it is let in. That it could not be judged is thrown. */
export async function refusalOf(auth: NdrAuth, token: string): Promise<AuthenticationError | undefined> {
  try {
    await auth.check(bearer(token));
    return undefined;
  } catch (error) {
    if (error instanceof AuthenticationError) return error;
    throw error;
  }
}

/** What a webhook with that mechanism answers to an event with that token. */
export function answerTo(auth: NdrAuth, token: string): Promise<Response> {
  const headers = { 'content-type': 'application/json', ...bearer(token).headers };
  const handler = new NdrWebhookVerifier({ auth }).handler(() => undefined);
  return handler(new Request('https://shop.example/ndr', { method: 'POST', headers, body: JSON.stringify(ndrSample) }));
}
