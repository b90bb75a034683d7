/** The desk without a browser, against an emulator of Amazon. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, test } from 'node:test';
import { NdrFeedbackClient } from 'waybill/shipping-ndr';
import { AmazonEmulator, authenticatedRequest, ndrEvent, trackingEvent } from 'waybill/testing';
import { createApp } from '../src/app.ts';
import { type Db, openDatabase } from '../src/database.ts';
import { Desk } from '../src/desk.ts';
import { readUsers } from '../src/settings.ts';

const HOUR = 3_600_000;
const ORIGIN = 'http://desk.test';
const API_KEY = 'abcdef1234567890';
const PASSWORDS = { asha: 'correct horse battery'.replaceAll(' ', '-'), ravi: 'staple-staple-staple' };

let now: Date;
let amazon: AmazonEmulator;
let db: Db;
let desk: Desk;
let app: ReturnType<typeof createApp>;

const clock = (): Date => now;
const hours = (count: number): string => new Date(now.getTime() + count * HOUR).toISOString();
const pass = (count: number): void => {
  now = new Date(now.getTime() + count * HOUR);
};

function open(): void {
  const credentials = amazon.credentials.lwa;
  desk = new Desk(
    db,
    new NdrFeedbackClient({ credentials, fetch: amazon.fetch, clock, rateLimiter: false, maxRetries: 0, timeout: 5_000 }),
    clock,
  );
  const users = Object.entries(PASSWORDS).map(([username, password]) => ({ username, password }));
  app = createApp({ desk, db, users, apiKey: API_KEY, origin: ORIGIN });
}

beforeEach(() => {
  // A Wednesday, noon in India.
  now = new Date('2026-03-04T06:30:00Z');
  amazon = new AmazonEmulator({ clock, quota: false });
  db = openDatabase(':memory:');
  open();
});

type User = keyof typeof PASSWORDS;
const login = (user: User): string => `Basic ${btoa(`${user}:${PASSWORDS[user]}`)}`;

async function get(path: string, user: User = 'asha'): Promise<string> {
  const response = await app.request(ORIGIN + path, { headers: { authorization: login(user) } });
  return response.text();
}

async function post(
  fields: readonly (readonly [string, string])[],
  { user = 'asha', path = '/decisions' }: { user?: User; path?: string } = {},
): Promise<Response> {
  const headers = { authorization: login(user), origin: ORIGIN };
  return app.request(ORIGIN + path, { method: 'POST', headers, body: new URLSearchParams(fields.map((field) => [...field])) });
}

/** Posts a form and follows its redirection. */
async function decide(fields: readonly (readonly [string, string])[], user: User = 'asha'): Promise<string> {
  const response = await post([['seen', 'action-required'], ...fields], { user });
  assert.equal(response.status, 303);
  return get(response.headers.get('location') ?? '', user);
}

async function upload(csv: string | Buffer): Promise<string> {
  const body = new FormData();
  body.set('file', new File([typeof csv === 'string' ? csv : new Uint8Array(csv)], 'list.csv'));
  const headers = { authorization: login('asha'), origin: ORIGIN };
  const response = await app.request(`${ORIGIN}/decisions/file`, { method: 'POST', headers, body });
  assert.equal(response.status, 303);
  return get(response.headers.get('location') ?? '');
}

async function receive(event: unknown, key = API_KEY): Promise<number> {
  const request = authenticatedRequest(event, { url: `${ORIGIN}/amazon/ndr`, auth: { type: 'apiKey', key } });
  return (await app.fetch(request)).status;
}

interface Report {
  readonly reasonCode?: string;
  readonly due?: number;
  readonly attempted?: number;
  readonly isCod?: boolean;
  readonly attempts?: number;
  readonly order?: string;
}

async function report(
  trackingId: string,
  { reasonCode = 'Customer unavailable', due = 26, attempted = -1, isCod = true, attempts = 1, order = '4711' }: Report = {},
): Promise<void> {
  const detail = {
    trackingId,
    reasonCode,
    referenceID: order,
    ndrDueDate: hours(due),
    latestDeliveryAttemptedDate: hours(attempted),
    paymentType: isCod ? 'CollectOnDelivery' : undefined,
    deliveryAttemptCount: String(attempts),
  };
  assert.equal(await receive(ndrEvent({ detail }, { clock })), 200);
}

