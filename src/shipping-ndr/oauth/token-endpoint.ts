/**
 * The token endpoint that Amazon calls where it authenticates by OAuth: all that the webhook needs of an authorization server.
 *
 * @module
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.4 | RFC 6749, section 4.4}
 */
import type { KeyInput } from 'jose';
import { encodeUtf8 } from '../../core/bytes.ts';
import { ValidationError } from '../../core/errors.ts';
import type { Jwk } from '../../core/keys/jwk.ts';
import { misconfigured, readClock, tell } from '../../core/options.ts';
import { answerInTime, checkWholeNumbers, type WebhookHandlerOptions } from '../../core/receive/webhook.ts';
import { readBytes } from '../../core/receive/webhook-request.ts';
import type { Provided } from '../../core/types.ts';
import { demand, demandOptions, isText, SURFACE } from '../configuration.ts';
import { bearerChallenge } from '../webhook/auth/bearer.ts';
import { bearerJwt } from '../webhook/auth/bearer-jwt.ts';
import { type NdrAuth, refused } from '../webhook/auth/mechanism.ts';
import { type OneOrMany, SecretSet, textSecret } from '../webhook/auth/secrets.ts';
import { list } from '../webhook/auth/token-grant.ts';
import { publicKeys, type SigningKey, type SigningKeys, toSigningKeys } from './signing-key.ts';
import { readClientCredentials, readTokenParameters, type TokenParameters } from './token-parameters.ts';
import { badClient, badRequest, NOT_STORED, TokenRefusal } from './token-refusal.ts';

/** Who may have tokens: Amazon. */
export interface NdrTokenClient {
  /** The client id that you give to Amazon. */
  readonly id: string;
  /** The secret that you give to Amazon, or several that are valid at once. */
  readonly secrets: OneOrMany<string>;
}

/** What {@link NdrTokenEndpoint} needs to know. */
export interface NdrTokenEndpointOptions {
  /** The client, or several, or a function that supplies them; it is asked for every request. */
  readonly clients: Provided<OneOrMany<NdrTokenClient>>;
  /**
   * The key that tokens are signed with, or several: the first signs, all verify. Or a function that supplies them; it is asked for
   * every request, also by {@link NdrTokenEndpoint.auth}. To change the key, put the new one in front and drop the old one when its last
   * token has ended.
   */
  readonly keys: Provided<OneOrMany<SigningKey>>;
  /** The `iss` of the tokens: a name of your choice, such as the endpoint's URL. */
  readonly issuer: string;
  /** The `aud` of the tokens: a name of your choice for the webhook, such as its URL. */
  readonly audience: string;
  /**
   * What tokens can be good for. A request that names none gets all, one that names others is refused.
   * @default none, and the tokens have no `scope`
   */
  readonly scope?: OneOrMany<string>;
  /**
   * Seconds that a token lives, 60 to 86 400. EventBridge fetches another one 60 seconds ahead (inferred). A token can't be
   * withdrawn: it ends by itself, or with the key that signed it.
   * @default 900
   */
  readonly lifetime?: number;
  /**
   * Whether a request without `grant_type` is taken for one of `client_credentials`. RFC 6749 asks for it; that Amazon leaves it out is
   * possible (inferred).
   * @default true
   */
  readonly allowMissingGrantType?: boolean;
  /**
   * The present time.
   * @default () => new Date()
   */
  readonly clock?: () => Date;
}

/** How {@link NdrTokenEndpoint.handler} answers. */
export interface NdrTokenHandlerOptions extends Pick<WebhookHandlerOptions<never>, 'timeBudget' | 'retryAfter' | 'onError'> {
  /**
   * Bytes of a body that are read at most; more is answered 413.
   * @default 16_384
   */
  readonly maxBodyBytes?: number;
}

/** The keys, and the mechanism that verifies with them. */
type KeyRing = SigningKeys & { readonly auth: NdrAuth };

