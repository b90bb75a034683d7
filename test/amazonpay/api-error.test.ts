import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type ApiError, DeliveryTrackerClient, type WaybillError } from '../../src/amazonpay/index.ts';
import { everythingShownOf, waybillErrorOf } from '../support/errors.ts';
import { type Answer, expectedStringToSign, json, servePay } from '../support/pay-server.ts';
import { pkcs8 } from '../support/rsa.ts';

const input = { chargePermissionId: 'P01-1234567-1234567', carrierCode: 'UPS', trackingNumber: '1Z999AA10123456784' } as const;

async function failureFor(answer: Answer, trackingNumber: string = input.trackingNumber): Promise<WaybillError> {
  const { url } = await servePay(answer);
  const publicKeyId = 'LIVE-AGC4SIRXYYTSA667HVXKNEIA';
  const hooks = { onWarning: () => undefined };
  const client = new DeliveryTrackerClient({ publicKeyId, privateKey: pkcs8, region: 'na', baseUrl: url, maxRetries: 0, hooks });
  return waybillErrorOf(() => client.create({ ...input, trackingNumber }));
}

async function errorFor(answer: Answer, trackingNumber?: string): Promise<ApiError> {
  const error = await failureFor(answer, trackingNumber);
  if (error.code !== 'API') throw error;
  return error as ApiError;
}

test.each(['2', 'a.b(c7', 'Ä 7', '$&7', '1Z999AA10123456784'])(
  'the tracking number %j is redacted as a word, and nothing else is',
  async (number) => {
    const hash = 'a2'.repeat(32);
    const message = `"${number}" (${number}) was used: [AMZN-PAY-RSASSA-PSS-V2\n${hash}]`;
    const error = await errorFor(json(400, { reasonCode: 'InvalidParameterValue', message, echo: { number } }), number);
    expect(error.message).toContain('"[redacted]" ([redacted]) was used');
    expect(error.message).toContain(hash);
    expect(error.message).toContain('PSS-V2');
    expect(error.data).toMatchObject({ echo: { number: '[redacted]' } });
  },
);

test('a reason code or request id that repeats the tracking number is not shown', async () => {
  const number = '1Z999AA10123456784';
  const error = await errorFor(json(400, { reasonCode: number, message: 'm' }, { 'x-amz-pay-request-id': `id-${number}` }), number);
  expect(error).not.toHaveProperty('reasonCode');
  expect(error).not.toHaveProperty('requestId');
  expect(everythingShownOf(error)).not.toContain(number);
});

describe("Amazon's documented faults", () => {
  test.each([
    [400, 'InvalidInputFormat', 'The input provided is not in the required format', 'stray characters'],
    [400, 'InvalidParameterValue', 'The[trackingNumber] parameter is required.', 'the parameter that the message names'],
    [400, 'InvalidParameterValue', 'The[chargePermissionId] parameter is required.', 'the parameter that the message names'],
    [
      400,
      'InvalidParameterValue',
      'The amazonOrderReferenceId that you submitted in this request is invalid.',
      'Check that the order belongs',
    ],
    [400, 'InvalidParameterValue', 'The chargePermissionId that you submitted in this request is invalid.', 'Check that the order belongs'],
    [400, 'InvalidParameterValue', 'The trackingNumber or carrierCode that you submitted in this request is invalid.', 'used only once'],
    [400, 'InvalidParameterValue', 'Something that is not on the page', 'the parameter that the message names'],
    [400, 'InvalidHeaderValue', 'The value for x-amz-pay-host is invalid', 'report it'],
    [400, 'MissingHeader', 'm', 'report it'],
    [400, 'DuplicateIdempotencyKey', 'm', 'idempotencyKey'],
    [401, 'UnauthorizedAccess', 'The specified seller account is not authorized to execute this request.', 'Seller Central'],
    [403, undefined, undefined, 'Seller Central'],
    [403, 'InvalidAuthentication', 'm', 'Seller Central'],
    [403, 'InvalidAccountStatus', 'm', 'Seller Central'],
    [403, 'InvalidAuthentication', 'missing key', 'not registered'],
    [403, 'InvalidAuthorizationToken', 'm', 'do not accept an authorization token'],
    [404, 'ResourceNotFound', 'm', '"region"'],
    [405, 'UnsupportedOperation', 'm', undefined],
    [408, 'RequestTimeout', 'm', 'call again later'],
    [426, 'TLSVersionNotSupported', 'm', 'TLS 1.2'],
    [429, 'TooManyRequests', 'm', 'quota'],
    [500, 'InternalServerError', 'There was an unknown error in the service.', 'call again later'],
    [503, 'ServiceUnavailable', 'm', 'call again later'],
    [418, 'SomethingNew', 'm', undefined],
  ])('%i %s, "%s"', async (status, reasonCode, message, hint) => {
    const error = await errorFor(json(status, { reasonCode, message }));
    expect(error).toMatchObject({
      code: 'API',
      surface: 'amazonpay',
      status,
      requestId: 'req-1',
      attempts: 1,
      retryable: [408, 429, 500, 503].includes(status),
    });
    expect(error.reasonCode).toBe(reasonCode);
    expect(error.message).toBe(`Amazon Pay responded with ${status}${reasonCode ? ` ${reasonCode}` : ''}${message ? `: ${message}` : ''}`);
    expect(error.hint ?? '').toContain(hint ?? '');
    if (hint === undefined) expect(error.hint).toBeUndefined();
    expect(error.data).toEqual(JSON.parse(JSON.stringify({ reasonCode, message })));
  });

  test('Retry-After is given in milliseconds', async () => {
    expect(await errorFor(json(429, { reasonCode: 'TooManyRequests', message: 'm' }, { 'retry-after': '7' }))).toMatchObject({
      retryAfter: 7_000,
    });
  });
});

