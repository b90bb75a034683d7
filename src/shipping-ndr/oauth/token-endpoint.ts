/**
 * The token endpoint that Amazon calls if it authenticates by OAuth: all that the webhook needs of an authorization server.
 *
 * @module
 */
import type { KeyInput } from 'jose';
import { encodeUtf8 } from '../../core/bytes.ts';
import { assertOption, misconfigured } from '../../core/errors.ts';
import { tellError } from '../../core/hooks.ts';
import type { Jwk } from '../../core/keys/jwk.ts';
import { checkAllNames, checkFunctions, checkWholeNumbers, provided, readClock, requireString } from '../../core/options.ts';
import { decodeText, decompress } from '../../core/receive/decode.ts';
import { assertCalled } from '../../core/receive/recognise.ts';
import {
  type FetchHandler,
  headerValues,
  type IncomingRequest,
  type OutgoingResponse,
  statusOf,
  toFetchHandler,
  tooLarge,
} from '../../core/receive/request.ts';
import { answerInTime, type WebhookHandlerOptions } from '../../core/receive/webhook.ts';
import type { OneOrMany, Provided } from '../../core/types.ts';
import { SURFACE } from '../surface.ts';
import { bearerJwt } from '../webhook/auth/bearer-jwt.ts';
import { bearerChallenge, list } from '../webhook/auth/bearer-token.ts';
import { type NdrAuth, refused, SecretSet, textSecret } from '../webhook/auth/mechanism.ts';
import { publicKeys, type SigningKey, type SigningKeys, toSigningKeys } from './signing-key.ts';
import {
  badClient,
  badRequest,
  JSON_NOT_STORED,
  readClientCredentials,
  readTokenParameters,
  type TokenParameters,
  TokenRefusal,
} from './token-request.ts';

/** A client that may have tokens: Amazon. */
export interface NdrTokenClient {
  /** The client id that you give to Amazon. */
  readonly id: string;
  /** The secret that you give to Amazon, or several that are valid at once. */
  readonly secrets: OneOrMany<string>;
}

/** Options of {@link NdrTokenEndpoint}. */
export interface NdrTokenEndpointOptions {
  /** The client, or several, or a function that supplies them and is called for every request. */
  readonly clients: Provided<OneOrMany<NdrTokenClient>>;
  /**
   * The key that tokens are signed with, or several: the first signs, all verify. Or a function that supplies them; it is called for every
   * request, also by {@link NdrTokenEndpoint.auth}. To rotate the key, add the new one in front and remove the old one when its last token has
   * expired.
   */
  readonly keys: Provided<OneOrMany<SigningKey>>;
  /** The `iss` of the tokens: a name of your choice, such as the endpoint's URL. */
  readonly issuer: string;
  /** The `aud` of the tokens: a name of your choice for the webhook, such as its URL. */
  readonly audience: string;
  /**
   * The scopes that tokens can have. A request without a scope gets all; a request with another scope is refused.
   * @default none, and the tokens have no `scope`
   */
  readonly scope?: OneOrMany<string> | undefined;
  /**
   * Seconds that a token lives, 60 to 86 400. EventBridge fetches another one 60 seconds before the end (inferred). A token cannot be revoked:
   * it expires, or is refused once the key that signed it is removed.
   * @default 900
   */
  readonly lifetime?: number | undefined;
  /**
   * Whether a request without `grant_type` counts as `client_credentials`. RFC 6749 requires it; Amazon may omit it (inferred).
   * @default true
   */
  readonly allowMissingGrantType?: boolean | undefined;
  /**
   * The current time.
   * @default () => new Date()
   */
  readonly clock?: (() => Date) | undefined;
}

/** Options of {@link NdrTokenEndpoint.handler}. */
export interface NdrTokenHandlerOptions extends Pick<WebhookHandlerOptions<never>, 'timeBudget' | 'retryAfter' | 'onError'> {
  /**
   * Maximum size of a body in bytes; a larger one gets 413.
   * @default 16_384
   */
  readonly maxBodyBytes?: number | undefined;
}

/** The keys, and the mechanism that verifies with them. */
type KeyRing = SigningKeys & { readonly auth: NdrAuth };

const OPTIONS = ['clients', 'keys', 'issuer', 'audience', 'scope', 'lifetime', 'allowMissingGrantType', 'clock'];
const RENAMED = { client: 'clients', key: 'keys', expiresIn: 'lifetime', ttl: 'lifetime', scopes: 'scope' };
const HANDLER_OPTIONS = ['maxBodyBytes', 'timeBudget', 'retryAfter', 'onError'];

