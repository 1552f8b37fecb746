import { REDIS_PARTS, redisSettings } from '@tocsin/service/redis';
import { Failure } from '../failure.ts';

/** The settings of `redisSettings`, and those that only sidecars read. */
const NAMES = [...Object.keys(redisSettings), 'REDIS_TYPE', 'REDIS_CERT', 'REDIS_KEY'];
const PREFIXES = ['REDIS_', ...Object.values(REDIS_PARTS)];

/**
 * If REDIS_HOST is not set, checks that no other Redis setting is set either. The applications and sidecars would apply
 * such a setting to the private Redis, which has neither TLS nor users.
 * @throws Failure that lists the settings
 */
export function rejectStrayRedisSettings(env: Record<string, string | undefined>): void {
  if (env['REDIS_HOST']) return;
  const names = PREFIXES.flatMap((prefix) => NAMES.map((name) => name.replace('REDIS_', prefix)));
  const stray = names.filter((name) => env[name] && env[name] !== 'false');
  if (stray.length === 0) return;
  throw new Failure(
    'Without REDIS_HOST, Tocsin starts a private Redis, which needs no other settings. To use it, unset ' +
      `${stray.join(', ')}. To use your own Redis, set REDIS_HOST.`,
  );
}
