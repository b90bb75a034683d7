import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Served, serve } from '../../../src/cli/server.ts';
import { apiKey, NdrWebhookVerifier } from '../../../src/shipping-ndr/index.ts';
import { buyWithPrimeEvent, ndrEvent, trackingEvent } from '../../../src/testing/index.ts';
import { temporaryFolder } from '../../support/cli/amazon.ts';
import { json, jsonLines, unwrapped, waybill } from '../../support/cli/terminal.ts';

const folder = temporaryFolder();
const bodies: string[] = [];
/** What the webhook responds with, one after another; then 200. */
let responses: (Response | 'never')[] = [];
let onHang = (): void => undefined;
const handled: string[] = [];
const verify = new NdrWebhookVerifier({ auth: apiKey({ keys: 'key-1' }) }).handler((event) => void handled.push(event.id ?? ''));
let server: Served;
beforeAll(async () => {
  server = await serve(async (request) => {
    if (new URL(request.url).pathname === '/ndr') return verify(request);
    bodies.push(await request.text());
    const next = responses.shift() ?? new Response('ok');
    if (next !== 'never') return next;
    onHang();
    return new Promise(() => undefined);
  });
});
beforeEach(() => {
  bodies.length = 0;
  responses = [];
});
afterAll(() => {
  server.close();
  folder.remove();
});

const events = [ndrEvent(), trackingEvent(), buyWithPrimeEvent('REFUND_REQUESTED')] as const;
const asLines = events.map((event) => JSON.stringify(event)).join('\n');
const replay = (...argv: string[]): string[] => ['replay', '-', '--to', `${server.url}/any`, ...argv];

