import { readFileSync } from 'node:fs';

/** A process's use of CPU and memory. */
export interface Usage {
  /** Resident memory in bytes. */
  memory: number;
  /** CPU time since its start, in seconds, user and system together. */
  cpuSeconds: number;
}

/** Ticks a second in /proc/<pid>/stat: USER_HZ, 100 on every architecture that Node runs on. */
const USER_HZ = 100;

/** Memory and CPU time of a process from /proc, so on Linux only. @throws Error if it does not run */
export function usageOf(pid: number): Usage {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const kilobytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN);
  // The command in parentheses may hold spaces; utime and stime are the 12th and 13th field behind it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return { memory: kilobytes * 1024, cpuSeconds: ticks / USER_HZ };
}
