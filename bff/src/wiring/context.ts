import { hostname } from 'node:os';
import type { AuditTrail, Logger, OnRefused, Registry } from '@tocsin/service';
import { createLogger, createRegistry, startTracing } from '@tocsin/service';
import type { Backend } from '../backend.ts';
import type { BffConfig } from '../config.ts';
import { daprBackend } from '../dapr/backend.ts';
import { createMetrics, type BffMetrics } from '../observe/metrics.ts';
import { addRedisGauges } from '../observe/redis-gauges.ts';
import { createBackplane } from './backplane/backplane.ts';
import { createTrail } from './trail.ts';

/** Shared by all parts of the instance. */
export interface AppContext {
  config: BffConfig;
  log: Logger;
  backend: Backend;
  registry: Registry;
  metrics: BffMetrics;
  trail: AuditTrail;
  /** Counts and records calls and broadcasts that don't come from our own instances. */
  onRefused: OnRefused;
  instance: string;
  now: () => number;
  /** Closes the audit trail, then the backend, then tracing. */
  close(): Promise<void>;
}

/** @param backendOverride the backend to use instead of Dapr's */
export async function createContext(
  config: BffConfig,
  backendOverride: Backend | undefined,
): Promise<AppContext> {
  const log = createLogger('bff', config.LOG_LEVEL);
  const stopTracing = await startTracing('bff', config, log);
  const backend = backendOverride ?? daprBackend(config, createBackplane(config, log), log);
  const registry = createRegistry();
  const metrics = createMetrics(registry);
  if (backend.redisMemory) addRedisGauges(registry, backend.redisMemory);
  const instance = config.INSTANCE_NAME ?? `${hostname()}:${config.PORT}`;
  const { trail, onRefused, stopTrail } = createTrail({ backend, instance, registry, metrics, log });
  return {
    ...{ config, log, backend, registry, metrics, trail, onRefused, instance },
    now: () => Date.now(),
    async close() {
      await stopTrail();
      await backend.close();
      await stopTracing();
    },
  };
}
