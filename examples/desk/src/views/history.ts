/** The latest decisions and what became of them. */
import { html } from 'hono/html';
import type { Desk } from '../desk.ts';
import { type Html, page, shipmentLink, showDecision, showResult, showTimeTag } from './page.ts';

const LIMIT = 200;

export function historyPage(desk: Desk, user: string): Html {
  const rows = desk.latestDecisions(LIMIT).map(
    (decision) => html`<tr role="row">
<td role="cell">${showTimeTag(decision.decided)}</td>
<td role="cell">${decision.user}</td>
<td role="cell">${shipmentLink(decision.tracking_id)}</td>
<td role="cell">${showDecision(decision)}</td>
<td role="cell">${showResult(decision)}${decision.message ? html`<small>${decision.message}</small>` : ''}</td>
</tr>`,
  );
  return page(
    { title: 'History', user, path: '/history' },
    html`<h1>History</h1>
${rows.length === 0 ? html`<p class="empty">Nothing was decided yet.</p>` : table(rows)}`,
  );
}

function table(rows: readonly Html[]): Html {
  return html`<p>The latest ${rows.length === 1 ? 'decision' : `${rows.length} decisions`}.</p>
<table role="table"><caption class="hidden">Decisions</caption>
<thead role="rowgroup"><tr role="row"><th role="columnheader">Time</th><th role="columnheader">By</th><th role="columnheader">Shipment</th><th role="columnheader">Decision</th><th role="columnheader">Result</th></tr></thead>
<tbody role="rowgroup">${rows}</tbody></table>`;
}
