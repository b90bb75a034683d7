/** The tables of settings: every option that a command can pass to a client has a flag or a variable, and errors call it so. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { DeliveryTrackerClient } from '../../src/amazonpay/index.ts';
import { BuyWithPrimeClient } from '../../src/buywithprime/index.ts';
import { describeFailure } from '../../src/cli/failure.ts';
import { COMMANDS } from '../../src/cli/run.ts';
import { AMAZON_PAY, BUY_WITH_PRIME, type ClientSettings, SHIPPING, toOptions } from '../../src/cli/settings.ts';
import { ConfigurationError, ValidationError } from '../../src/core/errors.ts';
import { NdrFeedbackClient } from '../../src/shipping-ndr/index.ts';
import { temporaryFolder } from '../support/cli/amazon.ts';
import { unwrapped, waybill } from '../support/cli/terminal.ts';
import { pkcs8 as pem, privateKey } from '../support/rsa.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

interface Client {
  readonly settings: ClientSettings;
  /** Settings that work. */
  readonly env: Readonly<Record<string, string>>;
  /** A command that constructs the client. */
  readonly argv: readonly string[];
  readonly construct: (options: never) => unknown;
}

const CLIENTS: Readonly<Record<string, Client>> = {
  'Amazon Pay': {
    settings: AMAZON_PAY,
    env: { AMAZON_PAY_PUBLIC_KEY_ID: 'LIVE-AGC4SIRXYYTSA667HVXKNEIA', AMAZON_PAY_PRIVATE_KEY: pem, AMAZON_PAY_REGION: 'eu' },
    argv: [
      'track',
      '--charge-permission-id',
      'P02-0000000-0000000',
      '--carrier-code',
      'UPS',
      '--tracking-number',
      '1Z999AA10123456784',
      '--dry-run',
    ],
    construct: (options) => new DeliveryTrackerClient(options),
  },
  'Amazon Shipping': {
    settings: SHIPPING,
    env: { LWA_CLIENT_ID: 'amzn1.application-oa2-client.a', LWA_CLIENT_SECRET: 'amzn1.oa2-cs.v1.b', LWA_REFRESH_TOKEN: 'Atzr|c' },
    argv: ['ndr', 'rto', '1'],
    construct: (options) => new NdrFeedbackClient(options),
  },
  'Buy with Prime': {
    settings: BUY_WITH_PRIME,
    env: { BWP_CLIENT_ID: 'a', BWP_CLIENT_SECRET: 'b', BWP_TARGET_ID: 'c' },
    argv: ['bwp', 'order', '322-ABC1-AAAAAA'],
    construct: (options) => new BuyWithPrimeClient(options),
  },
};

const longOf = (flag: string): string => flag.replace(/ .*/, '');
/** A value that no option accepts, but for a key from a file. */
const BAD = '" "';

describe.each(Object.entries(CLIENTS))('the settings of %s', (_, { settings: { settings }, env, argv, construct }) => {
  const good = Object.fromEntries(settings.flatMap(({ option, variable }) => (env[variable] ? [[option, env[variable]]] : [])));

  test('are options of the client, each with a flag or a variable', () => {
    expect(() => construct(toOptions(good))).not.toThrow();
    for (const { option, flag, variable, description } of settings) {
      expect({ option, isReachable: Boolean(flag || variable), description }).toMatchObject({
        isReachable: true,
        description: expect.stringMatching(/./),
      });
      // The client refuses the value, and names the option: so the option exists.
      const call = (): unknown => construct(toOptions({ ...good, [option]: BAD }));
      expect(call).toThrow(expect.objectContaining({ code: 'CONFIGURATION', option }));
    }
  });

  test.each(settings.filter(({ variable }) => variable).map(({ variable }) => variable))(
    'an error calls the option %s',
    async (variable) => {
      const { stdout, stderr } = await waybill(argv, { env: { ...env, [variable]: BAD } });
      expect(stdout + stderr).toContain(`${variable} `);
      // Not what the library calls it.
      expect(stdout + stderr).not.toMatch(/\\?"(?!message|status)[a-z]+([A-Z]\w*|\.\w+)\\?" /);
    },
  );

  test.each(settings.filter(({ flag, isFile }) => /</.test(flag) && !isFile).map(({ flag }) => longOf(flag)))(
    'an error calls the option %s, also if a variable is set',
    async (flag) => {
      const { code, stderr } = await waybill([...argv, flag, BAD], { env });
      expect([code, stderr]).toEqual([2, expect.stringContaining(flag)]);
    },
  );

  test.each(settings.filter(({ isFile }) => isFile).map(({ flag }) => longOf(flag)))('%s refuses what is not a key', async (flag) => {
    const input = privateKey.export({ type: 'pkcs8', format: 'der' });
    const der = await waybill([...argv, flag, '-'], { env, input });
    expect([der.code, unwrapped(der.stderr)]).toEqual([2, expect.stringMatching(/is not PEM Convert it: openssl pkey -inform DER/)]);
    for (const empty of ['', ' \n']) {
      const { code, stderr } = await waybill([...argv, flag, '-'], { env, input: empty });
      expect([code, stderr]).toEqual([2, expect.stringMatching(`^error: the file of ${flag} is empty`)]);
    }
  });

  test.each(settings.filter(({ flag }) => /</.test(flag)).map(({ flag }) => longOf(flag)))('an empty %s is refused', async (flag) => {
    const { code, stderr } = await waybill([...argv, flag, ''], { env });
    expect([code, stderr]).toEqual([2, expect.stringMatching(`^error: ${flag} (is empty|must be one of )`)]);
  });

  test('are listed by the help of their command, in the group of settings', async () => {
    const { stdout } = await waybill([...argv.filter((word) => !word.startsWith('-')), '--help']);
    const flags = stdout.split('\nSettings:\n')[1]?.split('\n\n')[0] ?? '';
    for (const { flag, variable } of settings) expect(unwrapped(flags + stdout)).toContain(flag ? longOf(flag) : variable);
  });

  test('that are missing are named all at once', async () => {
    const { code, stderr } = await waybill(argv);
    const required = settings.filter(({ isRequired }) => isRequired);
    expect(code).toBe(2);
    for (const { variable } of required) expect(stderr).toContain(variable);
  });
});

