import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanEnvironment, readConfig } from '../config.ts';
import { Failure } from '../failure.ts';
import { respondsOk, pollUntil } from '../net/poll.ts';
import { internalSecretEnvironment } from '../auth/secret-environment.ts';
import { freePorts } from '../net/ports.ts';
import { ROOT, RUN_FILE } from '../paths.ts';
import type { ManagedProcess } from '../process/managed-process.ts';
import { testBundleOf } from '../build/bundle.ts';
import { ensureApps } from '../setup/product/apps.ts';
import { ensureDapr } from '../setup/dapr/dapr.ts';
import { ensureRedisServer, pingRedis, privateRedis } from '../setup/redis/redis.ts';
import { sayNothing } from '../setup/say.ts';
import { placementService, schedulerService, type ControlService } from './control-plane.ts';
import { newLogDir } from './log-dir.ts';
import { redisForSidecars } from './redis-for-sidecars.ts';
import { nameResolution } from './name-resolution.ts';
import type { AppCommand } from './pair-processes.ts';
import {
  createExternalSidecar,
  createPair,
  type ExternalSidecarOptions,
  type ExternalSidecar,
  type Pair,
  type PairOptions,
  READY_TIMEOUT_MS,
} from './pair.ts';
import { readRunFile } from './run-file.ts';

type EnvOf = Record<string, string> | ((index: number) => Record<string, string>);

export interface StackOptions {
  /** Default 2. */
  bffs?: number;
  /** Default 1. */
  producers?: number;
  /** Added to the environment of every application. */
  env?: Record<string, string>;
  /** Added to each producer's environment. A function receives the producer's index (from 0). */
  producerEnv?: EnvOf;
  bffEnv?: EnvOf;
  /** `host:port` of an existing Redis. The stack never starts or stops it, and never removes its data. */
  redisHost?: string;
  /** The user name for the existing Redis, unless it is `default`. */
  redisUsername?: string;
  redisPassword?: string;
  /** Other settings for the existing Redis, like REDIS_TLS and REDIS_CA_FILE. Used by applications and sidecars. */
  redisSettings?: Record<`REDIS_${string}`, string>;
  /** Added to every sidecar's environment for the secret stores. */
  secrets?: Record<string, string>;
  /** A folder with sidecar components to use instead of this repository's. */
  components?: string;
  /** Folders with additional resources for all sidecars. A component's `scopes` select the sidecars that load it. */
  resources?: readonly string[];
  /** Replaces this repository's applications, for tests of the stack itself. */
  apps?: Partial<Record<'producer' | 'bff', AppCommand>>;
  /** The folder for all logs. Defaults to a new folder in `.artifacts/logs`, where the newest 20 are kept. */
  logDir?: string;
}

export interface Stack {
  /** The stack's own Redis. @throws Failure if the stack uses an existing Redis */
  readonly redis: ManagedProcess;
  /** `host:port`. The stack's own Redis uses `appendfsync always`, and `stop()` removes the data. */
  redisHost: string;
  /** The data folder of the stack's own Redis. A test can restore an older state in it while Redis is down. */
  redisDir: string;
  placement: ManagedProcess;
  scheduler: ManagedProcess;
  producers: Pair[];
  bffs: Pair[];
  logDir: string;
  /** Restarts the stack's own Redis, placement or scheduler after it was killed. Resolves when it responds. */
  revive(service: Service): Promise<void>;
  /**
   * Starts a sidecar for an application outside this repository. Resolves when the sidecar responds. The sidecar stops
   * with the stack.
   */
  startExternalSidecar(appId: string, options?: ExternalSidecarOptions): Promise<ExternalSidecar>;
  /**
   * Adds a pair without starting it. The pair stops with the stack. If `root` is given, the pair uses the application
   * and components from that clone of another release.
   */
  addPair(appId: PairOptions['appId'], name: string, root?: string): Promise<Pair>;
  /** Stops all processes, applications first, and removes the data. */
  stop(): Promise<void>;
}

type Service = 'redis' | 'placement' | 'scheduler';

/** The command that starts an application from sources in a clone of another release. */
const sourceCommandOf = (root: string, app: PairOptions['appId']): AppCommand => ({
  cwd: join(root, app),
  command: [process.execPath, '--import', 'tsx', 'src/main.ts'],
});

const commandOf = (app: 'producer' | 'bff'): AppCommand => ({
  cwd: join(ROOT, app),
  command: [process.execPath, testBundleOf(app)],
});

