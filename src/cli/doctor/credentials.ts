/**
 * Amazon Shipping and Buy with Prime: the credentials for their access tokens.
 *
 * @module
 */
import { CLIENT_OPTIONS as PRIME_OPTIONS } from '../../buywithprime/api/client-options.ts';
import { buyWithPrimeTokens } from '../../buywithprime/api/token.ts';
import { BuyWithPrimeClient, type BuyWithPrimeClientOptions } from '../../buywithprime/index.ts';
import { HttpClient } from '../../core/call/http.ts';
import type { AccessTokens } from '../../core/call/tokens.ts';
import { isWaybillError } from '../../core/errors.ts';
import { CLIENT_OPTIONS as SHIPPING_OPTIONS, sellingPartnerHost } from '../../shipping-ndr/feedback/client-options.ts';
import { lwaTokens } from '../../shipping-ndr/feedback/lwa.ts';
import { NdrFeedbackClient, type NdrFeedbackClientOptions } from '../../shipping-ndr/index.ts';
import { UsageError } from '../failure.ts';
import { BUY_WITH_PRIME, type ClientSettings, type Flags, readSettings, SHIPPING, toOptions, type Values } from '../settings.ts';
import type { Check, Context } from '../terminal.ts';
import { list } from '../text.ts';
import { attempt, checkHost, notAsked, type Reach } from './checks.ts';

/** A service that issues access tokens for credentials. */
interface Service {
  readonly surface: 'shipping-ndr' | 'buywithprime';
  readonly client: ClientSettings;
  readonly issuer: string;
  /** Where the credentials come from. */
  readonly source: string;
  /** How each credential starts, if that is known. */
  readonly prefixes: Readonly<Record<string, string>>;
  readonly host: string;
  /** A path that only the API has, and the API's name: a 404 there comes from another server. */
  readonly known?: { readonly path: string; readonly api: string };
  /** Constructs the client: it checks the settings. */
  readonly construct: (values: Values) => object;
  /** The tokens of a client with these options. */
  readonly tokens: (options: object, host: string) => AccessTokens;
  /** Sends a call that changes nothing and reads no personal data, and returns what it shows. */
  readonly call?: (options: object, token: string, signal: AbortSignal) => Promise<string>;
  readonly reminder?: Check;
}

/** Amazon Shipping. */
export const SHIPPING_CREDENTIALS: Service = {
  surface: 'shipping-ndr',
  client: SHIPPING,
  issuer: 'Login with Amazon',
  source: 'Solution Provider Portal, LWA credentials',
  prefixes: {
    'credentials.clientId': 'amzn1.application-oa2-client.',
    'credentials.clientSecret': 'amzn1.oa2-cs.',
    'credentials.refreshToken': 'Atzr|',
  },
  host: sellingPartnerHost('eu', false),
  // Without a token Amazon responds with 403, also to GET (inferred).
  known: { path: '/shipping/v2/ndrFeedback', api: 'Selling Partner API' },
  construct: (values) => new NdrFeedbackClient(toOptions<NdrFeedbackClientOptions>(values)),
  tokens: (settings) => {
    const options = settings as NdrFeedbackClientOptions;
    return lwaTokens(new HttpClient('shipping-ndr', options, { own: SHIPPING_OPTIONS }), options).tokens;
  },
  reminder: { status: 'ok', name: 'rotation', message: 'remember that the client secret expires after 180 days' },
};