/**
 * Issues the tokens that Amazon presents at the webhook, so that the mechanism OAuth needs no other server. Nothing is stored: a token is a
 * JSON Web Token (RFC 9068) that {@link NdrTokenEndpoint.auth} recognises by its signature.
 *
 * Give Amazon the URL of {@link NdrTokenEndpoint.handler}, the method POST, and the client's id and secret. That the shipper issues the
 * tokens, and how Amazon requests them, is (inferred): its page does not say. So form and JSON are accepted, and credentials in HTTP Basic and
 * in the body.
 *
 * @example OAuth without another authorization server
 * ```ts
 * const endpoint = new NdrTokenEndpoint({
 *   clients: { id: 'amazon-shipping', secrets: env.NDR_CLIENT_SECRET },
 *   keys: new TextEncoder().encode(env.NDR_SIGNING_SECRET), // 32 bytes or more
 *   issuer: 'https://shop.example.com/oauth/token',
 *   audience: 'https://shop.example.com/ndr',
 * });
 * const token = endpoint.handler(); // POST /oauth/token
 * const ndr = new NdrWebhookVerifier({ auth: endpoint.auth() }).handler(onEvent); // POST /ndr
 * ```
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.4 | RFC 6749, section 4.4}
 */
export class NdrTokenEndpoint {
  readonly #options: NdrTokenEndpointOptions & { readonly lifetime: number };
  readonly #scopes: readonly string[];
  readonly #clients: SecretSet;
  readonly #keyRing: () => KeyRing | Promise<KeyRing>;

