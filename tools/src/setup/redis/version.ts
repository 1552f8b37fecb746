/** The oldest version of Redis that has the commands GETDEL (for claiming entries) and `XTRIM MINID`. */
export const OLDEST_REDIS = '6.2';

/**
 * True if this version of Redis is older than `OLDEST_REDIS`. Valkey reports the Redis version that it is compatible
 * with. Some compatible servers report no version; they count as new enough.
 */
export function isTooOld(version = ''): boolean {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined) return false;
  return Number(major) < 6 || (Number(major) === 6 && Number(minor) < 2);
}
