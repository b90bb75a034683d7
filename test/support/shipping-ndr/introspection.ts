/** An authorization server with opaque tokens, on loopback. */
import type { RequestListener } from 'node:http';
import { type BearerIntrospectionOptions, bearerIntrospection, type NdrAuth } from '../../../src/shipping-ndr/webhook.ts';
import { listen, type Recorded, record } from '../server.ts';

export const TOKEN = 'opaque~t0ken/with+signs=';
export const SECRET = 'our:s3cret/ü %+';
export const NOW = new Date('2026-01-01T00:00:00Z');
export const SECONDS = NOW.getTime() / 1000;
export const active = {
  active: true,
  iss: 'https://login.example.com/',
  aud: 'https://shop.example.com/ndr',
  client_id: 'amazon-shipping',
  scope: 'ndr:write other',
  exp: SECONDS + 600,
  iat: SECONDS,
  token_type: 'Bearer',
};

/** An authorization server that knows one token, and its resource servers by their secrets. */
export async function authorizationServer() {
  const state = {
    description: active as Record<string, unknown>,
    secrets: [SECRET],
    calls: [] as Recorded[],
    respond: undefined as RequestListener | undefined,
  };
  const url = await listen(async (incoming, outgoing) => {
    const call = await record(incoming);
    state.calls.push(call);
    if (state.respond) return state.respond(incoming, outgoing);
    outgoing.setHeader('content-type', 'application/json');
    if (!state.secrets.includes(secretOf(call))) {
      return void outgoing.writeHead(401, { 'www-authenticate': 'Basic' }).end('{"error":"invalid_client"}');
    }
    const token = new URLSearchParams(call.body).get('token');
    outgoing.end(JSON.stringify(token === TOKEN ? state.description : { active: false }));
  });
  return Object.assign(state, { endpoint: `${url}/introspect?tenant=1` });
}

/** As RFC 6749, section 2.3.1, has it; written without our code. */
function secretOf({ headers, body }: Recorded): string {
  const form = new URLSearchParams(body);
  if (form.has('client_secret')) return form.get('client_id') === 'resource server' ? String(form.get('client_secret')) : '';
  const [id = '', secret = ''] = Buffer.from(String(headers.authorization).slice('Basic '.length), 'base64')
    .toString('utf8')
    .split(':')
    .map((part) => decodeURIComponent(part.replaceAll('+', '%20')));
  return id === 'resource server' ? secret : '';
}

export const mechanism = (endpoint: string, options: Partial<BearerIntrospectionOptions> = {}): NdrAuth =>
  bearerIntrospection({ endpoint, credentials: { clientId: 'resource server', clientSecret: SECRET }, clock: () => NOW, ...options });
