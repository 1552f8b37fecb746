import { readFileSync } from 'node:fs';

/** CPU time used by this thread (ms). Other threads in the process run other test files at the same time. */
export function threadCpuMs(): number {
  try {
    const [nanoseconds] = readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ');
    return Number(nanoseconds) / 1e6;
  } catch {
    // Only Linux reports the time per thread. Elsewhere, use the whole process's time.
    return process.cpuUsage().user / 1_000;
  }
}
