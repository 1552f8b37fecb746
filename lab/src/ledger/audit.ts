import type { Observer } from './observer.ts';

export type ObserverRecord = Pick<Observer, 'name' | 'shown' | 'gaps'>;

export interface AuditResult {
  observer: string;
  acknowledged: number;
  shown: number;
  /** Ids that were acknowledged but never shown, including ids covered by a reported gap. */
  lost: string[];
  duplicated: string[];
  outOfOrder: string[];
  /** Skipped offsets for which the server reported no gap. */
  skipped: string[];
  reportedGaps: number;
}

/**
 * Checks the acknowledged ids against an observer that was subscribed the whole time. `isGone` returns true if an
 * offset's publication is gone.
 */
export function audit(
  observer: ObserverRecord,
  acknowledged: Iterable<string>,
  isGone: (epoch: string, offset: number) => boolean = () => false,
): AuditResult {
  const expected = [...acknowledged];
  const seen = new Set<string>();
  const duplicated: string[] = [];
  const outOfOrder: string[] = [];
  const skipped: string[] = [];
  let last: { epoch: string; offset: number } | undefined;
  for (const { id, epoch, offset } of observer.shown) {
    if (seen.has(id)) duplicated.push(id);
    seen.add(id);
    if (last?.epoch === epoch) {
      if (offset <= last.offset) outOfOrder.push(`${id} at ${offset} after ${last.offset}`);
      else if (!isReported(observer.gaps, epoch, last.offset, offset))
        skipped.push(...skippedBetween(last.offset, offset, (between) => isGone(epoch, between)));
    }
    last = { epoch, offset };
  }
  return {
    observer: observer.name,
    acknowledged: expected.length,
    shown: observer.shown.length,
    lost: expected.filter((id) => !seen.has(id)),
    duplicated,
    outOfOrder,
    skipped,
    reportedGaps: observer.gaps.length,
  };
}

/** Returns the range of offsets skipped between two shown offsets. Ignores offsets of publications that are gone. */
function skippedBetween(before: number, after: number, isGone: (offset: number) => boolean): string[] {
  const between = Array.from({ length: after - before - 1 }, (_, i) => before + 1 + i);
  const skipped = between.filter((offset) => !isGone(offset));
  return skipped.length > 0 ? [`${skipped[0]} to ${skipped.at(-1)}`] : [];
}

/** True if a reported gap covers the range between two offsets. */
const isReported = (gaps: ObserverRecord['gaps'], epoch: string, before: number, after: number): boolean =>
  gaps.some(
    ({ from, to }) =>
      from.epoch === epoch && from.offset <= before && (to.epoch !== epoch || to.offset >= after - 1),
  );

export const isClean = ({ lost, duplicated, outOfOrder, skipped }: AuditResult): boolean =>
  lost.length + duplicated.length + outOfOrder.length + skipped.length === 0;

/**
 * Like `isClean`, but a client that reported a gap is allowed to have lost notifications: a Redis Cluster replica might
 * lack the master's last writes.
 */
export const isCleanExceptReportedLoss = (result: AuditResult): boolean =>
  isClean(result.reportedGaps > 0 ? { ...result, lost: [] } : result);

/** Returns the longest time (ms) between `from` and `to` during which no observer received a delivery. */
export function longestPause(observers: readonly ObserverRecord[], from: number, to: number): number {
  const times = observers
    .flatMap(({ shown }) => shown.map(({ at }) => at))
    .filter((at) => at >= from && at <= to)
    .sort((a, b) => a - b);
  let longest = 0;
  let last = from;
  for (const at of [...times, to]) {
    longest = Math.max(longest, at - last);
    last = at;
  }
  return longest;
}
