/** Asks before shipments are sent back. */
import { html } from 'hono/html';
import type { DecisionForm } from '../form.ts';
import { type Html, page, shipmentLink } from './page.ts';

export function confirmPage(form: DecisionForm, user: string): Html {
  const { answers, seen } = form;
  const back = form.back({});
  const [path = '/', query = ''] = back.split('?');
  const count = answers.length === 1 ? 'one shipment' : `${answers.length} shipments`;
  return page(
    { title: 'Return to origin', user },
    html`<h1>Return ${count} to origin?</h1>
<p>The customer will not get ${answers.length === 1 ? 'it' : 'them'}. Amazon documents no way to take this back.</p>
<ul>${answers.map(({ trackingId }) => html`<li>${shipmentLink(trackingId)}</li>`)}</ul>
<form method="post" action="/decisions" class="buttons">
<input type="hidden" name="ndrAction" value="RTO"><input type="hidden" name="confirmed" value="yes">
<input type="hidden" name="seen" value="${seen ?? ''}"><input type="hidden" name="filter" value="${query}">
${path === '/' ? '' : html`<input type="hidden" name="one" value="1">`}
${answers.map(({ trackingId }) => html`<input type="hidden" name="id" value="${trackingId}">`)}
<button class="danger">Return ${count}</button><a href="${back}">Cancel</a>
</form>`,
  );
}
