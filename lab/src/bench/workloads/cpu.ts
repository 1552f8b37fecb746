import { usageOf } from '@tocsin/tools/process/usage';
import type { Peer, ProcessGroup } from '../peers/peer.ts';

export type CpuSeconds = Record<ProcessGroup | 'all', number>;

function readCpu(peer: Peer): CpuSeconds {
  const seconds: CpuSeconds = { applications: 0, sidecars: 0, redis: 0, all: 0 };
  for (const { group, process } of peer.processes) {
    const { cpuSeconds } = usageOf(process.pid);
    seconds[group] += cpuSeconds;
    seconds.all += cpuSeconds;
  }
  return seconds;
}

/**
 * Starts measuring CPU time. The returned function returns the time used since then, accurate to 10 ms for each
 * process.
 */
export function startCpu(peer: Peer): () => CpuSeconds {
  const before = readCpu(peer);
  return () => {
    const after = readCpu(peer);
    const names = Object.keys(after) as (keyof CpuSeconds)[];
    return Object.fromEntries(names.map((name) => [name, after[name] - before[name]])) as CpuSeconds;
  };
}

/** Converts CPU seconds to figures: divides by `count` and multiplies by `unit` (1e6: µs, or seconds per million). */
export const cpuFigures = (cpu: CpuSeconds, count: number, unit = 1e6): Record<string, number> => ({
  cpu: (cpu.all / count) * unit,
  cpuApplications: (cpu.applications / count) * unit,
  cpuSidecars: (cpu.sidecars / count) * unit,
  cpuRedis: (cpu.redis / count) * unit,
});

/** Returns the resident memory of the processes that hold the sockets (bytes). */
export const socketMemory = (peer: Peer): number =>
  peer.processes
    .filter(({ hasSockets }) => hasSockets)
    .reduce((sum, { process }) => sum + usageOf(process.pid).memory, 0);
