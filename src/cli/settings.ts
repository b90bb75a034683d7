/**
 * Settings of the clients: from flags, variables and a settings file, in this order. One table for each client says where each option comes
 * from; flags, help, error messages and the client's options are made from it.
 *
 * @module
 */
import { type Command, Option } from 'commander';
import { type Names, UsageError } from './failure.ts';
import { PRIVATE_KEY, readEnvironment, readText } from './files.ts';
import type { Context } from './terminal.ts';
import { list } from './text.ts';

/** An option of a client that the command line can set. */
export interface Setting {
  /** The option's dotted path. */
  readonly option: string;
  /** Empty if no variable sets it. */
  readonly variable: string;
  /** Empty if no flag sets it, as for secrets. */
  readonly flag: string;
  readonly description: string;
  readonly choices?: readonly string[];
  /** The flag names a file that contains the value. */
  readonly isFile?: boolean;
  readonly isRequired?: boolean;
}

/** What the command line can set of a client. */
export interface ClientSettings {
  readonly settings: readonly Setting[];
  /** What errors call the options of a call and the parts of its input. */
  readonly names: Names;
}

type More = Pick<Setting, 'choices' | 'isFile' | 'isRequired'>;

function setting(option: string, variable: string, flag: string, description: string, more: More = {}): Setting {
  return { option, variable, flag, description, ...more };
}

const REQUIRED = { isRequired: true };
const ENVIRONMENTS = { choices: ['live', 'sandbox'] };
const ALGORITHMS = { choices: ['AMZN-PAY-RSASSA-PSS-V2', 'AMZN-PAY-RSASSA-PSS'] };
const HOST = "replaces Amazon's host, for an emulator or a gateway";
const TOKEN_URL = 'where access tokens are fetched';
const ALLOW_HTTP = setting('allowHttp', '', '--allow-http', 'allow http: URLs of other hosts, for a private network');
const KEY_FILE = 'PEM file of the private key, or - for standard input';

/** Amazon Pay. */
export const AMAZON_PAY: ClientSettings = {
  settings: [
    setting('publicKeyId', 'AMAZON_PAY_PUBLIC_KEY_ID', '--public-key-id <id>', 'id of the key, from Seller Central', REQUIRED),
    setting('privateKey', 'AMAZON_PAY_PRIVATE_KEY', '--private-key-file <file>', KEY_FILE, { isFile: true, ...REQUIRED }),
    setting('region', 'AMAZON_PAY_REGION', '--region <name>', 'na, eu or jp', REQUIRED),
    setting('environment', 'AMAZON_PAY_ENVIRONMENT', '--environment <name>', 'for a key id without LIVE- or SANDBOX-', ENVIRONMENTS),
    setting('algorithm', '', '--algorithm <name>', 'of the signature; default AMZN-PAY-RSASSA-PSS-V2', ALGORITHMS),
    setting('baseUrl', 'AMAZON_PAY_URL', '--base-url <url>', HOST),
    ALLOW_HTTP,
  ],
  names: {
    chargePermissionId: '--charge-permission-id',
    amazonOrderReferenceId: '--order-reference-id',
    trackingNumber: '--tracking-number',
    carrierCode: '--carrier-code',
    idempotencyKey: '--idempotency-key',
    url: '<url>',
    findCarrier: 'waybill carriers',
  },
};

/** Amazon Shipping's NDR feedback. */
export const SHIPPING: ClientSettings = {
  settings: [
    setting('credentials.clientId', 'LWA_CLIENT_ID', '', 'LWA client id', REQUIRED),
    setting('credentials.clientSecret', 'LWA_CLIENT_SECRET', '', 'LWA client secret', REQUIRED),
    setting('credentials.refreshToken', 'LWA_REFRESH_TOKEN', '', 'LWA refresh token', REQUIRED),
    setting('businessId', '', '--business-id <id>', 'default AmazonShipping_IN'),
    setting('baseUrl', 'SP_API_URL', '--base-url <url>', HOST),
    setting('tokenUrl', 'LWA_URL', '--token-url <url>', TOKEN_URL),
    ALLOW_HTTP,
  ],
  names: {
    credentials: 'the credentials',
    trackingId: '<tracking-id>',
    ndrAction: 'the action',
    'ndrRequestData.rescheduleDate': '--date',
    'ndrRequestData.additionalAddressNotes': '--notes',
    dueDate: '--due-date',
    allowContactData: '--allow-contact-data',
    concurrency: '--concurrency',
  },
};

/** The API of Buy with Prime. */
export const BUY_WITH_PRIME: ClientSettings = {
  settings: [
    setting('credentials.clientId', 'BWP_CLIENT_ID', '', 'client id', REQUIRED),
    setting('credentials.clientSecret', 'BWP_CLIENT_SECRET', '', 'client secret', REQUIRED),
    setting('targetId', 'BWP_TARGET_ID', '', 'business product id', REQUIRED),
    setting('baseUrl', 'BWP_URL', '--base-url <url>', HOST),
    setting('tokenUrl', 'BWP_TOKEN_URL', '--token-url <url>', TOKEN_URL),
    ALLOW_HTTP,
  ],
  names: {
    credentials: 'the credentials',
    identifier: '<order-id>',
    eventType: '<event-type>',
    subscriptionId: '<subscription-id>',
    'destination.webhook.url': '--webhook',
    'destination.webhook.authProfileId': '--auth-profile',
    'destination.eventBridge.region': '--aws-region',
    'destination.eventBridge.partnerEventSource.account': '--aws-account',
    'destination.eventBridge.partnerEventSource.name': '--source-name',
  },
};

