/** The fields and buttons that decide. */
import { html } from 'hono/html';
import { addDays, DELIVERY_TIME, dayOf } from '../time.ts';
import type { Html } from './page.ts';

export function decideFields(now: Date): Html {
  const tomorrow = addDays(dayOf(now), 1);
  return html`<div class="choice">
<label><span>Day <small>(${DELIVERY_TIME} India time)</small></span><input type="date" name="day" min="${tomorrow}" max="${addDays(tomorrow, 60)}"></label>
<button name="ndrAction" value="RESCHEDULE">Reschedule</button>
</div>
<div class="choice wide">
<label><span>How to find the address <small>(no phone numbers)</small></span><input name="notes" maxlength="256" autocomplete="off"></label>
<button name="ndrAction" value="REATTEMPT">Reattempt</button>
</div>
<div class="choice"><button class="danger" name="ndrAction" value="RTO">Return to origin…</button></div>`;
}
