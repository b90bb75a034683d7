import { afterAll, beforeAll, describe } from 'vitest';
import { OPEN } from '../support/clients.ts';
import { engineContract } from '../support/contract.ts';
import { startRedisCluster } from '../support/redis.ts';

describe('a cluster of three', () => {
  let cluster: Awaited<ReturnType<typeof startRedisCluster>>;
  beforeAll(async () => {
    cluster = await startRedisCluster();
  });
  afterAll(() => cluster?.stop());

  for (const library of ['ioredis 6', 'node-redis 6', 'GLIDE', 'ioredis 5', 'iovalkey', 'node-redis 5'] as const) {
    engineContract(`a Redis cluster through ${library}`, {
      open: () => OPEN[library]({ ports: cluster.ports }),
      ...(library === 'node-redis 6' && { reach: () => ({ library, address: { ports: cluster.ports } }) }),
    });
  }
});
