import { connect } from 'node:net';
import { mkdirSync } from 'node:fs';
import { Failure } from '../../failure.ts';
import { hostEnvironment } from '../../config.ts';
import { ManagedProcess } from '../../process/managed-process.ts';
import { findCommand, run } from '../../process/run.ts';
import { canUseApt, installWithApt } from '../apt.ts';
import { ensureRedisImage, isDockerRunning, RedisContainerProcess, thisUser } from './redis-docker.ts';
import { isTooOld, OLDEST_REDIS } from './version.ts';
import type { Say } from '../say.ts';

const NAMES = ['redis-server', 'valkey-server'];

/** A way to run a Redis server: an installed command, or Docker. */
export interface RedisServer {
  kind: 'command' | 'docker';
  command: string;
}

/** Finds and installs programs on this machine. Tests use a fake. */
export interface Machine {
  find: (names: readonly string[]) => string | undefined;
  /** The version of a Redis server, or `undefined` if the command doesn't print it. */
  versionOf: (command: string) => Promise<string | undefined>;
  canUseApt: () => boolean;
  installWithApt: (packageName: string, purpose: string, say: Say) => Promise<void>;
  isDockerRunning: (docker: string) => Promise<boolean>;
  ensureImage: (docker: string, say: Say) => Promise<void>;
}

const thisMachine: Machine = {
  find: (names) => findCommand(names),
  versionOf: async (command) => /v=(\S+)/.exec((await run(command, ['--version'])).stdout)?.[1],
  canUseApt,
  installWithApt,
  isDockerRunning,
  ensureImage: ensureRedisImage,
};

/**
 * Finds a way to run a Redis server. Looks for redis-server or valkey-server on the PATH; if both are missing, installs
 * redis-server with apt if possible. If there is no server, or all are too old, uses a container if a Docker engine is
 * running.
 * @throws Failure that explains what to do
 */
export async function ensureRedisServer(say: Say, machine: Machine = thisMachine): Promise<RedisServer> {
  if (!machine.find(NAMES) && machine.canUseApt()) {
    const purpose = 'for a private Redis; the service on port 6379 is not used';
    await machine.installWithApt('redis-server', purpose, say);
  }
  let tooOld: string | undefined;
  for (const name of NAMES) {
    const command = machine.find([name]);
    if (!command) continue;
    const version = await machine.versionOf(command);
    if (!isTooOld(version)) return { kind: 'command', command };
    tooOld ??= `${command} is version ${version}`;
  }
  const docker = machine.find(['docker']);
  if (docker && (await machine.isDockerRunning(docker))) {
    await machine.ensureImage(docker, say);
    return { kind: 'docker', command: docker };
  }
  throw new Failure(
    `${tooOld ?? 'Neither redis-server nor valkey-server is on the PATH'}, and ` +
      `${docker ? 'the Docker engine does not respond' : 'Docker is not installed'}. ` +
      `Install Redis ${OLDEST_REDIS} or later (\`sudo apt-get install redis-server\`, \`brew install redis\`), start ` +
      'Docker, or use an existing Redis with REDIS_HOST=host:port, then try again.',
  );
}

export interface PrivateRedisOptions {
  server: RedisServer;
  port: number;
  /** The data folder, which outlives the process. */
  dir: string;
  logFile: string;
  /** If false, Redis doesn't write to disk. False isn't supported with Docker. Defaults to true. */
  persistence?: boolean;
}

/**
 * A Redis that is reachable only from this machine, and that syncs every write unless `persistence` is false. Not
 * started yet.
 */
export function privateRedis({
  server,
  port,
  dir,
  logFile,
  persistence = true,
}: PrivateRedisOptions): ManagedProcess {
  mkdirSync(dir, { recursive: true });
  if (server.kind === 'docker') {
    return new RedisContainerProcess({ docker: server.command, port, dir, user: thisUser() }, logFile);
  }
  const settings = {
    port: String(port),
    bind: '127.0.0.1',
    dir,
    ...(persistence ? { appendonly: 'yes', appendfsync: 'always' } : { appendonly: 'no' }),
    save: '',
    daemonize: 'no',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  return new ManagedProcess({
    name: 'redis',
    command: server.command,
    args,
    env: hostEnvironment(),
    logFile,
  });
}

/**
 * Pings a Redis.
 * @returns `undefined` if it responds and accepts the user and password; otherwise Redis's error, or the reason why
 * Redis is unreachable
 */
export function pingRedis(
  host: string,
  port: number,
  user: { name?: string | undefined; password?: string | undefined } = {},
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1_000 });
    let reply = '';
    const done = (problem: string | undefined) => {
      socket.destroy();
      resolve(problem);
    };
    socket.once('connect', () => {
      if (user.password) socket.write(command('AUTH', ...(user.name ? [user.name] : []), user.password));
      socket.write(command('PING'));
    });
    socket.on('data', (data) => {
      reply += data.toString('utf8');
      const lines = reply.split('\r\n').slice(0, -1);
      const problem = lines.find((line) => line.startsWith('-'));
      if (problem) done(problem.slice(1));
      else if (lines.includes('+PONG')) done(undefined);
    });
    socket.once('timeout', () => done('no response within a second'));
    socket.once('error', (error) => done(error.message));
    socket.once('close', () => resolve('the connection was closed'));
  });
}

const command = (...words: string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
