import { describe, expect, test } from 'vitest';
import { AuthenticationError, bearerToken, ConfigurationError } from '../../../../src/shipping-ndr/webhook.ts';
import { thrownBy, waybillErrorOf } from '../../../support/errors.ts';
import { bearer, errorOf, reasonOf, withHeaders } from '../../../support/shipping-ndr/auth.ts';

describe('bearerToken', () => {
  const auth = bearerToken(async (token) => token === 'Atza|right~token');

  test('accepts the token for which the function returns true', async () => {
    expect(await reasonOf(auth, bearer('Atza|right~token'))).toBeUndefined();
    expect(await reasonOf(auth, withHeaders({ authorization: 'BEARER  Atza|right~token' }))).toBeUndefined();
    expect(await reasonOf(auth, { headers: new Headers({ Authorization: 'bearer Atza|right~token' }) })).toBeUndefined();
  });

  test.each([
    [bearer('wrong'), 'mismatch'],
    [bearer('atza|right~token'), 'mismatch'],
    [bearer('Atza%7Cright~token'), 'mismatch'],
    [bearer(''), 'malformed'],
    [bearer(' '), 'malformed'],
    [bearer('Atza|right~token Atza|right~token'), 'malformed'],
    [bearer('Atza|right~token, Bearer Atza|right~token'), 'malformed'],
    [bearer('tökén'), 'malformed'],
    [bearer('Atza|right~token\n'), 'malformed'],
    [withHeaders({ authorization: 'Atza|right~token' }), 'malformed'],
    [withHeaders({ authorization: 'Bearer' }), 'malformed'],
    [withHeaders({ authorization: 'BearerAtza|right~token' }), 'malformed'],
    [withHeaders({ authorization: 'Bearer\tAtza|right~token' }), 'malformed'],
    [withHeaders({ authorization: ' Bearer Atza|right~token' }), 'malformed'],
    [withHeaders({ authorization: 'Token Atza|right~token' }), 'malformed'],
    [withHeaders({ authorization: 'xBearer Atza|right~token' }), 'malformed'],
    [withHeaders({ authorization: 'Basic x, Bearer Atza|right~token' }), 'malformed'],
    [withHeaders({ authorization: ['Bearer Atza|right~token', 'Bearer Atza|right~token'] }), 'malformed'],
    [withHeaders({ authorization: '' }), 'missing'],
    [withHeaders({}), 'missing'],
    [{ headers: {}, url: '/ndr?access_token=Atza|right~token' }, 'missing'],
    [bearer('x'.repeat(10_000_000)), 'malformed'],
  ])('refuses request %#', async (request, reason) => {
    expect(await reasonOf(auth, request)).toBe(reason);
  });

  test.each([
    [withHeaders({}), 'the header "authorization" is missing'],
    [withHeaders({ authorization: ['Bearer a', 'Bearer b'] }), 'the header "authorization" is present more than once'],
    [withHeaders({ authorization: 'Basic eDp5' }), 'the header "authorization" is not Bearer with a token'],
  ])('says what is wrong with the header: %#', async (request, message) => {
    expect((await errorOf(auth, request))?.message).toBe(message);
  });

  test.each([1, 'yes', {}, undefined, null, Promise.resolve(1), [true]])('does not accept %j in place of true', async (result) => {
    expect(await reasonOf(bearerToken((() => result) as never), bearer('t'))).toBe('mismatch');
  });

  test('passes on what the function throws', async () => {
    const failure = new Error('the database is down');
    for (const check of [
      () => Promise.reject(failure),
      (): never => {
        throw failure;
      },
    ]) {
      expect(await thrownBy(() => bearerToken(check).check(bearer('t')))).toBe(failure);
    }
  });

  test('has the sender fetch another token only if there was one', () => {
    const challengeFor = (reason: AuthenticationError['reason']): string =>
      auth.challenge(new AuthenticationError(reason, '', { surface: 'shipping-ndr' }));
    expect(challengeFor('missing')).toBe('Bearer');
    for (const reason of ['malformed', 'mismatch', 'expired'] as const) expect(challengeFor(reason)).toBe('Bearer error="invalid_token"');
  });

  test.each(['token', undefined, null, { check: () => true }])('refuses %j in place of a function', async (check) => {
    expect(await waybillErrorOf(() => bearerToken(check as never))).toBeInstanceOf(ConfigurationError);
  });
});
