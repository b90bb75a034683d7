/**
 * Amazon Shipping and Buy with Prime: the credentials for their access tokens.
 *
 * @module
 */
import { buyWithPrimeTokens } from '../../buywithprime/api/token.ts';
import { BuyWithPrimeClient, type BuyWithPrimeClientOptions } from '../../buywithprime/index.ts';
import { HttpClient } from '../../core/call/http.ts';
import type { AccessTokens } from '../../core/call/tokens.ts';
import { CLIENT_OPTIONS, sellingPartnerHost } from '../../shipping-ndr/feedback/client-options.ts';
import { lwaTokens } from '../../shipping-ndr/feedback/lwa.ts';
import { NdrFeedbackClient, type NdrFeedbackClientOptions } from '../../shipping-ndr/index.ts';
import { BUY_WITH_PRIME, type ClientSettings, type Flags, readSettings, SHIPPING, toOptions, type Values } from '../settings.ts';
import type { Check } from '../terminal.ts';
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
  /** Constructs the client: it checks the settings. */
  readonly construct: (values: Values) => object;
  /** The tokens of a client with these options. */
  readonly tokens: (options: object, host: string) => AccessTokens;
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
  construct: (values) => new NdrFeedbackClient(toOptions<NdrFeedbackClientOptions>(values)),
  tokens: (settings) => {
    const options = settings as NdrFeedbackClientOptions;
    return lwaTokens(new HttpClient('shipping-ndr', options, { own: CLIENT_OPTIONS }), options).tokens;
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
    return buyWithPrimeTokens(options, options.tokenUrl ?? `${host}/token`);
  },
};

/** Checks the credentials of a service. */
export async function checkCredentials(service: Service, flags: Flags, { live, context }: Reach): Promise<readonly Check[]> {
  const { surface, client, issuer, source, prefixes, host, construct, tokens, reminder } = service;
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
  checks.push(usable, ...(reminder ? [reminder] : []));
  if (usable.status === 'fail') return checks;
  if (!live) return [...checks, notAsked('Amazon')];
  const url = String(values['baseUrl'] ?? host).replace(/\/+$/, '');
  const issue = async (): Promise<string> => {
    const { trace } = context;
    const options = { ...toOptions<object>(values), maxRetries: 1, ...(trace && { fetch: trace.fetch }) };
    await tokens(options, url).get(context.signal);
    return `${issuer} issued one`;
  };
  return [...checks, ...(await checkHost(surface, url, context)), await attempt('access token', issue, context)];
}
