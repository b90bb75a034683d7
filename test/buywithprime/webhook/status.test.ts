/** The status of every outcome, by handler() and by webhookStatus() for those who call verify() themselves. */
import { describe, expect, test } from 'vitest';
import type { BuyWithPrimeWebhookVerifierOptions } from '../../../src/buywithprime/webhook/options.ts';
import { type BuyWithPrimeWebhookHandlerOptions, BuyWithPrimeWebhookVerifier } from '../../../src/buywithprime/webhook/verifier.ts';
import { MemoryIdempotencyStore } from '../../../src/core/idempotency.ts';
import { webhookStatus } from '../../../src/core/receive/webhook.ts';
import { fixture } from '../../support/buywithprime/fixtures.ts';
import { BODY, headersOf, makePair, post, signDer, signedPost } from '../../support/buywithprime/signing.ts';
import { thrownBy } from '../../support/errors.ts';

const pair = makePair('key-1');
const EVENT = fixture('webhook-package-delivered.json');
const signed = (value: unknown): Request => signedPost(pair, typeof value === 'string' ? value : JSON.stringify(value));
const withType = (type: string, body: string): Request => post(body, { ...headersOf(signDer(pair, body), 'key-1'), 'content-type': type });
const options: BuyWithPrimeWebhookVerifierOptions = { keys: pair.jwk };
const unavailable = (status: number): BuyWithPrimeWebhookVerifierOptions => ({ fetch: async () => new Response(null, { status }) });

describe('verify() throws an error whose webhookStatus() is what handler() responds with', () => {
  test.each<[string, number, () => Request, BuyWithPrimeWebhookVerifierOptions?]>([
    ['no signature', 401, () => post(BODY, {})],
    ['a malformed signature', 401, () => post(BODY, headersOf('!'))],
    ['a wrong signature', 401, () => post(BODY, headersOf(signDer(makePair('x'), BODY)))],
    ['an unknown key', 401, () => signedPost(pair), { fetch: async () => Response.json({ keys: [makePair('key-9').jwk] }) }],
    ['an unavailable key set', 503, () => signedPost(pair), unavailable(500)],
    ['a key set that is gone', 503, () => signedPost(pair), unavailable(404)],
    ['a key set that cannot be reached', 503, () => signedPost(pair), { fetch: () => Promise.reject(new TypeError('fetch failed')) }],
    ['a key set that never responds', 503, () => signedPost(pair), { fetch: () => new Promise(() => undefined), timeout: 20 }],
    ['a key set that is not one', 503, () => signedPost(pair), { fetch: async () => Response.json({ keys: 7 }) }],
    ['keys whose function fails', 503, () => signedPost(pair), { keys: () => Promise.reject(new Error('the vault is sealed')) }],
    ['a function that supplies no keys', 503, () => signedPost(pair), { keys: () => [] }],
    ['a check that could not be done', 503, () => signedPost(pair), { ...options, auth: auth(new Error('the database is down')) }],
    ['signedBytes that fail', 503, () => signedPost(pair), { ...options, scheme: { signedBytes: () => Promise.reject(new Error('bug')) } }],
    ['a body that was read', 503, readAlready],
    ['a body that broke off', 503, brokenOff],
    [
      'fewer bytes than announced',
      503,
      () => new Request('https://a/', { method: 'POST', headers: { ...headersOf(signDer(pair, BODY)), 'content-length': '9' } }),
    ],
    ['a body that is too large', 413, () => signed({ ...EVENT, data: 'x'.repeat(1_048_576) })],
    ['JSON that is cut off', 503, () => signed(BODY.slice(0, -9))],
    ['an empty body', 503, () => signed('')],
    ['an event without its ids', 503, () => signed({ ...EVENT, resources: [] })],
    ['a JSON object that is not an event', 503, () => signed({ hello: 'world' })],
    ['an empty JSON object', 400, () => signed({})],
    ['a JSON number', 400, () => signed(7)],
    ['a JSON null', 400, () => signed('null')],
    ['an empty list', 400, () => signed([])],
    ['HTML', 415, () => withType('text/html', '<html></html>')],
    ['a form', 415, () => withType('application/x-www-form-urlencoded', 'a=1')],
    ['a GET', 405, () => new Request('https://a/', { headers: headersOf(signDer(pair, BODY)) })],
    ['a HEAD', 405, () => new Request('https://a/', { method: 'HEAD' })],
    ['an OPTIONS', 405, () => new Request('https://a/', { method: 'OPTIONS' })],
    ['a DELETE', 405, () => new Request('https://a/', { method: 'DELETE' })],
  ])('%s: %i', async (_, status, request, verifierOptions = options) => {
    const verifier = new BuyWithPrimeWebhookVerifier(verifierOptions);
    expect(webhookStatus(await thrownBy(() => verifier.verify(request())))).toBe(status);
    const { response, errors } = await respondTo(verifier, request());
    expect([response.status, errors]).toEqual([status, [status]]);
    expect(response.headers.get('retry-after')).toBe(status === 503 ? '60' : null);
    expect(response.headers.get('www-authenticate')).toEqual(status === 401 ? expect.stringContaining('Signature') : null);
  });
});

