import { ConfigError } from '../process/config.ts';
import { readRedisSettings, redisSettings } from './settings.ts';
import { redisTarget, type RedisTarget } from './target.ts';

/**
 * The parts of the data that may have a Redis of their own, and the prefix of its settings. The broadcaster's has no
 * prefix.
 */
export const REDIS_PARTS = {
  state: 'REDIS_STATE_',
  entries: 'REDIS_ENTRIES_',
  topics: 'REDIS_TOPICS_',
  audit: 'REDIS_AUDIT_',
} as const;

export type RedisPart = keyof typeof REDIS_PARTS;

/** The Redis of each part. Parts without settings of their own have the same object as the broadcaster. */
export type RedisParts = Record<RedisPart | 'broadcaster', RedisTarget>;

const COMMON = 'REDIS_';
const NAMES = Object.keys(redisSettings).map((name) => name.slice(COMMON.length));

type Env = Record<string, string | undefined>;

/** One Redis for everything. */
export const allIn = (target: RedisTarget): RedisParts => ({
  ...{ broadcaster: target, state: target, entries: target },
  ...{ topics: target, audit: target },
});

/**
 * Reads the settings of each Redis: `REDIS_STATE_HOST` and so on replace `REDIS_HOST` and so on for one part. Those that
 * are absent are as for the broadcaster.
 * @throws ConfigError that lists all faults of the first invalid part
 */
export function readRedisParts(env: Env): RedisParts {
  const broadcaster = redisTarget(readRedisSettings(env));
  const parts = Object.entries(REDIS_PARTS).map(([part, prefix]) => [
    part,
    NAMES.some((name) => env[prefix + name]) ? partIn(env, prefix) : broadcaster,
  ]);
  return { broadcaster, ...(Object.fromEntries(parts) as Record<RedisPart, RedisTarget>) };
}

function partIn(env: Env, prefix: string): RedisTarget {
  const own = NAMES.map((name): [string, string | undefined] => [
    COMMON + name,
    env[prefix + name] || env[COMMON + name],
  ]);
  try {
    return redisTarget(readRedisSettings(Object.fromEntries(own)));
  } catch (error) {
    throw error instanceof ConfigError ? new ConfigError(error.message.replaceAll(COMMON, prefix)) : error;
  }
}

/** Each different Redis once, with the parts that use it, the broadcaster's first. */
export function distinctRedis(
  parts: RedisParts,
): { target: RedisTarget; parts: (RedisPart | 'broadcaster')[] }[] {
  const names = ['broadcaster', ...Object.keys(REDIS_PARTS)] as (RedisPart | 'broadcaster')[];
  return [...new Set(names.map((name) => parts[name]))].map((target) => ({
    target,
    parts: names.filter((name) => parts[name] === target),
  }));
}
