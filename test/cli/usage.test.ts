import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { serve } from '../../src/cli/server.ts';
import { VERSION } from '../../src/core/version.ts';
import { json, unwrapped, waybill } from './terminal.ts';

const names = COMMANDS.map(({ name }) => name);
const calls = [[], ...names.map((name) => [name]), ...['reschedule', 'reattempt', 'rto', 'import'].map((name) => ['ndr', name])];

describe('help', () => {
  test.each(calls)('of %s %s is there, at 80 columns, and ends with 0', async (...call) => {
    const { code, stdout, stderr } = await waybill([...call.filter(Boolean), '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: waybill/);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('names every command and every exit code', async () => {
    const { stdout } = await waybill(['--help']);
    for (const word of [...names, 'Exit codes', '130', '--json']) expect(stdout).toContain(word);
  });

  test('"help track" is the same as "track --help"', async () => {
    expect(await waybill(['help', 'track'])).toEqual(await waybill(['track', '--help']));
  });

  test('stands in place of a command that is left out, and that is a mistake', async () => {
    const { code, stdout, stderr } = await waybill([]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^Usage: waybill/);
  });

  test.each(calls.slice(1))('of %s %s shows --json', async (...call) => {
    if (call.length === 1 && call[0] === 'ndr') return;
    expect((await waybill([...call, '--help'])).stdout).toContain('--json');
  });
});

test.each([
  [['send', 'ndr', '--bogus'], 'waybill send --help'],
  [['ndr', 'rto'], 'waybill ndr rto --help'],
  [['ndr', 'explode'], 'waybill ndr --help'],
  [['carriers', 'track', '--bogus'], 'waybill carriers --help'],
  [['bogus', 'track'], 'waybill --help'],
])('%j points to the help of the command that was called', async (argv, help) => {
  expect((await waybill(argv)).stderr).toContain(`\n  ${help} says how it is used.\n`);
});

test.each([[[]], [['ndr']], [['help', 'bogus']]])('%j is a document of JSON with --json, for a command is missing', async (argv) => {
  const { code, stdout, stderr } = await waybill([...argv, '--json']);
  expect([code, stdout]).toEqual([2, '']);
  expect(json(stderr)).toMatchObject({ error: { code: 'USAGE', exitCode: 2 } });
});

test.each(['-v', '--version'])('%s prints the version', async (option) => {
  expect(await waybill([option])).toEqual({ code: 0, stdout: `${VERSION}\n`, stderr: '' });
});

const track = ['track', '--tracking-number', '1'];

// What the regular expressions are matched with is on one line, and begins with this.
describe.each([
  [['trakc'], /unknown command 'trakc'.*track/s],
  [['--nonsense'], /unknown option '--nonsense'/],
  [['carriers', '--nonsense'], /unknown option/],
  [['demo', 'word'], /too many arguments/],
  [['emulator', '--port', 'eighty'], /--port must be a number/],
  [['emulator', '--port', '70000'], /--port must be a number/],
  [['emulator', '--fail', 'sometimes'], /--fail must be/],
  [['emulator', '--fail', '/token=999'], /--fail must be/],
  [['emulator', '--public-key-id', 'LIVE-X'], /belong together/],
  [['emulator', '--env', '/nowhere/at/all', '--port', '0'], /can't write .*no such file/],
  [['doctor', '--settings', '/nowhere'], /can't read \/nowhere: there is no such file/],
  [['doctor', '--only', 'everything'], /--only/],
  [['track'], /required option '--tracking-number/],
  [track, /either --carrier or --carrier-code/],
  [[...track, '--carrier', 'UPS', '--carrier-code', 'UPS'], /either --carrier or --carrier-code/],
  [[...track, '--carrier', 'Hermes'], /not certain.*--carrier-code HERMES_DE/s],
  [[...track, '--carrier', 'Royal Mail'], /not certain: there is no code/],
  [[...track, '--carrier-code', 'UPS'], /AMAZON_PAY_PUBLIC_KEY_ID is not set/],
  [[...track, '--carrier-code', 'UPS', '--public-key-id', 'LIVE-X', '--region', 'na'], /AMAZON_PAY_PRIVATE_KEY is not set/],
  [[...track, '--carrier-code', 'UPS', '--environment', 'moon'], /--environment/],
  [['sign'], /a method and a URL/],
  [['sign', 'POST', '/v2/deliveryTrackers'], /AMAZON_PAY_REGION is not set/],
  [['sign', 'POST', '/v2/x', '--region', 'mars'], /na \(us\), eu/],
  [['sign', 'POST', '/v2/x', '--region', 'eu', '--date', 'yesterday'], /--date must be/],
  [['sign', 'POST', '/v2/x', '--region', 'eu', '--body', '/nowhere'], /can't read/],
  [['sign', '--verify', '/nowhere'], /can't read/],
  [['sign', '--verify', '-'], /not an HTTP request/],
  [['ndr', 'explode', '1'], /unknown command/],
  [['ndr', 'rto'], /missing required argument/],
  [['ndr', 'rto', '1'], /LWA_CLIENT_ID is not set/],
  [['ndr', 'reschedule', '1'], /required option '--date/],
  [['ndr', 'reattempt', '1'], /required option '--notes/],
  [['ndr', 'import'], /missing required argument/],
  [['ndr', 'import', '/nowhere.csv'], /can't read/],
  [['ndr', 'import', '-'], /no column "trackingId"|has no rows/],
  [['sign', 'POST', '/v2/x', '--region', 'eu', '--settings', '-', '--body', '-'], /standard input can be read once/],
  [['ndr', 'import', '-', '--concurrency', '0'], /--concurrency/],
  [['send'], /missing required argument|required option/],
  [['send', 'postcard', '--to', 'http://localhost', '--auth', 'none'], /Allowed choices are ndr, tracking, bwp/],
  [['send', 'ndr', '--auth', 'none'], /required option '--to/],
  [['send', 'ndr', '--to', 'http://localhost'], /required option '--auth/],
  [['send', 'ndr', '--to', 'ftp://localhost', '--auth', 'none'], /--to must be/],
  [['send', 'ndr', '--to', 'http://localhost', '--auth', 'api-key'], /NDR_API_KEY is not set/],
  [['send', 'ndr', '--to', 'http://localhost', '--auth', 'none', '--timeout', 'long'], /--timeout/],
  [['send', 'bwp', '--to', 'http://localhost', '--auth', 'none', '--event', 'SNOW'], /not a documented type.*event-types.*--file/],
  [['parse'], /missing required argument/],
  [['parse', '/nowhere'], /can't read/],
  [['parse', '/'], /can't read \/: it is a folder/],
] satisfies [string[], RegExp][])('waybill %j', (argv, message) => {
  test('ends with 2, prints no result and says what is wrong', async () => {
    const { code, stdout, stderr } = await waybill(argv);
    expect([code, stdout]).toEqual([2, '']);
    expect(unwrapped(stderr)).toMatch(message);
    expect(stderr.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('says the same in JSON', async () => {
    const { code, stdout, stderr } = await waybill([...argv, '--json']);
    expect([code, stdout]).toEqual([2, '']);
    const { error } = json(stderr) as { error: Record<string, unknown> };
    expect(error).toMatchObject({ exitCode: 2, message: expect.any(String), code: expect.stringMatching(/^(USAGE|CONFIGURATION)$/) });
  });
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
  ])('%s %s %s is refused, with a word on where it belongs', async (...argv) => {
    const { code, stdout, stderr } = await waybill(argv);
    expect(code).toBe(2);
    expect(unwrapped(stderr)).toMatch(/secrets are never taken from the command line/);
    expect(stderr).toMatch(/Set /);
    expect(stdout + stderr).not.toContain(secret);
  });

  test.each(['Atzr|IwEBIabcdef', 'amzn1.oa2-cs.v1.abcdef', '-----BEGIN PRIVATE KEY-----abcdef'])(
    'is known by its looks: %s',
    async (text) => {
      const { code, stderr } = await waybill(['parse', text]);
      expect(code).toBe(2);
      expect(unwrapped(stderr)).toMatch(/there is a secret on the command line/);
      expect(stderr).not.toContain('abcdef');
    },
  );

  test('is not repeated where an option is misspelt', async () => {
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

test('a network that fails is told by the name that the system has for it', async () => {
  const { url, close } = await serve(() => new Response());
  close();
  const env = { LWA_CLIENT_ID: 'a', LWA_CLIENT_SECRET: 'b', LWA_REFRESH_TOKEN: 'c', LWA_URL: url, SP_API_URL: url };
  const { stdout } = await waybill(['doctor', '--live', '--only', 'shipping-ndr', '--json'], { env });
  expect(json(stdout)).toMatchObject({
    checks: expect.arrayContaining([
      {
        surface: 'shipping-ndr',
        name: 'access token',
        status: 'fail',
        message: expect.stringMatching(/ \(ECONNREFUSED\)$/),
        todo: expect.any(String),
      },
    ]),
  });
});
