/**
 * A token request: its parameters, the client's credentials in it, and the responses that contain no token.
 *
 * @module
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1 | RFC 6749, section 2.3.1}, and
 *   {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 | section 5.2}
 */
import { type AuthenticationError, ValidationError } from '../../core/errors.ts';
import { decodeJson } from '../../core/receive/decode.ts';
import { headerValues, type IncomingRequest, type OutgoingResponse } from '../../core/receive/request.ts';
import { isAuthenticationError } from '../../core/receive/webhook.ts';
import { isObject } from '../../core/types.ts';
import { SURFACE } from '../surface.ts';
import { basicChallenge, readBasic } from '../webhook/auth/basic-auth.ts';
import { refused } from '../webhook/auth/mechanism.ts';

/** The parameters of the body by name. One without a value counts as absent (section 3.2). */
export type TokenParameters = ReadonlyMap<string, string>;

const NAMES = ['grant_type', 'client_id', 'client_secret', 'scope'];

/** Reads a form or JSON. An empty body has no parameters: credentials in HTTP Basic and the defaults are enough. */
export function readTokenParameters(request: IncomingRequest, body: string | { readonly parsed: unknown }): TokenParameters {
  if (typeof body === 'object') return fromObject(body.parsed);
  if (body === '') return new Map();
  const type = headerValues(request, 'content-type')[0] ?? '';
  const isJson = /[/+]json\b/i.test(type);
  if (!isJson && type && !/^(?:application\/x-www-form-urlencoded|text\/plain)\b/i.test(type)) {
    throw badRequest('the body must be application/x-www-form-urlencoded or application/json');
  }
  // Clients that set no type, or leave the default of their library, send JSON too.
  if (isJson || /^\s*\{/.test(body)) {
    const decoded = decodeJson(body);
    return fromObject('value' in decoded ? decoded.value : undefined);
  }
  // Those of extensions may be present more than once, such as the `resource` of RFC 8707.
  const form = [...new URLSearchParams(body)].filter(([name]) => NAMES.includes(name));
  if (new Set(form.map(([name]) => name)).size < form.length) throw badRequest('a parameter is present more than once');
  return new Map(form.filter(([, value]) => value !== ''));
}

/** From JSON, or from the form or JSON that a framework has parsed. */
function fromObject(parsed: unknown): TokenParameters {
  if (!isObject(parsed) || Array.isArray(parsed)) throw badRequest('the body is not a JSON object');
  const known = Object.entries(parsed).filter(([name, value]) => NAMES.includes(name) && value !== '' && value !== null);
  if (!known.every((entry): entry is [string, string] => typeof entry[1] === 'string')) throw badRequest('a parameter is not a string');
  return new Map(known);
}

type ClientCredentials = readonly [clientId: string, clientSecret: string];

/** The credentials in the header or in the body, in each way they can be read. */
export function readClientCredentials(request: IncomingRequest, parameters: TokenParameters): readonly ClientCredentials[] {
  const [clientId, clientSecret] = [parameters.get('client_id'), parameters.get('client_secret')];
  if (headerValues(request, 'authorization').length === 0) {
    if (clientId && clientSecret) return [[clientId, clientSecret]];
    throw badClient(refused('missing', 'client id or secret is missing'));
  }
  const ways = readBasicCredentials(request);
  if (clientSecret || (clientId && ways.every(([name]) => name !== clientId))) {
    throw badRequest('the client authenticates in the header and in the body');
  }
  return ways;
}

/** Form-encoded before base64, as the RFC requires; and as they are, because many clients omit that. */
function readBasicCredentials(request: IncomingRequest): readonly ClientCredentials[] {
  let pair: string;
  try {
    pair = readBasic(request);
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

/** What the response calls the fault. The last one is from section 4.1.2.1: section 5.2 has none for it. */
type TokenErrorCode = 'invalid_request' | 'invalid_client' | 'unsupported_grant_type' | 'invalid_scope' | 'temporarily_unavailable';

/**
 * Why there is no token. `message` goes to the client, and may contain neither quotes nor backslashes; `cause` goes to the hook.
 */
export class TokenRefusal extends Error {
  readonly status: number;
  readonly code: TokenErrorCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: TokenErrorCode, message: string, cause: unknown, headers: TokenRefusal['headers'] = {}) {
    super(message, { cause });
    this.status = status;
    this.code = code;
    this.headers = headers;
  }

  toResponse(): OutgoingResponse {
    const { status, code: error, message, headers } = this;
    return { status, headers: { ...JSON_NOT_STORED, ...headers }, body: JSON.stringify({ error, error_description: message }) };
  }
}

/** Section 5.1 asks for the last two. */
export const JSON_NOT_STORED = { 'content-type': 'application/json', 'cache-control': 'no-store', pragma: 'no-cache' } as const;

/** The request is at fault. */
export function badRequest(message: string, code: TokenErrorCode = 'invalid_request', status = 400, headers = {}): TokenRefusal {
  return new TokenRefusal(status, code, message, new ValidationError('event', [{ message }], { surface: SURFACE }), headers);
}

/** The client's credentials are missing or wrong. The sender does not learn which. */
export function badClient(cause: AuthenticationError): TokenRefusal {
  return new TokenRefusal(401, 'invalid_client', 'client id and secret are missing or wrong', cause, {
    'www-authenticate': basicChallenge(),
  });
}
