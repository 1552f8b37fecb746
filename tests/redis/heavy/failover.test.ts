import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type AnyRedis, startRedis, startSentinel } from '@tocsin/lab';
import { startStack } from '@tocsin/tools';
import { createClient } from 'redis';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { streamThrough } from '../../support/redis/stream-through.ts';
import { ensureValkey } from '../../support/redis/valkey.ts';
import { eventually } from '../../support/state.ts';

const dir = mkdtempSync(join(tmpdir(), 'tocsin-failover-'));
let running: { stop: () => Promise<void> }[] = [];
afterEach(async () => {
  for (const resource of running.toReversed()) await resource.stop();
  running = [];
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Starts a master with a replica, a Sentinel, and a stack that uses them. */
async function startAll(command: string, name: string) {
  const start = async (redis: Promise<AnyRedis>): Promise<AnyRedis> => {
    running.push((await redis).process);
    return redis;
  };
  const master = await start(startRedis({ dir, command, name: `${name}-first` }));
  const settings = { replicaof: `127.0.0.1 ${master.port}` };
  const replica = await start(startRedis({ dir, command, name: `${name}-second`, settings }));
  const sentinel = await start(startSentinel({ dir, command, name: `${name}-sentinel` }, master));
  const log = (redis: AnyRedis): string => readFileSync(redis.process.spec.logFile, 'utf8');
  await eventually(async () => log(replica).includes('sync: Finished') && log(sentinel).includes('+slave'));
  const stack = await startStack({
    redisHost: sentinel.address,
    redisSettings: { REDIS_SENTINEL: 'true', REDIS_MASTER: 'tocsin' },
  });
  running.push(stack);
  return { master, stack };
}

describe.each([
  ['Redis', async () => 'redis-server'],
  ['Valkey 8', ensureValkey],
])('a stack during a failover of %s', (name, commandOf) => {
  it('should continue on the new master, and report a gap for each loss', async () => {
    const { master, stack } = await startAll(await commandOf(), `${name.replace(' ', '-')}-kill`);
    const results = await streamThrough(stack, () => master.process.kill());
    for (const { duplicated, outOfOrder, skipped, lost, reportedGaps } of results) {
      expect({ duplicated, outOfOrder, skipped }).toEqual({ duplicated: [], outOfOrder: [], skipped: [] });
      expect(lost.length === 0 || reportedGaps > 0).toBe(true);
    }
  });

  it('should begin a new epoch with a gap if the replica had fallen behind', async () => {
    const { master, stack } = await startAll(await commandOf(), `${name.replace(' ', '-')}-behind`);
    const results = await streamThrough(stack, async () => {
      // Cut the replica's connection, and prevent it from opening another.
      const client = createClient({ socket: { host: '127.0.0.1', port: master.port } });
      await client.connect();
      await client.sendCommand(['ACL', 'SETUSER', 'default', '-psync', '-sync']);
      await client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'replica']);
      client.destroy();
      await delay(700);
      await master.process.kill();
    });
    for (const { duplicated, outOfOrder, skipped, reportedGaps } of results) {
      expect({ duplicated, outOfOrder, skipped }).toEqual({ duplicated: [], outOfOrder: [], skipped: [] });
      expect(reportedGaps).toBeGreaterThan(0);
    }
  });
});
