/** Every public function of the receiving half and every parser, each with what it is given and what must hold. */
import fc from 'fast-check';
import { toLambdaHandler } from '../../src/adapters/lambda.ts';
import { toNodeHandler } from '../../src/adapters/node.ts';
import * as amazonpay from '../../src/amazonpay/index.ts';
import * as buywithprime from '../../src/buywithprime/index.ts';
import { readSignature } from '../../src/buywithprime/webhook/keys.ts';
import { parsePayDate, parseRequest } from '../../src/cli/sign/captured-request.ts';
import { decodeBase64 } from '../../src/core/bytes.ts';
import { unwrap } from '../../src/core/receive/envelopes.ts';
import type { FetchInit } from '../../src/core/types.ts';
import * as ndr from '../../src/shipping-ndr/index.ts';
import { authenticatedRequest, signedWebhook, testKeys, WebhookSigningKeys } from '../../src/testing/index.ts';
import { claim, resultOf } from './expectations.ts';
import { brokenJson, bytes, damagedArrival, headers, input, type RequestParts, request, SECRET, text, value } from './inputs.ts';

/** What is fuzzed. */
export interface Target {
  /** Also the name of its file in the corpus. */
  readonly name: string;
  readonly input: fc.Arbitrary<unknown>;
  /** Throws if something does not hold. */
  readonly check: (input: unknown) => Promise<void>;
}

function target<Input>(name: string, arbitrary: fc.Arbitrary<Input>, check: (input: Input) => unknown): Target {
  return { name, input: arbitrary, check: async (given) => void (await check(given as Input)) };
}

const key = 'abcdef12345';
const auth = { type: 'apiKey', key } as const;
const FINAL = [200, 400, 401, 405, 413, 415, 503];
const parser = new buywithprime.BuyWithPrimeEventParser();
const signingKeys = new WebhookSigningKeys();
const quiet = { onError: () => undefined, onInvalid: () => undefined, onUnhandled: () => undefined };
const verifier = new ndr.NdrWebhookVerifier({ auth: ndr.apiKey({ keys: key }) });
const shipping = verifier.handler(() => undefined, { onError: quiet.onError });
const prime = new buywithprime.BuyWithPrimeWebhookVerifier({ keys: signingKeys.jwks });
const primeHandler = prime.handler(() => undefined, { onError: quiet.onError });
const tokens = new ndr.NdrTokenEndpoint({
  clients: { id: 'amazon', secrets: 'right-secret' },
  keys: new Uint8Array(32),
  issuer: 'https://shop.example/token',
  audience: 'https://shop.example/ndr',
});
const tokenHandler = tokens.handler({ onError: quiet.onError });
const mechanisms = {
  apiKey: ndr.apiKey({ keys: key }),
  queryParameter: ndr.queryParameter({ name: 'key', values: key }),
  basicAuth: ndr.basicAuth({ users: { username: 'amazon', password: 'right-password' } }),
  bearerJwt: tokens.auth(),
  bearerToken: ndr.bearerToken(() => false),
};
const payKeys = testKeys();

function toRequest({ method, path, headers: names, body }: RequestParts): Request {
  const hasBody = method !== 'GET' && method !== 'HEAD';
  return new Request(`https://shop.example${path}`, { method, headers: names, ...(hasBody && { body: body as Uint8Array<ArrayBuffer> }) });
}

async function respondsSafely(handler: (request: Request) => Response | Promise<Response>, sent: Request): Promise<Response> {
  const result = await resultOf(() => handler(sent));
  claim(result !== undefined, 'a webhook rejected in place of responding');
  const response = result.value;
  claim(FINAL.includes(response.status), `responded with ${response.status}`);
  claim(!(await response.clone().text()).includes(SECRET), 'the response repeats its input');
  return response;
}

/** Whether a status loses no event: 400 is final, so it is for what is certainly not one. */
function isSafe(status: number, body: unknown): boolean {
  return status === 200 || status === 503 || (status === 400 && !looksLikeEvent(body));
}

