import { type AmazonPayAlgorithm, type AmazonPayRegionName, AmazonPaySigner, canonicalRequest, stringToSign } from 'waybill/amazonpay';
import { block, type Child, heading, lines, note, verdict } from '../dom.ts';
import type { Pane, Values } from '../pane.ts';
import { compareWith } from './compare.ts';

const HOSTS = { na: 'pay-api.amazon.com', eu: 'pay-api.amazon.eu', jp: 'pay-api.amazon.jp' };
const METHODS = ['POST', 'GET', 'PATCH', 'DELETE', 'PUT'].map((name) => [name, name] as const);
const REGIONS = [
  ['na', 'na: North America'],
  ['eu', 'eu: Europe and UK'],
  ['jp', 'jp: Japan'],
] as const;
const ALGORITHMS = [
  ['AMZN-PAY-RSASSA-PSS-V2', 'AMZN-PAY-RSASSA-PSS-V2, salt of 32 bytes'],
  ['AMZN-PAY-RSASSA-PSS', 'AMZN-PAY-RSASSA-PSS, salt of 20 bytes'],
] as const;
const BODY = '{"chargePermissionId":"S01-0000000-0000000","deliveryDetails":[{"trackingNumber":"1Z999AA10123456784","carrierCode":"UPS"}]}';

export const signPane: Pane = {
  id: 'sign',
  name: 'Sign',
  about:
    'A request to Amazon Pay, step by step: canonical request, string to sign, signature. Compare with what Amazon or another implementation computed.',
  fields: [
    { name: 'method', label: 'Method', kind: 'choice', isShort: true, value: 'POST', options: METHODS },
    { name: 'region', label: 'Region', kind: 'choice', isShort: true, value: 'na', options: REGIONS },
    { name: 'url', label: 'URL', value: 'https://pay-api.amazon.com/v2/deliveryTrackers' },
    { name: 'body', label: 'Body, exactly as it is sent', kind: 'area', rows: 4, value: BODY },
    { name: 'date', label: 'Date', hint: 'UTC. Empty means now.', isShort: true, value: '20260115T101530Z' },
    { name: 'idempotency', label: 'Idempotency key', hint: 'Optional. Signed if it is sent.', isShort: true, value: '' },
    {
      name: 'theirs',
      label: 'Compare with',
      hint: 'A canonical request, a string to sign, or the message in which Amazon printed it.',
      kind: 'area',
      rows: 5,
      value: '',
    },
    { name: 'algorithm', label: 'Algorithm', kind: 'choice', value: 'AMZN-PAY-RSASSA-PSS-V2', options: ALGORITHMS },
    { name: 'keyId', label: 'Public key id', value: 'SANDBOX-AGC4SIRXYYTSA667HVXKNEIA' },
    {
      name: 'key',
      label: 'Private key',
      hint: 'PEM. Needed for the signature only. It stays in this page and never becomes part of the address.',
      kind: 'area',
      rows: 4,
      value: '',
      isSecret: true,
    },
  ],
  actions: [['Make a key in this page', makeKey]],
  async run(values) {
    const { algorithm, headers, ours, toSign } = build(values);
    const steps = [
      [heading('1. Canonical request'), lines(ours, 'Canonical request')],
      [heading('2. String to sign'), block(toSign, 'String to sign')],
    ];
    const theirs = values['theirs'] ?? '';
    const compared = theirs.trim() === '' ? undefined : [compareWith(theirs, ours, toSign)];
    return [compared, steps, heading('3. Signature'), await signature(values, algorithm, headers)];
  },
};

interface Built {
  readonly algorithm: AmazonPayAlgorithm;
  readonly headers: Readonly<Record<string, string>>;
  readonly ours: string;
  readonly toSign: string;
}

/** The same request without a key: what is signed depends on none. */
function build({ method = '', url = '', body = '', region = 'na', date = '', idempotency = '', algorithm = '' }: Values): Built {
  const target = new URL(url);
  const headers = {
    accept: 'application/json',
    'content-type': 'application/json',
    'x-amz-pay-date': date.trim() || new Date().toISOString().replace(/[-:]|\.\d+/g, ''),
    'x-amz-pay-host': target.hostname,
    'x-amz-pay-region': region,
    ...(idempotency && { 'x-amz-pay-idempotency-key': idempotency }),
  };
  const ours = canonicalRequest({ method, url: target, headers, ...(body && { body }) });
  return { algorithm: algorithm as AmazonPayAlgorithm, headers, ours, toSign: stringToSign(algorithm as AmazonPayAlgorithm, ours) };
}

async function signature(values: Values, algorithm: AmazonPayAlgorithm, headers: Built['headers']): Promise<Child> {
  const { key = '', keyId = '', region = 'na', method = '', url = '', body = '', idempotency = '' } = values;
  if (key.trim() === '') return note('Make a key, or paste one.');
  const clock = (): Date => readDate(headers['x-amz-pay-date'] ?? '');
  const signer = new AmazonPaySigner({ publicKeyId: keyId, privateKey: key, region: region as AmazonPayRegionName, algorithm, clock });
  const signed = await signer.signHeaders({
    method,
    url,
    ...(idempotency && { headers: { 'x-amz-pay-idempotency-key': idempotency } }),
    ...(body && { body }),
  });
  const headersToSend = Object.entries(signed.headers).map(([name, value]) => `${name}: ${value}`);
  const { hostname } = new URL(url);
  return [
    verdict('good', 'signed'),
    hostname !== HOSTS[region as keyof typeof HOSTS] &&
      note(`The host of this region is ${HOSTS[region as keyof typeof HOSTS]}, and the URL names ${hostname}.`),
    heading('Headers to send'),
    block(headersToSend.join('\n'), 'Signed headers'),
    note('The salt is random, so the signature differs each time. Compare the strings to sign.'),
    publicKeys.has(key) && [heading('The public half of this key'), lines(publicKeys.get(key) ?? '', 'Public key')],
  ];
}

function readDate(date: string): Date {
  const [, year, month, day, hour, minute, second] = /^(\d{4})-?(\d\d)-?(\d\d)T(\d\d):?(\d\d):?(\d\d)Z$/.exec(date) ?? [];
  if (year === undefined) throw new RangeError('The date must be UTC, such as 20260115T101530Z.');
  return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** Public halves of the keys that were made here. */
const publicKeys = new Map<string, string>();

async function makeKey(): Promise<Values> {
  const algorithm = { name: 'RSA-PSS', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' };
  const pair = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const privateKey = pem('PRIVATE KEY', await crypto.subtle.exportKey('pkcs8', pair.privateKey));
  publicKeys.set(privateKey, pem('PUBLIC KEY', await crypto.subtle.exportKey('spki', pair.publicKey)));
  return { key: privateKey };
}

function pem(label: string, der: ArrayBuffer): string {
  const characters = Array.from(new Uint8Array(der), (byte) => String.fromCharCode(byte)).join('');
  return `-----BEGIN ${label}-----\n${btoa(characters).replace(/.{64}/g, '$&\n').trimEnd()}\n-----END ${label}-----\n`;
}
