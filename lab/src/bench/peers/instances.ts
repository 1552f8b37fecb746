import { Failure } from '@tocsin/tools/failure';
import { pollUntil } from '@tocsin/tools/net/poll';
import type { ManagedProcess } from '@tocsin/tools/process/managed-process';

/** Identical processes that are started, restarted and stopped together. */
export interface Instances {
  processes: readonly ManagedProcess[];
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts all processes and waits until `isReady` is true for each. If a process doesn't become ready, stops them all.
 * @throws Failure with the end of that process's log
 */
export async function startInstances(
  processes: readonly ManagedProcess[],
  isReady: (index: number) => Promise<boolean>,
): Promise<Instances> {
  const each = (work: (process: ManagedProcess, index: number) => Promise<void>) =>
    Promise.all(processes.map(work));
  const untilReady = async (process: ManagedProcess, index: number) => {
    const giveUp = () => (process.running ? undefined : 'it has exited');
    const fault = await pollUntil(() => isReady(index), { timeoutMs: 30_000, giveUp });
    if (fault) throw new Failure(`${process.name} did not become ready: ${fault}.\n${process.tail()}`);
  };
  const stop = async () => {
    await each((process) => process.stop());
  };
  const start = async () => {
    await each((process) => process.start());
    await each(untilReady);
  };
  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    processes,
    stop,
    restart: async () => {
      await stop();
      await start();
    },
  };
}
