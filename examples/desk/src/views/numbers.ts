/** The numbers for the weekly meeting, from the view `weekly_numbers`. */
import { html } from 'hono/html';
import type { Week } from '../desk.ts';
import { showDate, showDay } from '../time.ts';
import { type Html, page } from './page.ts';

const PARTS = ['delivered', 'returned', 'open'] as const;
/** More would be too small to read on a phone. */
const CHART_WEEKS = 8;
const STEP = 60;
const BAR = 36;
const HEIGHT = 200;
const BASE = 172;

export function numbersPage(weeks: readonly Week[], user: string): Html {
  return page(
    { title: 'Numbers', user, path: '/numbers' },
    html`<h1>Numbers by week</h1>
<p>A shipment counts in the week in which it was reported first. The return rate is the share of returned ones among those that are delivered or returned.</p>
${weeks.length === 0 ? html`<p class="empty">No shipment was reported yet.</p>` : html`${chart(weeks.slice(0, CHART_WEEKS).reverse())}${table(weeks)}`}`,
  );
}

/** A bar for each week. The table has the same numbers, so a screen reader gets only the title. */
function chart(weeks: readonly Week[]): Html {
  const most = Math.max(...weeks.map(({ shipments }) => shipments));
  const bars = weeks.map((week, index) => {
    const x = index * STEP + (STEP - BAR) / 2;
    let y = BASE;
    const parts = PARTS.filter((part) => week[part] > 0).map((part) => {
      const height = (week[part] / most) * (BASE - 30);
      y -= height;
      return html`<rect class="${part}" x="${x}" y="${y.toFixed(1)}" width="${BAR}" height="${height.toFixed(1)}"></rect>`;
    });
    const middle = x + BAR / 2;
    const rate = week.return_rate === null ? '' : `${Math.round(week.return_rate)} %`;
    return html`${parts}<text x="${middle}" y="${(y - 6).toFixed(1)}">${rate}</text><text x="${middle}" y="${BASE + 18}">${showDate(week.week)}</text>`;
  });
  return html`<figure>
<svg viewBox="0 0 ${STEP * CHART_WEEKS} ${HEIGHT}" role="img" aria-label="Shipments by week: delivered, returned and open. The table has the numbers.">${bars}</svg>
<figcaption>${PARTS.map((part) => html`<span class="key ${part}">${part}</span>`)} <span>Above a bar: the return rate</span></figcaption>
</figure>`;
}

function table(weeks: readonly Week[]): Html {
  const rows = weeks.map(
    (week) => html`<tr role="row">
<th scope="row" role="rowheader">${showDay(week.week)}</th>
<td role="cell" data-label="Reported">${week.shipments}</td>
<td role="cell" data-label="Return rate">${week.return_rate === null ? '–' : `${week.return_rate} %`}</td>
<td role="cell" data-label="Delivered at 2nd / 3rd / later attempt">${week.delivered_at_2} / ${week.delivered_at_3} / ${week.delivered_later}</td>
<td role="cell" data-label="Returned">${week.returned}</td>
<td role="cell" data-label="Open">${week.open}</td>
<td role="cell" class="reasons">${reasons(week)}</td>
</tr>`,
  );
  return html`<table role="table" class="numbers"><caption class="hidden">Numbers by week</caption>
<thead role="rowgroup"><tr role="row"><th role="columnheader">Week of</th><th role="columnheader">Reported</th><th role="columnheader">Return rate</th>
<th role="columnheader">Delivered at 2nd / 3rd / later attempt</th><th role="columnheader">Returned</th><th role="columnheader">Open</th><th role="columnheader">Reasons</th></tr></thead>
<tbody role="rowgroup">${rows}</tbody></table>`;
}

function reasons({ reasons }: Week): string {
  const all = JSON.parse(reasons) as [reason: string, number: number][];
  const others = all.slice(4).reduce((sum, [, number]) => sum + number, 0);
  const words = all.slice(0, 4).map(([reason, number]) => `${reason} ${number}`);
  return [...words, ...(others > 0 ? [`others ${others}`] : [])].join(', ');
}
