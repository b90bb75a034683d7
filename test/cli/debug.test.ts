/** `--debug` prints each request and response, and nothing that must not be in a bug report. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Served, serve } from '../../src/cli/server.ts';
import { type Amazon, startAmazon } from '../support/cli/amazon.ts';
import { jsonLines, waybill } from '../support/cli/terminal.ts';

let amazon: Amazon;
let echo: Served;
beforeAll(async () => {
  amazon = await startAmazon();
  echo = await serve(async (request) => {
    const headers = { 'set-cookie': 'session=5eedf00d', 'content-type': 'application/json' };
    return new Response(JSON.stringify({ url: request.url, key: request.headers.get('x-api-key'), email: 'rita@example.com' }), {
      headers,
    });
  });
});
afterAll(() => {
  amazon.close();
  echo.close();
});

const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
const parcel = ['--charge-permission-id', 'S02-0000000-0000000', '--tracking-number', '1Z999AA10123456784', '--carrier-code', 'UPS'];

describe('--debug', () => {
  test('prints the requests of a client, and the result as without it', async () => {
    const { code, stdout, stderr } = await waybill(['track', ...parcel, '--debug'], amazon);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^Amazon Pay accepted the parcel/)]);
    expect(stderr).toMatch(/^> POST http:\/\/127\.0\.0\.1:\d+\/v2\/deliveryTrackers\n> accept: application\/json\n/);
    expect(stderr).toMatch(/\n> authorization: AMZN-PAY-RSASSA-PSS-V2 PublicKeyId=\S+, SignedHeaders=\S+, Signature=\[redacted\]\n/);
    expect(stderr).toMatch(/\n> \{"chargePermissionId":"S02-0000000-0000000",/);
    expect(stderr).toMatch(/\n< 200 after \d+ ms\n(< .*\n)+< \{"chargePermissionId":.*\}\n$/);
  });

  test.each([
    ['ndr', ['ndr', 'reattempt', '1809561149386', '--notes', 'Second gate, ask for Rita']],
    ['bwp', ['bwp', 'order', '322-ABC1-AAAAAA']],
    ['doctor', ['doctor', '--live']],
  ])('of %s hides secrets, tokens and personal data', async (_, argv) => {
    const { code, stderr } = await waybill([...argv, '--debug'], amazon);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^> POST \S+\/(auth\/o2\/token|token)\n/m);
    const { LWA_CLIENT_SECRET, LWA_REFRESH_TOKEN, BWP_CLIENT_SECRET } = amazon.env;
    for (const secret of [LWA_CLIENT_SECRET, LWA_REFRESH_TOKEN, BWP_CLIENT_SECRET, 'Atza|', 'emulated-', 'Rita', 'Second gate']) {
      expect(stderr).not.toContain(secret);
    }
  });

  test('prints one JSON document for each with --json', async () => {
    const { stderr } = await waybill(['ndr', 'reschedule', '1809561149386', '--date', tomorrow, '--debug', '--json'], amazon);
    expect(jsonLines(stderr)).toMatchObject([
      { debug: 'request', method: 'POST', url: expect.stringMatching(/\/auth\/o2\/token$/), body: { client_secret: '[redacted]' } },
      { debug: 'response', status: 200, duration: expect.any(Number), body: { access_token: '[redacted]' } },
      { debug: 'request', method: 'POST', headers: { 'x-amz-access-token': '[redacted]' }, body: { ndrAction: 'RESCHEDULE' } },
      { debug: 'response', status: 204 },
    ]);
  });

  test.each([
    ['send', ['send', 'ndr', '--auth', 'query', '--parameter', 'pass'], { NDR_QUERY_VALUE: '5eedf00d value' }],
    ['send', ['send', 'ndr', '--auth', 'api-key'], { NDR_API_KEY: '5eedf00d key' }],
    ['replay', ['replay', '-', '--auth', 'query', '--parameter', 'pass'], { NDR_QUERY_VALUE: '5eedf00d value' }],
  ])('of %s %j hides the credential and what the webhook repeats', async (_, argv, env) => {
    const { code, stderr } = await waybill([...argv, '--to', `${echo.url}/x`, '--debug'], { env, input: '{"receivedAt":"x","body":"{}"}' });
    expect(code).toBe(0);
    expect(stderr).toMatch(/^> POST \S+\/x/);
    expect(stderr).toMatch(/\n< 200 after /);
    expect(stderr).toContain('"email":"[redacted]"');
    expect(decodeURIComponent(stderr)).not.toMatch(/5eedf00d|rita@/);
  });

  const person = {
    customerName: 'Rita Rao',
    consignee_name: 'Rita Rao',
    recipientName: 'Rita Rao',
    customer: { id: 'C-1', name: 'Rita Rao', profile: { name: 'Rita Rao' } },
    buyer: 'Rita Rao',
    consigneeDetails: { contactNumber: '98765', state: 'Karnataka' },
    customerState: 'Karnataka',
    receivedBy: 'Rita Rao',
    deliveryInstructions: 'Blue door',
    shippingAddress: { line1: 'MG Road 1' },
    location: {
      name: 'Rita Rao',
      city: 'Bengaluru',
      state: 'Karnataka',
      stateOrRegion: 'Karnataka',
      postalCode: '560001',
      countryCode: 'IN',
    },
    destinationCity: 'Bengaluru',
    pinCode: 560001,
    pincode: '560001',
    zip: '560001',
    locality: 'Bengaluru',
  };
  /** What is debugged by. */
  const kept = {
    trackingId: '1809561149386',
    orderId: 'O-1',
    referenceID: 'R-1',
    eventCode: 'Delivered',
    source: { region: 'eu-west-1' },
    order: { state: 'DELIVERED', name: 'Kettle' },
    carrier: { name: 'Amazon' },
    countryCode: 'IN',
    capacity: 'Lots',
    elsewhere: { city: null },
  };

  test.each([
    ['in an event', { 'detail-type': 'Tracking Detail', detail: { ...kept, ...person } }],
    ['in lists', [{ events: [[kept, person]] }]],
    ['in JSON inside a string', { Message: JSON.stringify({ detail: JSON.stringify({ ...kept, ...person }) }) }],
  ])('hides the names and addresses of people %s, and shows ids and codes', async (_, event) => {
    const argv = ['send', 'ndr', '--auth', 'none', '--to', echo.url, '--file', '-', '--debug'];
    const { stderr } = await waybill(argv, { input: JSON.stringify(event) });
    expect(stderr).not.toMatch(/Rita|Karnataka|Bengaluru|560001|98765|MG Road|Blue door/);
    const shown = stderr.replaceAll('\\', '');
    for (const [name, value] of [...Object.entries(kept), ['id', 'C-1'], ['pinCode', '[redacted]'], ['postalCode', '[redacted]']]) {
      expect(shown).toContain(`"${name}":${JSON.stringify(value)}`);
    }
  });

  test('hides credentials in the query of a URL, also inside a body', async () => {
    const query = 'a=1&api_key=5eedf00d&X-Amz-Signature=5eedf00d&code=5eedf00d&token=5eedf00d#x';
    const argv = ['send', 'ndr', '--auth', 'none', '--to', `${echo.url}/x?key=5eedf00d&${query}`, '--debug'];
    const { code, stderr } = await waybill(argv);
    expect(code).toBe(0);
    expect(stderr).not.toContain('5eedf00d');
    expect(stderr).toMatch(/^> POST \S+\/x\?key=\[redacted\]&a=1&api_key=\[redacted\]&/);
    expect(stderr).toMatch(/"url":"\S+\?key=\[redacted\]&a=1&/);
  });

  test('says why there is no response', async () => {
    const closed = await serve(() => new Response());
    closed.close();
    const { stderr } = await waybill(['send', 'ndr', '--auth', 'none', '--to', closed.url, '--debug'], {});
    expect(stderr).toMatch(/\n< no response: .*ECONNREFUSED/);
    const { code, stderr: tracked } = await waybill(['replay', '-', '--retries', '0', '--to', closed.url, '--debug'], {
      input: '{"receivedAt":"x","body":"{}"}',
    });
    expect([code, tracked]).toEqual([3, expect.stringMatching(/\n< no response: ECONNREFUSED\n/)]);
  });

  test('is not an option of a command that sends nothing', async () => {
    expect(await waybill(['parse', '-', '--debug'])).toMatchObject({ code: 2, stderr: expect.stringMatching(/unknown option '--debug'/) });
  });
});
