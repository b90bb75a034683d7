/**
 * Amazon's two token endpoints, emulated: Login with Amazon, which SP-API uses, and Buy with Prime's own.
 *
 * @module
 * @see {@link https://developer-docs.amazon.com/sp-api/docs/connecting-to-the-selling-partner-api | Login with Amazon}
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/authenticate-to-the-buy-with-prime-api | Buy with Prime}
 */
import { Recent } from './recent.ts';
import { isAmazonHost, jsonObject, mediaType, type Received, Refusal, type Service, type ServiceContext } from './service.ts';

/** How the two endpoints differ. */
export interface TokenServiceOptions extends ServiceContext {
  readonly path: string;
  /** Amazon's hosts that serve it. */
  readonly host: RegExp;
  readonly grantType: 'refresh_token' | 'client_credentials';
  /** The parameters that are accepted. */
  readonly credentials: Readonly<Record<string, string>>;
  /** What every access token starts with. */
  readonly prefix: string;
  /** Seconds. */
  readonly lifetime: number;
  readonly maxRecords: number;
}

/** Issues access tokens, and knows when each expires. */
export class TokenService implements Service {
  readonly path: string;
  readonly requestIdHeader = 'x-amzn-requestid';
  readonly #options: TokenServiceOptions;
  /** When each token expires, in epoch milliseconds. */
  #tokens: Recent<string, number>;

  constructor(options: TokenServiceOptions) {
    this.path = options.path;
    this.#options = options;
    this.#tokens = new Recent(options.maxRecords);
  }

  matches(url: URL): boolean {
    return url.pathname === this.path && (!isAmazonHost(url) || this.#options.host.test(url.hostname));
  }

  /** Whether an access token is valid. */
  check(token: string): 'valid' | 'expired' | 'unknown' {
    const expiresAt = this.#tokens.get(token);
    if (expiresAt === undefined) return 'unknown';
    return expiresAt > this.#options.now().getTime() ? 'valid' : 'expired';
  }

  /** Makes every token unknown. */
  revoke(): void {
    this.#tokens.clear();
  }

  /** Accepts the tokens of the service before a reset: clients still hold them. */
  keepTokensOf(before: TokenService): void {
    this.#tokens = before.#tokens;
  }

  async answer({ method, headers, body, check }: Received): Promise<Response> {
    check('method', () => {
      if (method !== 'POST') throw new Refusal(405, 'invalid_request', 'The request method must be POST', { headers: { allow: 'POST' } });
    });
    const parameters = check('body', () => readParameters(headers, body));
    const { credentials, prefix, lifetime, now, randomId } = this.#options;
    const refreshToken = credentials['refresh_token'];
    check('grant', () => this.#checkGrant(parameters));
    check('client', () => {
      const isKnown = ['client_id', 'client_secret'].every((name) => parameters[name] === credentials[name]);
      if (!isKnown) throw new Refusal(401, 'invalid_client', 'Client authentication failed');
    });
    check('refresh token', () => {
      if (parameters['refresh_token'] === refreshToken || refreshToken === undefined) return;
      throw new Refusal(400, 'invalid_grant', 'The request has an invalid grant parameter : refresh_token');
    });

    const token = `${prefix}${randomId()}`;
    this.#tokens.set(token, now().getTime() + lifetime * 1_000);
    return Response.json(
      { access_token: token, token_type: 'bearer', expires_in: lifetime, ...(refreshToken && { refresh_token: refreshToken }) },
      { headers: { 'cache-control': 'no-store' } },
    );
  }

  #checkGrant(parameters: Readonly<Record<string, unknown>>): void {
    const { grantType, credentials } = this.#options;
    const { grant_type: grant } = parameters;
    if (!grant) throw missing('grant_type');
    if (grant !== grantType) {
      throw new Refusal(400, 'unsupported_grant_type', 'The authorization grant type is not supported by the authorization server');
    }
    for (const name of Object.keys(credentials)) if (!parameters[name]) throw missing(name);
  }

  refuse({ status, code, message, headers }: Refusal): Response {
    return Response.json({ error_description: message, error: code }, { status, headers });
  }

  fault(status: number): Refusal {
    if (status < 500) return new Refusal(status, status === 401 ? 'invalid_client' : 'invalid_request', 'The request was refused');
    return new Refusal(status, status === 503 ? 'temporarily_unavailable' : 'server_error', 'The service is temporarily unavailable');
  }
}

/** A form or JSON; Amazon documents the form, and both work. */
function readParameters(headers: Headers, body: Uint8Array): Readonly<Record<string, unknown>> {
  const type = mediaType(headers);
  const parameters =
    type === 'application/json'
      ? jsonObject(body)
      : type === 'application/x-www-form-urlencoded' && Object.fromEntries(new URLSearchParams(new TextDecoder().decode(body)));
  if (!parameters) throw new Refusal(400, 'invalid_request', 'The request body is neither a form nor JSON');
  return parameters;
}

function missing(parameter: string): Refusal {
  return new Refusal(400, 'invalid_request', `The request is missing a required parameter : ${parameter}`);
}
