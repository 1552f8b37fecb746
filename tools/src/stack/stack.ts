import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '../failure.ts';
import { pollUntil } from '../net/poll.ts';
import { freePorts } from '../net/ports.ts';
import { ROOT } from '../paths.ts';
import type { ManagedProcess } from '../process/managed-process.ts';
import { ensureDapr } from '../setup/dapr.ts';
import { ensureRedisServer, pingRedis, privateRedis } from '../setup/redis.ts';
import { sayNothing } from '../setup/say.ts';
import { placementService, schedulerService, type ControlService } from './control-plane.ts';
import { newLogDir } from './log-dir.ts';
import { createPair, type AppCommand, type Pair, type PairOptions } from './pair.ts';

type EnvOf = Record<string, string> | ((index: number) => Record<string, string>);

export interface StackOptions {
  /** Default 2. */
  bffs?: number;
  /** Default 1. */
  producers?: number;
  /** Added to the environment of every application. */
  env?: Record<string, string>;
  /** Added to that of each producer, or by its index (from 0). */
  producerEnv?: EnvOf;
  bffEnv?: EnvOf;
  /** Other commands than the applications of this repository, for tests of the stack itself. */
  apps?: Partial<Record<'producer' | 'bff', AppCommand>>;
  /** Where all logs go; default a new folder under `.artifacts/logs`, of which the newest 20 are kept. */
  logDir?: string;
}

export interface Stack {
  redis: ManagedProcess;
  /** `host:port` of the stack's own Redis, which has `appendfsync always` and loses its data at `stop()`. */
  redisHost: string;
  placement: ManagedProcess;
  scheduler: ManagedProcess;
  producers: Pair[];
  bffs: Pair[];
  logDir: string;
  /** Starts Redis, placement or scheduler again after it was killed; resolves when it answers. */
  revive(service: 'redis' | 'placement' | 'scheduler'): Promise<void>;
  /** Ends everything, applications first, and removes the data. Leaves no process. */
  stop(): Promise<void>;
}

const APPS: Record<'producer' | 'bff', AppCommand> = {
  producer: { cwd: join(ROOT, 'producer'), command: [process.execPath, '--import', 'tsx', 'src/main.ts'] },
  bff: { cwd: join(ROOT, 'bff'), command: [process.execPath, '--import', 'tsx', 'src/main.ts'] },
};

/**
 * Starts pairs of sidecar and application, with their own Redis, placement and scheduler, all on free ports of this
 * machine; resolves when all are ready. What it starts ends at the latest when this process does.
 * @throws Failure that names the process which failed and the place of its log; nothing is left running then.
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const stack = await createStack(options);
  try {
    await Promise.all([stack.revive('redis'), stack.revive('placement'), stack.revive('scheduler')]);
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
  const server = await ensureRedisServer(sayNothing);
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-stack-'));
  const logDir = options.logDir ?? newLogDir();
  mkdirSync(logDir, { recursive: true });
  const [redisPort = 0] = await freePorts(1);
  const logFile = join(logDir, 'redis.log');
  const redis = privateRedis({ server, port: redisPort, dir: join(dir, 'redis'), logFile });
  const redisHost = `127.0.0.1:${redisPort}`;
  const services: Record<'redis' | 'placement' | 'scheduler', ControlService> = {
    redis: {
      process: redis,
      address: redisHost,
      isReady: async () => (await pingRedis('127.0.0.1', redisPort)) === undefined,
    },
    placement: await placementService({ dapr, dir, logDir }),
    scheduler: await schedulerService({ dapr, dir, logDir }),
  };
  const context = {
    dapr,
    redisHost,
    placement: services.placement.address,
    scheduler: services.scheduler.address,
    daprApiToken: randomBytes(16).toString('hex'),
    appApiToken: randomBytes(16).toString('hex'),
    logDir,
  };
  const pairsOf = (appId: PairOptions['appId'], count: number, env: EnvOf = {}): Promise<Pair[]> =>
    Promise.all(
      Array.from({ length: count }, (_, index) =>
        createPair(context, {
          appId,
          name: `${appId}-${index + 1}`,
          app: options.apps?.[appId] ?? APPS[appId],
          env: { ...options.env, ...(typeof env === 'function' ? env(index) : env) },
        }),
      ),
    );
  const producers = await pairsOf('producer', options.producers ?? 1, options.producerEnv);
  const bffs = await pairsOf('bff', options.bffs ?? 2, options.bffEnv);
  return {
    redis,
    redisHost,
    placement: services.placement.process,
    scheduler: services.scheduler.process,
    producers,
    bffs,
    logDir,
    revive: async (name) => {
      const { process, isReady } = services[name];
      await process.start();
      const giveUp = () => (process.running ? undefined : 'it has ended');
      const fault = await pollUntil(isReady, { timeoutMs: 30_000, giveUp });
      if (fault) {
        throw new Failure(
          `${name} did not become ready: ${fault}. The last lines of ${process.spec.logFile}:\n${process.tail()}`,
        );
      }
    },
    stop: async () => {
      await Promise.all([...producers, ...bffs].map((pair) => pair.stop()));
      await Promise.all(Object.values(services).map(({ process }) => process.stop()));
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
