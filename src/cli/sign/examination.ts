/**
 * What is wrong with a signed request of another implementation.
 *
 * @module
 * @see {@link https://developer.amazon.com/docs/amazon-pay-api-v2/signing-requests.html | Signing requests}
 */
import { createHash, type KeyObject } from 'node:crypto';
import { canonicalRequest as writeCanonicalRequest } from '../../amazonpay/index.ts';
import type { Check } from '../terminal.ts';
import { bodyLengthOf, type CapturedRequest, headerOf, parsePayDate } from './captured-request.ts';
import { type Candidate, candidates, type SigningParts } from './mistakes.ts';
import { type OpenedSignature, openSignature } from './signature.ts';

/** What is examined. */
export interface Subject {
  readonly request: CapturedRequest;
  /** Without it the signature itself is not checked. */
  readonly publicKey: KeyObject | undefined;
  /** The id that is expected. */
  readonly publicKeyId: string | undefined;
  /** The hash that Amazon printed, or its whole message. */
  readonly amazonSaid: string | undefined;
  readonly now: Date;
}

/** The result. */
export interface Examination {
  readonly checks: readonly Check[];
  /** As it should have been signed; absent if the Authorization header cannot be read. */
  readonly canonicalRequest?: string;
  readonly stringToSign?: string;
}

/** The parts of an Authorization header. */
interface Authorization {
  readonly algorithm: string;
  readonly publicKeyId: string;
  readonly names: readonly string[];
  readonly signature: string;
  /** By a comma and one space. */
  readonly isJoinedRight: boolean;
}

const SALT_LENGTHS: Readonly<Record<string, number>> = { 'AMZN-PAY-RSASSA-PSS': 20, 'AMZN-PAY-RSASSA-PSS-V2': 32 };
const REQUIRED = ['accept', 'content-type', 'x-amz-pay-date', 'x-amz-pay-host', 'x-amz-pay-region'];
const IDEMPOTENCY_KEY = 'x-amz-pay-idempotency-key';
const REGION_OF: Readonly<Record<string, string>> = { com: 'na', eu: 'eu', jp: 'jp' };

/** Checks everything that Amazon checks, and what people get wrong. */
export function examine(subject: Subject): Examination {
  const { request, amazonSaid, publicKey } = subject;
  const authorization = readAuthorization(headerOf(request, 'authorization'));
  if ('status' in authorization) return { checks: [authorization, ...examineHeaders(subject)] };

  const all = [...candidates(partsOf(request, authorization))];
  const { canonicalRequest, stringToSign } = all[0] as Candidate;
  const checks = [
    ...examineBody(request),
    ...examineForm(authorization),
    ...examineHeaders(subject),
    ...examineNames(request, authorization),
    examineKeyId(subject, authorization),
    ...(amazonSaid === undefined ? [] : [compareWithAmazon(all, amazonSaid)]),
    ...examineSignature(all, authorization, publicKey),
  ];
  return { checks, canonicalRequest, stringToSign };
}

function found(status: Check['status'], name: string, message: string, todo?: string): Check {
  return { status, name, message, ...(todo && { todo }) };
}

/** The parts of the header, or what is wrong with it. */
function readAuthorization(header: string | undefined): Authorization | Check {
  const form = 'ALGORITHM PublicKeyId=..., SignedHeaders=..., Signature=...';
  if (header === undefined) return found('fail', 'authorization', 'the header is missing', `Send "Authorization: ${form}".`);
  const [, algorithm = '', publicKeyId = '', list = '', signature = ''] =
    /^(\S+) +PublicKeyId=([^,\s]+), *SignedHeaders=([^,\s]*), *Signature=(\S+)$/.exec(header) ?? [];
  if (!signature) return found('fail', 'authorization', 'the header does not have the right form', `It must be "${form}", on one line.`);
  if (!Object.hasOwn(SALT_LENGTHS, algorithm)) {
    return found('fail', 'authorization', 'Amazon does not have this algorithm', `Use ${Object.keys(SALT_LENGTHS).join(' or ')}.`);
  }
  const isJoinedRight = header.includes(', SignedHeaders=') && header.includes(', Signature=') && !/ {2}/.test(header);
  return { algorithm, publicKeyId, names: list.split(';'), signature, isJoinedRight };
}

/** Before everything else: over another body than was sent no signature is right. */
function* examineBody(request: CapturedRequest): Generator<Check> {
  const announced = bodyLengthOf(request);
  const { length } = request.body;
  if (announced === undefined || announced === length) return;
  const todo = 'Pass the bytes that were sent. An editor may have added a line break, and curl -d removes them: use --data-binary.';
  yield found('warn', 'body', `it has ${length} bytes, and Content-Length announces ${announced}`, todo);
}

