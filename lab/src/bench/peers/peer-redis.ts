import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '@tocsin/tools/failure';
import { pollUntil } from '@tocsin/tools/net/poll';
import { freePorts } from '@tocsin/tools/net/ports';
import type { ManagedProcess } from '@tocsin/tools/process/managed-process';
import { ensureRedisServer, pingRedis, privateRedis } from '@tocsin/tools/setup/redis';
import { sayNothing } from '@tocsin/tools/setup/say';

export interface PeerRedis {
  process: ManagedProcess;
  /** `host:port`. */
  address: string;
  /** Stops Redis and deletes the data. */
  stop(): Promise<void>;
}

/**
 * Starts a separate Redis server for a peer, so that the server's CPU time and memory can be measured.
 * @throws Failure if there is no redis-server
 */
export async function startPeerRedis({
  persistence,
  logDir,
}: {
  persistence: boolean;
  logDir: string;
}): Promise<PeerRedis> {
  const server = await ensureRedisServer(sayNothing);
  if (server.kind !== 'command') {
    throw new Failure(
      'The benchmark needs a redis-server or valkey-server on the PATH, because it cannot read the CPU time of a container.',
    );
  }
  const [port = 0] = await freePorts(1);
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-bench-redis-'));
  const redis = privateRedis({ server, port, dir, logFile: join(logDir, 'redis.log'), persistence });
  const stop = async () => {
    await redis.stop();
    rmSync(dir, { recursive: true, force: true });
  };
  await redis.start();
  const fault = await pollUntil(async () => (await pingRedis('127.0.0.1', port)) === undefined, {
    timeoutMs: 15_000,
  });
  if (fault) {
    await stop();
    throw new Failure(`Redis did not become ready: ${fault}.\n${redis.tail()}`);
  }
  return { process: redis, address: `127.0.0.1:${port}`, stop };
}
