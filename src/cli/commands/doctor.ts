/**
 * `waybill doctor`: what is wrong with keys, credentials and settings.
 *
 * @module
 */
import type { Command } from 'commander';
import { type Check, checklistLines } from '../checklist.ts';
import type { Context } from '../context.ts';
import { checkAmazonPay } from '../doctor/amazon-pay.ts';
import { checkBuyWithPrime } from '../doctor/buy-with-prime.ts';
import { checkMachine } from '../doctor/machine.ts';
import { checkShipping } from '../doctor/shipping.ts';
import { EXIT } from '../failure.ts';
import { readEnvironment } from '../files.ts';
import { type AmazonPayOptions, addAmazonPay, amazonPaySettings } from '../settings.ts';

interface Options extends AmazonPayOptions {
  readonly live?: boolean;
  readonly only?: string;
}

/** Makes the command. */
export function define(command: Command, context: Context): void {
  addAmazonPay(
    command
      .description('Checks keys, credentials and settings, and says what to do. Sends nothing unless --live.')
      .option('--live', 'ask Amazon too: reachability, clock, tokens, and whether it accepts the key; changes nothing there')
      .addOption(command.createOption('--only <surface>', 'one of them').choices(['amazonpay', 'shipping-ndr', 'buywithprime'])),
  )
    .addHelpText('after', HELP)
    .action((options: Options) => examine(options, context));
}

const HELP = `
Looked at are AMAZON_PAY_PUBLIC_KEY_ID, AMAZON_PAY_PRIVATE_KEY,
AMAZON_PAY_REGION, AMAZON_PAY_ENVIRONMENT, AMAZON_PAY_URL; LWA_CLIENT_ID,
LWA_CLIENT_SECRET, LWA_REFRESH_TOKEN, LWA_URL, SP_API_URL; BWP_CLIENT_ID,
BWP_CLIENT_SECRET, BWP_TARGET_ID, BWP_URL. Ends with 1 where a check fails.

--live sends Amazon Pay one signed call without a parcel, which it must refuse.

Examples:
  $ waybill doctor --settings .env
  $ waybill doctor --live --only amazonpay`;

async function examine(options: Options, context: Context): Promise<void> {
  const { out, signal } = context;
  const live = options.live ?? false;
  // Once, for it may be standard input.
  const env = await readEnvironment(options.settings, context);
  const { settings: _, ...others } = options;
  const pay = await amazonPaySettings(others, { ...context, env });
  const groups: readonly (readonly [surface: string, title: string, check: () => Promise<readonly Check[]>])[] = [
    ['machine', 'This machine', async () => checkMachine(env)],
    ['amazonpay', 'Amazon Pay', () => checkAmazonPay(pay, { live, signal })],
    ['shipping-ndr', 'Amazon Shipping', () => checkShipping(env, { live, signal })],
    ['buywithprime', 'Buy with Prime', () => checkBuyWithPrime(env, { live, signal })],
  ];
  const found: { readonly surface: string; readonly checks: readonly Check[] }[] = [];
  for (const [surface, title, check] of groups) {
    if (options.only && surface !== options.only) continue;
    const checks = await check();
    found.push({ surface, checks });
    if (!out.json) out.raw(`${[out.style('bold', title), ...checklistLines(checks, out)].join('\n')}\n\n`);
  }
  const all = found.flatMap(({ checks }) => checks);
  const count = (status: Check['status']): number => all.filter((check) => check.status === status).length;
  const failed = count('fail');
  const isNothing = found.every(({ surface, checks }) => surface === 'machine' || checks.every(({ status }) => status === 'skip'));
  if (failed > 0 || isNothing) context.exitCode = EXIT.failed;
  out.show(
    {
      ok: failed === 0 && !isNothing,
      live,
      checks: found.flatMap(({ surface, checks }) => checks.map((check) => ({ surface, ...check }))),
    },
    () => {
      if (isNothing) return 'Nothing is set. Pass --settings FILE, or try it: waybill emulator --env .env.emulator';
      return `${failed === 0 ? out.style('green', 'Nothing is wrong') : out.style('red', `${failed} to mend`)}, ${count('warn')} to look at.`;
    },
  );
}
