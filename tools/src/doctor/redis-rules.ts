import { fault, ok, warn, type Finding } from './finding.ts';

/** Redis's INFO and, if allowed, its CONFIG. */
export interface RedisFacts {
  info: ReadonlyMap<string, string>;
  /** `undefined` where CONFIG is refused, as by many hosted ones. */
  config: ReadonlyMap<string, string> | undefined;
}

/** From so much of maxmemory on it is time to do something. */
const NEAR_FULL = 0.8;

const number = (text: string | undefined): number => Number(text ?? 0);
const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`;

/** Checks that acknowledged writes of Redis are on disk. */
export function checkFsync({ info, config }: RedisFacts): Finding {
  const check = 'redis fsync';
  const setIt =
    'CONFIG SET appendonly yes, CONFIG SET appendfsync always, and the same two lines in redis.conf.';
  const failed = ['aof_last_write_status', 'aof_last_bgrewrite_status'].filter(
    (name) => info.has(name) && info.get(name) !== 'ok',
  );
  if (failed.length > 0) {
    return fault(
      check,
      `${failed.join(', ')}: it cannot write its log`,
      'Its own log says why; most often the disk is full.',
    );
  }
  if (info.get('aof_enabled') !== '1') {
    return fault(check, 'appendonly is no: a crash of Redis loses what was answered with 202', setIt);
  }
  const fsync = config?.get('appendfsync');
  if (fsync === undefined) {
    return warn(
      check,
      'appendonly is on, but CONFIG GET is refused, so nobody knows whether it syncs',
      'Look in the settings of your Redis for appendfsync, which has to be always.',
    );
  }
  if (fsync === 'always') return ok(check, 'appendonly yes, appendfsync always');
  const loses = fsync === 'everysec' ? 'the last second' : 'whatever the system has not written yet';
  return fault(
    check,
    `appendfsync is ${fsync}: a crash of its machine loses ${loses} of what was answered with 202`,
    setIt,
  );
}

/** Checks that Redis never evicts unclaimed entries. */
export function checkEviction({ info }: RedisFacts): Finding {
  const check = 'redis eviction';
  const policy = info.get('maxmemory_policy') ?? 'unknown';
  if (policy === 'noeviction') return ok(check, 'noeviction: what is full refuses, and loses nothing');
  const says = `maxmemory-policy is ${policy}: a full Redis would drop entries and feeds`;
  const remedy = 'CONFIG SET maxmemory-policy noeviction, and the same in redis.conf.';
  return number(info.get('maxmemory')) > 0
    ? fault(check, says, remedy)
    : warn(check, `${says}, once maxmemory is set`, remedy);
}

/** Checks that Redis has room. */
export function checkMemory({ info }: RedisFacts): Finding {
  const check = 'redis memory';
  const used = number(info.get('used_memory'));
  const most = number(info.get('maxmemory'));
  const system = number(info.get('total_system_memory'));
  const remedy =
    'Raise maxmemory (and the memory of its host or container), or keep less: HISTORY_MAX, HISTORY_BYTES, HISTORY_TTL. `redis-cli --memkeys` shows what is large.';
  if (most === 0) {
    const says = `${megabytes(used)} used, and no bound`;
    return system > 0 && used >= NEAR_FULL * system
      ? fault(check, `${says}: its machine has ${megabytes(system)}`, remedy)
      : ok(check, `${says} (maxmemory 0)`);
  }
  const says = `${megabytes(used)} of ${megabytes(most)} used`;
  if (used >= most) return fault(check, `full: ${says}; it refuses what is published`, remedy);
  if (used >= NEAR_FULL * most) return warn(check, `near full: ${says}`, remedy);
  return ok(check, says);
}

/** Whether it is a Redis that can be written to, and not several. */
export function checkRole({ info }: RedisFacts): Finding {
  const check = 'redis';
  const version = `version ${info.get('redis_version') ?? 'unknown'}`;
  if (info.get('loading') === '1') return fault(check, 'still reads its data', 'Wait until it is done.');
  if (info.get('role') !== 'master') {
    return fault(
      check,
      `is a ${info.get('role')}, which takes no writes`,
      'Name the address of the primary one.',
    );
  }
  if (info.get('cluster_enabled') === '1') {
    return fault(check, 'is a cluster, where a turn’s keys are on several nodes', 'Use a single Redis.');
  }
  return ok(check, `answers, ${version}`);
}