test('the guide lists every variable and every command', () => {
  const guide = readFileSync(join(import.meta.dirname, '../../docs/guides/command-line.md'), 'utf8');
  const variables = Object.values(CLIENTS).flatMap(({ settings }) => settings.settings.flatMap(({ variable }) => variable || []));
  for (const name of [...variables, ...COMMANDS.map(({ name }) => name)]) expect(guide).toContain(`\`${name}\``);
});

describe('describeFailure', () => {
  const surface = 'amazonpay';
  const describeWith = (error: unknown): unknown =>
    describeFailure(error, { names: { ...SHIPPING.names, ...AMAZON_PAY.names, baseUrl: 'AMAZON_PAY_URL' }, secrets: [] });

  test.each([
    [
      'an option in quotes',
      new ConfigurationError('"baseUrl" must be a URL', { surface, option: 'baseUrl' }),
      { message: 'AMAZON_PAY_URL must be a URL', option: 'baseUrl' },
    ],
    ['an option in a hint', new ConfigurationError('x', { surface, hint: 'Check "baseUrl".' }), { hint: 'Check AMAZON_PAY_URL.' }],
    [
      'an option as code',
      new ConfigurationError('x', { surface, hint: 'pass allowContactData: true.' }),
      { hint: 'pass --allow-contact-data.' },
    ],
    ['a function', new ConfigurationError('x', { surface, hint: 'findCarrier() finds it.' }), { hint: 'waybill carriers finds it.' }],
    [
      'a path of the input',
      new ValidationError('request', [{ path: ['ndrRequestData', 'rescheduleDate'], message: 'is late' }], { surface }),
      { message: '--date: is late' },
    ],
    [
      'a path that no flag has',
      new ValidationError('response', [{ path: ['a', 0], message: 'is odd' }], { surface }),
      { message: 'a.0: is odd' },
    ],
    [
      'several paths',
      new ValidationError('request', [{ path: ['trackingNumber'], message: 'a' }, { message: 'b' }], { surface }),
      { message: '--tracking-number: a; b' },
    ],
    [
      'a name of Object.prototype',
      new ConfigurationError('"constructor" toString() valueOf: true', { surface }),
      { message: '"constructor" toString() valueOf: true' },
    ],
  ])('uses the words of the command line for %s', (_, error, expected) => {
    expect(describeWith(error)).toMatchObject(expected);
  });
});

