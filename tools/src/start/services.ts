import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ToolsConfig } from '../config.ts';
import {
  addressText,
  distinctRedis,
  explainRedisFault,
  openOnce,
  targetText,
  type RedisPart,
  type RedisParts,
  type RedisTarget,
} from '@tocsin/service/redis';
import { Failure, messageOf } from '../failure.ts';
import { freePorts, isPortFree } from '../net/ports.ts';
import type { Dapr } from '../setup/dapr/dapr.ts';
import { pingRedis, privateRedis, type RedisServer } from '../setup/redis/redis.ts';
import { placementService, schedulerService, type ControlService } from '../stack/control-plane.ts';

/** The default ports where a separately started sidecar looks for placement and the scheduler. */
const PLACEMENT_PORT = 50_005;
const SCHEDULER_PORT = 50_006;
/** Continues the port numbers in dapr.yaml, so that `redis-cli -p 4600` is easy to remember. */
const REDIS_PORT = 4_600;
const CHECK_MS = 5_000;

export interface Services {
  /** The services that we start and stop. */
  managed: ControlService[];
  /** `host:port` for the applications and sidecars. */
  redisHost: string;
  placement: string;
  scheduler: string;
}

const thisOrFreePort = async (port: number): Promise<number> =>
  (await isPortFree(port)) ? port : ((await freePorts(1))[0] ?? port);

/** Placement, the scheduler and, unless REDIS_HOST is set, a Redis. Not started yet. */
export async function createServices(
  dapr: Dapr,
  redisServer: RedisServer | undefined,
  config: ToolsConfig,
  dataDir: string,
): Promise<Services> {
  const logDir = join(dataDir, 'logs');
  rmSync(logDir, { recursive: true, force: true });
  const options = { dapr, dir: dataDir, logDir };
  const placement = await placementService({ ...options, port: await thisOrFreePort(PLACEMENT_PORT) });
  const scheduler = await schedulerService({ ...options, port: await thisOrFreePort(SCHEDULER_PORT) });
  const redis = redisServer ? await redisService(redisServer, dataDir, logDir) : undefined;
  return {
    managed: [placement, scheduler, ...(redis ? [redis] : [])],
    redisHost: redis?.address ?? config.redis?.addresses.map(addressText).join(',') ?? '',
    placement: placement.address,
    scheduler: scheduler.address,
  };
}

async function redisService(server: RedisServer, dataDir: string, logDir: string): Promise<ControlService> {
  const port = await thisOrFreePort(REDIS_PORT);
  return {
    process: privateRedis({ server, port, dir: join(dataDir, 'redis'), logFile: join(logDir, 'redis.log') }),
    address: `127.0.0.1:${port}`,
    isReady: async () => (await pingRedis('127.0.0.1', port)) === undefined,
  };
}

/** @throws Failure if a configured Redis doesn't respond, or rejects the connection or the login */
export async function checkExternalRedis(redis: RedisParts): Promise<void> {
  for (const { target, parts } of distinctRedis(redis)) await checkTarget(target, parts);
}

async function checkTarget(
  target: RedisTarget,
  parts: readonly (RedisPart | 'broadcaster')[],
): Promise<void> {
  try {
    const client = await openOnce(target, { connectTimeout: CHECK_MS, socketTimeout: CHECK_MS });
    client.destroy();
  } catch (error) {
    const explanation = explainRedisFault(error, target);
    const reason = explanation
      ? `it ${explanation.what}. ${explanation.remedy}`
      : `${messageOf(error)}. Start it, or correct REDIS_HOST, REDIS_USERNAME and REDIS_PASSWORD.`;
    const source = parts.includes('broadcaster') ? 'REDIS_HOST' : `for ${parts.join(' and ')}`;
    throw new Failure(
      `Cannot use the Redis at ${targetText(target)} (${source}): ${reason} If REDIS_HOST is unset, Tocsin starts ` +
        'its own Redis.',
    );
  }
}
