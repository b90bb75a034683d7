import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { importPrivateKey } from '../../../src/amazonpay/index.ts';
import { readPrivateKey } from '../../../src/amazonpay/signing/private-key.ts';
import { everythingShownOf, waybillErrorOf } from '../../support/errors.ts';
import { pkcs1, pkcs8, privateKey, publicKey, secretOf, verifies } from '../../support/rsa.ts';

const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString('base64');
const inner = (pem: string): string => pem.replace(/-----.*-----|\s/g, '');
const der = (type: 'pkcs8' | 'pkcs1'): Buffer => privateKey.export({ type, format: 'der' });
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');

/** The PEM. A key of 1,600 characters of base64 without a single "+" does not occur. */
function withPlus(pem: string): string {
  expect(inner(pem)).toContain('+');
  return pem;
}

/** As an editor or a form may leave it: `+` turned into spaces, some lines with spaces at their end, and an empty line before the END line. */
function ragged(pem: string): string {
  const lines = pem
    .trim()
    .replace(/\+(?!\n-)/g, ' ')
    .split('\n');
  const last = lines.length - 2;
  return lines.map((line, at) => line + (at === 0 ? '  ' : '') + (at === last ? ' \n' : at % 2 ? ' ' : '')).join('\n');
}

/** Replaces the first four matches and leaves the others. */
function firstFour(replacement: string): (match: string) => string {
  let left = 4;
  return (match) => (left-- > 0 ? replacement : match);
}

async function signs(key: CryptoKey, counterpart?: KeyObject): Promise<boolean> {
  const signature = await crypto.subtle.sign({ name: 'RSA-PSS', saltLength: 32 }, key, new TextEncoder().encode('text'));
  return verifies('text', new Uint8Array(signature), 'AMZN-PAY-RSASSA-PSS-V2', counterpart);
}

describe.each([
  ['PKCS#8', pkcs8],
  ['PKCS#1', pkcs1],
])('accepts %s', (_, pem) => {
  test.each<[string, string | Uint8Array]>([
    ['as it is', pem],
    ['with CRLF', pem.replaceAll('\n', '\r\n')],
    ['with CR alone', pem.replaceAll('\n', '\r')],
    ['with line breaks written as \\n', pem.replaceAll('\n', '\\n')],
    ['with line breaks written as \\r\\n', pem.replaceAll('\n', '\\r\\n')],
    ['with line breaks escaped twice', pem.replaceAll('\n', '\\\\n')],
    ['with CRLF escaped twice', pem.replaceAll('\n', '\\\\r\\\\n')],
    ['with CRLF escaped three times', pem.replaceAll('\n', '\\\\\\\\r\\\\\\\\n')],
    ['on one line, with spaces', pem.replaceAll('\n', ' ')],
    ['on one line, with no-break spaces', pem.trim().replaceAll('\n', '\u00a0')],
    ['on one line, with nothing', pem.replaceAll('\n', '')],
    ['with no-break spaces in its BEGIN and END lines', pem.replace(/(?<=[A-Z]) (?=[A-Z])/g, '\u00a0')],
    ['with zero-width spaces', pem.replaceAll('\n', '\n\u200b')],
    ['in double quotes', `"${pem.replaceAll('\n', '\\n')}"`],
    ['in single quotes and spaces', `  '${pem}' \n`],
    ['indented, as in YAML', pem.replaceAll('\n', '\n    ')],
    ['with a byte order mark', `\ufeff${pem}`],
    ['after text that explains it', `Bag Attributes\n  friendlyName: shop\n${pem}`],
    ['after another block', `-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n${pem}`],
    ['in UTF-16, as bytes', utf16(pem)],
    ['in UTF-16 with its mark, as bytes', utf16(`\ufeff${pem}`)],
    ['in UTF-16, big-endian, with its mark, as bytes', utf16(`\ufeff${pem}`).swap16()],
    ['in UTF-16, read as UTF-8', utf16(`\ufeff${pem}`).toString('utf8')],
    ['in UTF-16, read as Latin-1', utf16(`\ufeff${pem}`).toString('latin1')],
    ['in UTF-16, big-endian, read as UTF-8', utf16(`\ufeff${pem}`).swap16().toString('utf8')],
    ['percent-encoded', encodeURIComponent(pem)],
    ['percent-encoded in lower case', encodeURIComponent(pem).replace(/%../g, (code) => code.toLowerCase())],
    ['as a form encodes it', new URLSearchParams({ key: pem }).toString().slice('key='.length)],
    ['with + turned into spaces', withPlus(pem).replaceAll('+', ' ')],
    ['with + turned into spaces, and CRLF', withPlus(pem).replaceAll('+', ' ').replaceAll('\n', '\r\n')],
    ['with + and line breaks turned into spaces', withPlus(pem).replace(/[+\n]/g, ' ')],
    ['with four + turned into spaces: without them it is base64 too', withPlus(pem).replace(/\+/g, firstFour(' '))],
    ['with + turned into spaces, and more spaces at the ends of lines', ragged(withPlus(pem))],
    ['with + turned into spaces, on one line', withPlus(pem).replaceAll('+', ' ').replaceAll('\n', '')],
    ['with + turned into spaces, without its BEGIN and END lines', inner(withPlus(pem)).replace(/\+(?!$)/g, ' ')],
    ['as base64 of the PEM', base64(pem)],
    ['as base64 of the PEM, in lines', base64(pem).replace(/.{76}/g, '$&\n')],
    ['as base64 of the PEM, in quotes', `"${base64(pem)}"`],
    ['as base64 of the PEM, in quotes and spaces', `  "${base64(pem)}" \n`],
    ['as base64 of the PEM, in lines and quotes', `'${base64(pem).replace(/.{76}/g, '$&\n')}'`],
    ['as URL-safe base64 of the PEM', Buffer.from(pem).toString('base64url')],
    ['without its BEGIN and END lines', inner(pem)],
    ['without its BEGIN and END lines, in quotes', `"${inner(pem)}"`],
    ['as bytes of the PEM', Buffer.from(pem)],
    ['as DER', new Uint8Array(Buffer.from(inner(pem), 'base64'))],
    ['as DER with a line break after it', Buffer.concat([Buffer.from(inner(pem), 'base64'), Buffer.from('\n')])],
  ])('%s', async (_state, key) => {
    expect(await signs(await importPrivateKey(key))).toBe(true);
  });
});