function* examineForm({ algorithm, isJoinedRight }: Authorization): Generator<Check> {
  yield found('ok', 'authorization', `${algorithm}, which has a salt of ${SALT_LENGTHS[algorithm]} bytes`);
  if (!isJoinedRight) yield found('warn', 'authorization', 'its parts are not joined by a comma and one space');
}

/** Date, host and region: what Amazon checks beside the signature. */
function* examineHeaders({ request, now }: Subject): Generator<Check> {
  const host = headerOf(request, 'x-amz-pay-host');
  const region = headerOf(request, 'x-amz-pay-region');
  yield examineDate(headerOf(request, 'x-amz-pay-date'), now);
  yield examineHost(host, /^https?:\/\/([^/?#]+)/.exec(request.target)?.[1] ?? headerOf(request, 'host'));
  const expected = REGION_OF[/^pay-api\.amazon\.(com|eu|jp)$/.exec(host ?? '')?.[1] ?? ''];
  if (region === undefined) yield found('fail', 'x-amz-pay-region', 'the header is missing');
  else if (expected && region.toLowerCase() !== expected) {
    yield found('fail', 'x-amz-pay-region', `it is ${region}, but the host belongs to ${expected}`);
  } else yield found('ok', 'x-amz-pay-region', region);
}

function examineDate(date: string | undefined, now: Date): Check {
  const name = 'x-amz-pay-date';
  if (date === undefined) return found('fail', name, 'the header is missing');
  const time = parsePayDate(date)?.getTime();
  if (time === undefined) return found('fail', name, 'it is not a time in UTC', 'Write it as 20260115T101530Z.');
  if (time > now.getTime() + 1_000) {
    const todo = 'Set the clock, and write the time in UTC and not in local time.';
    return found('fail', name, 'it is ahead of the clock here, and Amazon refuses dates in the future', todo);
  }
  return found('ok', name, `${new Date(time).toISOString()}, ${age(now.getTime() - time)} ago`);
}

function age(milliseconds: number): string {
  const minutes = Math.max(0, Math.round(milliseconds / 60_000));
  if (minutes < 120) return `${minutes} min`;
  return minutes < 2_880 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1_440)} days`;
}

function examineHost(host: string | undefined, called: string | undefined): Check {
  const name = 'x-amz-pay-host';
  if (host === undefined) return found('fail', name, 'the header is missing');
  if (/^https?:|\//.test(host)) return found('fail', name, 'it must be only the host, without scheme and path');
  const withoutPort = (text: string): string => text.replace(/:\d+$/, '');
  if (called && withoutPort(called) !== withoutPort(host)) return found('warn', name, `it is ${host}, but ${called} is called`);
  return found('ok', name, host);
}

function* examineNames(request: CapturedRequest, { names }: Authorization): Generator<Check> {
  const name = 'signed headers';
  const lower = names.map((one) => one.toLowerCase());
  const missing = lower.filter((one) => headerOf(request, one) === undefined);
  const unsigned = REQUIRED.filter((one) => !lower.includes(one));
  yield found('ok', name, names.join(', '));
  if (names.some((one) => one !== one.toLowerCase())) yield found('fail', name, 'the names must be in lower case');
  if (lower.join() !== lower.slice().sort().join()) yield found('fail', name, 'the names must be sorted');
  if (missing.length > 0) {
    const todo = 'An HTTP library may have dropped or renamed them.';
    yield found('fail', name, `listed, but not in the request: ${missing.join(', ')}`, todo);
  }
  if (unsigned.length > 0) yield found('fail', name, `not signed: ${unsigned.join(', ')}`);
  if (lower.includes('user-agent')) yield found('warn', name, 'user-agent is signed; proxies and runtimes change it', 'Leave it out.');
  const key = headerOf(request, IDEMPOTENCY_KEY);
  if (key === undefined) return;
  if (!lower.includes(IDEMPOTENCY_KEY)) yield found('warn', name, 'the idempotency key is sent, but not signed');
  if (!/^[\w-]{1,32}$/.test(key)) {
    yield found('fail', 'idempotency key', 'it must be 1 to 32 letters, digits, "-" and "_"', 'A UUID is too long with its dashes.');
  }
}

function examineKeyId({ request, publicKeyId: expected }: Subject, { publicKeyId }: Authorization): Check {
  const name = 'public key id';
  const prefix = /^(live|sandbox)/i.exec(publicKeyId)?.[0].toLowerCase();
  const inPath = /^(?:https?:\/\/[^/]+)?\/(live|sandbox)\//.exec(request.target)?.[1];
  if (expected !== undefined && expected !== publicKeyId) {
    return found('fail', name, `it is ${publicKeyId}, and the settings have ${expected}`);
  }
  if (prefix && inPath) {
    const todo = 'With such an id, leave the environment out of the path.';
    return found(prefix === inPath ? 'warn' : 'fail', name, `it is for ${prefix}, and the path says ${inPath} too`, todo);
  }
  if (prefix || inPath) return found('ok', name, `${publicKeyId}: ${prefix ?? inPath}`);
  return found('fail', name, 'neither the id nor the path names an environment', 'Start the path with /live or /sandbox.');
}

/** What must be signed, by the request and the names that it lists. */
function partsOf(request: CapturedRequest, { algorithm, names }: Authorization): SigningParts {
  const { method, target, body } = request;
  const place = (name: string): number => request.headers.findIndex(([key]) => key.toLowerCase() === name.toLowerCase());
  const headersAsSent = names
    .toSorted((a, b) => place(a) - place(b))
    .map((name) => {
      const [spelling, value] = request.headers[place(name)] ?? [name, ''];
      return [spelling, value.replace(/\s+/g, ' ')] as const;
    });
  const headers = headersAsSent.map(([name, value]) => [name.toLowerCase(), value] as const).sort(([a], [b]) => (a < b ? -1 : 1));
  const [, path = '', query = ''] = writeCanonicalRequest({ method, url: target, headers, body }).split('\n');
  return { algorithm, method, path, query, headers, headersAsSent, body };
}

function compareWithAmazon(all: readonly Candidate[], said: string): Check {
  const name = 'Amazon said';
  const hash = /[0-9a-f]{64}/i.exec(said)?.[0].toLowerCase();
  if (!hash) return found('fail', name, 'it contains no hash', 'Look for 64 hex digits after the name of the algorithm.');
  const read = all.find(({ canonicalRequest }) => createHash('sha256').update(canonicalRequest).digest('hex') === hash);
  if (!read) {
    const todo =
      'Compare what leaves your process with this: a proxy, a gateway or the HTTP library changes the body, the path or a signed header.';
    return found('fail', name, 'Amazon read another request than this one', todo);
  }
  if (!read.mistake) return found('ok', name, 'Amazon read exactly this request: the key, the algorithm or the salt is wrong');
  return found('fail', name, `Amazon read another request. It would fit if ${read.mistake}`, 'Something on the way changes the request.');
}

function* examineSignature(
  all: readonly Candidate[],
  { algorithm, signature: base64 }: Authorization,
  publicKey: KeyObject | undefined,
): Generator<Check> {
  const name = 'signature';
  if (!publicKey) {
    const todo = 'Pass --public-key-file FILE, or settings with the private key.';
    return yield found('skip', name, 'NOT CHECKED, because there is no key to verify it with', todo);
  }
  const signature = Buffer.from(base64, 'base64');
  if (signature.toString('base64') !== base64) {
    return yield found('fail', name, 'it is not standard base64', 'Use the alphabet with + and /, padding, and no line breaks.');
  }
  const size = (publicKey.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
  if (signature.length !== size) {
    const todo = 'Sign with the private key that belongs to this public key.';
    return yield found('fail', name, `it has ${signature.length} bytes, and the key makes ${size}`, todo);
  }
  const opened = openSignature(publicKey, signature);
  if (opened.scheme === 'unknown') {
    const todo = 'Check which key belongs to the public key id, and whether its file was replaced.';
    return yield found('fail', name, 'it was not made with the private half of this key', todo);
  }
  const scheme = schemeMistake(opened, SALT_LENGTHS[algorithm] ?? 0);
  if (scheme) yield found('fail', name, ...scheme);
  const signed = all.find(({ stringToSign }) => opened.isOf(stringToSign));
  if (!signed) {
    const todo = 'Compare the canonical request below with yours, line by line.';
    return yield found('fail', name, 'it was made with this key, but over another string', todo);
  }
  if (signed.mistake) yield found('fail', name, signed.mistake);
  if (!scheme && !signed.mistake) yield found('ok', name, 'it is right');
}

/** What is wrong with the signature scheme. */
function schemeMistake(
  opened: Exclude<OpenedSignature, { scheme: 'unknown' }>,
  saltLength: number,
): readonly [message: string, todo: string] | undefined {
  if (opened.scheme === 'pkcs1') return ['its scheme is PKCS#1 v1.5', 'Sign with RSASSA-PSS.'];
  const { hash, maskHash, saltLength: salt } = opened;
  if (hash !== 'sha256') return [`it was made with ${hash}`, 'Use SHA-256.'];
  if (maskHash !== 'sha256') return [`its mask (MGF1) was made with ${maskHash}`, 'Set MGF1 to SHA-256: some libraries leave it at SHA-1.'];
  if (salt === saltLength) return undefined;
  return [
    `its salt has ${salt} bytes, and the algorithm in the header needs ${saltLength}`,
    'Set the length of the salt: many libraries use as much as fits.',
  ];
}
