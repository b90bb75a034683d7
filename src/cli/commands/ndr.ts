/**
 * `waybill ndr`: feedback for shipments that could not be delivered.
 *
 * @module
 */
import type { Command } from 'commander';
import { sellingPartnerHost } from '../../shipping-ndr/feedback/client-options.ts';
import { type NdrFeedback, NdrFeedbackClient, type NdrFeedbackClientOptions } from '../../shipping-ndr/index.ts';
import { addHelp } from '../help.ts';
import { checkFeedback } from '../import/feedback-check.ts';
import type { ImportOptions } from '../import/import-decisions.ts';
import { addSettings, clientOptions, type Flags, SHIPPING, variablesOf } from '../settings.ts';
import type { SheetOptions } from '../sheet/write-sheet.ts';
import type { Context } from '../terminal.ts';

interface Options extends Flags {
  readonly date?: string;
  readonly notes?: string;
  readonly allowContactData?: boolean;
  readonly dueDate?: string;
  readonly dryRun?: boolean;
}

/** An action for one shipment. */
interface Action {
  readonly name: string;
  readonly summary: string;
  readonly toFeedback: (options: Options) => Omit<NdrFeedback, 'trackingId'>;
  readonly addOptions?: (command: Command) => Command;
  readonly example: string;
}

const CONTACT_DATA = ['--allow-contact-data', 'send notes that look as if they contained a phone number or an e-mail address'] as const;

const ACTIONS: readonly Action[] = [
  {
    name: 'reschedule',
    summary: 'deliver it on another day',
    toFeedback: ({ date: rescheduleDate = '' }) => ({ ndrAction: 'RESCHEDULE', ndrRequestData: { rescheduleDate } }),
    addOptions: (command) => command.requiredOption('--date <time>', 'a date and a time with an offset, such as 2026-03-02T09:00:00+05:30'),
    example: '--date 2026-03-02T09:00:00+05:30',
  },
  {
    name: 'reattempt',
    summary: 'deliver it again, with notes about the address',
    toFeedback: ({ notes: additionalAddressNotes = '' }) => ({ ndrAction: 'REATTEMPT', ndrRequestData: { additionalAddressNotes } }),
    addOptions: (command) =>
      command.requiredOption('--notes <text>', 'how to find the address, up to 256 characters').option(...CONTACT_DATA),
    example: '--notes "Second gate, beside the water tank"',
  },
  { name: 'rto', summary: 'return it to its origin', toFeedback: () => ({ ndrAction: 'RTO' }), example: '' },
];

/** Defines the command and its own five. */
export function define(command: Command, context: Context): void {
  command.description('Tells Amazon what to do with shipments that could not be delivered (India).');
  addHelp(command, context.out, {
    examples: ['waybill ndr rto 1809561149386 --settings .env', 'waybill ndr import decisions.csv --settings .env'],
  });
  for (const action of ACTIONS) defineAction(command.command(action.name), action, context);
  defineSheet(command.command('sheet'), context);
  defineImport(command.command('import'), context);
}

function defineAction(command: Command, { name, summary, toFeedback, addOptions, example }: Action, context: Context): void {
  command
    .summary(summary)
    .description(`Decides about one shipment: ${summary}.`)
    .argument('<tracking-id>', 'the id of the parcel, as in the event')
    .optionsGroup('Feedback:');
  addOptions?.(command);
  command
    .option('--due-date <time>', 'ndrDueDate of the event; feedback after it is refused')
    .option('--dry-run', 'check the feedback and do not send it')
    .action((trackingId: string, options: Options) => submit({ trackingId, ...toFeedback(options) } as NdrFeedback, options, context));
  addSettings(command, SHIPPING);
  const line = `waybill ndr ${name} 1809561149386${example && ` ${example}`}`;
  addHelp(command, context.out, {
    about: [`Variables: ${variablesOf(SHIPPING)}.`],
    examples: [`${line} --settings .env`, `${line} --dry-run`],
  });
}

async function submit(feedback: NdrFeedback, options: Options, context: Context): Promise<void> {
  const { out, signal } = context;
  const { dueDate, allowContactData = false } = options;
  Object.assign(context.names, SHIPPING.names);
  const body = checkFeedback(feedback, { allowContactData, dueDate }, context.names);
  const { trackingId, ndrAction } = body;
  if (options.dryRun) return out.show({ status: 'not-sent', feedback: body }, () => [JSON.stringify(body, null, 2), 'Nothing was sent.']);
  const settings = await clientOptions<NdrFeedbackClientOptions>(SHIPPING, options, context);
  const client = new NdrFeedbackClient(settings);
  const { requestId = null, attempts } = await client.submit(feedback, { allowContactData, dueDate, signal });
  const { host } = new URL(settings.baseUrl ?? sellingPartnerHost('eu', false));
  out.show({ status: 'submitted', trackingId, ndrAction, host, requestId, attempts }, () => [
    `Amazon accepted ${ndrAction} for ${trackingId} (${host}).`,
    `Request id: ${requestId}`,
  ]);
}

