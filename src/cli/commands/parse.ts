/**
 * `waybill parse`: what an event is, in any envelope.
 *
 * @module
 */
import type { Command } from 'commander';
import { EXIT } from '../failure.ts';
import { readUtf8 } from '../files.ts';
import { addHelp } from '../help.ts';
import type { Context } from '../terminal.ts';
import { describeEvents, eventFields } from '../webhook/described-event.ts';
import { recordedValues } from '../webhook/recording.ts';

/** Defines the command. */
export function define(command: Command, context: Context): void {
  command
    .description(
      'Explains events of Amazon Shipping and Buy with Prime, in whatever they arrive: EventBridge, a webhook, SQS, SNS, Kinesis or a dead-letter queue.',
    )
    .argument('<file>', 'JSON, one on each line, or what waybill listen --record wrote; - for standard input')
    .action(async (file: string) => show(await readUtf8(file, context), context));
  addHelp(command, context.out, {
    about: ['Signatures and credentials are not checked.'],
    exitCodes: { 1: 'an event cannot be read, or the input has no event' },
    examples: ['waybill parse event.json', 'waybill parse events.jsonl', 'aws sqs receive-message --queue-url URL | waybill parse -'],
  });
}

function show(bytes: Uint8Array, context: Context): void {
  const { out } = context;
  const values = recordedValues(bytes) ?? [bytes];
  const events = values.flatMap((value) => describeEvents(value, context));
  if (events.length === 0 || events.some(({ ok }) => !ok)) context.exitCode = EXIT.failed;
  out.show({ records: events }, () => {
    if (events.length === 0) return 'There is no event in it.';
    return events.flatMap((event, at) => [
      ...(at > 0 ? [''] : []),
      ...(events.length > 1 ? [out.style('bold', `Event ${at + 1} of ${events.length}`)] : []),
      ...out.fields(eventFields(event)),
    ]);
  });
}
