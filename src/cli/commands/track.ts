/**
 * `waybill track`: a delivery tracker for one parcel.
 *
 * @module
 */
import type { Command } from 'commander';
import { DeliveryTrackerClient, type DeliveryTrackerInput, findCarrier, isCarrierCode, type Warning } from '../../amazonpay/index.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../failure.ts';
import { type AmazonPayOptions, addAmazonPay, amazonPaySettings, complete } from '../settings.ts';
import { hideSignature, requestLines } from '../sign/request-text.ts';

interface Options extends AmazonPayOptions {
  readonly chargePermissionId?: string;
  readonly orderReferenceId?: string;
  readonly carrier?: string;
  readonly carrierCode?: string;
  readonly country?: string;
  readonly trackingNumber: string;
  readonly idempotencyKey?: string;
  readonly dryRun?: boolean;
}

/** Makes the command. */
export function define(command: Command, context: Context): void {
  addAmazonPay(
    command
      .description('Tells Amazon Pay which parcel belongs to an order, so that Alexa announces its delivery.')
      .option('--charge-permission-id <id>', 'the order, such as P01-1234567-1234567')
      .option('--order-reference-id <id>', 'the order, where it was made with an older integration')
      .option('--carrier <name>', 'the carrier by any name; says which code was taken')
      .option('--carrier-code <code>', "Amazon's code, taken as it is")
      .option('--country <code>', 'the country of the carrier, to rank what --carrier may mean')
      .requiredOption('--tracking-number <number>', "the carrier's number; Amazon takes each number once")
      .option('--idempotency-key <key>', 'derived from the parcel where left out')
      .option('--dry-run', 'print the request and do not send it'),
  )
    .addHelpText('after', HELP)
    .action((options: Options) => track(options, context));
}

const HELP = `
Examples:
  $ waybill track --settings .env --charge-permission-id P02-1234567-1234567 \\
      --carrier "DHL Paket" --tracking-number JJD000390007827356
  $ waybill track --settings .env --charge-permission-id P01-1234567-1234567 \\
      --carrier-code UPS --tracking-number 1Z999AA10123456784 --dry-run`;

async function track(options: Options, context: Context): Promise<void> {
  const { out, signal } = context;
  const carrierCode = chooseCarrier(options, context);
  const warnings: Warning[] = [];
  const client = new DeliveryTrackerClient({
    ...complete(await amazonPaySettings(options, context)),
    knowsCarrier: isCarrierCode,
    hooks: {
      onWarning: (warning) => {
        warnings.push(warning);
        out.note(`warning: ${warning.path.join('.')} ${warning.message}`);
      },
    },
  });
  const { chargePermissionId, orderReferenceId: amazonOrderReferenceId, trackingNumber, idempotencyKey } = options;
  // Checked by the client: one of the two.
  const input = { chargePermissionId, amazonOrderReferenceId, carrierCode, trackingNumber } as DeliveryTrackerInput;
  if (options.dryRun) {
    const request = await client.prepare(input, { idempotencyKey, signal });
    const { method, url } = request;
    const headers = Object.fromEntries([...request.headers].map(([name, value]) => [name, hideSignature(value)]));
    const body = await request.text();
    out.show({ status: 'not-sent', carrierCode, warnings, request: { method, url, headers, body } }, () =>
      requestLines({ method, url, headers, body }),
    );
    return;
  }
  const { requestId = null, attempts } = await client.create(input, { idempotencyKey, signal });
  out.show({ status: 'created', carrierCode, requestId, attempts, warnings }, () => `Amazon has it: request ${requestId}.`);
}

/** A code that is certain, or an error that says what to choose from: a number can't be used again for another carrier. */
function chooseCarrier({ carrier, carrierCode, country }: Options, { out }: Context): string {
  if ((carrier === undefined) === (carrierCode === undefined)) throw new UsageError('pass either --carrier or --carrier-code');
  if (carrier === undefined) return carrierCode as string;
  const { code, note, candidates } = findCarrier(carrier, { country });
  if (!code) {
    const choice = candidates.map((candidate) => `--carrier-code ${candidate.code.padEnd(18)} ${candidate.name}`);
    const hint =
      choice.length > 0 ? ['Nothing was sent. Choose one:', ...choice].join('\n') : 'Nothing was sent. Search with waybill carriers.';
    throw new UsageError(`--carrier is not certain${note ? `: ${note}` : ''}`, hint);
  }
  out.note(`Carrier ${code}: ${candidates[0]?.name}.${note ? ` Note: ${note}.` : ''}`);
  return code;
}
