import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { isPortFree, pollUntil } from '@tocsin/tools';
import { childrenOf } from '../../tools/src/process/children.ts';
import { launch, removeDir, type Launch, type RunFile } from './launch.ts';

interface ProcessTree {
  /** The process id of `npm start`'s second stage. `all` has the child processes. */
  cli: number;
  all: { pid: number; command: string }[];
}

async function processTreeOf({ child }: Launch): Promise<ProcessTree> {
  const [cli] = await childrenOf(child.pid ?? 0);
  return { cli: cli?.pid ?? 0, all: await childrenOf(cli?.pid ?? 0) };
}

const pidOf = (tree: ProcessTree, pattern: RegExp): number => {
  const found = tree.all.find(({ command }) => pattern.test(command));
  if (!found) throw new Error(`${pattern} is not among ${JSON.stringify(tree.all)}`);
  return found.pid;
};

const isGone = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return true;
  }
};

async function expectNothingLeft(tree: ProcessTree, ports: number[]): Promise<void> {
  const fault = await pollUntil(
    async () =>
      tree.all.every(({ pid }) => isGone(pid)) && (await Promise.all(ports.map(isPortFree))).every(Boolean),
    { timeoutMs: 5_000 },
  );
  expect(fault, JSON.stringify(tree.all.filter(({ pid }) => !isGone(pid)))).toBeUndefined();
}

describe('npm start', () => {
  const launches: Launch[] = [];
  const started = async (options?: Parameters<typeof launch>[0]): Promise<Launch> => {
    const one = await launch(options);
    launches.push(one);
    return one;
  };
  afterEach(async () => {
    for (const one of launches.splice(0)) {
      if (one.child.exitCode === null) one.child.kill('SIGTERM');
      await one.exit;
      removeDir(one.dir);
    }
  });

  it('should print a welcome message once ready, and stop within 15 s of one or two Ctrl-C presses', async () => {
    const one = await started();
    await one.untilPrinted('Tocsin is ready.');
    expect(one.output()).toContain(`localhost:${one.ports[0]}/notifications`);
    const tree = await processTreeOf(one);
    const parts = [/redis-server/, /placement --port/, /scheduler --port/, /--app-port/, /stub-app/];
    for (const pattern of parts) pidOf(tree, pattern);
    const begin = Date.now();
    one.child.kill('SIGINT');
    process.kill(tree.cli, 'SIGINT');
    expect(await one.exit).toBe(0);
    expect(Date.now() - begin).toBeLessThan(15_000);
    expect(one.output().match(/\| stopped$/gm)).toHaveLength(3);
    await expectNothingLeft(tree, one.ports);
  });

  it('should restart Redis and placement after they are killed', async () => {
    const one = await started();
    await one.untilPrinted('Tocsin is ready.');
    const before = await processTreeOf(one);
    process.kill(pidOf(before, /redis-server/), 'SIGKILL');
    process.kill(pidOf(before, /placement --port/), 'SIGKILL');
    await one.untilPrinted('redis is running again.');
    await one.untilPrinted('placement is running again.');
    expect(one.child.exitCode).toBeNull();
  });

  it.each([
    ['an application', /stub-app/, /The application \w+ on port \d+ has exited/],
    ['a sidecar', /daprd/, /The sidecar of \w+ on port \d+ has exited/],
  ])(
    'should report that %s has died, keep the other processes running, and leave none behind when it stops',
    async (_, pattern, sentence) => {
      const one = await started();
      await one.untilPrinted('Tocsin is ready.');
      const tree = await processTreeOf(one);
      const victim = pidOf(tree, pattern);
      process.kill(victim, 'SIGKILL');
      await one.untilPrinted('everything else keeps running');
      expect(one.output()).toMatch(sentence);
      await delay(2_000);
      expect(one.child.exitCode).toBeNull();
      const others = tree.all.filter(({ pid, command }) => pid !== victim && /stub-app|daprd/.test(command));
      expect(others.filter(({ pid }) => isGone(pid))).toEqual([]);
      one.child.kill('SIGTERM');
      expect(await one.exit).toBe(0);
      await expectNothingLeft(tree, one.ports);
    },
  );

  it.each([
    ['first stage', (one: Launch) => one.child.pid ?? 0],
    ['second stage', (_: Launch, tree: ProcessTree) => tree.cli],
  ])('should leave no processes behind after a kill -9 of the %s', async (_, victim) => {
    const one = await started();
    await one.untilPrinted('Tocsin is ready.');
    const tree = await processTreeOf(one);
    process.kill(victim(one, tree), 'SIGKILL');
    await one.exit;
    const fault = await pollUntil(async () => tree.all.every(({ pid }) => isGone(pid)), {
      timeoutMs: 15_000,
    });
    expect(fault).toBeUndefined();
    await expectNothingLeft(tree, one.ports);
  });

  it('should name a busy port, and refuse a second start in the same folder', async () => {
    const one = await started();
    await one.untilPrinted('Tocsin is ready.');
    const second = await launch({ dir: one.dir, runFile: { path: one.runFile, ports: one.ports } });
    expect(await second.exit).toBe(1);
    expect(second.output()).toContain('Tocsin is already running in this folder');
    const copy = await started({ runFile: { path: one.runFile, ports: one.ports } });
    expect(await copy.exit).toBe(1);
    expect(copy.output()).toMatch(
      /Port \d+, needed for the public port of producer, is in use: another copy of Tocsin/,
    );
  });

  it('should name a port that another program is using', async () => {
    const one = await started();
    await one.untilPrinted('Tocsin is ready.');
    one.child.kill('SIGTERM');
    expect(await one.exit).toBe(0);
    const server = createServer().listen(one.ports[2], '127.0.0.1');
    const again = await launch({ dir: one.dir, runFile: { path: one.runFile, ports: one.ports } });
    expect(await again.exit).toBe(1);
    expect(again.output()).toMatch(
      /Port \d+, needed for the sidecar of producer.* is in use by another program/,
    );
    server.close();
  });

  it('should explain why a configured Redis can’t be used', async () => {
    const one = await started({ env: { REDIS_HOST: '127.0.0.1:1' } });
    expect(await one.exit).toBe(1);
    expect(one.output()).toContain('Cannot use the Redis at 127.0.0.1:1 (REDIS_HOST)');
  });

  it('should name the failed component', async () => {
    const one = await started({ change: (runFile, dir) => breakComponent(runFile, dir) });
    expect(await one.exit).toBe(1);
    expect(one.output()).toMatch(
      /The Dapr component notification-state failed, so the sidecar of (bff|producer) on port \d+ has exited/,
    );
  });

  it('should name an application that exits immediately', async () => {
    const one = await started({
      change: ({ apps }) => {
        if (apps[1]) apps[1].command = ['node', '-e', 'process.exit(3)'];
      },
    });
    expect(await one.exit).toBe(1);
    expect(one.output()).toContain(`The application bff on port ${one.ports[6]} has exited.`);
  });
});

function breakComponent({ common }: RunFile, dir: string): void {
  const components = join(dir, 'components');
  cpSync(common.resourcesPaths[0] ?? '', components, { recursive: true });
  const file = join(components, 'notification-state.yaml');
  writeFileSync(
    file,
    readFileSync(file, 'utf8')
      .replace('localhost:6379', 'localhost:1')
      .replace(/(?<! ) *secretKeyRef.*HOST.*\n/, ''),
  );
  common.resourcesPaths = [components];
}
