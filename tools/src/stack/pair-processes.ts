import { respondsOk } from '../net/poll.ts';
import { ManagedProcess, type ProcessSpec } from '../process/managed-process.ts';

export const LOOPBACK = '127.0.0.1';

export interface AppCommand {
  cwd: string;
  command: readonly [string, ...string[]];
}

/** The settings that all sidecars start with. They correspond to `common` in a Dapr run file. */
export interface SidecarSettings {
  resourcesPaths: readonly string[];
  /** Dapr configuration files. Later files extend earlier files. */
  configFiles: readonly string[];
  logLevel: string;
  appHealth: { path: string; intervalS: number; timeoutMs: number; threshold: number };
}

/** The settings that all pairs on a machine share. */
export interface SharedContext {
  daprd: string;
  /** Placement's address: `host:port`. */
  placement: string;
  /** The scheduler's address: `host:port`. */
  scheduler: string;
  settings: SidecarSettings;
  /** The environment of applications and sidecars, including the tokens that they share. */
  environment: Record<string, string>;
  /** Added to the environment of sidecars only, for their secret stores. */
  secrets: Record<string, string>;
}

/** All ports for an application and its sidecar. */
export interface PairPorts {
  public: number;
  internal: number;
  http: number;
  grpc: number;
  internalGrpc: number;
  metrics: number;
}

/** A process's log and stop timeout. */
type ProcessOptions = Pick<ProcessSpec, 'logFile' | 'onLine' | 'stopTimeoutMs'>;

export interface PairSpec {
  appId: string;
  /** A readable name: `bff-1`. */
  name: string;
  app: AppCommand;
  ports: PairPorts;
  /** Added to the environment of the application only. */
  env: Record<string, string>;
  processOptions: { app: ProcessOptions; sidecar: ProcessOptions };
}

/**
 * The processes of an application and its sidecar. The sidecar listens only on the loopback address. Not started yet.
 */
export function pairProcesses(shared: SharedContext, pair: PairSpec) {
  const { appId, name, ports, processOptions } = pair;
  const [command, ...args] = pair.app.command;
  const app = new ManagedProcess({
    name: `the application of ${name}`,
    command,
    args,
    cwd: pair.app.cwd,
    env: {
      ...shared.environment,
      DAPR_HTTP_PORT: String(ports.http),
      DAPR_GRPC_PORT: String(ports.grpc),
      ...pair.env,
      PORT: String(ports.public),
      INTERNAL_PORT: String(ports.internal),
    },
    ...processOptions.app,
  });
  return { app, sidecar: sidecarProcess(shared, { appId, name, ports, ...processOptions.sidecar }) };
}

export interface SidecarSpec extends ProcessOptions {
  appId: string;
  name: string;
  /** `internal` is omitted if the application only makes calls. */
  ports: Omit<PairPorts, 'public' | 'internal'> & { internal?: number };
}

/** A sidecar that listens only on the loopback address. Not started yet. */
export function sidecarProcess(
  shared: SharedContext,
  { appId, name, ports, ...processOptions }: SidecarSpec,
): ManagedProcess {
  return new ManagedProcess({
    name: `the sidecar of ${name}`,
    command: shared.daprd,
    args: sidecarArgs(shared, appId, ports),
    // Without DAPR_HOST_IP, placement would distribute an address on the machine's current network. GOMAXPROCS limits
    // the sidecar to one core, as in docker-compose.yml and k8s/.
    env: { ...shared.environment, ...shared.secrets, DAPR_HOST_IP: LOOPBACK, GOMAXPROCS: '1' },
    ...processOptions,
  });
}

export interface PairAddress {
  /** For example `http://127.0.0.1:20001`. */
  url: string;
  daprUrl: string;
  /** Headers with the token that the sidecar requires. */
  daprHeaders: Record<string, string>;
}

/** True if the application and its sidecar both report that they are ready. */
export const isPairReady = async ({ url, daprUrl, daprHeaders }: PairAddress): Promise<boolean> =>
  (await respondsOk(`${daprUrl}/v1.0/healthz`, daprHeaders)) && (await respondsOk(`${url}/readyz`));

const sidecarArgs = (
  { placement, scheduler, settings }: SharedContext,
  appId: string,
  ports: SidecarSpec['ports'],
): string[] => [
  ...['--app-id', appId, '--log-level', settings.logLevel],
  ...['--dapr-http-port', String(ports.http), '--dapr-grpc-port', String(ports.grpc)],
  ...['--dapr-internal-grpc-port', String(ports.internalGrpc), '--metrics-port', String(ports.metrics)],
  ...['--dapr-listen-addresses', LOOPBACK, '--dapr-internal-grpc-listen-address', LOOPBACK],
  ...['--metrics-listen-address', LOOPBACK],
  ...settings.resourcesPaths.flatMap((folder) => ['--resources-path', folder]),
  ...settings.configFiles.flatMap((file) => ['--config', file]),
  ...['--placement-host-address', placement, '--scheduler-host-address', scheduler],
  ...(ports.internal === undefined ? [] : appArgs(ports.internal, settings.appHealth)),
];

const appArgs = (port: number, health: SidecarSettings['appHealth']): string[] => [
  ...['--app-port', String(port), '--enable-app-health-check', '--app-health-check-path', health.path],
  ...['--app-health-probe-interval', String(health.intervalS)],
  ...[
    '--app-health-probe-timeout',
    String(health.timeoutMs),
    '--app-health-threshold',
    String(health.threshold),
  ],
];