function looksLikeEvent(body: unknown): boolean {
  if (Array.isArray(body)) return body.some(looksLikeEvent);
  if (typeof body !== 'string') return typeof body === 'object' && body !== null && ('detail-type' in body || 'eventDescriptor' in body);
  try {
    return looksLikeEvent(JSON.parse(body));
  } catch {
    // It may be an event that was cut off.
    return /"(detail-type|eventDescriptor)"/.test(body);
  }
}

/** Responses of Amazon's servers, and of what stands before them. */
const reply = fc.record({
  status: fc.constantFrom(200, 201, 204, 301, 400, 401, 403, 404, 429, 500, 503),
  headers: fc.constantFrom<Record<string, string>>(
    {},
    { 'content-type': 'application/json' },
    { 'retry-after': '1e9' },
    { 'retry-after': SECRET },
  ),
  body: fc.oneof(
    fc.json(),
    brokenJson,
    text,
    value.map((given) => JSON.stringify(given, (_, item) => (typeof item === 'bigint' ? String(item) : item)) ?? ''),
  ),
});

/** A fetch that issues a token, and then gives the reply. */
function replying({ status, headers: names, body }: { status: number; headers: Record<string, string>; body: string }) {
  return async (url: string, _: FetchInit): Promise<Response> =>
    /token$/.test(new URL(url).pathname)
      ? Response.json({ access_token: 'a-token', token_type: 'bearer', expires_in: 3600 })
      : new Response(status === 204 ? null : body, { status, headers: names });
}

const client = { maxRetries: 0, rateLimiter: false, hooks: { onWarning: () => undefined } } as const;
const credentials = { clientId: 'id', clientSecret: 'client-secret', refreshToken: 'Atzr|token' };