async function move(
  trackingId: string,
  eventCode: string,
  { at = 0, shipmentType = 'FORWARD', alternateLegTrackingId = '' } = {},
): Promise<void> {
  const detail = { trackingId, eventCode, shipmentType, alternateLegTrackingId, eventTime: hours(at) };
  assert.equal(await receive(trackingEvent({ detail }, { clock })), 200);
}

const state = (trackingId: string): string | undefined => desk.shipment(trackingId)?.state;
const ids = (html: string): string[] => [...html.matchAll(/href="\/shipments\/(\w+)">\1</g)].map(([, id]) => id ?? '');

describe('events', () => {
  test('are stored once, as they were sent, in the columns that other programs read', async () => {
    const event = ndrEvent({ detail: { trackingId: '1001' } }, { clock });
    assert.deepEqual([await receive(event), await receive(event)], [200, 200]);
    const rows = db.prepare('SELECT * FROM ndr_events').all() as { id: string; received: string; event: string }[];
    assert.deepEqual(
      rows.map(({ id, received }) => [id, received]),
      [[event.id, now.toISOString()]],
    );
    assert.deepEqual(JSON.parse(rows[0]?.event ?? ''), event);
  });

  test('without an id, or of an unknown type, are stored once too', async () => {
    const { id: _, ...withoutId } = ndrEvent({ detail: { trackingId: '1001' } }, { clock });
    const unknown = { ...ndrEvent({}, { clock }), 'detail-type': 'Something New' };
    const withEmptyIds = ['1002', '1003'].map((trackingId) => ndrEvent({ id: '', detail: { trackingId } }, { clock }));
    for (const event of [withoutId, withoutId, unknown, ...withEmptyIds]) assert.equal(await receive(event), 200);
    const { number } = db.prepare('SELECT COUNT(*) AS number FROM ndr_events').get() as { number: number };
    assert.deepEqual([number, desk.list({ state: 'action-required' }).length], [4, 3]);
  });

  test('with half of a character in an id are stored, and stop nothing', async () => {
    await report('1001');
    await report('18\ud800');
    await move('19\ud800', 'Departed', { shipmentType: 'RETURNS', alternateLegTrackingId: '1001\udc00' });
    assert.deepEqual([state('1001'), await receive(ndrEvent({}, { clock }))], ['action-required', 200]);
  });

  test('give the same row in any order', async () => {
    const events = [
      ndrEvent({ detail: { trackingId: '1', deliveryAttemptCount: '1', latestDeliveryAttemptedDate: hours(-50) } }, { clock }),
      ndrEvent(
        { detail: { trackingId: '1', deliveryAttemptCount: '2', latestDeliveryAttemptedDate: hours(-20), reasonCode: 'Wrong address' } },
        { clock },
      ),
      trackingEvent({ detail: { trackingId: '1', eventCode: 'Delivered', eventTime: hours(-2) } }, { clock }),
    ];
    const rows: unknown[] = [];
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
    ]) {
      db = openDatabase(':memory:');
      open();
      for (const index of order) assert.equal(await receive(events[index]), 200);
      rows.push(desk.list({ state: 'delivered' })[0]);
    }
    assert.equal(desk.list({ state: 'delivered' })[0]?.delivered_at_attempt, 3);
    assert.deepEqual([rows[1], rows[2]], [rows[0], rows[0]]);
  });

  test('move a shipment from tab to tab', async () => {
    await report('1');
    assert.equal(state('1'), 'action-required');
    await decide([
      ['id', '1'],
      ['ndrAction', 'RESCHEDULE'],
      ['day', '2026-03-05'],
    ]);
    assert.equal(state('1'), 'requested');
    pass(20);
    await report('1', { attempts: 2 });
    assert.equal(state('1'), 'action-required');
    await move('1', 'Departed');
    assert.equal(state('1'), 'action-required');
    await move('9', 'ReturnInitiated', { shipmentType: 'RETURNS', alternateLegTrackingId: '1' });
    assert.equal(state('1'), 'returned');
    assert.match(await get('/?tab=returned'), /Returned to origin/);
  });

  test('that report the same attempt again leave it answered', async () => {
    await report('1', { attempted: -1 });
    pass(1);
    await decide([
      ['id', '1'],
      ['ndrAction', 'REATTEMPT'],
      ['notes', 'Blue gate'],
    ]);
    pass(1);
    await report('1', { attempted: -3, reasonCode: 'Wrong address' });
    assert.deepEqual([state('1'), desk.shipment('1')?.reason], ['requested', 'Wrong address']);
    await report('1', { attempted: 0 });
    assert.equal(state('1'), 'action-required');
  });

  test('without the key are refused, and without a report show nothing', async () => {
    assert.equal(await receive(ndrEvent(), 'wrong'), 401);
    await move('5', 'Delivered');
    assert.match(await get('/?tab=delivered'), /Nothing to do here/);
  });
});

