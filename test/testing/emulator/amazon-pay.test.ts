import { constants, createPublicKey, verify } from 'node:crypto';
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { AmazonEmulator, type AmazonEmulatorOptions, testKeys, type VerifySignature } from '../../../src/testing/index.ts';
import {
  body,
  headers,
  keys,
  LEGACY,
  LIVE,
  NOW,
  otherKeys,
  publicKeys,
  SANDBOX,
  type Spec,
  signedRequest,
} from '../../support/testing/signed-request.ts';

const emulate = (options: AmazonEmulatorOptions = {}) => new AmazonEmulator({ publicKeys, clock: () => NOW, ...options });

async function send(spec: Partial<Spec> = {}, emulator = emulate()) {
  const response = await emulator.fetch(signedRequest(spec));
  return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown>, emulator };
}

describe('Create Delivery Tracker is accepted', () => {
  test('with an echo and a request id', async () => {
    const { status, headers, body, emulator } = await send();
    expect({ status, body }).toEqual({
      status: 200,
      body: { chargePermissionId: 'P01-0000000-0000000', deliveryDetails: [{ trackingNumber: '1Z999AA10123456784', carrierCode: 'UPS' }] },
    });
    expect(headers.get('x-amz-pay-request-id')).toBe(emulator.deliveryTrackers[0]?.requestId);
    expect(headers.get('date')).toBe('Thu, 15 Jan 2026 10:15:30 GMT');
    expect(emulator.deliveryTrackers).toEqual([
      {
        id: expect.any(Number),
        chargePermissionId: 'P01-0000000-0000000',
        trackingNumber: '1Z999AA10123456784',
        carrierCode: 'UPS',
        environment: 'live',
        region: 'na',
        publicKeyId: LIVE,
        requestId: expect.any(String),
        createdAt: NOW,
      },
    ]);
  });

  const sandboxBody = body('JJD000390007827356').replace('P01', 'S01');
  test.each<[string, Partial<Spec>]>([
    ['salt 20', { algorithm: 'AMZN-PAY-RSASSA-PSS' }],
    ['the date as the Node SDK writes it', { headers: { 'x-amz-pay-date': '2026-01-15T10:15:30Z' } }],
    ['the region as the Java SDK writes it', { headers: { 'x-amz-pay-region': 'NA' } }],
    ['the slash at the end that the .NET SDK sends', { url: 'https://pay-api.amazon.com/v2/deliveryTrackers/' }],
    [
      'the environment in the path beside that in the key, as the Ruby SDK does',
      { url: 'https://pay-api.amazon.com/live/v2/deliveryTrackers' },
    ],
    ['further signed headers', { headers: { 'user-agent': 'amazon-pay-api-sdk-nodejs/2.3.4 (JS/20)', 'x-amz-pay-sdk-type': 'Node' } }],
    ['spaces in a header', { headers: { 'x-note': 'a b' }, sentHeaders: { 'x-note': '  a   b ' } }],
    ['a query', { url: 'https://pay-api.amazon.com/v2/deliveryTrackers?a=1&b=x%20y' }],
    ['text beyond ASCII', { body: body('Paket-Ä-荷物') }],
    ['an unknown property', { body: body('1Z', { externalOrderId: 'x' }) }],
    ['an order reference', { body: body().replace('chargePermissionId', 'amazonOrderReferenceId') }],
    ['a recurring charge permission', { body: body().replace('P01', 'B01') }],
    ['a sandbox key', { publicKeyId: SANDBOX, body: sandboxBody }],
    ['an old key, live', { publicKeyId: LEGACY, url: 'https://pay-api.amazon.com/live/v2/deliveryTrackers' }],
    ['an old key, sandbox', { publicKeyId: LEGACY, url: 'https://pay-api.amazon.com/sandbox/v2/deliveryTrackers', body: sandboxBody }],
    ['a date five minutes old', { headers: { 'x-amz-pay-date': '20260115T101030Z' } }],
    [
      "a host that is not Amazon's, without its port",
      { url: 'http://127.0.0.1:8080/v2/deliveryTrackers', headers: { 'x-amz-pay-host': '127.0.0.1' } },
    ],
    [
      "a host that is not Amazon's, with its port",
      { url: 'http://127.0.0.1:8080/v2/deliveryTrackers', headers: { 'x-amz-pay-host': '127.0.0.1:8080' } },
    ],
    [
      'another region',
      {
        url: 'https://pay-api.amazon.jp/v2/deliveryTrackers',
        headers: { 'x-amz-pay-host': 'pay-api.amazon.jp', 'x-amz-pay-region': 'jp' },
      },
    ],
  ])('with %s', async (_, spec) => {
    const { status, body } = await send(spec);
    expect(body).not.toHaveProperty('reasonCode');
    expect(status).toBe(200);
  });
});

