import { ConfigError } from '../process/config.ts';
import { readRedisSettings, redisSettings } from './settings.ts';
import { redisTarget, type RedisTarget } from './target.ts';

/**
 * The parts of the data, each with the prefix of its Redis settings. Each part can be in a separate Redis. The settings
 * for the broadcaster's Redis have just the prefix `REDIS_`.
 */
export const REDIS_PARTS = {
  state: 'REDIS_STATE_',
  entries: 'REDIS_ENTRIES_',
  topics: 'REDIS_TOPICS_',
  audit: 'REDIS_AUDIT_',
} as const;

export type RedisPart = keyof typeof REDIS_PARTS;

/** Each part's Redis target. Parts without separate settings share the broadcaster's target (the same object). */
export type RedisParts = Record<RedisPart | 'broadcaster', RedisTarget>;

const COMMON = 'REDIS_';
const NAMES = Object.keys(redisSettings).map((name) => name.slice(COMMON.length));

/** Settings that have an effect only if another setting is `true`. The value names the other setting. */
const SWITCHES: Partial<Record<string, string>> = {
  ...{ CA_FILE: 'TLS', CERT_FILE: 'TLS', KEY_FILE: 'TLS' },
  ...{ SENTINEL_USERNAME: 'SENTINEL', SENTINEL_PASSWORD: 'SENTINEL' },
};

type Env = Record<string, string | undefined>;

/** Uses the same Redis for all parts. */
export const singleRedisParts = (target: RedisTarget): RedisParts => ({
  ...{ broadcaster: target, state: target, entries: target },
  ...{ topics: target, audit: target },
});

/**
 * Reads the settings for each Redis. For example, `REDIS_STATE_HOST` overrides `REDIS_HOST` for the state. Settings
 * missing from a part default to the broadcaster's. A part that turns off TLS or Sentinels doesn't inherit the settings
 * for them.
 * @throws ConfigError that lists all errors of the first invalid part
 */
export function readRedisParts(env: Env): RedisParts {
  const broadcaster = redisTarget(readRedisSettings(env));
  const parts = Object.entries(REDIS_PARTS).map(([part, prefix]) => [
    part,
    NAMES.some((name) => env[prefix + name]) ? readPart(env, prefix) : broadcaster,
  ]);
  return { broadcaster, ...(Object.fromEntries(parts) as Record<RedisPart, RedisTarget>) };
}

function readPart(env: Env, prefix: string): RedisTarget {
  const isOff = (name: string | undefined) => name !== undefined && env[prefix + name] === 'false';
  const partEnv = NAMES.map((name): [string, string | undefined] => [
    COMMON + name,
    env[prefix + name] || (isOff(SWITCHES[name]) ? undefined : env[COMMON + name]),
  ]);
  try {
    return redisTarget(readRedisSettings(Object.fromEntries(partEnv)));
  } catch (error) {
    throw error instanceof ConfigError ? new ConfigError(error.message.replaceAll(COMMON, prefix)) : error;
  }
}

/** Lists each distinct Redis and the parts that use it. The broadcaster's Redis comes first. */
export function distinctRedis(
  parts: RedisParts,
): { target: RedisTarget; parts: (RedisPart | 'broadcaster')[] }[] {
  const names = ['broadcaster', ...Object.keys(REDIS_PARTS)] as (RedisPart | 'broadcaster')[];
  return [...new Set(names.map((name) => parts[name]))].map((target) => ({
    target,
    parts: names.filter((name) => parts[name] === target),
  }));
}
