import { readFileSync } from 'node:fs';

/** Files that a process needs beside its connections. */
const OTHER_FILES = 500;

/** How many connections a process may have here, each of which is a file. */
export function mostConnections(): number {
  const found = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return found === undefined ? Number.POSITIVE_INFINITY : Number(found) - OTHER_FILES;
}