/** Buy with Prime. */
export const PRIME_CREDENTIALS: Service = {
  surface: 'buywithprime',
  client: BUY_WITH_PRIME,
  issuer: 'Buy with Prime',
  source: 'merchant console, Settings, API credentials',
  prefixes: {},
  host: 'https://api.buywithprime.amazon.com',
  construct: (values) => new BuyWithPrimeClient(toOptions<BuyWithPrimeClientOptions>(values)),
  tokens: (settings, host) => {
    const options = settings as BuyWithPrimeClientOptions;
    return buyWithPrimeTokens(new HttpClient('buywithprime', options, { own: PRIME_OPTIONS }), options, host);
  },
  call: async (settings, token, signal) => {
    const options = settings as BuyWithPrimeClientOptions;
    // The token that was just issued: Amazon throttles clients that request many.
    const client = new BuyWithPrimeClient({ ...options, fetchToken: async () => ({ accessToken: token, expiresIn: 900 }) });
    try {
      // The only query that needs no id. That Amazon checks the target for it is (inferred).
      await client.execute('{ __typename }', {}, { signal });
    } catch (error) {
      throw isDenied(error) ? new UsageError('access is denied', DENIED) : error;
    }
    return 'accepts token and target';
  },
};

const DENIED =
  'Amazon does not say why. Compare BWP_TARGET_ID and the credentials with the merchant console: Settings, API credentials. Check their scopes too.';

function isDenied(error: unknown): boolean {
  if (!isWaybillError(error)) return false;
  if (error.code === 'API') return error.status === 401 || error.status === 403;
  return error.code === 'GRAPHQL' && error.errors.some(({ type }) => type === 'AccessDeniedError');
}

/** Checks the credentials of a service. */
export async function checkCredentials(service: Service, flags: Flags, { live, context }: Reach): Promise<readonly Check[]> {
  const { surface, client, issuer, source, prefixes, host, known, construct, tokens, call, reminder } = service;
  const values = await readSettings(client, flags, context);
  const required = client.settings.filter(({ isRequired }) => isRequired);
  if (required.every(({ option }) => !values[option])) {
    return [{ status: 'skip', name: 'not set up', message: required.map(({ variable }) => variable).join(', ') }];
  }
  const checks = required.map(({ option, variable }): Check => {
    const value = values[option];
    if (!value) return { status: 'fail', name: variable, message: 'not set', todo: `Copy it from: ${source}.` };
    const prefix = prefixes[option] ?? '';
    const message = `does not start with ${prefix} as all known ones do`;
    return String(value).startsWith(prefix)
      ? { status: 'ok', name: variable, message: 'set' }
      : { status: 'warn', name: variable, message };
  });
  if (checks.some(({ status }) => status === 'fail')) return checks;
  const usable = await attempt('credentials', () => construct(values) && 'can be used', context);
  checks.push(usable.status === 'ok' ? warnOfHosts(usable, values, context) : usable, ...(reminder ? [reminder] : []));
  if (usable.status === 'fail') return checks;
  if (!live) return [...checks, notAsked('Amazon')];
  const url = String(values['baseUrl'] ?? host).replace(/\/+$/, '');
  const { trace, signal } = context;
  const options = { ...toOptions<object>(values), maxRetries: 1, ...(trace && { fetch: trace.fetch }) };
  checks.push(...(await checkHost(surface, `${url}${known?.path ?? ''}`, context, known?.api)));
  let token = '';
  const issue = async (): Promise<string> => {
    token = await tokens(options, url).get(signal);
    return `${issuer} issued one`;
  };
  checks.push(await attempt('access token', issue, context));
  if (call && token) checks.push(await attempt('API', () => call(options, token, signal), context));
  return checks;
}

/** Warns if credentials or tokens are sent to somebody else: a settings file that was copied or changed may have such an address. */
function warnOfHosts(usable: Check, values: Values, { names }: Context): Check {
  const foreign = ['baseUrl', 'tokenUrl'].flatMap((option) => {
    const url = values[option];
    return url === undefined || isAmazons(String(url)) ? [] : `${names[option]} ${new URL(String(url)).origin}`;
  });
  if (foreign.length === 0) return usable;
  const message = `${usable.message}, and are sent to hosts that are not Amazon's: ${list(foreign)}`;
  return { ...usable, status: 'warn', message, todo: 'Right for an emulator or a gateway.' };
}

function isAmazons(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' && /(?:^|\.)amazon\.(?:com|co\.uk|co\.jp)$/.test(hostname);
}