describe('the list', () => {
  test('is sorted by due day, cash on delivery first, and what has passed last', async () => {
    await report('passed', { due: -1 });
    await report('tomorrow', { due: 26 });
    await report('paid', { due: 3, isCod: false });
    await report('cash', { due: 5 });
    await report('sooncash', { due: 4 });
    assert.deepEqual(ids(await get('/')), ['sooncash', 'cash', 'paid', 'tomorrow', 'passed']);
  });

  test('is filtered', async () => {
    await report('1001', { order: '40-1' });
    await report('1002', { reasonCode: 'Wrong address', isCod: false, due: 2 });
    await report('1003', { attempts: 3, due: -2 });
    const cases = {
      'search=40-1': ['1001'],
      'search=1002': ['1002'],
      'search=%25': [],
      'reason=Wrong+address': ['1002'],
      'payment=other': ['1002'],
      'attempts=more': ['1003'],
      'due=today': ['1002', '1003'],
      'due=passed': ['1003'],
      'due=open&payment=cod': ['1001'],
      'due=constructor': ['1002', '1001', '1003'],
    };
    for (const [query, expected] of Object.entries(cases)) assert.deepEqual(ids(await get(`/?${query}`)), expected, query);
  });

  test('ignores a notice that does not exist', async () => {
    await report('1001');
    for (const error of ['constructor', '__proto__', 'none2']) {
      for (const path of ['/', '/shipments/1001']) assert.doesNotMatch(await get(`${path}?error=${error}`), /role="alert"/, error);
    }
  });

  test('has pages', async () => {
    for (let number = 0; number < 51; number += 1) await report(String(2000 + number));
    assert.equal(ids(await get('/')).length, 50);
    assert.deepEqual(ids(await get('/?page=1')), ['2050']);
    assert.deepEqual(ids(await get('/?page=-7')).length, 50);
  });
});

