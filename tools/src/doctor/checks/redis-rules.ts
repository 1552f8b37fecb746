import { isTooOld, OLDEST_REDIS } from '../../setup/redis/version.ts';
import { fault, ok, warn, type Finding } from '../finding.ts';

/** Redis's INFO and, if allowed, CONFIG. */
export interface RedisFacts {
  info: ReadonlyMap<string, string>;
  /**
   * `undefined` if Redis rejects CONFIG. Many hosted services always reject it; others reject it only if the user lacks
   * the permission.
   */
  config: ReadonlyMap<string, string> | undefined;
  /** True if the settings say that this is a cluster node. */
  isCluster?: boolean;
}

/** Memory is nearly full when this share of maxmemory (if unset, of the machine's memory) is in use. */
const NEAR_FULL = 0.8;

const number = (text: string | undefined): number => Number(text ?? 0);
const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`;

/** For a Redis that rejects CONFIG. */
const REMEDY_WITHOUT_CONFIG =
  'In redis.conf or the settings of the Redis service, set appendonly yes and appendfsync always. If the service has ' +
  'no append-only file, a crash loses the last writes.';

/** Checks that acknowledged Redis writes are on disk. */
export function checkFsync({ info, config }: RedisFacts): Finding {
  const check = 'redis fsync';
  const remedy =
    'Run CONFIG SET appendonly yes and CONFIG SET appendfsync always, and set both in redis.conf.';
  const failed = ['aof_last_write_status', 'aof_last_bgrewrite_status'].filter(
    (name) => info.has(name) && info.get(name) !== 'ok',
  );
  if (failed.length > 0) {
    return fault(
      check,
      `${failed.join(', ')}: Redis cannot write its append-only file`,
      'Check the Redis log; usually the disk is full.',
    );
  }
  const enabled = info.get('aof_enabled');
  if (enabled === undefined) {
    return warn(
      check,
      'unknown: INFO does not say whether appendonly is on',
      'Make sure that the configuration of Redis contains appendonly yes and appendfsync always.',
    );
  }
  if (enabled !== '1') {
    return fault(
      check,
      'appendonly is off: if Redis crashes, accepted notifications are lost',
      config === undefined ? REMEDY_WITHOUT_CONFIG : remedy,
    );
  }
  const fsync = config?.get('appendfsync');
  if (fsync === undefined) {
    return warn(
      check,
      'appendonly is on, but Redis rejects CONFIG GET, so appendfsync is unknown',
      'Make sure that the configuration of Redis contains appendfsync always.',
    );
  }
  if (fsync === 'always') return ok(check, 'appendonly yes, appendfsync always');
  const lost = fsync === 'everysec' ? 'from the last second' : 'that are not on disk yet';
  return fault(
    check,
    `appendfsync is ${fsync}: if the machine that runs Redis crashes, accepted notifications ${lost} are lost`,
    remedy,
  );
}

export function checkEviction({ info, config }: RedisFacts): Finding {
  const check = 'redis eviction';
  const policy = info.get('maxmemory_policy');
  if (policy === undefined) {
    return warn(
      check,
      'unknown: INFO does not contain maxmemory_policy',
      'Make sure that the configuration of Redis contains maxmemory-policy noeviction.',
    );
  }
  if (policy === 'noeviction') return ok(check, 'noeviction: a full Redis rejects writes and loses nothing');
  const says = `maxmemory-policy is ${policy}: a full Redis would drop entries and feeds`;
  const remedy =
    config === undefined
      ? 'In redis.conf or the settings of the Redis service, set maxmemory-policy noeviction.'
      : 'Run CONFIG SET maxmemory-policy noeviction, and set it in redis.conf.';
  return number(info.get('maxmemory')) > 0
    ? fault(check, says, remedy)
    : warn(check, `${says}, once maxmemory is set`, remedy);
}

export function checkMemory({ info }: RedisFacts): Finding {
  const check = 'redis memory';
  const used = number(info.get('used_memory'));
  const limit = number(info.get('maxmemory'));
  const system = number(info.get('total_system_memory'));
  const remedy =
    'Raise maxmemory (and the memory of its host or container), or lower HISTORY_MAX, HISTORY_BYTES or HISTORY_TTL. `redis-cli --memkeys` lists the largest keys.';
  if (limit === 0) {
    const says = `${megabytes(used)} used, no limit set`;
    return system > 0 && used >= NEAR_FULL * system
      ? fault(check, `${says}, and its machine has only ${megabytes(system)}`, remedy)
      : ok(check, `${says} (maxmemory 0)`);
  }
  const says = `${megabytes(used)} of ${megabytes(limit)} used`;
  if (used >= limit) return fault(check, `full: ${says}; new notifications are rejected`, remedy);
  if (used >= NEAR_FULL * limit) return warn(check, `nearly full: ${says}`, remedy);
  return ok(check, says);
}

/** Checks that Redis accepts writes, isn't too old, and is a cluster node only if the settings say so. */
export function checkRole({ info, isCluster = false }: RedisFacts): Finding {
  const check = 'redis';
  const version = info.get('redis_version');
  if (info.get('loading') === '1')
    return fault(check, 'still loading its data', 'Wait until it has loaded its data.');
  if (info.get('role') !== 'master') {
    return fault(
      check,
      `is a ${info.get('role')}, which does not accept writes`,
      'Use its master’s address.',
    );
  }
  if (info.get('cluster_enabled') === '1' && !isCluster) {
    return fault(
      check,
      'is a node of a Redis Cluster',
      'Set REDIS_CLUSTER=true for the bffs, and REDIS_TYPE=cluster for sidecars that `npm start` does not start.',
    );
  }
  if (isTooOld(version)) {
    return fault(
      check,
      `is version ${version}, which lacks commands that Tocsin uses`,
      `Use Redis ${OLDEST_REDIS} or later, or Valkey.`,
    );
  }
  return ok(check, `responds, version ${version ?? 'unknown'}`);
}
