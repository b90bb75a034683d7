import { carriers, findCarrier, isCarrierCode } from 'waybill/amazonpay';
import { block, type Child, code, el, heading, note, verdict } from '../dom.ts';
import type { Pane } from '../pane.ts';

export const carrierPane: Pane = {
  id: 'carrier',
  name: 'Carrier',
  about: `Amazon Pay's code for a carrier, by the name that a shop has for it. The list has ${carriers.length} codes.`,
  fields: [
    {
      name: 'name',
      label: 'Name or title of the carrier',
      hint: 'Such as "Yamato (EN)", "DHL", "UPS Ground", "Royal Mail".',
      value: 'Yamato (EN)',
    },
    { name: 'country', label: 'Country', hint: 'Two letters, optional: its carriers come first among equals.', value: '' },
  ],
  run: ({ name = '', country = '' }) => {
    if (name.trim() === '') return note('Type a name.');
    const found = findCarrier(name, country ? { country } : undefined);
    const { outcome, note: reason, candidates } = found;
    const title = outcome === 'found' ? `found: ${found.code}` : outcome;
    return [
      verdict(outcome === 'found' ? 'good' : outcome === 'likely' || outcome === 'ambiguous' ? 'warn' : 'bad', title),
      reason && note(`${reason[0]?.toUpperCase()}${reason.slice(1)}.`),
      isCarrierCode(name) &&
        outcome !== 'found' &&
        note('There is a code that is spelt like this, but as a name it may mean another carrier.'),
      candidates.length > 0 && [heading(candidates.length === 1 ? 'Carrier' : 'Candidates, the most likely first'), table(candidates)],
      outcome === 'found' && [
        heading('In code'),
        block(`await trackers.create({ chargePermissionId, carrierCode: '${found.code}', trackingNumber });`, 'Call'),
      ],
    ];
  },
};

function table(
  candidates: readonly { readonly code: string; readonly name: string; readonly match: string; readonly list?: string }[],
): Child {
  const matches: Readonly<Record<string, string>> = {
    exact: "Amazon's own name",
    alias: 'another name for it',
    part: 'the title contains its name',
    similar: 'looks alike',
  };
  const head = el(
    'tr',
    {},
    ['Code', 'Name on the list', 'Why'].map((text) => el('th', { scope: 'col' }, text)),
  );
  const rows = candidates.map(({ code: carrier, name, match }) =>
    el('tr', {}, el('td', {}, code(carrier)), el('td', {}, name), el('td', {}, matches[match] ?? match)),
  );
  return el('div', { class: 'wb-scroll' }, el('table', {}, el('thead', {}, head), el('tbody', {}, rows)));
}
