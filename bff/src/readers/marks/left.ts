import type { WaitingPositions } from '../ports.ts';

/** Number of publications to search for ids (newest first). Equals the default history size. */
const MAX_SEARCHED = 10_000;

/** A notification that has left the history but has marks that a fallback needs. */
export interface LeftNotification {
  id: string;
  /** `Infinity` if unknown. */
  offset: number;
}

/**
 * Returns the notifications that have left the history but have marks that a fallback needs. They are from the current
 * epoch or have no known position.
 */
export type LeftOf = () => Promise<readonly LeftNotification[]>;

interface HistoryBounds {
  head: number;
  floor: number;
}

/** The lowest offset to search for ids. */
export const bottomOf = ({ head, floor }: HistoryBounds): number =>
  Math.max(floor, head - MAX_SEARCHED + 1, 1);

export interface LeftOptions {
  reader: string;
  feed: string;
  epoch: string;
  history: HistoryBounds;
  /** Not set if the deployment has no channels. */
  waitingPositions: WaitingPositions | undefined;
}

/**
 * For a reader's own feed, finds notifications with waiting fallbacks that have left the history. Reads them on the
 * first call. Returns an empty list for other feeds.
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
 * The offsets up to `offset` of notifications with waiting fallbacks that have left the history. A browser page opened
 * earlier might still show them.
 */
export const leftUpTo = async (offset: number, leftOf: LeftOf): Promise<number[]> =>
  offset > 0 ? (await leftOf()).map((one) => one.offset).filter((one) => one <= offset) : [];