test('what follows the structure is not passed on: a runtime may refuse it', () => {
  expect(Buffer.from(readPrivateKey(Buffer.concat([der('pkcs8'), Buffer.from('\n')])))).toEqual(der('pkcs8'));
});

test('the imported key can sign and do nothing else', async () => {
  const key = await importPrivateKey(pkcs8);
  expect(key).toMatchObject({ type: 'private', extractable: false, usages: ['sign'], algorithm: { name: 'RSA-PSS', modulusLength: 2048 } });
});

test('accepts larger keys', async () => {
  const large = generateKeyPairSync('rsa', { modulusLength: 3072 });
  const key = await importPrivateKey(large.privateKey.export({ type: 'pkcs1', format: 'pem' }) as string);
  expect(key.algorithm).toMatchObject({ modulusLength: 3072 });
});

test('accepts a key that is marked for RSASSA-PSS only, as openssl genpkey -algorithm RSA-PSS writes it', async () => {
  const plain = generateKeyPairSync('rsa-pss', { modulusLength: 2048 });
  const hash = { hashAlgorithm: 'sha256', mgf1HashAlgorithm: 'sha256', saltLength: 32 };
  const restricted = generateKeyPairSync('rsa-pss', { modulusLength: 2048, ...hash } as { modulusLength: number });
  for (const { privateKey: key, publicKey: counterpart } of [plain, restricted]) {
    const forms = [key.export({ type: 'pkcs8', format: 'pem' }) as string, key.export({ type: 'pkcs8', format: 'der' })];
    for (const form of forms) expect(await signs(await importPrivateKey(form), counterpart)).toBe(true);
  }
});

test('signs as node:crypto does with the same key', async () => {
  expect(sign('sha256', Buffer.from('x'), createPrivateKey(pkcs1))).toEqual(sign('sha256', Buffer.from('x'), createPrivateKey(pkcs8)));
  expect(createPublicKey(pkcs1).equals(publicKey)).toBe(true);
});

