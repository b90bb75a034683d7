import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  type NdrFeedback,
  NdrFeedbackClient,
  type NdrFeedbackClientOptions,
  type QuotaNews,
  type RateLimiter,
  TokenBucket,
} from '../../../src/shipping-ndr/index.ts';
import { credentials } from '../../support/shipping-ndr/amazon.ts';

const trackingId = '1582657452914';
const rto: NdrFeedback = { trackingId, ndrAction: 'RTO' };

describe('the rate', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** When each of `count` concurrent calls was sent, in milliseconds; the responses come at once. */
  async function schedule(count: number, respond: () => Response, options: Partial<NdrFeedbackClientOptions> = {}): Promise<number[]> {
    const start = performance.now();
    const times: number[] = [];
    const fetch = async (url: string): Promise<Response> => {
      if (url.includes('/auth/')) return Response.json({ access_token: 'Atza|x', expires_in: 3600 });
      times.push(Math.round(performance.now() - start));
      return respond();
    };
    const client = new NdrFeedbackClient({ credentials, fetch, maxRetries: 0, ...options });
    const calls = Promise.allSettled(Array.from({ length: count }, () => client.submit(rto)));
    await vi.runAllTimersAsync();
    await calls;
    return times;
  }
  const granting = (rate: string) => (): Response => new Response(null, { status: 204, headers: { 'x-amzn-RateLimit-Limit': rate } });
  const burst = new Array<number>(10).fill(0);

  test.each([
    ['50', [20, 40, 60]],
    ['2.0', [500, 1_000, 1_500]],
    [' 12.5 ', [80, 160, 240]],
    // The bounds.
    ['1000', [13, 25, 38]],
    ['0.0001', [2_000, 4_000, 6_000]],
  ])('is what Amazon grants: %s', async (rate, after) => {
    expect(await schedule(13, granting(rate))).toEqual([...burst, ...after]);
  });

  test('of a mock may be anything, and turns no success into a failure', async () => {
    const headers = new Map<string, unknown>([['x-amzn-ratelimit-limit', 5]]);
    const fetch = async (url: string): Promise<never> =>
      (url.includes('/auth/') ? Response.json({ access_token: 'Atza|x' }) : { status: 204, headers, text: async () => '' }) as never;
    expect(await new NdrFeedbackClient({ credentials, fetch }).submit(rto)).toEqual({ attempts: 1 });
  });

  test.each(['', '0', '0.0', '-5', 'fast', 'NaN', 'Infinity', '1e3', '0x50', '5,0', '5.0.0', '50, 50', '9'.repeat(400)])(
    'is 5 a second if the header says %j',
    async (rate) => {
      expect(await schedule(13, granting(rate))).toEqual([...burst, 200, 400, 600]);
      const fetch = async (url: string): Promise<Response> =>
        url.includes('/auth/') ? Response.json({ access_token: 'Atza|x' }) : granting(rate)();
      expect(await new NdrFeedbackClient({ credentials, fetch }).submit(rto)).toEqual({ attempts: 1 });
    },
  );

  test('starts from an empty bucket after a 429, and adapts to what that says too', async () => {
    const full = [new Response('', { status: 429 }), new Response('', { status: 429, headers: { 'x-amzn-ratelimit-limit': '10' } })];
    const respond = (): Response => full.shift() ?? new Response(null, { status: 204 });
    // The ten are sent before the first response arrives.
    expect(await schedule(12, respond)).toEqual([...burst, 100, 200]);
    // One after another: what the burst would have allowed is gone.
    full.push(new Response('', { status: 429 }));
    const start = performance.now();
    const times: number[] = [];
    const fetch = async (url: string): Promise<Response> => {
      if (url.includes('/auth/')) return Response.json({ access_token: 'Atza|x' });
      times.push(performance.now() - start);
      return respond();
    };
    const client = new NdrFeedbackClient({ credentials, fetch, maxRetries: 0 });
    const calls = (async () => {
      for (let call = 0; call < 3; call += 1) await client.submit(rto).catch(() => undefined);
    })();
    await vi.runAllTimersAsync();
    await calls;
    expect(times).toEqual([0, 200, 400]);
  });

  test('of a limiter that the caller chose is not changed', async () => {
    const rateLimiter = new TokenBucket({ capacity: 1, refillPerSecond: 2 });
    expect(await schedule(3, granting('80'), { rateLimiter })).toEqual([0, 500, 1_000]);
  });

  test('is reported to a limiter with adapt(), and what that throws is ignored', async () => {
    const news: QuotaNews[] = [];
    const responses = [granting('2.5')(), new Response('', { status: 429 }), new Response(null, { status: 204 })];
    const rateLimiter: RateLimiter = {
      acquire: async () => undefined,
      adapt: (each) => {
        news.push(each);
        throw new Error('ignored');
      },
    };
    expect(await schedule(3, () => responses.shift() as Response, { rateLimiter })).toEqual([0, 0, 0]);
    expect(news).toEqual([{ perSecond: 2.5, exceeded: false }, { exceeded: true }]);
    const late: RateLimiter = { acquire: async () => undefined, adapt: () => Promise.reject(new Error('ignored')) };
    expect(await schedule(1, granting('1000'), { rateLimiter: late })).toEqual([0]);
    expect(await schedule(20, granting('1'), { rateLimiter: false })).toEqual(new Array(20).fill(0));
  });

  test('can be shared and adapt, as the documentation shows', async () => {
    class SharedQuota extends TokenBucket {
      adapt({ perSecond, exceeded }: QuotaNews): void {
        if (perSecond) this.setRate(perSecond);
        if (exceeded) this.drain();
      }
    }
    const rateLimiter = new SharedQuota({ capacity: 1, refillPerSecond: 1 });
    expect(await schedule(3, granting('4'), { rateLimiter })).toEqual([0, 250, 500]);
  });
});
