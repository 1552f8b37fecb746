import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { isPortFree, pollUntil } from '@tocsin/tools';
import { childrenOf } from '../../tools/src/process/children.ts';
import { launch, removeDir, type Launch, type RunFile } from './launch.ts';

interface ProcessTree {
  /** The process id of the second stage (see `tools/first-stage.mjs`). `all` lists its child processes. */
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
  const launchTracked = async (options?: Parameters<typeof launch>[0]): Promise<Launch> => {
    const launched = await launch(options);
    launches.push(launched);
    return launched;
  };
  afterEach(async () => {
    for (const launched of launches.splice(0)) {
      if (launched.child.exitCode === null) launched.child.kill('SIGTERM');
      await launched.exit;
      removeDir(launched.dir);
    }
  });

  it('should print a welcome message once ready, and stop within 15 s of Ctrl-C, sent to both stages', async () => {
    const tocsin = await launchTracked();
    await tocsin.untilPrinted('Tocsin is ready.');
    expect(tocsin.output()).toContain(`localhost:${tocsin.ports[0]}/notifications`);
    const tree = await processTreeOf(tocsin);
    const parts = [/redis-server/, /placement --port/, /scheduler --port/, /--app-port/, /stub-app/];
    for (const pattern of parts) pidOf(tree, pattern);
    const begin = Date.now();
    tocsin.child.kill('SIGINT');
    process.kill(tree.cli, 'SIGINT');
    expect(await tocsin.exit).toBe(0);
    expect(Date.now() - begin).toBeLessThan(15_000);
    expect(tocsin.output().match(/\| stopped$/gm)).toHaveLength(3);
    await expectNothingLeft(tree, tocsin.ports);
  });

  it('should restart Redis and placement after they are killed', async () => {
    const tocsin = await launchTracked();
    await tocsin.untilPrinted('Tocsin is ready.');
    const before = await processTreeOf(tocsin);
    process.kill(pidOf(before, /redis-server/), 'SIGKILL');
    process.kill(pidOf(before, /placement --port/), 'SIGKILL');
    await tocsin.untilPrinted('redis is running again.');
    await tocsin.untilPrinted('placement is running again.');
    expect(tocsin.child.exitCode).toBeNull();
  });

  it.each([
    ['an application', /stub-app/, /The application \w+ on port \d+ has exited/],
    ['a sidecar', /daprd/, /The sidecar of \w+ on port \d+ has exited/],
  ])(
    'should report that %s has died, keep the other processes running, and leave none behind when it stops',
    async (_, pattern, sentence) => {
      const tocsin = await launchTracked();
      await tocsin.untilPrinted('Tocsin is ready.');
      const tree = await processTreeOf(tocsin);
      const victim = pidOf(tree, pattern);
      process.kill(victim, 'SIGKILL');
      await tocsin.untilPrinted('everything else keeps running');
      expect(tocsin.output()).toMatch(sentence);
      await delay(2_000);
      expect(tocsin.child.exitCode).toBeNull();
      const others = tree.all.filter(({ pid, command }) => pid !== victim && /stub-app|daprd/.test(command));
      expect(others.filter(({ pid }) => isGone(pid))).toEqual([]);
      tocsin.child.kill('SIGTERM');
      expect(await tocsin.exit).toBe(0);
      await expectNothingLeft(tree, tocsin.ports);
    },
  );

  it.each([
    ['first stage', (tocsin: Launch) => tocsin.child.pid ?? 0],
    ['second stage', (_: Launch, tree: ProcessTree) => tree.cli],
  ])('should leave no processes behind after a kill -9 of the %s', async (_, victim) => {
    const tocsin = await launchTracked();
    await tocsin.untilPrinted('Tocsin is ready.');
    const tree = await processTreeOf(tocsin);
    process.kill(victim(tocsin, tree), 'SIGKILL');
    await tocsin.exit;
    const fault = await pollUntil(async () => tree.all.every(({ pid }) => isGone(pid)), {
      timeoutMs: 15_000,
    });
    expect(fault).toBeUndefined();
    await expectNothingLeft(tree, tocsin.ports);
  });

  it('should name a busy port, and refuse a second start in the same folder', async () => {
    const tocsin = await launchTracked();
    await tocsin.untilPrinted('Tocsin is ready.');
    const second = await launch({ dir: tocsin.dir, runFile: { path: tocsin.runFile, ports: tocsin.ports } });
    expect(await second.exit).toBe(1);
    expect(second.output()).toContain('Tocsin is already running in this folder');
    const copy = await launchTracked({ runFile: { path: tocsin.runFile, ports: tocsin.ports } });
    expect(await copy.exit).toBe(1);
    expect(copy.output()).toMatch(
      /Port \d+, needed for the public port of producer, is in use: another copy of Tocsin/,
    );
  });

  it('should name a port that another program is using', async () => {
    const tocsin = await launchTracked();
    await tocsin.untilPrinted('Tocsin is ready.');
    tocsin.child.kill('SIGTERM');
    expect(await tocsin.exit).toBe(0);
    const server = createServer().listen(tocsin.ports[2], '127.0.0.1');
    const second = await launch({ dir: tocsin.dir, runFile: { path: tocsin.runFile, ports: tocsin.ports } });
    expect(await second.exit).toBe(1);
    expect(second.output()).toMatch(
      /Port \d+, needed for the sidecar of producer.* is in use by another program/,
    );
    server.close();
  });

  it('should explain why a configured Redis can’t be used', async () => {
    const tocsin = await launchTracked({ env: { REDIS_HOST: '127.0.0.1:1' } });
    expect(await tocsin.exit).toBe(1);
    expect(tocsin.output()).toContain('Cannot use the Redis at 127.0.0.1:1 (REDIS_HOST)');
  });

  it('should name the failed component', async () => {
    const tocsin = await launchTracked({ change: (runFile, dir) => breakComponent(runFile, dir) });
    expect(await tocsin.exit).toBe(1);
    expect(tocsin.output()).toMatch(
      /The Dapr component notification-state failed, so the sidecar of (bff|producer) on port \d+ has exited/,
    );
  });

  it('should name an application that exits immediately', async () => {
    const tocsin = await launchTracked({
      change: ({ apps }) => {
        if (apps[1]) apps[1].command = ['node', '-e', 'process.exit(3)'];
      },
    });
    expect(await tocsin.exit).toBe(1);
    expect(tocsin.output()).toContain(`The application bff on port ${tocsin.ports[6]} has exited.`);
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
