import { setTimeout as delay } from 'node:timers/promises';
import { pollUntil } from '@tocsin/tools/net/poll';
import type { Stack } from '@tocsin/tools/stack/stack';
import { applyFault } from './apply-fault.ts';
import type { Clients } from './clients/clients.ts';
import type { Failpoints } from './failpoints.ts';
import { shortfalls, type Goals } from './goals.ts';
import type { Event } from './report/ledger.ts';
import { nameOf, type Fault } from './schedule.ts';
import type { Workload } from './clients/workload.ts';

const BETWEEN_MS = 300;
/** Deliveries that have not gone on so long after a fault are left to the account, in ms. */
const GO_ON_MS = 30_000;

export interface Harm {
  stack: Stack;
  failpoints: Failpoints;
  clients: Clients;
  workload: Workload;
  faults: Iterable<Fault>;
  goals: Goals;
  /** Whether the run is over once its goals are reached, or goes on until `end`. */
  full: boolean;
  /** A full run ends then in any case; another one goes on until its goals are reached. */
  end: number;
  signal: AbortSignal;
  say: (line: string) => void;
}

/** Does one fault after the other; each lasts until deliveries go on. */
export async function harm(options: Harm): Promise<Event[]> {
  const { stack, failpoints, clients, workload, faults, goals, full, end, signal, say } = options;
  const events: Event[] = [];
  const isOver = () => {
    const late = Date.now() >= end;
    const reached = shortfalls(goals, {
      events: events.filter(({ happened }) => happened),
      acknowledged: workload.total,
    });
    return full ? late || reached.length === 0 : late && reached.length === 0;
  };
  for (const fault of faults) {
    if (signal.aborted || isOver()) break;
    const from = Date.now();
    const { pair, happened } = await applyFault(stack, failpoints, fault);
    const back = Date.now();
    await goOn(clients, pair, back);
    const to = Date.now();
    events.push({ fault, happened, pair, from, to });
    say(
      `${String(events.length).padStart(4)}  ${nameOf(fault)}${happened ? '' : ': did not happen'}  ` +
        `back after ${back - from} ms`,
    );
    await delay(BETWEEN_MS);
  }
  return events;
}

/** Waits until every client of an unaffected instance has shown something since `since`. */
async function goOn(clients: Clients, pair: string | undefined, since: number): Promise<void> {
  const others = clients.besides(pair);
  await pollUntil(async () => others.every(({ shown }) => (shown.at(-1)?.at ?? 0) >= since), {
    timeoutMs: GO_ON_MS,
  });
}
