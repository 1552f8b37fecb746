import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '@tocsin/tools/failure';
import { Stopped } from '@tocsin/tools/process/stop-signal';
import { Publisher } from '../../bench/workloads/publisher.ts';
import type { Numbers } from '../../bench/workloads/workload.ts';
import { countDepositedEntries, countPublications, untilPublished, type Rig } from './rig.ts';
import type { Counts } from './window.ts';

/** Default for the maximum number of requests in flight. */
const LANES = 64;

export interface Pace {
  /** Requests per second. If omitted, publishes as fast as `lanes` allows. */
  rate?: number;
  requests: number;
  /** Notifications per request. */
  size?: number;
  payload: number;
  lanes?: number;
  /** The feed for each request or, if `spread`, for each notification. */
  feedOf: (index: number) => string;
  /** True if a request's notifications are for different feeds. */
  spread?: boolean;
  numbers: Numbers;
  signal: AbortSignal;
}

/**
 * Publishes at a steady rate, or as fast as possible. Resolves when all notifications have been accepted, committed and
 * broadcast.
 */
export async function publish(rig: Rig, pace: Pace): Promise<Counts> {
  const { rate, requests, size = 1, payload, lanes = LANES, feedOf, spread = false, numbers, signal } = pace;
  const publisher = await Publisher.open(rig.peer, lanes, payload);
  const [before, entriesBefore] = [await countPublications(rig), await countDepositedEntries(rig)];
  const free = Array.from({ length: lanes }, (_, lane) => lane);
  const begun: Promise<void>[] = [];
  let fault: Error | undefined;
  try {
    const started = performance.now();
    for (let index = 0; index < requests; index++) {
      const wait = rate === undefined ? 0 : started + (index * 1000) / rate - performance.now();
      if (wait > 0) await delay(wait);
      while (free.length === 0 && fault === undefined) await delay(1);
      if (signal.aborted) throw new Stopped('Stopped.');
      if (fault !== undefined) throw fault;
      const lane = free.pop() as number;
      const batch = Array.from({ length: size }, () => numbers.take());
      begun.push(
        publisher
          .publish(batch, { lane, feed: spread ? (place) => feedOf(index * size + place) : feedOf(index) })
          .then(
            () => void free.push(lane),
            (error: unknown) => void (fault = error instanceof Error ? error : new Error(messageOf(error))),
          ),
      );
    }
    await Promise.all(begun);
    if (fault !== undefined) throw fault;
  } finally {
    publisher.close();
  }
  await untilPublished(rig, before + requests * size);
  return {
    entries: (await countDepositedEntries(rig)) - entriesBefore,
    requests,
    // Requests for the same feed are far apart, so an entry rarely contains two of them.
    events: spread ? requests * size : requests,
    notifications: requests * size,
  };
}
