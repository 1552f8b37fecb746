import { join } from 'node:path';
import { hostEnvironment, readConfig } from '../config.ts';
import { freePorts } from '../net/ports.ts';
import { respondsOk } from '../net/poll.ts';
import { ManagedProcess } from '../process/managed-process.ts';
import { run } from '../process/run.ts';
import type { Dapr } from '../setup/dapr/dapr.ts';

/** Placement or the scheduler, and the address for sidecars to use. */
export interface ControlService {
  process: ManagedProcess;
  /** `host:port` for `--placement-host-address` or `--scheduler-host-address`. */
  address: string;
  /** True if it responds to the health probe. */
  isReady: () => Promise<boolean>;
}

export interface ControlPlaneOptions {
  dapr: Dapr;
  /** The port for sidecars to connect to. Defaults to a free port. */
  port?: number;
  /** The parent of the scheduler's data folder. */
  dir: string;
  logDir: string;
}

const LOOPBACK = '127.0.0.1';
const common = (port: number, healthz: number, metrics: number): string[] => [
  ...['--port', String(port), '--listen-address', LOOPBACK],
  ...['--healthz-port', String(healthz), '--healthz-listen-address', LOOPBACK],
  ...['--metrics-port', String(metrics), '--metrics-listen-address', LOOPBACK],
];

/** Dapr's placement service, which assigns actors to instances. Doesn't write to disk. Not started yet. */
export async function placementService(options: ControlPlaneOptions): Promise<ControlService> {
  const [free = 0, healthz = 0, metrics = 0, raft = 0] = await freePorts(4);
  const port = options.port ?? free;
  const cluster = ['--initial-cluster', `dapr-placement-0=${LOOPBACK}:${raft}`];
  return {
    process: new ManagedProcess({
      name: 'placement',
      command: options.dapr.placement,
      args: [...common(port, healthz, metrics), ...cluster],
      env: hostEnvironment(),
      logFile: join(options.logDir, 'placement.log'),
      stopTimeoutMs: 3_000,
    }),
    address: `${LOOPBACK}:${port}`,
    isReady: () => respondsOk(`http://${LOOPBACK}:${healthz}/healthz`),
  };
}

/**
 * The option that limits etcd to the loopback address. Schedulers before 1.17 would reject it. Only `npm run test:dapr`
 * starts them, to reproduce the results for 1.16.0 in docs/releases.md.
 */
async function etcdAddress(scheduler: string): Promise<string[]> {
  const option = '--etcd-client-listen-address';
  const isOld =
    readConfig().allowsUntestedDapr && !(await run(scheduler, ['--help'])).output.includes(option);
  return isOld ? [] : [option, LOOPBACK];
}

/** Dapr's scheduler with embedded etcd. Not started yet. */
export async function schedulerService(options: ControlPlaneOptions): Promise<ControlService> {
  const [free = 0, healthz = 0, metrics = 0, etcdPeer = 0, etcdClient = 0] = await freePorts(5);
  const port = options.port ?? free;
  const etcd = [
    ...['--etcd-data-dir', join(options.dir, 'scheduler')],
    ...['--etcd-client-port', String(etcdClient), ...(await etcdAddress(options.dapr.scheduler))],
    ...['--etcd-initial-cluster', `dapr-scheduler-server-0=http://${LOOPBACK}:${etcdPeer}`],
    ...['--override-broadcast-host-port', `${LOOPBACK}:${port}`],
  ];
  return {
    process: new ManagedProcess({
      name: 'scheduler',
      command: options.dapr.scheduler,
      args: [...common(port, healthz, metrics), ...etcd],
      env: hostEnvironment(),
      logFile: join(options.logDir, 'scheduler.log'),
      stopTimeoutMs: 3_000,
    }),
    address: `${LOOPBACK}:${port}`,
    isReady: () => respondsOk(`http://${LOOPBACK}:${healthz}/healthz`),
  };
}