/**
 * Gives Amazon the tokens that it presents at the webhook, so that the mechanism OAuth needs no other server. Nothing is stored: a
 * token is a JSON Web Token (RFC 9068) that {@link NdrTokenEndpoint.auth} knows by its signature.
 *
 * Give Amazon the URL where you serve {@link NdrTokenEndpoint.handler}, the method POST, and the client's id and secret. That the
 * shipper issues the tokens, and how Amazon asks for them, is inferred: its page does not say. So form and JSON are taken, and
 * credentials in HTTP Basic and in the body.
 *
 * @example OAuth from nothing
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
  readonly #options: NdrTokenEndpointOptions;
  readonly #scopes: readonly string[];
  readonly #lifetime: number;
  readonly #clients: SecretSet;
  readonly #keyRing: () => KeyRing | Promise<KeyRing>;

  /** @throws {@link ConfigurationError} `CONFIGURATION` for options that can't work, secrets and keys included. */
  constructor(options: NdrTokenEndpointOptions) {
    demandOptions('NdrTokenEndpoint', options);
    const { clients, keys, issuer, audience, scope, lifetime = 900, allowMissingGrantType = true, clock } = options;
    demand(isText(issuer) && isText(audience), '"issuer" and "audience" must be texts of your choice');
    const scopes = scope === undefined ? [] : list(scope);
    demand(
      scopes.every((name): name is string => typeof name === 'string' && /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(name)),
      '"scope" must be a name or several, without blanks, quotes and backslashes',
    );
    demand(Number.isInteger(lifetime) && lifetime >= 60 && lifetime <= 86_400, '"lifetime" must be whole seconds, 60 to 86400');
    demand(clock === undefined || typeof clock === 'function', '"clock" must be a function');
    this.#options = { ...options, allowMissingGrantType };
    this.#scopes = scopes;
    this.#lifetime = lifetime;
    this.#clients = new SecretSet('clients', clients, clientPairs);

    const toKeyRing = (supplied: unknown): KeyRing => {
      const signing = toSigningKeys(supplied);
      const { verification, algorithms } = signing;
      const auth = bearerJwt({ issuer, audience, keys: verification, algorithms, typ: 'at+jwt', ...(clock && { clock }) });
      return { ...signing, auth };
    };
    if (typeof keys === 'function') this.#keyRing = async () => toKeyRing(await keys());
    else {
      const keyRing = toKeyRing(keys);
      this.#keyRing = () => keyRing;
    }
  }

  /**
   * Makes a fetch-style handler of token requests. It never throws; it answers
   *
   * - 200 with `access_token`, `token_type`, `expires_in` and, where there is one, `scope`
   * - 400 `invalid_request`, `unsupported_grant_type` or `invalid_scope`; 405 for everything but POST, for in a GET the secret would be
   *   part of the URL; 413
   * - 401 `invalid_client` for credentials that are missing or wrong
   * - 503 with `Retry-After` where a function that you gave fails, or the time is up
   *
   * It does not count attempts: put a rate limit in front, as before every login.
   *
   * @throws {@link ConfigurationError} `CONFIGURATION` for options that can't work.
   */
  handler(options: NdrTokenHandlerOptions = {}): (request: Request) => Promise<Response> {
    demandOptions('handler()', options);
    const { maxBodyBytes = 16_384, timeBudget = 4_000, retryAfter = 60, onError } = options;
    checkWholeNumbers(SURFACE, { maxBodyBytes, timeBudget, retryAfter });
    const refuse = (error: unknown): Response => {
      const again = (): TokenRefusal =>
        new TokenRefusal(503, 'temporarily_unavailable', 'no token now, ask again', error, { 'retry-after': String(retryAfter) });
      const refusal = error instanceof TokenRefusal ? error : again();
      tell(() => onError?.(refusal.cause, { status: refusal.status }));
      return refusal.toResponse();
    };
    return (request) => answerInTime(SURFACE, timeBudget, () => this.#answer(request, maxBodyBytes), refuse);
  }

  /** The mechanism that lets in whoever presents a token of this endpoint: `bearerJwt()` with its keys, issuer and audience. */
  auth(): NdrAuth {
    return {
      check: async (request) => (await this.#keyRing()).auth.check(request),
      challenge: bearerChallenge,
    };
  }

  /**
   * The public keys as a JSON Web Key Set, for others who verify the tokens, such as an API gateway. Empty where the keys are secrets. Give
   * each key a `kid` then.
   */
  async jwks(): Promise<{ readonly keys: readonly Jwk[] }> {
    return { keys: publicKeys(await this.#keyRing()) };
  }

  async #answer(request: Request, maxBodyBytes: number): Promise<Response> {
    if (request.method !== 'POST') throw badRequest('tokens are asked for with POST', 'invalid_request', 405, { allow: 'POST' });
    const body = await readBytes(SURFACE, request, maxBodyBytes).catch((error: unknown) => {
      throw error instanceof ValidationError ? badRequest(error.message, 'invalid_request', 413) : error;
    });
    const parameters = readTokenParameters(request, body);
    const clientId = await this.#authenticate(request, parameters);
    const scope = this.#grant(parameters);
    return Response.json(
      {
        access_token: await this.#issue(clientId, scope),
        token_type: 'Bearer',
        expires_in: this.#lifetime,
        ...(scope && { scope }),
      },
      { headers: NOT_STORED },
    );
  }

  /** The id of the client. */
  async #authenticate(request: Request, parameters: TokenParameters): Promise<string> {
    let known: string | undefined;
    for (const credentials of readClientCredentials(request, parameters)) {
      if (await this.#clients.has(pairOf(...credentials))) known = credentials[0];
    }
    if (known === undefined) throw badClient(refused('mismatch', 'client id and secret are not valid'));
    return known;
  }

  /** The scopes that the token is good for, as they stand in it. */
  #grant(parameters: TokenParameters): string {
    const grantType = parameters.get('grant_type');
    if (grantType === undefined && !this.#options.allowMissingGrantType) throw badRequest('grant_type is missing');
    if (grantType !== undefined && grantType !== 'client_credentials') {
      throw badRequest('grant_type must be client_credentials', 'unsupported_grant_type');
    }
    const asked = new Set(parameters.get('scope')?.split(' ') ?? this.#scopes);
    if (![...asked].every((name) => this.#scopes.includes(name))) throw badRequest('a scope is not one of this endpoint', 'invalid_scope');
    return [...asked].join(' ');
  }

  async #issue(clientId: string, scope: string): Promise<string> {
    const { issuer: iss, audience: aud, clock } = this.#options;
    const { key, header } = await this.#keyRing();
    const iat = Math.floor(readClock(SURFACE, clock).getTime() / 1_000);
    const claims = { iss, sub: clientId, aud, exp: iat + this.#lifetime, iat, jti: crypto.randomUUID(), client_id: clientId };
    const payload = encodeUtf8(JSON.stringify(scope ? { ...claims, scope } : claims));
    const { CompactSign } = await import('../webhook/auth/jose-sign.ts');
    try {
      return await new CompactSign(payload).setProtectedHeader({ ...header, typ: 'at+jwt' }).sign(key as KeyInput);
    } catch {
      // jose's own error may show the key.
      throw misconfigured(SURFACE, 'the first key in "keys" can\'t sign', 'Check its parameters against RFC 7518, section 6.');
    }
  }
}

/** The pairs that a client may present, each as one text that no other pair has. */
function clientPairs(client: unknown): readonly string[] {
  const { id, secrets } = (client ?? {}) as Partial<NdrTokenClient>;
  const all = list(secrets);
  demand(isText(id) && all.length > 0, '"clients" must hold objects with "id" and "secrets"');
  const text = textSecret('clients');
  return all.map((secret) => pairOf(text(id), text(secret)));
}

function pairOf(clientId: string, clientSecret: string): string {
  return JSON.stringify([clientId, clientSecret]);
}
