/**
 * The list of requests that the emulator got.
 *
 * @module
 */
import type { RequestRecord } from '../../../testing/index.ts';
import type { Sent } from '../view.ts';
import { byId, clockOf, count, duration, el, fields, json } from './dom.ts';

type SentRequest = Sent<RequestRecord>;

const MAX_ITEMS = 300;

const SERVICES: readonly (readonly [path: RegExp, service: string])[] = [
  [/\/v2\/deliveryTrackers\/?$/, 'Tracker'],
  [/^\/shipping\/v2\/ndrFeedback$/, 'Feedback'],
  [/^\/(?:auth\/o2\/)?token$/, 'Token'],
  [/^\/graphql$/, 'GraphQL'],
];

const list = byId('requests');
const filter = byId('filter');
let [all, refused] = [0, 0];

/** Shows a request on top. */
export function addRequest(request: SentRequest): void {
  const isRefused = request.status === 0 || request.status >= 400 || request.code !== undefined;
  list.prepend(itemOf(request, isRefused));
  while (list.children.length > MAX_ITEMS) list.lastElementChild?.remove();
  all += 1;
  if (isRefused) refused += 1;
  update();
}

/** Shows these requests only. */
export function setRequests(requests: readonly SentRequest[]): void {
  list.replaceChildren();
  [all, refused] = [0, 0];
  for (const request of requests) addRequest(request);
  update();
}

function itemOf(request: SentRequest, isRefused: boolean): HTMLLIElement {
  const { id, at, method, url, status, checks, code, reason, headers, body, requestId, faultId } = request;
  const { pathname } = new URL(url);
  const service = SERVICES.find(([path]) => path.test(pathname))?.[1] ?? 'Other';
  const why = [code, reason].filter(Boolean).join(': ');
  const sign = isRefused ? '✗' : '✓';
  return el(
    'li',
    { 'data-service': service, 'data-refused': String(isRefused) },
    el(
      'details',
      {},
      el(
        'summary',
        {},
        clockOf(at),
        el('span', { class: isRefused ? 'bad' : 'good' }, `${sign} ${status === 0 ? 'closed' : status}`),
        el('span', {}, el('span', { class: 'what' }, service), el('code', {}, gistOf(service, body) ?? `${method} ${pathname}`)),
        why !== '' && el('span', { class: 'why' }, why),
      ),
      el(
        'div',
        { class: 'more' },
        el('h3', {}, 'Checked'),
        checks.length === 0
          ? el('p', { class: 'aside' }, 'Nothing: a fault came first.')
          : el(
              'ul',
              { class: 'checks' },
              ...checks.map(({ name, ok }) => el('li', { class: ok ? 'good' : 'bad' }, `${ok ? '✓' : '✗'} ${name}`)),
            ),
        fields({
          request: `${method} ${pathname}`,
          host: new URL(url).host,
          took: duration(request.duration),
          'request id': requestId,
          fault: faultId === undefined ? undefined : `#${faultId}`,
        }),
        body !== undefined && el('h3', {}, 'Body'),
        body !== undefined && json(body, `Body of request ${id}`),
        el('h3', {}, 'Headers'),
        fields(headers),
      ),
    ),
  );
}

/** What a request is about, in a few words. */
function gistOf(service: string, body: unknown): string | undefined {
  const values = (typeof body === 'object' && body !== null ? body : {}) as Readonly<Record<string, unknown>>;
  switch (service) {
    case 'Tracker': {
      const [first] = Array.isArray(values['deliveryDetails']) ? values['deliveryDetails'] : [];
      return joined(first?.carrierCode, first?.trackingNumber);
    }
    case 'Feedback':
      return joined(values['ndrAction'], values['trackingId']);
    case 'Token':
      return joined(values['grant_type']);
    case 'GraphQL': {
      const [, kind = 'query', name] = /^\s*(query|mutation)?[^{]*\{\s*(\w+)/.exec(String(values['query'] ?? '')) ?? [];
      return name && `${kind} ${name}`;
    }
    default:
      return undefined;
  }
}

function joined(...parts: readonly unknown[]): string | undefined {
  const known = parts.filter((part) => typeof part === 'string');
  return known.length > 0 ? known.join(' ') : undefined;
}

/** Hides what the filter leaves out, and says how much there is. */
function update(): void {
  const { value: service } = filter.querySelector('input[name=service]:checked') as HTMLInputElement;
  const { checked: isRefusedOnly } = filter.querySelector('input[name=refused]') as HTMLInputElement;
  let shown = 0;
  for (const item of list.children as HTMLCollectionOf<HTMLElement>) {
    item.hidden = (service !== '' && item.dataset['service'] !== service) || (isRefusedOnly && item.dataset['refused'] !== 'true');
    if (!item.hidden) shown += 1;
  }
  byId('received-count').textContent = all === 0 ? '' : `${count(all, 'request')}, ${refused} refused`;
  const hint = all === 0 ? 'Nothing yet. Point a client at the address above.' : 'None of these requests is of this kind.';
  byId('received-hint').textContent = shown === 0 ? hint : '';
}

filter.addEventListener('change', update);