function defineSheet(command: Command, context: Context): void {
  command
    .summary('write a CSV file of the shipments to decide about')
    .description('Writes a sheet of the shipments that wait for a decision, to fill in and to import.')
    .argument('<events>', 'stored events: a file with one per line, a folder of such files, or an SQLite file; - for standard input')
    .optionsGroup('Sheet:')
    .option('--out <file>', 'write the sheet here; default standard output. A file that exists is never overwritten')
    .option('--all', 'also shipments whose time for feedback has passed')
    .action(async (events: string, options: SheetOptions) => {
      const { writeSheet } = await import('../sheet/write-sheet.ts');
      await writeSheet(events, options, context);
    });
  addHelp(command, context.out, {
    about: [
      'The sheet has one row for each shipment, from its latest NDR event, the most urgent first: trackingId, order, reason, attempts, payment, ndrDueDate, advice, and ndrAction, rescheduleDate and additionalAddressNotes to fill in. Shipments that a tracking event shows as delivered, returned or lost are left out.',
      'An SQLite file needs a table ndr_events with a column event that has the JSON of an event.',
    ],
    exitCodes: { 1: 'something in the input is not an event; the sheet has the rest' },
    examples: ['waybill ndr sheet events.ndjson --out today.csv', 'waybill ndr sheet desk.sqlite > today.csv'],
  });
}

function defineImport(command: Command, context: Context): void {
  command
    .summary('submit a CSV file of decisions')
    .description('Submits a CSV file of decisions and writes a report with the result of each row.')
    .argument('<file>', 'the CSV file; - for standard input')
    .optionsGroup('Import:')
    .option(
      '--report <file>',
      'the report to write; default decisions.report.csv beside decisions.csv, ndr-report.csv in this folder for standard input',
    )
    .option('--concurrency <number>', 'rows in flight at once', '10')
    .option(...CONTACT_DATA)
    .option('--dry-run', 'check every row and send nothing')
    .optionsGroup('Sheet:')
    .option('--columns <list>', 'which column is what, such as trackingId=AWB,ndrAction="Seller Action"; without a name: none')
    .option('--only <list>', 'only rows with this value in a column, such as Courier="Amazon Shipping"')
    .option('--actions <list>', 'what other names of actions mean, such as EDIT_DETAILS=REATTEMPT; without a value: undecided')
    .option('--day-at <time>', 'the time of day for a day without one, such as 09:00+05:30')
    .option('--dates-reschedule', 'a reattempt with a date and without notes is RESCHEDULE')
    .action(async (file: string, options: ImportOptions) => {
      // It loads a parser for CSV, which the other commands do not need.
      const { importDecisions } = await import('../import/import-decisions.ts');
      await importDecisions(file, options, context);
    });
  addSettings(command, SHIPPING);
  addHelp(command, context.out, {
    about: [
      'The first line names the columns, in any order and case: trackingId, ndrAction (RESCHEDULE, REATTEMPT or RTO), rescheduleDate, additionalAddressNotes and, if you like, ndrDueDate. Names that couriers and aggregators use are known too, such as AWB, Seller Action and Re-attempt; other columns are ignored, and telephone numbers are never sent. Commas, semicolons and tabs are accepted.',
      'A row without an action is undecided, and is not a failure. What an action has no use for, such as notes with RTO, is left out, and the report says so.',
      'After a failure or an interruption, run the same command again: rows that the report lists as submitted are skipped. After a kill, up to --concurrency rows may be sent twice. A second import with the same report is refused while the first one runs.',
      `Variables: ${variablesOf(SHIPPING)}.`,
    ],
    exitCodes: {
      1: 'a row is invalid or was refused',
      3: 'every failure is temporary, or another import is using the report; run the same command later',
    },
    examples: [
      'waybill ndr import decisions.csv --dry-run',
      'waybill ndr import decisions.csv --settings .env',
      'waybill ndr import panel.csv --only Courier="Amazon Shipping" --day-at 09:00+05:30 --dry-run',
      'export-decisions | waybill ndr import - --report today.csv',
    ],
  });
}
