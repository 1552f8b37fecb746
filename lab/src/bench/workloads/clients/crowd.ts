import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment } from '@tocsin/tools/config';
import { Failure } from '@tocsin/tools/failure';
import type { ProtocolName } from '../../protocols/protocol.ts';
import type { Sockets } from './clients.ts';
import { mostConnections } from './open-files.ts';

const FILE = fileURLToPath(new URL('crowd-process.ts', import.meta.url));
/** Maximum number of connections per process. With more, pings alone would keep it busy. */
const MOST_OF_A_PROCESS = 10_000;

/** The part of a crowd in one process. */
export interface CrowdPart {
  socketUrls: readonly string[];
  protocol: ProtocolName;
  /** The number of its first client in the crowd. */
  first: number;
  count: number;
}

/** A message from such a process. */
export type CrowdWord = { is: 'connected' | 'done' } | { is: 'failed'; why: string };

/** Divides a crowd into parts of at most `most` clients. */
export function partsOf(count: number, most: number): { first: number; count: number }[] {
  const parts = Math.ceil(count / most);
  const startOf = (part: number) => Math.floor((part * count) / parts);
  return Array.from({ length: parts }, (_, part) => ({
    first: startOf(part),
    count: startOf(part + 1) - startOf(part),
  }));
}

/** Waits for the next message of a process. @throws Failure if it is a different message, or the process ends */
const heard = (child: ChildProcess, expected: CrowdWord['is']): Promise<void> =>
  new Promise((resolve, reject) => {
    const ended = () => reject(new Failure('A process with clients has ended.'));
    child.once('exit', ended);
    child.once('message', (word: CrowdWord) => {
      child.off('exit', ended);
      if (word.is === expected) resolve();
      else reject(new Failure(word.is === 'failed' ? word.why : `A process with clients is ${word.is}.`));
    });
  });

/**
 * Runs `work` while this many clients, in separate processes, are subscribed to one feed each. @throws Failure if a client
 * is rejected or its connection ends, and the errors of `work`
 */
export async function withCrowd<T>(peer: Sockets, count: number, work: () => Promise<T>): Promise<T> {
  const { socketUrls, protocol } = peer;
  const children = partsOf(count, Math.min(MOST_OF_A_PROCESS, mostConnections())).map((part) => {
    const whole: CrowdPart = { socketUrls, protocol: protocol.name, ...part };
    return fork(FILE, [JSON.stringify(whole)], { execArgv: ['--import', 'tsx'], env: cleanEnvironment() });
  });
  try {
    await Promise.all(children.map((child) => heard(child, 'connected')));
    const result = await work();
    await Promise.all(
      children.map(async (child) => {
        if (!child.connected) throw new Failure('A process with clients has ended.');
        const done = heard(child, 'done');
        child.send('end');
        await done;
      }),
    );
    return result;
  } finally {
    for (const child of children) child.kill();
  }
}
