import { readFileSync } from 'node:fs';

export interface Usage {
  /** Resident memory in bytes. */
  memory: number;
  /** CPU time (user and system) in seconds since the process started. */
  cpuSeconds: number;
}

/** Ticks per second in /proc/<pid>/stat: USER_HZ is 100 on every architecture that Node supports. */
const USER_HZ = 100;

/**
 * Reads a process's memory and CPU time from /proc (Linux only).
 * @throws Error if it isn't running
 */
export function usageOf(pid: number): Usage {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const kilobytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN);
  // The command in parentheses may contain spaces; utime and stime are the 12th and 13th fields after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return { memory: kilobytes * 1024, cpuSeconds: ticks / USER_HZ };
}
