import { createHash } from 'node:crypto';
import { Failure } from '../../failure.ts';
import { hostEnvironment } from '../../config.ts';
import { ManagedProcess, type StartOptions } from '../../process/managed-process.ts';
import { run, type RunResult } from '../../process/run.ts';
import { OLDEST_REDIS } from './version.ts';
import type { Say } from '../say.ts';

export const REDIS_IMAGE = 'redis:7.4.6-bookworm';

/** True if this `docker` can reach the engine. */
export async function isDockerRunning(docker: string): Promise<boolean> {
  const { code, output } = await run(docker, ['info', '--format', '{{.ServerVersion}}']);
  return code === 0 && /^\d+\./m.test(output);
}

/**
 * Fetches the image if the engine doesn't have it, so that starting Redis doesn't have to fetch it.
 * @throws Failure with the last lines of Docker's output
 */
export async function ensureRedisImage(docker: string, say: Say): Promise<void> {
  if ((await run(docker, ['image', 'inspect', REDIS_IMAGE])).code === 0) return;
  say(
    `Fetching ${REDIS_IMAGE} with Docker because Redis ${OLDEST_REDIS} or later is not installed. This is needed only ` +
      'once.',
  );
  const { code, output } = await run(docker, ['pull', '--quiet', REDIS_IMAGE]);
  if (code === 0) return;
  throw new Failure(
    `Docker could not fetch ${REDIS_IMAGE}. Fix the cause below, or install redis-server, then try again:\n` +
      output.split('\n').slice(-8).join('\n'),
  );
}

export interface RedisContainerOptions {
  docker: string;
  /** The port on 127.0.0.1. */
  port: number;
  /** The data folder, which outlives the container. */
  dir: string;
  /** The data's owner. Defaults to the image's user. */
  user?: string | undefined;
}

/** The name depends on the folder so that two clones use different containers. */
export const containerName = (dir: string): string =>
  `tocsin-redis-${createHash('sha256').update(dir).digest('hex').slice(0, 12)}`;

export const redisContainerArgs = ({ port, dir, user }: Omit<RedisContainerOptions, 'docker'>): string[] => [
  ...['run', '--rm', '--name', containerName(dir)],
  ...['--publish', `127.0.0.1:${port}:6379`, '--volume', `${dir}:/data`],
  ...(user ? ['--user', user] : []),
  ...[REDIS_IMAGE, 'redis-server', '--dir', '/data', '--protected-mode', 'no'],
  ...['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''],
];

/** This process's user and group ids in Docker's format, or `undefined` on systems without them. */
export const thisUser = (): string | undefined => {
  const [uid, gid] = [process.getuid?.(), process.getgid?.()];
  return uid === undefined || gid === undefined ? undefined : `${uid}:${gid}`;
};

/**
 * The `docker run` process for a private Redis. It forwards SIGTERM to Redis, and the container stops when Redis does.
 * Other signals are sent to the container with `docker kill`. The next start removes a leftover container.
 */
export class RedisContainerProcess extends ManagedProcess {
  readonly #docker: string;
  readonly #container: string;

  constructor(container: RedisContainerOptions, logFile: string) {
    const { docker, dir } = container;
    super({
      name: 'redis',
      command: docker,
      args: redisContainerArgs(container),
      env: hostEnvironment(),
      logFile,
    });
    this.#docker = docker;
    this.#container = containerName(dir);
  }

  override async start(options?: StartOptions): Promise<void> {
    await this.#remove();
    await super.start(options);
  }

  override async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (!this.running) return;
    await this.#call(['kill', '--signal', signal, this.#container]);
    if (signal === 'SIGKILL') await super.kill(signal);
  }

  override async stop(): Promise<void> {
    const ran = this.running;
    await super.stop();
    if (ran) await this.#remove();
  }

  #remove(): Promise<void> {
    return this.#call(['rm', '--force', this.#container]);
  }

  /** @throws Failure if Docker fails, unless the container is already gone */
  async #call(args: string[]): Promise<void> {
    const { code, output }: RunResult = await run(this.#docker, args);
    const isGone = /no such container|is not running|removal of container .* is already in progress/i;
    if (code !== 0 && !isGone.test(output)) throw new Failure(`docker ${args.join(' ')} failed: ${output}`);
  }
}
