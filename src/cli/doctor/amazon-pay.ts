/**
 * Amazon Pay: key, key id, region, and whether they go together.
 *
 * @module
 */
import { constants, createPrivateKey, createPublicKey, verify } from 'node:crypto';
import { toApiError } from '../../amazonpay/api-error.ts';
import { doubtsAboutKeyId } from '../../amazonpay/doubts.ts';
import { type AmazonPayRegionName, AmazonPaySigner, importPrivateKey } from '../../amazonpay/index.ts';
import { checkPublicKeyId, resolveEndpoint, resolveRegion } from '../../amazonpay/regions.ts';
import { readPrivateKey } from '../../amazonpay/signing/private-key.ts';
import { readText } from '../../core/call/response.ts';
import { checkUrl } from '../../core/options.ts';
import type { Check } from '../checklist.ts';
import { describeFailure } from '../failure.ts';
import type { AmazonPaySettings } from '../settings.ts';
import { attempt, checkHost, notAsked, type Reach, TIMEOUT } from './live.ts';

/** Looks at the settings of Amazon Pay. */
export async function checkAmazonPay(settings: AmazonPaySettings, reach: Reach): Promise<readonly Check[]> {
  const { publicKeyId, privateKey, region, environment, baseUrl } = settings;
  if (!publicKeyId && !privateKey)
    return [{ status: 'skip', name: 'not set up', message: 'AMAZON_PAY_PUBLIC_KEY_ID, AMAZON_PAY_PRIVATE_KEY' }];
  const checks: Check[] = [checkKeyId(settings), await checkKey(privateKey), await checkRegion(region)];
  if (checks.some(({ status }) => status === 'fail') || !publicKeyId || !privateKey || !region) return checks;

  const endpoint = await attempt('environment', '', () => resolveEndpoint(publicKeyId, resolveRegion(region), environment));
  if (endpoint.status === 'fail') return [...checks, endpoint];
  const { environment: resolved, origin, path } = resolveEndpoint(publicKeyId, resolveRegion(region), environment);
  checks.push({ status: 'ok', name: 'environment', message: resolved });
  const address = await attempt('address', origin + path, () => checkUrl('amazonpay', 'baseUrl', baseUrl ?? origin));
  if (address.status === 'fail') return [...checks, address];
  const host = checkUrl('amazonpay', 'baseUrl', baseUrl ?? origin);
  checks.push(host === origin ? address : notAmazon(`${host}${path}`));
  const complete = { ...settings, publicKeyId, privateKey, region };
  checks.push(await attempt('signing', 'a signature was made, and node:crypto verifies it', () => signAndVerify(complete)));
  if (!reach.live) return [...checks, notAsked('Amazon')];
  return [...checks, ...(await checkHost(`${host}/`, reach)), await askAmazon(complete, `${host}${path}`, reach)];
}

function checkKeyId({ publicKeyId, environment }: AmazonPaySettings): Check {
  const name = 'public key id';
  if (!publicKeyId)
    return {
      status: 'fail',
      name,
      message: 'AMAZON_PAY_PUBLIC_KEY_ID is not set',
      todo: 'Seller Central shows it beside the key: Integration Central, API keys.',
    };
  try {
    checkPublicKeyId(publicKeyId);
  } catch {
    return { status: 'fail', name, message: 'it has blanks or commas in it, or is far too long', todo: 'Copy the id and not the key.' };
  }
  const [doubt] = doubtsAboutKeyId(publicKeyId);
  if (doubt) return { status: 'warn', name, message: doubt.message };
  const hasPrefix = /^(live|sandbox)/i.test(publicKeyId);
  if (!hasPrefix && !environment) {
    return {
      status: 'warn',
      name,
      message: `${publicKeyId}: says no environment, so that live is taken`,
      todo: 'Set AMAZON_PAY_ENVIRONMENT to live or sandbox.',
    };
  }
  return { status: 'ok', name, message: publicKeyId };
}

