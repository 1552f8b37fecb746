import type { WaitingPositions } from '../ports.ts';

/** The number of newest publications searched for ids: the default size of a feed's history. */
const MAX_SEARCHED = 10_000;

/** A notification that has left the history, but whose marks a fallback needs. */
export interface LeftNotification {
  id: string;
  /** `Infinity` if unknown. */
  offset: number;
}

/**
 * Returns the notifications that have left the history but whose marks a fallback needs: those of the current epoch,
 * and those whose position is unknown.
 */
export type LeftOf = () => Promise<readonly LeftNotification[]>;

interface HistoryBounds {
  head: number;
  floor: number;
}

/** The lowest offset that is searched for ids. */
export const bottomOf = ({ head, floor }: HistoryBounds): number =>
  Math.max(floor, head - MAX_SEARCHED + 1, 1);

export interface LeftOptions {
  reader: string;
  feed: string;
  epoch: string;
  history: HistoryBounds;
  /** Absent if the deployment has no channels. */
  waitingPositions: WaitingPositions | undefined;
}

/**
 * Finds the notifications that have left the history of a reader's own feed and whose fallbacks wait. Reads them on the
 * first call, and not at all for other feeds.
 */
export function leftFrom({ reader, feed, epoch, history, waitingPositions }: LeftOptions): LeftOf {
  if (!waitingPositions || feed !== reader || !feed.startsWith('user:')) return async () => [];
  const bottom = bottomOf(history);
  let found: Promise<readonly LeftNotification[]> | undefined;
  return () =>
    (found ??= waitingPositions(reader).then((waiting) =>
      waiting.flatMap(({ id, at }) => {
        if (!at) return [{ id, offset: Infinity }];
        return at.epoch === epoch && at.offset < bottom ? [{ id, offset: at.offset }] : [];
      }),
    ));
}

/**
 * The offsets, up to `offset`, of notifications that have left the history but whose fallbacks are still waiting. A browser
 * page that was opened earlier may still show them.
 */
export const leftUpTo = async (offset: number, leftOf: LeftOf): Promise<number[]> =>
  offset > 0 ? (await leftOf()).map((one) => one.offset).filter((one) => one <= offset) : [];
