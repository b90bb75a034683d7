/** Amazon Shipping NDR: the webhook with two of its mechanisms, and the feedback. */
import { ApiError, apiKey, bearerJwt, NdrFeedbackClient, NdrWebhookVerifier, suggestNdrActions } from 'waybill/shipping-ndr';
import { NdrWebhookVerifier as NdrWebhookVerifierAlone } from 'waybill/shipping-ndr/webhook';
import { assert, equal, failure } from './check.mjs';
import { base64 } from './keys.mjs';
import { responding, TRY_AGAIN } from './responses.mjs';
import { NDR_EVENT } from './samples.mjs';

const KEY = 'a-key-that-nobody-guesses';
const TOKEN = { json: { access_token: 'Atza|secret-token', token_type: 'bearer', expires_in: 3600 } };
const ISSUER = 'https://issuer.example';
const AUDIENCE = 'https://shop.example/ndr';

export const shippingNdr = {
  'an event with the right key is typed': async () => {
    const event = await withApiKey().verify(post(NDR_EVENT, { 'x-api-key': KEY }));
    assert(event.kind === 'ndr', `kind is ${event.kind}`);
    equal([event.id, event.detail.trackingId, event.detail.reasonCode], [NDR_EVENT.id, '1809561149386', 'Customer rejected']);
    equal(suggestNdrActions(event), {
      actions: [],
      basis: 'no-advice-for-reason',
      deadline: NDR_EVENT.detail.ndrDueDate.replace('Z', '.000Z'),
    });
    const [first] = suggestNdrActions({ detail: { ...event.detail, reasonCode: 'Customer unavailable' } }).actions;
    equal([first?.ndrAction, first?.requires], ['RESCHEDULE', 'rescheduleDate']);
  },
  'parsed bodies and plain headers do too': async () => {
    const event = await new NdrWebhookVerifierAlone({ auth: apiKey({ keys: KEY }) }).verify({
      headers: { 'X-Api-Key': KEY },
      body: NDR_EVENT,
    });
    equal(event.kind, 'ndr');
  },
  'a wrong key and a missing one are different errors, and not shown': async () => {
    const wrong = await failure(() => withApiKey().verify(post(NDR_EVENT, { 'x-api-key': 'another-key' })));
    equal([wrong.code, wrong.reason, /another-key|nobody/.test(JSON.stringify(wrong))], ['AUTHENTICATION', 'mismatch', false]);
    const missing = await failure(() => withApiKey().verify(post(NDR_EVENT)));
    equal([missing.code, missing.reason], ['AUTHENTICATION', 'missing']);
  },
  'a JWT of the right issuer verifies, an expired and a forged one do not': async () => {
    const { privateKey, jwk } = await jwtKeys();
    const verifier = new NdrWebhookVerifier({ auth: bearerJwt({ issuer: ISSUER, audience: AUDIENCE, keys: [jwk] }) });
    const good = await jwt(privateKey);
    equal((await verifier.verify(withBearer(good))).kind, 'ndr');
    const expired = await jwt(privateKey, { exp: seconds() - 600 });
    equal((await failure(() => verifier.verify(withBearer(expired)))).reason, 'expired');
    const [head, , signature] = good.split('.');
    const [, claims] = (await jwt(privateKey, { exp: seconds() + 9_000 })).split('.');
    const forged = [head, claims, signature].join('.');
    const error = await failure(() => verifier.verify(withBearer(forged)));
    equal([error.reason, JSON.stringify(error).includes(forged)], ['mismatch', false]);
  },
  'the keys of a JWT are fetched once, and the response is 503 if they cannot be': async () => {
    const { privateKey, jwk } = await jwtKeys();
    const token = await jwt(privateKey);
    const published = responding({ json: { keys: [jwk] } });
    const statusesWith = async (fetch) => {
      const auth = bearerJwt({ issuer: ISSUER, audience: AUDIENCE, jwks: `${ISSUER}/jwks.json`, fetch });
      const handler = new NdrWebhookVerifier({ auth }).handler(() => undefined);
      return [(await handler(withBearer(token))).status, (await handler(withBearer(token))).status];
    };
    equal(await statusesWith(published.fetch), [200, 200]);
    equal([published.calls.length, published.calls[0]?.url], [1, `${ISSUER}/jwks.json`]);
    equal(await statusesWith(responding({ status: 500 }).fetch), [503, 503]);
  },
  'the handler responds so that no event is lost': async () => {
    const seen = [];
    const handler = withApiKey().handler((event) => {
      seen.push(event.kind);
      if (seen.length > 1) throw new Error('the database is down');
    });
    const right = { 'x-api-key': KEY };
    const statuses = [];
    statuses.push((await handler(post(NDR_EVENT, right))).status);
    statuses.push((await handler(post(NDR_EVENT, right))).status);
    const unauthorized = await handler(post(NDR_EVENT, { 'x-api-key': 'wrong' }));
    statuses.push(unauthorized.status);
    statuses.push((await handler(post('{"broken":', right))).status);
    statuses.push((await handler(new Request(AUDIENCE, { headers: right }))).status);
    equal(
      [statuses, seen],
      [
        [200, 503, 401, 503, 405],
        ['ndr', 'ndr'],
      ],
    );
    assert(unauthorized.headers.get('www-authenticate') !== null, 'no WWW-Authenticate');
  },
  'feedback: one token for concurrent calls, one retry after 503': async () => {
    const tokens = responding(TOKEN);
    const feedback = responding(TRY_AGAIN, { status: 204 });
    const fetch = (url, init) => (url.includes('/auth/o2/token') ? tokens : feedback).fetch(url, init);
    const client = feedbackClient({ fetch });
    await Promise.all([
      client.reschedule('1809561149386', new Date(Date.now() + 86_400_000)),
      client.reattempt('1809561149386', 'Second gate'),
      client.returnToOrigin('1809561149386'),
    ]);
    // Workers and Edge tie what a request awaits to that request: there none may wait for another's.
    const isShared = !('WebSocketPair' in globalThis || 'EdgeRuntime' in globalThis);
    equal([tokens.calls.length, feedback.calls.length], [isShared ? 1 : 3, 4]);
    await client.returnToOrigin('1809561149386');
    equal(tokens.calls.length, isShared ? 1 : 3);
    for (const { headers } of feedback.calls) {
      equal([headers.get('x-amz-access-token'), headers.get('x-amzn-shipping-business-id')], ['Atza|secret-token', 'AmazonShipping_IN']);
    }
    equal(
      feedback.calls
        .map(({ body }) => JSON.parse(body).ndrAction)
        .sort()
        .at(-1),
      'RTO',
    );
  },
  'feedback: an ApiError has what Amazon said': async () => {
    const refusal = { errors: [{ code: 'InvalidRequest', message: 'Request is missing or has invalid parameters' }] };
    const { fetch } = responding(TOKEN, { status: 400, json: refusal });
    const error = await failure(() => feedbackClient({ fetch }).returnToOrigin('1809561149386'));
    assert(error instanceof ApiError, `got ${error}`);
    equal([error.status, error.reasonCode, error.retryable], [400, 'InvalidRequest', false]);
    assert(!/secret|1809561149386/.test(JSON.stringify(error)), 'it shows a secret');
  },
};

