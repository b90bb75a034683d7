/**
 * What a client asks a token endpoint for, and how it says who it is.
 *
 * @module
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1 | RFC 6749, section 2.3.1}
 */
import { decodeUtf8 } from '../../core/bytes.ts';
import { isAuthenticationError } from '../../core/receive/webhook.ts';
import { jsonBody } from '../../core/receive/webhook-request.ts';
import { SURFACE } from '../configuration.ts';
import { readBasic } from '../webhook/auth/basic.ts';
import { refused } from '../webhook/auth/mechanism.ts';
import { badClient, badRequest } from './token-refusal.ts';

/** The parameters of the body by name. One without a value counts as absent (section 3.2). */
export type TokenParameters = ReadonlyMap<string, string>;

const NAMES = ['grant_type', 'client_id', 'client_secret', 'scope'];

/** Reads a form or JSON; a body of nothing holds no parameters, for Basic and the defaults say all. */
export function readTokenParameters(request: Request, body: Uint8Array<ArrayBuffer>): TokenParameters {
  if (body.length === 0) return new Map();
  const type = request.headers.get('content-type') ?? '';
  if (/[/+]json\b/i.test(type)) return fromJson(body);
  if (!/^application\/x-www-form-urlencoded\b/i.test(type)) {
    throw badRequest('the body must be application/x-www-form-urlencoded or application/json');
  }
  const form = [...new URLSearchParams(decodeUtf8(body))];
  if (new Set(form.map(([name]) => name)).size < form.length) throw badRequest('a parameter is there more than once');
  return new Map(form.filter(([, value]) => value !== ''));
}

function fromJson(body: Uint8Array<ArrayBuffer>): TokenParameters {
  let parsed: unknown;
  try {
    parsed = jsonBody(SURFACE, body);
  } catch {}
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw badRequest('the body is not a JSON object');
  const known = Object.entries(parsed).filter(([name, value]) => NAMES.includes(name) && value !== '' && value !== null);
  if (!known.every((entry): entry is [string, string] => typeof entry[1] === 'string')) throw badRequest('a parameter is not a text');
  return new Map(known);
}

/** Client id and secret. */
type ClientCredentials = readonly [clientId: string, clientSecret: string];

/** The credentials in the header or in the body, in each way they can be read. */
export function readClientCredentials(request: Request, parameters: TokenParameters): readonly ClientCredentials[] {
  const [clientId, clientSecret] = [parameters.get('client_id'), parameters.get('client_secret')];
  if (!request.headers.has('authorization')) {
    if (clientId && clientSecret) return [[clientId, clientSecret]];
    throw badClient(refused('missing', 'client id or secret is missing'));
  }
  const ways = readBasicCredentials(request);
  if (clientSecret || (clientId && ways.every(([name]) => name !== clientId))) {
    throw badRequest('the client authenticates in the header and in the body');
  }
  return ways;
}

/** As the RFC has it, form-encoded before base64; and as they are, for many clients leave that out. */
function readBasicCredentials(request: Request): readonly ClientCredentials[] {
  let pair: string;
  try {
    pair = decodeUtf8(readBasic(request));
  } catch (error) {
    throw isAuthenticationError(error) ? badClient(error) : error;
  }
  const colon = pair.indexOf(':');
  const plain = [pair.slice(0, colon), pair.slice(colon + 1)] as const;
  const decoded = [formDecode(plain[0]), formDecode(plain[1])] as const;
  return decoded.join(':') === pair ? [plain] : [decoded, plain];
}

function formDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