async function checkKey(privateKey: string | undefined): Promise<Check> {
  const name = 'private key';
  if (!privateKey) {
    return {
      status: 'fail',
      name,
      message: 'AMAZON_PAY_PRIVATE_KEY is not set',
      todo: 'It holds the content of the .pem file; or pass --private-key-file FILE.',
    };
  }
  let bits = 0;
  const check = await attempt(name, '', async () => {
    // For its words: it says what is wrong, and of what size a key must be.
    await importPrivateKey(privateKey);
    bits = keyOf(privateKey).asymmetricKeyDetails?.modulusLength ?? 0;
  });
  return check.status === 'ok' ? { ...check, message: `RSA, ${bits} bits${formOf(privateKey)}` } : check;
}

/** What form the key is in, where that is worth a word. */
function formOf(privateKey: string): string {
  const forms = [
    ...(privateKey.includes('RSA PRIVATE KEY') ? ['PKCS#1'] : []),
    ...(/\\n/.test(privateKey) ? ['line breaks written as \\n'] : []),
    ...(privateKey.includes('-----BEGIN') ? [] : ['base64']),
  ];
  return forms.length > 0 ? ` (${forms.join(', ')}; waybill takes it so, other programs may not)` : '';
}

async function checkRegion(region: AmazonPayRegionName | undefined): Promise<Check> {
  const name = 'region';
  if (!region)
    return {
      status: 'fail',
      name,
      message: 'AMAZON_PAY_REGION is not set',
      todo: 'Set it to na, eu or jp: where the account of the seller is.',
    };
  return attempt(name, region, () => resolveRegion(region));
}

function notAmazon(address: string): Check {
  return { status: 'warn', name: 'address', message: `${address} is not Amazon's`, todo: 'Right for an emulator or a gateway.' };
}

function keyOf(privateKey: string): ReturnType<typeof createPrivateKey> {
  return createPrivateKey({ key: Buffer.from(readPrivateKey(privateKey)), format: 'der', type: 'pkcs8' });
}

type Complete = AmazonPaySettings & { readonly publicKeyId: string; readonly privateKey: string; readonly region: AmazonPayRegionName };

async function signAndVerify(settings: Complete): Promise<void> {
  const signer = new AmazonPaySigner(settings);
  const { headers, stringToSign } = await signer.signHeaders({ method: 'GET', url: 'https://pay-api.amazon.com/' });
  const signature = Buffer.from(headers['authorization']?.split('Signature=')[1] ?? '', 'base64');
  const key = { key: createPublicKey(keyOf(settings.privateKey)), padding: constants.RSA_PKCS1_PSS_PADDING };
  if (!verify('sha256', Buffer.from(stringToSign), key, signature)) throw new Error('the signature does not verify');
}

/** A call that can create nothing, for there is no parcel in it. That Amazon checks the signature first is inferred. */
async function askAmazon(settings: Complete, url: string, { signal }: Reach): Promise<Check> {
  const name = 'Amazon';
  const request = { method: 'POST', url, body: '{}' } as const;
  const signed = await new AmazonPaySigner(settings).signHeaders(request);
  let response: Response;
  let text: string;
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]);
    response = await fetch(url, { ...request, headers: signed.headers, redirect: 'manual', signal: limit });
    text = await readText(response);
  } catch {
    signal.throwIfAborted();
    return { status: 'fail', name, message: 'no answer to a signed call' };
  }
  const { status, headers } = response;
  const requestId = headers.get('x-amz-pay-request-id') ?? undefined;
  // No tracking number to hide: this one is in no text.
  const error = toApiError({ response: { status, headers, text, attempts: 1 }, requestId, signed, trackingNumber: '\0' });
  const { reasonCode } = error;
  if (status === 400 && reasonCode !== undefined && !/Header|Signature|Authorization|Authentication/.test(reasonCode)) {
    return { status: 'ok', name, message: `accepts the key: of a call without a parcel it refuses the parcel (${reasonCode})` };
  }
  if (status === 429) return { status: 'warn', name, message: 'the quota is used up', todo: 'Ask again in some seconds.' };
  const { message, hint } = describeFailure(error);
  return { status: 'fail', name, message, todo: hint };
}
