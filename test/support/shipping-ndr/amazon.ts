import type { ServerResponse } from 'node:http';
import { NdrFeedbackClient, type NdrFeedbackClientOptions } from '../../../src/shipping-ndr/index.ts';
import { listen, type Recorded, record } from '../server.ts';

export const credentials = {
  clientId: 'amzn1.application-oa2-client.4f7a',
  clientSecret: 'amzn1.oa2-cs.v1.c1ient&secret=/+',
  refreshToken: 'Atzr|refresh/token+with=all',
};

/** Responds to a request. */
export type Responder = (outgoing: ServerResponse, request: Recorded) => void;

/** Responds with JSON. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): Responder {
  return (outgoing) => outgoing.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** Responds with an error of the Selling Partner API. */
export function fault(status: number, code: string, message: string, details?: string, headers: Record<string, string> = {}): Responder {
  return json(
    status,
    { errors: [{ code, message, ...(details !== undefined && { details }) }] },
    { 'x-amzn-RequestId': 'req-1', ...headers },
  );
}

export const accepted: Responder = (outgoing) =>
  outgoing.writeHead(204, { 'x-amzn-RequestId': 'req-204', 'x-amzn-RateLimit-Limit': '5.0' }).end();

/** What a stand-in for Amazon has received, and what it responds with: first what is in the lists, then the usual. */
export interface StandIn {
  readonly url: string;
  readonly tokenRequests: Recorded[];
  readonly feedbackRequests: Recorded[];
  readonly tokenResponses: Responder[];
  readonly feedbackResponses: Responder[];
}

/** Login with Amazon and the Selling Partner API on loopback. Hands out `Atza|1`, `Atza|2` and so on, which live for an hour. */
export async function startAmazon(): Promise<StandIn> {
  const standIn: StandIn = { url: '', tokenRequests: [], feedbackRequests: [], tokenResponses: [], feedbackResponses: [] };
  const url = await listen(async (incoming, outgoing) => {
    const request = await record(incoming);
    if (request.path === '/auth/o2/token') {
      standIn.tokenRequests.push(request);
      const token = {
        access_token: `Atza|${standIn.tokenRequests.length}`,
        token_type: 'bearer',
        expires_in: 3600,
        refresh_token: credentials.refreshToken,
      };
      (standIn.tokenResponses.shift() ?? json(200, token))(outgoing, request);
    } else {
      standIn.feedbackRequests.push(request);
      (standIn.feedbackResponses.shift() ?? accepted)(outgoing, request);
    }
  });
  return Object.assign(standIn, { url });
}

/** A client of that stand-in. */
export function clientOf({ url }: StandIn, options: Partial<NdrFeedbackClientOptions> = {}): NdrFeedbackClient {
  return new NdrFeedbackClient({ credentials, baseUrl: url, tokenUrl: `${url}/auth/o2/token`, maxRetries: 0, ...options });
}
