/**
 * Buy with Prime: the credentials of its API.
 *
 * @module
 */

import { buyWithPrimeTokens } from '../../buywithprime/api/token.ts';
import { BuyWithPrimeClient } from '../../buywithprime/index.ts';
import type { Check } from '../checklist.ts';
import type { Environment } from '../context.ts';
import { attempt, checkHost, notAsked, type Reach } from './live.ts';

const VARIABLES = ['BWP_CLIENT_ID', 'BWP_CLIENT_SECRET', 'BWP_TARGET_ID'] as const;

/** Looks at the settings of Buy with Prime. */
export async function checkBuyWithPrime(env: Environment, reach: Reach): Promise<readonly Check[]> {
  if (VARIABLES.every((name) => !env[name])) return [{ status: 'skip', name: 'not set up', message: VARIABLES.join(', ') }];
  const checks = VARIABLES.map((name): Check => {
    if (env[name]) return { status: 'ok', name, message: 'set' };
    return { status: 'fail', name, message: 'not set', todo: 'Copy it from the merchant console: Settings, API credentials.' };
  });
  if (checks.some(({ status }) => status === 'fail')) return checks;
  const { BWP_CLIENT_ID: clientId = '', BWP_CLIENT_SECRET: clientSecret = '', BWP_TARGET_ID: targetId = '', BWP_URL } = env;
  const baseUrl = BWP_URL || 'https://api.buywithprime.amazon.com';
  const options = { credentials: { clientId, clientSecret }, targetId, baseUrl, maxRetries: 1 };
  const form = await attempt('credentials', 'can be used', () => new BuyWithPrimeClient(options));
  if (form.status === 'fail') return [...checks, form];
  if (!reach.live) return [...checks, form, notAsked('Amazon')];
  const { signal } = reach;
  const tokens = buyWithPrimeTokens(options, `${baseUrl}/token`);
  return [
    ...checks,
    form,
    ...(await checkHost(baseUrl, reach)),
    await attempt('access token', 'Buy with Prime gave one', () => tokens.get(signal), signal),
  ];
}
