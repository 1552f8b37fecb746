import type { Head, Position } from '@tocsin/contracts';
import { keptIds, keptSegments } from '../../feed/history/history.ts';
import type { FeedLimits } from '../../feed/limits.ts';
import { highest, isHigher, newEpoch } from '../../feed/position.ts';
import type { HighWaterMarks } from './high-water-marks.ts';
import type { StoredHead } from '../ports.ts';
import { readHead, type ReadHeadDependencies } from './read-head.ts';

/** Facts that a turn's caller knows and its host may not know. */
export interface CallerKnowledge {
  /** The caller's high-water mark for the feed. */
  heard?: Position | undefined;
  /** A document that the head references, but that a reader twice failed to find. */
  lostDocument?: string | undefined;
}

export interface LoadDependencies extends ReadHeadDependencies {
  marks: HighWaterMarks;
  limits: FeedLimits;
  now: () => number;
}

export interface LoadedHead {
  /** The head to build on; `undefined` when the next commit starts a new epoch. */
  base: Head | undefined;
  epoch: string;
  /** Whether `epoch` begins with the next commit. */
  beginsEpoch: boolean;
  /** The stored head, even if the turn does not build on it. */
  stored: Head;
  etag: number;
  /** Why the turn does not build on an existing head. */
  loss?: 'revived' | 'rolled back' | 'document missing' | undefined;
}

/**
 * Reads the head at the start of a turn and determines whether the store has lost data. A head whose version differs
 * from its etag was written back after the store was emptied. A head below the high-water mark was rolled back. A head
 * that references a missing document has a gap.
 */
export async function loadHead(
  feed: string,
  caller: CallerKnowledge,
  dependencies: LoadDependencies,
): Promise<LoadedHead> {
  const { marks, now } = dependencies;
  // The mark is taken before the head is read. One that rises during the read may be newer than the head, so it does
  // not prove a loss.
  const expected = highest(marks.of(feed), caller.heard);
  const { head, etag } = await readHead(feed, dependencies);
  const loss = await lossOf(head, etag, expected, caller, dependencies);
  if (loss !== 'revived') marks.raise(feed, head);
  if (!loss) {
    // A store that came back empty has a later first epoch. If the feed had publications before, its next commit stores
    // a head, which announces that epoch to readers.
    const beginsEpoch = isLost(etag, expected);
    return { base: beginsEpoch ? undefined : head, epoch: head.epoch, beginsEpoch, stored: head, etag };
  }
  const epoch = newEpoch(now(), highest(expected, marks.of(feed))?.epoch, head.epoch);
  return { base: undefined, epoch, beginsEpoch: true, stored: head, etag, loss };
}

/**
 * Whether the stored head can be built on: not lost, not written back after the store was emptied, and not below the
 * high-water mark.
 */
export const isSound = ({ head, etag }: StoredHead, expected: Position | undefined): boolean =>
  head.version === etag && !isLost(etag, expected) && !isHigher(expected, head);

/** Whether the feed has no head although its high-water mark shows that it had publications. */
export const isLost = (etag: number, expected: Position | undefined): boolean =>
  etag === 0 && expected !== undefined && expected.offset > 0;

async function lossOf(
  head: Head,
  etag: number,
  expected: Position | undefined,
  { lostDocument }: CallerKnowledge,
  { log, limits, now }: LoadDependencies,
): Promise<LoadedHead['loss']> {
  if (head.version !== etag) return 'revived';
  if (isHigher(expected, head)) return 'rolled back';
  // Documents beyond the feed's limits may have expired, which is not a loss.
  const named = [
    ...keptSegments(head.segments, limits, now()),
    ...keptIds(head.ids, limits, now()),
    ...keptIds(head.retractions ?? [], limits, now()),
  ];
  if (lostDocument !== undefined && named.some(({ key }) => key === lostDocument)) {
    const [document] = await log.readDocuments([lostDocument]);
    if (document === undefined) return 'document missing';
  }
  return undefined;
}
