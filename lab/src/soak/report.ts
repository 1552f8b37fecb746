import { table } from '@tocsin/tools/print/table';
import { median } from '../bench/quantile.ts';
import type { Sample } from './sample.ts';

/** Maximum growth factor for memory after the warm-up. */
export const MAX_GROWTH = 1.1;

export interface Growth {
  process: string;
  /** Median resident memory right after the warm-up (bytes). */
  early: number;
  /** Median resident memory at the end (bytes). */
  late: number;
  cpuSeconds: number;
}

/**
 * Compares each process's memory in the first and the last fifth of the run, not counting its first `warmUp` seconds.
 */
export function growthOf(samples: readonly Sample[], warmUp: number): Growth[] {
  const last = samples.at(-1);
  if (!last) return [];
  const window = Math.max(1, (last.at - warmUp) / 5);
  const early = samples.filter(({ at }) => at >= warmUp && at <= warmUp + window);
  const late = samples.filter(({ at }) => at >= last.at - window);
  return Object.keys(last.processes).map((process) => ({
    process,
    early: median(early.map(({ processes }) => processes[process]?.memory ?? 0)),
    late: median(late.map(({ processes }) => processes[process]?.memory ?? 0)),
    cpuSeconds: last.processes[process]?.cpuSeconds ?? 0,
  }));
}

const mib = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);

/** Formats a run's tables: memory per process, then the data in Redis. */
export function printSoak(samples: readonly Sample[], warmUp: number): string {
  const growth = growthOf(samples, warmUp);
  const early = samples.find(({ at }) => at >= warmUp);
  const last = samples.at(-1);
  if (!early || !last) return 'The run was too short to compare the memory.';
  const counts = (kind: 'keys' | 'streams') =>
    Object.keys(last[kind])
      .sort()
      .map((name) => [name, early[kind][name] ?? 0, last[kind][name] ?? 0]);
  return [
    table([
      ['process', 'MiB early', 'MiB late', 'late / early', 'CPU s'],
      ...growth.map(({ process, early: from, late, cpuSeconds }) => [
        process,
        mib(from),
        mib(late),
        (late / from).toFixed(2),
        cpuSeconds.toFixed(0),
      ]),
    ]),
    table([
      ['kind of key', 'early', 'late'],
      ...counts('keys'),
      ...counts('streams').map(([name, ...lengths]) => [`entries of ${name}`, ...lengths]),
      ['MiB of data', mib(early.redisData), mib(last.redisData)],
    ]),
  ].join('\n\n');
}
