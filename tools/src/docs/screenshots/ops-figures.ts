import {
  DOCUMENT_VERSION,
  MAX_PAST_MINUTES,
  SNAPSHOT_EVERY_MS,
  type InstanceSnapshot,
  type Instances,
  type PastInstance,
} from '@tocsin/contracts';

/** A wave between 0 and 1 with some noise. Deterministic. */
const wave = (n: number, phase: number): number =>
  0.5 + 0.3 * Math.sin(n / 9 + phase) + 0.12 * Math.sin(n * 1.7 + phase * 3) + 0.08 * Math.sin(n * 5.3);

const MEGABYTE = 1_024 * 1_024;
const MINUTE_MS = 60_000;
const START = Date.UTC(2026, 0, 5, 9, 0);
const VERSION = '0.2.0';

/** Sample metrics for two instances at step `n`, for screenshots and page tests. */
export function opsFigures(n: number, start = START): Instances {
  const at = new Date(start + n * SNAPSHOT_EVERY_MS).toISOString();
  const accepted = Math.round(wave(n, 0) * 480) / 10;
  const row = (instance: string, phase: number, hosts: boolean): InstanceSnapshot => {
    const p50Ms = Math.round((3 + 3 * wave(n, phase)) * 10) / 10;
    return {
      v: DOCUMENT_VERSION,
      instance,
      startedAt: new Date(start - 3_600_000).toISOString(),
      at,
      connections: 412 + Math.round(30 * wave(n, phase)) - (hosts ? 0 : 25),
      feeds: hosts ? 37 : 34,
      accepted: hosts ? accepted : 0,
      delivered: Math.round(accepted * (0.96 + 0.04 * wave(n, phase)) * 10) / 10,
      suppressed: hosts && n % 11 === 0 ? 4.5 : 0,
      p50Ms,
      p99Ms: Math.round((p50Ms * 2.4 + (n % 17 === 5 ? 22 : 6 * wave(n * 2, phase))) * 10) / 10,
      version: VERSION,
      queue: { waiting: 0, heldBack: hosts && n % 3 === 0 ? 1 : 0, oldestMs: n % 3 === 0 ? 12 : 0 },
      redis: { used: Math.round((141 + wave(n, 0)) * MEGABYTE), limit: 384 * MEGABYTE },
    };
  };
  return { at, instances: [row('bff-1:4001', 1, true), row('bff-2:4001', 2.5, false)] };
}

/** Metrics for the same sample instances in the hour before step 0. */
export function opsHistory(start = START): PastInstance[] {
  const now = Math.floor(start / MINUTE_MS);
  return opsFigures(0, start).instances.map((last) => ({
    ...{ v: DOCUMENT_VERSION, instance: last.instance, version: VERSION },
    ...{ startedAt: last.startedAt, at: last.at },
    minutes: Array.from({ length: MAX_PAST_MINUTES }, (_, n) => {
      const figures = opsFigures(n, start).instances.find(({ instance }) => instance === last.instance);
      const { connections, accepted, delivered, suppressed, p50Ms, p99Ms } = figures ?? last;
      return {
        ...{ minute: now - MAX_PAST_MINUTES + n, connections, accepted, delivered, suppressed, p50Ms, p99Ms },
        ...{ oldestMs: 0, redisUsed: 141 * MEGABYTE },
      };
    }),
  }));
}
