import type { WaitingPositions } from '../ports.ts';

/** Number of publications to search for ids (newest first). Equals the default history size. */
const MAX_SEARCHED = 10_000;

/** A notification that has left the history, but whose marks a waiting fallback still needs. */
export interface AgedOutNotification {
  id: string;
  /** `Infinity` if unknown. */
  offset: number;
}

/**
 * Returns the notifications that have left the history but whose marks are still needed by waiting fallbacks. Their
 * positions are in the current epoch or unknown.
 */
export type FindAgedOut = () => Promise<readonly AgedOutNotification[]>;

interface HistoryBounds {
  head: number;
  floor: number;
}

/** Returns the lowest offset to search for ids. */
export const bottomOf = ({ head, floor }: HistoryBounds): number =>
  Math.max(floor, head - MAX_SEARCHED + 1, 1);

export interface AgedOutOptions {
  reader: string;
  feed: string;
  epoch: string;
  history: HistoryBounds;
  /** Not set if the deployment has no fallback channels. */
  waitingPositions: WaitingPositions | undefined;
}

/**
 * Returns a function that finds notifications in a reader's own feed that have left the history but have waiting
 * fallbacks. The function reads them on the first call. For other feeds, it finds none.
 */
export function agedOutFinder({
  reader,
  feed,
  epoch,
  history,
  waitingPositions,
}: AgedOutOptions): FindAgedOut {
  if (!waitingPositions || feed !== reader || !feed.startsWith('user:')) return async () => [];
  const bottom = bottomOf(history);
  let found: Promise<readonly AgedOutNotification[]> | undefined;
  return () =>
    (found ??= waitingPositions(reader).then((waiting) =>
      waiting.flatMap(({ id, at }) => {
        if (!at) return [{ id, offset: Infinity }];
        return at.epoch === epoch && at.offset < bottom ? [{ id, offset: at.offset }] : [];
      }),
    ));
}

/**
 * Returns the offsets, up to `offset`, of notifications that have left the history but have waiting fallbacks. A page
 * opened earlier might still show these notifications.
 */
export const agedOutUpTo = async (offset: number, findAgedOut: FindAgedOut): Promise<number[]> =>
  offset > 0 ? (await findAgedOut()).map((one) => one.offset).filter((one) => one <= offset) : [];
