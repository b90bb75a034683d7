/**
 * Amazon Pay: key, key id and region, and whether they fit together.
 *
 * @module
 */
import { constants, createPrivateKey, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { isHTTPError } from 'ky';
import { toApiError } from '../../amazonpay/api-error.ts';
import { warningsAboutKeyId } from '../../amazonpay/delivery-tracker.ts';
import {
  type AmazonPayRegionName,
  AmazonPaySigner,
  type AmazonPaySignerOptions,
  type DeliveryTrackerClientOptions,
  importPrivateKey,
} from '../../amazonpay/index.ts';
import { checkPublicKeyId, resolveEndpoint, resolveRegion } from '../../amazonpay/regions.ts';
import { readPrivateKey } from '../../amazonpay/signing/private-key.ts';
import { checkUrl } from '../../core/options.ts';
import { redactor } from '../../core/redact.ts';
import { UsageError } from '../failure.ts';
import { AMAZON_PAY, type Flags, readSettings, toOptions } from '../settings.ts';
import type { Check, Context } from '../terminal.ts';
import { attempt, checkHost, failed, httpOf, noResponse, notAsked, type Reach } from './checks.ts';

type Settings = Partial<DeliveryTrackerClientOptions> & { readonly privateKey?: string };
type Complete = DeliveryTrackerClientOptions & { readonly privateKey: string };

const SELLER_CENTRAL = 'Seller Central shows it beside the key: Integration Central, API keys.';
const KEY_FILE = 'It contains the content of the .pem file; or pass --private-key-file FILE.';
const ACCOUNT = 'Set it to na, eu or jp, the region of the seller account.';

/** Checks the settings of Amazon Pay. */
export async function checkAmazonPay(flags: Flags, { live, context }: Reach): Promise<readonly Check[]> {
  const settings = toOptions<Settings>(await readSettings(AMAZON_PAY, flags, context));
  const { publicKeyId = '', privateKey = '', region = '' as AmazonPayRegionName, environment, baseUrl, allowHttp } = settings;
  if (!publicKeyId && !privateKey) {
    return [{ status: 'skip', name: 'not set up', message: 'AMAZON_PAY_PUBLIC_KEY_ID, AMAZON_PAY_PRIVATE_KEY' }];
  }
  const checks: Check[] = [];
  /** Whether the next checks make sense. */
  const add = async (name: string, work: () => string | Promise<string>): Promise<boolean> =>
    checks.push(await attempt(name, work, context)) > 0 && checks.every(({ status }) => status !== 'fail');
  /** Makes a warning of the last check, if it found nothing wrong. */
  const warn = (remark: string, todo?: string): void => {
    const last = checks.at(-1);
    if (last?.status === 'ok') checks.splice(-1, 1, { ...last, status: 'warn', message: `${last.message} ${remark}`, todo });
  };
  const required = (value: string, variable: string, hint: string): void => {
    if (!value) throw new UsageError(`${variable} is not set`, hint);
  };

  await add('public key id', () => {
    required(publicKeyId, 'AMAZON_PAY_PUBLIC_KEY_ID', SELLER_CENTRAL);
    checkPublicKeyId(publicKeyId);
    return publicKeyId;
  });
  const [shape] = warningsAboutKeyId(publicKeyId);
  if (shape) warn(shape.message);
  else if (!environment && !/^(live|sandbox)/i.test(publicKeyId)) {
    warn('names no environment, so live is used', 'Set AMAZON_PAY_ENVIRONMENT to live or sandbox.');
  }
  await add('private key', async () => {
    required(privateKey, 'AMAZON_PAY_PRIVATE_KEY', KEY_FILE);
    // Its errors say what is wrong with the key.
    await importPrivateKey(privateKey);
    return `RSA, ${keyOf(privateKey).asymmetricKeyDetails?.modulusLength} bits${formOf(privateKey)}`;
  });
  const isComplete = await add('region', () => {
    required(region, 'AMAZON_PAY_REGION', ACCOUNT);
    return resolveRegion(region);
  });
  if (!isComplete) return checks;

  const endpoint = (): ReturnType<typeof resolveEndpoint> => resolveEndpoint(publicKeyId, resolveRegion(region), environment);
  if (!(await add('environment', () => endpoint().environment))) return checks;
  const { origin, path } = endpoint();
  const host = (): string => checkUrl('amazonpay', 'baseUrl', baseUrl ?? origin, allowHttp);
  if (!(await add('address', () => host() + path))) return checks;
  const url = host() + path;
  if (host() !== origin) warn("is not Amazon's", 'Right for an emulator or a gateway.');
  const complete = { ...settings, publicKeyId, privateKey, region };
  await add('signing', () => signAndVerify(complete));
  if (!live) return [...checks, notAsked('Amazon')];
  return [...checks, ...(await checkHost('amazonpay', `${host()}/`, context)), await askAmazon(complete, url, context)];
}

/** The form of a key, if it is worth a remark. */
function formOf(privateKey: string): string {
  const forms = [
    ...(privateKey.includes('RSA PRIVATE KEY') ? ['PKCS#1'] : []),
    ...(/\\n/.test(privateKey) ? ['line breaks written as \\n'] : []),
    ...(privateKey.includes('-----BEGIN') ? [] : ['base64']),
  ];
  return forms.length > 0 ? ` (${forms.join(', ')}: waybill accepts this, other programs may not)` : '';
}

function keyOf(privateKey: string): KeyObject {
  return createPrivateKey({ key: Buffer.from(readPrivateKey(privateKey)), format: 'der', type: 'pkcs8' });
}

async function signAndVerify(settings: Complete): Promise<string> {
  const { headers, stringToSign } = await signerOf(settings).signHeaders({ method: 'GET', url: 'https://pay-api.amazon.com/' });
  const signature = Buffer.from(headers['authorization']?.split('Signature=')[1] ?? '', 'base64');
  const key = { key: createPublicKey(keyOf(settings.privateKey)), padding: constants.RSA_PKCS1_PSS_PADDING };
  if (verify('sha256', Buffer.from(stringToSign), key, signature)) return 'a signature was made, and node:crypto verifies it';
  throw new Error('the signature does not verify');
}

function signerOf({ publicKeyId, privateKey, region, algorithm }: AmazonPaySignerOptions): AmazonPaySigner {
  return new AmazonPaySigner({ publicKeyId, privateKey, region, algorithm });
}

/** A signed call without a parcel, which creates nothing. That Amazon checks the signature before the body is (inferred). */
async function askAmazon(settings: Complete, url: string, context: Context): Promise<Check> {
  const name = 'Amazon';
  const body = '{}';
  const signed = await signerOf(settings).signHeaders({ method: 'POST', url, body });
  try {
    await httpOf(context).post(url, { body, headers: signed.headers, signal: context.signal });
    return { status: 'fail', name, message: 'accepts a call without a parcel, which Amazon Pay refuses', todo: 'Is AMAZON_PAY_URL right?' };
  } catch (error) {
    context.signal.throwIfAborted();
    if (!isHTTPError(error)) return noResponse(name, error, 'amazonpay', url, context);
    const { data } = error;
    const { status, headers } = error.response;
    const text = typeof data === 'string' ? data : JSON.stringify(data ?? '');
    const redact = redactor([signed.headers['authorization']?.split('Signature=')[1]]);
    const refusal = toApiError({ status, headers, text, attempts: 1, requestId: undefined, redact }, signed);
    const { reasonCode } = refusal;
    if (status === 429) return { status: 'warn', name, message: 'the quota is used up', todo: 'Run the check again in a few seconds.' };
    const isAboutParcel = status === 400 && reasonCode && !/Header|Signature|Authorization|Authentication/.test(reasonCode);
    if (!isAboutParcel) return failed(name, refusal, context);
    return { status: 'ok', name, message: `accepts the key: it refuses only the missing parcel (${reasonCode})` };
  }
}