describe('handler() responds with', () => {
  test.each<[string, number, Parameters<BuyWithPrimeWebhookVerifier['handler']>[0], BuyWithPrimeWebhookHandlerOptions?]>([
    ['200 if the function returns', 200, () => undefined],
    ['200 if it resolves', 200, async () => 'ignored'],
    ['200 if it returns a Response, which is ignored', 200, () => new Response(null, { status: 500 })],
    ['503 if it throws', 503, () => boom()],
    ['503 if it throws nothing', 503, () => Promise.reject(undefined)],
    [
      '503 if it throws something with a status',
      503,
      () => Promise.reject(Object.assign(new Error('x'), { status: 404, statusCode: 404 })),
    ],
    [
      '503 if it throws its own error of authentication',
      503,
      () => Promise.reject(Object.assign(new Error('x'), { code: 'AUTHENTICATION' })),
    ],
    ['503 if it never resolves', 503, () => new Promise(() => undefined), { timeBudget: 20 }],
    ['503 if the store cannot claim', 503, () => undefined, { idempotencyStore: { ...new MemoryStub(), claim: () => boom() } }],
    ['503 if the store cannot complete', 503, () => undefined, { idempotencyStore: { ...new MemoryStub(), complete: () => boom() } }],
    ['503 if the lease passed', 503, () => undefined, { idempotencyStore: { ...new MemoryStub(), complete: async () => false } }],
    [
      '503 if another call is handling it',
      503,
      () => undefined,
      { idempotencyStore: { ...new MemoryStub(), claim: async () => 'in-progress' } },
    ],
    ['200 if it is done already', 200, () => boom(), { idempotencyStore: { ...new MemoryStub(), claim: async () => 'completed' } }],
    [
      '503 if the store returns nonsense',
      503,
      () => undefined,
      { idempotencyStore: { ...new MemoryStub(), claim: async () => 'yes' as never } },
    ],
    ['200 if there is no function for it', 200, { REFUND_REQUESTED: () => boom() }, { onUnhandled: () => boom() }],
  ])('%s', async (_, status, handlers, handlerOptions) => {
    const { response } = await respondTo(new BuyWithPrimeWebhookVerifier(options), signedPost(pair), handlers, handlerOptions);
    expect(response.status).toBe(status);
  });

  test.each<[string, number, (raw: unknown) => unknown]>([
    ['200 if onInvalid accepts what cannot be read', 200, () => undefined],
    ['503 if onInvalid fails', 503, () => Promise.reject(new Error('the bucket is gone'))],
  ])('%s', async (_, status, onInvalid) => {
    for (const request of [signed({ ...EVENT, resources: [] }), signed('nonsense'), signed('')]) {
      const { response } = await respondTo(new BuyWithPrimeWebhookVerifier(options), request, () => boom(), { onInvalid });
      expect(response.status).toBe(status);
    }
  });

  test('503 for an event of Amazon Shipping without a function that accepts it', async () => {
    const request = () => signed({ eventDescriptor: 'NDR Events', detail: { trackingId: '1' } });
    const verifier = new BuyWithPrimeWebhookVerifier(options);
    expect((await respondTo(verifier, request(), { REFUND_REQUESTED: () => undefined })).response.status).toBe(503);
    expect((await respondTo(verifier, request(), { unknown: () => undefined })).response.status).toBe(503);
    expect((await respondTo(verifier, request(), { otherwise: () => undefined })).response.status).toBe(200);
  });
});

