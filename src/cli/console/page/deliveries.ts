/**
 * The list of events that were fired, with every attempt and what EventBridge does next.
 *
 * @module
 */
import type { Attempt, Delivery, Sent } from '../view.ts';
import { act, button, byId, capital, clockOf, duration, el, json } from './dom.ts';

type SentDelivery = Sent<Delivery>;

/** The parts of an item that change. */
interface Item {
  readonly item: HTMLLIElement;
  readonly state: HTMLElement;
  readonly attempts: HTMLElement;
  readonly reason: HTMLElement;
  readonly skip: HTMLButtonElement;
}

const STATES = { open: ['warn', '… open'], delivered: ['good', '✓ done'], dropped: ['bad', '✗ lost'] } as const;

const list = byId('deliveries');
const items = new Map<number, Item>();

/** Shows these deliveries only. */
export function setDeliveries(deliveries: readonly SentDelivery[]): void {
  items.clear();
  list.replaceChildren();
  for (const delivery of deliveries) showDelivery(delivery);
  if (deliveries.length === 0) say('Nothing yet. Fire an event.');
}

/** Shows a delivery on top if it is new, and what has changed if it is not. */
export function showDelivery(delivery: SentDelivery): void {
  const { id, type, outcome, reason, attempts, attemptCount } = delivery;
  const known = items.get(id) ?? addItem(delivery);
  const [tone, text] = STATES[outcome];
  known.state.className = tone;
  known.state.textContent = text;
  known.attempts.replaceChildren(...attempts.map(attemptOf));
  const left = attemptCount - attempts.length;
  if (left > 0) known.attempts.prepend(el('li', { class: 'aside' }, `${left} earlier attempts are not shown.`));
  const last = attempts.at(-1);
  // The attempt says it already if the response itself was the reason.
  known.reason.textContent = reason && reason !== last?.meaning ? `${capital(reason)}.` : '';
  known.skip.hidden = outcome !== 'open' || !attempts.some(({ nextAt }) => nextAt !== undefined);
  if (last)
    say(`Event #${id}, ${type ?? 'without a type'}: attempt ${attemptCount}, ${last.status ?? last.error}, ${nextOf(last, outcome)}`);
}

function addItem(delivery: SentDelivery): Item {
  const { id, type, eventId, to, notes, event } = delivery;
  const parts: Item = {
    item: el('li', { 'data-delivery': String(id) }),
    state: el('span'),
    attempts: el('ol', { 'aria-label': `Attempts of event ${id}` }),
    reason: el('p', { class: 'aside' }),
    skip: button('Skip the wait', () => act('skipWait', { id }).then(sayProblem), `Skip the wait of event ${id}`),
  };
  const again = button('Fire it once more', () => act('fireAgain', { id }).then(sayProblem), `Fire event ${id} once more`);
  const details = el(
    'details',
    {},
    el(
      'summary',
      {},
      el('span', { class: 'aside' }, `#${id}`),
      parts.state,
      el('span', {}, el('span', { class: 'what' }, type ?? 'event'), ...notes.map((note) => el('span', { class: 'warn' }, `${note} `))),
      el('span', { class: 'why' }, `${eventId ?? 'no id'} to ${to}`),
    ),
    el(
      'div',
      { class: 'more' },
      parts.attempts,
      parts.reason,
      el('p', { class: 'row' }, parts.skip, again),
      el('details', {}, el('summary', {}, 'Event'), json(event, `Event ${id}`)),
    ),
  );
  details.open = true;
  // The newest is open; one can open the others.
  for (const other of list.querySelectorAll<HTMLDetailsElement>(':scope > li > details')) other.open = false;
  parts.item.append(details);
  items.set(id, parts);
  list.prepend(parts.item);
  return parts;
}

function attemptOf(attempt: Sent<Attempt>): HTMLLIElement {
  const { at, copy, status, error, latency, meaning, body } = attempt;
  const isDelivered = status !== undefined && status >= 200 && status < 300;
  const tone = isDelivered ? 'good' : attempt.nextAt === undefined ? 'bad' : 'warn';
  return el(
    'li',
    { class: 'attempt' },
    clockOf(at),
    el('span', { class: tone }, `${isDelivered ? '✓' : '✗'} ${status ?? 'none'}`),
    el(
      'span',
      {},
      `${copy > 1 ? `Duplicate ${copy - 1}: after` : 'After'} ${duration(latency)}${error ? `, ${error}` : ''}. `,
      el('strong', {}, `${capital(nextOf(attempt))}.`),
      !isDelivered && attempt.nextAt === undefined && error === undefined && el('span', { class: 'why' }, ` ${capital(meaning)}.`),
      body !== undefined && json(body, 'Body of the response'),
    ),
  );
}

/** What EventBridge does after an attempt. */
function nextOf({ status, wait, nextAt }: Sent<Attempt>, outcome?: SentDelivery['outcome']): string {
  if (status !== undefined && status >= 200 && status < 300) return 'delivered';
  if (wait !== undefined && nextAt !== undefined) return `retried after ${duration(wait)}, at ${nextAt.slice(11, 19)}`;
  return outcome === 'open' ? 'not retried' : 'not retried, so it is lost';
}

function say(text: string): void {
  byId('delivered-count').textContent = text;
}

function sayProblem(problem: string | undefined): void {
  if (problem) say(problem);
}
