/**
 * `waybill bwp`: orders and event subscriptions of Buy with Prime.
 *
 * @module
 */
import type { Command } from 'commander';
import { eventKinds, eventTypesOf, findEventKind } from '../../buywithprime/events/kinds.ts';
import {
  BuyWithPrimeClient,
  type BuyWithPrimeClientOptions,
  type BuyWithPrimeOrder,
  type EventSubscription,
} from '../../buywithprime/index.ts';
import { parseInput } from '../../buywithprime/payload.ts';
import { type EventSubscriptionInput, EventSubscriptionInputSchema } from '../../buywithprime/subscriptions/subscription.ts';
import { nearest } from '../../core/wording.ts';
import { EXIT, UsageError } from '../failure.ts';
import { addHelp } from '../help.ts';
import { requireOneOf } from '../requirements.ts';
import { addSettings, BUY_WITH_PRIME, clientOptions, type Flags, refuseUserInfo, variablesOf } from '../settings.ts';
import type { Context, Output } from '../terminal.ts';

const HOST = 'https://api.buywithprime.amazon.com';
const ABOUT = [`Variables: ${variablesOf(BUY_WITH_PRIME)}.`];

/** Defines the command and its own. */
export function define(command: Command, context: Context): void {
  command.description('Reads an order of Buy with Prime, and manages event subscriptions.');
  addHelp(command, context.out, {
    examples: ['waybill bwp order 322-ABC1-AAAAAA --settings .env', 'waybill bwp subscriptions list --settings .env'],
  });
  defineOrder(command.command('order'), context);
  const subscriptions = command.command('subscriptions').summary('list, create and delete event subscriptions');
  subscriptions.description('Lists, creates and deletes event subscriptions: which type of event is sent where.');
  addHelp(subscriptions, context.out, {
    examples: ['waybill bwp subscriptions list --settings .env', 'waybill bwp subscriptions delete SUBSCRIPTION-ID --dry-run'],
  });
  defineList(subscriptions.command('list'), context);
  defineCreate(subscriptions.command('create'), context);
  defineDelete(subscriptions.command('delete'), context);
}

/** A client, and the host that it calls. */
async function connect(flags: Flags, context: Context): Promise<{ readonly client: BuyWithPrimeClient; readonly host: string }> {
  const options = await clientOptions<BuyWithPrimeClientOptions>(BUY_WITH_PRIME, flags, context);
  return { client: new BuyWithPrimeClient(options), host: new URL(options.baseUrl ?? HOST).host };
}

interface OrderOptions extends Flags {
  readonly aliasType?: string;
}

function defineOrder(command: Command, context: Context): void {
  command
    .summary('show an order with its deliveries')
    .description('Shows an order with its line items, deliveries and tracking numbers.')
    .argument('<order-id>', 'the id of the order, as in an event; with --alias-type your own id')
    .optionsGroup('Order:')
    .option('--alias-type <type>', 'the type of the alias that <order-id> is, such as EXTERNAL_ID')
    .action((id: string, options: OrderOptions) => showOrder(id, options, context));
  addSettings(command, BUY_WITH_PRIME);
  addHelp(command, context.out, {
    about: ABOUT,
    exitCodes: { 1: 'there is no such order, or Amazon refused' },
    examples: [
      'waybill bwp order 322-ABC1-AAAAAA --settings .env',
      'waybill bwp order my-order-4711 --alias-type EXTERNAL_ID --settings .env --json',
    ],
  });
}

async function showOrder(id: string, { aliasType, ...flags }: OrderOptions, context: Context): Promise<void> {
  const { out, signal } = context;
  if (id.trim() === '') throw new UsageError('<order-id> is empty', 'Is the variable of your shell set?');
  const { client, host } = await connect(flags, context);
  const order = await client.order(aliasType === undefined ? id : { alias: { aliasId: id, aliasType } }, { signal });
  if (!order) context.exitCode = EXIT.failed;
  out.show({ status: order ? 'found' : 'not-found', host, order: order ? withoutPayloads(order) : null }, () =>
    order ? [...orderLines(order, out), '', `From ${host}.`] : `There is no such order (${host}).`,
  );
}

