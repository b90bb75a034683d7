import { expect, vi } from 'vitest';
import { NdrFeedbackClient, NdrWebhookVerifier } from 'waybill/shipping-ndr';
import { AmazonEmulator, authenticatedRequest, ndrEvent, sqsEvent, trackingEvent } from 'waybill/testing';
import { rsaPair, token } from '../../support/jwt.ts';
import type { Guide, Kit } from './kit.ts';

const UNAVAILABLE = () => ndrEvent({ detail: { reasonCode: 'Customer unavailable' } });
const AUTH = { type: 'apiKey', key: 'abcdef12345' } as const;

function feedbackClient({ amazon }: Pick<Kit, 'amazon'>): NdrFeedbackClient {
  return new NdrFeedbackClient({ credentials: amazon.emulator.credentials.lwa, fetch: amazon.emulator.fetch, rateLimiter: false });
}

export const shippingNdr: Guide = [
  {
    block: "!== 'RESCHEDULE'",
    does: 'reschedules a shipment if Amazon advises it',
    async run({ load, amazon }) {
      const { receive } = await load();
      const { status } = await receive(authenticatedRequest(UNAVAILABLE(), { auth: AUTH }));
      expect([status, amazon.emulator.ndrFeedback.map(({ ndrAction }) => ndrAction)]).toEqual([200, ['RESCHEDULE']]);
    },
  },
  {
    block: 'queue.push(event)',
    does: 'stores each event once',
    async run({ load }) {
      const push = vi.fn();
      const { receive } = await load({ queue: { push } });
      const event = UNAVAILABLE();
      for (const _ of [1, 2]) expect((await receive(authenticatedRequest(event, { auth: AUTH }))).status).toBe(200);
      expect(push).toHaveBeenCalledOnce();
      expect((await receive(authenticatedRequest(event, { auth: { type: 'apiKey', key: 'wrong' } }))).status).toBe(401);
    },
  },
  {
    block: '{ ndr: (event) => console.log(event.detail.trackingId) }',
    does: 'reports only the failed message of a batch',
    async run({ load, printed }) {
      const { handler } = await load();
      const batch = sqsEvent([UNAVAILABLE(), '{"broken']);
      expect(await handler(batch)).toEqual({ batchItemFailures: [{ itemIdentifier: batch.Records[1]?.messageId }] });
      expect(printed).toHaveLength(2);
    },
  },
  {
    block: 'new NdrTokenEndpoint',
    does: 'issues a token, and accepts it',
    async run({ load, printed }) {
      vi.stubEnv('NDR_CLIENT_SECRET', 'a-client-secret-of-some-length');
      vi.stubEnv('NDR_SIGNING_SECRET', '0123456789abcdef0123456789abcdef');
      const { token: issue, receive } = await load();
      const emulator = new AmazonEmulator();
      const tokenEndpoint = 'https://shop.example.com/oauth/token';
      vi.stubGlobal('fetch', (url: string | URL, init: RequestInit) => issue(new Request(url, init)));
      const credentials = { clientId: 'amazon-shipping', clientSecret: 'a-client-secret-of-some-length' };
      emulator.deliver(UNAVAILABLE(), { to: receive, auth: { type: 'oauth', tokenEndpoint, ...credentials } });
      const { delivered, dropped } = await emulator.report();
      expect([delivered.length, dropped]).toEqual([1, []]);
      expect(printed).toHaveLength(1);
    },
  },
  {
    block: 'bearerIntrospection, bearerJwt',
    does: 'accepts a token by its signature, and by introspection',
    async run({ load }) {
      vi.stubEnv('INTROSPECTION_SECRET', 'a-secret');
      const { byKeySet, byIntrospection } = await load();
      const pair = rsaPair('k1');
      vi.stubGlobal('fetch', async (url: string) => {
        return Response.json(
          url.endsWith('jwks.json') ? { keys: [{ ...pair.jwk, alg: 'RS256' }] } : { active: true, client_id: 'amazon-shipping' },
        );
      });
      const now = Math.floor(Date.now() / 1000);
      const claims = {
        iss: 'https://login.example.com/',
        aud: 'https://shop.example.com/amazon/ndr',
        azp: 'amazon-shipping',
        client_id: 'amazon-shipping',
        iat: now,
        exp: now + 600,
      };
      const bearer = token({ alg: 'RS256', kid: 'k1' }, claims, pair.privateKey);
      for (const auth of [byKeySet, byIntrospection]) {
        const receive = new NdrWebhookVerifier({ auth }).handler(() => undefined);
        const { status } = await receive(authenticatedRequest(UNAVAILABLE(), { auth: { type: 'bearer', token: bearer } }));
        expect(status).toBe(200);
      }
    },
  },
  {
    block: 'export async function decide',
    does: 'reschedules if the customer has named a day, and leaves the rest to a person',
    async run(kit) {
      const { decide } = await kit.load({ client: feedbackClient(kit) });
      const event = {
        kind: 'ndr',
        ...ndrEvent({ detail: { reasonCode: 'Customer unavailable', ndrDueDate: new Date(Date.now() + 86_400_000).toISOString() } }),
      };
      const tomorrow = new Date(Date.now() + 90_000_000);
      const late = { ...event, detail: { ...event.detail, ndrDueDate: '2026-01-01T00:00:00Z' } };
      expect([await decide(event, tomorrow), await decide(event, undefined), await decide(late, tomorrow)]).toEqual([true, false, false]);
      expect(kit.amazon.emulator.ndrFeedback).toHaveLength(1);
    },
  },
  {
    block: 'export async function onAnswer',
    does: 'asks by the group of the reason, and makes the first answer feedback',
    async run(kit) {
      const due = new Date(Date.now() + 86_400_000).toISOString();
      const eventOf = (reasonCode: string, ndrDueDate = due) => ({ kind: 'ndr', ...ndrEvent({ detail: { reasonCode, ndrDueDate } }) });
      let waiting: ReturnType<typeof eventOf> | undefined = eventOf('Customer unavailable');
      const taken = new Set<string>();
      const desk = {
        ask: vi.fn(),
        waiting: async () => waiting,
        take: async (id: string) => !taken.has(id) && taken.add(id).has(id),
        putBack: async (id: string) => void taken.delete(id),
      };
      const { onEvent, onAnswer } = await kit.load({ client: feedbackClient(kit), desk });
      for (const reason of ['Bad weather', 'ADDRESS_NOT_FOUND', 'Not required', 'Eaten by the dog']) await onEvent(eventOf(reason));
      expect(desk.ask.mock.calls.map(([, question]) => question)).toEqual(['directions', 'still wanted?', 'day']);

      const day = { day: new Date(Date.now() + 90_000_000) };
      expect(await onAnswer('1809561149386', { directions: 'call 9876543210' })).toBe('ask again');
      expect([await onAnswer('1809561149386', day), await onAnswer('1809561149386', { isUnwanted: true })]).toEqual([
        'sent',
        'answered before',
      ]);
      waiting = eventOf('Customer unavailable', '2026-01-01T00:00:00Z');
      expect(await onAnswer('1809561149386', day)).toBe('too late');
      waiting = undefined;
      expect(await onAnswer('1809561149386', day)).toBe('too late');
      waiting = eventOf('Address not found');
      expect(await onAnswer('1809561149386', { directions: 'Blue gate' })).toBe('sent');
      expect(kit.amazon.emulator.ndrFeedback.map(({ ndrAction }) => ndrAction)).toEqual(['RESCHEDULE', 'REATTEMPT']);

      // Accepted, and answered in another way than documented: nobody is asked again.
      waiting = eventOf('Address not found');
      kit.amazon.emulator.fail({ path: '/shipping/v2/ndrFeedback', status: 200, body: {} });
      expect(await onAnswer('1809561149386', { directions: 'Blue gate' })).toBe('sent');
    },
  },
  {
    block: 'client.submitMany(decisions()',
    does: 'submits many decisions, and says what became of each',
    async run(kit) {
      const { MemoryIdempotencyStore } = await import('waybill/shipping-ndr');
      async function* decisions() {
        yield { trackingId: '1809561149386', ndrAction: 'RTO' };
        yield { trackingId: '1809561149387', ndrAction: 'REATTEMPT', ndrRequestData: { additionalAddressNotes: '' } };
      }
      const given = { client: feedbackClient(kit), idempotencyStore: new MemoryIdempotencyStore(), decisions, dueDateOf: () => undefined };
      await kit.load(given);
      expect(kit.printed).toContainEqual([0, 'submitted', expect.any(String)]);
      expect(kit.printed).toContainEqual([1, expect.objectContaining({ code: 'VALIDATION' })]);
    },
  },
  {
    block: 'class SharedQuota',
    does: 'shares one quota between two clients',
    async run({ load, amazon }) {
      const options = { credentials: amazon.emulator.credentials.lwa, fetch: amazon.emulator.fetch };
      const { online, nightly } = await load({ options });
      for (const client of [online, nightly]) await client.returnToOrigin('1809561149386');
      expect(amazon.emulator.ndrFeedback).toHaveLength(2);
    },
  },
];

