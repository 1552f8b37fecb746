import type { Observer } from './observer.ts';

/** The properties of an observer that an audit needs. */
export type Recorded = Pick<Observer, 'name' | 'shown' | 'gaps'>;

export interface Account {
  observer: string;
  acknowledged: number;
  shown: number;
  /** Acknowledged but never shown, with or without a reported gap. */
  lost: string[];
  /** Shown more than once. */
  twice: string[];
  /** Shown out of the order of the log. */
  disordered: string[];
  /** Skipped offsets for which the server reported no gap. */
  holes: string[];
  honestGaps: number;
}

/**
 * Audits the acknowledged ids at one observer that was subscribed all the time. `isGone` is true for offsets whose
 * publication is gone.
 */
export function audit(
  observer: Recorded,
  acknowledged: Iterable<string>,
  isGone: (epoch: string, offset: number) => boolean = () => false,
): Account {
  const wanted = [...acknowledged];
  const seen = new Set<string>();
  const twice: string[] = [];
  const disordered: string[] = [];
  const holes: string[] = [];
  let last: { epoch: string; offset: number } | undefined;
  for (const { id, epoch, offset } of observer.shown) {
    if (seen.has(id)) twice.push(id);
    seen.add(id);
    if (last?.epoch === epoch) {
      if (offset <= last.offset) disordered.push(`${id} at ${offset} after ${last.offset}`);
      else if (!isAdmitted(observer.gaps, epoch, last.offset, offset))
        holes.push(...holesBetween(last.offset, offset, (between) => isGone(epoch, between)));
    }
    last = { epoch, offset };
  }
  return {
    observer: observer.name,
    acknowledged: wanted.length,
    shown: observer.shown.length,
    lost: wanted.filter((id) => !seen.has(id)),
    twice,
    disordered,
    holes,
    honestGaps: observer.gaps.length,
  };
}

/** The offsets between two others whose publications are not gone. */
function holesBetween(before: number, after: number, isGone: (offset: number) => boolean): string[] {
  const between = Array.from({ length: after - before - 1 }, (_, i) => before + 1 + i);
  const holes = between.filter((offset) => !isGone(offset));
  return holes.length > 0 ? [`${holes[0]} to ${holes.at(-1)}`] : [];
}

/** True if a reported gap covers the range between two offsets. */
const isAdmitted = (gaps: Recorded['gaps'], epoch: string, before: number, after: number): boolean =>
  gaps.some(
    ({ from, to }) =>
      from.epoch === epoch && from.offset <= before && (to.epoch !== epoch || to.offset >= after - 1),
  );

/** True if no notification was lost, duplicated, out of order or skipped. */
export const isClean = ({ lost, twice, disordered, holes }: Account): boolean =>
  lost.length + twice.length + disordered.length + holes.length === 0;

/** The longest time between `from` and `to` without a delivery to any of the observers, in ms. */
export function longestPause(observers: readonly Recorded[], from: number, to: number): number {
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
