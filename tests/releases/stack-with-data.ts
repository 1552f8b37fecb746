import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ensureRedisServer,
  freePorts,
  isPortFree,
  pollUntil,
  privateRedis,
  startStack,
  type Stack,
} from '@tocsin/tools';
import { createClient } from 'redis';
import { restoreStored, type StoredData } from './stored.ts';

export interface StackWithData {
  stack: Stack;
  redis: ReturnType<typeof createClient>;
  stop(): Promise<void>;
}

/** Starts a stack with a single bff, on a separate Redis loaded with the stored data. */
export async function stackWithData(stored: StoredData): Promise<StackWithData> {
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-release-'));
  const [port = 0] = await freePorts(1);
  const server = await ensureRedisServer(console.log);
  const process = privateRedis({ server, port, dir, logFile: join(dir, 'redis.log') });
  await process.start();
  await pollUntil(async () => !(await isPortFree(port)), { timeoutMs: 20_000 });
  const redis = createClient({ socket: { host: '127.0.0.1', port } });
  redis.on('error', () => undefined);
  await redis.connect();
  await restoreStored(redis, stored);
  const stack = await startStack({ bffs: 1, redisHost: `127.0.0.1:${port}` });
  const stop = async () => {
    await stack.stop();
    redis.destroy();
    await process.stop();
    rmSync(dir, { recursive: true, force: true });
  };
  return { stack, redis, stop };
}