export const migrateHandWrittenNdr: Guide = [
  {
    block: 'In place of your route',
    does: 'receives and gives feedback in place of hand-written code',
    async run({ load, amazon }) {
      const open = vi.fn();
      const { receive, feedback } = await load({ desk: { open } });
      const statusFor = async (event: unknown): Promise<number> => (await receive(authenticatedRequest(event, { auth: AUTH }))).status;
      expect([await statusFor(UNAVAILABLE()), await statusFor(trackingEvent())]).toEqual([200, 200]);
      expect(open).toHaveBeenCalledOnce();
      await feedback.returnToOrigin('1809561149386');
      expect(amazon.emulator.ndrFeedback).toHaveLength(1);
    },
  },
  { block: 'response.status(404)', because: 'it is the code that the guide replaces' },
  { block: 'axios.post', because: 'it is the code that the guide replaces' },
  {
    block: 'waybill send ndr',
    does: 'says what becomes of an event',
    async run(kit) {
      const { toNodeHandler } = await import('waybill/adapters/node');
      const { createServer } = await import('node:http');
      const receive = new NdrWebhookVerifier({ auth: (await import('waybill/shipping-ndr')).apiKey({ keys: 'abcdef12345' }) }).handler(
        () => undefined,
      );
      const server = createServer(toNodeHandler(receive));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      const { code, output } = await kit.shell({ edit: (text) => text.replace(':3000/', `:${port}/`) });
      server.close();
      expect([code, output]).toEqual([0, expect.stringContaining('200')]);
    },
  },
];