describe('a decision', () => {
  test('about a selection is sent for each, and the refused one says why', async () => {
    await report('1');
    await report('2', { due: -1 });
    const page = await decide([
      ['id', '1'],
      ['id', '2'],
      ['ndrAction', 'REATTEMPT'],
      ['notes', 'Behind the temple'],
    ]);
    assert.deepEqual(
      amazon.ndrFeedback.map(({ trackingId, ndrAction }) => [trackingId, ndrAction]),
      [['1', 'REATTEMPT']],
    );
    assert.match(page, /1 accepted, 1 not sent or refused/);
    assert.match(page, /the time for feedback about this shipment has passed/);
    assert.doesNotMatch(page, /leave .*dueDate.* out/, 'what is for programmers');
    assert.match(await get('/history'), /asha.*Reattempt: <span class="notes">“Behind the temple”.*accepted/s);
  });

  test('for a day is sent as a time in India', async () => {
    await report('1');
    await decide([
      ['id', '1'],
      ['ndrAction', 'RESCHEDULE'],
      ['day', '2026-03-06'],
    ]);
    assert.equal(amazon.ndrFeedback[0]?.ndrRequestData?.rescheduleDate, '2026-03-06T03:30:00.000Z');
  });

  test('to send it back is asked for twice', async () => {
    await report('1');
    const fields = [
      ['seen', 'action-required'],
      ['id', '1'],
      ['ndrAction', 'RTO'],
    ] as const;
    const first = await post(fields);
    assert.equal(first.status, 200);
    assert.match(await first.text(), /Return one shipment to origin\?/);
    assert.equal(amazon.ndrFeedback.length, 0);
    await decide([...fields, ['confirmed', 'yes']]);
    assert.equal(amazon.ndrFeedback[0]?.ndrAction, 'RTO');
  });

  test('that lacks something sends nothing, says what is missing, and keeps the ticks', async () => {
    await report('1');
    const page = await decide([
      ['id', '1'],
      ['ndrAction', 'RESCHEDULE'],
      ['day', ''],
    ]);
    assert.match(page, /role="alert".*choose a day/s);
    assert.match(page, /value="1" aria-label="Select 1" checked/);
    assert.match(
      await decide([
        ['ndrAction', 'RESCHEDULE'],
        ['day', '2026-03-06'],
      ]),
      /tick at least one/,
    );
    assert.match(
      await decide([
        ['id', '1'],
        ['ndrAction', 'constructor'],
      ]),
      /choose what to do/,
    );
    assert.equal(amazon.requests.length, 0);
  });

  test('of two colleagues is sent once; a change needs to be made on purpose', async () => {
    await report('1');
    const fields = [
      ['id', '1'],
      ['ndrAction', 'REATTEMPT'],
      ['notes', 'Blue gate'],
    ] as const;
    amazon.fail({ path: '/shipping/v2/ndrFeedback', delay: 1_000, handled: true });
    const [first, second] = await Promise.all([decide(fields), decide(fields, 'ravi')]);
    assert.match(`${first}${second}`, /A decision about it is being sent/);
    assert.match(await decide(fields, 'ravi'), /It was answered already/);
    assert.equal(amazon.ndrFeedback.length, 1);
    await post(
      [
        ['seen', 'requested'],
        ['id', '1'],
        ['ndrAction', 'RESCHEDULE'],
        ['day', '2026-03-07'],
      ],
      { user: 'ravi' },
    );
    assert.equal(amazon.ndrFeedback.length, 2);
  });

  test('that is changed is sent once too, and not before Amazon has responded to the first', async () => {
    await report('1');
    const change = [
      ['seen', 'requested'],
      ['id', '1'],
      ['ndrAction', 'REATTEMPT'],
      ['notes', 'Red gate'],
    ] as const;
    amazon.fail({ path: '/shipping/v2/ndrFeedback', delay: 1_000, handled: true });
    const first = desk.decide([{ trackingId: '1', ndrAction: 'RTO' }], 'asha');
    const early = await get((await post(change, { user: 'ravi' })).headers.get('location') ?? '');
    assert.match(early, /A decision about it is being sent/);
    await first.done;
    // A double click, and an id that is in a form twice.
    amazon.fail({ path: '/shipping/v2/ndrFeedback', delay: 1_000, handled: true });
    await Promise.all([post([...change, ['id', '1']]), post(change)]);
    assert.deepEqual(
      amazon.ndrFeedback.map(({ ndrAction }) => ndrAction),
      ['RTO', 'REATTEMPT'],
    );
  });

  test('that fails unexpectedly says why in the log', async (t) => {
    const errors = t.mock.method(console, 'error', () => undefined);
    await report('1');
    const clientSecret = (): never => {
      throw new Error('the vault is closed');
    };
    const credentials = { ...amazon.credentials.lwa, clientSecret };
    desk = new Desk(db, new NdrFeedbackClient({ credentials, fetch: amazon.fetch, clock }), clock);
    await desk.decide([{ trackingId: '1', ndrAction: 'RTO' }], 'asha').done;
    assert.deepEqual([state('1'), desk.decisionsOf('1')[0]?.message], ['action-required', 'An unexpected error: see the log.']);
    assert.match(String(errors.mock.calls[0]?.arguments), /the vault is closed/);
  });

  test('has its result and its row in one transaction', async () => {
    await report('1');
    const { done } = desk.decide([{ trackingId: '1', ndrAction: 'RTO' }], 'asha');
    amazon.fail({ path: '/shipping/v2/ndrFeedback', status: 400 });
    // As a crash in between does.
    db.exec("CREATE TRIGGER crash BEFORE INSERT ON shipments BEGIN SELECT RAISE(ABORT, 'crash'); END");
    await assert.rejects(done, /crash/);
    db.exec('DROP TRIGGER crash');
    assert.deepEqual([state('1'), desk.decisionsOf('1')[0]?.result], ['requested', 'sending']);
    open();
    assert.equal(state('1'), 'action-required');
  });

  test('whose result cannot be stored is unclear', async (t) => {
    const errors = t.mock.method(console, 'error', () => undefined);
    await report('1');
    db.exec("CREATE TRIGGER full BEFORE UPDATE ON decisions WHEN NEW.result = 'accepted' BEGIN SELECT RAISE(ABORT, 'full'); END");
    const page = await decide([
      ['id', '1'],
      ['ndrAction', 'REATTEMPT'],
      ['notes', 'Blue gate'],
    ]);
    assert.match(page, /1 unclear.*see the log/s);
    assert.equal(state('1'), 'action-required');
    assert.match(String(errors.mock.calls[0]?.arguments), /full/);
  });

  test('that Amazon refuses, or does not confirm, leaves the shipment to do', async () => {
    await report('1');
    await report('2');
    amazon.fail({ path: '/shipping/v2/ndrFeedback', status: 400 });
    const refused = await decide([
      ['id', '1'],
      ['ndrAction', 'REATTEMPT'],
      ['notes', 'Blue gate'],
    ]);
    assert.match(refused, /1 not sent or refused/);
    amazon.fail({ path: '/shipping/v2/ndrFeedback', reset: true, handled: true });
    const unclear = await decide([
      ['id', '2'],
      ['ndrAction', 'REATTEMPT'],
      ['notes', 'Blue gate'],
    ]);
    assert.match(unclear, /1 unclear.*It may have arrived/s);
    assert.deepEqual([state('1'), state('2')], ['action-required', 'action-required']);
  });

  test('is unclear if a server on the way fails', async () => {
    await report('1');
    amazon.fail({ path: '/shipping/v2/ndrFeedback', status: 504, handled: true, times: 10 });
    const { done } = desk.decide([{ trackingId: '1', ndrAction: 'RTO' }], 'asha');
    await done;
    assert.deepEqual([amazon.ndrFeedback.length > 0, desk.decisionsOf('1')[0]?.result], [true, 'unknown']);
    assert.match(desk.decisionsOf('1')[0]?.message ?? '', /^It may have arrived/);
  });

  test('that was on its way when the desk stopped is unclear after the next start', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'desk-'));
    db = openDatabase(join(folder, 'desk.db'));
    open();
    await report('1');
    amazon.fail({ path: '/shipping/v2/ndrFeedback', delay: 60_000 });
    desk.decide([{ trackingId: '1', ndrAction: 'RTO' }], 'asha');
    assert.equal(state('1'), 'requested');
    db = openDatabase(join(folder, 'desk.db'));
    open();
    assert.match(await get('/history'), /unclear.*The desk was stopped/s);
    assert.equal(state('1'), 'action-required');
    rmSync(folder, { recursive: true });
  });
});

