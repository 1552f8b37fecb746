import { join } from 'node:path';
import { Failure } from '../failure.ts';
import { pollUntil } from '../net/poll.ts';
import { freePorts } from '../net/ports.ts';
import type { ManagedProcess } from '../process/managed-process.ts';
import {
  isPairReady,
  LOOPBACK,
  pairProcesses,
  sidecarProcess,
  type AppCommand,
  type PairAddress,
  type SharedContext,
} from './pair-processes.ts';

/** Time limit for a process to become ready (ms). A busy machine needs several times as long as an idle one. */
export const READY_TIMEOUT_MS = 60_000;

/** The settings that all pairs in a stack share. */
export interface PairContext {
  shared: SharedContext;
  daprApiToken: string;
  logDir: string;
}

export interface PairOptions {
  appId: 'producer' | 'bff';
  /** Unique within the stack: `bff-1`. */
  name: string;
  app: AppCommand;
  env: Record<string, string>;
}

/** An application and its sidecar, on ports that stay the same across restarts. */
export interface Pair {
  name: string;
  app: ManagedProcess;
  sidecar: ManagedProcess;
  /** The application's public address, for example `http://127.0.0.1:20001`. */
  url: string;
  port: number;
  internalPort: number;
  daprHttpPort: number;
  /** The sidecar's API, for tests of internals: `fetch(daprUrl + '/v1.0/…', { headers: daprHeaders })`. */
  daprUrl: string;
  /** Headers with the token that the sidecar requires. */
  daprHeaders: Record<string, string>;
  /** The sidecar's address for Prometheus. */
  daprMetricsUrl: string;
  /**
   * Resolves when both the application and its sidecar report that they are ready.
   * @throws Failure after `timeoutMs` (default `READY_TIMEOUT_MS`), or as soon as either has exited
   */
  ready(timeoutMs?: number): Promise<void>;
  /** Stops the application gracefully, then the sidecar. */
  stop(): Promise<void>;
}

/** Creates a pair on new ports. Not started yet. */
export async function createPair(context: PairContext, options: PairOptions): Promise<Pair> {
  const [port = 0, internal = 0, http = 0, grpc = 0, internalGrpc = 0, metrics = 0] = await freePorts(6);
  const { name } = options;
  const { app, sidecar } = pairProcesses(context.shared, {
    ...options,
    ports: { public: port, internal, http, grpc, internalGrpc, metrics },
    env: { DEMO_INTERVAL_MS: '0', ...options.env },
    processOptions: {
      app: { logFile: join(context.logDir, `${name}.log`), stopTimeoutMs: 12_000 },
      sidecar: { logFile: join(context.logDir, `${name}.daprd.log`) },
    },
  });
  const url = `http://${LOOPBACK}:${port}`;
  const daprUrl = `http://${LOOPBACK}:${http}`;
  const daprHeaders = { 'dapr-api-token': context.daprApiToken };
  return {
    name,
    app,
    sidecar,
    url,
    port,
    internalPort: internal,
    daprHttpPort: http,
    daprUrl,
    daprHeaders,
    daprMetricsUrl: `http://${LOOPBACK}:${metrics}/metrics`,
    ready: (timeoutMs = READY_TIMEOUT_MS) => ready(app, sidecar, { url, daprUrl, daprHeaders }, timeoutMs),
    stop: async () => {
      await app.stop();
      await sidecar.stop();
    },
  };
}

/** A sidecar for an application from outside this repository. */
export interface ExternalSidecar {
  sidecar: ManagedProcess;
  daprUrl: string;
  daprGrpcPort: number;
  daprHeaders: Record<string, string>;
}

export interface ExternalSidecarOptions {
  /** The application's port. Omitted if the application only makes calls. */
  appPort?: number;
  /** The folder with the sidecar's components. Defaults to this repository's. */
  resourcesDir?: string;
  /** A folder with additional resources. */
  resources?: string;
}

/** Creates a sidecar for an application from outside this repository. Not started yet. */
export async function createExternalSidecar(
  context: PairContext,
  appId: string,
  { appPort: internalPort, resourcesDir, resources }: ExternalSidecarOptions = {},
): Promise<ExternalSidecar> {
  const [http = 0, grpc = 0, internalGrpc = 0, metrics = 0] = await freePorts(4);
  const { APP_API_TOKEN: _ours, ...environment } = context.shared.environment;
  const { settings } = context.shared;
  const paths = resourcesDir === undefined ? settings.resourcesPaths : [resourcesDir];
  const sidecar = sidecarProcess(
    {
      ...context.shared,
      environment,
      secrets: {},
      settings: { ...settings, resourcesPaths: resources === undefined ? paths : [...paths, resources] },
    },
    {
      appId,
      name: appId,
      ports: {
        http,
        grpc,
        internalGrpc,
        metrics,
        ...(internalPort !== undefined && { internal: internalPort }),
      },
      logFile: join(context.logDir, `${appId}.daprd.log`),
    },
  );
  return {
    sidecar,
    daprUrl: `http://${LOOPBACK}:${http}`,
    daprGrpcPort: grpc,
    daprHeaders: { 'dapr-api-token': context.daprApiToken },
  };
}

async function ready(
  app: ManagedProcess,
  sidecar: ManagedProcess,
  address: PairAddress,
  timeoutMs: number,
): Promise<void> {
  const ended = () => [app, sidecar].find((process) => !process.running);
  const giveUp = () => ended() && `${ended()?.name} has exited`;
  const reason = await pollUntil(() => isPairReady(address), { timeoutMs, giveUp });
  if (!reason) return;
  const logs = [app, sidecar].map((process) => `${process.spec.logFile}:\n${process.tail()}`).join('\n');
  throw new Failure(`${app.name} did not become ready: ${reason}. The last lines of\n${logs}`);
}
