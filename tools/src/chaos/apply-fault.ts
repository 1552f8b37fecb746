import { setTimeout as delay } from 'node:timers/promises';
import type { ManagedProcess } from '../process/managed-process.ts';
import type { Pair } from '../stack/pair.ts';
import type { Stack } from '../stack/stack.ts';
import type { FailpointFiles } from './failpoint-files.ts';
import type { Fault } from './schedule.ts';

/** What a fault did: the instance that it hit, if it was one, and whether it happened. */
export interface Hit {
  /** Name of the pair whose own clients may wait until it is back. */
  pair: string | undefined;
  happened: boolean;
}

/** A killed process stays away for so long, in ms. */
const AWAY_MS = 700;
/** An instance that has not reached its failpoint after so long is let alone, in ms. */
const REACH_MS = 2_000;

/** Does the harm and mends it; resolves when the process is back and ready. */
export async function applyFault(stack: Stack, files: FailpointFiles, fault: Fault): Promise<Hit> {
  if (fault.kind === 'failpoint') return hitFailpoint(stack, files, fault);
  const { pair, process, revive } = find(stack, fault.target);
  if (fault.kind === 'stop') {
    await process.kill('SIGSTOP');
    await delay(fault.ms);
    await process.kill('SIGCONT');
  } else {
    await process.kill('SIGKILL');
    await delay(AWAY_MS);
    await revive();
  }
  return { pair: pair?.name, happened: true };
}

/** Arms one instance after the other until one dies: which of them a feed's turns reach is Dapr's choice. */
async function hitFailpoint(
  stack: Stack,
  files: FailpointFiles,
  { app, step }: Fault & { kind: 'failpoint' },
): Promise<Hit> {
  for (const pair of app === 'producer' ? stack.producers : stack.bffs) {
    files.set(pair.name, `${step}=kill`);
    const end = Date.now() + REACH_MS;
    while (pair.app.running && Date.now() < end) await delay(5);
    files.clear(pair.name);
    if (pair.app.running) continue;
    await delay(AWAY_MS);
    await bringBack(pair);
    return { pair: pair.name, happened: true };
  }
  return { pair: undefined, happened: false };
}

async function bringBack(pair: Pair): Promise<void> {
  await pair.app.start();
  await pair.ready(60_000);
}

function find(
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
      await pair.ready(60_000);
    },
  };
}
