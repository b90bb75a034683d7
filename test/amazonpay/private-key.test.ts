import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { importPrivateKey, isWaybillError } from '../../src/amazonpay/index.ts';
import { pkcs1, pkcs8, privateKey, publicKey, secretOf, verifies } from './rsa.ts';

const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString('base64');
const inner = (pem: string): string => pem.replace(/-----.*-----|\s/g, '');
const der = (type: 'pkcs8' | 'pkcs1'): Buffer => privateKey.export({ type, format: 'der' });

async function signs(key: CryptoKey): Promise<boolean> {
  const signature = await crypto.subtle.sign({ name: 'RSA-PSS', saltLength: 32 }, key, new TextEncoder().encode('text'));
  return verifies('text', new Uint8Array(signature), 'AMZN-PAY-RSASSA-PSS-V2');
}

describe.each([
  ['PKCS#8', pkcs8],
  ['PKCS#1', pkcs1],
])('takes %s', (_, pem) => {
  test.each<[string, string | Uint8Array]>([
    ['as it is', pem],
    ['with CRLF', pem.replaceAll('\n', '\r\n')],
    ['with CR alone', pem.replaceAll('\n', '\r')],
    ['with line breaks written as \\n', pem.replaceAll('\n', '\\n')],
    ['with line breaks written as \\r\\n', pem.replaceAll('\n', '\\r\\n')],
    ['with line breaks escaped twice', pem.replaceAll('\n', '\\\\n')],
    ['on one line, with blanks', pem.replaceAll('\n', ' ')],
    ['on one line, with nothing', pem.replaceAll('\n', '')],
    ['in double quotes', `"${pem.replaceAll('\n', '\\n')}"`],
    ['in single quotes and blanks', `  '${pem}' \n`],
    ['indented, as in YAML', pem.replaceAll('\n', '\n    ')],
    ['with a byte order mark', `\ufeff${pem}`],
    ['after text that explains it', `Bag Attributes\n  friendlyName: shop\n${pem}`],
    ['after another block', `-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n${pem}`],
    ['as base64 of the PEM', base64(pem)],
    ['as base64 of the PEM, in lines', base64(pem).replace(/.{76}/g, '$&\n')],
    ['as URL-safe base64 of the PEM', Buffer.from(pem).toString('base64url')],
    ['without its BEGIN and END lines', inner(pem)],
    ['as bytes of the PEM', Buffer.from(pem)],
    ['as DER', new Uint8Array(Buffer.from(inner(pem), 'base64'))],
  ])('%s', async (_state, key) => {
    expect(await signs(await importPrivateKey(key))).toBe(true);
  });
});

test('the imported key can sign and do nothing else', async () => {
  const key = await importPrivateKey(pkcs8);
  expect(key).toMatchObject({ type: 'private', extractable: false, usages: ['sign'], algorithm: { name: 'RSA-PSS', modulusLength: 2048 } });
});

test('takes larger keys', async () => {
  const large = generateKeyPairSync('rsa', { modulusLength: 3072 });
  const key = await importPrivateKey(large.privateKey.export({ type: 'pkcs1', format: 'pem' }) as string);
  expect(key.algorithm).toMatchObject({ modulusLength: 3072 });
});

test('signs as node:crypto does with the same key', async () => {
  expect(sign('sha256', Buffer.from('x'), createPrivateKey(pkcs1))).toEqual(sign('sha256', Buffer.from('x'), createPrivateKey(pkcs8)));
  expect(createPublicKey(pkcs1).equals(publicKey)).toBe(true);
});