describe('refuses, and says what it is,', () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
  const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'der' });
  const smallPss = generateKeyPairSync('rsa-pss', { modulusLength: 1024 }).privateKey;
  const cipher = { cipher: 'aes-256-cbc', passphrase: 'secret' };
  const openssh = `-----BEGIN OPENSSH PRIVATE KEY-----\n${base64('openssh-key-v1\0 and the rest of it')}\n-----END OPENSSH PRIVATE KEY-----\n`;
  const changed = (bytes: Uint8Array, at: number, byte: number): Uint8Array => Uint8Array.from(bytes).fill(byte, at, at + 1);
  const damaged = (pem: string): string => pem.replace(/\n[^\n]{30}/, `\n${'A'.repeat(30)}`);

  test.each<[string, unknown, string]>([
    ['an OpenSSH key', openssh, 'OpenSSH format'],
    ['an encrypted PKCS#8 key', privateKey.export({ type: 'pkcs8', format: 'pem', ...cipher }), 'encrypted'],
    ['an encrypted PKCS#1 key', privateKey.export({ type: 'pkcs1', format: 'pem', ...cipher }), 'encrypted'],
    ['an encrypted key in DER', privateKey.export({ type: 'pkcs8', format: 'der', ...cipher }), 'an encrypted key'],
    ['the public key', publicKey.export({ type: 'spki', format: 'pem' }), 'the public key'],
    ['the public key in PKCS#1', publicKey.export({ type: 'pkcs1', format: 'pem' }), 'the public key'],
    ['the public key in DER', publicKey.export({ type: 'spki', format: 'der' }), 'a public key'],
    ['a certificate', '-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIU\n-----END CERTIFICATE-----', 'a certificate'],
    ['an EC key in PKCS#8', ec.export({ type: 'pkcs8', format: 'pem' }), 'not an RSA key'],
    ['an EC key in SEC1', ec.export({ type: 'sec1', format: 'pem' }), 'not an RSA key'],
    ['an EC key in DER', ec.export({ type: 'pkcs8', format: 'der' }), 'not an RSA key'],
    ['a key for RSASSA-PSS that is cut short', pss.subarray(0, 40), 'cut off'],
    [
      'a structure for RSASSA-PSS with nothing in it',
      Uint8Array.of(...pss.subarray(4, 4), 0x30, 16, ...pss.subarray(4, 20)),
      'not an RSA key',
    ],
    ['a small key for RSASSA-PSS', smallPss.export({ type: 'pkcs8', format: 'pem' }), 'it has 1024 bits'],
    ['a key of 1024 bits', small.export({ type: 'pkcs8', format: 'pem' }), 'it has 1024 bits, and at least 2048 are needed'],
    ['a key of 1024 bits in PKCS#1', small.export({ type: 'pkcs1', format: 'pem' }), 'it has 1024 bits'],
    ['a key without its END line', pkcs8.slice(0, 900), 'cut off'],
    ['only the first line', '-----BEGIN PRIVATE KEY-----', 'cut off'],
    ['half of a BEGIN line', '-----BEGIN PRIV', 'cut off'],
    ['DER that is cut off', der('pkcs8').subarray(0, 700), 'cut off'],
    ['base64 that is cut off', inner(pkcs8).slice(0, 800), 'cut off'],
    ['a key with other bytes in it', damaged(pkcs8), '"privateKey" cannot be used'],
    ['DER with other bytes in it', der('pkcs8').fill(0xff, 100, 600), 'WebCrypto rejects it'],
    ['PKCS#1 with other bytes in it', der('pkcs1').fill(0xff, 300, 900), 'WebCrypto rejects it'],
    // The headers of both are four bytes: 0x30, 0x82 and the length.
    ['PKCS#1 whose version is not an integer', changed(der('pkcs1'), 4, 0x04), 'not an RSA key'],
    ['PKCS#1 whose version has two bytes', changed(der('pkcs1'), 5, 2), 'not an RSA key'],
    ['PKCS#1 of another version', changed(der('pkcs1'), 6, 1), 'not an RSA key'],
    ['PKCS#8 whose algorithm is not a sequence', changed(der('pkcs8'), 7, 0x31), 'not an RSA key'],
    ['PKCS#8 whose algorithm is not an object identifier', changed(der('pkcs8'), 9, 0x05), 'not an RSA key'],
    ['PKCS#8 with an identifier of another family', changed(der('pkcs8'), 18, 0x02), 'not an RSA key'],
    ['PKCS#8 with another identifier of the family', changed(der('pkcs8'), 19, 0x02), 'not an RSA key'],
    ['RSASSA-PSS without an octet string', changed(pss, 20, 0x05), 'not an RSA key'],
    ['RSASSA-PSS with an octet string that is too long', changed(pss, 22, 0xff), 'not an RSA key'],
    [
      'RSASSA-PSS whose algorithm has a length in the long form',
      changed(changed(changed(pss, 8, 0x81), 138, 0x04), 139, 1),
      'not an RSA key',
    ],
    ['an OpenSSH key without its END line', openssh.slice(0, 60), 'OpenSSH format'],
    ['an assignment', `key="${inner(pkcs8)}"`, 'it does not contain "-----BEGIN'],
    ['a value with a comment', `"${inner(pkcs8)}" # of the shop`, 'it does not contain "-----BEGIN'],
    ['a block with nothing in it', '-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----', 'no key between'],
    ['a key with a character that was not UTF-8', pkcs8.replace(/(?<=\n.{30})/, '\ufffd'), 'no key between'],
    ['a block with nonsense in it', '-----BEGIN PRIVATE KEY-----\n%%%\n-----END PRIVATE KEY-----', 'no key between'],
    ['a path', './keys/AmazonPay_LIVE-AGC4SIRXYYTSA667HVXKNEIA.pem', 'the path of a file'],
    ['a bare file name', 'private.pem', 'the path of a file'],
    ['a path of Windows', 'C:\\keys\\private', 'the path of a file'],
    ['a path under home', '~/private.key', 'the path of a file'],
    ['a file URL', 'file:///etc/private.pem', 'the path of a file'],
    ['nothing', '', '"privateKey" is empty: is the environment variable set?'],
    ['spaces', ' \n\t', '"privateKey" is empty: is the environment variable set?'],
    ['nothing but quotes', '""', 'it is empty'],
    ['quotes around spaces', '"  "', 'it is empty'],
    ['a hundred spaces', ' '.repeat(100), 'cannot be used: it is empty'],
    ['words that contain a drive', 'see c:\\keys', 'it does not contain "-----BEGIN'],
    ['words that contain the name of a file', 'the private.pem of today', 'it does not contain "-----BEGIN'],
    ['a digit in UTF-16', utf16('0 keys'), 'it does not contain "-----BEGIN'],
    ['100,000 characters', 'A'.repeat(100_000), 'it does not contain "-----BEGIN'],
    ['no bytes', new Uint8Array(), 'it is empty'],
    ['words', 'hunter2 hunter2', 'it does not contain "-----BEGIN PRIVATE KEY-----"'],
    ['a lone surrogate', '\ud800', 'it does not contain "-----BEGIN PRIVATE KEY-----"'],
    ['a number', 42, '"privateKey" must be a string, got number'],
    ['undefined, for a variable that is not set', undefined, '"privateKey" is missing'],
    ['null', null, '"privateKey" is missing'],
    ['an object', { __proto__: null }, '"privateKey" must be a string, got object'],
    ['percent signs that are not an encoding', '%zz%1'.repeat(20), 'it does not contain "-----BEGIN'],
    ['a broken percent-encoding', '%ff%fe'.repeat(20), 'it does not contain "-----BEGIN'],
    ['UTF-16 of nothing', utf16('\ufeff'), 'it is empty'],
    ['zeros', new Uint8Array(4_096), 'it is empty'],
    ['10 MB of text', 'A'.repeat(10_000_000), 'longer than any key'],
    ['10 MB of dashes', '-----BEGIN '.repeat(1_000_000), 'longer than any key'],
    ['words and backslashes', `x${'\\'.repeat(99_000)}`, 'it does not contain "-----BEGIN'],
    ['a sea of spaces', `x${' '.repeat(99_000)}x`, 'it does not contain "-----BEGIN'],
    ['a sea of quotes', `x${'"'.repeat(99_000)}x`, 'it does not contain "-----BEGIN'],
    ['many BEGIN lines', '-----BEGIN PRIVATE KEY-----'.repeat(3_000), 'cut off'],
    ['a structure of endless length', Uint8Array.of(0x30, 0xff, 1, 2, 3), 'cut off'],
  ])('%s', async (_, key, reason) => {
    const error = await waybillErrorOf(() => importPrivateKey(key as string));
    expect(error).toMatchObject({ code: 'CONFIGURATION', surface: 'amazonpay', option: 'privateKey', hint: expect.any(String) });
    expect(error.message).toContain(reason);
    expect(error.cause instanceof Error).toBe(error.message.includes('WebCrypto rejects it'));
    const shown = everythingShownOf(error);
    const text = typeof key === 'string' ? key : '';
    if (text.includes('BEGIN') && text.length > 400) expect(shown).not.toContain(secretOf(text));
    for (const secret of ['hunter2', './keys', 'Windows', 'MIIB', 'openssh-key']) expect(shown).not.toContain(secret);
  });
});