/**
 * Starts applications with their sidecars, and Redis, placement and the scheduler, all on free ports on this machine.
 * Resolves when all are ready. Started processes never outlive this process.
 * @throws Failure with the failed process's name and log file, after stopping all processes
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const stack = await createStack(options);
  try {
    const services: Service[] = ['placement', 'scheduler'];
    if (options.redisHost === undefined) services.push('redis');
    await Promise.all(services.map((name) => stack.revive(name)));
    const pairs = [...stack.producers, ...stack.bffs];
    await Promise.all(pairs.flatMap(({ app, sidecar }) => [app.start(), sidecar.start()]));
    await Promise.all(pairs.map((pair) => pair.ready()));
    return stack;
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

async function createStack(options: StackOptions): Promise<Stack> {
  const dapr = await ensureDapr();
  if (!options.apps?.producer || !options.apps.bff) await ensureApps(sayNothing);
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-stack-'));
  const logDir = options.logDir ?? newLogDir();
  mkdirSync(logDir, { recursive: true });
  const redis = options.redisHost ?? (await redisService({ dir, logDir }));
  const redisHost = typeof redis === 'string' ? redis : redis.address;
  const services: Record<'placement' | 'scheduler', ControlService> & { redis?: ControlService } = {
    ...(typeof redis !== 'string' && { redis }),
    placement: await placementService({ dapr, dir, logDir }),
    scheduler: await schedulerService({ dapr, dir, logDir }),
  };
  const redisEnvironment = {
    REDIS_HOST: redisHost,
    ...(options.redisUsername !== undefined && { REDIS_USERNAME: options.redisUsername }),
    ...(options.redisPassword !== undefined && { REDIS_PASSWORD: options.redisPassword }),
    ...options.redisSettings,
  };
  const daprApiToken = randomBytes(16).toString('hex');
  const { sidecars } = readRunFile(RUN_FILE);
  const shared = {
    daprd: dapr.daprd,
    placement: services.placement.address,
    scheduler: services.scheduler.address,
    settings: {
      ...sidecars,
      resourcesPaths: [
        ...(options.components === undefined ? sidecars.resourcesPaths : [options.components]),
        ...(options.resources ?? []),
      ],
      configFiles: [...sidecars.configFiles, nameResolution(dir)],
      logLevel: 'info',
    },
    environment: {
      ...cleanEnvironment(),
      DAPR_API_TOKEN: daprApiToken,
      APP_API_TOKEN: randomBytes(16).toString('hex'),
      ...redisEnvironment,
    },
    secrets: {
      ...internalSecretEnvironment(randomBytes(48).toString('base64url')),
      ...redisForSidecars(readConfig(redisEnvironment).redisParts, dir),
      ...options.secrets,
    },
  };
  const context = { shared, daprApiToken, logDir };
  const pairsOf = (appId: PairOptions['appId'], count: number, env: EnvOf = {}): Promise<Pair[]> =>
    Promise.all(
      Array.from({ length: count }, (_, index) =>
        createPair(context, {
          appId,
          name: `${appId}-${index + 1}`,
          app: options.apps?.[appId] ?? commandOf(appId),
          env: { ...options.env, ...(typeof env === 'function' ? env(index) : env) },
        }),
      ),
    );
  const producers = await pairsOf('producer', options.producers ?? 1, options.producerEnv);
  const bffs = await pairsOf('bff', options.bffs ?? 2, options.bffEnv);
  const serviceOf = (name: Service): ControlService => {
    const service = services[name];
    if (!service) throw new Failure(`The ${name} at ${redisHost} is not part of this stack.`);
    return service;
  };
  const external: ExternalSidecar[] = [];
  const added: Pair[] = [];
  const contextOf = (root: string) => ({
    ...context,
    shared: {
      ...shared,
      settings: {
        ...shared.settings,
        resourcesPaths: [join(root, 'components'), ...(options.resources ?? [])],
        configFiles: [join(root, 'components', 'configuration.yaml'), nameResolution(dir)],
      },
    },
  });
  return {
    get redis() {
      return serviceOf('redis').process;
    },
    redisHost,
    redisDir: redisDirOf(dir),
    placement: services.placement.process,
    scheduler: services.scheduler.process,
    producers,
    bffs,
    logDir,
    revive: async (name) => {
      const { process, isReady } = serviceOf(name);
      await process.start();
      const giveUp = () => (process.running ? undefined : 'it has exited');
      const reason = await pollUntil(isReady, { timeoutMs: READY_TIMEOUT_MS, giveUp });
      if (reason) {
        throw new Failure(
          `${name} did not become ready: ${reason}. The last lines of ${process.spec.logFile}:\n${process.tail()}`,
        );
      }
    },
    startExternalSidecar: async (appId, externalOptions) => {
      const started = await createExternalSidecar(context, appId, externalOptions);
      external.push(started);
      await started.sidecar.start();
      const { daprUrl, daprHeaders } = started;
      const reason = await pollUntil(() => respondsOk(`${daprUrl}/v1.0/healthz/outbound`, daprHeaders), {
        timeoutMs: READY_TIMEOUT_MS,
        giveUp: () => (started.sidecar.running ? undefined : 'it has exited'),
      });
      if (reason) throw new Failure(`${started.sidecar.name}: ${reason}\n${started.sidecar.tail()}`);
      return started;
    },
    addPair: async (appId, name, root) => {
      const app = root === undefined ? commandOf(appId) : sourceCommandOf(root, appId);
      const env = options.env ?? {};
      const pair = await createPair(contextOf(root ?? ROOT), { appId, name, app, env });
      added.push(pair);
      return pair;
    },
    stop: async () => {
      await Promise.all([...producers, ...bffs, ...added].map((pair) => pair.stop()));
      await Promise.all(external.map(({ sidecar }) => sidecar.stop()));
      await Promise.all(Object.values(services).map(({ process }) => process.stop()));
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

const redisDirOf = (dir: string): string => join(dir, 'redis');

/** The stack's own Redis. Not started yet. */
async function redisService({ dir, logDir }: { dir: string; logDir: string }): Promise<ControlService> {
  const server = await ensureRedisServer(sayNothing);
  const [port = 0] = await freePorts(1);
  const logFile = join(logDir, 'redis.log');
  return {
    process: privateRedis({ server, port, dir: redisDirOf(dir), logFile }),
    address: `127.0.0.1:${port}`,
    isReady: async () => (await pingRedis('127.0.0.1', port)) === undefined,
  };
}