describe('a settings file', () => {
  const read = async (content: string | Uint8Array): Promise<{ code: number; stderr: string }> => {
    writeFileSync(folder.path('.env'), content);
    return waybill(['sign', 'GET', '/v2/x', '--settings', folder.path('.env')]);
  };
  const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le');

  test.each<[string, string | Uint8Array]>([
    ['LF', 'AMAZON_PAY_REGION=eu\n'],
    ['CR LF', '# comment\r\nAMAZON_PAY_REGION=eu\r\nOTHER=1\r\n'],
    ['no line break at the end', 'AMAZON_PAY_REGION=eu'],
    ['quotes and export', 'export AMAZON_PAY_REGION="eu"\n'],
    ['a byte order mark', '\ufeffAMAZON_PAY_REGION=eu\n'],
    ['UTF-16 of PowerShell', utf16('AMAZON_PAY_REGION=eu\r\n')],
    ['UTF-16 in the other byte order', utf16('AMAZON_PAY_REGION=eu\r\n').swap16()],
  ])('is read with %s', async (_, content) => {
    expect(await read(content)).toMatchObject({ code: 0, stderr: '' });
  });

  test.each<[string, string | Uint8Array, RegExp]>([
    ['without a line NAME=value', '{"AMAZON_PAY_REGION": "eu"}', /has no line such as NAME=value/],
    ['that is empty', '', /has no line such as NAME=value/],
    ['in Windows-1252', Buffer.from('NAME=ä\n', 'latin1'), /is not UTF-8 Save it as UTF-8\. $/],
    ['without the setting that is needed', 'OTHER=1\n', /AMAZON_PAY_REGION is not set/],
    ['with a value in quotes inside quotes', 'AMAZON_PAY_REGION=\'"eu"\'\n', /AMAZON_PAY_REGION is in quotes/],
    ['with spaces in the value', 'AMAZON_PAY_REGION="eu "\n', /AMAZON_PAY_REGION has spaces or a line break around it/],
  ])('%s is refused', async (_, content, message) => {
    const { code, stderr } = await read(content);
    expect([code, unwrapped(stderr)]).toEqual([2, expect.stringMatching(message)]);
  });

  test.each<[string, string, number]>([
    ['a line of words', 'just a line\nAMAZON_PAY_REGION=eu\n', 1],
    ['a colon in place of =', '# comment\n\nOTHER: 1\r\nAMAZON_PAY_REGION=eu\r\n', 3],
    ['export without a value', 'export OTHER\nAMAZON_PAY_REGION=eu\n', 1],
    ['a line after a value of several lines', 'OTHER="a\nb\n"\nwords\nAMAZON_PAY_REGION=eu\n', 4],
    ['a value of several lines without quotes', 'OTHER=-----BEGIN X-----\nabc\n-----END X-----\nAMAZON_PAY_REGION=eu\n', 2],
  ])('with %s is read without it, and says which line it is', async (_, content, line) => {
    const { code, stderr } = await read(content);
    expect([code, unwrapped(stderr)]).toEqual([0, expect.stringMatching(`^warning: line ${line}( \\(and 1 more\\))? of .* is ignored`)]);
  });

  test.each([
    ['a value of several lines in each kind of quotes', 'A="a\nb: c\n"\nB=\'a\nb\'\nC=`a\nb`\nAMAZON_PAY_REGION=eu\n'],
    ['a quotation mark that is never closed', 'A="a\nAMAZON_PAY_REGION=eu\n'],
    ['spaces around names', '  export A = 1\n AMAZON_PAY_REGION = eu # comment\n'],
  ])('is read without a warning with %s', async (_, content) => {
    expect(await read(content)).toMatchObject({ code: 0, stderr: '' });
  });

  test.skipIf(process.platform === 'win32')('that every user can write is read with a warning', async () => {
    const file = folder.path('.env');
    writeFileSync(file, 'AMAZON_PAY_REGION=eu\n');
    chmodSync(file, 0o602);
    const argv = ['sign', 'GET', '/v2/x', '--settings', file];
    const { code, stderr } = await waybill(argv);
    expect([code, unwrapped(stderr)]).toEqual([0, expect.stringMatching(/^warning: every user of this machine can write .*chmod 600/)]);
    expect(await waybill([...argv, '--json'])).toMatchObject({ code: 0, stderr: '' });
    chmodSync(file, 0o644);
    expect(await waybill(argv)).toMatchObject({ code: 0, stderr: '' });
  });

  test('goes below the environment, and that below the flags', async () => {
    writeFileSync(folder.path('.env'), 'AMAZON_PAY_REGION=jp\n');
    const argv = ['sign', 'GET', '/v2/x', '--settings', folder.path('.env')];
    expect((await waybill(argv)).stdout).toContain('x-amz-pay-region:jp');
    expect((await waybill(argv, { env: { AMAZON_PAY_REGION: 'eu' } })).stdout).toContain('x-amz-pay-region:eu');
    expect((await waybill([...argv, '--region', 'na'], { env: { AMAZON_PAY_REGION: 'eu' } })).stdout).toContain('x-amz-pay-region:na');
  });
});