function withApiKey() {
  return new NdrWebhookVerifier({ auth: apiKey({ keys: KEY }) });
}

function feedbackClient(options) {
  return new NdrFeedbackClient({
    credentials: { clientId: 'client', clientSecret: 'client-secret', refreshToken: 'Atzr|secret' },
    rateLimiter: false,
    ...options,
  });
}

function post(body, headers = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return new Request(AUDIENCE, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: text });
}

function withBearer(token) {
  return post(NDR_EVENT, { authorization: `Bearer ${token}` });
}

async function jwtKeys() {
  const { privateKey, publicKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const { x, y } = await crypto.subtle.exportKey('jwk', publicKey);
  return { privateKey, jwk: { kty: 'EC', crv: 'P-256', x, y, kid: 'k1', alg: 'ES256' } };
}

async function jwt(key, claims = {}) {
  const all = { iss: ISSUER, aud: AUDIENCE, iat: seconds() - 900, exp: seconds() + 300, ...claims };
  const content = `${base64url(JSON.stringify({ alg: 'ES256', kid: 'k1' }))}.${base64url(JSON.stringify(all))}`;
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, new TextEncoder().encode(content));
  return `${content}.${urlSafe(base64(new Uint8Array(signature)))}`;
}

function seconds() {
  return Math.floor(Date.now() / 1000);
}

function base64url(text) {
  return urlSafe(base64(new TextEncoder().encode(text)));
}

function urlSafe(text) {
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
