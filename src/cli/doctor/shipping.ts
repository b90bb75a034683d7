/**
 * Amazon Shipping: the credentials of Login with Amazon.
 *
 * @module
 */

import { lwaTokens } from '../../shipping-ndr/feedback/lwa.ts';
import { sellingPartnerHost } from '../../shipping-ndr/feedback/regions.ts';
import { NdrFeedbackClient } from '../../shipping-ndr/index.ts';
import type { Check } from '../checklist.ts';
import type { Environment } from '../context.ts';
import { attempt, checkHost, notAsked, type Reach } from './live.ts';

const FORMS: readonly (readonly [variable: string, form: RegExp, says: string])[] = [
  ['LWA_CLIENT_ID', /^amzn1\.application-oa2-client\./, 'amzn1.application-oa2-client.'],
  ['LWA_CLIENT_SECRET', /^amzn1\.oa2-cs\./, 'amzn1.oa2-cs.'],
  ['LWA_REFRESH_TOKEN', /^Atzr\|/, 'Atzr|'],
];

/** Looks at the settings of Amazon Shipping. */
export async function checkShipping(env: Environment, reach: Reach): Promise<readonly Check[]> {
  const names = FORMS.map(([name]) => name);
  if (names.every((name) => !env[name])) return [{ status: 'skip', name: 'not set up', message: names.join(', ') }];
  const checks = FORMS.map(([variable, form, says]): Check => {
    const value = env[variable];
    if (!value)
      return { status: 'fail', name: variable, message: 'not set', todo: 'See the LWA credentials in the Solution Provider Portal.' };
    if (form.test(value)) return { status: 'ok', name: variable, message: 'looks right' };
    return { status: 'warn', name: variable, message: `does not begin with ${says} as all known ones do` };
  });
  const { LWA_CLIENT_ID: clientId = '', LWA_CLIENT_SECRET: clientSecret = '', LWA_REFRESH_TOKEN: refreshToken = '' } = env;
  if (checks.some(({ status }) => status === 'fail')) return checks;
  const { LWA_URL: tokenUrl, SP_API_URL: baseUrl } = env;
  const urls = { ...(tokenUrl && { tokenUrl }), ...(baseUrl && { baseUrl }) };
  const options = { credentials: { clientId, clientSecret, refreshToken }, ...urls, maxRetries: 1 };
  const form = await attempt('credentials', 'can be used', () => new NdrFeedbackClient(options));
  if (form.status === 'fail') return [...checks, form];
  const reminder: Check = { status: 'ok', name: 'rotation', message: 'remember: the client secret ends after 180 days' };
  if (!reach.live) return [...checks, reminder, notAsked('Amazon')];
  const { signal } = reach;
  return [
    ...checks,
    reminder,
    ...(await checkHost(baseUrl || sellingPartnerHost('eu', false), reach)),
    await attempt('access token', 'Login with Amazon gave one', () => lwaTokens(options).get(signal), signal),
  ];
}
