/** Amazon Pay requests signed with `node:crypto`: neither the emulator's code nor the client's takes part. */
import { constants, createHash, sign } from 'node:crypto';
import { ours, type RsaKeys, theirs } from '../rsa.ts';

const inPem = ({ publicKey, privateKey }: RsaKeys): Record<keyof RsaKeys, string> => ({
  publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
});

export const keys = inPem(ours);
export const otherKeys = inPem(theirs);

export const LIVE = 'LIVE-AFVX7ULWSGBZ5535PCUQOY7B';
export const SANDBOX = 'SANDBOX-AFVX7ULWSGBZ5535PCUQOY7B';
export const LEGACY = 'AGC4SIRXYYTSA667HVXKNEIA';

export const publicKeys = { [LIVE]: keys.publicKey, [SANDBOX]: keys.publicKey, [LEGACY]: keys.publicKey };

/** When every signed request of a test is made. */
export const NOW = new Date('2026-01-15T10:15:30Z');

export interface Spec {
  url: string;
  /** Where it is sent instead of the signed URL. */
  sentUrl: string;
  method: string;
  publicKeyId: string;
  privateKey: string;
  algorithm: 'AMZN-PAY-RSASSA-PSS' | 'AMZN-PAY-RSASSA-PSS-V2';
  saltLength: number;
  headers: Record<string, string>;
  /** Headers that are sent and not signed. */
  unsigned: Record<string, string>;
  body: string;
  /** What is sent instead of the signed body. */
  sentBody: string;
  /** Changes the headers after they were signed; a value `undefined` removes one. */
  sentHeaders: Record<string, string | undefined>;
  /** Changes the Authorization header. */
  authorization: (value: string) => string;
  signedHeaders: (names: string[]) => string[];
}

export const body = (trackingNumber = '1Z999AA10123456784', more: object = {}): string =>
  JSON.stringify({ chargePermissionId: 'P01-0000000-0000000', deliveryDetails: [{ trackingNumber, carrierCode: 'UPS' }], ...more });

export const headers: Record<string, string> = {
  accept: 'application/json',
  'content-type': 'application/json',
  'x-amz-pay-date': '20260115T101530Z',
  'x-amz-pay-host': 'pay-api.amazon.com',
  'x-amz-pay-region': 'na',
};

export function signedRequest(spec: Partial<Spec> = {}): Request {
  const { url = 'https://pay-api.amazon.com/v2/deliveryTrackers', method = 'POST', publicKeyId = LIVE } = spec;
  const { algorithm = 'AMZN-PAY-RSASSA-PSS-V2', privateKey = keys.privateKey } = spec;
  const { saltLength = algorithm.endsWith('V2') ? 32 : 20, body: text = body() } = spec;
  const signed: Record<string, string> = { ...headers, ...spec.headers };
  const names = (spec.signedHeaders ?? ((all) => all))(Object.keys(signed).sort());
  const sha256 = (data: string) => createHash('sha256').update(data, 'utf8').digest('hex');
  const { pathname, search } = new URL(url);
  const lines = names.map((name) => `${name}:${signed[name]}\n`).join('');
  const canonical = [method, pathname, search.slice(1), lines, names.join(';'), sha256(text)].join('\n');
  const stringToSign = `${algorithm}\n${sha256(canonical)}`;
  const signature = sign('sha256', Buffer.from(stringToSign), {
    key: privateKey,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength,
  }).toString('base64');
  const authorization = `${algorithm} PublicKeyId=${publicKeyId}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  const sent = new Headers({ ...signed, ...spec.unsigned, authorization: (spec.authorization ?? ((value) => value))(authorization) });
  for (const [name, value] of Object.entries(spec.sentHeaders ?? {})) {
    if (value === undefined) sent.delete(name);
    else sent.set(name, value);
  }
  // Bytes, because a string brings its own Content-Type.
  const bytes = new TextEncoder().encode(spec.sentBody ?? text);
  return new Request(spec.sentUrl ?? url, { method, headers: sent, ...(method !== 'GET' && { body: bytes }) });
}
