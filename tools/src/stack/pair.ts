import { join } from 'node:path';
import { cleanEnvironment } from '../config.ts';
import { Failure } from '../failure.ts';
import { answersOk, pollUntil } from '../net/poll.ts';
import { freePorts } from '../net/ports.ts';
import { COMPONENTS_DIR, CONFIGURATION_FILE } from '../paths.ts';
import { ManagedProcess } from '../process/managed-process.ts';
import type { Dapr } from '../setup/dapr.ts';

/** How an application is started. */
export interface AppCommand {
  cwd: string;
  command: readonly [string, ...string[]];
}

/** What all pairs of a stack share. */
export interface PairContext {
  dapr: Dapr;
  redisHost: string;
  redisPassword: string | undefined;
  placement: string;
  scheduler: string;
  daprApiToken: string;
  appApiToken: string;
  logDir: string;
  /** What the sidecars' secret stores read. */
  secrets: Record<string, string>;
}

export interface PairOptions {
  appId: 'producer' | 'bff';
  /** Unique within the stack: `bff-1`. */
  name: string;
  app: AppCommand;
  env: Record<string, string>;
}

/** An application and its sidecar, on ports that stay the same through restarts. */
export interface Pair {
  name: string;
  app: ManagedProcess;
  sidecar: ManagedProcess;
  /** The application's public address, as `http://127.0.0.1:20001`. */
  url: string;
  port: number;
  internalPort: number;
  daprHttpPort: number;
  /** The sidecar's API with its token, for a test that looks behind the scenes: `fetch(daprUrl + '/v1.0/…', {headers})`. */
  daprUrl: string;
  daprHeaders: Record<string, string>;
  /** Where Prometheus reads the sidecar. */
  daprMetricsUrl: string;
  /**
   * Resolves when application and sidecar both say that they are ready.
   * @throws Failure after `timeoutMs` (default 30 000), or at once when one of them has ended.
   */
  ready(timeoutMs?: number): Promise<void>;
  /** Ends the application gracefully, then its sidecar. */
  stop(): Promise<void>;
}

