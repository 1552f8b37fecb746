import { createLogger } from '@tocsin/service';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { RedisConnection } from './connection.ts';
import { RedisCopyEraser, type RedisCopyEraserOptions } from './copies.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Creates a Redis server that takes `scanMs` to list its keys. The first extension of a reservation fails. */
function redisWith(scanMs: number) {
  let hasFailed = false;
  const recorded: { id: string; message: Record<string, string> }[] = [];
  let lockedUntil = 0;
  const scans: number[] = [];
  const client = {
    isReady: true,
    xAdd: async (_stream: string, _id: string, message: Record<string, string>) =>
      recorded.push({ id: `${Date.now()}-0`, message }),
    xRange: async (stream: string) => (stream === 'tocsin:erasures' ? [...recorded] : []),
    xDel: async () => recorded.splice(0).length,
    set: async (
      _key: string,
      _value: string,
      { condition, expiration }: { condition: 'NX' | 'XX'; expiration: { value: number } },
    ) => {
      if (condition === 'XX' && !hasFailed) {
        hasFailed = true;
        throw new Error('unavailable');
      }
      const isLocked = Date.now() < lockedUntil;
      if (isLocked === (condition === 'NX')) return null;
      lockedUntil = Date.now() + expiration.value;
      return 'OK';
    },
    scan: async () => {
      scans.push(Date.now());
      await new Promise((resolve) => setTimeout(resolve, scanMs));
      return { cursor: '0', keys: [] };
    },
  };
  const connection = {
    ...{ client, check: () => undefined, timeAt: async () => Date.now() },
    withTimeout: (outcome: Promise<unknown>) => outcome,
  } as unknown as RedisConnection;
  return { connection, scans };
}

it.each([
  ['start a search every 10 s', 100, 3],
  ['not start a search while another instance is searching', 28_000, 1],
  ['start the next search soon after an 11-second search has ended', 11_000, 3],
])('should %s', async (_what, scanMs, count) => {
  const { connection, scans } = redisWith(scanMs);
  const instances = Array.from({ length: 3 }, () => {
    const parts = {
      broadcaster: connection,
      topics: connection,
      state: connection,
      entriesRedis: connection,
    };
    return new RedisCopyEraser({
      ...parts,
      log: createLogger('bff', 'silent'),
    } as unknown as RedisCopyEraserOptions);
  });
  for (const instance of instances) instance.start();
  await instances[0]?.erase({ feed: 'all', before: Date.now() });
  await vi.advanceTimersByTimeAsync(29_000);
  for (const instance of instances) instance.stop();
  expect(scans).toHaveLength(count);
});
