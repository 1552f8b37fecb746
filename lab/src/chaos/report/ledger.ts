import {
  audit,
  isClean,
  isCleanExceptReportedLoss,
  longestPause,
  type AuditResult,
} from '../../ledger/audit.ts';
import { quantile } from '../../bench/quantile.ts';
import type { Changes, Rule } from '../clients/changes.ts';
import { brokenRules, lateness } from './check-rules.ts';
import type { FallbackResults } from '../clients/fallbacks.ts';
import type { OrderResults } from '../clients/orders.ts';
import type { MarkResults } from '../clients/inbox-marks.ts';
import type { Clients, Watcher } from '../clients/clients.ts';
import { killsOf } from '../goals.ts';
import type { RedisKind } from '../options.ts';
import { groupOf, type Fault } from '../schedule.ts';
import type { Workload } from '../clients/workload.ts';

/**
 * A fault and the affected pair (an application and its sidecar). `from` is when the fault started, and `to` is when
 * deliveries to the clients of all other pairs had resumed.
 */
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
  /**
   * For each fault of this kind, the longest pause (ms) in deliveries to a steady client on an unaffected instance is
   * measured. This is the median of these pauses.
   */
  medianPauseMs: number;
  /** The longest of these pauses (ms). */
  highestPauseMs: number;
}

export interface Ledger {
  seed: number;
  /** Milliseconds since 1970. */
  startedAt: number;
  seconds: number;
  naive: boolean;
  redis: RedisKind;
  acknowledged: number;
  repeatedRequests: number;
  deliveries: number;
  kills: number;
  /** `broken` lists schedules, retractions and expiries that were not handled correctly. */
  accounts: (AuditResult & { feed: string; broken: string[] })[];
  changes: ChangesRow | undefined;
  /** Not set for the naive bff, which can't archive or snooze notifications. */
  marks: MarkResults | undefined;
  /** Not set for the naive bff, which has no channels. */
  fallbacks: FallbackResults | undefined;
  /** Not set for the naive bff or with a Redis Cluster, which examples/outbox doesn't support. */
  orders: OrderResults | undefined;
  faults: FaultRow[];
  shortfalls: readonly string[];
  /**
   * True if all goals were reached, no notification was lost, duplicated, out of order or skipped, no rule was broken,
   * and `marks`, `fallbacks` and `orders` contain no faults. With a Redis Cluster, a client that reported a gap is
   * allowed to have lost notifications.
   */
  clean: boolean;
}

export interface LedgerInput {
  seed: number;
  naive: boolean;
  redis: RedisKind;
  startedAt: number;
  workload: Workload;
  /** Not set for the naive bff, which doesn't support changes. */
  changes: Changes | undefined;
  /** Not set for the naive bff, which can't archive or snooze notifications. */
  marks: MarkResults | undefined;
  /** Not set for the naive bff, which has no channels. */
  fallbacks: FallbackResults | undefined;
  /** Not set for the naive bff or with a Redis Cluster, which examples/outbox doesn't support. */
  orders: OrderResults | undefined;
  /** True if the publication at this offset is gone. */
  isGone: (feed: string, epoch: string, offset: number) => boolean;
  clients: Clients;
  events: readonly Event[];
  shortfalls: readonly string[];
}

/** Builds a run's ledger from what the clients recorded. */
export async function makeLedger({
  seed,
  naive,
  redis,
  startedAt,
  workload,
  changes,
  marks,
  fallbacks,
  orders,
  isGone,
  clients,
  events,
  shortfalls,
}: LedgerInput): Promise<Ledger> {
  const watchers = await clients.all();
  const rules: ReadonlyMap<string, Rule> = changes?.rules ?? new Map<string, Rule>();
  const accounts = watchers.map((watcher) => {
    const { feed } = watcher;
    const expected = [...workload.acknowledged(feed).keys(), ...(changes?.mustShow(feed) ?? [])];
    return {
      ...audit(watcher, expected, (epoch, offset) => isGone(feed, epoch, offset)),
      feed,
      broken: brokenRules(watcher, rules),
    };
  });
  return {
    seed,
    startedAt,
    seconds: Math.round((Date.now() - startedAt) / 1000),
    naive,
    redis,
    acknowledged: workload.total,
    repeatedRequests: workload.retries,
    deliveries: accounts.reduce((sum, { shown }) => sum + shown, 0),
    kills: killsOf({ events }),
    accounts,
    changes: changes && changesRow(rules, watchers),
    marks,
    fallbacks,
    orders,
    faults: faultRows(events, clients),
    shortfalls,
    clean:
      accounts.every(
        (result) =>
          (redis === 'cluster' ? isCleanExceptReportedLoss : isClean)(result) && result.broken.length === 0,
      ) &&
      (marks?.faults ?? []).length === 0 &&
      (fallbacks?.faults ?? []).length === 0 &&
      (orders?.faults ?? []).length === 0 &&
      shortfalls.length === 0,
  };
}

/** Number of changes by kind, and how late scheduled notifications were shown (ms). */
export interface ChangesRow {
  scheduled: number;
  cancelled: number;
  retracted: number;
  expiring: number;
  medianLateMs: number;
  highestLateMs: number;
}

function changesRow(rules: ReadonlyMap<string, Rule>, watchers: readonly Watcher[]): ChangesRow {
  const count = (kind: Rule['kind']) => [...rules.values()].filter((rule) => rule.kind === kind).length;
  const delays = watchers.flatMap((watcher) => lateness(watcher, rules));
  return {
    scheduled: count('scheduled'),
    cancelled: count('cancelled'),
    retracted: count('retracted'),
    expiring: count('expiring'),
    medianLateMs: Math.round(quantile(delays, 0.5)),
    highestLateMs: Math.round(delays.reduce((highest, ms) => Math.max(highest, ms), 0)),
  };
}

function faultRows(events: readonly Event[], clients: Clients): FaultRow[] {
  const groups = new Map<string, { times: number; pauses: number[] }>();
  for (const { fault, happened, pair, from, to } of events) {
    const name = groupOf(fault);
    const group = groups.get(name) ?? { times: 0, pauses: [] };
    groups.set(name, group);
    group.times++;
    if (!happened) continue;
    const pauses = clients.steadyExcept(pair).map((observer) => longestPause([observer], from, to));
    group.pauses.push(Math.round(Math.max(...pauses)));
  }
  return [...groups]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([fault, { times, pauses }]) => {
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
