/**
 * `waybill track`: a delivery tracker for one parcel.
 *
 * @module
 */
import type { Command } from 'commander';
import {
  DeliveryTrackerClient,
  type DeliveryTrackerClientOptions,
  type DeliveryTrackerInput,
  findCarrier,
  isCarrierCode,
  type Warning,
} from '../../amazonpay/index.ts';
import { resolveEndpoint, resolveRegion } from '../../amazonpay/regions.ts';
import { UsageError } from '../failure.ts';
import { addHelp } from '../help.ts';
import { requireOneOf } from '../requirements.ts';
import { AMAZON_PAY, addSettings, clientOptions, type Flags, readCountry } from '../settings.ts';
import type { Context } from '../terminal.ts';

interface Options extends Flags {
  readonly chargePermissionId?: string;
  readonly orderReferenceId?: string;
  readonly carrier?: string;
  readonly carrierCode?: string;
  readonly country?: string;
  readonly trackingNumber: string;
  readonly idempotencyKey?: string;
  readonly dryRun?: boolean;
}

/** Defines the command. */
export function define(command: Command, context: Context): void {
  command
    .description('Tells Amazon Pay which parcel belongs to an order, so that Alexa announces its delivery.')
    .optionsGroup('Parcel:')
    .requiredOption('--tracking-number <id>', "the carrier's number of the parcel; Amazon accepts each number once")
    .option('--charge-permission-id <id>', 'the order, such as P01-1234567-1234567')
    .option('--order-reference-id <id>', 'the order, if an older integration created it')
    .option('--carrier <name>', 'the carrier, by any name')
    .option('--carrier-code <code>', "the carrier, by Amazon's code")
    .option('--country <code>', 'the country of the carrier, to rank candidates for --carrier')
    .optionsGroup('Request:')
    .option('--idempotency-key <key>', 'default: derived from the parcel')
    .option('--dry-run', 'print the request and do not send it')
    .action((options: Options) => track(options, context));
  requireOneOf(command, ['--charge-permission-id', '--order-reference-id'], ['--carrier', '--carrier-code']);
  addSettings(command, AMAZON_PAY);
  addHelp(command, context.out, {
    examples: [
      'waybill track --settings .env --charge-permission-id P02-1234567-1234567 --carrier "DHL Paket" --tracking-number JJD000390007827356',
      'waybill track --settings .env --charge-permission-id P01-1234567-1234567 --carrier-code UPS --tracking-number 1Z999AA10123456784 --dry-run',
    ],
  });
}

async function track(options: Options, context: Context): Promise<void> {
  const { out, signal } = context;
  if (options.chargePermissionId !== undefined && options.orderReferenceId !== undefined) {
    throw new UsageError('pass either --charge-permission-id or --order-reference-id, not both');
  }
  const carrierCode = chooseCarrier(options, context);
  const settings = await clientOptions<DeliveryTrackerClientOptions>(AMAZON_PAY, options, context);
  const warnings: Warning[] = [];
  const onWarning = (warning: Warning): void => {
    warnings.push(warning);
    const name = warning.path.map(String).join('.');
    out.note(`warning: ${context.names[name] ?? name} ${warning.message}`);
  };
  const client = new DeliveryTrackerClient({ ...settings, knowsCarrier: isCarrierCode, hooks: { onWarning } });
  const { chargePermissionId, orderReferenceId: amazonOrderReferenceId, trackingNumber, idempotencyKey } = options;
  // The client checks that it has one of the two ids.
  const input = { chargePermissionId, amazonOrderReferenceId, carrierCode, trackingNumber } as DeliveryTrackerInput;
  if (options.dryRun) {
    const request = await client.prepare(input, { idempotencyKey, signal });
    const { method, url } = request;
    const [headers, body] = [hideSignature(request.headers), await request.text()];
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    out.show({ status: 'not-sent', carrierCode, warnings, request: { method, url, headers, body } }, () => [
      `${method} ${url}`,
      ...lines,
      '',
      body,
    ]);
    return;
  }
  const { requestId = null, attempts } = await client.create(input, { idempotencyKey, signal });
  const { environment, origin } = resolveEndpoint(settings.publicKeyId, resolveRegion(settings.region), settings.environment);
  const { host } = new URL(settings.baseUrl ?? origin);
  out.show({ status: 'created', carrierCode, environment, host, requestId, attempts, warnings }, () => [
    `Amazon Pay accepted the parcel (${environment}, ${host}).`,
    `Request id: ${requestId}`,
  ]);
}

/** The headers without the signature: with it, anybody could send the request. */
function hideSignature(headers: Headers): Readonly<Record<string, string>> {
  return Object.fromEntries([...headers].map(([name, value]) => [name, value.replace(/(\bSignature=).*/s, '$1[hidden]')]));
}

/** A code that is certain, or an error with candidates: a tracking number cannot be used again with another carrier. */
function chooseCarrier({ carrier, carrierCode, country }: Options, { out }: Context): string {
  if (carrier !== undefined && carrierCode !== undefined) throw new UsageError('pass either --carrier or --carrier-code, not both');
  if (carrier === undefined) return carrierCode as string;
  const { code, note, candidates } = findCarrier(carrier, { country: readCountry(country) });
  if (!code) {
    const choice = candidates.map((candidate) => `--carrier-code ${candidate.code.padEnd(18)} ${candidate.name}`);
    const hint = choice.length > 0 ? ['Nothing was sent. Choose one:', ...choice].join('\n') : 'Nothing was sent. See waybill carriers.';
    throw new UsageError(`--carrier is not certain: ${note}`, hint);
  }
  out.note(`Carrier ${code}: ${candidates[0]?.name}.${note ? ` Note: ${note}.` : ''}`);
  return code;
}