/** A pair with ports of its own. Not started yet. */
export async function createPair(context: PairContext, options: PairOptions): Promise<Pair> {
  const [port = 0, internalPort = 0, http = 0, grpc = 0, internalGrpc = 0, metrics = 0] = await freePorts(6);
  const { appId, name, app: appCommand } = options;
  const environment = {
    ...cleanEnvironment(),
    ...sharedEnvironment(context),
  };
  const [command, ...args] = appCommand.command;
  const app = new ManagedProcess({
    name: `the application of ${name}`,
    command,
    args,
    cwd: appCommand.cwd,
    env: {
      ...environment,
      PORT: String(port),
      INTERNAL_PORT: String(internalPort),
      DAPR_HTTP_PORT: String(http),
      DAPR_GRPC_PORT: String(grpc),
      DEMO_INTERVAL_MS: '0',
      ...options.env,
    },
    logFile: join(context.logDir, `${name}.log`),
    stopTimeoutMs: 12_000,
  });
  const sidecar = new ManagedProcess({
    name: `the sidecar of ${name}`,
    command: context.dapr.daprd,
    args: sidecarArgs(context, { appId, internalPort, http, grpc, internalGrpc, metrics }),
    env: { ...environment, ...context.secrets, ...SIDECAR_ENVIRONMENT },
    logFile: join(context.logDir, `${name}.daprd.log`),
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
    internalPort,
    daprHttpPort: http,
    daprUrl,
    daprHeaders,
    daprMetricsUrl: `http://${LOOPBACK}:${metrics}/metrics`,
    ready: (timeoutMs = 30_000) => ready(app, sidecar, { url, daprUrl, daprHeaders, timeoutMs }),
    stop: async () => {
      await app.stop();
      await sidecar.stop();
    },
  };
}

/** The sidecar of another application than ours, which has no part in our code. */
export interface ForeignSidecar {
  sidecar: ManagedProcess;
  daprUrl: string;
  daprHeaders: Record<string, string>;
}

export interface ForeignOptions {
  /** Port of the application; none for one that only calls. */
  appPort?: number;
  /** Its components; ours by default. */
  resourcesDir?: string;
}

/** A sidecar for an application that is none of ours. Not started yet. */
export async function createForeignSidecar(
  context: PairContext,
  appId: string,
  { appPort: internalPort, resourcesDir }: ForeignOptions = {},
): Promise<ForeignSidecar> {
  const [http = 0, grpc = 0, internalGrpc = 0, metrics = 0] = await freePorts(4);
  const { APP_API_TOKEN: _ours, ...environment } = sharedEnvironment(context);
  const sidecar = new ManagedProcess({
    name: `the sidecar of ${appId}`,
    command: context.dapr.daprd,
    args: sidecarArgs(
      context,
      { appId, http, grpc, internalGrpc, metrics, ...(internalPort && { internalPort }) },
      resourcesDir,
    ),
    env: { ...cleanEnvironment(), ...environment, ...SIDECAR_ENVIRONMENT },
    logFile: join(context.logDir, `${appId}.daprd.log`),
  });
  return {
    sidecar,
    daprUrl: `http://${LOOPBACK}:${http}`,
    daprHeaders: { 'dapr-api-token': context.daprApiToken },
  };
}

const sharedEnvironment = (context: PairContext) => ({
  DAPR_API_TOKEN: context.daprApiToken,
  APP_API_TOKEN: context.appApiToken,
  REDIS_HOST: context.redisHost,
  ...(context.redisPassword !== undefined && { REDIS_PASSWORD: context.redisPassword }),
});

const LOOPBACK = '127.0.0.1';

/**
 * Without DAPR_HOST_IP placement would hand out an address of the network that this machine is in just now. One core, as
 * docker-compose.yml and k8s/ give it.
 */
const SIDECAR_ENVIRONMENT = { DAPR_HOST_IP: LOOPBACK, GOMAXPROCS: '1' };

interface SidecarPorts {
  appId: string;
  /** Port of the application; none for one that is only a caller. */
  internalPort?: number;
  http: number;
  grpc: number;
  internalGrpc: number;
  metrics: number;
}

const sidecarArgs = (context: PairContext, ports: SidecarPorts, resourcesDir = COMPONENTS_DIR): string[] => [
  ...['--app-id', ports.appId],
  ...['--dapr-http-port', String(ports.http), '--dapr-grpc-port', String(ports.grpc)],
  ...['--dapr-internal-grpc-port', String(ports.internalGrpc), '--metrics-port', String(ports.metrics)],
  ...['--dapr-listen-addresses', LOOPBACK, '--dapr-internal-grpc-listen-address', LOOPBACK],
  ...['--metrics-listen-address', LOOPBACK],
  ...['--resources-path', resourcesDir, '--config', CONFIGURATION_FILE],
  ...['--placement-host-address', context.placement, '--scheduler-host-address', context.scheduler],
  ...(ports.internalPort === undefined ? [] : appArgs(ports.internalPort)),
];

const appArgs = (port: number): string[] => [
  ...['--app-port', String(port), '--enable-app-health-check', '--app-health-check-path', '/healthz'],
  ...['--app-health-probe-interval', '1', '--app-health-probe-timeout', '500', '--app-health-threshold', '2'],
];

interface ReadyOptions {
  url: string;
  daprUrl: string;
  daprHeaders: Record<string, string>;
  timeoutMs: number;
}

async function ready(app: ManagedProcess, sidecar: ManagedProcess, options: ReadyOptions): Promise<void> {
  const { url, daprUrl, daprHeaders, timeoutMs } = options;
  const ended = () => [app, sidecar].find((one) => !one.running);
  const fault = await pollUntil(
    async () =>
      (await answersOk(`${daprUrl}/v1.0/healthz`, daprHeaders)) && (await answersOk(`${url}/readyz`)),
    { timeoutMs, giveUp: () => ended() && `${ended()?.name} has ended` },
  );
  if (!fault) return;
  const logs = [app, sidecar].map((one) => `${one.spec.logFile}:\n${one.tail()}`).join('\n');
  throw new Failure(`${app.name} did not become ready: ${fault}. The last lines of\n${logs}`);
}