/** The normalised order: what Amazon returned would be in it twice. */
function withoutPayloads(order: BuyWithPrimeOrder): unknown {
  return JSON.parse(JSON.stringify(order, (name, value) => (name === 'payload' ? undefined : value)));
}

function orderLines({ id, aliases, lineItems }: BuyWithPrimeOrder, out: Output): readonly string[] {
  const names = aliases.map(({ aliasType, aliasId }) => `${aliasType} ${aliasId}`).join('\n') || undefined;
  return [
    ...out.fields({ order: id, alias: names, 'line items': String(lineItems.length) }),
    ...lineItems.flatMap((item, at) => [
      '',
      out.style('bold', `Line item ${at + 1} of ${lineItems.length}`),
      ...out.fields({ id: item.id, quantity: item.quantity === undefined ? undefined : String(item.quantity) }, 2),
      ...item.deliveries.flatMap(({ id: delivery, state, reason, tracking }) => [
        '',
        ...out.fields({ delivery, state: [state, reason].filter(Boolean).join(', '), ...trackingFields(tracking) }, 4),
      ]),
    ]),
  ];
}

function trackingFields(
  tracking: BuyWithPrimeOrder['lineItems'][number]['deliveries'][number]['tracking'],
): Record<string, string | undefined> {
  if (!tracking) return {};
  const { carrierCode, trackingNumber, milestone, estimatedDelivery } = tracking;
  return {
    tracking: [carrierCode, trackingNumber].filter(Boolean).join(' ') || undefined,
    milestone: milestone?.code,
    expected: estimatedDelivery?.latest,
  };
}

interface ListOptions extends Flags {
  readonly idsOnly?: boolean;
}

function defineList(command: Command, context: Context): void {
  command
    .summary('list all event subscriptions')
    .description('Lists all event subscriptions with their types and sources.')
    .optionsGroup('List:')
    .option('--ids-only', 'print only the ids: without it each subscription is read with another request')
    .action((options: ListOptions) => listSubscriptions(options, context));
  addSettings(command, BUY_WITH_PRIME);
  addHelp(command, context.out, {
    about: ['If there is no subscription at all, Amazon responds with AccessDeniedError.', ...ABOUT],
    examples: ['waybill bwp subscriptions list --settings .env', 'waybill bwp subscriptions list --ids-only --json'],
  });
}

async function listSubscriptions({ idsOnly = false, ...flags }: ListOptions, context: Context): Promise<void> {
  const { out, signal } = context;
  const { client, host } = await connect(flags, context);
  const found: Pick<EventSubscription, 'subscriptionId' | 'eventType' | 'source'>[] = [];
  for await (const { subscriptionId } of client.eventSubscriptions({ signal })) {
    const details = idsOnly ? undefined : await client.eventSubscription(subscriptionId, { signal });
    found.push({ subscriptionId, eventType: details?.eventType, source: details?.source });
  }
  out.show({ host, subscriptions: found }, () => {
    if (found.length === 0) return `There is no subscription (${host}).`;
    if (idsOnly) return found.map(({ subscriptionId }) => subscriptionId);
    const rows = found.map(({ subscriptionId, eventType = '', source = '' }) => [subscriptionId, eventType, source]);
    return [...out.table(['id', 'event type', 'source'], rows), '', `${found.length} in all (${host}).`];
  });
}

interface CreateOptions extends Flags {
  readonly webhook?: string;
  readonly authProfile?: string;
  readonly awsAccount?: string;
  readonly awsRegion?: string;
  readonly sourceName?: string;
  readonly dryRun?: boolean;
}

function defineCreate(command: Command, context: Context): void {
  command
    .summary('subscribe to one type of event')
    .description('Subscribes to one type of event, at a webhook or in EventBridge.')
    .argument('<event-type>', "in Amazon's spelling, such as PACKAGE_DELIVERED; one for each subscription")
    .optionsGroup('Destination:')
    .option('--webhook <url>', 'the URL that events are posted to; https only')
    .option('--auth-profile <id>', 'the profile with which Amazon authenticates at the webhook')
    .option('--aws-account <id>', 'for EventBridge: the account, 12 digits')
    .option('--aws-region <name>', 'for EventBridge: the region, such as us-east-1')
    .option('--source-name <name>', 'for EventBridge: the name of the partner event source')
    .optionsGroup('Request:')
    .option('--dry-run', 'check the subscription and do not create it')
    .action((eventType: string, options: CreateOptions) => createSubscription(eventType, options, context));
  requireOneOf(command, ['--webhook', '--aws-account']);
  addSettings(command, BUY_WITH_PRIME);
  addHelp(command, context.out, {
    about: ABOUT,
    examples: [
      'waybill bwp subscriptions create PACKAGE_DELIVERED --webhook https://shop.example/bwp --settings .env',
      'waybill bwp subscriptions create REFUND_REQUESTED --aws-account 919191919191 --aws-region us-east-1 --source-name my-shop --dry-run',
    ],
  });
}

