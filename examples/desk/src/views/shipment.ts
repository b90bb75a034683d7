/** One shipment: what is known, what to do, and everything that happened. */
import { html } from 'hono/html';
import { deliveryAttempts, suggestNdrActions } from 'waybill/shipping-ndr';
import type { Desk } from '../desk.ts';
import { FORM_ERRORS } from '../form.ts';
import { type Decision, type Received, type Shipment, timeOf } from '../shipment.ts';
import { showDay, showDistance } from '../time.ts';
import { decideFields } from './decide.ts';
import { STATE_NAMES } from './list.ts';
import { ACTION_NAMES, batchNotice, errorNotice, type Html, page, showDecision, showResult, showTimeTag } from './page.ts';

export interface ShipmentOptions {
  readonly user: string;
  readonly shipment: Shipment;
  readonly batch: readonly Decision[];
  readonly error: string | undefined;
}

export function shipmentPage(desk: Desk, { user, shipment, batch, error }: ShipmentOptions): Html {
  const { tracking_id, order_id, reason, attempts, is_cod, due, state, asked_day } = shipment;
  const isWaiting = batch.some(({ result }) => result === 'sending');
  return page(
    { title: tracking_id, user, isWaiting },
    html`<p><a href="/?tab=${state}">← ${STATE_NAMES[state]}</a></p>
<h1>Shipment <span class="number">${tracking_id}</span></h1>
${batchNotice(batch)}
${errorNotice(FORM_ERRORS.get(error ?? ''))}
${desk.isMissed(shipment) ? html`<section class="notice bad"><p><strong>Nothing went out by ${showDay(asked_day ?? '')}</strong>, the day that was asked for.</p></section>` : ''}
<dl class="facts">
<div><dt>State</dt><dd>${STATE_NAMES[state]}</dd></div>
<div><dt>Reason</dt><dd>${reason}</dd></div>
<div><dt>Feedback until</dt><dd>${due === null ? 'not given' : html`${showTimeTag(due)} (${showDistance(due, desk.now())})`}</dd></div>
<div><dt>Attempts</dt><dd>${attempts}</dd></div>
<div><dt>Payment</dt><dd>${is_cod ? 'cash on delivery' : 'other'}</dd></div>
<div><dt>Order</dt><dd>${order_id || 'not given'}</dd></div>
</dl>
${state === 'action-required' || state === 'requested' ? decide(desk, shipment) : ''}
<h2>History</h2>
<ol class="history">${history(desk, tracking_id)}</ol>`,
  );
}

function decide(desk: Desk, { tracking_id, reason, state }: Shipment): Html {
  const { actions } = suggestNdrActions({ detail: { trackingId: tracking_id, reasonCode: reason } });
  const advice = actions.map(({ ndrAction, advice }) => html`<li><strong>${ACTION_NAMES[ndrAction] ?? ndrAction}:</strong> ${advice}</li>`);
  return html`<h2>${state === 'requested' ? 'Change the request' : 'Decide'}</h2>
${advice.length > 0 ? html`<p>Amazon advises:</p><ul>${advice}</ul>` : html`<p>Amazon has no advice for this reason: every action is possible.</p>`}
<form method="post" action="/decisions">
<input type="hidden" name="one" value="1"><input type="hidden" name="id" value="${tracking_id}"><input type="hidden" name="seen" value="${state}">
<fieldset class="decide"><legend>With this shipment</legend>${decideFields(desk.now())}</fieldset>
</form>`;
}

/** Events and decisions, the latest first. */
function history(desk: Desk, trackingId: string): Html[] {
  const events = desk.events(trackingId).map((received) => ({ time: timeOf(received), what: showEvent(received) }));
  const decisions = desk.decisionsOf(trackingId).map((decision) => ({
    time: decision.decided,
    what: html`<strong>${decision.user}</strong>: ${showDecision(decision)} ${showResult(decision)}${decision.message ? html`<br><small>${decision.message}</small>` : ''}`,
  }));
  return [...events, ...decisions]
    .sort((one, other) => other.time.localeCompare(one.time))
    .map(({ time, what }) => html`<li>${showTimeTag(time)}<div>${what}</div></li>`);
}

function showEvent({ event }: Received): Html {
  if (event.kind === 'ndr') {
    const { reasonCode, shipmentStatus } = event.detail;
    const attempt = deliveryAttempts(event.detail);
    return html`Amazon: ${shipmentStatus ?? 'could not be delivered'}, ${reasonCode ?? 'no reason given'}${attempt === undefined ? '' : ` (attempt ${attempt})`}`;
  }
  if (event.kind === 'tracking') {
    const { eventCode, location, shipmentType } = event.detail;
    return html`Amazon: ${eventCode ?? 'moved'}${shipmentType === 'RETURNS' ? ' on the way back' : ''}${location?.city ? `, ${location.city}` : ''}`;
  }
  return html`Amazon: ${event['detail-type']}`;
}

export function notFoundPage(user: string): Html {
  return page(
    { title: 'Not found', user },
    html`<h1>Not found</h1><p>The desk does not know this shipment: no event about it has arrived. <a href="/">All shipments</a></p>`,
  );
}
