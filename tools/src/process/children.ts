import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { hasCode } from '../failure.ts';
import { run } from './run.ts';

export interface ChildInfo {
  pid: number;
  /** The command and arguments. */
  command: string;
}

interface Entry extends ChildInfo {
  parent: number;
}

const isGone = (error: unknown) => hasCode(error, 'ENOENT') || hasCode(error, 'ESRCH');

function readEntry(pid: number): Entry | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z') return undefined;
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return { pid, parent: Number(parent), command };
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

async function allProcesses(): Promise<Entry[]> {
  if (existsSync('/proc/self/stat')) {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => readEntry(Number(name)) ?? []);
  }
  const { output } = await run('ps', ['-axo', 'pid=,ppid=,command=']);
  return output.split('\n').flatMap((line) => {
    const parts = /^\s*(\d+)\s+(\d+)\s+(\S.*)$/.exec(line);
    return parts ? [{ pid: Number(parts[1]), parent: Number(parts[2]), command: parts[3] ?? '' }] : [];
  });
}

/** The running direct children of `pid`, sorted by id. */
export async function childrenOf(pid: number): Promise<ChildInfo[]> {
  return (await allProcesses()).filter(({ parent }) => parent === pid).sort((a, b) => a.pid - b.pid);
}

/** A process's command line, or `undefined` if no process has this id. */
export async function commandOf(pid: number): Promise<string | undefined> {
  return (await allProcesses()).find((entry) => entry.pid === pid)?.command;
}
