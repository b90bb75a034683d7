/**
 * OAuth with tokens that only you can judge.
 *
 * @module
 */
import { demand } from '../../configuration.ts';
import { bearerChallenge, readBearer } from './bearer.ts';
import { type NdrAuth, refused } from './mechanism.ts';

/**
 * Authenticates Amazon by a bearer token that a function of yours judges, by a look in a database for one.
 *
 * Only `true` lets the request in. Throw where the answer can't be found out: the webhook then answers 503, and the event comes
 * again. Compare digests and not the tokens themselves, or the time that it takes tells how much of a token is right.
 *
 * @example Opaque tokens, stored as hashes
 * ```ts
 * bearerToken(async (token) => (await tokens.findByHash(await sha256(token))) !== undefined);
 * ```
 */
export function bearerToken(check: (token: string) => boolean | Promise<boolean>): NdrAuth {
  demand(typeof check === 'function', 'bearerToken() needs a function that judges a token');
  return {
    check: async (request) => {
      if ((await check(readBearer(request))) !== true) throw refused('mismatch', 'the bearer token is not valid');
    },
    challenge: bearerChallenge,
  };
}
