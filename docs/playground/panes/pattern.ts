import { type BuyWithPrimeEventKind, type EventPatternOptions, eventPattern } from 'waybill/buywithprime/events';
import { el, heading, json, note } from '../dom.ts';
import { KINDS } from '../kinds.ts';
import type { Pane } from '../pane.ts';

export const patternPane: Pane = {
  id: 'pattern',
  name: 'Event pattern',
  about: 'The pattern of an EventBridge rule: kinds of event, each with every name that Amazon has for it.',
  fields: [
    {
      name: 'kinds',
      label: 'Kinds',
      hint: 'Without a choice the rule matches every type, also those that Amazon adds.',
      kind: 'checks',
      value: 'DELIVERY_IN_TRANSIT',
      options: Object.entries(KINDS).map(([kind, [group]]) => [kind, group] as const),
    },
    { name: 'source', label: 'Partner event source', hint: 'Optional, with its beginning: aws.partner/buywithprime/my-source.', value: '' },
    {
      name: 'format',
      label: 'For',
      kind: 'choice',
      value: 'raw',
      options: [
        ['raw', 'console, CloudFormation, Terraform'],
        ['cdk', 'AWS CDK'],
      ],
    },
  ],
  run: ({ kinds = '', source = '', format = 'raw' }) => {
    const chosen = kinds.split(' ').filter(Boolean) as BuyWithPrimeEventKind[];
    const options = { ...(chosen.length > 0 && { kinds: chosen }), ...(source && { source }) } satisfies EventPatternOptions;
    const pattern = format === 'cdk' ? eventPattern({ ...options, format: 'cdk' }) : eventPattern(options);
    return [
      heading('Event pattern'),
      json(pattern, 'Event pattern'),
      heading('What it matches'),
      chosen.length === 0
        ? note('Every event of Buy with Prime.')
        : el(
            'ul',
            {},
            chosen.map((kind) => el('li', {}, `${KINDS[kind][1]}`)),
          ),
      note('Send the matched event whole: an input transformer drops what is needed. Give the target of the rule a dead-letter queue.'),
      format === 'cdk' && note('The AWS CDK writes detailType: in a rule of JSON that spelling matches nothing.'),
    ];
  },
};
