/**
 * A webhook that puts NDR events into a BullMQ queue, and workers that answer them with feedback. Any number of processes can run both: Redis
 * remembers the events, and shares the access token and Amazon's quota among them.
 *
 *     REDIS_URL=redis://127.0.0.1:6379 NDR_API_KEY=... LWA_CLIENT_ID=... LWA_CLIENT_SECRET=... LWA_REFRESH_TOKEN=...
 *
 * Redis needs `appendonly yes` and `maxmemory-policy noeviction`.
 */
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import { type NdrFeedback, NdrFeedbackClient } from 'waybill/shipping-ndr';
import { apiKey, NdrWebhookVerifier } from 'waybill/shipping-ndr/webhook';
import { FleetRateLimiter } from 'waybill/stores/rate-limiter';
import { RedisIdempotencyStore, RedisTokenStore } from 'waybill/stores/redis';

const { REDIS_URL = '', NDR_API_KEY = '', LWA_CLIENT_ID = '', LWA_CLIENT_SECRET = '', LWA_REFRESH_TOKEN = '' } = process.env;

/** A job: until the due date of its event, Amazon accepts the feedback. */
interface Decision {
  readonly feedback: NdrFeedback;
  readonly dueDate?: string | null | undefined;
}

// While Redis is away, commands fail after a while: the webhook responds with 503, and Amazon redelivers the event.
const redis = new Redis(REDIS_URL, { commandTimeout: 1_500, maxRetriesPerRequest: 1 });
redis.on('error', (error) => console.error('redis', error.message));

const queue = new Queue<Decision>('ndr', { connection: redis });
queue.on('error', (error) => console.error('queue', error.message));

const verifier = new NdrWebhookVerifier({ auth: apiKey({ keys: NDR_API_KEY }) });

/** The webhook. */
export const webhook = verifier.handler(
  {
    ndr: async ({ detail: { trackingId, ndrDueDate } }) => {
      const decision: Decision = { feedback: { trackingId, ndrAction: 'RTO' }, dueDate: ndrDueDate };
      await queue.add('rto', decision, { attempts: 10, backoff: { type: 'exponential', delay: 1_000 }, removeOnComplete: true });
    },
  },
  {
    idempotencyStore: new RedisIdempotencyStore(redis),
    onError: (error, { status }) => console.warn(status, error instanceof Error ? error.message : error),
  },
);

/** Starts a worker. Amazon is at another address in tests. */
export function startWorker(amazon: { readonly baseUrl?: string; readonly tokenUrl?: string } = {}): Worker<Decision> {
  const client = new NdrFeedbackClient({
    credentials: { clientId: LWA_CLIENT_ID, clientSecret: LWA_CLIENT_SECRET, refreshToken: LWA_REFRESH_TOKEN },
    tokenStore: new RedisTokenStore(redis),
    rateLimiter: new FleetRateLimiter((window) => new RateLimiterRedis({ storeClient: redis, ...window }), {
      key: 'ndr-feedback',
      perSecond: 5,
      burst: 10,
    }),
    totalTimeout: 120_000,
    ...amazon,
  });
  // BullMQ delivers at least once too: a job whose worker was killed comes again. The store skips it if Amazon has accepted it.
  const idempotencyStore = new RedisIdempotencyStore(redis, { prefix: 'feedback:' });
  const work = async ({ data }: { readonly data: Decision }): Promise<void> => {
    const options = { idempotencyStore, dueDateOf: () => data.dueDate ?? undefined };
    for await (const { status, error } of client.submitMany([data.feedback], options)) {
      if (status === 'failed') throw error;
      if (status === 'in-progress') throw new Error('another worker has this job');
    }
  };
  // A connection of its own, because a worker waits on it. A job can be killed with its worker more than once.
  const connection = redis.duplicate({ commandTimeout: undefined, maxRetriesPerRequest: null });
  const worker = new Worker<Decision>('ndr', work, { connection, concurrency: 20, maxStalledCount: 10 });
  worker.on('failed', (job, error) => console.error('job', job?.id, error.message));
  worker.on('error', (error) => console.error('worker', error.message));
  worker.on('closed', () => connection.disconnect());
  return worker;
}

/** Ends what the webhook uses. */
export async function close(): Promise<void> {
  await queue.close();
  redis.disconnect();
}
