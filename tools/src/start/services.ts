import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ToolsConfig } from '../config.ts';
import {
  addressText,
  distinctRedis,
  explainRedisFault,
  mastersOf,
  openOnce,
  targetText,
  type RedisClient,
  type RedisPart,
  type RedisParts,
  type RedisTarget,
} from '@tocsin/service/redis';
import { parseRedisInfo } from '@tocsin/service/redis-info';
import { Failure, messageOf } from '../failure.ts';
import { freePorts, isPortFree } from '../net/ports.ts';
import type { Dapr } from '../setup/dapr/dapr.ts';
import { pingRedis, privateRedis, type RedisServer } from '../setup/redis/redis.ts';
import { isTooOld, OLDEST_REDIS } from '../setup/redis/version.ts';
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

/** @throws Failure if a configured Redis doesn't respond, rejects the connection or the login, or is too old */
export async function checkExternalRedis(redis: RedisParts): Promise<void> {
  for (const { target, parts } of distinctRedis(redis)) await checkTarget(target, parts);
}

async function checkTarget(
  target: RedisTarget,
  parts: readonly (RedisPart | 'broadcaster')[],
): Promise<void> {
  const reason = await reasonAgainst(target);
  if (reason === undefined) return;
  const source = parts.includes('broadcaster') ? 'REDIS_HOST' : `for ${parts.join(' and ')}`;
  throw new Failure(
    `Cannot use the Redis at ${targetText(target)} (${source}): ${reason} If REDIS_HOST is unset, Tocsin starts ` +
      'its own Redis.',
  );
}

/** The reason why Tocsin can't use this Redis, and the remedy. `undefined` if it can. */
async function reasonAgainst(target: RedisTarget): Promise<string | undefined> {
  let client: RedisClient | undefined;
  try {
    client = await openOnce(target, { connectTimeout: CHECK_MS, socketTimeout: CHECK_MS });
    const old = (await versionsOf(client)).find(isTooOld);
    return old && `it is version ${old}. Use Redis ${OLDEST_REDIS} or later, or Valkey.`;
  } catch (error) {
    const explanation = explainRedisFault(error, target);
    return explanation
      ? `it ${explanation.what}. ${explanation.remedy}`
      : `${messageOf(error)}. Start it, or correct REDIS_HOST, REDIS_USERNAME and REDIS_PASSWORD.`;
  } finally {
    if (client?.isOpen) client.destroy();
  }
}

/**
 * The version that each master reports, or `undefined` if INFO fails, for example because the user isn't allowed to run
 * it.
 */
const versionsOf = (client: RedisClient): Promise<(string | undefined)[]> =>
  Promise.all(
    mastersOf(client).map((master) =>
      master.info('server').then(
        (info) => parseRedisInfo(info).get('redis_version'),
        () => undefined,
      ),
    ),
  );
