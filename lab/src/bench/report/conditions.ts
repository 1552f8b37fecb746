import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { messageOf } from '@tocsin/tools/failure';
import { run } from '@tocsin/tools/process/run';
import { ensureDapr } from '@tocsin/tools/setup/dapr';
import { ensureRedisServer } from '@tocsin/tools/setup/redis';
import { sayNothing } from '@tocsin/tools/setup/say';
import { serverNode } from '../peers/server-node.ts';
import type { Conditions } from './result.ts';

async function versionOf(command: () => Promise<string>, args: string[], pattern: RegExp): Promise<string> {
  try {
    const { output } = await run(await command(), args);
    return pattern.exec(output)?.[1] ?? 'unknown';
  } catch (error) {
    return `unknown (${messageOf(error)})`;
  }
}

/** Describes this machine. Call the returned function at the end of the run to add the duration and load average. */
export async function startConditions(persistence: boolean): Promise<() => Conditions> {
  const [started, load] = [Date.now(), loadavg()[0] ?? 0];
  const [node, redis, dapr] = await Promise.all([
    versionOf(serverNode, ['--version'], /v(\S+)/),
    versionOf(async () => (await ensureRedisServer(sayNothing)).command, ['--version'], /v=(\S+)/),
    versionOf(async () => (await ensureDapr()).daprd, ['--version'], /(?<!\d)(\d+\.\d+\.\S+)/),
  ]);
  const [cpu] = cpus();
  return () => ({
    startedAt: new Date(started).toISOString(),
    seconds: Math.round((Date.now() - started) / 1000),
    cpu: cpu?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node,
    redis,
    dapr,
    persistence,
    load: [load, loadavg()[0] ?? 0],
  });
}
