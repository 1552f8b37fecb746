import type { Observer } from './observer.ts';

/** The parts of an observer that an account needs. */
export type Recorded = Pick<Observer, 'name' | 'shown' | 'gaps'>;

export interface Account {
  observer: string;
  acknowledged: number;
  shown: number;
  /** Acknowledged, but never shown, whether or not a gap was admitted. */
  lost: string[];
  /** Shown more than once. */
  twice: string[];
  /** Shown at another place than in the log's order. */
  disordered: string[];
  /** Offsets left out without the server saying so. */
  holes: string[];
  honestGaps: number;
}

/**
 * Accounts for the acknowledged ids at one observer that watched all the time. `isGone` says whether the log
 * has nothing to show at an offset.
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

/** The offsets between two others that have something to show. */
function holesBetween(before: number, after: number, isGone: (offset: number) => boolean): string[] {
  const between = Array.from({ length: after - before - 1 }, (_, i) => before + 1 + i);
  const holes = between.filter((offset) => !isGone(offset));
  return holes.length > 0 ? [`${holes[0]} to ${holes.at(-1)}`] : [];
}

/** Whether a reported gap covers the range between two offsets. */
const isAdmitted = (gaps: Recorded['gaps'], epoch: string, before: number, after: number): boolean =>
  gaps.some(
    ({ from, to }) =>
      from.epoch === epoch && from.offset <= before && (to.epoch !== epoch || to.offset >= after - 1),
  );

/** True when nothing was lost, doubled, out of order or left out. */
export const isClean = ({ lost, twice, disordered, holes }: Account): boolean =>
  lost.length + twice.length + disordered.length + holes.length === 0;

/** The longest time without a delivery to any of the observers between `from` and `to`, in ms. */
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