describe('Create Delivery Tracker is refused', () => {
  const SIGNATURE = [
    403,
    'InvalidRequestSignature',
    /^Unable to verify signature, signing String \[AMZN-PAY-RSASSA-PSS(-V2)?\n[0-9a-f]{64}\], signature \[/,
  ] as const;
  const drop = (name: string) => (names: string[]) => names.filter((one) => one !== name);
  test.each<[string, Partial<Spec>, readonly [status: number, reasonCode: string, message: RegExp]]>([
    // signature
    ['another key', { privateKey: otherKeys.privateKey }, SIGNATURE],
    ['the salt of the other algorithm', { saltLength: 20 }, SIGNATURE],
    ['the salt of the other algorithm, the old name', { algorithm: 'AMZN-PAY-RSASSA-PSS', saltLength: 32 }, SIGNATURE],
    ['the longest salt, as some libraries choose', { saltLength: 222 }, SIGNATURE],
    ['the name of the other algorithm', { authorization: (value) => value.replace('-V2 ', ' ') }, SIGNATURE],
    ['a body changed after signing', { sentBody: body('1Z999AA10123456785') }, SIGNATURE],
    ['a body that gained a space', { sentBody: `${body()} ` }, SIGNATURE],
    ['a header changed after signing', { sentHeaders: { 'x-amz-pay-date': '20260115T101531Z' } }, SIGNATURE],
    ['a region not signed', { signedHeaders: drop('x-amz-pay-region') }, SIGNATURE],
    ['a host not signed', { signedHeaders: drop('x-amz-pay-host') }, SIGNATURE],
    ['a date not signed', { signedHeaders: drop('x-amz-pay-date') }, SIGNATURE],
    ['an accept not signed', { signedHeaders: drop('accept') }, SIGNATURE],
    ['a content-type not signed', { signedHeaders: drop('content-type') }, SIGNATURE],
    ['an idempotency key not signed', { unsigned: { 'x-amz-pay-idempotency-key': 'abc' } }, SIGNATURE],
    ['a signed header that is not sent', { headers: { 'x-note': 'a' }, sentHeaders: { 'x-note': undefined } }, SIGNATURE],
    ['signed headers out of order', { signedHeaders: (names) => names.reverse() }, SIGNATURE],
    ['signed headers with capitals', { authorization: (value) => value.replace('=accept', '=Accept') }, SIGNATURE],
    ['a signature that is not base64', { authorization: (value) => value.replace(/Signature=.*/, 'Signature=A') }, SIGNATURE],
    ['a signature cut short', { authorization: (value) => value.replace(/.{8}==$/, '') }, SIGNATURE],
    ['another path than the one signed', { sentUrl: 'https://pay-api.amazon.com/live/v2/deliveryTrackers' }, SIGNATURE],
    ['a query that was not signed', { sentUrl: 'https://pay-api.amazon.com/v2/deliveryTrackers?a=1' }, SIGNATURE],
    // authorization
    ['no Authorization', { sentHeaders: { authorization: undefined } }, [400, 'MissingHeader', /authorization/]],
    ['an empty Authorization', { sentHeaders: { authorization: '' } }, [400, 'MissingHeaderValue', /authorization/]],
    [
      'an algorithm that does not exist',
      { authorization: (value) => value.replace('-V2', '-V3') },
      [403, 'InvalidAuthentication', /format/],
    ],
    ['commas without spaces', { authorization: (value) => value.replaceAll(', ', ',') }, [403, 'InvalidAuthentication', /format/]],
    ['a bearer token', { sentHeaders: { authorization: 'Bearer abc' } }, [403, 'InvalidAuthentication', /format/]],
    ['a key id that is not registered', { publicKeyId: 'LIVE-XXXXXXXXXXXXXXXXXXXXXXXX' }, [403, 'InvalidAuthentication', /missing key/]],
    [
      'a key id named like a property of every object',
      { publicKeyId: 'constructor', url: 'https://pay-api.amazon.com/live/v2/deliveryTrackers' },
      [403, 'InvalidAuthentication', /missing key/],
    ],
    // environment
    ['an old key without an environment', { publicKeyId: LEGACY }, [404, 'ResourceNotFound', /\/live or \/sandbox/]],
    [
      'a live key on the sandbox path',
      { url: 'https://pay-api.amazon.com/sandbox/v2/deliveryTrackers' },
      [404, 'ResourceNotFound', /live/],
    ],
    // headers
    ['no date', { sentHeaders: { 'x-amz-pay-date': undefined } }, [400, 'MissingHeader', /x-amz-pay-date/]],
    [
      'a date in the future',
      { headers: { 'x-amz-pay-date': '20260115T101630Z' } },
      [400, 'InvalidHeaderValue', /^The value 20260115T101630Z provided for x-amz-pay-date should not be in future$/],
    ],
    ['a date a day old', { headers: { 'x-amz-pay-date': '20260114T101530Z' } }, [400, 'InvalidHeaderValue', /too old/]],
    ['a date in words', { headers: { 'x-amz-pay-date': 'Thu, 15 Jan 2026 10:15:30 GMT' } }, [400, 'InvalidHeaderValue', /x-amz-pay-date/]],
    [
      'a date of the thirteenth month',
      { headers: { 'x-amz-pay-date': '20261315T101530Z' } },
      [400, 'InvalidHeaderValue', /x-amz-pay-date/],
    ],
    [
      'a date with an offset',
      { headers: { 'x-amz-pay-date': '2026-01-15T10:15:30+00:00' } },
      [400, 'InvalidHeaderValue', /x-amz-pay-date/],
    ],
    ['the host of another region', { headers: { 'x-amz-pay-host': 'pay-api.amazon.eu' } }, [400, 'InvalidHeaderValue', /x-amz-pay-host/]],
    [
      'a host with its scheme',
      { headers: { 'x-amz-pay-host': 'https://pay-api.amazon.com' } },
      [400, 'InvalidHeaderValue', /x-amz-pay-host/],
    ],
    ['the region of another host', { headers: { 'x-amz-pay-region': 'eu' } }, [400, 'InvalidHeaderValue', /x-amz-pay-region/]],
    ['a region that does not exist', { headers: { 'x-amz-pay-region': 'us' } }, [400, 'InvalidHeaderValue', /x-amz-pay-region/]],
    [
      'a region named like a property of every object',
      { headers: { 'x-amz-pay-region': 'constructor' } },
      [400, 'InvalidHeaderValue', /x-amz-pay-region/],
    ],
    ['a form', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }, [400, 'InvalidHeaderValue', /content-type/]],
    ['a request for HTML', { headers: { accept: 'text/html' } }, [400, 'InvalidHeaderValue', /accept/]],
    [
      'an idempotency key of 36 characters',
      { headers: { 'x-amz-pay-idempotency-key': 'b1946ac9-2bb4-4d8c-9f63-6e2a4e6c7a11' } },
      [400, 'InvalidHeaderValue', /idempotency/],
    ],
    ['an idempotency key with a dot', { headers: { 'x-amz-pay-idempotency-key': 'order.7' } }, [400, 'InvalidHeaderValue', /idempotency/]],
    // method
    ['GET', { method: 'GET', body: '' }, [405, 'UnsupportedOperation', /supported/]],
    // body
    ['no body', { body: '' }, [400, 'InvalidInputFormat', /format/]],
    ['a truncated body', { body: body().slice(0, -5) }, [400, 'InvalidInputFormat', /format/]],
    ['an array', { body: '[]' }, [400, 'InvalidInputFormat', /format/]],
    ['null', { body: 'null' }, [400, 'InvalidInputFormat', /format/]],
    [
      'an object in place of the array',
      { body: JSON.stringify({ chargePermissionId: 'P01-0000000-0000000', deliveryDetails: { trackingNumber: '1', carrierCode: 'UPS' } }) },
      [400, 'InvalidInputFormat', /format/],
    ],
    [
      'two parcels',
      {
        body: body('1', {
          deliveryDetails: [
            { trackingNumber: '1', carrierCode: 'UPS' },
            { trackingNumber: '2', carrierCode: 'UPS' },
          ],
        }),
      },
      [400, 'InvalidInputFormat', /format/],
    ],
    [
      'no parcel',
      { body: body('1', { deliveryDetails: [] }) },
      [400, 'InvalidParameterValue', /^The\[deliveryDetails\] parameter is required\.$/],
    ],
    [
      'the parcel flat in the body',
      { body: JSON.stringify({ chargePermissionId: 'P01-0000000-0000000', trackingNumber: '1', carrierCode: 'UPS' }) },
      [400, 'InvalidParameterValue', /^The\[deliveryDetails\]/],
    ],
    [
      'no id',
      { body: JSON.stringify({ deliveryDetails: [{ trackingNumber: '1', carrierCode: 'UPS' }] }) },
      [400, 'InvalidParameterValue', /^The\[chargePermissionId\]/],
    ],
    ['both ids', { body: body('1', { amazonOrderReferenceId: 'P01-0000000-0000000' }) }, [400, 'InvalidParameterCombination', /either/]],
    [
      'a charge id',
      { body: body().replace('P01-0000000-0000000', 'P01-0000000-0000000-C000001') },
      [400, 'InvalidParameterValue', /^The chargePermissionId that you submitted in this request is invalid\.$/],
    ],
    ['a sandbox id with a live key', { body: body().replace('P01', 'S01') }, [400, 'InvalidParameterValue', /chargePermissionId that you/]],
    ['a live id with a sandbox key', { publicKeyId: SANDBOX }, [400, 'InvalidParameterValue', /chargePermissionId that you/]],
    ['no tracking number', { body: body('') }, [400, 'InvalidParameterValue', /^The\[trackingNumber\]/]],
    ['a tracking number of spaces', { body: body('  ') }, [400, 'InvalidParameterValue', /trackingNumber or carrierCode/]],
    ['no carrier', { body: body().replace('"UPS"', 'null') }, [400, 'InvalidParameterValue', /^The\[carrierCode\]/]],
    [
      "a carrier's name",
      { body: body().replace('"UPS"', '"United Parcel Service"') },
      [400, 'InvalidParameterValue', /trackingNumber or carrierCode/],
    ],
    [
      'a carrier in small letters',
      { body: body().replace('"UPS"', '"ups"') },
      [400, 'InvalidParameterValue', /trackingNumber or carrierCode/],
    ],
    ['a number as a carrier', { body: body().replace('"UPS"', '7') }, [400, 'InvalidParameterValue', /trackingNumber or carrierCode/]],
  ])('for %s', async (_, spec, [status, reasonCode, message]) => {
    const response = await send(spec);
    expect(response).toMatchObject({ status, body: { reasonCode, message: expect.stringMatching(message) } });
    expect(response.emulator.deliveryTrackers).toEqual([]);
    expect(response.headers.get('x-amz-pay-request-id')).toMatch(/./);
    const [record] = response.emulator.requests;
    expect(record).toMatchObject({ status, code: reasonCode });
    // The check that failed is the last one.
    expect(record?.checks.findIndex((check) => !check.ok)).toBe((record?.checks.length ?? 0) - 1);
  });

  test('for a carrier that is not in the list of the options', async () => {
    expect(await send({}, emulate({ advanced: { carrierCodes: ['DHL_DE'] } }))).toMatchObject({
      status: 400,
      body: { reasonCode: 'InvalidParameterValue' },
    });
    expect(await send({}, emulate({ advanced: { carrierCodes: ['UPS'] } }))).toMatchObject({ status: 200 });
  });

  test('for a tracking number that was used, in the same environment only', async () => {
    const emulator = emulate();
    expect(await send({}, emulator)).toMatchObject({ status: 200 });
    expect(await send({}, emulator)).toMatchObject({ status: 400, body: { reasonCode: 'InvalidParameterValue' } });
    expect(await send({ publicKeyId: SANDBOX, body: body().replace('P01', 'S01') }, emulator)).toMatchObject({ status: 200 });
    expect(emulator.deliveryTrackers.map(({ environment }) => environment)).toEqual(['live', 'sandbox']);
  });
});

