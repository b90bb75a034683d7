import { describe, expect, test } from 'vitest';
import { json, unwrapped, waybill } from '../support/cli/terminal.ts';

test.each([
  [['send', 'ndr', '--bogus'], 'waybill send --help'],
  [['ndr', 'rto'], 'waybill ndr rto --help'],
  [['ndr', 'explode'], 'waybill ndr --help'],
  [['carriers', 'track', '--bogus'], 'waybill carriers --help'],
  [['bogus', 'track'], 'waybill --help'],
])('%j names the help of the command that was called', async (argv, help) => {
  expect((await waybill(argv)).stderr).toContain(`\n  See ${help}.\n`);
});

test.each([[[]], [['ndr']], [['help', 'bogus']]])('%j prints JSON with --json, because a command is missing', async (argv) => {
  const { code, stdout, stderr } = await waybill([...argv, '--json']);
  expect([code, stdout]).toEqual([2, '']);
  expect(json(stderr)).toMatchObject({ error: { code: 'USAGE', exitCode: 2, message: 'the command is missing or unknown' } });
});

const track = ['track', '--tracking-number', '1', '--charge-permission-id', 'S01-0000000-0000000'];
const send = ['send', 'ndr', '--to', 'http://localhost'];

// The regular expressions are matched with one line.
describe.each([
  [['trakc'], /unknown command 'trakc'.*track/],
  [['--nonsense'], /unknown option '--nonsense'/],
  [['carriers', '--nonsense'], /unknown option/],
  [['carriers', 'ups', '--country', 'Germany'], /--country must be the code of a country, two letters such as GB/],
  [['demo', 'word'], /too many arguments/],
  [['emulator', '--port', 'eighty'], /--port must be a whole number from 0 to 65535/],
  [['emulator', '--port', '70000'], /--port must be a whole number/],
  [['emulator', '--port', '1e3'], /--port must be a whole number/],
  [['emulator', '--port', '0', '--host', '192.0.2.1'], /cannot listen at 192\.0\.2\.1, port 0: this machine has no such address/],
  [['emulator', '--fail', 'sometimes'], /--fail must be PATH=STATUS.*For example --fail/],
  [['emulator', '--fail', '/token=999'], /--fail must be/],
  [['emulator', '--fail', '/token=503x0'], /--fail must be/],
  [['emulator', '--public-key-id', 'LIVE-X'], /must be passed together/],
  [['emulator', '--env', '/nowhere/at/all', '--port', '0'], /cannot write .*no such file/],
  [['doctor', '--settings', '/nowhere'], /cannot read \/nowhere: there is no such file/],
  [['parse', '{"detail":{}}'], /the name of a file is expected, got JSON\s.*standard input/s],
  [['doctor', '--settings', '-'], /standard input has no line such as NAME=value.*waybill emulator --env FILE/],
  [['doctor', '--only', 'everything'], /--only/],
  [
    ['track'],
    /missing: --tracking-number; --charge-permission-id or --order-reference-id; --carrier or --carrier-code; not set: AMAZON_PAY_PUBLIC_KEY_ID, AMAZON_PAY_PRIVATE_KEY and AMAZON_PAY_REGION --tracking-number <id>/,
  ],
  [track, /missing: --carrier or --carrier-code; not set: /],
  [['track', '--settings', '/nowhere'], /cannot read \/nowhere/],
  [[...track, '--carrier', 'UPS', '--carrier-code', 'UPS'], /either --carrier or --carrier-code, not both/],
  [
    [...track, '--carrier-code', 'UPS', '--order-reference-id', 'P01-0000000-0000000', '--dry-run'],
    /pass either --charge-permission-id or --order-reference-id, not both/,
  ],
  [[...track, '--tracking-number', '2'], /--tracking-number is passed twice Pass one value\. See waybill track --help\./],
  [[...track, '--carrier', 'UPS', '--carrier=DHL'], /--carrier is passed twice/],
  [['send', 'ndr', '--auth', 'none', '--auth', 'basic'], /--auth is passed twice.*See waybill send --help/],
  [['ndr', 'rto', '1', '--due-date', 'soon', '--due-date', 'later', '--dry-run'], /--due-date is passed twice.*See waybill ndr rto --help/],
  [['ndr', 'rto', 'n/a', '--dry-run'], /<tracking-id>: must contain a digit/],
  [[...track, '--carrier', 'Hermes'], /not certain.*--carrier-code HERMES_DE/],
  [[...track, '--carrier', 'Hermes', '--country', 'DEU'], /--country must be the code of a country/],
  [['carriers', 'ups', '--country', 'EN'], /--country must be the code of a country/],
  [[...track, '--carrier', 'Royal Mail'], /not certain: there is no code/],
  [
    [...track, '--carrier-code', 'UPS'],
    /AMAZON_PAY_PUBLIC_KEY_ID, AMAZON_PAY_PRIVATE_KEY and AMAZON_PAY_REGION are not set Set them, .*or pass --public-key-id, --private-key-file and --region\./,
  ],
  [[...track, '--carrier-code', 'UPS', '--public-key-id', 'LIVE-X', '--region', 'na'], /AMAZON_PAY_PRIVATE_KEY is not set Set it,/],
  [[...track, '--carrier-code', 'UPS', '--environment', 'moon'], /--environment/],
  [['sign'], /pass a method and a URL/],
  [['sign', 'POST', '/v2/deliveryTrackers'], /AMAZON_PAY_REGION is not set/],
  [['sign', 'POST', '/v2/x', '--region', 'mars'], /--region must be na \(us\), eu/],
  [['sign', 'POST', '/v2/x', '--region', 'eu', '--date', 'yesterday'], /--date must be/],
  [['sign', 'POST', '/v2/x', '--region', 'eu', '--body', '/nowhere'], /cannot read/],
  [['sign', 'POST', 'x', '--region', 'eu'], /<url>: expected an absolute URL/],
  [['sign', '--verify', '/nowhere'], /cannot read/],
  [['sign', '--verify', '-'], /not an HTTP request/],
  [['sign', '--verify', '-', 'POST', '/x'], /pass either --verify or a method and a URL, not both The captured request has its own\./],
  [['sign', '--verify', '-', '--date', '20260115T101530Z', '--idempotency-key', 'k'], /either --verify or --date and --idempotency-key/],
  [['sign', 'POST', '/x', '--region', 'eu', '--amazon-said', 'x'], /--amazon-said can be passed only with --verify Pass .*--verify FILE/],
  [['ndr', 'explode', '1'], /unknown command/],
  [['ndr', 'rto'], /missing: <tracking-id>; not set: LWA_CLIENT_ID, LWA_CLIENT_SECRET and LWA_REFRESH_TOKEN/],
  [['ndr', 'rto', '--dry-run'], /missing: <tracking-id> <tracking-id> the id/],
  [
    ['ndr', 'rto', '1'],
    /LWA_CLIENT_ID, LWA_CLIENT_SECRET and LWA_REFRESH_TOKEN are not set Set them, or write them into a file and pass --settings FILE\./,
  ],
  [['ndr', 'reschedule'], /missing: <tracking-id>; --date; not set/],
  [['ndr', 'reattempt', '1'], /missing: --notes; not set/],
  [['ndr', 'import'], /missing: <file>/],
  [['ndr', 'import', '/nowhere.csv'], /cannot read/],
  [['ndr', 'import', '-'], /standard input is empty The first line must name the columns/],
  [['sign', 'POST', '/v2/x', '--region', 'eu', '--settings', '-', '--body', '-'], /standard input has no line|can be read only once/],
  [['ndr', 'import', '-', '--report', '-'], /--report must be a file With --json, standard output has the result of each row/],
  [['ndr', 'import', '-', '--concurrency', '0'], /--concurrency must be a whole number from 1 to 1000/],
  [['send'], /missing: <kind>; --to; --auth <kind> the event --to <url>/],
  [['send', 'postcard', '--to', 'http://localhost', '--auth', 'none'], /<kind> must be one of ndr, tracking, bwp/],
  [['send', 'ndr', '--auth', 'none'], /missing: --to/],
  [send, /missing: --auth/],
  [[...send, '--auth', 'key'], /--auth must be one of api-key, query, basic, bearer, signature, none/],
  [['send', 'ndr', '--to', 'ftp://localhost', '--auth', 'none'], /--to must be a URL/],
  [['send', 'ndr', '--to', 'http://user:secret@localhost', '--auth', 'none'], /--to must not contain a user name or password/],
  [['send', 'ndr', '--to', 'http://127.0.0.1:1/', '--auth', 'none'], /--to has port 1, which fetch does not connect to.*another port/],
  [['replay', '-', '--to', 'http://127.0.0.1:6000/', '--dry-run'], /--to has port 6000, which fetch does not connect to/],
  [[...send, '--auth', 'api-key'], /NDR_API_KEY is not set/],
  [[...send, '--auth', 'none', '--timeout', 'long'], /--timeout must be a whole number from 1 to 600000/],
  [[...send, '--auth', 'none', '--file', '/nowhere'], /cannot read/],
  [['send', 'bwp', '--to', 'http://localhost', '--auth', 'none', '--event', 'SNOW'], /not a documented event type.*--file.*event-types/],
  [['parse'], /missing: <file>/],
  [['bwp', 'order'], /missing: <order-id>; not set: BWP_CLIENT_ID, BWP_CLIENT_SECRET and BWP_TARGET_ID/],
  [['bwp', 'order', ' '], /<order-id> is empty/],
  [['bwp', 'subscriptions', 'create', 'X'], /missing: --webhook or --aws-account/],
  [
    ['bwp', 'subscriptions', 'create', 'X', '--webhook', 'http://shop.example', '--dry-run'],
    /--webhook: expected a URL that starts with https/,
  ],
  [
    ['bwp', 'subscriptions', 'create', 'X', '--webhook', 'https://user:secret@shop.example', '--dry-run'],
    /--webhook must not contain a user name or password.*--auth-profile/,
  ],
  [['bwp', 'subscriptions', 'create', 'X', '--aws-account', '1', '--dry-run'], /--aws-account needs --aws-region and --source-name too/],
  [
    ['bwp', 'subscriptions', 'create', 'X', '--webhook', 'https://shop.example', '--aws-account', '1'],
    /either --webhook or the --aws- options, not both/,
  ],
  [['bwp', 'subscriptions', 'create', 'X', '--aws-account', '1', '--auth-profile', 'p'], /--auth-profile belongs to --webhook/],
  [['listen', '--port', 'x'], /--port must be a whole number/],
  [['listen', '--auth', 'api-key'], /NDR_API_KEY is not set/],
  [['listen', '--record', '/nowhere/at/all'], /cannot write .*no such file/],
  [['listen', '--auth', 'signature', '--jwks', 'x'], /--jwks/],
  [['replay'], /missing: <file>; --to/],
  [['replay', '/nowhere', '--to', 'ftp://localhost'], /--to must be a URL/],
  [['replay', '/nowhere', '--to', 'http://localhost'], /cannot read/],
  [['replay', '-', '--to', 'http://localhost'], /there is no event in standard input/],
  [['replay', '-', '--to', 'http://localhost', '--retries', '21'], /--retries must be a whole number from 0 to 20/],
  [['replay', '-', '--to', 'http://localhost', '--auth', 'basic'], /NDR_PASSWORD is not set/],
  [['completion'], /missing: <shell>/],
  [['completion', 'powershell'], /<shell> must be one of bash, zsh, fish/],
  [['parse', '/nowhere'], /cannot read/],
  [['parse', '/'], /cannot read \/: it is a folder/],
] satisfies [string[], RegExp][])('waybill %j', (argv, message) => {
  test('ends with 2, prints no result, and says what is wrong within 80 columns', async () => {
    const { code, stdout, stderr } = await waybill(argv);
    expect([code, stdout]).toEqual([2, '']);
    expect(unwrapped(stderr)).toMatch(message);
    expect(stderr.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('prints the same as JSON', async () => {
    const { code, stdout, stderr } = await waybill([...argv, '--json']);
    expect([code, stdout]).toEqual([2, '']);
    const { error } = json(stderr) as { error: Record<string, unknown> };
    expect(error).toMatchObject({
      exitCode: 2,
      message: expect.any(String),
      code: expect.stringMatching(/^(USAGE|CONFIGURATION|VALIDATION)$/),
    });
  });
});

test('standard input can be read only once', async () => {
  const argv = ['sign', 'POST', '/v2/x', '--region', 'eu', '--settings', '-', '--body', '-'];
  const { code, stderr } = await waybill(argv, { input: 'AMAZON_PAY_REGION=eu\n' });
  expect([code, stderr]).toEqual([2, expect.stringMatching(/standard input can be read only once\n {2}Pass a file/)]);
});

test('a terminal as standard input gets a remark on how to end it', async () => {
  expect((await waybill(['parse', '-'], { input: 'null', isInputTTY: true })).stderr).toMatch(
    /^Reading standard input\. End it with Ctrl-D/,
  );
});

describe('a secret on the command line', () => {
  const secret = 'hunter2-hunter2';
  test.each([
    ['track', '--private-key', secret],
    ['track', `--private-key=${secret}`],
    ['ndr', 'rto', '1', '--client-secret', secret],
    ['ndr', 'rto', '1', '--lwa-refresh-token', secret],
    ['doctor', '--password', secret],
    ['send', 'ndr', '--token', secret],
    ['send', 'ndr', '--api-key', secret],
    ['send', 'ndr', '--secret', secret],
  ])('%s %s %s is refused, with the right place for it', async (...argv) => {
    const { code, stdout, stderr } = await waybill(argv);
    expect(code).toBe(2);
    expect(unwrapped(stderr)).toMatch(/secrets are never read from the command line/);
    expect(stderr).toMatch(/Set /);
    expect(stdout + stderr).not.toContain(secret);
  });

  test.each([
    ['track', '--key', /Set AMAZON_PAY_PRIVATE_KEY, or pass --private-key-file FILE/],
    ['send', '--key', /Set NDR_API_KEY, .*or pass --secret-file FILE/],
    ['listen', '--key', /Set NDR_API_KEY, .*or pass --secret-file FILE/],
    ['replay', '--password', /NDR_PASSWORD .*or pass --secret-file FILE/],
  ])('of %s %s has the place that this command reads', async (command, option, hint) => {
    const { code, stderr } = await waybill([command, option, secret]);
    expect([code, unwrapped(stderr)]).toEqual([2, expect.stringMatching(hint)]);
  });

  test.each(['Atzr|IwEBIabcdef', 'amzn1.oa2-cs.v1.abcdef', '-----BEGIN PRIVATE KEY-----abcdef'])(
    'is recognised by its form: %s',
    async (text) => {
      const { code, stderr } = await waybill(['parse', text]);
      expect(code).toBe(2);
      expect(unwrapped(stderr)).toMatch(/the command line contains a secret/);
      expect(stderr).not.toContain('abcdef');
    },
  );

  test('is not repeated if an option is misspelt', async () => {
    for (const argv of [
      ['track', `--privat-key=${secret}`],
      ['send', 'ndr', '--to', 'http://localhost', '--auth', `api-key:${secret}`],
      ['send', 'ndr', '--to', `http://user:${secret}@localhost`, '--auth', 'none', '--timeout', '1'],
    ]) {
      const { code, stdout, stderr } = await waybill(argv);
      expect(code).toBe(2);
      expect(stdout + stderr).not.toContain(secret);
    }
  });
});
