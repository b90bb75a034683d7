/**
 * The page of the console: shows what the emulator tells, and passes on what is clicked.
 *
 * @module
 */
import type { Messages, Sent } from '../view.ts';
import { setDeliveries, showDelivery } from './deliveries.ts';
import { act, byId, onSubmit } from './dom.ts';
import { setFaults } from './faults.ts';
import { setEvents } from './fire.ts';
import { changeRecord, setRecords } from './records.ts';
import { addRequest, setRequests } from './requests.ts';

/** Milliseconds by which the emulator's time is ahead of this browser's. */
let offset = 0;

const SHOW: { readonly [Name in keyof Messages]: (data: Sent<Messages[Name]>) => void } = {
  snapshot({ url, time, events, requests, deliveries, faults, records }) {
    byId('address').textContent = url;
    setEvents(events);
    setRequests(requests);
    setDeliveries(deliveries);
    setFaults(faults);
    setRecords(records);
    setTime(time);
  },
  request: addRequest,
  delivery: showDelivery,
  faults: setFaults,
  record: changeRecord,
  time: ({ time }) => setTime(time),
};

function setTime(time: string): void {
  offset = Date.parse(time) - Date.now();
  const field = byId<HTMLInputElement>('set-time');
  if (document.activeElement !== field) field.value = time.slice(0, 19);
  showTime();
}

function showTime(): void {
  byId('time').textContent = `${new Date(Date.now() + offset).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

function showConnection(state: 'live' | 'lost', text: string): void {
  const connection = byId('connection');
  if (connection.dataset['state'] === state) return;
  connection.dataset['state'] = state;
  connection.textContent = text;
}

const source = new EventSource('/events');
for (const [name, show] of Object.entries(SHOW)) {
  source.addEventListener(name, (event: MessageEvent<string>) => show(JSON.parse(event.data)));
}
source.addEventListener('open', () => showConnection('live', 'live'));
source.addEventListener('error', () => showConnection('lost', 'the emulator does not respond; trying again'));
setInterval(showTime, 1_000);

const say = (done: string) => (problem: string | undefined) => {
  byId('said').textContent = problem ?? done;
};
const DONE = {
  revokeTokens: 'Every token is unknown now.',
  rotateKeys: 'Events are signed with a new key now, and /jwks.json has it.',
  reset: 'Everything that was recorded is gone.',
} as const;
for (const element of document.querySelectorAll<HTMLElement>('[data-do]')) {
  const name = element.dataset['do'] as keyof typeof DONE;
  element.addEventListener('click', () => act(name, {}).then(say(DONE[name])));
}
for (const element of document.querySelectorAll<HTMLElement>('[data-advance]')) {
  const milliseconds = Number(element.dataset['advance']);
  element.addEventListener('click', () => act('advance', { milliseconds }).then(say('The time has moved.')));
}
byId('now').addEventListener('click', () =>
  act('setTime', { time: new Date().toISOString() }).then(say('The time is that of this machine.')),
);
onSubmit('setTime', ({ time = '' }) => ({ time: `${time}Z` }));
