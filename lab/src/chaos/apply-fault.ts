import { setTimeout as delay } from 'node:timers/promises';
import { pollUntil } from '@tocsin/tools/net/poll';
import type { ManagedProcess } from '@tocsin/tools/process/managed-process';
import type { Pair } from '@tocsin/tools/stack/pair';
import type { Stack } from '@tocsin/tools/stack/stack';
import type { RedisCluster } from '../redis/redis-cluster.ts';
import type { Failpoints } from './failpoints.ts';
import { MASTERS, failMaster } from './masters.ts';
import type { Fault, StepFault } from './schedule.ts';

export interface FaultResult {
  /** Name of the affected pair (an application and its sidecar). Its clients might get nothing until it's back. */
  pair: string | undefined;
  /** False if the fault had no effect, for example because no instance reached the step in time. */
  happened: boolean;
}

/** Downtime of a killed process (ms). */
const DOWN_MS = 700;
/** Maximum time until an instance reaches the step of the failpoint (ms). */
const REACH_MS = 20_000;
const READY_MS = 60_000;

/** Causes the fault and repairs it. Resolves when the process is back and ready. */
export async function applyFault(
  { stack, failpoints, cluster }: { stack: Stack; failpoints: Failpoints; cluster: RedisCluster | undefined },
  fault: Fault,
): Promise<FaultResult> {
  if ('step' in fault) return causeAtStep(stack, failpoints, fault);
  if (MASTERS.includes(fault.target) && cluster && fault.kind !== 'stop')
    return { pair: undefined, happened: await failMaster(cluster, fault.kind, fault.target) };
  const { pair, process, revive } = findProcess(stack, fault.target);
  const happened = process.running;
  if (fault.kind === 'stop') {
    await process.kill('SIGSTOP');
    await delay(fault.ms);
    await process.kill('SIGCONT');
    await pair?.ready(READY_MS);
  } else if (fault.kind === 'restart') {
    await process.stop();
    await revive();
  } else {
    await process.kill('SIGKILL');
    await delay(DOWN_MS);
    await revive();
  }
  return { pair: pair?.name, happened };
}

/** Kills or stops the first instance that reaches the step (Dapr decides which one), then gets it running again. */
async function causeAtStep(stack: Stack, failpoints: Failpoints, fault: StepFault): Promise<FaultResult> {
  const { app, step } = fault;
  const pairs = app === 'producer' ? stack.producers : stack.bffs;
  const byPid = new Map(pairs.map((pair) => [pair.app.pid, pair]));
  failpoints.set(app, `${step}=${fault.kind === 'kill-at' ? 'kill' : 'stop'}`);
  await pollUntil(async () => failpoints.triggeredBy(app) !== undefined, { timeoutMs: REACH_MS, everyMs: 5 });
  const pair = byPid.get(failpoints.triggeredBy(app) ?? 0);
  failpoints.clear(app);
  if (!pair) return { pair: undefined, happened: false };
  if (fault.kind === 'kill-at') {
    await pair.app.waitForExit(READY_MS);
    await delay(DOWN_MS);
    await pair.app.start();
  } else {
    await delay(fault.ms);
    await pair.app.kill('SIGCONT');
  }
  await pair.ready(READY_MS);
  return { pair: pair.name, happened: true };
}

function findProcess(
  stack: Stack,
  target: string,
): { pair?: Pair; process: ManagedProcess; revive: () => Promise<void> } {
  if (target === 'redis' || target === 'placement' || target === 'scheduler') {
    return { process: stack[target], revive: () => stack.revive(target) };
  }
  const [name = '', part] = target.split(' ');
  const pair =
    name === 'producer' ? stack.producers[0] : stack.bffs.find((candidate) => candidate.name === name);
  if (!pair) throw new Error(`there is no process ${target}`);
  const process = part === 'application' ? pair.app : pair.sidecar;
  return {
    pair,
    process,
    revive: async () => {
      await process.start();
      await pair.ready(READY_MS);
    },
  };
}