describe('refuses, and says what it is,', () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
  const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey;
  const cipher = { cipher: 'aes-256-cbc', passphrase: 'secret' };
  const openssh = `-----BEGIN OPENSSH PRIVATE KEY-----\n${base64('openssh-key-v1\0 and the rest of it')}\n-----END OPENSSH PRIVATE KEY-----\n`;
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
    ['a key for RSASSA-PSS alone', pss.export({ type: 'pkcs8', format: 'pem' }), 'not an RSA key'],
    ['a key of 1024 bits', small.export({ type: 'pkcs8', format: 'pem' }), 'it has 1024 bits, and at least 2048 are needed'],
    ['a key of 1024 bits in PKCS#1', small.export({ type: 'pkcs1', format: 'pem' }), 'it has 1024 bits'],
    ['a key without its END line', pkcs8.slice(0, 900), 'cut off'],
    ['the first line alone', '-----BEGIN PRIVATE KEY-----', 'cut off'],
    ['half of a BEGIN line', '-----BEGIN PRIV', 'cut off'],
    ['DER that is cut off', der('pkcs8').subarray(0, 700), 'cut off'],
    ['base64 that is cut off', inner(pkcs8).slice(0, 800), 'cut off'],
    ['a key with other bytes in it', damaged(pkcs8), '"privateKey" can\'t be used'],
    ['DER with other bytes in it', der('pkcs8').fill(0xff, 100, 600), 'WebCrypto does not take it'],
    ['PKCS#1 with other bytes in it', der('pkcs1').fill(0xff, 300, 900), 'WebCrypto does not take it'],
    ['a block with nothing in it', '-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----', 'no key between'],
    ['a block with nonsense in it', '-----BEGIN PRIVATE KEY-----\n%%%\n-----END PRIVATE KEY-----', 'no key between'],
    ['a path', './keys/AmazonPay_LIVE-AGC4SIRXYYTSA667HVXKNEIA.pem', 'the path of a file'],
    ['a bare file name', 'private.pem', 'the path of a file'],
    ['a path of Windows', 'C:\\keys\\private', 'the path of a file'],
    ['a path under home', '~/private.key', 'the path of a file'],
    ['a file URL', 'file:///etc/private.pem', 'the path of a file'],
    ['nothing', '', 'it is empty'],
    ['blanks', ' \n\t', 'it is empty'],
    ['quotes alone', '""', 'it is empty'],
    ['no bytes', new Uint8Array(), 'it is empty'],
    ['words', 'hunter2 hunter2', 'no "-----BEGIN PRIVATE KEY-----"'],
    ['a lone surrogate', '\ud800', 'no "-----BEGIN PRIVATE KEY-----"'],
    ['a number', 42, 'text or bytes'],
    ['undefined, for a variable that is not set', undefined, 'text or bytes'],
    ['null', null, 'text or bytes'],
    ['an object', { __proto__: null }, 'text or bytes'],
    ['10 MB of text', 'A'.repeat(10_000_000), 'longer than any key'],
    ['10 MB of dashes', '-----BEGIN '.repeat(1_000_000), 'longer than any key'],
    ['words and backslashes', `x${'\\'.repeat(99_000)}`, 'no "-----BEGIN'],
    ['a sea of blanks', `x${' '.repeat(99_000)}x`, 'no "-----BEGIN'],
    ['a sea of quotes', `x${'"'.repeat(99_000)}x`, 'no "-----BEGIN'],
    ['many BEGIN lines', '-----BEGIN PRIVATE KEY-----'.repeat(3_000), 'cut off'],
    ['a structure of endless length', Uint8Array.of(0x30, 0xff, 1, 2, 3), 'cut off'],
  ])('%s', async (_, key, reason) => {
    const error = await importPrivateKey(key as string).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!isWaybillError(error)) throw new Error('expected an error of ours');
    expect(error).toMatchObject({ code: 'CONFIGURATION', surface: 'amazonpay', hint: expect.any(String) });
    expect(error.message).toContain(reason);
    const shown = `${inspect(error, { depth: 10, showHidden: true })}${JSON.stringify(error)}${error}`;
    const text = typeof key === 'string' ? key : '';
    if (text.includes('BEGIN') && text.length > 400) expect(shown).not.toContain(secretOf(text));
    for (const secret of ['hunter2', './keys', 'Windows', 'MIIB', 'openssh-key']) expect(shown).not.toContain(secret);
  });
});
