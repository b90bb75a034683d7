/**
 * `waybill sign`: the steps of Amazon Pay's signature for a request, and what is wrong with the signature of another implementation.
 *
 * @module
 */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { Command } from 'commander';
import { type AmazonPayRegionName, AmazonPaySigner, type AmazonPaySignerOptions, importPrivateKey } from '../../amazonpay/index.ts';
import { type AmazonPayEnvironment, resolveEndpoint, resolveRegion } from '../../amazonpay/regions.ts';
import { readPrivateKey } from '../../amazonpay/signing/private-key.ts';
import { EXIT, UsageError } from '../failure.ts';
import { nameOf, PUBLIC_KEY, readBytes, readText, readUtf8 } from '../files.ts';
import { addHelp } from '../help.ts';
import { AMAZON_PAY, addSettings, type Flags, readSettings, requireSettings, toOptions } from '../settings.ts';
import { parsePayDate, parseRequest, withBody } from '../sign/captured-request.ts';
import { examine } from '../sign/examination.ts';
import type { Context } from '../terminal.ts';
import { list } from '../text.ts';

interface Options extends Flags {
  readonly body?: string;
  readonly date?: string;
  readonly idempotencyKey?: string;
  readonly verify?: string;
  readonly publicKeyFile?: string;
  readonly amazonSaid?: string;
}

/** Settings of Amazon Pay, as far as they are set. */
interface Settings extends Partial<AmazonPaySignerOptions> {
  readonly privateKey?: string;
  readonly environment?: AmazonPayEnvironment;
  readonly baseUrl?: string;
}

/** Defines the command. */
export function define(command: Command, context: Context): void {
  command
    .description(
      'Prints the canonical request, the string to sign and the headers of an Amazon Pay request, or finds what is wrong with a signed request.',
    )
    .argument('[method]', 'such as POST')
    .argument('[url]', 'the URL, or its path; the host is then that of the region')
    .optionsGroup('Sign:')
    .option('--body <file>', 'the exact body, also of a captured request without one; - for standard input')
    .option('--date <time>', 'x-amz-pay-date, such as 20260115T101530Z; default: now')
    .option('--idempotency-key <key>', 'a key to sign with the rest')
    .optionsGroup('Verify:')
    .option(
      '--verify <file>',
      'a captured request: request line, headers, empty line, body; or the output of curl -v; - for standard input',
    )
    .option('--public-key-file <file>', 'the public key in PEM; default: that of the private key')
    .option('--amazon-said <text>', "the hash in Amazon's error message, or the whole message")
    .action((method: string | undefined, url: string | undefined, options: Options) => {
      refuseIgnored({ ...options, method, url });
      return options.verify === undefined ? sign(method, url, options, context) : verify(options.verify, options, context);
    });
  addSettings(command, AMAZON_PAY);
  addHelp(command, context.out, {
    about: [
      'Nothing is sent. Without a key everything but the signature is printed, or checked. Do not publish the authorization header: anybody who has it can send the request.',
    ],
    exitCodes: { 1: 'the signed request is wrong, or its signature was not checked, because there is no key' },
    examples: [
      'waybill sign POST /v2/deliveryTrackers --region eu --body parcel.json',
      'waybill sign --verify captured.http --public-key-file public.pem',
    ],
  });
}

/** Refuses what only the other half of the command reads: an option that is ignored looks as if it had been used. */
function refuseIgnored(given: Options & { readonly method: string | undefined; readonly url: string | undefined }): void {
  const { verify: file, method, url, date, idempotencyKey, publicKeyFile, amazonSaid } = given;
  const toSign = { 'a method': method, 'a URL': url, '--date': date, '--idempotency-key': idempotencyKey };
  const toVerify = { '--public-key-file': publicKeyFile, '--amazon-said': amazonSaid };
  const ignored = Object.entries<string | undefined>(file === undefined ? toVerify : toSign).flatMap(([name, value]) =>
    value === undefined ? [] : name,
  );
  if (ignored.length === 0) return;
  if (file === undefined) {
    throw new UsageError(`${list(ignored)} can be passed only with --verify`, 'Pass the captured request: --verify FILE.');
  }
  throw new UsageError(`pass either --verify or ${list(ignored)}, not both`, 'The captured request has its own.');
}

