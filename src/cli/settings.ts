/**
 * Keys, credentials and addresses: from options, variables and a settings file, in that order.
 *
 * @module
 */
import type { Command } from 'commander';
import type { AmazonPayAlgorithm, AmazonPayEnvironment, AmazonPayRegionName } from '../amazonpay/index.ts';
import type { ShippingBusinessId } from '../shipping-ndr/index.ts';
import type { Context } from './context.ts';
import { UsageError } from './failure.ts';
import { readEnvironment, readText } from './files.ts';

/** Options of every command that needs settings. */
export interface SettingsOptions {
  readonly settings?: string;
}

/** Options of the commands for Amazon Pay. */
export interface AmazonPayOptions extends SettingsOptions {
  readonly publicKeyId?: string;
  readonly privateKeyFile?: string;
  readonly region?: string;
  readonly environment?: AmazonPayEnvironment;
  readonly algorithm?: AmazonPayAlgorithm;
  readonly baseUrl?: string;
}

/** Options of the commands for Amazon Shipping. */
export interface ShippingOptions extends SettingsOptions {
  readonly baseUrl?: string;
  readonly tokenUrl?: string;
  readonly businessId?: ShippingBusinessId;
}

/** Adds `--json`, which run() has looked for already. */
export function addJson(command: Command): Command {
  return command.option('--json', 'print JSON, errors too');
}

/**
 * Adds `--settings`. Not `--env-file`: Node itself looks for that among a program's own arguments, and ends with a message of its own where
 * the file is missing.
 */
export function addSettings(command: Command): Command {
  return addJson(command).option('--settings <file>', 'a file of NAME=value lines, for what the environment lacks; - for standard input');
}

/** Adds the options of Amazon Pay. */
export function addAmazonPay(command: Command): Command {
  return addSettings(command)
    .option('--public-key-id <id>', 'AMAZON_PAY_PUBLIC_KEY_ID')
    .option('--private-key-file <file>', 'in place of AMAZON_PAY_PRIVATE_KEY; - for standard input')
    .option('--region <name>', 'na, eu or jp; AMAZON_PAY_REGION')
    .addOption(command.createOption('--environment <name>', 'only for a key id without LIVE- or SANDBOX-').choices(['live', 'sandbox']))
    .addOption(
      command
        .createOption('--algorithm <name>', 'AMZN-PAY-RSASSA-PSS-V2 where left out')
        .choices(['AMZN-PAY-RSASSA-PSS-V2', 'AMZN-PAY-RSASSA-PSS']),
    )
    .option('--base-url <url>', "in place of Amazon's host, as for an emulator; AMAZON_PAY_URL");
}

/** Adds the options of Amazon Shipping. */
export function addShipping(command: Command): Command {
  return addSettings(command)
    .option('--base-url <url>', "in place of Amazon's host, as for an emulator; SP_API_URL")
    .option('--token-url <url>', 'where access tokens are fetched; LWA_URL')
    .option('--business-id <id>', 'AmazonShipping_IN where left out');
}

/** Settings of Amazon Pay, as far as they are given. */
export interface AmazonPaySettings {
  readonly publicKeyId: string | undefined;
  readonly privateKey: string | undefined;
  readonly region: AmazonPayRegionName | undefined;
  readonly environment?: AmazonPayEnvironment;
  readonly algorithm?: AmazonPayAlgorithm;
  readonly baseUrl?: string;
}

/** What is known of Amazon Pay. */
export async function amazonPaySettings(options: AmazonPayOptions, context: Context): Promise<AmazonPaySettings> {
  const env = await readEnvironment(options.settings, context);
  const { privateKeyFile, environment = env['AMAZON_PAY_ENVIRONMENT'] as AmazonPayEnvironment | undefined, algorithm } = options;
  const baseUrl = options.baseUrl ?? env['AMAZON_PAY_URL'];
  return {
    publicKeyId: options.publicKeyId ?? (env['AMAZON_PAY_PUBLIC_KEY_ID'] || undefined),
    privateKey: privateKeyFile === undefined ? env['AMAZON_PAY_PRIVATE_KEY'] || undefined : await readText(privateKeyFile, context),
    region: (options.region ?? (env['AMAZON_PAY_REGION'] || undefined)) as AmazonPayRegionName | undefined,
    ...(environment && { environment }),
    ...(algorithm && { algorithm }),
    ...(baseUrl && { baseUrl }),
  };
}

/** A setting that can't be done without. */
export function demand<Value>(value: Value | undefined, name: string, option?: string): Value {
  if (value !== undefined && value !== '') return value;
  const ways = option
    ? `Set it, write it into a file and pass --settings FILE, or pass ${option}.`
    : 'Set it, or write it into a file and pass --settings FILE.';
  throw new UsageError(`${name} is not set`, ways);
}

/** Settings of Amazon Pay, complete. */
export function complete(settings: AmazonPaySettings): AmazonPaySettings & {
  readonly publicKeyId: string;
  readonly privateKey: string;
  readonly region: AmazonPayRegionName;
} {
  return {
    ...settings,
    publicKeyId: demand(settings.publicKeyId, 'AMAZON_PAY_PUBLIC_KEY_ID', '--public-key-id'),
    privateKey: demand(settings.privateKey, 'AMAZON_PAY_PRIVATE_KEY', '--private-key-file FILE'),
    region: demand(settings.region, 'AMAZON_PAY_REGION', '--region'),
  };
}

/** Options of an NDR feedback client. */
export interface ShippingSettings {
  readonly credentials: { readonly clientId: string; readonly clientSecret: string; readonly refreshToken: string };
  readonly baseUrl?: string;
  readonly tokenUrl?: string;
  readonly businessId?: ShippingBusinessId;
}

/** What an NDR feedback client needs. */
export async function shippingSettings(options: ShippingOptions, context: Context): Promise<ShippingSettings> {
  const env = await readEnvironment(options.settings, context);
  const { baseUrl = env['SP_API_URL'], tokenUrl = env['LWA_URL'], businessId } = options;
  return {
    credentials: {
      clientId: demand(env['LWA_CLIENT_ID'], 'LWA_CLIENT_ID'),
      clientSecret: demand(env['LWA_CLIENT_SECRET'], 'LWA_CLIENT_SECRET'),
      refreshToken: demand(env['LWA_REFRESH_TOKEN'], 'LWA_REFRESH_TOKEN'),
    },
    ...(baseUrl && { baseUrl }),
    ...(tokenUrl && { tokenUrl }),
    ...(businessId && { businessId }),
  };
}
