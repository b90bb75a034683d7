/** The list of shipments: tabs, filters, a row for each, and the form for those that are ticked. */
import { html } from 'hono/html';
import { suggestNdrActions } from 'waybill/shipping-ndr';
import type { Desk } from '../desk.ts';
import { ATTEMPTS, DUE, type Filter, filterQuery, PAYMENTS } from '../filter.ts';
import { FORM_ERRORS } from '../form.ts';
import { type Decision, type Shipment, STATES, type State } from '../shipment.ts';
import { showDay, showDistance } from '../time.ts';
import { decideFields } from './decide.ts';
import { ACTION_NAMES, batchNotice, errorNotice, type Html, page, shipmentLink, showTimeTag } from './page.ts';

export const STATE_NAMES: Readonly<Record<State, string>> = {
  'action-required': 'Action required',
  requested: 'Requested',
  delivered: 'Delivered',
  returned: 'Returned',
};

/** What the fifth column says. */
const WHAT: Readonly<Record<State, string>> = {
  'action-required': 'Advice',
  requested: 'Requested',
  delivered: 'Outcome',
  returned: 'Outcome',
};

export interface ListOptions {
  readonly user: string;
  readonly filter: Filter;
  readonly shipments: readonly Shipment[];
  readonly page: number;
  readonly hasNext: boolean;
  readonly batch: readonly Decision[];
  readonly error: string | undefined;
  /** The tracking ids that are ticked. */
  readonly selected: readonly string[];
}

export function listPage(desk: Desk, options: ListOptions): Html {
  const { user, filter, shipments, batch } = options;
  const query = new URLSearchParams(filterQuery(filter)).toString();
  const isWaiting = batch.some(({ result }) => result === 'sending');
  return page(
    { title: STATE_NAMES[filter.state], user, path: '/', isWaiting },
    html`<h1 class="hidden">Shipments that could not be delivered</h1>
${tabs(desk, filter)}
${batchNotice(batch)}
${errorNotice(FORM_ERRORS.get(options.error ?? ''))}
${missedNotice(desk, filter)}
${filters(desk, filter)}
${shipments.length === 0 ? html`<p class="empty">${isFiltered(filter) ? 'No shipment matches the filters.' : 'Nothing to do here.'}</p>` : list(desk, options, query)}
${pages(options, query)}
${files(query)}`,
  );
}

function tabs(desk: Desk, { state }: Filter): Html {
  const counts = desk.counts();
  return html`<nav class="tabs" aria-label="Shipments">${STATES.map(
    (tab) =>
      html`<a href="/?tab=${tab}" ${tab === state ? html`aria-current="page"` : ''}>${STATE_NAMES[tab]} <span class="count">${counts[tab]}</span></a>`,
  )}</nav>`;
}

function missedNotice(desk: Desk, { state, isMissed }: Filter): Html {
  const { missed } = desk.counts();
  if (state !== 'requested' || missed === 0 || isMissed) return html``;
  return html`<section class="notice bad"><p><strong>${missed}</strong> asked for a day, and nothing went out by then. <a href="/?tab=requested&missed=1">Show only ${missed === 1 ? 'this one' : 'these'}</a></p></section>`;
}

const isFiltered = (filter: Filter): boolean => Object.values(filter).filter(Boolean).length > 1;

function filters(desk: Desk, filter: Filter): Html {
  return html`<form class="filters" role="search" aria-label="Filter">
<input type="hidden" name="tab" value="${filter.state}">
<label>Tracking or order id<input type="search" name="search" value="${filter.search ?? ''}"></label>
${choice('Reason', 'reason', Object.fromEntries(desk.reasons().map((reason) => [reason, reason])), filter.reason)}
${choice('Due', 'due', DUE, filter.due)}
${choice('Payment', 'payment', PAYMENTS, filter.payment)}
${choice('Attempts', 'attempts', ATTEMPTS, filter.attempts)}
<div class="buttons"><button class="quiet">Filter</button>${isFiltered(filter) ? html`<a href="/?tab=${filter.state}">Show all</a>` : ''}</div>
</form>`;
}

function choice(label: string, name: string, choices: Readonly<Record<string, string>>, chosen: string | undefined): Html {
  return html`<label>${label}<select name="${name}"><option value="">all</option>${Object.entries(choices).map(
    ([value, words]) => html`<option value="${value}" ${value === chosen ? 'selected' : ''}>${words}</option>`,
  )}</select></label>`;
}

