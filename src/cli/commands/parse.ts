/**
 * `waybill parse`: what an event is, whichever envelope it is in.
 *
 * @module
 */
import type { Command } from 'commander';
import { type BuyWithPrimeEvent, BuyWithPrimeEventParser, type ParsedRecord } from '../../buywithprime/events.ts';
import { isWaybillError } from '../../core/errors.ts';
import { parseShippingEvent, type ShippingEvent, suggestNdrActions } from '../../shipping-ndr/webhook.ts';
import type { Context } from '../context.ts';
import { describeFailure, EXIT } from '../failure.ts';
import { readBytes } from '../files.ts';
import { addJson } from '../settings.ts';

/** Makes the command. */
export function define(command: Command, context: Context): void {
  addJson(command)
    .description(
      'Says what an event is: of Buy with Prime or Amazon Shipping, from EventBridge, a webhook, SQS, SNS or a dead-letter queue.',
    )
    .argument('<file>', 'JSON; - for standard input')
    .addHelpText('after', HELP)
    .action(async (file: string) => show(await readBytes(file, context), context));
}

const HELP = `
Signatures and credentials are not checked. Ends with 1 where a record can't be
read.

Examples:
  $ waybill parse event.json
  $ aws sqs receive-message --queue-url URL | waybill parse -`;

type Described = Readonly<Record<string, unknown>> & { readonly ok: boolean };

function show(bytes: Uint8Array, context: Context): void {
  const { out } = context;
  const records = readRecords(bytes);
  if (records.length === 0 || records.some(({ ok }) => !ok)) context.exitCode = EXIT.failed;
  out.show({ records }, () => {
    if (records.length === 0) return 'There is no record in it.';
    return records.flatMap((record, at) => [
      ...(at > 0 ? [''] : []),
      ...(records.length > 1 ? [out.style('bold', `Record ${at + 1} of ${records.length}`)] : []),
      ...out.fields(textFields(record)),
    ]);
  });
}

function readRecords(bytes: Uint8Array): readonly Described[] {
  return new BuyWithPrimeEventParser().parseAll(unwrapQueue(bytes)).map(describe);
}

/** What `aws sqs receive-message` prints has its messages under other names than a Lambda function gets them. */
function unwrapQueue(bytes: Uint8Array): unknown {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    const { Messages: messages } = (value ?? {}) as { readonly Messages?: unknown };
    if (!Array.isArray(messages)) return value;
    return { Records: messages.map((message) => ({ messageId: message?.MessageId, eventSource: 'aws:sqs', body: message?.Body })) };
  } catch {
    // The parser says what is wrong with it.
    return bytes;
  }
}

function describe(record: ParsedRecord): Described {
  const id = record.messageId === undefined ? {} : { messageId: record.messageId };
  try {
    if (!record.success) throw record.error;
    const { event } = record;
    return { ok: true, ...id, ...(isShipping(event) ? describeShipping(parseShippingEvent(event.raw)) : describePrime(event)) };
  } catch (error) {
    if (!isWaybillError(error)) throw error;
    const { exitCode: _, message, ...failure } = describeFailure(error);
    // Its parser is not asked for its own events alone here.
    return { ok: false, ...id, error: { ...failure, message: message.replace('a Buy with Prime event', 'an event') } };
  }
}

/** Buy with Prime's parser takes any envelope, and does not know these types. */
function isShipping({ kind, eventType, source }: BuyWithPrimeEvent): boolean {
  return kind === 'unknown' && (source === 'AmazonShipping' || eventType === 'NDR Events' || eventType === 'Tracking Detail');
}

function describeShipping(event: ShippingEvent): Readonly<Record<string, unknown>> {
  const { kind, id, time } = event;
  const common = { surface: 'shipping-ndr', kind, eventType: event['detail-type'], id, time };
  switch (event.kind) {
    case 'ndr': {
      const { actions, deadline } = suggestNdrActions(event);
      return { ...common, detail: event.detail, deadline, advice: actions };
    }
    case 'tracking':
      return { ...common, detail: event.detail };
    default:
      return common;
  }
}

function describePrime(event: BuyWithPrimeEvent): Readonly<Record<string, unknown>> {
  const { raw: _, replayName, resources, ...shown } = event;
  const paths = resources.map(({ segments }) => segments.map((step) => step.join('/')).join('/'));
  return { surface: 'buywithprime', ...shown, ...(replayName && { replayName }), resources: paths };
}

/** For people: one line a property, without what is not there. */
function textFields({ ok, error, advice, detail, deadline: _, ...fields }: Described): Readonly<Record<string, string | undefined>> {
  if (!ok) {
    const { message, hint } = error as { readonly message: string; readonly hint?: string };
    return { error: message, hint };
  }
  const actions = (advice ?? []) as readonly { readonly ndrAction: string; readonly advice: string }[];
  const entries = { ...fields, ...(detail as object | undefined) };
  return {
    ...Object.fromEntries(Object.entries(entries).map(([name, value]) => [name, textOf(value)])),
    ...(advice !== undefined && {
      advice:
        actions.map((action) => `${action.ndrAction}: ${action.advice}`).join('\n') || 'none for this reason: every action is possible',
    }),
  };
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'object') return String(value);
  const isList = Array.isArray(value);
  const parts = Object.entries(value).map(([name, part]) => (isList ? textOf(part) : `${name} ${textOf(part)}`));
  return parts.join(isList ? '\n' : ', ') || undefined;
}
