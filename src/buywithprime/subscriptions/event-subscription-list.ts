/**
 * All event subscriptions, page by page.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/events-queries-eventsubscriptions | eventSubscriptions}
 */
import * as z from 'zod/mini';
import { ValidationError } from '../../core/errors.ts';
import { type CallOptions, checkCall, misconfigured } from '../../core/options.ts';
import { parseAnswer, present } from '../api/answer.ts';
import type { BuyWithPrimeApi } from '../api/client-options.ts';

/** What {@link BuyWithPrimeClient.eventSubscriptions} can be told. */
export interface EventSubscriptionsOptions extends CallOptions {
  /**
   * Subscriptions that are asked for at a time, 1 to 1,000.
   * @default 50
   */
  readonly pageSize?: number;
}

/** A subscription as the list has it: ask for the rest by its id. */
export interface EventSubscriptionReference {
  /** That the list's `id` is the subscription's is inferred. */
  readonly subscriptionId: string;
}

const FIELD = 'eventSubscriptions';
const DOCUMENT = `query eventSubscriptions($first: Int, $after: String) {
  eventSubscriptions(first: $first, after: $after) { edges { node { id } } pageInfo { endCursor hasNextPage } }
}`;

const PageSchema = /* @__PURE__ */ (() =>
  z.looseObject({
    edges: z.nullish(z.array(z.nullable(z.looseObject({ node: z.nullish(z.looseObject({ id: z.string() })) })))),
    pageInfo: z.nullish(z.looseObject({ endCursor: z.nullish(z.string()), hasNextPage: z.nullish(z.boolean()) })),
  }))();

/** Reads one page at a time, as they are wanted. */
export function listEventSubscriptions(
  api: BuyWithPrimeApi,
  options: EventSubscriptionsOptions = {},
): AsyncIterable<EventSubscriptionReference> {
  checkCall('buywithprime', options);
  const { pageSize = 50, ...call } = options;
  if (!(Number.isInteger(pageSize) && pageSize >= 1 && pageSize <= 1_000)) {
    throw misconfigured('buywithprime', '"pageSize" must be a whole number from 1 to 1000');
  }
  return generate(api, pageSize, call);
}

async function* generate(
  { send }: BuyWithPrimeApi,
  first: number,
  call: CallOptions,
): AsyncGenerator<EventSubscriptionReference, void, undefined> {
  const cursors = new Set<string | null | undefined>([null, undefined, '']);
  let after: string | null | undefined;
  for (;;) {
    const page = await send(
      {
        document: DOCUMENT,
        variables: after ? { first, after } : { first },
        denied: 'Amazon answers this where there are no subscriptions at all, too. ',
        read: ({ [FIELD]: answer }) => parseAnswer(FIELD, PageSchema, answer),
      },
      call,
    );
    for (const { node } of present(page.edges)) if (node) yield { subscriptionId: node.id };
    if (!page.pageInfo?.hasNextPage) return;
    after = page.pageInfo.endCursor;
    if (cursors.has(after)) {
      const issue = { path: [FIELD, 'pageInfo', 'endCursor'], message: 'expected a new cursor: the list would never end' };
      throw new ValidationError('response', [issue], { surface: 'buywithprime' });
    }
    cursors.add(after);
  }
}