async function sign(method: string | undefined, url: string | undefined, options: Options, context: Context): Promise<void> {
  const { out } = context;
  if (!method || !url) throw new UsageError('pass a method and a URL, or --verify FILE');
  const given = await readSettings(AMAZON_PAY, options, context);
  const region = regionOf(url);
  const values = region ? { ...given, region } : given;
  requireSettings(AMAZON_PAY, values, ['region']);
  const { privateKey, publicKeyId, environment, baseUrl, ...settings } = toOptions<Settings & { readonly region: AmazonPayRegionName }>(
    values,
  );
  const isSigned = publicKeyId !== undefined && privateKey !== undefined;
  const date = options.date === undefined ? undefined : parseDate(options.date);
  const signer = new AmazonPaySigner({
    region: settings.region,
    algorithm: settings.algorithm,
    publicKeyId: publicKeyId ?? 'NONE',
    // The signature is left out below.
    privateKey: isSigned ? privateKey : { sign: async () => new Uint8Array(256) },
    clock: date && (() => date),
  });
  const origin = baseUrl?.replace(/\/+$/, '') ?? resolveEndpoint(publicKeyId ?? '', resolveRegion(settings.region), environment).origin;
  const { headers, canonicalRequest, stringToSign } = await signer.signHeaders({
    method,
    url: url.startsWith('/') ? origin + url : url,
    headers: options.idempotencyKey === undefined ? {} : { 'x-amz-pay-idempotency-key': options.idempotencyKey },
    body: options.body === undefined ? '' : await readBytes(options.body, context),
  });
  const { authorization, ...unsigned } = headers;
  const shown = isSigned ? { ...unsigned, authorization } : unsigned;
  const missing = publicKeyId === undefined ? 'AMAZON_PAY_PUBLIC_KEY_ID' : 'AMAZON_PAY_PRIVATE_KEY';
  const section = (title: string): string => out.style('bold', `--- ${title} ${'-'.repeat(Math.max(3, out.width - title.length - 14))}`);
  out.show({ canonicalRequest, stringToSign, headers: shown }, () => [
    section('Canonical request'),
    canonicalRequest,
    section('String to sign'),
    stringToSign,
    section('Headers'),
    ...Object.entries(shown).map(([name, value]) => `${name}: ${value}`),
    ...(isSigned ? [] : ['', `There is no authorization header, because ${missing} is not set.`]),
  ]);
}

async function verify(file: string, options: Options, context: Context): Promise<void> {
  const { out } = context;
  const captured = parseRequest(await readUtf8(file, context));
  const request = withBody(captured, options.body === undefined ? undefined : await readBytes(options.body, context));
  const settings = toOptions<Settings>(await readSettings(AMAZON_PAY, options, context));
  const { checks, canonicalRequest, stringToSign } = examine({
    request,
    publicKey: await findPublicKey(settings, options, context),
    publicKeyId: settings.publicKeyId,
    amazonSaid: options.amazonSaid,
    now: new Date(),
  });
  // A check that was skipped is not a success: without the key a wrong signature is not found.
  const isRight = checks.every(({ status }) => status === 'ok' || status === 'warn');
  if (!isRight) context.exitCode = EXIT.failed;
  out.show({ ok: isRight, checks, canonicalRequest, stringToSign }, () => [
    ...out.checklist(checks),
    ...(canonicalRequest === undefined ? [] : ['', out.style('bold', 'Canonical request as it should be signed'), canonicalRequest]),
    ...(stringToSign === undefined ? [] : ['', out.style('bold', 'String to sign'), stringToSign]),
  ]);
}

/** From its own file, or from the private half. */
async function findPublicKey({ privateKey }: Settings, options: Options, context: Context): Promise<KeyObject | undefined> {
  const { publicKeyFile } = options;
  if (publicKeyFile !== undefined) return parsePublicKey(await readText(publicKeyFile, context, PUBLIC_KEY), publicKeyFile);
  if (privateKey === undefined) return undefined;
  // Its errors say what is wrong with the key.
  await importPrivateKey(privateKey);
  return createPublicKey(createPrivateKey({ key: Buffer.from(readPrivateKey(privateKey)), format: 'der', type: 'pkcs8' }));
}

function parsePublicKey(pem: string, file: string): KeyObject {
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {
    // Its message may quote the file.
  }
  throw new UsageError(`${nameOf(file)} is not an RSA public key in PEM`, 'It must start with "-----BEGIN PUBLIC KEY-----".');
}

/** The region that a host belongs to. */
function regionOf(url: string): AmazonPayRegionName | undefined {
  const domain = /^https:\/\/pay-api\.amazon\.(com|eu|jp)(?=[/:?]|$)/.exec(url)?.[1];
  return domain === 'com' ? 'na' : (domain as AmazonPayRegionName | undefined);
}

function parseDate(text: string): Date {
  const date = parsePayDate(text);
  if (!date) throw new UsageError('--date must be a time in UTC, such as 20260115T101530Z');
  return date;
}
