/**
 * `waybill ndr`: feedback for shipments that could not be delivered.
 *
 * @module
 */
import type { Command } from 'commander';
import { type NdrFeedback, NdrFeedbackClient } from '../../shipping-ndr/index.ts';
import type { Context } from '../context.ts';
import type { ImportOptions } from '../import/import-decisions.ts';
import { addShipping, type ShippingOptions, shippingSettings } from '../settings.ts';

interface FeedbackOptions extends ShippingOptions {
  readonly date?: string;
  readonly notes?: string;
  readonly allowContactData?: boolean;
  readonly dueDate?: string;
}

/** Makes the command and its four own. */
export function define(command: Command, context: Context): void {
  command
    .description('Tells Amazon what to do with shipments that could not be delivered (India).')
    .addHelpText(
      'after',
      '\nExamples:\n  $ waybill ndr rto 1809561149386 --settings .env\n  $ waybill ndr import decisions.csv --settings .env',
    );

  feedback(command, context, 'reschedule', 'deliver on another day', ({ date: rescheduleDate = '' }) => ({
    ndrAction: 'RESCHEDULE',
    ndrRequestData: { rescheduleDate },
  })).requiredOption('--date <time>', 'ISO 8601 with time and offset, such as 2026-03-02T09:00:00+05:30');

  feedback(command, context, 'reattempt', 'deliver again, with notes about the address', ({ notes: additionalAddressNotes = '' }) => ({
    ndrAction: 'REATTEMPT',
    ndrRequestData: { additionalAddressNotes },
  }))
    .requiredOption('--notes <text>', 'how to find the address, up to 256 characters')
    .option('--allow-contact-data', 'send notes that look as if a phone number or an e-mail address were in them');

  feedback(command, context, 'rto', 'return to origin', () => ({ ndrAction: 'RTO' }));

  addShipping(command.command('import').argument('<file>', 'a CSV file; - for standard input'))
    .summary('submit a CSV file of decisions')
    .description('Submits a CSV file of decisions, and reports on each row.')
    .option('--report <file>', 'where the report goes; FILE.report.csv where left out')
    .option('--concurrency <number>', 'rows under way at a time', '10')
    .option('--allow-contact-data', 'send notes that look as if a phone number or an e-mail address were in them')
    .option('--dry-run', 'check every row and send nothing')
    .addHelpText('after', IMPORT_HELP)
    .action(async (file: string, options: ImportOptions) => {
      // A parser for CSV, which the other commands do without.
      const { importDecisions } = await import('../import/import-decisions.ts');
      await importDecisions(file, options, context);
    });
}

const IMPORT_HELP = `
The first line names the columns, in any order and case, split by comma,
semicolon or tab:
  trackingId, ndrAction (RESCHEDULE, REATTEMPT or RTO), rescheduleDate,
  additionalAddressNotes, and maybe ndrDueDate. Others are ignored.

Run again after a failure or an interruption: by the report, rows that were
submitted are not sent again. Of a run that was killed, up to --concurrency
rows may be. Ends with 1 where a row is invalid or was refused.

Examples:
  $ waybill ndr import decisions.csv --dry-run
  $ waybill ndr import decisions.csv --settings .env
  $ export-decisions | waybill ndr import - --report today.csv`;

/** Adds a command for one shipment. */
function feedback(
  parent: Command,
  context: Context,
  name: string,
  summary: string,
  toData: (options: FeedbackOptions) => Omit<NdrFeedback, 'trackingId'>,
): Command {
  return addShipping(parent.command(name).argument('<tracking-id>', 'the id of the parcel, as in the event'))
    .summary(summary)
    .description(`Feedback for one shipment: ${summary}.`)
    .option('--due-date <time>', 'ndrDueDate of the event: refuse feedback that is too late')
    .action(async (trackingId: string, options: FeedbackOptions) => {
      const client = new NdrFeedbackClient(await shippingSettings(options, context));
      const { dueDate, allowContactData = false } = options;
      const input = { trackingId, ...toData(options) } as NdrFeedback;
      const rules = { allowContactData, ...(dueDate !== undefined && { dueDate }), signal: context.signal };
      const { requestId = null, attempts } = await client.submit(input, rules);
      context.out.show(
        { status: 'submitted', ndrAction: input.ndrAction, requestId, attempts },
        () => `Amazon has it: request ${requestId}.`,
      );
    });
}
