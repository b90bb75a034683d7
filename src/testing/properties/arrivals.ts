/**
 * The ways on which events reach a receiver, the same for both surfaces.
 *
 * @module
 */
import * as fc from 'fast-check';
import { sqsEvent } from '../builders/sqs-event.ts';

/** Events, and what a receiver gets of them. */
export interface EventArrival<Event> {
  /** How they arrived. */
  readonly via: 'eventbridge' | 'archive replay' | 'webhook' | 'json' | 'sqs' | 'sns in sqs' | 'lambda destination';
  /** What is passed to the receiver: one event, or a batch of a queue. */
  readonly input: unknown;
  /** The events in it, in order. */
  readonly events: readonly Event[];
}

/** Every way but the webhook, which differs by surface. */
export function arrivalsOf<Event extends object>(one: fc.Arbitrary<Event>): readonly fc.Arbitrary<EventArrival<Event>>[] {
  const several = fc.array(one, { minLength: 1, maxLength: 5 });
  const queue = { seed: 1, clock: () => new Date('2026-01-15T10:00:00Z') };
  const arrival = (via: EventArrival<Event>['via'], input: unknown, ...events: readonly Event[]): EventArrival<Event> => ({
    via,
    input,
    events,
  });
  return [
    one.map((event) => arrival('replay-name' in event ? 'archive replay' : 'eventbridge', event, event)),
    one.map((event) => arrival('json', JSON.stringify(event), event)),
    several.map((events) => arrival('sqs', sqsEvent(events, queue), ...events)),
    several.map((events) => arrival('sns in sqs', sqsEvent(events, { ...queue, sns: true }), ...events)),
    one.map((event) => arrival('lambda destination', failedInvocation(event), event)),
  ];
}

/**
 * What Lambda sends to a failure destination.
 *
 * @see {@link https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html | Destinations}
 */
function failedInvocation(event: object): object {
  return {
    version: '1.0',
    timestamp: '2026-01-15T10:00:00.000Z',
    requestContext: {
      requestId: '5f0c4a0b',
      functionArn: 'arn:aws:lambda:us-east-1:111122223333:function:amazon:$LATEST',
      condition: 'RetriesExhausted',
    },
    requestPayload: event,
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload: { errorMessage: 'the queue is down' },
  };
}
