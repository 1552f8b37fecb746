import type { AnnouncementQueue, InstanceSnapshot } from '@tocsin/contracts';

/** Returns the highest p99 across instances, or null if no instance has a value. */
export function slowest(instances: readonly Pick<InstanceSnapshot, 'p99Ms'>[]): number | null {
  const present = instances.map(({ p99Ms }) => p99Ms).filter((ms) => ms !== null);
  return present.length === 0 ? null : Math.max(...present);
}

/** Returns the queue metrics with the oldest announcement. All instances report the same queue. */
export const oldestUnfinished = (
  instances: readonly Pick<InstanceSnapshot, 'queue'>[],
): AnnouncementQueue | undefined =>
  instances
    .flatMap(({ queue }) => queue ?? [])
    .toSorted((a, b) => b.oldestMs - a.oldestMs || b.waiting + b.heldBack - a.waiting - a.heldBack)[0];

/** Returns the memory usage of the fullest Redis server, or `undefined` if no instance reports one. */
export const redisShare = (
  instances: readonly Pick<InstanceSnapshot, 'redis'>[],
): { used: number; limit: number } | undefined =>
  instances
    .flatMap(({ redis }) => (redis && redis.limit > 0 ? [redis] : []))
    .toSorted((a, b) => b.used / b.limit - a.used / a.limit)[0];