export const targets: readonly Target[] = [
  target('buywithprime-parser', input, async (given) => {
    const result = parser.safeParse(given);
    const parsed = await resultOf(() => parser.parse(given));
    claim(result.success === (parsed !== undefined), 'parse() and safeParse() differ');
    if (!result.success) claim(!JSON.stringify(result.error).includes(SECRET), 'the error repeats its input');
    const all = await resultOf(() => parser.parseAll(given));
    claim(all !== undefined, 'parseAll() threw');
    if (result.success)
      claim(all.value.length === 1 && all.value[0]?.success === true, 'parseAll() does not find the event that parse() finds');
  }),
  target('buywithprime-is-outdated', fc.tuple(value, value), ([one, other]) =>
    resultOf(() => buywithprime.isOutdated(one as never, other as never)),
  ),
  target('resource-path', text, async (given) => {
    const parsed = await resultOf(() => buywithprime.parseResourcePath(given));
    if (parsed) claim(buywithprime.formatResourcePath(parsed.value) === given, 'formatResourcePath() is not the inverse');
  }),
  target('resource-path-of-anything', value, async (given) => {
    await resultOf(() => buywithprime.parseResourcePath(given as never));
    const formatted = await resultOf(() => buywithprime.formatResourcePath(given as never));
    if (formatted) await resultOf(() => buywithprime.parseResourcePath(formatted.value));
  }),
  target('event-pattern', value, (given) => resultOf(() => buywithprime.eventPattern(given as never))),
  target('envelopes', input, (given) => resultOf(() => [...unwrap('core', given)].length)),
  target('shipping-parser', input, async (given) => {
    const parsed = await resultOf(() => ndr.parseShippingEvent(given));
    if (parsed?.value.kind === 'ndr') claim(parsed.value.detail.trackingId !== '', 'an NDR event without the id of its parcel');
  }),
  target(
    'parse-time',
    fc.oneof(text, fc.stringMatching(/^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d{1,12})?)?([Zz]|[+-]\d\d:?\d\d)$/), value),
    async (given) => {
      const read = await resultOf(() => ndr.parseTime(given as never));
      claim(read !== undefined, 'parseTime() threw');
      if (read.value)
        claim(
          ndr.parseTime(read.value.toISOString())?.getTime() === read.value.getTime() ||
            read.value.getUTCFullYear() < 0 ||
            read.value.getUTCFullYear() > 9999,
          'its ISO form is another time',
        );
    },
  ),
  target('delivery-attempts', value, async (given) => {
    const read = await resultOf(() => ndr.deliveryAttempts({ deliveryAttemptCount: given } as never));
    claim(read !== undefined, 'deliveryAttempts() threw');
    claim(read.value === undefined || (Number.isInteger(read.value) && read.value >= 0), 'not a whole number');
  }),
  target('suggest-ndr-actions', fc.oneof(value, damagedArrival), (given) => resultOf(() => ndr.suggestNdrActions(given as never))),
  target('webhook-status', value, async (given) => {
    const status = await resultOf(() => ndr.webhookStatus(given));
    claim(status !== undefined && FINAL.includes(status.value), 'not a status of a webhook');
  }),
  ...Object.entries(mechanisms).map(([name, mechanism]) =>
    target(`auth-${name.toLowerCase()}`, request, async (parts) => {
      const webhook = new ndr.NdrWebhookVerifier({ auth: mechanism }).handler(
        () => claim(false, 'a request without credentials was authenticated'),
        quiet,
      );
      const { status } = await respondsSafely(webhook, toRequest(parts));
      claim(status !== 200 && status !== 503, `responded with ${status}`);
    }),
  ),
  target('shipping-webhook', request, async (parts) => {
    const sent = toRequest({ ...parts, headers: { ...parts.headers, 'x-api-key': key } });
    await respondsSafely(shipping, sent);
  }),
  target('shipping-webhook-loses-nothing', fc.oneof(damagedArrival, brokenJson), async (given) => {
    const { status } = await respondsSafely(shipping, authenticatedRequest(given, { auth }));
    claim(isSafe(status, given), `responded with ${status} to an authenticated sender`);
  }),
  target('shipping-verify', request, (parts) =>
    resultOf(() => verifier.verifyAll(toRequest({ ...parts, headers: { ...parts.headers, 'x-api-key': key } }))),
  ),
  target('buywithprime-webhook', request, async (parts) => {
    const { status } = await respondsSafely(primeHandler, toRequest(parts));
    claim(status !== 200, 'a request without a signature was authenticated');
  }),
  target('buywithprime-webhook-loses-nothing', fc.oneof(damagedArrival, brokenJson), async (given) => {
    const { status } = await respondsSafely(primeHandler, await signedWebhook(given as never, { keys: signingKeys }));
    claim(isSafe(status, given), `responded with ${status} to an authenticated sender`);
  }),
  target('token-endpoint', request, async (parts) => {
    const result = await resultOf(() => tokenHandler(toRequest(parts)));
    claim(result !== undefined, 'the token endpoint rejected in place of responding');
    claim(result.value.status >= 400, 'a token was issued without the right secret');
    claim(!(await result.value.text()).includes(SECRET), 'the response repeats its input');
  }),
  ...(
    [
      ['buywithprime-sqs', buywithprime.sqsHandler(() => undefined, quiet)],
      ['shipping-sqs', ndr.shippingSqsHandler(() => undefined, quiet)],
    ] as const
  ).map(([name, handler]) =>
    target(name, input, async (given) => {
      const result = await resultOf(() => handler(given as never));
      if (!result) return;
      const records = (given as { Records?: readonly ({ messageId?: unknown } | undefined)[] }).Records ?? [];
      const ids = new Set(records.map((record) => record?.messageId));
      for (const { itemIdentifier } of result.value.batchItemFailures) claim(ids.has(itemIdentifier), 'a failure that is not of the batch');
    }),
  ),
  ...(
    [
      ['buywithprime-event-bridge', buywithprime.eventBridgeHandler(() => undefined, quiet)],
      ['shipping-event-bridge', ndr.shippingEventBridgeHandler(() => undefined, quiet)],
    ] as const
  ).map(([name, handler]) => target(name, input, (given) => resultOf(() => handler(given as never)))),
  target(
    'lambda-adapter',
    fc.oneof(
      value,
      fc.record({ headers, body: fc.oneof(text, value), isBase64Encoded: fc.oneof(fc.boolean(), value), httpMethod: fc.constant('POST') }),
    ),
    async (given) => {
      const result = await resultOf(() => toLambdaHandler(shipping)(given as never));
      if (result) claim(typeof (result.value as { statusCode?: unknown }).statusCode === 'number', 'no status');
    },
  ),
  target(
    'node-adapter',
    fc.record({ headers, body: fc.oneof(value, bytes, text), method: fc.constantFrom('POST', 'GET') }),
    async (given) => {
      const written: number[] = [];
      const outgoing = {
        headersSent: false,
        writableEnded: false,
        on: () => outgoing,
        writeHead: (status: number) => written.push(status),
        write: () => true,
        end: () => undefined,
        destroy: () => undefined,
      };
      await resultOf(() => toNodeHandler(shipping, quiet)({ url: '/', ...given, on: () => undefined } as never, outgoing as never));
      claim(
        written.every((status) => FINAL.includes(status) || status === 500),
        `responded with ${written.join()}`,
      );
    },
  ),
  target('signature', fc.tuple(text, fc.constantFrom(32, 48, 66)), ([given, size]) =>
    resultOf(() => {
      for (const read of readSignature(given, size)) claim(read.length === 2 * size, 'of another length');
    }),
  ),
  target('base64', text, async (given) => {
    const read = await resultOf(() => decodeBase64(given));
    claim(read !== undefined, 'decodeBase64() threw');
  }),
  target('private-key', fc.oneof(text, bytes, value), (given) => resultOf(() => amazonpay.importPrivateKey(given as never))),
  target(
    'canonical-request',
    fc.oneof(value, fc.record({ method: text, url: text, headers: fc.dictionary(text, text), body: fc.oneof(text, bytes) })),
    (given) => resultOf(() => amazonpay.canonicalRequest(given as never)),
  ),
  target('find-carrier', fc.oneof(text, value), (given) => resultOf(() => amazonpay.findCarrier(given as never))),
  target('captured-request', bytes, async (given) => {
    try {
      parseRequest(Buffer.from(given));
    } catch (error) {
      claim((error as Error).constructor.name === 'UsageError', `threw ${(error as Error).constructor.name}`);
    }
  }),
  target('pay-date', text, (given) => claim(!Number.isNaN(parsePayDate(given)?.getTime() ?? 0), 'an invalid date')),
  target('amazonpay-response', reply, async (given) => {
    const { publicKeyId, privateKey } = await payKeys;
    const pay = new amazonpay.DeliveryTrackerClient({ ...client, publicKeyId, privateKey, region: 'eu', fetch: replying(given) });
    await resultOf(() =>
      pay
        .create({ chargePermissionId: 'S02-0000000-0000000', trackingNumber: '1Z999AA10123456784', carrierCode: 'UPS' })
        .then(() => undefined),
    );
  }),
  target('feedback-response', reply, (given) => {
    const feedback = new ndr.NdrFeedbackClient({ ...client, credentials, fetch: replying(given) });
    return resultOf(() => feedback.returnToOrigin('1809561149386').then(() => undefined));
  }),
  target('graphql-response', reply, (given) => {
    const { refreshToken: _, ...own } = credentials;
    const api = new buywithprime.BuyWithPrimeClient({ ...client, credentials: own, targetId: 'bp', fetch: replying(given) });
    return resultOf(() => api.order('o-1').then(() => undefined));
  }),
];
