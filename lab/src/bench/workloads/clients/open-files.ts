import { readFileSync } from 'node:fs';

/** Number of open files that a process needs besides its connections. */
const OTHER_FILES = 500;

/** Maximum number of connections per process on this machine. Each connection is an open file. */
export function maxConnections(): number {
  const found = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return found === undefined ? Number.POSITIVE_INFINITY : Number(found) - OTHER_FILES;
}
