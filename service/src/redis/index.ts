/** Direct connections to Redis, bypassing Dapr: settings, clients, and explanations of failed connections. */
export type { RedisClient } from './client.ts';
export { mastersOf, masterOf } from './cluster/follow-cluster.ts';
export { slotOf } from './cluster/slots.ts';
export * from './explain.ts';
export { UnknownMasterError } from './find-master.ts';
export * from './open.ts';
export * from './parts.ts';
export * from './settings.ts';
export * from './target.ts';
export { ConfigError } from '../process/config.ts';
