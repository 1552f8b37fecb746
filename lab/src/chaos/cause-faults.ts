import { setTimeout as delay } from 'node:timers/promises';
import { pollUntil } from '@tocsin/tools/net/poll';
import type { Stack } from '@tocsin/tools/stack/stack';
import type { RedisCluster } from '../redis/redis-cluster.ts';
import { applyFault } from './apply-fault.ts';
import type { Clients } from './clients/clients.ts';
import type { Failpoints } from './failpoints.ts';
import { shortfalls, type Goals } from './goals.ts';
import type { Event } from './report/ledger.ts';
import { nameOf, type Fault } from './schedule.ts';
import type { Workload } from './clients/workload.ts';

/** Pause between two faults (ms). */
const BETWEEN_MS = 300;
/** Maximum time (ms) until deliveries resume after a fault. If they don't, the ledger shows the loss. */
const RESUME_MS = 30_000;

export interface FaultRun {
  stack: Stack;
  /** The Redis Cluster whose masters are killed. `undefined` with a single Redis server. */
  cluster: RedisCluster | undefined;
  failpoints: Failpoints;
  clients: Clients;
  workload: Workload;
  faults: Iterable<Fault>;
  goals: Goals;
  /**
   * If true, the run ends at `end` or when it has reached all goals, whichever comes first. If false, it ends at `end`
   * or when it has reached all goals, whichever comes last.
   */
  full: boolean;
  /** The latest (if `full`) or earliest time at which the run can end (ms since 1970). */
  end: number;
  signal: AbortSignal;
  say: (line: string) => void;
}

/** Injects the faults sequentially, and waits after each until deliveries have resumed. */
export async function causeFaults(options: FaultRun): Promise<Event[]> {
  const { clients, workload, faults, goals, full, end, signal, say } = options;
  const events: Event[] = [];
  const isOver = () => {
    const isPastEnd = Date.now() >= end;
    const missedGoals = shortfalls(goals, {
      events: events.filter(({ happened }) => happened),
      acknowledged: workload.total,
    });
    return full ? isPastEnd || missedGoals.length === 0 : isPastEnd && missedGoals.length === 0;
  };
  for (const fault of faults) {
    if (signal.aborted || isOver()) break;
    const from = Date.now();
    const { pair, happened } = await applyFault(options, fault);
    const recoveredAt = Date.now();
    await untilDeliveriesResume(clients, pair, recoveredAt);
    const to = Date.now();
    events.push({ fault, happened, pair, from, to });
    say(
      `${String(events.length).padStart(4)}  ${nameOf(fault)}${happened ? '' : ': did not happen'}  ` +
        `back after ${recoveredAt - from} ms`,
    );
    await delay(BETWEEN_MS);
  }
  return events;
}

/** Waits up to `RESUME_MS` until every steady client on unaffected instances has shown a notification after `since`. */
async function untilDeliveriesResume(
  clients: Clients,
  pair: string | undefined,
  since: number,
): Promise<void> {
  const unaffected = clients.steadyExcept(pair);
  await pollUntil(async () => unaffected.every(({ shown }) => (shown.at(-1)?.at ?? 0) >= since), {
    timeoutMs: RESUME_MS,
  });
}
