import { setTimeout as sleep } from 'node:timers/promises';
import { expect, vi } from 'vitest';
import { sqlMigration } from 'waybill/stores/sql';
import { authenticatedRequest, ndrEvent } from 'waybill/testing';
import type { Guide } from './kit.ts';

const AUTH = { type: 'apiKey', key: 'abcdef12345' } as const;

/** An ioredis whose Redis says what it is told to. `npm run test:engines` has real ones. */
function scripted(...replies: readonly string[]) {
  const left = [...replies];
  const evalsha = vi.fn(async (..._: unknown[]) => left.shift() ?? 'yes');
  return { evalsha, eval: evalsha };
}

export const scaling: Guide = [
  {
    block: 'idempotencyStore: new RedisIdempotencyStore(redis)',
    does: 'handles an event unless another process has it',
    async run({ load }) {
      const open = vi.fn(async () => undefined);
      const redis = scripted('claimed', 'yes', 'in-progress', 'completed');
      const { receive } = await load({ redis, desk: { open } });
      const event = ndrEvent();
      const statuses: number[] = [];
      for (let delivery = 0; delivery < 3; delivery += 1) {
        statuses.push((await receive(authenticatedRequest(event, { auth: AUTH }))).status);
      }
      expect(statuses).toEqual([200, 503, 200]);
      expect(open).toHaveBeenCalledExactlyOnceWith(event.detail.trackingId);
      expect(redis.evalsha.mock.calls.map(([, , key]) => key)).toEqual(new Array(4).fill(expect.stringContaining(event.id)));
    },
  },
  {
    block: 'npx waybill stores sql',
    does: 'prints the statements that create the tables',
    async run({ shell }) {
      expect(await shell()).toMatchObject({ code: 0, output: sqlMigration() });
    },
  },
  {
    block: 'new FleetRateLimiter(createLimiter',
    does: 'sends feedback with the token and within the quota of all processes',
    async run({ load, amazon }) {
      const windows: unknown[] = [];
      const consume = vi.fn(async () => undefined);
      const createLimiter = (window: object) => {
        windows.push(window);
        return { ...window, consume };
      };
      const credentials = amazon.emulator.credentials.lwa;
      const { client } = await load({ redis: scripted('claimed', 'OK'), credentials, createLimiter });
      await client.returnToOrigin('1809561149386');
      await sleep(0);
      expect(windows).toEqual([{ points: 4, duration: 1 }]);
      expect(consume).toHaveBeenCalledExactlyOnceWith('ndr-feedback');
      expect(amazon.emulator.ndrFeedback).toMatchObject([{ trackingId: '1809561149386', ndrAction: 'RTO' }]);
    },
  },
];
