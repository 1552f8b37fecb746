import {
  DOCUMENT_VERSION,
  MAX_PAST_MINUTES,
  parseDateTime,
  type InstanceSnapshot,
  type PastInstance,
  type PastMinute,
} from '@tocsin/contracts';

const MINUTE_MS = 60_000;

const highest = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.max(a, b);

const runningAverage = (average: number, count: number, value: number): number =>
  Math.round(((average * count + value) / (count + 1)) * 10) / 10;

/** An instance's metrics for the past hour, collected from snapshots. */
export class PastHour {
  #minutes: PastMinute[] = [];
  /** Number of snapshots in the newest minute. */
  #snapshotCount = 0;

  /** Prepends the minutes that a previous process with this instance's name recorded. */
  continueFrom(minutes: readonly PastMinute[]): void {
    const first = this.#minutes[0]?.minute ?? Infinity;
    this.#minutes = [...minutes.filter(({ minute }) => minute < first), ...this.#minutes].slice(
      -MAX_PAST_MINUTES,
    );
  }

  add(snapshot: InstanceSnapshot): void {
    const minute = Math.floor((parseDateTime(snapshot.at) ?? 0) / MINUTE_MS);
    const { connections, accepted, delivered, suppressed, p50Ms, p99Ms, queue, redis } = snapshot;
    const sample: PastMinute = {
      ...{ minute, connections, accepted, delivered, suppressed, p50Ms, p99Ms },
      ...{ oldestMs: queue?.oldestMs ?? null, redisUsed: redis?.used ?? null },
    };
    const newest = this.#minutes.at(-1);
    if (newest?.minute !== minute) {
      const first = minute - MAX_PAST_MINUTES + 1;
      this.#minutes = [...this.#minutes.filter((recorded) => recorded.minute >= first), sample].slice(
        -MAX_PAST_MINUTES,
      );
      this.#snapshotCount = 1;
      return;
    }
    const rate = (metric: 'accepted' | 'delivered' | 'suppressed') =>
      runningAverage(newest[metric], this.#snapshotCount, sample[metric]);
    this.#minutes[this.#minutes.length - 1] = {
      minute,
      connections: Math.max(newest.connections, connections),
      ...{ accepted: rate('accepted'), delivered: rate('delivered'), suppressed: rate('suppressed') },
      p50Ms: highest(newest.p50Ms, p50Ms),
      p99Ms: highest(newest.p99Ms, p99Ms),
      oldestMs: highest(newest.oldestMs, sample.oldestMs),
      redisUsed: highest(newest.redisUsed, sample.redisUsed),
    };
    this.#snapshotCount++;
  }

  documentOf(snapshot: InstanceSnapshot, stoppedAt?: string): PastInstance {
    const { instance, startedAt, at, version = '' } = snapshot;
    return {
      v: DOCUMENT_VERSION,
      ...{ instance, version, startedAt, at, ...(stoppedAt && { stoppedAt }) },
      minutes: this.#minutes,
    };
  }
}
