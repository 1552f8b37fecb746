import { describe, expect, it } from 'vitest';
import { ensureRedisServer, type Machine } from './redis.ts';
import { containerName, redisContainerArgs, REDIS_IMAGE } from './redis-docker.ts';
import { sayNothing } from '../say.ts';

interface MachineOptions {
  commands?: string[];
  root?: boolean;
  engine?: boolean;
  /** The version of redis-server. */
  version?: string;
}

/** A fake machine with these commands. `done` records what is installed and downloaded. */
function machineWith({ commands = [], root = false, engine = false, version = '7.0.15' }: MachineOptions) {
  const present = new Set(commands);
  const done: string[] = [];
  const machine: Machine = {
    find: (names) => {
      const name = names.find((candidate) => present.has(candidate));
      return name && `/bin/${name}`;
    },
    versionOf: async (command) => (command === '/bin/redis-server' ? version : '8.0.1'),
    canUseApt: () => root,
    installWithApt: async (name) => {
      done.push(`apt ${name}`);
      present.add(name);
    },
    isDockerRunning: async () => engine,
    ensureImage: async (docker) => void done.push(`${docker} pull`),
  };
  return { machine, done };
}

describe('ensureRedisServer', () => {
  it.each<[string, MachineOptions, string, string[]]>([
    [
      'an installed server',
      { commands: ['redis-server', 'docker'], root: true, engine: true },
      'redis-server',
      [],
    ],
    ['Valkey', { commands: ['valkey-server', 'docker'], engine: true }, 'valkey-server', []],
    [
      'apt if it runs as root',
      { commands: ['docker'], root: true, engine: true },
      'redis-server',
      ['apt redis-server'],
    ],
    [
      'Docker if the installed server is too old',
      { commands: ['redis-server', 'docker'], engine: true, version: '6.0.16' },
      'docker',
      ['/bin/docker pull'],
    ],
    [
      'a second server if the first is too old',
      { commands: ['redis-server', 'valkey-server', 'docker'], engine: true, version: '6.0.16' },
      'valkey-server',
      [],
    ],
    ['Docker as a last resort', { commands: ['docker'], engine: true }, 'docker', ['/bin/docker pull']],
  ])('should use %s', async (_, options, command, steps) => {
    const { machine, done } = machineWith(options);
    const kind = command === 'docker' ? 'docker' : 'command';
    expect(await ensureRedisServer(sayNothing, machine)).toEqual({ kind, command: `/bin/${command}` });
    expect(done).toEqual(steps);
  });

  it.each<[string, MachineOptions, RegExp]>([
    ['there is no Docker', {}, /and Docker is not installed\. Install Redis 6\.2 or later .* REDIS_HOST/],
    [
      'the installed server is too old',
      { commands: ['redis-server'], version: '6.0.16' },
      /^\/bin\/redis-server is version 6\.0\.16, and Docker is not installed\. Install Redis 6\.2 or later/,
    ],
    [
      'Docker’s engine does not respond',
      { commands: ['docker'] },
      /the Docker engine does not respond\. .* start Docker/,
    ],
  ])('should explain what to do if %s', async (_, options, sentence) => {
    await expect(ensureRedisServer(sayNothing, machineWith(options).machine)).rejects.toThrow(sentence);
  });
});

describe('the container', () => {
  const args = redisContainerArgs({ port: 4600, dir: '/a/.data/redis', user: '1000:1001' });

  it('should be reachable only from this machine, sync every write, and be removed when stopped', () => {
    expect(args.join(' ')).toBe(
      `run --rm --name ${containerName('/a/.data/redis')} --publish 127.0.0.1:4600:6379 --volume /a/.data/redis:/data ` +
        `--user 1000:1001 ${REDIS_IMAGE} redis-server --dir /data --protected-mode no --appendonly yes ` +
        '--appendfsync always --save ',
    );
    expect(args.at(-1)).toBe('');
  });

  it('should have a name that depends on the data folder', () => {
    expect(containerName('/a/.data/redis')).toMatch(/^tocsin-redis-[0-9a-f]{12}$/);
    expect(containerName('/b/.data/redis')).not.toBe(containerName('/a/.data/redis'));
  });

  it('should use an image with a pinned version', () => {
    expect(REDIS_IMAGE).toMatch(/^redis:\d+\.\d+\.\d+/);
  });
});