  /** @throws {@link ConfigurationError} `CONFIGURATION` for options that cannot work, secrets and keys included. */
  constructor(options: NdrTokenEndpointOptions) {
    checkAllNames(SURFACE, options, OPTIONS, RENAMED);
    const { clients, keys, scope, lifetime = 900, allowMissingGrantType = true, clock } = options;
    const issuer = requireString(SURFACE, 'issuer', options.issuer, 'It is a name of your choice.');
    const audience = requireString(SURFACE, 'audience', options.audience, 'It is a name of your choice.');
    const scopes = scope === undefined ? [] : list(scope);
    const isScope = (name: unknown): name is string => typeof name === 'string' && /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(name);
    assertOption(scopes.every(isScope), SURFACE, 'scope', 'must be one or more names without spaces, quotes and backslashes');
    const isLifetime = Number.isInteger(lifetime) && lifetime >= 60 && lifetime <= 86_400;
    assertOption(isLifetime, SURFACE, 'lifetime', 'must be whole seconds, 60 to 86400');
    checkFunctions(SURFACE, { clock });
    assertOption(clients !== undefined, SURFACE, 'clients', 'is missing', 'Pass clients: { id, secrets }.');
    this.#options = { ...options, lifetime, allowMissingGrantType };
    this.#scopes = scopes as readonly string[];
    this.#clients = new SecretSet('clients', clients, clientPairs);

    this.#keyRing = provided(keys, (supplied) => {
      const signing = toSigningKeys(supplied);
      const { verification, algorithms } = signing;
      return { ...signing, auth: bearerJwt({ issuer, audience, keys: verification, algorithms, typ: 'at+jwt', clock }) };
    });
  }

  /**
   * Makes a fetch-style handler of token requests. It responds with
   *
   * - 200 with `access_token`, `token_type`, `expires_in` and, if there is one, `scope`
   * - 400 `invalid_request`, `unsupported_grant_type` or `invalid_scope`; 405 for everything but POST, because in a GET the secret would be
   *   part of the URL; 413
   * - 401 `invalid_client` for credentials that are missing or wrong
   * - 503 with `Retry-After` if a function that you passed fails, or the time is used up
   *
   * It does not limit attempts: put a rate limit in front of it, as for every login.
   *
   * @throws {@link ConfigurationError} `CONFIGURATION` for options that cannot work. The handler rejects with one if it is called with
   *   something that is not a `Request`: the error names the right adapter.
   */
  handler(options: NdrTokenHandlerOptions = {}): FetchHandler {
    assertCalled(SURFACE, this instanceof NdrTokenEndpoint, options);
    checkAllNames(SURFACE, options, HANDLER_OPTIONS);
    const { maxBodyBytes = 16_384, timeBudget = 4_000, retryAfter = 60, onError } = options;
    checkWholeNumbers(SURFACE, { maxBodyBytes, timeBudget, retryAfter });
    checkFunctions(SURFACE, { onError });
    const refuse = (error: unknown): OutgoingResponse => {
      const later = { 'retry-after': String(retryAfter) };
      const refusal =
        error instanceof TokenRefusal
          ? error
          : new TokenRefusal(503, 'temporarily_unavailable', 'no token now, please retry', error, later);
      const { cause, status } = refusal;
      tellError(onError, cause, { status });
      return refusal.toResponse();
    };
    return toFetchHandler(SURFACE, (request) =>
      answerInTime({ surface: SURFACE, timeBudget, refuse }, () => this.#respond(request, maxBodyBytes)),
    );
  }

  /**
   * The mechanism that accepts tokens of this endpoint: `bearerJwt()` with its keys, issuer and audience. It accepts those of all its clients: to
   * keep merchants apart, make an endpoint for each, with its own `audience`.
   */
  auth(): NdrAuth {
    return {
      check: async (request) => (await this.#keyRing()).auth.check(request),
      challenge: bearerChallenge,
    };
  }

  /**
   * Returns the public keys as a JSON Web Key Set, so that others can verify the tokens, such as an API gateway: give each key a `kid` then.
   * Empty if the keys are secrets.
   */
  async jwks(): Promise<{ readonly keys: readonly Jwk[] }> {
    return { keys: publicKeys(await this.#keyRing()) };
  }

  async #respond(request: IncomingRequest, maxBodyBytes: number): Promise<OutgoingResponse> {
    if (request.method.toUpperCase() !== 'POST')
      throw badRequest('tokens are requested with POST', 'invalid_request', 405, { allow: 'POST' });
    const parameters = readTokenParameters(request, await readBody(request, maxBodyBytes));
    const clientId = await this.#authenticate(request, parameters);
    const scope = this.#grant(parameters);
    const body = {
      access_token: await this.#issue(clientId, scope),
      token_type: 'Bearer',
      expires_in: this.#options.lifetime,
      ...(scope && { scope }),
    };
    return { status: 200, headers: JSON_NOT_STORED, body: JSON.stringify(body) };
  }

  /** The id of the client. */
  async #authenticate(request: IncomingRequest, parameters: TokenParameters): Promise<string> {
    let known: string | undefined;
    for (const credentials of readClientCredentials(request, parameters)) {
      if (await this.#clients.has(pairOf(...credentials))) known = credentials[0];
    }
    if (known === undefined) throw badClient(refused('mismatch', 'client id and secret are not valid'));
    return known;
  }

  /** The scopes of the token, as they are written in it. */
  #grant(parameters: TokenParameters): string {
    const grantType = parameters.get('grant_type');
    if (grantType === undefined && !this.#options.allowMissingGrantType) throw badRequest('grant_type is missing');
    if (grantType !== undefined && grantType !== 'client_credentials') {
      throw badRequest('grant_type must be client_credentials', 'unsupported_grant_type');
    }
    const requested = parameters.get('scope')?.split(' ').filter(Boolean) ?? [];
    const wanted = new Set(requested.length > 0 ? requested : this.#scopes);
    if (![...wanted].every((name) => this.#scopes.includes(name))) throw badRequest('a scope is not one of this endpoint', 'invalid_scope');
    return [...wanted].join(' ');
  }

  async #issue(clientId: string, scope: string): Promise<string> {
    const { issuer: iss, audience: aud, lifetime, clock } = this.#options;
    const { key, header } = await this.#keyRing();
    const iat = Math.floor(readClock(SURFACE, clock).getTime() / 1_000);
    const claims = { iss, sub: clientId, aud, exp: iat + lifetime, iat, jti: crypto.randomUUID(), client_id: clientId };
    const payload = encodeUtf8(JSON.stringify(scope ? { ...claims, scope } : claims));
    const { CompactSign } = await import('./jose-sign.ts');
    try {
      return await new CompactSign(payload).setProtectedHeader({ ...header, typ: 'at+jwt' }).sign(key as KeyInput);
    } catch {
      // jose's own error may contain the key.
      throw misconfigured(SURFACE, 'keys', 'has a first key that cannot sign', 'Check its parameters against RFC 7518, section 6.');
    }
  }
}

async function readBody(request: IncomingRequest, limit: number): Promise<string | { readonly parsed: unknown }> {
  if (request.parsed || !request.read) return { parsed: request.parsed?.body };
  try {
    const sent = await request.read(limit);
    if (typeof sent === 'string') return sent;
    const encoding = headerValues(request, 'content-encoding').join(',');
    const { bytes, isCut } = await decompress(SURFACE, sent, encoding, limit).catch(() => {
      // Not 503 with an error in the configuration: anybody can send this.
      throw badRequest('the body does not decompress');
    });
    if (isCut) throw tooLarge(SURFACE, limit);
    return decodeText(bytes);
  } catch (error) {
    throw statusOf(error) === 413 ? badRequest((error as Error).message, 'invalid_request', 413) : error;
  }
}

/** The pairs that a client may present, each as one string that no other pair has. */
function clientPairs(client: unknown, option: string): readonly string[] {
  const { id, secrets } = (client ?? {}) as Partial<NdrTokenClient>;
  const name = textSecret(id, `${option}.id`);
  const all = list(secrets);
  assertOption(all.length > 0, SURFACE, `${option}.secrets`, 'must not be empty');
  return all.map((secret) => pairOf(name, textSecret(secret, `${option}.secrets`)));
}

function pairOf(clientId: string, clientSecret: string): string {
  return JSON.stringify([clientId, clientSecret]);
}
