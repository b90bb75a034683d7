import { type NdrEvent, ndrReasons, suggestNdrActions } from 'waybill/shipping-ndr/webhook';
import { block, type Child, code, el, facts, heading, note, verdict } from '../dom.ts';
import type { Pane } from '../pane.ts';

const CALLS = {
  RESCHEDULE: (id: string) => `await feedback.reschedule('${id}', new Date('2026-03-02T09:00:00+05:30'));`,
  REATTEMPT: (id: string) => `await feedback.reattempt('${id}', 'Second gate, beside the water tank');`,
  RTO: (id: string) => `await feedback.returnToOrigin('${id}');`,
};

export const ndrPane: Pane = {
  id: 'ndr',
  name: 'NDR advice',
  about: 'What Amazon advises when a shipment could not be delivered, by the reason in its event.',
  fields: [
    {
      name: 'reason',
      label: 'Reason',
      kind: 'choice',
      value: 'Customer unavailable',
      options: [...ndrReasons.map((reason) => [reason, reason] as const), ['', 'no reason in the event']],
    },
    { name: 'due', label: 'Due date, as in the event', value: '2026-03-02T18:30:00Z' },
    { name: 'tracking', label: 'Tracking id', value: '1809561149386' },
  ],
  run: ({ reason = '', due = '', tracking = '' }) => {
    const event = { detail: { trackingId: tracking, ...(reason && { reasonCode: reason }), ...(due && { ndrDueDate: due }) } };
    const { actions } = suggestNdrActions(event);
    const calls = (actions.length > 0 ? actions.map(({ ndrAction }) => ndrAction) : (['RESCHEDULE', 'REATTEMPT', 'RTO'] as const)).map(
      (action) => CALLS[action](tracking),
    );
    const title =
      actions.length > 0 ? `advised: ${actions.map(({ ndrAction }) => ndrAction).join(', ')}` : 'no advice: every action is possible';
    return [verdict(actions.length > 0 ? 'good' : 'warn', title), advice(event), heading('In code'), block(calls.join('\n'), 'Calls')];
  },
};

/** What Amazon advises for an event, and until when. */
export function advice(event: Pick<NdrEvent, 'detail'>): Child {
  const { actions, basis, deadline } = suggestNdrActions(event);
  const reasons = {
    advised: undefined,
    'no-advice-for-reason': 'Amazon advises nothing for this reason: every action is possible.',
    'no-reason-given': 'The event gives no reason, so there is no advice: every action is possible.',
  };
  const list = actions.map(({ ndrAction, requires, advice: text }) =>
    el('li', {}, code(ndrAction), requires && [' with ', code(requires)], `. ${text}`),
  );
  return [
    heading('What Amazon advises'),
    reasons[basis] && note(reasons[basis]),
    list.length > 0 && el('ul', {}, list),
    facts({
      'Feedback is due': deadline ? el('time', { datetime: deadline.toISOString() }, deadline.toISOString()) : 'not a time with an offset',
    }),
    note('It is advice and not a rule: nothing shows that Amazon refuses another action.'),
  ];
}
