import { readFileSync } from 'node:fs';

/** Open files a process needs in addition to connections. */
const OTHER_FILES = 500;

/** Returns the maximum connections per process on this machine. Each connection is an open file. */
export function maxConnections(): number {
  const found = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return found === undefined ? Number.POSITIVE_INFINITY : Number(found) - OTHER_FILES;
}
