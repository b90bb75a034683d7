/** The frame of every page. `html` escapes whatever is put into it. */
import { html } from 'hono/html';
import { type Decision, readTime } from '../shipment.ts';
import { dayOf, showDay, showTime } from '../time.ts';

export type Html = ReturnType<typeof html>;

const PAGES = [
  ['/', 'Shipments'],
  ['/history', 'History'],
  ['/numbers', 'Numbers'],
] as const;

export interface PageOptions {
  readonly title: string;
  readonly user: string;
  readonly path?: string;
  /** Loads the page again, because something is still being sent. */
  readonly isWaiting?: boolean;
}

export function page({ title, user, path, isWaiting = false }: PageOptions, content: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${isWaiting ? html`<noscript><meta http-equiv="refresh" content="5"></noscript>` : ''}
<title>${title} · NDR desk</title>
<link rel="stylesheet" href="/desk.css">
<script src="/desk.js" defer></script>
</head>
<body ${isWaiting ? html`data-waiting` : ''}>
<a class="skip" href="#content">Skip to the content</a>
<header>
<a class="brand" href="/">NDR desk</a>
<nav aria-label="Pages">${PAGES.map(([href, name]) => html`<a href="${href}" ${href === path ? html`aria-current="page"` : ''}>${name}</a>`)}</nav>
<span class="user"><span class="hidden">Signed in as </span>${user}</span>
</header>
<main id="content">
${content}
</main>
</body>
</html>`;
}

export const ACTION_NAMES: Readonly<Record<string, string>> = { RESCHEDULE: 'Reschedule', REATTEMPT: 'Reattempt', RTO: 'Return to origin' };
const RESULTS: Readonly<Record<Decision['result'], string>> = {
  sending: 'being sent',
  accepted: 'accepted',
  failed: 'not sent or refused',
  unknown: 'unclear',
};

/** What was decided: `Reschedule to Mon, 2 Mar`. */
export function showDecision({ action, data }: Pick<Decision, 'action' | 'data'>): Html {
  const name = ACTION_NAMES[action] ?? action;
  if (!data) return html`${name}`;
  const time = action === 'RESCHEDULE' ? readTime(data) : undefined;
  return time ? html`${name} to ${showDay(dayOf(time))}` : html`${name}: <span class="notes">“${data}”</span>`;
}

export const showResult = ({ result }: Pick<Decision, 'result'>): Html => html`<span class="result ${result}">${RESULTS[result]}</span>`;

export const showTimeTag = (iso: string): Html => html`<time datetime="${iso}">${showTime(iso)}</time>`;

/** The results of one form or file. */
export function batchNotice(decisions: readonly Decision[]): Html {
  if (decisions.length === 0) return html``;
  const count = (result: Decision['result']): number => decisions.filter((decision) => decision.result === result).length;
  const bad = decisions.filter(({ result }) => result === 'failed' || result === 'unknown');
  const words = (['accepted', 'failed', 'unknown', 'sending'] as const).flatMap((result) =>
    count(result) ? [`${count(result)} ${RESULTS[result]}`] : [],
  );
  return html`<section class="notice ${bad.length > 0 ? 'bad' : 'good'}" role="status" aria-label="Result">
<p><strong>${words.join(', ')}.</strong>${count('sending') > 0 ? ' This page loads again until everything is sent.' : ''}</p>
${bad.length > 0 ? html`<ul>${bad.slice(0, 50).map(badLine)}</ul>` : ''}
${bad.length > 50 ? html`<p>And ${bad.length - 50} more: see <a href="/history">History</a>.</p>` : ''}
</section>`;
}

function badLine({ line, tracking_id, message }: Decision): Html {
  return html`<li>${line === null ? '' : `Line ${line}, `}${shipmentLink(tracking_id)}: ${message ?? ''}</li>`;
}

export const shipmentLink = (trackingId: string): Html =>
  html`<a class="number" href="/shipments/${encodeURIComponent(trackingId)}">${trackingId}</a>`;

export const errorNotice = (message: string | undefined): Html =>
  message ? html`<section class="notice bad" role="alert"><p><strong>${message}</strong></p></section>` : html``;
