import { constants, createHash, type KeyObject, sign } from 'node:crypto';
import { ours } from '../rsa.ts';

/** The key that signs. */
export const pair = ours;
export const KEY_ID = 'LIVE-AGC4SIRXYYTSA667HVXKNEIA';
export const body =
  '{"chargePermissionId":"S01-0000000-0000000","deliveryDetails":[{"trackingNumber":"1Z999AA10123456784","carrierCode":"UPS"}]}';

export const hex = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');

/** An implementation of the signature, written from Amazon's reference, with a place for each mistake. */
export interface Mistakes {
  readonly algorithm?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly names?: readonly string[];
  readonly lines?: (lines: readonly string[]) => readonly string[];
  readonly path?: string;
  readonly hashed?: string;
  readonly canonical?: (text: string) => string;
  readonly toSign?: (text: string, canonical: string) => string;
  readonly sign?: (data: Buffer) => Buffer;
  readonly encode?: (signature: Buffer) => string;
  readonly sent?: string;
  readonly sentHeaders?: Readonly<Record<string, string>>;
}

/** Signs with RSASSA-PSS. */
export const pss =
  (saltLength: number, key: KeyObject = pair.privateKey) =>
  (data: Buffer) =>
    sign('sha256', data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });

/** A request as it was captured. */
export function capture(mistakes: Mistakes = {}): string {
  const { algorithm = 'AMZN-PAY-RSASSA-PSS-V2', path = '/v2/deliveryTrackers', hashed = body, sent = body } = mistakes;
  const {
    lines = (all) => all,
    canonical = (text) => text,
    toSign = (text) => text,
    encode = (bytes) => bytes.toString('base64'),
  } = mistakes;
  const headers: Record<string, string> = {
    accept: 'application/json',
    'content-type': 'application/json',
    'x-amz-pay-date': '20260115T101530Z',
    'x-amz-pay-host': 'pay-api.amazon.com',
    'x-amz-pay-region': 'na',
    ...mistakes.headers,
  };
  const names = mistakes.names ?? Object.keys(headers).sort();
  const text = canonical(
    ['POST', path, '', ...lines(names.map((name) => `${name}:${headers[name]}`)), '', names.join(';'), hex(hashed)].join('\n'),
  );
  const signature = (mistakes.sign ?? pss(32))(Buffer.from(toSign(`${algorithm}\n${hex(text)}`, text)));
  const authorization = `${algorithm} PublicKeyId=${KEY_ID}, SignedHeaders=${names.join(';')}, Signature=${encode(signature)}`;
  const all = { Host: 'pay-api.amazon.com', ...headers, ...mistakes.sentHeaders, Authorization: authorization };
  return `POST /v2/deliveryTrackers HTTP/1.1\r\n${Object.entries(all)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\r\n')}\r\n\r\n${sent}`;
}
