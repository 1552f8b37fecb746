import { explainRedisFault, openOnce, targetText, type RedisClient } from '@tocsin/service/redis';
import { parseRedisInfo } from '@tocsin/service/redis-info';
import { messageOf } from '../../failure.ts';
import type { Clock } from './clock-skew.ts';
import { fault, type Finding } from '../finding.ts';
import { checkEviction, checkFsync, checkMemory, checkRole, type RedisFacts } from './redis-rules.ts';
import type { Target } from '../target.ts';

const TIMEOUT_MS = 5_000;

/** Connects to the target's Redis. Resolves with the connection, or with the error that prevented it. */
export async function openRedis({ redis }: Target): Promise<RedisClient | Error> {
  try {
    return await openOnce(redis, {
      ...{ connectTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS },
      // A silent connection means that Redis hangs. The timeout closes the connection and rejects its pending commands.
      pingInterval: 1_000,
    });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

export function closeRedis(redis: RedisClient | Error): void {
  if (!(redis instanceof Error) && redis.isOpen) redis.destroy();
}

/** Checks the durability settings and the clock of Redis. */
export async function checkRedis(
  target: Target,
  redis: RedisClient | Error,
): Promise<{ findings: Finding[]; clock?: Clock }> {
  const place = targetText(target.redis);
  if (redis instanceof Error) {
    const known = explainRedisFault(redis, target.redis);
    return {
      findings: [
        known
          ? fault('redis', `at ${place} ${known.what}`, known.remedy)
          : fault(
              'redis',
              `does not respond at ${place}: ${messageOf(redis)}`,
              'Start Redis, or pass its address with --redis HOST:PORT.',
            ),
      ],
    };
  }
  try {
    const askedAt = Date.now();
    const [seconds, micros] = (await redis.sendCommand(['TIME'])) as unknown as [string, string];
    const answeredAt = Date.now();
    const time = Number(seconds) * 1000 + Number(micros) / 1000;
    const facts: RedisFacts = { info: parseRedisInfo(await redis.info()), config: await readConfig(redis) };
    return {
      findings: [checkRole(facts), checkFsync(facts), checkEviction(facts), checkMemory(facts)],
      clock: { name: 'redis', min: time - answeredAt, max: time - askedAt },
    };
  } catch (error) {
    return {
      findings: [
        fault('redis', `responds at ${place} but rejects INFO: ${messageOf(error)}`, 'Check the Redis log.'),
      ],
    };
  }
}

async function readConfig(redis: RedisClient): Promise<RedisFacts['config']> {
  try {
    return new Map(Object.entries(await redis.configGet('append*')));
  } catch {
    return undefined;
  }
}
