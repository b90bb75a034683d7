/** Token requests, in every way that a client sends them. */
import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import {
  type NdrAuth,
  NdrTokenEndpoint,
  type NdrTokenEndpointOptions,
  type NdrTokenHandlerOptions,
} from '../../../src/shipping-ndr/webhook.ts';
import { base64, refusalOf } from './auth.ts';

export const ISSUER = 'https://shop.example.com/oauth/token';
export const AUDIENCE = 'https://shop.example.com/ndr';
export const ID = 'amazon-shipping';
export const SECRET = 's3cret:with+every/thing% &=ü';
export const signingSecret = randomBytes(32);
export const required: NdrTokenEndpointOptions = {
  clients: { id: ID, secrets: ['old-s3cret', SECRET] },
  keys: signingSecret,
  issuer: ISSUER,
  audience: AUDIENCE,
};

export const endpointWith = (options: Partial<NdrTokenEndpointOptions> = {}): NdrTokenEndpoint =>
  new NdrTokenEndpoint({ ...required, ...options });
export const handlerWith = (options: Partial<NdrTokenEndpointOptions> = {}, handlerOptions?: NdrTokenHandlerOptions) =>
  endpointWith(options).handler(handlerOptions);

export const form = (parameters: Record<string, string> | [string, string][], headers: Record<string, string> = {}): Request =>
  new Request(ISSUER, { method: 'POST', headers, body: new URLSearchParams(parameters) });
export const json = (body: unknown, headers: Record<string, string> = {}): Request =>
  new Request(ISSUER, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
/** As RFC 6749, section 2.3.1, has it. */
export const basic = (id: string, secret: string): { readonly authorization: string } => ({
  authorization: `Basic ${base64(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`)}`,
});
export const inBody = { grant_type: 'client_credentials', client_id: ID, client_secret: SECRET };
export const inHeader = basic(ID, SECRET);

export interface TokenResponse {
  readonly access_token: string;
  readonly token_type: string;
  readonly expires_in: number;
  readonly scope?: string;
}

export async function tokenFrom(response: Response): Promise<TokenResponse> {
  expect(response.status).toBe(200);
  return (await response.json()) as TokenResponse;
}

/** Whether the mechanism accepts a token. */
export const isAccepted = async (auth: NdrAuth, jwt: string): Promise<boolean> => (await refusalOf(auth, jwt)) === undefined;