async function createSubscription(eventType: string, options: CreateOptions, context: Context): Promise<void> {
  const { out, signal } = context;
  Object.assign(context.names, BUY_WITH_PRIME.names);
  const input = parseInput(EventSubscriptionInputSchema, { eventType, destination: destinationOf(options) } as EventSubscriptionInput);
  if (!findEventKind(eventType)) {
    const meant = nearest(eventType, eventKinds.flatMap(eventTypesOf));
    out.note(`warning: <event-type> is not a type that Amazon documents.${meant ? ` Did you mean ${meant}?` : ''}`);
  }
  if (options.dryRun) {
    return out.show({ status: 'not-sent', input }, () => [JSON.stringify(input, null, 2), 'Nothing was sent.']);
  }
  const { client, host } = await connect(options, context);
  const { subscriptionId } = await client.createEventSubscription(input, { signal });
  out.show({ status: 'created', subscriptionId, eventType, host }, () => [
    `Amazon created the subscription to ${eventType} (${host}).`,
    `Subscription id: ${subscriptionId}`,
  ]);
}

function destinationOf({ webhook: url, authProfile, awsAccount, awsRegion, sourceName }: CreateOptions): object {
  if (url !== undefined) {
    if (awsAccount ?? awsRegion ?? sourceName) throw new UsageError('pass either --webhook or the --aws- options, not both');
    refuseUserInfo('--webhook', url, 'Pass --auth-profile ID: with that profile Amazon authenticates at the webhook.');
    return { webhook: { url, ...(authProfile !== undefined && { authProfileId: authProfile }) } };
  }
  if (authProfile !== undefined) throw new UsageError('--auth-profile belongs to --webhook');
  const missing = Object.entries({ '--aws-region': awsRegion, '--source-name': sourceName }).filter(([, value]) => !value);
  if (missing.length > 0) throw new UsageError(`--aws-account needs ${missing.map(([flag]) => flag).join(' and ')} too`);
  return { eventBridge: { region: awsRegion, partnerEventSource: { account: awsAccount, name: sourceName } } };
}

interface DeleteOptions extends Flags {
  readonly dryRun?: boolean;
}

function defineDelete(command: Command, context: Context): void {
  command
    .summary('end an event subscription')
    .description('Ends an event subscription.')
    .argument('<subscription-id>', 'its id, as the list has it')
    .optionsGroup('Request:')
    .option('--dry-run', 'show the subscription and do not delete it')
    .action((id: string, options: DeleteOptions) => deleteSubscription(id, options, context));
  addSettings(command, BUY_WITH_PRIME);
  addHelp(command, context.out, {
    about: ['The partner event source stays in AWS until you delete it there.', ...ABOUT],
    examples: [
      'waybill bwp subscriptions delete 7c9e6679-7425-40de-944b-e07fc1f90ae7 --dry-run --settings .env',
      'waybill bwp subscriptions delete 7c9e6679-7425-40de-944b-e07fc1f90ae7 --settings .env',
    ],
  });
}

async function deleteSubscription(subscriptionId: string, { dryRun, ...flags }: DeleteOptions, context: Context): Promise<void> {
  const { out, signal } = context;
  const { client, host } = await connect(flags, context);
  if (dryRun) {
    const { payload: _, ...subscription } = await client.eventSubscription(subscriptionId, { signal });
    return out.show({ status: 'not-sent', host, subscription }, () => [...out.fields({ ...subscription, host }), 'Nothing was deleted.']);
  }
  await client.deleteEventSubscription(subscriptionId, { signal });
  out.show({ status: 'deleted', subscriptionId, host }, () => `Amazon deleted the subscription ${subscriptionId} (${host}).`);
}