/** The flags that were passed, as commander names them. */
export type Flags = Readonly<Record<string, unknown>> & { readonly settings?: string };

/** Settings that were found, by the option's dotted path. */
export type Values = Readonly<Record<string, string | true>>;

/** Adds `--settings`. Not `--env-file`, because Node looks for that among the arguments of every program. */
export function addSettingsFile(command: Command): Command {
  return command
    .optionsGroup('Settings:')
    .option('--settings <file>', 'file of NAME=value lines, for variables that are not set; - for standard input');
}

/** The client whose settings a command has. */
export const clientOf: WeakMap<Command, ClientSettings> = new WeakMap();

/** Adds `--settings` and the flags of a client. */
export function addSettings(command: Command, client: ClientSettings): Command {
  addSettingsFile(command);
  clientOf.set(command, client);
  const { settings } = client;
  for (const { flag, variable, description, choices } of settings) {
    if (!flag) continue;
    const option = command.createOption(flag, variable ? `${description} [${variable}]` : description);
    if (choices) option.choices(choices);
    command.addOption(option);
  }
  return command;
}

/** Reads what is set, and notes what errors are to call each option. */
export async function readSettings({ settings, names }: ClientSettings, flags: Flags, context: Context): Promise<Values> {
  const env = await readEnvironment(flags.settings, context);
  const values: Record<string, string | true> = {};
  Object.assign(context.names, names);
  for (const { option, variable, flag, isFile } of settings) {
    const given = flag ? (flags[attributeOf(flag)] as string | true | undefined) : undefined;
    // An empty URL would otherwise lead to Amazon's live host.
    if (given === '') throw new UsageError(`${longOf(flag)} is empty`, 'Is the variable of your shell set?');
    const value = typeof given === 'string' && isFile ? await readFileOf(flag, given, context) : (given ?? env[variable]);
    if (value) values[option] = value;
    if (isFile && value) context.secrets.push(String(value));
    // The library calls "credentials.clientId" "clientId" when it compares it with its siblings.
    const name = given === undefined && variable ? variable : longOf(flag);
    for (const path of [option, option.replace(/^.*\./, '')]) context.names[path] = name;
  }
  return values;
}

/** A file without a value would otherwise be a setting that is not set. All such files are private keys. */
async function readFileOf(flag: string, file: string, context: Context): Promise<string> {
  const value = await readText(file, context, PRIVATE_KEY);
  if (value.trim() === '') throw new UsageError(`the file of ${longOf(flag)} is empty`, 'Write the private key into it, in PEM.');
  return value;
}

/** The required settings that are not set; of `options` if they are given. */
export function missingSettings({ settings }: ClientSettings, values: Values, options?: readonly string[]): readonly Setting[] {
  return settings.filter(({ option, isRequired }) => (options ? options.includes(option) : isRequired) && !values[option]);
}

/** Refuses settings that lack something, and names everything that is missing. */
export function requireSettings(client: ClientSettings, values: Values, options?: readonly string[]): void {
  const missing = missingSettings(client, values, options);
  if (missing.length === 0) return;
  const flags = missing.flatMap(({ flag }) => (flag ? longOf(flag) : []));
  const [them, are] = missing.length === 1 ? ['it', 'is'] : ['them', 'are'];
  const ways = [`Set ${them}`, `write ${them} into a file and pass --settings FILE`, ...(flags.length > 0 ? [`pass ${list(flags)}`] : [])];
  throw new UsageError(`${list(missing.map(({ variable }) => variable))} ${are} not set`, `${ways.join(', or ')}.`);
}

/** The options of a client, complete. */
export async function clientOptions<Options>(client: ClientSettings, flags: Flags, context: Context): Promise<Options> {
  const values = await readSettings(client, flags, context);
  requireSettings(client, values);
  return { ...toOptions<Options>(values), ...(context.trace && { fetch: context.trace.fetch }) };
}

/** From dotted paths to an object. The client checks it. */
export function toOptions<Options>(values: Values): Options {
  const options: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(values)) {
    const [name = '', inner] = path.split('.');
    options[name] = inner === undefined ? value : { ...(options[name] as object | undefined), [inner]: value };
  }
  return options as Options;
}

/** The variables of a client, for a help text. */
export function variablesOf({ settings }: ClientSettings): string {
  return list(settings.flatMap(({ variable }) => variable || []));
}

/** Refuses a URL with a user name or a password: a log of the URL has them too. */
export function refuseUserInfo(flag: string, url: string, hint: string): void {
  const { username, password } = URL.canParse(url) ? new URL(url) : { username: '', password: '' };
  if (username || password) throw new UsageError(`${flag} must not contain a user name or password`, hint);
}

/** The number that a flag was passed. */
export function readNumber(flag: string, text: string, min: number, max: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= min && number <= max) return number;
  throw new UsageError(`${flag} must be a whole number from ${min} to ${max}`);
}

/** The country that a flag was passed. */
export function readCountry(country: string | undefined): string | undefined {
  if (country === undefined) return undefined;
  const code = country.toUpperCase();
  // The name of a code that no country has is the code itself. ZZ is "Unknown Region".
  const isKnown = /^[A-Z]{2}$/.test(code) && code !== 'ZZ' && new Intl.DisplayNames('en', { type: 'region' }).of(code) !== code;
  if (isKnown) return code;
  throw new UsageError('--country must be the code of a country, two letters such as GB');
}

function attributeOf(flag: string): string {
  return new Option(flag).attributeName();
}

function longOf(flag: string): string {
  return flag.replace(/ .*/, '');
}
