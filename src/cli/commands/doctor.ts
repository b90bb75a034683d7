/**
 * `waybill doctor`: what is wrong with keys, credentials and settings.
 *
 * @module
 */
import type { Command } from 'commander';
import { checkAmazonPay } from '../doctor/amazon-pay.ts';
import { checkCredentials, PRIME_CREDENTIALS, SHIPPING_CREDENTIALS } from '../doctor/credentials.ts';
import { EXIT } from '../failure.ts';
import { nameOf, readEnvironment } from '../files.ts';
import { addHelp } from '../help.ts';
import { AMAZON_PAY, addSettings, BUY_WITH_PRIME, type Flags, SHIPPING, variablesOf } from '../settings.ts';
import type { Check, Context, Environment } from '../terminal.ts';

interface Options extends Flags {
  readonly live?: boolean;
  readonly only?: string;
}

/** Defines the command. */
export function define(command: Command, context: Context): void {
  command
    .description('Checks keys, credentials and settings, and says what to do about each.')
    .optionsGroup('Checks:')
    .option('--live', 'ask Amazon too: reachability, clock, access tokens, and whether it accepts key and target id')
    .addOption(command.createOption('--only <surface>', 'check one surface').choices(['amazonpay', 'shipping-ndr', 'buywithprime']))
    .action((options: Options) => examine(options, context));
  addSettings(command, AMAZON_PAY);
  addHelp(command, context.out, {
    about: [
      `Reads ${variablesOf(AMAZON_PAY)}; ${variablesOf(SHIPPING)}; ${variablesOf(BUY_WITH_PRIME)}.`,
      'Nothing is sent without --live. With it Amazon Pay gets one signed call without a parcel, which it must refuse, and Buy with Prime one query that reads no data.',
    ],
    exitCodes: { 1: 'a check failed, or nothing is set' },
    examples: ['waybill doctor --settings .env', 'waybill doctor --live --only amazonpay'],
  });
}

async function examine({ live = false, only, ...options }: Options, context: Context): Promise<void> {
  const { out } = context;
  // Once, because it may be standard input.
  const env = await readEnvironment(options.settings, context);
  const { settings: _, ...flags } = options;
  const { allowHttp } = flags as { readonly allowHttp?: true };
  const reach = { live, context: { ...context, env } };
  const groups: readonly (readonly [surface: string, title: string, check: () => Promise<readonly Check[]>])[] = [
    ['machine', 'This machine', async () => checkMachine(env)],
    ['amazonpay', 'Amazon Pay', () => checkAmazonPay(flags, reach)],
    ['shipping-ndr', 'Amazon Shipping', () => checkCredentials(SHIPPING_CREDENTIALS, { allowHttp }, reach)],
    ['buywithprime', 'Buy with Prime', () => checkCredentials(PRIME_CREDENTIALS, { allowHttp }, reach)],
  ];
  const found: { readonly surface: string; readonly checks: readonly Check[] }[] = [];
  for (const [surface, title, check] of groups) {
    if (only && surface !== only) continue;
    const checks = await check();
    found.push({ surface, checks });
    if (!out.json) out.raw(`${[out.style('bold', title), ...out.checklist(checks)].join('\n')}\n\n`);
  }
  const all = found.flatMap(({ surface, checks }) => checks.map((check) => ({ surface, ...check })));
  const count = (status: Check['status']): number => all.filter((check) => check.status === status).length;
  const [failures, warnings] = [count('fail'), count('warn')];
  const isNothingSet = all.every(({ surface, status }) => surface === 'machine' || status === 'skip');
  if (failures > 0 || isNothingSet) context.exitCode = EXIT.failed;
  out.show({ ok: failures === 0 && !isNothingSet, live, checks: all }, () => {
    if (isNothingSet) {
      const file = options.settings;
      const what =
        file === undefined
          ? 'Nothing is set. Pass --settings FILE, or get test keys:'
          : `Nothing is set: ${nameOf(file)} has none of these names. To see all names, get test keys:`;
      return [what, '  waybill emulator --env .env.emulator'];
    }
    const result = failures === 0 ? out.style('green', 'No check failed') : out.style('red', `${plural(failures, 'check')} failed`);
    return `${result}, ${plural(warnings, 'warning')}.`;
  });
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** What on this machine can disturb the clients. */
function checkMachine(env: Environment): readonly Check[] {
  const checks: Check[] = [{ status: 'ok', name: 'Node', message: process.versions.node }];
  const proxy = ['HTTPS_PROXY', 'https_proxy'].find((name) => env[name]);
  if (proxy && env['NODE_USE_ENV_PROXY'] !== '1') {
    checks.push({
      status: 'warn',
      name: 'proxy',
      message: `${proxy} is set, and Node does not use it by default`,
      todo: 'Set NODE_USE_ENV_PROXY=1 (Node 22.21, 24 or later), or pass the clients a fetch that uses the proxy.',
    });
  }
  if (env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    checks.push({
      status: 'fail',
      name: 'TLS',
      message: 'with NODE_TLS_REJECT_UNAUTHORIZED=0 anybody can pretend to be Amazon',
      todo: 'Unset it. For a certificate of your company, set NODE_EXTRA_CA_CERTS.',
    });
  }
  return checks;
}
