/** A signed delivery tracker request: ours against the official Node SDK's `getSignedHeaders`, which sign the same for the same key. */
import { constants, createHash, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import amazonPaySdk from '@amazonpay/amazon-pay-api-sdk-nodejs';
import { AmazonPaySigner, DeliveryTrackerClient } from 'waybill/amazonpay';
import { compare, printRates, printTarget } from './measure.mjs';

const IN_FLIGHT = 50;

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
/** @type {{ publicKeyId: string, privateKey: string, region: 'na', algorithm: 'AMZN-PAY-RSASSA-PSS-V2' }} */
const options = { publicKeyId: 'SANDBOX-ABCDEFGHIJKLMNOPQRSTUVWX', privateKey, region: 'na', algorithm: 'AMZN-PAY-RSASSA-PSS-V2' };
const tracker = { chargePermissionId: 'S01-0000000-0000000', carrierCode: 'UPS', trackingNumber: '1Z999AA10123456784' };
const { trackingNumber, carrierCode, chargePermissionId } = tracker;
const payload = { chargePermissionId, deliveryDetails: [{ trackingNumber, carrierCode }] };
const url = 'https://pay-api.amazon.com/v2/deliveryTrackers';

// No Response: making one, with a stream in it, is the work of whoever brings the network.
const text = async () => JSON.stringify(payload);
const response = { status: 200, headers: new Headers(), text, arrayBuffer: async () => new TextEncoder().encode(await text()).buffer };
const client = new DeliveryTrackerClient({ ...options, rateLimiter: false, fetch: async () => response });
const signer = new AmazonPaySigner(options);
const sdk = new amazonPaySdk.WebStoreClient(options);

const prepare = () => client.prepare(tracker);
const create = () => client.create(tracker);
const signHeaders = () => signer.signHeaders({ method: 'POST', url, body: JSON.stringify(payload) });
const getSignedHeaders = () => sdk.getSignedHeaders({ method: 'POST', urlFragment: 'deliveryTrackers', payload, headers: {} });

const prepared = await prepare();
check('prepare()', Object.fromEntries(prepared.headers), await prepared.text());
check('signHeaders()', (await signHeaders()).headers, JSON.stringify(payload));
check('getSignedHeaders()', getSignedHeaders(), JSON.stringify(payload));

const many = (task) => () => Promise.all(Array.from({ length: IN_FLIGHT }, task));
const OURS = 'DeliveryTrackerClient.prepare()';
const CREATE = 'DeliveryTrackerClient.create(), without the network';
const HEADERS = 'AmazonPaySigner.signHeaders()';
const THEIRS = 'official SDK, getSignedHeaders()';

console.log('one after another');
const sequential = await compare({ [OURS]: prepare, [CREATE]: create, [HEADERS]: signHeaders, [THEIRS]: getSignedHeaders });
printRates(sequential);
console.log(`${IN_FLIGHT} in flight`);
const parallel = await compare(
  { [OURS]: many(prepare), [CREATE]: many(create), [HEADERS]: many(signHeaders), [THEIRS]: many(getSignedHeaders) },
  { perRun: IN_FLIGHT, clock: 'wall' },
);
printRates(parallel);
console.log("times the official SDK's rate, of what gives the same: prepare() also checks its input and builds a Request");
printTarget(`${HEADERS}, one after another, times the official SDK's rate`, sequential[HEADERS]?.times ?? 0, { atLeast: 2.1 });
printTarget(`${HEADERS}, ${IN_FLIGHT} in flight, times the official SDK's rate`, parallel[HEADERS]?.times ?? 0, { atLeast: 4.5 });

printTarget(`${CREATE}, one after another, times the official SDK's rate of signing`, sequential[CREATE]?.times ?? 0, { atLeast: 2.1 });
printTarget(`${CREATE}, ${IN_FLIGHT} in flight, times the official SDK's rate of signing`, parallel[CREATE]?.times ?? 0, { atLeast: 4.5 });

/** Checks a signature by node:crypto, over a canonical form that none of the two wrote. */
function check(name, headers, body) {
  const [, algorithm, signedHeaders = '', signature = ''] =
    /^(\S+) PublicKeyId=[^,]+, SignedHeaders=([^,]+), Signature=(\S+)$/.exec(headers.authorization) ?? [];
  const sha256 = (text) => createHash('sha256').update(text).digest('hex');
  const lines = signedHeaders.split(';').map((header) => `${header}:${headers[header]}`);
  const canonical = ['POST', '/v2/deliveryTrackers', '', ...lines, '', signedHeaders, sha256(body)].join('\n');
  const key = { key: createPublicKey(publicKey), padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  const valid = verify('sha256', Buffer.from(`${algorithm}\n${sha256(canonical)}`), key, Buffer.from(signature, 'base64'));
  if (!valid) throw new Error(`the signature of ${name} does not verify`);
}