describe('waybill replay', () => {
  test.each<[string, string]>([
    [
      'a recording',
      events.map((event) => JSON.stringify({ receivedAt: 'x', path: '/', verified: true, body: JSON.stringify(event) })).join('\n'),
    ],
    ['events on lines, with an empty one', `${asLines}\n\n`],
    ['events on lines of Windows', asLines.replaceAll('\n', '\r\n')],
    ['a list of events', JSON.stringify(events)],
    [
      'messages of SQS',
      JSON.stringify({ Messages: events.map((event) => ({ MessageId: '1', ReceiptHandle: 'r', Body: JSON.stringify(event) })) }),
    ],
    [
      'what several calls of aws sqs receive-message print',
      events.map((event) => JSON.stringify({ Messages: [{ MessageId: '1', Body: JSON.stringify(event) }] }, null, 4)).join('\n'),
    ],
  ])('sends %s in its order', async (_, input) => {
    const { code, stdout, stderr } = await waybill(replay('--json'), { input });
    expect([code, stderr]).toEqual([0, '']);
    expect(bodies.map((body) => JSON.parse(body))).toEqual(events);
    const [first, second, third, summary] = jsonLines(stdout);
    expect([first, second, third]).toMatchObject([
      { type: 'event', number: 1, eventType: 'NDR Events', outcome: 'delivered', status: 200, attempts: 1 },
      { number: 2, eventType: 'Tracking Detail' },
      { number: 3, eventType: 'REFUND_REQUESTED' },
    ]);
    expect(summary).toEqual({ type: 'summary', events: 3, delivered: 3, retried: 0, lost: 0, unreadable: 0, interrupted: 0, notSent: 0 });
  });

  test('reads UTF-16, as PowerShell writes it', async () => {
    const file = folder.path('utf16.ndjson');
    writeFileSync(file, `\ufeff${asLines}`, 'utf16le');
    expect(await waybill(['replay', file, '--to', `${server.url}/any`])).toMatchObject({ code: 0 });
    expect(bodies.map((body) => JSON.parse(body))).toEqual(events);
  });

  test('sends a recorded body as it was, byte by byte', async () => {
    const body = '{ "id" :  "ä\\u0000" }\n';
    await waybill(replay(), { input: JSON.stringify({ receivedAt: 'x', path: '/', verified: null, body }) });
    expect(bodies).toEqual([body]);
  });

  test('authenticates itself, and the webhook handles the event', async () => {
    const argv = ['replay', '-', '--to', `${server.url}/ndr`, '--auth', 'api-key', '--json'];
    const { code } = await waybill(argv, { input: JSON.stringify(events[0]), env: { NDR_API_KEY: 'key-1' } });
    expect([code, handled]).toEqual([0, [events[0].id]]);
    const wrong = await waybill(argv, { input: JSON.stringify(events[0]), env: { NDR_API_KEY: 'key-2' } });
    expect(wrong).toMatchObject({ code: 3 });
    expect(jsonLines(wrong.stdout)[0]).toMatchObject({ outcome: 'retried', status: 401, attempts: 1 });
    expect(wrong.stdout + wrong.stderr).not.toContain('key-2');
  });

  test('says what to do about a response 401', async () => {
    const argv = ['replay', '-', '--to', `${server.url}/ndr`];
    const input = JSON.stringify(events[0]);
    expect((await waybill(argv, { input })).stdout).toMatch(/\n401: no credential was sent\. Pass --auth\.\n$/);
    const wrong = await waybill([...argv, '--auth', 'api-key'], { input, env: { NDR_API_KEY: 'key-2' } });
    expect(wrong.stdout).toMatch(/\n401: check --auth api-key and its credential\.\n$/);
  });

  test('retries what is temporary, and reports the attempts', async () => {
    responses = [new Response(null, { status: 503, headers: { 'retry-after': '0' } }), new Response(null, { status: 429 })];
    const { code, stdout } = await waybill(replay(), { input: JSON.stringify(events[0]) });
    expect(code).toBe(0);
    expect(bodies).toEqual(new Array(3).fill(JSON.stringify(events[0])));
    expect(stdout).toMatch(/^ {3}1 delivered {3}200 after \d+ ms, 3 attempts\n {5}event {2}NDR Events \S+\n\n1 event: 1 delivered, /);
  });

  test.each([
    [302, 'lost', 1],
    [400, 'lost', 1],
    [404, 'lost', 1],
    [401, 'retried', 3],
    [500, 'retried', 3],
  ])('without retries reports a response %d as %s', async (status, outcome, exitCode) => {
    responses = [new Response(null, { status, headers: { location: '/other' } })];
    const { code, stdout } = await waybill(replay('--retries', '0', '--json'), { input: JSON.stringify(events[0]) });
    expect(code).toBe(exitCode);
    expect(jsonLines(stdout)[0]).toMatchObject({ status, outcome, attempts: 1 });
    expect(bodies).toHaveLength(1);
  });

  test('says why there is no response', async () => {
    responses = ['never'];
    const slow = await waybill(replay('--retries', '0', '--timeout', '50', '--json'), { input: JSON.stringify(events[0]) });
    expect(jsonLines(slow.stdout)[0]).toMatchObject({ outcome: 'retried', status: null, problem: 'no response within 50 ms' });
    const closed = await serve(() => new Response());
    closed.close();
    const refused = await waybill(['replay', '-', '--to', closed.url, '--retries', '0', '--json'], { input: JSON.stringify(events[0]) });
    expect([refused.code, jsonLines(refused.stdout)[0]]).toMatchObject([
      3,
      { problem: expect.stringMatching(/no connection.*ECONNREFUSED/) },
    ]);
  });

  test('after Ctrl-C counts what was not sent, and says "interrupted" once', async () => {
    const interrupted = new AbortController();
    responses = [new Response('ok'), 'never'];
    onHang = () => interrupted.abort(new DOMException('interrupted', 'AbortError'));
    const { code, stdout, stderr } = await waybill(replay(), { input: asLines, signal: interrupted.signal });
    expect([code, stderr]).toEqual([130, 'error: interrupted\n']);
    expect(stdout).toMatch(/\n3 events: 1 delivered, 0 would be redelivered, 0 would be lost, 1 may have arrived, 1 not sent/);
  });

  test('lists the events with --dry-run, and sends nothing', async () => {
    const { code, stdout } = await waybill(replay('--dry-run', '--auth', 'api-key'), { input: asLines });
    expect([code, bodies]).toEqual([0, []]);
    expect(stdout).toMatch(
      /^# {2}event type +id\n1 {2}NDR Events +\S+\n2 {2}Tracking Detail +\S+\n3 {2}REFUND_REQUESTED +\S+\n\nNothing was sent\.\n$/,
    );
    expect(json((await waybill(replay('--dry-run', '--json'), { input: asLines })).stdout)).toMatchObject({
      events: [{ number: 1, line: 1 }, {}, { line: 3 }],
    });
  });

  test.each([
    ['{"a":1}\nnonsense', /line 1 of standard input is not an event/],
    ['nonsense\n{"a":1}', /line 1 of standard input is not an event: it is not JSON/],
    [
      JSON.stringify({ Messages: [{ MessageId: 'm-1', Body: 'hello' }] }, null, 4),
      /message m-1 in line 4 of standard input is not an event: expected an event, got 5 characters that are not JSON/,
    ],
    ['[]', /there is no event in standard input/],
  ])('refuses %j before it sends anything', async (input, message) => {
    const { code, stdout, stderr } = await waybill(replay(), { input });
    expect([code, stdout, bodies]).toEqual([2, '', []]);
    expect(unwrapped(stderr)).toMatch(message);
  });

  describe('reports what is not an event, and sends the rest', () => {
    const page = (...messages: readonly object[]): string => JSON.stringify({ Messages: messages }, null, 4);
    const message = (MessageId: string, body: string): object => ({ MessageId, ReceiptHandle: 'r', Body: body });
    const pages = [
      page(message('m-0', JSON.stringify(events[0])), message('m-1', 'hello')),
      'nonsense',
      page(message('m-2', '{"a":1}'), message('m-3', JSON.stringify(events[1]))),
      JSON.stringify([{}, events[2]]),
    ].join('\n');

    test('with the message and the line, in a result like those of the others', async () => {
      const { code, stdout, stderr } = await waybill(replay('--json'), { input: pages });
      expect([code, stderr, bodies.map((body) => JSON.parse(body))]).toEqual([1, '', events]);
      const results = jsonLines(stdout);
      const unreadable = { type: 'event', eventType: null, id: null, outcome: 'unreadable', status: null, attempts: 0, duration: 0 };
      const of = (problem: string): unknown => expect.stringContaining(`${problem} of standard input is not an event: `);
      expect(results).toEqual([
        expect.objectContaining({ number: 1, line: 4, messageId: 'm-0', outcome: 'delivered' }),
        { ...unreadable, number: 2, line: 9, messageId: 'm-1', problem: of('message m-1 in line 9') },
        { ...unreadable, number: 3, line: 15, problem: of('line 15') },
        { ...unreadable, number: 4, line: 19, messageId: 'm-2', problem: of('message m-2 in line 19') },
        expect.objectContaining({ number: 5, line: 24, messageId: 'm-3', outcome: 'delivered' }),
        { ...unreadable, number: 6, line: 30, problem: of('item 1 of the list in line 30') },
        expect.objectContaining({ number: 7, line: 30, outcome: 'delivered' }),
        { type: 'summary', events: 7, delivered: 3, retried: 0, lost: 0, unreadable: 4, interrupted: 0, notSent: 0 },
      ]);
    });

    test('for people', async () => {
      const { code, stdout } = await waybill(replay(), { input: pages });
      expect(code).toBe(1);
      expect(stdout).toMatch(/^ {3}2 unreadable\n {5}problem {2}message m-1 in line 9 of standard input is not an event:/m);
      expect(unwrapped(stdout)).toMatch(/7 events: 3 delivered, 0 would be redelivered, 0 would be lost, 4 not readable \(/);
    });

    test('in the list of --dry-run, which ends with the same exit code', async () => {
      const { code, stdout } = await waybill(replay('--dry-run'), { input: pages });
      expect([code, bodies]).toEqual([1, []]);
      expect(stdout).toMatch(/^2 {2}unreadable +message m-1 in line 9 of standard input/m);
      expect(stdout).toMatch(/^7 {2}REFUND_REQUESTED/m);
    });
  });
});