describe('InvalidRequestSignature', () => {
  const refuse =
    (printed: (expected: string, signature: string) => string): Answer =>
    (response, received) => {
      const signature = received.headers.authorization?.split('Signature=')[1] ?? '';
      json(403, { reasonCode: 'InvalidRequestSignature', message: printed(expectedStringToSign(received), signature) })(response, received);
    };
  const print = (text: string, signature = 'x'): string => `Unable to verify signature, signing String [${text}], signature [${signature}]`;
  const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

  test.each<[string, (expected: string, signature: string) => string, string]>([
    ['the same text: the key', (expected, signature) => print(expected, signature), '"privateKey" does not belong to "publicKeyId"'],
    ['the same text, escaped', (expected) => print(expected.replace('\n', '\\n')), '"privateKey" does not belong to "publicKeyId"'],
    [
      'another hash: the request',
      () => print(`AMZN-PAY-RSASSA-PSS-V2\n${hashOf('another')}`),
      'changes the body, the path or a signed header',
    ],
    ['another algorithm', (expected) => print(expected.replace('-V2', '')), 'changes headers'],
    ['an unknown key', () => 'Unable to verify signature: missing key', 'not registered in Seller Central'],
    ['nothing to compare', () => 'Unable to verify signature', '"privateKey" belongs to "publicKeyId"'],
  ])('%s', async (_, printed, hint) => {
    const error = await errorFor(refuse(printed));
    expect(error).toMatchObject({ status: 403, reasonCode: 'InvalidRequestSignature', hint: expect.stringContaining(hint) });
    expect(error.message).not.toMatch(/[A-Za-z0-9+/]{80}/);
    expect(JSON.stringify(error.data)).not.toMatch(/[A-Za-z0-9+/]{80}/);
  });

  test('a body that was lost on the way', async () => {
    const error = await errorFor((response, received) => {
      const emptied = expectedStringToSign({ ...received, body: Buffer.alloc(0) });
      json(403, { reasonCode: 'InvalidRequestSignature', message: print(emptied) })(response, received);
    });
    expect(error.hint).toContain('The body did not arrive');
  });
});

describe('a response that is not Amazon Pay’s', () => {
  const raw =
    (status: number, body: string | Buffer, headers: Record<string, string> = {}): Answer =>
    (response) =>
      response.writeHead(status, headers).end(body);

  test.each<[string, number, string | Buffer]>([
    ['nothing', 404, ''],
    ['HTML', 502, '<html><body>Bad Gateway</body></html>'],
    ['JSON that is cut off', 400, '{"reasonCode":"InvalidPara'],
    ['JSON that is not an object', 400, '"InvalidParameterValue"'],
    ['null', 400, 'null'],
    ['an array', 400, '[]'],
    ['a reason code that is not a code', 400, '{"reasonCode":"<script>","message":7}'],
    ['a reason code by a name of Object.prototype', 400, '{"reasonCode":"constructor","message":"m"}'],
    ['keys of Object.prototype', 400, '{"__proto__":{"reasonCode":"Forged"},"message":"m"}'],
    ['bytes that are not UTF-8', 400, Buffer.from([0xff, 0xfe, 0x00, 0x80])],
    ['10 MB', 500, 'x'.repeat(10_000_000)],
    ['JSON of endless depth', 400, `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
  ])('%s is an ApiError with the status', async (_, status, body) => {
    const error = await errorFor(raw(status, body));
    expect(error).toMatchObject({ code: 'API', status, attempts: 1 });
    expect(error.reasonCode === undefined || error.reasonCode === 'constructor').toBe(true);
    expect(error.message.length).toBeLessThan(3_000);
  });

  test('an unknown response gets a hint at what is in between', async () => {
    expect(await errorFor(raw(400, '<html>'))).toMatchObject({ hint: expect.stringContaining('proxy') });
  });

  test.each<[string, number, string, string, Record<string, string>?]>([
    ['nothing', 200, '', 'expected a delivery tracker in JSON, got 200 with an empty body'],
    ['HTML', 200, '<html>', 'got 200 with 6 characters of text/html', { 'content-type': 'text/html; charset=utf-8' }],
    ['JSON that is cut off', 200, '{"deliveryDetails":[{"tracking', 'got 200 with 30 characters of an unknown type'],
    ['no details', 200, '{}', 'deliveryDetails: expected array, got nothing, in a response 200 with 2 characters'],
    ['details that are null', 200, '{"deliveryDetails":[null]}', 'deliveryDetails.0: expected object, got null'],
    [
      'details without a number',
      200,
      '{"deliveryDetails":[{"carrierCode":"UPS"}]}',
      'deliveryDetails.0.trackingNumber: expected string, got nothing',
    ],
    [
      'an id that is a number',
      200,
      '{"chargePermissionId":7,"deliveryDetails":[{"carrierCode":"UPS","trackingNumber":"1"}]}',
      'chargePermissionId: expected string, got number',
    ],
    ['null', 201, 'null', 'expected object, got null, in a response 201 with 4 characters'],
    ['no content', 204, '', 'got 204 with an empty body'],
  ])('a success with %s says what is wrong with it, and that the number may be used up', async (_, status, body, message, headers) => {
    const error = await failureFor(raw(status, body, { 'x-amz-pay-request-id': 'req-7', ...headers }));
    expect(error).toMatchObject({
      code: 'VALIDATION',
      direction: 'response',
      surface: 'amazonpay',
      requestId: 'req-7',
      attempts: 1,
      retryable: false,
      hint: expect.stringContaining('used up'),
    });
    expect(error.message).toContain(message);
    expect(everythingShownOf(error)).not.toContain('<html>');
  });
});