describe('a day that was asked for', () => {
  beforeEach(async () => {
    await report('1');
    await decide([
      ['id', '1'],
      ['ndrAction', 'RESCHEDULE'],
      ['day', '2026-03-05'],
    ]);
  });

  test('is flagged if nothing went out by then', async () => {
    pass(24);
    assert.equal(desk.counts().missed, 0, 'the day is not over');
    pass(12);
    assert.match(await get('/?tab=requested'), /<strong>1<\/strong> asked for a day, and nothing went out by then/);
    assert.deepEqual(ids(await get('/?tab=requested&missed=1')), ['1']);
    assert.match(await get('/shipments/1'), /Nothing went out by Thu 5 Mar/);
  });

  test('is not flagged if it went out', async () => {
    pass(24);
    await move('1', 'OutForDelivery');
    pass(12);
    assert.equal(desk.counts().missed, 0);
  });

  test('is flagged if it went out later', async () => {
    pass(36);
    await move('1', 'OutForDelivery');
    assert.equal(desk.counts().missed, 1);
  });
});

describe('CSV', () => {
  test('that was downloaded, filled in and uploaded is sent', async () => {
    await report('1809561149386', { order: '0042' });
    await report('1809561149387', { reasonCode: '=HYPERLINK("http://evil")' });
    await report('1809561149388', { order: '=1+1' });
    const list = await get('/shipments.csv');
    // A spreadsheet shows 13 digits as 1.80956E+12, and saves what it shows.
    for (const cell of ['"=""1809561149386"""', '"=""0042"""', "'=1+1", ',4711,']) assert.ok(list.includes(cell), cell);
    assert.ok(list.startsWith('trackingId,ndrAction,'));
    assert.match(list, /"'=HYPERLINK/);
    const filled = list
      .replace('"=""1809561149386""",,,', '1809561149386,RESCHEDULE,2026-03-06,')
      .replace('149387""",,,', '149387""",reattempt,,"Second gate, behind ""Asha"""');
    const page = await upload(filled);
    assert.match(page, /2 accepted\./);
    assert.deepEqual(
      amazon.ndrFeedback.map(({ trackingId, ndrAction, ndrRequestData }) => [trackingId, ndrAction, ndrRequestData]).sort(),
      [
        ['1809561149386', 'RESCHEDULE', { rescheduleDate: '2026-03-06T03:30:00.000Z' }],
        ['1809561149387', 'REATTEMPT', { additionalAddressNotes: 'Second gate, behind "Asha"' }],
      ],
    );
    assert.equal(state('1809561149388'), 'action-required');
  });

  test('of a spreadsheet is read: UTF-16, tabs, semicolons, text marks', async () => {
    for (const id of ['11', '12', '13']) await report(id);
    await upload(Buffer.from('\ufefftrackingId\tndrAction\tadditionalAddressNotes\r\n11\tREATTEMPT\tBlue gate\r\n', 'utf16le'));
    await upload('TRACKINGID;ndraction;additionalAddressNotes\n"=""12""";REATTEMPT;\'+1 floor\n\'13;REATTEMPT;x\n');
    assert.deepEqual(
      amazon.ndrFeedback.map(({ trackingId, ndrRequestData }) => [trackingId, ndrRequestData?.additionalAddressNotes]).sort(),
      [
        ['11', 'Blue gate'],
        ['12', '+1 floor'],
        ['13', 'x'],
      ],
    );
  });

  test('keeps the whole of a note that has another separator in it', async () => {
    for (const id of ['11', '12', '13']) await report(id);
    const head = ['trackingId', 'ndrAction', 'additionalAddressNotes'];
    for (const [separator, row] of [
      [',', ['11', 'REATTEMPT', 'Blue gate; behind the temple']],
      [';', ['12', 'REATTEMPT', 'Blue gate, behind the temple']],
      ['\t', ['13', 'REATTEMPT', 'Blue gate, behind; the temple']],
    ] as const) {
      await upload(`${head.join(separator)}\n${row.join(separator)}\n`);
    }
    assert.deepEqual(amazon.ndrFeedback.map(({ ndrRequestData }) => ndrRequestData?.additionalAddressNotes).sort(), [
      'Blue gate, behind the temple',
      'Blue gate, behind; the temple',
      'Blue gate; behind the temple',
    ]);
  });

  test('whose line has more cells than the first line sends no half of a note', async () => {
    await report('11');
    await report('12');
    const page = await upload('trackingId,ndrAction,additionalAddressNotes\n11,REATTEMPT,Blue gate, behind the temple\n12,RTO\n');
    assert.match(page, /1 accepted, 1 not sent or refused/);
    assert.match(page, /Line 2, .*more cells than the first line/s);
    assert.equal(state('11'), 'action-required');
  });

  test('with wrong lines sends the others, and names the lines', async () => {
    await report('11');
    await report('12');
    const page = await upload(
      'trackingId,ndrAction,rescheduleDate\n11,RESCHEDULE,2026-03-06\n12,RESCHEDULE,06-03-2026\n99,RTO,\n12,DANCE,\n',
    );
    assert.match(page, /1 accepted, 3 not sent or refused/);
    assert.match(page, /Line 3, .*rescheduleDate/s);
    assert.match(page, /Line 4, .*does not know a shipment/s);
    assert.match(page, /Line 5, .*ndrAction/s);
    assert.match(await upload('trackingId,ndrAction\n1.80956E+12,RTO\n'), /a spreadsheet has rounded it/);
  });

  test('with a date that nobody can read sends the others, and every page still opens', async () => {
    const dates = ['tomorrow', '06-03-2026', '46087', '+275760-09-13T00:00:00Z', '2026-02-30'];
    for (const [index] of dates.entries()) await report(`1${index}`);
    await report('20');
    const lines = dates.map((date, index) => `1${index},RESCHEDULE,${date}\n`);
    const page = await upload(`trackingId,ndrAction,rescheduleDate\n${lines.join('')}20,RESCHEDULE,2026-03-06T20:00:00Z\n`);
    assert.match(page, /1 accepted, 5 not sent or refused/);
    const history = await get('/history');
    for (const date of dates) assert.ok(history.includes(`Reschedule: <span class="notes">“${date}`), date);
    assert.match(history, /Reschedule to Sat 7 Mar/, 'the day in India');
    for (const [index] of dates.entries()) assert.match(await get(`/shipments/1${index}`), /not sent or refused/);
  });

  test('that is none says so', async () => {
    assert.match(await upload('a,b\n1,2\n'), /must name the columns trackingId and ndrAction/);
    assert.match(await upload('trackingId,ndrAction\n1,\n'), /no line of the file has something/);
    assert.match(await upload('"open'), /is not CSV/);
    assert.match(await upload(`trackingId,ndrAction\n${'1,RTO\n'.repeat(10_001)}`), /more than 10,000 decisions/);
    assert.match(
      await upload(Buffer.from('trackingId,ndrAction,additionalAddressNotes\n1,REATTEMPT,Caf\xe9\n', 'latin1')),
      /is not CSV in UTF-8/,
    );
  });
});

describe('security', () => {
  const paths = ['/', '/shipments.csv', '/shipments/1', '/history', '/numbers', '/desk.css', '/nothing'];

  test('every page needs a password', async () => {
    for (const path of paths) {
      for (const authorization of [undefined, `Basic ${btoa('asha:wrong')}`, `Basic ${btoa(`ravi:${PASSWORDS.asha}`)}`]) {
        const response = await app.request(ORIGIN + path, { headers: authorization ? { authorization } : {} });
        assert.equal(response.status, 401, path);
      }
    }
    const body = new URLSearchParams({ id: '1', ndrAction: 'RTO', confirmed: 'yes' });
    const response = await app.request(`${ORIGIN}/decisions`, { method: 'POST', body, headers: { origin: ORIGIN } });
    assert.equal(response.status, 401);
  });

  test('a form of another page is refused', async () => {
    await report('1');
    const body = 'id=1&ndrAction=RTO&confirmed=yes&seen=action-required';
    const foreign: Record<string, string>[] = [
      {},
      { origin: 'https://evil.test' },
      { origin: 'null' },
      { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' },
      { origin: 'http://desk.test.evil', 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of foreign) {
      for (const type of ['application/x-www-form-urlencoded', 'text/plain', '']) {
        const init = { method: 'POST', body, headers: { ...headers, authorization: login('asha'), ...(type && { 'content-type': type }) } };
        assert.equal((await app.request(`${ORIGIN}/decisions`, init)).status, 403);
      }
    }
    assert.equal(amazon.requests.length, 0);
  });

  test('what an event, a file or a person says is shown as it is', async () => {
    const bad = '<img src=x onerror=alert(1)>"\'';
    await report('1', { reasonCode: bad, order: bad });
    await decide([
      ['id', '1'],
      ['ndrAction', 'REATTEMPT'],
      ['notes', bad],
    ]);
    await upload(`trackingId,ndrAction\n"${bad.replaceAll('"', '""')}",RTO\n`);
    for (const path of [
      '/?tab=requested',
      `/?tab=requested&search=${encodeURIComponent(bad)}&error=${encodeURIComponent(bad)}`,
      '/shipments/1',
      '/history',
      '/numbers',
      '/?batch=2',
    ]) {
      const html = await get(path);
      assert.ok(!html.includes('<img'), path);
      assert.ok(html.includes('&lt;img') || path.includes('batch'), path);
    }
  });

  test('headers forbid scripts and frames from elsewhere, and no page is cached', async () => {
    const { headers } = await app.request(`${ORIGIN}/`, { headers: { authorization: login('asha') } });
    assert.match(
      headers.get('content-security-policy') ?? '',
      /^default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; frame-ancestors 'none'/,
    );
    assert.deepEqual(
      ['cache-control', 'x-frame-options', 'x-content-type-options'].map((name) => headers.get(name)),
      ['no-store', 'DENY', 'nosniff'],
    );
  });

  test('a redirection stays on the desk', async () => {
    const response = await post([
      ['filter', '//evil.test/?x'],
      ['ndrAction', 'RTO'],
    ]);
    assert.match(response.headers.get('location') ?? '', /^\/\?/);
    const one = await post([
      ['one', '1'],
      ['id', '/evil.test'],
      ['ndrAction', 'REATTEMPT'],
      ['notes', 'x'],
    ]);
    assert.match(one.headers.get('location') ?? '', /^\/shipments\/%2Fevil\.test\?/);
  });

  test('weak passwords are refused', () => {
    assert.deepEqual(readUsers('asha:a:long:password ravi:another-password'), [
      { username: 'asha', password: 'a:long:password' },
      { username: 'ravi', password: 'another-password' },
    ]);
    for (const bad of ['', 'asha', 'asha:short', ':long-enough-password', 'asha:long-enough-password ravi:x']) {
      assert.throws(() => readUsers(bad), /12 characters or more/);
    }
  });
});

test('a time that stands for none counts as absent', async () => {
  for (const [trackingId, time] of Object.entries({ 1: '9999-12-31T23:59:59Z', 2: '0000-01-01T00:00:00Z', 3: '0001-01-01T00:00:00Z' })) {
    const detail = { trackingId, latestDeliveryAttemptedDate: time, ndrDueDate: time };
    assert.equal(await receive(ndrEvent({ detail }, { clock })), 200);
    assert.deepEqual([desk.shipment(trackingId)?.reported, desk.shipment(trackingId)?.due], [now.toISOString(), null]);
  }
  assert.match(await get('/numbers'), /Mon 2 Mar/);
  assert.match(await get('/'), /not given/);
});

test('the numbers of a week', async () => {
  // Monday 00:30 in India is Sunday in UTC.
  await report('1', { attempted: -59.5 });
  await report('2', { attempted: -60.5, attempts: 2, reasonCode: 'Wrong address' });
  await report('3', { attempted: -10 });
  await report('4', { attempted: -10 });
  await move('1', 'Delivered');
  await move('2', 'Delivered');
  await move('3', 'Delivered', { shipmentType: 'RETURNS' });
  assert.deepEqual(
    desk.weeks(10).map(({ week, shipments, delivered, returned, open, return_rate, delivered_at_2, delivered_at_3, reasons }) => ({
      week,
      numbers: [shipments, delivered, returned, open, return_rate, delivered_at_2, delivered_at_3],
      reasons: JSON.parse(reasons),
    })),
    [
      { week: '2026-03-02', numbers: [3, 1, 1, 1, 50, 1, 0], reasons: [['Customer unavailable', 3]] },
      { week: '2026-02-23', numbers: [1, 1, 0, 0, 0, 0, 1], reasons: [['Wrong address', 1]] },
    ],
  );
  assert.match(await get('/numbers'), /50 %/);
});
