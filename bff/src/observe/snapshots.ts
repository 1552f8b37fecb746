import { DOCUMENT_VERSION, type AnnouncementQueue, type InstanceSnapshot } from '@tocsin/contracts';
import { VERSION, type Counter } from '@tocsin/service';
import type { BffMetrics } from './metrics.ts';
import { quantileOf, type Bucket } from './quantile.ts';

/** Number of recent snapshot intervals that latencies cover. */
const LATENCY_SNAPSHOTS = 5;

interface Totals {
  at: number;
  accepted: number;
  delivered: number;
  suppressed: number;
  latency: Bucket[];
}

export interface SnapshotOptions {
  instance: string;
  metrics: BffMetrics;
  connections: () => number;
  feeds: () => number;
  /** Rejects while Redis is unavailable. */
  queue?: (() => Promise<AnnouncementQueue>) | undefined;
  redis?: (() => Promise<{ used: number; limit: number }>) | undefined;
  now: () => number;
}

/** Returns a function that takes a snapshot of this instance's metrics. Rates cover the time since the previous one. */
export function createSnapshots(options: SnapshotOptions): () => Promise<InstanceSnapshot> {
  const { instance, metrics, connections, feeds, queue, redis, now } = options;
  const startedAt = now();
  const recentTotals: Totals[] = [{ at: startedAt, accepted: 0, delivered: 0, suppressed: 0, latency: [] }];
  return async () => {
    const [read, waiting, memory] = await Promise.all([readTotals(metrics), orNull(queue), orNull(redis)]);
    const totals = { at: now(), ...read };
    const [last, first] = [recentTotals.at(-1) ?? totals, recentTotals[0] ?? totals];
    recentTotals.push(totals);
    if (recentTotals.length > LATENCY_SNAPSHOTS) recentTotals.shift();
    const seconds = Math.max(0.001, (totals.at - last.at) / 1000);
    const rate = (metric: 'accepted' | 'delivered' | 'suppressed') =>
      Math.round(((totals[metric] - last[metric]) / seconds) * 10) / 10;
    const recent = totals.latency.map(({ le, count }, n) => ({
      le,
      count: count - (first.latency[n]?.count ?? 0),
    }));
    return {
      v: DOCUMENT_VERSION,
      instance,
      startedAt: new Date(startedAt).toISOString(),
      at: new Date(totals.at).toISOString(),
      connections: connections(),
      feeds: feeds(),
      accepted: rate('accepted'),
      delivered: rate('delivered'),
      suppressed: rate('suppressed'),
      p50Ms: milliseconds(quantileOf(0.5, recent)),
      p99Ms: milliseconds(quantileOf(0.99, recent)),
      version: VERSION,
      queue: waiting,
      redis: memory,
    };
  };
}

/** Returns Redis's reply. If Redis doesn't reply, returns null, so that the snapshot still has the other metrics. */
const orNull = async <T>(read: (() => Promise<T>) | undefined): Promise<T | null> =>
  (await read?.().catch(() => undefined)) ?? null;

async function readTotals(metrics: BffMetrics): Promise<Omit<Totals, 'at'>> {
  const [accepted, delivered, suppressed, latency] = await Promise.all([
    totalOf(metrics.published),
    totalOf(metrics.pushed),
    totalOf(metrics.suppressed),
    metrics.latency.get(),
  ]);
  const buckets = latency.values.flatMap(({ labels, value }) =>
    labels.le === undefined
      ? []
      : [{ le: Number(String(labels.le).replace('+Inf', 'Infinity')), count: value }],
  );
  return { accepted, delivered, suppressed, latency: buckets };
}

const totalOf = async (counter: Counter): Promise<number> =>
  (await counter.get()).values.reduce((sum, { value }) => sum + value, 0);

const milliseconds = (seconds: number | undefined): number | null =>
  seconds === undefined ? null : Math.round(seconds * 10_000) / 10;
