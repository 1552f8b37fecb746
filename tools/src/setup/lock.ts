import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { hasCode } from '../failure.ts';

/** True if a process with this id exists, including other users' processes. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if (hasCode(error, 'EPERM')) return true;
    if (hasCode(error, 'ESRCH')) return false;
    throw error;
  }
}

/** The lock files that this process has created. */
const created = new Set<string>();

/**
 * True if `holder`, the process id in the lock file, belongs to a running process that holds the lock. If it is this
 * process's id, but this process didn't create the file, the file is left over: a restarted container assigns the same
 * process ids again.
 */
const isHeld = (file: string, holder: number): boolean =>
  holder === process.pid ? created.has(file) : isAlive(holder);

/** Creates a lock file. Returns false if the file already exists, even if its holder has died. */
export function tryLock(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    created.add(file);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

function holderOf(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Acquires a lock file, taking it over if the holder has died. Returns false if a running process holds it. */
export function takeLock(file: string): boolean {
  mkdirSync(dirname(file), { recursive: true });
  if (tryLock(file)) return true;
  const holder = holderOf(file);
  if (holder === undefined || isHeld(file, holder)) return false;
  rmSync(file, { force: true });
  return tryLock(file);
}

/**
 * Runs `work` while holding the lock file, so that no other process runs it at the same time. Takes over the lock if
 * the holder has died.
 * @param onWait called once if another process holds the lock
 */
export async function withLock<T>(
  file: string,
  work: () => Promise<T>,
  onWait: (holder: number) => void,
): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  let waiting = false;
  while (!tryLock(file)) {
    const holder = holderOf(file);
    if (holder !== undefined && isHeld(file, holder)) {
      if (!waiting) onWait(holder);
      waiting = true;
    } else {
      // If the process id is missing, another process may be about to write it, so wait.
      await delay(holder === undefined ? 1_000 : 0);
      const now = holderOf(file);
      if (now === undefined || !isHeld(file, now)) rmSync(file, { force: true });
      continue;
    }
    await delay(500);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}
