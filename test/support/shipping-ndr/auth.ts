/** What a mechanism says of a request, alone and in a webhook. */
import { AuthenticationError, type NdrAuth, NdrWebhookVerifier, type WebhookRequest } from '../../../src/shipping-ndr/webhook.ts';
import { ndrSample } from './samples.ts';

/** UTF-8 in base64. */
export const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

/** The parts of a request that a mechanism reads. */
export const withHeaders = (headers: WebhookRequest['headers']): WebhookRequest => ({ headers });
export const withUrl = (url: string): WebhookRequest => ({ headers: {}, url });
export const basic = (pair: string): WebhookRequest => withHeaders({ authorization: `Basic ${base64(pair)}` });
export const bearer = (token: string): { readonly headers: { readonly authorization: string } } => ({
  headers: { authorization: `Bearer ${token}` },
});

/** Why a mechanism refuses a request; `undefined` if it does not. What could not be checked is thrown. */
export async function errorOf(auth: NdrAuth, request: WebhookRequest): Promise<AuthenticationError | undefined> {
  try {
    await auth.check(request);
    return undefined;
  } catch (error) {
    if (error instanceof AuthenticationError) return error;
    throw error;
  }
}

/** The reason of the refusal. */
export async function reasonOf(auth: NdrAuth, request: WebhookRequest): Promise<string | undefined> {
  return (await errorOf(auth, request))?.reason;
}

/** Why a bearer token is refused. */
export function refusalOf(auth: NdrAuth, token: string): Promise<AuthenticationError | undefined> {
  return errorOf(auth, bearer(token));
}

/** A request with an event, as EventBridge sends it. */
export function eventRequest(headers: HeadersInit = {}, url = 'https://shop.example/ndr'): Request {
  const all = new Headers(headers);
  all.set('content-type', 'application/json; charset=utf-8');
  return new Request(url, { method: 'POST', headers: all, body: JSON.stringify(ndrSample) });
}

/** What a webhook with that mechanism responds with. */
function respond(auth: NdrAuth, request: Request): Promise<Response> {
  return new NdrWebhookVerifier({ auth }).handler(() => undefined, { onError: () => undefined })(request);
}

/** What a webhook with that mechanism responds with to an event with a bearer token. */
export function responseTo(auth: NdrAuth, token: string): Promise<Response> {
  return respond(auth, eventRequest(bearer(token).headers));
}
