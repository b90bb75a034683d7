/** Files, servers and arguments are untrusted input: what they contain cannot control a terminal. */
import { describe, expect, test } from 'vitest';
import { escapeControls, toJsonLine, wrap, wrapHanging } from '../../src/cli/text.ts';
import { waybill } from '../support/cli/terminal.ts';

/** Writes the clipboard, clears the screen, reverses the text. */
const HOSTILE = '\u001b]52;c;cm0=\u0007\u009b2J\u202e';
const isClean = (text: string): boolean => !/(?!\n)[\p{Cc}\u202e]/u.test(text);

describe('escapeControls', () => {
  test.each([
    ['\u001b[2J', '\\x1b[2J'],
    ['a\u0007\u009b', 'a\\x07\\x9b'],
    ['a\r\nb\rc', 'a\nb\\x0dc'],
    ['a\tb', 'a\tb'],
    ['\u202edrawer', '\\u202edrawer'],
    ['Grüße, 東京 🚚', 'Grüße, 東京 🚚'],
  ])('%j becomes %j', (text, escaped) => {
    expect(escapeControls(text)).toBe(escaped);
  });

  test('leaves the styles of the command on a terminal, and nothing else', () => {
    expect(escapeControls('\u001b[31mred\u001b[39m \u001b[2J', true)).toBe('\u001b[31mred\u001b[39m \\x1b[2J');
    expect(escapeControls('\u001b[31mred')).toBe('\\x1b[31mred');
  });
});

test('toJsonLine writes JSON that is the same value, without control characters', () => {
  const line = toJsonLine({ [HOSTILE]: HOSTILE });
  expect(JSON.parse(line)).toEqual({ [HOSTILE]: HOSTILE });
  expect(isClean(line)).toBe(true);
});

test('wrap breaks at spaces, and keeps a long word whole', () => {
  expect(wrap('one two three-and-more four', 9)).toEqual(['one two', 'three-and-more', 'four']);
});

test('wrapHanging keeps a description in its column', () => {
  expect(wrapHanging('--to <url>  URL of your own webhook', 34)).toEqual(['--to <url>  URL of your own', '            webhook']);
  expect(wrapHanging('no column here', 100)).toEqual(['no column here']);
});

describe.each([
  ['text', []],
  ['JSON', ['--json']],
])('as %s no command prints control characters', (_, options) => {
  const captured = [
    'POST /v2/deliveryTrackers HTTP/1.1',
    'host: pay-api.amazon.eu',
    `x-amz-pay-region: eu${HOSTILE}`,
    'authorization: AMZN-PAY-RSASSA-PSS-V2 PublicKeyId=SANDBOX-X, SignedHeaders=x-amz-pay-region, Signature=AAAA',
    '',
    '{}',
  ].join('\r\n');
  const event = JSON.stringify({ 'detail-type': HOSTILE, source: 'x', detail: { [HOSTILE]: HOSTILE }, id: HOSTILE, time: HOSTILE });
  const target = ['--to', 'http://127.0.0.1:9'];
  test.each<[string[], string]>([
    [['sign', '--verify', '-'], captured],
    [['parse', '-'], event],
    [['parse', '-'], HOSTILE],
    [['replay', '-', '--dry-run', ...target], event],
    [['replay', '-', '--dry-run', ...target], HOSTILE],
    [['send', 'ndr', '--auth', 'none', '--file', '-', '--dry-run', ...target], HOSTILE],
    [['doctor', '--settings', '-'], `AMAZON_PAY_PUBLIC_KEY_ID="SANDBOX-${HOSTILE}"\nAMAZON_PAY_REGION="${HOSTILE}"`],
    [['carriers', HOSTILE], ''],
    [[HOSTILE], ''],
    [['track', `--${HOSTILE}`], ''],
    [['ndr', 'rto', HOSTILE, '--dry-run'], ''],
  ])('%j', async (argv, input) => {
    const { stdout, stderr } = await waybill([...argv, ...options], { input });
    expect(stdout + stderr).not.toBe('');
    expect(isClean(stdout + stderr)).toBe(true);
  });
});
