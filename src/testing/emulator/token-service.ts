/**
 * Amazon's two token endpoints, emulated: Login with Amazon, which SP-API uses, and Buy with Prime's own.
 *
 * @module
 * @see {@link https://developer-docs.amazon.com/sp-api/docs/connecting-to-the-selling-partner-api | Login with Amazon}
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/authenticate-to-the-buy-with-prime-api | Buy with Prime}
 */
import { Recent } from './recent.ts';
import { isAmazonHost, jsonObject, mediaType, type Received, Refusal, type Service, type Surroundings } from './service.ts';

/** How the two endpoints differ. */
export interface TokenServiceOptions extends Surroundings {
  readonly path: string;
  /** Amazon's hosts that it lies on. */
  readonly host: RegExp;
  readonly grantType: 'refresh_token' | 'client_credentials';
  /** What the parameters must hold; their names are those on the wire. */
  readonly credentials: Readonly<Record<string, string>>;
  /** What every access token starts with. */
  readonly prefix: string;
  /** Seconds. */
  readonly lifetime: number;
  readonly maxRecords: number;
}

/** Issues access tokens and remembers until when each is good. */
export class TokenService implements Service {
  readonly path: string;
  readonly requestIdHeader = 'x-amzn-requestid';
  readonly #options: TokenServiceOptions;
  /** Token to epoch milliseconds of its end. */
  readonly #tokens: Recent<string, number>;

  constructor(options: TokenServiceOptions) {
    this.path = options.path;
    this.#options = options;
    this.#tokens = new Recent(options.maxRecords);
  }

  matches(url: URL): boolean {
    return url.pathname === this.path && (!isAmazonHost(url) || this.#options.host.test(url.hostname));
  }

  /** What an access token is worth. */
  check(token: string): 'valid' | 'expired' | 'unknown' {
    const end = this.#tokens.get(token);
    if (end === undefined) return 'unknown';
    return end > this.#options.now().getTime() ? 'valid' : 'expired';
  }

  /** Makes every token that is out there unknown. */
  revoke(): void {
    this.#tokens.clear();
  }

  async answer({ method, headers, body }: Received): Promise<Response> {
    if (method !== 'POST') throw new Refusal(405, 'invalid_request', 'The request method must be POST', { headers: { allow: 'POST' } });
    const parameters = readParameters(headers, body);
    const { grantType, credentials, prefix, lifetime, now, randomId } = this.#options;
    const { grant_type: grant } = parameters;
    if (!grant) throw missing('grant_type');
    if (grant !== grantType) {
      throw new Refusal(400, 'unsupported_grant_type', 'The authorization grant type is not supported by the authorization server');
    }
    for (const name of Object.keys(credentials)) if (!parameters[name]) throw missing(name);
    for (const name of ['client_id', 'client_secret']) {
      if (parameters[name] !== credentials[name]) throw new Refusal(401, 'invalid_client', 'Client authentication failed');
    }
    const refreshToken = credentials['refresh_token'];
    if (parameters['refresh_token'] !== refreshToken && refreshToken !== undefined) {
      throw new Refusal(400, 'invalid_grant', 'The request has an invalid grant parameter : refresh_token');
    }

    const token = `${prefix}${randomId()}`;
    this.#tokens.set(token, now().getTime() + lifetime * 1_000);
    return Response.json(
      { access_token: token, token_type: 'bearer', expires_in: lifetime, ...(refreshToken && { refresh_token: refreshToken }) },
      { headers: { 'cache-control': 'no-store' } },
    );
  }

  refuse({ status, code, message, headers }: Refusal): Response {
    return Response.json({ error_description: message, error: code }, { status, headers });
  }

  fault(status: number): Refusal {
    if (status < 500) return new Refusal(status, status === 401 ? 'invalid_client' : 'invalid_request', 'The request was refused');
    return new Refusal(status, status === 503 ? 'temporarily_unavailable' : 'server_error', 'The service can not answer at present');
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
