/**
 * Asks an authorization server what it knows of a token.
 *
 * @module
 * @see {@link https://www.rfc-editor.org/rfc/rfc7662#section-2 | RFC 7662, section 2}
 */
import { encodeBase64, encodeUtf8 } from '../../../core/bytes.ts';
import { fetchText } from '../../../core/call/fetch-text.ts';
import { parseJson } from '../../../core/call/response.ts';
import { ConnectionError } from '../../../core/errors.ts';
import type { Fetch, Provided } from '../../../core/types.ts';
import { demand, isText, readUrl, SURFACE } from '../../configuration.ts';

/** A client of the authorization server. */
export interface IntrospectionCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What the server says; the token's claims are among the rest. */
export interface TokenDescription extends Readonly<Record<string, unknown>> {
  readonly active: boolean;
  /** Epoch seconds. */
  readonly exp?: number | undefined;
  /** Epoch seconds. */
  readonly nbf?: number | undefined;
}

/** Where to ask, and how. */
interface TokenIntrospectorOptions {
  readonly endpoint: string | URL;
  readonly credentials: Provided<IntrospectionCredentials>;
  readonly authMethod?: 'client_secret_basic' | 'client_secret_post';
  readonly timeout?: number;
  readonly fetch?: Fetch;
}

/** Asks one server. What it throws is never about the token. */
export class TokenIntrospector {
  readonly #url: string;
  readonly #options: TokenIntrospectorOptions;

  constructor(options: TokenIntrospectorOptions) {
    const { endpoint, credentials, authMethod = 'client_secret_basic' } = options;
    demand(
      ['client_secret_basic', 'client_secret_post'].includes(authMethod),
      '"authMethod" must be client_secret_basic or client_secret_post',
    );
    if (typeof credentials !== 'function') checkCredentials(credentials);
    this.#url = readUrl('endpoint', endpoint);
    this.#options = { ...options, authMethod };
  }

  async introspect(token: string): Promise<TokenDescription> {
    const { timeout, fetch } = this.#options;
    const text = await fetchText(await this.#request(token), {
      surface: SURFACE,
      url: this.#url,
      wanted: 'word of the token',
      hint: 'Check "endpoint" and "credentials", which are your own and not Amazon\'s.',
      timeout,
      fetch,
    });
    const description = parseJson({ text }) as TokenDescription | null | undefined;
    // Of what is no number nobody knows what it means; some servers write null for what is absent.
    const [exp, nbf] = [description?.exp ?? undefined, description?.nbf ?? undefined];
    if (typeof description?.active === 'boolean' && [exp, nbf].every((time) => time === undefined || Number.isFinite(time))) {
      return { ...description, exp, nbf };
    }
    throw new ConnectionError(`what ${new URL(this.#url).host} answered is no token introspection response`, {
      surface: SURFACE,
      attempts: 1,
      hint: 'Check "endpoint": the document of the authorization server names it as "introspection_endpoint".',
    });
  }

  async #request(token: string): Promise<RequestInit> {
    const { credentials, authMethod } = this.#options;
    const { clientId, clientSecret } = checkCredentials(typeof credentials === 'function' ? await credentials() : credentials);
    const form = new URLSearchParams({ token, token_type_hint: 'access_token' });
    const headers = new Headers({ accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' });
    if (authMethod === 'client_secret_basic') {
      const pair = [clientId, clientSecret].map(formEncode).join(':');
      headers.set('authorization', `Basic ${encodeBase64(encodeUtf8(pair))}`);
    } else {
      form.set('client_id', clientId);
      form.set('client_secret', clientSecret);
    }
    return { method: 'POST', headers, body: form.toString() };
  }
}

function checkCredentials(credentials: IntrospectionCredentials): IntrospectionCredentials {
  const { clientId, clientSecret } = (credentials ?? {}) as Partial<IntrospectionCredentials>;
  demand(isText(clientId) && isText(clientSecret), '"credentials" must have "clientId" and "clientSecret", which are texts');
  return { clientId, clientSecret };
}

/** As RFC 6749, section 2.3.1, has it: a colon or a sign beyond ASCII would not arrive otherwise. */
function formEncode(text: string): string {
  return new URLSearchParams({ x: text }).toString().slice(2);
}
