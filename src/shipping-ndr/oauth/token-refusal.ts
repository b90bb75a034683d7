/**
 * Answers of a token endpoint that give no token.
 *
 * @module
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 | RFC 6749, section 5.2}
 */
import { type AuthenticationError, ValidationError } from '../../core/errors.ts';
import { SURFACE } from '../configuration.ts';
import { basicChallenge } from '../webhook/auth/basic.ts';

/** What the answer calls the fault. The last one is of section 4.1.2.1, for want of one of its own here. */
type TokenErrorCode = 'invalid_request' | 'invalid_client' | 'unsupported_grant_type' | 'invalid_scope' | 'temporarily_unavailable';

/** Why there is no token. `message` goes to the one who asks, and may hold neither quotes nor backslashes; `cause` goes to the hook. */
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

  toResponse(): Response {
    const { status, code: error, message, headers } = this;
    return Response.json({ error, error_description: message }, { status, headers: { ...NOT_STORED, ...headers } });
  }
}

/** Section 5.1 asks for both. */
export const NOT_STORED = { 'cache-control': 'no-store', pragma: 'no-cache' } as const;

/** The request is at fault. */
export function badRequest(message: string, code: TokenErrorCode = 'invalid_request', status = 400, headers = {}): TokenRefusal {
  return new TokenRefusal(status, code, message, new ValidationError('event', [{ message }], { surface: SURFACE }), headers);
}

/** The client is not who it says, or does not say who it is. A stranger does not learn which. */
export function badClient(cause: AuthenticationError): TokenRefusal {
  return new TokenRefusal(401, 'invalid_client', 'client id and secret are missing or wrong', cause, {
    'www-authenticate': basicChallenge(),
  });
}
