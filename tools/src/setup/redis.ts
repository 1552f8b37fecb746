import { connect } from 'node:net';
import { mkdirSync } from 'node:fs';
import { Failure } from '../failure.ts';
import { hostEnvironment } from '../config.ts';
import { ManagedProcess } from '../process/managed-process.ts';
import { findCommand } from '../process/run.ts';
import { canUseApt, installWithApt } from './apt.ts';
import type { Say } from './say.ts';

const NAMES = ['redis-server', 'valkey-server'];

/**
 * The command of a Redis server: of the PATH, else from apt when that is possible.
 * @throws Failure with the remedy.
 */
export async function ensureRedisServer(say: Say): Promise<string> {
  if (!findCommand(NAMES) && canUseApt()) {
    await installWithApt('redis-server', 'Tocsin starts a private one; the service on 6379 is not used', say);
  }
  const command = findCommand(NAMES);
  if (command) return command;
  throw new Failure(
    'There is no redis-server and no valkey-server on the PATH. Install one (`sudo apt-get install redis-server`, ' +
      '`brew install redis`), or name a running Redis with REDIS_HOST=host:port, and start again.',
  );
}

export interface PrivateRedisOptions {
  command: string;
  port: number;
  /** Its data; outlives the process. */
  dir: string;
  logFile: string;
}

/** A Redis that answers only on this machine and has written what it acknowledged. Not started yet. */
export function privateRedis({ command, port, dir, logFile }: PrivateRedisOptions): ManagedProcess {
  mkdirSync(dir, { recursive: true });
  const settings = {
    port: String(port),
    bind: '127.0.0.1',
    dir,
    appendonly: 'yes',
    appendfsync: 'always',
    save: '',
    daemonize: 'no',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  return new ManagedProcess({ name: 'redis', command, args, env: hostEnvironment(), logFile });
}

/**
 * Asks a Redis for PING.
 * @returns `undefined` if it answers and takes the password, else what it said or why it could not be reached.
 */
export function pingRedis(host: string, port: number, password?: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1_000 });
    let answer = '';
    const done = (fault: string | undefined) => {
      socket.destroy();
      resolve(fault);
    };
    socket.once('connect', () => {
      if (password) socket.write(command('AUTH', password));
      socket.write(command('PING'));
    });
    socket.on('data', (data) => {
      answer += data.toString('utf8');
      const lines = answer.split('\r\n').slice(0, -1);
      const fault = lines.find((line) => line.startsWith('-'));
      if (fault) done(fault.slice(1));
      else if (lines.includes('+PONG')) done(undefined);
    });
    socket.once('timeout', () => done('no answer within a second'));
    socket.once('error', (error) => done(error.message));
    socket.once('close', () => resolve('the connection was closed'));
  });
}

const command = (...words: string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
