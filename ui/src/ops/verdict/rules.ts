import type {
  Dependency,
  InstanceSnapshot,
  OpsStatus,
  PastInstance,
  SetAsideList,
  UnsentPage,
} from '@tocsin/contracts';
import type { Sample } from '../instances/history.ts';
import { missingOf } from '../instances/missing.ts';
import { oldestUnfinished, redisShare, slowest } from './figures.ts';
import { faultySince } from './since.ts';

/** Delivery is late if the p99 (ms) exceeds this limit. The alert TocsinDeliverySlow uses the same limit. */
export const LATE_MS = 1_000;
/** An announcement older than this is stuck, since announcements are redelivered after ten seconds. */
export const STUCK_MS = 15_000;
/**
 * Redis is nearly full when it uses this share of the memory limit. The alert TocsinRedisNearFull uses the same
 * threshold.
 */
export const NEARLY_FULL = 0.85;
/** Grace period for mixed versions during a rollout, counted from when the newest instance started. */
export const ROLL_OUT_MS = 15 * 60_000;

/** The data to evaluate. Times are in ms since 1970. */
export interface Facts {
  now: number;
  /** When the server stopped responding. */
  silentSince?: number | undefined;
  /** When metrics stopped arriving, for any reason. */
  noMetricsSince?: number | undefined;
  status?: OpsStatus | undefined;
  /** The latest metrics. `undefined` before the first. */
  instances?: readonly InstanceSnapshot[] | undefined;
  past: readonly PastInstance[];
  /** Metrics over time, oldest first. */
  samples: readonly Sample[];
  setAside?: Pick<SetAsideList, 'total' | 'oldestAt'> | undefined;
  /** The first page of unsent fallbacks. */
  unsent?: Pick<UnsentPage, 'fallbacks' | 'next'> | undefined;
}

interface Since {
  /** When the problem started. `undefined` if unknown. */
  since: number | undefined;
}
export type Fault = Since &
  (
    | { kind: 'unreachable' }
    | { kind: 'dependency'; dependency: Dependency; instance: string }
    | { kind: 'figures' }
    | { kind: 'vanished'; instances: readonly string[] }
    | { kind: 'queue'; unfinished: number; oldestMs: number }
    | { kind: 'late'; p99Ms: number }
    | { kind: 'memory'; used: number; limit: number }
    | { kind: 'setAside'; total: number }
    | { kind: 'fallbacks'; total: number; hasMore: boolean }
    | { kind: 'versions'; versions: readonly string[] }
  );

export interface Verdict {
  state: 'unknown' | 'healthy' | 'faulty';
  /** The problems, worst first. */
  faults: readonly Fault[];
}

const RULES: readonly ((facts: Facts) => readonly Fault[])[] = [
  unreachable,
  dependencies,
  outdatedMetrics,
  vanished,
  queue,
  late,
  memory,
  setAside,
  fallbacks,
  versions,
];

/** Evaluates the facts. The state is unknown if there are no metrics and no rule finds a problem. */
export function verdictOf(facts: Facts): Verdict {
  const faults = RULES.flatMap((rule) => rule(facts));
  if (faults.length > 0) return { state: 'faulty', faults };
  return { state: facts.instances?.length ? 'healthy' : 'unknown', faults };
}

function unreachable({ silentSince }: Facts): Fault[] {
  return silentSince === undefined ? [] : [{ kind: 'unreachable', since: silentSince }];
}

function dependencies({ status }: Facts): Fault[] {
  const failing = status?.failing ?? [];
  // Dependencies behind an unresponsive sidecar can't be checked.
  const isSidecarDown = failing.some(({ dependency }) => dependency === 'sidecar');
  return failing
    .filter(({ dependency }) => !isSidecarDown || dependency !== 'store')
    .map(({ dependency, since }) => ({
      ...{ kind: 'dependency', dependency, instance: status?.instance ?? '', since: Date.parse(since) },
    }));
}

/** Reports outdated metrics unless an unresponsive server or dependency explains them. */
function outdatedMetrics(facts: Facts): Fault[] {
  const isExplained = facts.silentSince !== undefined || (facts.status?.failing.length ?? 0) > 0;
  if (facts.noMetricsSince === undefined || isExplained) return [];
  return [{ kind: 'figures', since: facts.noMetricsSince }];
}

/** Reports vanished instances unless new instances have since replaced them. */
function vanished({ now, instances, past }: Facts): Fault[] {
  if (!instances) return [];
  const missing = missingOf(past, instances, now).filter(({ isStopped }) => !isStopped);
  const started = instances.map(({ startedAt }) => Date.parse(startedAt)).toSorted((a, b) => a - b);
  const unreplaced = missing
    .toSorted((a, b) => a.at - b.at)
    .filter(({ at }) => {
      const index = started.findIndex((time) => time > at);
      if (index < 0) return true;
      started.splice(index, 1);
      return false;
    });
  if (unreplaced.length === 0) return [];
  return [
    { kind: 'vanished', instances: unreplaced.map(({ instance }) => instance), since: unreplaced[0]?.at },
  ];
}

function queue({ instances, samples }: Facts): Fault[] {
  const worst = oldestUnfinished(instances ?? []);
  if (!worst || worst.oldestMs <= STUCK_MS) return [];
  const newest = samples.at(-1)?.at ?? 0;
  // The age of the oldest announcement is more precise than the samples.
  const since = newest === 0 ? undefined : newest - worst.oldestMs;
  return [{ kind: 'queue', unfinished: worst.waiting + worst.heldBack, oldestMs: worst.oldestMs, since }];
}

function late({ instances, samples }: Facts): Fault[] {
  const isLate = (p99Ms: number | null) => p99Ms === null || p99Ms > LATE_MS;
  const p99Ms = slowest(instances ?? []);
  if (p99Ms === null || !isLate(p99Ms)) return [];
  return [
    { kind: 'late', p99Ms, since: faultySince(samples, (sample) => isLate(slowest(sample.instances))) },
  ];
}

function memory({ instances, samples }: Facts): Fault[] {
  const redis = redisShare(instances ?? []);
  if (!redis || redis.used < NEARLY_FULL * redis.limit) return [];
  const isFull = ({ instances: all }: Sample) => {
    const used = all.map((figures) => figures.redisUsed ?? null).filter((bytes) => bytes !== null);
    return used.length === 0 || Math.max(...used) >= NEARLY_FULL * redis.limit;
  };
  return [{ kind: 'memory', ...redis, since: faultySince(samples, isFull) }];
}

function setAside({ setAside: records }: Facts): Fault[] {
  if (!records || records.total === 0) return [];
  const since = records.oldestAt ? Date.parse(records.oldestAt) : undefined;
  return [{ kind: 'setAside', total: records.total, since }];
}

function fallbacks({ unsent }: Facts): Fault[] {
  const times = unsent?.fallbacks.map(({ at }) => Date.parse(at)) ?? [];
  if (times.length === 0) return [];
  return [
    {
      ...{ kind: 'fallbacks', total: times.length, hasMore: unsent?.next !== null },
      since: Math.min(...times),
    },
  ];
}

function versions({ now, instances = [] }: Facts): Fault[] {
  const all = [...new Set(instances.map(({ version = '?' }) => version))].toSorted();
  if (all.length < 2) return [];
  const since = Math.max(...instances.map(({ startedAt }) => Date.parse(startedAt)));
  return now - since < ROLL_OUT_MS ? [] : [{ kind: 'versions', versions: all, since }];
}
