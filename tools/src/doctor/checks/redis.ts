import {
  distinctRedis,
  explainRedisFault,
  mastersOf,
  openOnce,
  targetText,
  type RedisClient,
} from '@tocsin/service/redis';
import { parseRedisInfo } from '@tocsin/service/redis-info';
import { messageOf } from '../../failure.ts';
import type { Clock } from './clock-skew.ts';
import { fault, warn, worst, type Finding } from '../finding.ts';
import { checkEviction, checkFsync, checkMemory, checkRole, type RedisFacts } from './redis-rules.ts';
import type { Target } from '../target.ts';

const TIMEOUT_MS = 5_000;

/** Connects to the target's Redis. Resolves with the connection or the error that prevented it. */
export async function openRedis({ redis }: Pick<Target, 'redis'>): Promise<RedisClient | Error> {
  try {
    return await openOnce(redis, {
      ...{ connectTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS },
      // With pings, a silent connection means that Redis is hanging. `socketTimeout` then closes the connection and
      // rejects pending commands.
      pingInterval: 1_000,
    });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

export function closeRedis(redis: RedisClient | Error): void {
  if (!(redis instanceof Error) && redis.isOpen) redis.destroy();
}

/** Checks Redis's durability settings and clock. In a cluster, checks each master's settings. */
export async function checkRedis(
  target: Pick<Target, 'redis' | 'isRedisExternal'>,
  redis: RedisClient | Error,
): Promise<{ findings: Finding[]; clock?: Clock }> {
  const address = targetText(target.redis);
  if (redis instanceof Error) {
    if (target.isRedisExternal) return { findings: [unchecked(address, redis)] };
    const explanation = explainRedisFault(redis, target.redis);
    return {
      findings: [
        explanation
          ? fault('redis', `at ${address} ${explanation.what}`, explanation.remedy)
          : fault(
              'redis',
              `does not respond at ${address}: ${messageOf(redis)}`,
              'Start Redis, or pass its address with --redis HOST:PORT.',
            ),
      ],
    };
  }
  try {
    const sentAt = Date.now();
    const [seconds, micros] = (await redis.sendCommand(['TIME'])) as unknown as [string, string];
    const receivedAt = Date.now();
    const time = Number(seconds) * 1000 + Number(micros) / 1000;
    const masters = await Promise.all(
      mastersOf(redis).map(async (master): Promise<RedisFacts> => ({
        info: parseRedisInfo(await master.info()),
        config: await readConfig(master),
        isCluster: target.redis.cluster === true,
      })),
    );
    return {
      findings: [checkRole, checkFsync, checkEviction, checkMemory].map((check) => {
        const found = worst(masters.map(check));
        return masters.length === 1 ? found : { ...found, says: `${found.says} (${masters.length} masters)` };
      }),
      clock: { name: 'redis', min: time - receivedAt, max: time - sentAt },
    };
  } catch (error) {
    return {
      findings: [
        fault(
          'redis',
          `responds at ${address} but rejects INFO: ${messageOf(error)}`,
          'Check the Redis log.',
        ),
      ],
    };
  }
}

/** A warning instead of an error, because only the pods need to reach an external Redis. */
const unchecked = (address: string, error: Error): Finding =>
  warn(
    'redis',
    `can't be reached at ${address} from this machine (${messageOf(error)}), so its settings weren't checked`,
    'Compare its settings with docs/guides/redis.md.',
  );

/** Checks each Redis except the broadcaster's. */
export async function checkOtherRedis(target: Target): Promise<Finding[]> {
  if (!target.redisParts) return [];
  const found = distinctRedis(target.redisParts)
    .filter(({ parts }) => !parts.includes('broadcaster'))
    .map(async ({ target: redis, parts }) => {
      const opened = await openRedis({ redis });
      try {
        const { findings } = await checkRedis({ redis }, opened);
        return findings.map((finding) => ({
          ...finding,
          check: `${finding.check} of ${parts.join(' and ')}`,
        }));
      } finally {
        closeRedis(opened);
      }
    });
  return (await Promise.all(found)).flat();
}

async function readConfig(redis: RedisClient): Promise<RedisFacts['config']> {
  try {
    return new Map(Object.entries(await redis.configGet('append*')));
  } catch {
    return undefined;
  }
}
