import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment } from '@tocsin/tools/config';
import { Failure } from '@tocsin/tools/failure';
import type { ProtocolName } from '../../protocols/protocol.ts';
import type { Sockets } from './clients.ts';
import { maxConnections } from './open-files.ts';

const FILE = fileURLToPath(new URL('crowd-process.ts', import.meta.url));
/** Maximum connections per process. With more, pings alone would keep the process busy. */
const MAX_PER_PROCESS = 10_000;

/** The part of a crowd that a process handles. */
export interface CrowdPart {
  socketUrls: readonly string[];
  protocol: ProtocolName;
  /** The index of this part's first client in the crowd. */
  first: number;
  count: number;
}

/** A message from a process that handles part of a crowd. */
export type CrowdMessage = { type: 'connected' | 'done' } | { type: 'failed'; reason: string };

/** Divides a crowd into parts with at most `max` clients each. */
export function partsOf(count: number, max: number): { first: number; count: number }[] {
  const parts = Math.ceil(count / max);
  const startOf = (part: number) => Math.floor((part * count) / parts);
  return Array.from({ length: parts }, (_, part) => ({
    first: startOf(part),
    count: startOf(part + 1) - startOf(part),
  }));
}

/** Waits for a process's next message. @throws Failure if it's not the expected message, or the process exits */
const nextMessage = (child: ChildProcess, expected: CrowdMessage['type']): Promise<void> =>
  new Promise((resolve, reject) => {
    const onExit = () => reject(new Failure('A client process has exited.'));
    child.once('exit', onExit);
    child.once('message', (message: CrowdMessage) => {
      child.off('exit', onExit);
      if (message.type === expected) resolve();
      else
        reject(
          new Failure(
            message.type === 'failed' ? message.reason : `Unexpected client state: ${message.type}.`,
          ),
        );
    });
  });

/**
 * Runs `work` while `count` clients in separate processes are subscribed to one feed each.
 * @throws Failure if a client is rejected or disconnected, and the errors of `work`
 */
export async function withCrowd<T>(peer: Sockets, count: number, work: () => Promise<T>): Promise<T> {
  const { socketUrls, protocol } = peer;
  const children = partsOf(count, Math.min(MAX_PER_PROCESS, maxConnections())).map((part) => {
    const crowdPart: CrowdPart = { socketUrls, protocol: protocol.name, ...part };
    return fork(FILE, [JSON.stringify(crowdPart)], {
      execArgv: ['--import', 'tsx'],
      env: cleanEnvironment(),
    });
  });
  try {
    await Promise.all(children.map((child) => nextMessage(child, 'connected')));
    const result = await work();
    await Promise.all(
      children.map(async (child) => {
        if (!child.connected) throw new Failure('A client process has exited.');
        const done = nextMessage(child, 'done');
        child.send('end');
        await done;
      }),
    );
    return result;
  } finally {
    for (const child of children) child.kill();
  }
}