describe('what is not a Request is never answered, and the error names what is right', () => {
  const handler = new BuyWithPrimeWebhookVerifier(options).handler(() => undefined);
  test.each<[string, unknown, string]>([
    ['an event of API Gateway', { requestContext: { http: { method: 'POST' } }, rawPath: '/', headers: {}, body: BODY }, 'toLambdaHandler'],
    ['an event of EventBridge', { 'detail-type': 'DELIVERY_IN_TRANSIT', detail: {} }, 'eventBridgeHandler'],
    ['a batch of SQS', { Records: [{ messageId: 'm', receiptHandle: 'r', body: BODY, eventSource: 'aws:sqs' }] }, 'sqsHandler'],
    ['a request of Express', { method: 'POST', headers: {}, rawHeaders: [], pipe: () => undefined, socket: {} }, 'toNodeHandler'],
    ['a request of Fastify', { raw: {}, server: {}, body: {} }, 'toFastifyPlugin'],
    ['a context of Koa', { req: {}, res: {}, app: {} }, 'toNodeHandler'],
    ['a context of Hono', { req: { raw: signedPost(pair) } }, 'context.req.raw'],
    ['an event of SvelteKit', { request: signedPost(pair), url: new URL('https://a/') }, 'request'],
    ['nothing', undefined, 'Request'],
    ['the body', BODY, 'Request'],
  ])('%s', async (_, input, hint) => {
    await expect(handler(input as Request)).rejects.toMatchObject({ code: 'CONFIGURATION', hint: expect.stringContaining(hint) });
  });

  test('nor is the method that was passed on without being called', async () => {
    const verifier = new BuyWithPrimeWebhookVerifier(options);
    const { handler: loose } = verifier;
    for (const request of [signedPost(pair), { method: 'POST', headers: {}, pipe: () => undefined, socket: {} }]) {
      expect(await thrownBy(() => verifier.handler(request as never))).toMatchObject({ code: 'CONFIGURATION' });
      expect(await thrownBy(() => loose(request as never))).toMatchObject({
        code: 'CONFIGURATION',
        hint: expect.stringContaining('handler(fn)'),
      });
    }
  });
});

function boom(): never {
  throw new Error('not to be called, or meant to fail');
}

function auth(error: unknown): NonNullable<BuyWithPrimeWebhookVerifierOptions['auth']> {
  return { check: () => Promise.reject(error), challenge: () => 'Basic' };
}

/** A store with own properties, so that one can be replaced. */
class MemoryStub {
  readonly #store = new MemoryIdempotencyStore();
  readonly claim: MemoryIdempotencyStore['claim'] = (...args) => this.#store.claim(...args);
  readonly complete: MemoryIdempotencyStore['complete'] = (...args) => this.#store.complete(...args);
  readonly release: MemoryIdempotencyStore['release'] = (...args) => this.#store.release(...args);
}

async function respondTo(
  verifier: BuyWithPrimeWebhookVerifier,
  request: Request,
  handlers: Parameters<BuyWithPrimeWebhookVerifier['handler']>[0] = () => undefined,
  handlerOptions: BuyWithPrimeWebhookHandlerOptions = {},
) {
  const errors: number[] = [];
  const onError = (_: unknown, { status }: { readonly status: number }): void => void errors.push(status);
  const response = await verifier.handler(handlers, { onError, ...handlerOptions })(request);
  return { response, errors };
}

function readAlready(): Request {
  const request = signedPost(pair);
  void request.text();
  return request;
}

function brokenOff(): Request {
  const body = new ReadableStream({ pull: (controller) => controller.error(new Error('reset')) });
  return new Request('https://a/', { method: 'POST', headers: headersOf(signDer(pair, BODY)), body, duplex: 'half' } as RequestInit);
}