function list(desk: Desk, { filter, shipments, selected }: ListOptions, query: string): Html {
  const canDecide = filter.state === 'action-required' || filter.state === 'requested';
  const rows = shipments.map((shipment) => row(desk, shipment, canDecide, selected.includes(shipment.tracking_id)));
  // Roles, because a table that is laid out as cards on a phone is not announced as a table otherwise.
  const table = html`<table role="table">
<caption class="hidden">${STATE_NAMES[filter.state]}</caption>
<thead role="rowgroup"><tr role="row">
${canDecide ? html`<th role="columnheader" class="tick"><input type="checkbox" id="all" aria-label="Select all on this page" hidden></th>` : ''}
<th role="columnheader">${filter.state === 'action-required' ? 'Due' : 'Since'}</th><th role="columnheader">Shipment</th><th role="columnheader">Reason</th>
<th role="columnheader">${WHAT[filter.state]}</th><th role="columnheader">Attempts</th><th role="columnheader">Payment</th>
</tr></thead>
<tbody role="rowgroup">${rows}</tbody>
</table>`;
  if (!canDecide) return table;
  return html`<form method="post" action="/decisions" id="decide">
<input type="hidden" name="filter" value="${query}">
<input type="hidden" name="seen" value="${filter.state}">
${table}
<fieldset class="decide"><legend id="number">With the ticked shipments</legend>${decideFields(desk.now())}</fieldset>
</form>`;
}

function row(desk: Desk, shipment: Shipment, canDecide: boolean, isSelected: boolean): Html {
  const { tracking_id, order_id, reason, attempts, is_cod, state } = shipment;
  return html`<tr role="row">
${canDecide ? html`<td role="cell" class="tick"><input type="checkbox" name="id" value="${tracking_id}" aria-label="Select ${tracking_id}" ${isSelected ? 'checked' : ''}></td>` : ''}
<td role="cell">${state === 'action-required' ? due(shipment, desk.now()) : showTimeTag(shipment.state_since)}</td>
<td role="cell">${shipmentLink(tracking_id)}${order_id ? html`<small>Order ${order_id}</small>` : ''}</td>
<td role="cell">${reason}</td>
<td role="cell" data-label="${WHAT[state]}">${canDecide ? advice(desk, shipment) : outcome(shipment)}</td>
<td role="cell" data-label="Attempts">${attempts}</td>
<td role="cell" data-label="Payment">${is_cod ? html`<span class="badge cod">cash on delivery</span>` : html`<span class="muted">other</span>`}</td>
</tr>`;
}

function due({ due }: Shipment, now: Date): Html {
  if (due === null) return html`<span class="muted">not given</span>`;
  const hours = (Date.parse(due) - now.getTime()) / 3_600_000;
  const urgency = hours < 0 ? 'passed' : hours < 12 ? 'soon' : '';
  return html`<strong class="due ${urgency}">${hours < 0 ? 'passed ' : ''}${showDistance(due, now)}</strong><small>${showTimeTag(due)}</small>`;
}

function advice(desk: Desk, shipment: Shipment): Html {
  if (shipment.state === 'requested') {
    const last = desk.decisionsOf(shipment.tracking_id).findLast(({ result }) => result !== 'failed');
    const asked = shipment.asked_day ? html`Reschedule to ${showDay(shipment.asked_day)}` : html`${ACTION_NAMES[last?.action ?? ''] ?? ''}`;
    return html`${asked}${desk.isMissed(shipment) ? html`<span class="badge missed">nothing went out by then</span>` : ''}`;
  }
  const { actions } = suggestNdrActions({ detail: { trackingId: shipment.tracking_id, reasonCode: shipment.reason } });
  if (actions.length === 0) return html`<span class="muted">none: any action</span>`;
  return html`${actions.map(({ ndrAction }) => ACTION_NAMES[ndrAction]).join(' or ')}`;
}

function outcome({ state, delivered_at_attempt }: Shipment): Html {
  if (state === 'delivered') return html`Delivered at attempt ${delivered_at_attempt ?? ''}`;
  return html`Returned to origin`;
}

function pages({ page, hasNext }: ListOptions, query: string): Html {
  if (page === 0 && !hasNext) return html``;
  return html`<nav class="pages" aria-label="Further shipments">
${page > 0 ? html`<a href="/?${query}&page=${page - 1}">Previous</a>` : ''}
<span>Page ${page + 1}</span>
${hasNext ? html`<a href="/?${query}&page=${page + 1}">Next</a>` : ''}
</nav>`;
}

function files(query: string): Html {
  return html`<section class="files" aria-label="CSV">
<a class="button" href="/shipments.csv?${query}">Download this list as CSV</a>
<form method="post" action="/decisions/file" enctype="multipart/form-data">
<label><span>Upload a filled-in list <small>(trackingId, ndrAction, rescheduleDate, additionalAddressNotes)</small></span><input type="file" name="file" accept=".csv,text/csv" required></label>
<button class="quiet">Upload and send</button>
</form>
</section>`;
}
