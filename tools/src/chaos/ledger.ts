import { audit, isClean, longestPause, type Account } from '../ledger/audit.ts';
import type { Clients } from './clients.ts';
import { nameOf, type Fault } from './schedule.ts';
import type { Workload } from './workload.ts';

/** When a fault was done, and to whom. */
export interface Event {
  fault: Fault;
  happened: boolean;
  pair: string | undefined;
  from: number;
  to: number;
}

export interface FaultRow {
  fault: string;
  times: number;
  happened: number;
  /** Longest time without a delivery to clients of instances that were not hit, in ms; median and highest. */
  medianPauseMs: number;
  highestPauseMs: number;
}

export interface Ledger {
  seed: number;
  seconds: number;
  naive: boolean;
  acknowledged: number;
  repeatedRequests: number;
  deliveries: number;
  kills: number;
  accounts: (Account & { feed: string })[];
  faults: FaultRow[];
  clean: boolean;
}

export interface LedgerInput {
  seed: number;
  naive: boolean;
  startedAt: number;
  workload: Workload;
  clients: Clients;
  events: readonly Event[];
}

/** The account of a whole run. */
export async function makeLedger({
  seed,
  naive,
  startedAt,
  workload,
  clients,
  events,
}: LedgerInput): Promise<Ledger> {
  const watchers = await clients.all();
  const accounts = watchers.map((watcher) => ({
    ...audit(watcher, workload.acknowledged(watcher.feed).keys()),
    feed: watcher.feed,
  }));
  return {
    seed,
    seconds: Math.round((Date.now() - startedAt) / 1000),
    naive,
    acknowledged: workload.total,
    repeatedRequests: workload.repeated,
    deliveries: accounts.reduce((sum, { shown }) => sum + shown, 0),
    kills: events.filter(({ fault, happened }) => happened && fault.kind !== 'stop').length,
    accounts,
    faults: faultRows(events, clients),
    clean: accounts.every(isClean),
  };
}

function faultRows(events: readonly Event[], clients: Clients): FaultRow[] {
  const groups = new Map<string, { times: number; pauses: number[] }>();
  for (const { fault, happened, pair, from, to } of events) {
    const name = nameOf(fault).replace(/bff-\d/, 'bff');
    const group = groups.get(name) ?? { times: 0, pauses: [] };
    groups.set(name, group);
    group.times++;
    if (!happened) continue;
    const others = clients.steady.filter((client) => client.pair !== pair).map(({ observer }) => observer);
    group.pauses.push(Math.round(longestPause(others, from, to)));
  }
  return [...groups].map(([fault, { times, pauses }]) => {
    const sorted = pauses.sort((a, b) => a - b);
    return {
      fault,
      times,
      happened: pauses.length,
      medianPauseMs: sorted[Math.floor(sorted.length / 2)] ?? 0,
      highestPauseMs: sorted.at(-1) ?? 0,
    };
  });
}
