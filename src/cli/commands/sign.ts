/**
 * `waybill sign`: the steps of Amazon Pay's signature for a request, and what is wrong with the signature of another implementation.
 *
 * @module
 */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { Command } from 'commander';
import { type AmazonPayRegionName, AmazonPaySigner, importPrivateKey } from '../../amazonpay/index.ts';
import { resolveEndpoint, resolveRegion } from '../../amazonpay/regions.ts';
import { readPrivateKey } from '../../amazonpay/signing/private-key.ts';
import { type Check, checklistLines } from '../checklist.ts';
import type { Context } from '../context.ts';
import { EXIT, UsageError } from '../failure.ts';
import { nameOf, readBytes, readText } from '../files.ts';
import { type AmazonPayOptions, type AmazonPaySettings, addAmazonPay, amazonPaySettings, demand } from '../settings.ts';
import { parsePayDate, parseRequest } from '../sign/request-text.ts';
import { examine } from '../sign/signature-examination.ts';

interface Options extends AmazonPayOptions {
  readonly body?: string;
  readonly date?: string;
  readonly idempotencyKey?: string;
  readonly verify?: string;
  readonly publicKeyFile?: string;
  readonly amazonSaid?: string;
}

/** Makes the command. */
export function define(command: Command, context: Context): void {
  addAmazonPay(
    command
      .description(
        'Prints canonical request, string to sign and headers of an Amazon Pay request; or says what is wrong with a signed one.',
      )
      .argument('[method]', 'such as POST')
      .argument('[url]', 'or its path: the host is that of the region')
      .option('--body <file>', 'exactly what is sent; - for standard input')
      .option('--date <time>', 'x-amz-pay-date, such as 20260115T101530Z; now where left out')
      .option('--idempotency-key <key>', 'signed with the rest')
      .option('--verify <file>', 'a captured request: request line, headers, empty line, body')
      .option('--public-key-file <file>', 'PEM, for --verify; by default that of the private key')
      .option('--amazon-said <text>', "with --verify: the hash in Amazon's error, or the whole message"),
  )
    .addHelpText('after', HELP)
    .action((method: string | undefined, url: string | undefined, options: Options) =>
      options.verify === undefined ? sign(method, url, options, context) : verify(options.verify, options, context),
    );
}

const HELP = `
Nothing is sent. Without a key, all is printed but the signature. Whoever sees
the authorization header can send the request: don't paste it into an issue.

Examples:
  $ waybill sign POST /v2/deliveryTrackers --region eu --body parcel.json
  $ waybill sign --verify captured.http --public-key-file public.pem
  $ waybill sign --verify captured.http --settings .env --amazon-said 39ec31...`;

async function sign(method: string | undefined, url: string | undefined, options: Options, context: Context): Promise<void> {
  const { out } = context;
  if (!method || !url) throw new UsageError('a method and a URL are needed, or --verify FILE');
  const settings = await amazonPaySettings(options, context);
  const { publicKeyId, privateKey } = settings;
  const isSigned = publicKeyId !== undefined && privateKey !== undefined;
  const region = demand(settings.region ?? regionOf(url), 'AMAZON_PAY_REGION', '--region');
  const date = options.date === undefined ? undefined : parseDate(options.date);
  const signer = new AmazonPaySigner({
    ...settings,
    region,
    publicKeyId: publicKeyId ?? 'NONE',
    // Its signature is left out below.
    privateKey: isSigned ? privateKey : { sign: async () => new Uint8Array(256) },
    ...(date && { clock: () => date }),
  });
  const { headers, canonicalRequest, stringToSign } = await signer.signHeaders({
    method,
    url: url.startsWith('/') ? originOf(settings, region) + url : url,
    headers: options.idempotencyKey === undefined ? {} : { 'x-amz-pay-idempotency-key': options.idempotencyKey },
    body: options.body === undefined ? '' : await readBytes(options.body, context),
  });
  const { authorization, ...unsigned } = headers;
  const shown = isSigned ? { ...unsigned, authorization } : unsigned;
  const missing = publicKeyId === undefined ? 'AMAZON_PAY_PUBLIC_KEY_ID' : 'AMAZON_PAY_PRIVATE_KEY';
  out.show({ canonicalRequest, stringToSign, headers: shown }, () => [
    ...section('Canonical request', canonicalRequest),
    ...section('String to sign', stringToSign),
    ...section(
      'Headers',
      Object.entries(shown)
        .map(([name, value]) => `${name}: ${value}`)
        .join('\n'),
    ),
    ...(isSigned ? [] : ['', `Without authorization, for ${missing} is not set.`]),
  ]);

  function section(title: string, text: string): string[] {
    return [out.style('bold', `--- ${title} ${'-'.repeat(Math.max(3, 66 - title.length))}`), text];
  }
}

async function verify(file: string, options: Options, context: Context): Promise<void> {
  const { out } = context;
  const request = parseRequest(await readBytes(file, context));
  const settings = await amazonPaySettings(options, context);
  const { checks, canonicalRequest, stringToSign } = examine({
    request,
    publicKey: await findPublicKey(settings, options, context),
    publicKeyId: settings.publicKeyId,
    amazonSaid: options.amazonSaid,
    now: new Date(),
  });
  const isBad = checks.some(({ status }: Check) => status === 'fail');
  if (isBad) context.exitCode = EXIT.failed;
  out.show({ ok: !isBad, checks, canonicalRequest, stringToSign }, () => [
    ...checklistLines(checks, out),
    ...(canonicalRequest === undefined ? [] : ['', out.style('bold', 'Canonical request as it should be signed'), canonicalRequest]),
    ...(stringToSign === undefined ? [] : ['', out.style('bold', 'String to sign'), stringToSign]),
  ]);
}

/** From its own file, or from the private half. */
async function findPublicKey({ privateKey }: AmazonPaySettings, options: Options, context: Context): Promise<KeyObject | undefined> {
  const { publicKeyFile } = options;
  if (publicKeyFile !== undefined) return parsePublicKey(await readText(publicKeyFile, context), publicKeyFile);
  if (privateKey === undefined) return undefined;
  // For its words, where the key is damaged.
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
  throw new UsageError(`${nameOf(file)} is no RSA public key in PEM`, 'It starts with "-----BEGIN PUBLIC KEY-----".');
}

/** What the host says of the region. */
function regionOf(url: string): AmazonPayRegionName | undefined {
  const domain = /^https:\/\/pay-api\.amazon\.(com|eu|jp)(?=[/:?]|$)/.exec(url)?.[1];
  return domain === 'com' ? 'na' : (domain as AmazonPayRegionName | undefined);
}

function originOf({ baseUrl, publicKeyId = '' }: AmazonPaySettings, region: AmazonPayRegionName): string {
  return baseUrl?.replace(/\/+$/, '') ?? resolveEndpoint(publicKeyId, resolveRegion(region)).origin;
}

function parseDate(text: string): Date {
  const date = parsePayDate(text);
  if (!date) throw new UsageError('--date must be a time in UTC such as 20260115T101530Z');
  return date;
}
