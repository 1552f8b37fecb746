import { parseRedisInfo } from '@tocsin/service/redis-info';

/** Redis's used memory and limit in bytes. */
export interface RedisMemory {
  used: number;
  /** `maxmemory` or, if not set, the machine's memory. */
  limit: number;
}

/** Parses the reply to `INFO memory`. */
export function readRedisMemory(info: string): RedisMemory {
  const fields = parseRedisInfo(info);
  const valueOf = (name: string): number => {
    const value = fields.get(name);
    if (value === undefined) throw new Error(`Redis INFO has no ${name}.`);
    return Number(value);
  };
  return { used: valueOf('used_memory'), limit: valueOf('maxmemory') || valueOf('total_system_memory') };
}

/**
 * Returns the memory of the master whose memory is closest to its limit.
 * @throws Error if the list is empty
 */
export function fullest([first, ...others]: readonly RedisMemory[]): RedisMemory {
  if (!first) throw new Error('No Redis master is connected.');
  return others.reduce(
    (top, other) => (other.used / other.limit > top.used / top.limit ? other : top),
    first,
  );
}
