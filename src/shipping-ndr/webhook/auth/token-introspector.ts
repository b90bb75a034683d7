/**
 * Token introspection: a request to the authorization server for the state of a token.
 *
 * @module
 * @see {@link https://www.rfc-editor.org/rfc/rfc7662#section-2 | RFC 7662, section 2}
 */
import * as z from 'zod/mini';
import { withTimeout } from '../../../core/async.ts';
import { encodeBase64, encodeUtf8 } from '../../../core/bytes.ts';
import { fetchText } from '../../../core/call/fetch-text.ts';
import { parseJson } from '../../../core/call/response.ts';
import { assertOption, ConnectionError, TimeoutError } from '../../../core/errors.ts';
import { readUrl, requireString } from '../../../core/options.ts';
import { safeParseSchema } from '../../../core/schema.ts';
import type { Fetch, FetchInit, Provided } from '../../../core/types.ts';
import { SURFACE } from '../../surface.ts';

/** A client of the authorization server. */
export interface IntrospectionCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What the server responds with. The claims of the token are among the other properties. */
export interface TokenDescription extends Readonly<Record<string, unknown>> {
  readonly active: boolean;
  /** Epoch seconds. Some servers write null for what is absent. */
  readonly exp?: number | null | undefined;
  /** Epoch seconds. */
  readonly nbf?: number | null | undefined;
}

const TokenDescriptionSchema: z.ZodMiniType<TokenDescription> = /* @__PURE__ */ z.lazy(() =>
  z.looseObject({ active: z.boolean(), exp: z.nullish(z.number()), nbf: z.nullish(z.number()) }),
);

interface TokenIntrospectorOptions {
  readonly endpoint: string | URL;
  readonly credentials: Provided<IntrospectionCredentials>;
  readonly authMethod?: 'client_secret_basic' | 'client_secret_post' | undefined;
  readonly timeout?: number | undefined;
  readonly fetch?: Fetch | undefined;
  readonly allowHttp?: boolean | undefined;
}

/**
 * Milliseconds after which a function that supplies the credentials counts as one that hangs: all requests with the same token wait for it. A
 * webhook has responded by then.
 */
const MAX_WAIT = 4_000;

/** Sends requests to one server. What it throws never says that the token is invalid. */
export class TokenIntrospector {
  readonly #url: string;
  readonly #options: TokenIntrospectorOptions;

  constructor(options: TokenIntrospectorOptions) {
    const { endpoint, credentials, authMethod = 'client_secret_basic', allowHttp } = options;
    const isMethod = ['client_secret_basic', 'client_secret_post'].includes(authMethod);
    assertOption(isMethod, SURFACE, 'authMethod', 'must be client_secret_basic or client_secret_post');
    assertOption(endpoint !== undefined, SURFACE, 'endpoint', 'is missing');
    if (typeof credentials !== 'function') checkCredentials(credentials);
    this.#url = readUrl(SURFACE, 'endpoint', endpoint, allowHttp);
    this.#options = { ...options, authMethod };
  }

  async introspect(token: string): Promise<TokenDescription> {
    const { credentials, timeout, fetch } = this.#options;
    const supplied = typeof credentials === 'function' ? await withTimeout(MAX_WAIT, async () => credentials(), slow) : credentials;
    const client = checkCredentials(supplied);
    const text = await fetchText(this.#request(token, client), {
      surface: SURFACE,
      url: this.#url,
      task: 'token introspection',
      hint: 'Check "endpoint" and "credentials": they are your own, not Amazon\'s.',
      hide: [token, client.clientSecret],
      timeout,
      fetch,
    });
    const { active, exp, nbf, ...others } = (parseJson({ text }) ?? {}) as Readonly<Record<string, unknown>>;
    // Of a token that is not active, nothing else is checked.
    const json = active === true ? { ...others, active, exp: toSeconds(exp), nbf: toSeconds(nbf) } : { active };
    const description = safeParseSchema(TokenDescriptionSchema, json);
    if ('value' in description) return description.value;
    throw new ConnectionError(`the response of ${new URL(this.#url).host} is not a token introspection response`, {
      surface: SURFACE,
      attempts: 1,
      hint: 'Check "endpoint": the metadata of the authorization server calls it "introspection_endpoint".',
    });
  }

  #request(token: string, { clientId, clientSecret }: IntrospectionCredentials): Pick<FetchInit, 'method' | 'headers' | 'body'> {
    const form = new URLSearchParams({ token, token_type_hint: 'access_token' });
    const headers: Record<string, string> = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };
    if (this.#options.authMethod === 'client_secret_basic') {
      const pair = [clientId, clientSecret].map(formEncode).join(':');
      headers['authorization'] = `Basic ${encodeBase64(encodeUtf8(pair))}`;
    } else {
      form.set('client_id', clientId);
      form.set('client_secret', clientSecret);
    }
    return { method: 'POST', headers, body: encodeUtf8(form.toString()) };
  }
}

function slow(): TimeoutError {
  const hint = 'Check the function that supplies the credentials. The event is redelivered.';
  return new TimeoutError('attempt', `"credentials" returned nothing within ${MAX_WAIT} ms`, { surface: SURFACE, attempts: 0, hint });
}

/** Some servers write numbers as strings. Not in the schema: a transform of zod costs 2 kB. */
function toSeconds(value: unknown): unknown {
  return typeof value === 'string' && /^\d{1,15}(?:\.\d+)?$/.test(value) ? Number(value) : value;
}

function checkCredentials(credentials: IntrospectionCredentials): IntrospectionCredentials {
  const { clientId, clientSecret } = (credentials ?? {}) as Partial<IntrospectionCredentials>;
  return {
    clientId: requireString(SURFACE, 'credentials.clientId', clientId),
    clientSecret: requireString(SURFACE, 'credentials.clientSecret', clientSecret),
  };
}

/** Required by RFC 6749, section 2.3.1: a colon or a character beyond ASCII would not arrive otherwise. */
function formEncode(text: string): string {
  return new URLSearchParams({ x: text }).toString().slice(2);
}