describe('idempotency', () => {
  const idempotent = { 'x-amz-pay-idempotency-key': '5f0c4a0b8c6e4d0b9a3f2e1d0c9b8a76' };

  test('the same key and body get the first response again, and one tracker', async () => {
    const emulator = emulate();
    const first = await send({ headers: idempotent }, emulator);
    const again = await send({ headers: { ...idempotent, 'x-amz-pay-date': '20260115T101529Z' } }, emulator);
    expect([first.status, again.status]).toEqual([200, 200]);
    expect(again.body).toEqual(first.body);
    expect(emulator.deliveryTrackers).toMatchObject([{ idempotencyKey: idempotent['x-amz-pay-idempotency-key'] }]);
  });

  test('the same key with another body is refused', async () => {
    const emulator = emulate();
    await send({ headers: idempotent }, emulator);
    const other = await send({ headers: idempotent, body: body('2') }, emulator);
    expect(other).toMatchObject({ status: 400, body: { reasonCode: 'DuplicateIdempotencyKey' } });
    expect(emulator.deliveryTrackers).toHaveLength(1);
  });

  test('of requests that arrive at once one makes the tracker', async () => {
    const emulator = emulate();
    const responses = await Promise.all([1, 2, 3].map(() => send({ headers: idempotent }, emulator)));
    expect(responses.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(emulator.deliveryTrackers).toHaveLength(1);
  });

  test('a refused request leaves its key free', async () => {
    const emulator = emulate();
    expect(await send({ headers: idempotent, body: '{}' }, emulator)).toMatchObject({ status: 400 });
    expect(await send({ headers: idempotent }, emulator)).toMatchObject({ status: 200 });
  });
});

describe('quota', () => {
  test('of live is ten calls at once, and one per second after that', async () => {
    let now = NOW.getTime();
    const emulator = emulate({ clock: () => new Date(now) });
    const statuses: number[] = [];
    for (let at = 0; at < 11; at += 1) statuses.push((await send({ body: body(`N${at}`) }, emulator)).status);
    expect(statuses).toEqual([...new Array(10).fill(200), 429]);
    expect((await send({}, emulator)).body).toMatchObject({ reasonCode: 'TooManyRequests' });
    now += 1_000;
    expect([(await send({ body: body('later') }, emulator)).status, (await send({ body: body('too soon') }, emulator)).status]).toEqual([
      200, 429,
    ]);
  });

  test('of sandbox is one call, counted separately', async () => {
    const emulator = emulate();
    const sandbox = { publicKeyId: SANDBOX, body: body('1').replace('P01', 'S01') };
    expect((await send(sandbox, emulator)).status).toBe(200);
    expect((await send(sandbox, emulator)).status).toBe(429);
    expect((await send({}, emulator)).status).toBe(200);
  });

  test('can be set, and switched off', async () => {
    const off = emulate({ quota: false });
    for (let at = 0; at < 30; at += 1) expect((await send({ body: body(`N${at}`) }, off)).status).toBe(200);
    const tight = emulate({ quota: { live: { burst: 1, perSecond: 1 } } });
    expect([(await send({}, tight)).status, (await send({}, tight)).status]).toEqual([200, 429]);
  });

  test('a forged request does not use it up', async () => {
    const emulator = emulate({ quota: { live: { burst: 1, perSecond: 1 } } });
    expect((await send({ privateKey: otherKeys.privateKey }, emulator)).status).toBe(403);
    expect((await send({}, emulator)).status).toBe(200);
  });
});

describe('keys', () => {
  test('may be CryptoKeys', async () => {
    const der = createPublicKey(keys.publicKey).export({ type: 'spki', format: 'der' });
    const key = await crypto.subtle.importKey('spki', new Uint8Array(der), { name: 'RSA-PSS', hash: 'SHA-256' }, false, ['verify']);
    expect(await send({}, emulate({ publicKeys: { [LIVE]: key } }))).toMatchObject({ status: 200 });
  });

  test('can be used by another function, which gets what node:crypto needs', async () => {
    const verifySignature: VerifySignature = ({ publicKey, data, signature, saltLength }) =>
      verify('sha256', data, { key: publicKey as string, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }, signature);
    expect(await send({}, emulate({ advanced: { verifySignature } }))).toMatchObject({ status: 200 });
    expect(await send({ algorithm: 'AMZN-PAY-RSASSA-PSS' }, emulate({ advanced: { verifySignature } }))).toMatchObject({ status: 200 });
    expect(await send({ saltLength: 20 }, emulate({ advanced: { verifySignature } }))).toMatchObject({ status: 403 });
    expect(await send({ privateKey: otherKeys.privateKey }, emulate({ advanced: { verifySignature } }))).toMatchObject({ status: 403 });
  });

  test('that are not an RSA key are a configuration error', async () => {
    const broken = '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----';
    await expect(send({}, emulate({ publicKeys: { [LIVE]: broken } }))).rejects.toMatchObject({
      code: 'CONFIGURATION',
      surface: 'testing',
    });
  });

  test('of testKeys() sign for node:crypto', async () => {
    const { publicKeyId, privateKey, publicKey } = await testKeys({ environment: 'live' });
    expect(publicKeyId).toMatch(/^LIVE-A[A-Z]{23}$/);
    expect((await testKeys()).publicKeyId).toMatch(/^SANDBOX-/);
    expect(await send({ publicKeyId, privateKey }, emulate({ publicKeys: { [publicKeyId]: publicKey } }))).toMatchObject({ status: 200 });
  });
});

describe("the official Node SDK's signatures", () => {
  const require = createRequire(import.meta.url);
  const { WebStoreClient } = require('@amazonpay/amazon-pay-api-sdk-nodejs') as {
    WebStoreClient: new (config: object) => { getSignedHeaders(options: object): Record<string, string> };
  };
  const payload = {
    chargePermissionId: 'S02-0000000-0000000',
    deliveryDetails: [{ trackingNumber: 'Paket-Ä-荷物', carrierCode: 'DHL_DE' }],
  };

  test.each([
    ['the default algorithm', { publicKeyId: SANDBOX }, '/v2/deliveryTrackers', {}],
    ['V2', { publicKeyId: SANDBOX, algorithm: 'AMZN-PAY-RSASSA-PSS-V2' }, '/v2/deliveryTrackers', {}],
    ['an idempotency key', { publicKeyId: SANDBOX }, '/v2/deliveryTrackers', { 'x-amz-pay-idempotency-key': 'abc123' }],
    ['an old key', { publicKeyId: LEGACY, sandbox: true }, '/sandbox/v2/deliveryTrackers', {}],
  ])('with %s are accepted', async (_, config, path, extra) => {
    const client = new WebStoreClient({ privateKey: keys.privateKey, region: 'eu', ...config });
    const signed = client.getSignedHeaders({ method: 'POST', urlFragment: 'deliveryTrackers', payload, headers: { ...extra } });
    const emulator = new AmazonEmulator({ publicKeys });
    const response = await emulator.fetch(`https://pay-api.amazon.eu${path}`, {
      method: 'POST',
      headers: signed,
      body: JSON.stringify(payload),
    });
    expect(await response.json()).toEqual(payload);
    expect(response.status).toBe(200);
  });

  test('are refused for another body', async () => {
    const client = new WebStoreClient({ privateKey: keys.privateKey, region: 'eu', publicKeyId: SANDBOX });
    const signed = client.getSignedHeaders({ method: 'POST', urlFragment: 'deliveryTrackers', payload, headers: {} });
    const emulator = new AmazonEmulator({ publicKeys });
    const response = await emulator.fetch('https://pay-api.amazon.eu/v2/deliveryTrackers', { method: 'POST', headers: signed, body: '{}' });
    expect(response.status).toBe(403);
  });
});

test('every header that the signature needs is required', async () => {
  for (const name of Object.keys(headers)) {
    expect(await send({ sentHeaders: { [name]: undefined } }), name).toMatchObject({
      status: 400,
      body: { reasonCode: 'MissingHeader', message: expect.stringContaining(name) },
    });
  }
});
