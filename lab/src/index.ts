/** Exports what tests use from the lab, including the ledger, failpoints and raw clients. */
export { measureRecovery, type RecoveryFigures } from './bench/recovery.ts';
export { parseAcknowledgement, RawClient, type RawClientOptions } from './bench/raw-client.ts';
export { readMetric } from './bench/read-metric.ts';
export { Failpoints } from './chaos/failpoints.ts';
export { Random } from './chaos/random.ts';
export { SlowClient } from './chaos/clients/slow-client.ts';
export { audit, isClean, longestPause, type AuditResult } from './ledger/audit.ts';
export { Caller, makeNotifications, type CallerOptions } from './ledger/caller.ts';
export { startRedis, startSentinel, type AnyRedis, type RedisOptions } from './redis/any-redis.ts';
export { startCluster, type RedisCluster } from './redis/redis-cluster.ts';
export {
  Observer,
  type Gap,
  type Gone,
  type ObserverOptions,
  type ShownNotification,
} from './ledger/observer.ts';
export { sentencesFrom } from './ledger/sentences.ts';
