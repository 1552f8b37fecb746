import type { Head, Position } from '@tocsin/contracts';
import { keptIds, keptSegments } from '../../feed/history/history.ts';
import type { FeedLimits } from '../../feed/limits.ts';
import { highest, isHigher, newEpoch } from '../../feed/position.ts';
import type { HighWaterMarks } from './high-water-marks.ts';
import type { StoredHead } from '../ports.ts';
import { readHead, type ReadHeadDependencies } from './read-head.ts';

/** Knowledge of a turn's caller that the host may lack. */
export interface CallerKnowledge {
  /** The caller's high-water mark of the feed. */
  heard?: Position | undefined;
  /** A document that a reader missed twice though the head names it. */
  lostDocument?: string | undefined;
}

export interface LoadDependencies extends ReadHeadDependencies {
  marks: HighWaterMarks;
  limits: FeedLimits;
  now: () => number;
}

export interface LoadedHead {
  /** The head to build on; none when the next commit starts a new epoch. */
  base: Head | undefined;
  epoch: string;
  /** Whether `epoch` begins with the next commit. */
  begins: boolean;
  /** The stored head, even if the turn does not build on it. */
  stored: Head;
  etag: number;
  /** Why the turn does not build on an existing head. */
  loss?: 'revived' | 'rolled back' | 'document missing' | undefined;
}

/**
 * Reads the head at the start of a turn (for a feed without one, its beginning) and judges whether the store
 * has lost data. A head whose version differs from its etag was revived on an emptied store. A head below the
 * high-water mark was rolled back. A head that names a missing document has a gap.
 */
export async function loadHead(
  feed: string,
  caller: CallerKnowledge,
  dependencies: LoadDependencies,
): Promise<LoadedHead> {
  const { marks, now } = dependencies;
  // Taken before the head is read: a mark that rises meanwhile may be newer than that head, and is no
  // evidence against it.
  const said = highest(marks.of(feed), caller.heard);
  const { head, etag } = await readHead(feed, dependencies);
  const loss = await lossOf(head, etag, said, caller, dependencies);
  if (loss !== 'revived') marks.raise(feed, head);
  if (!loss) {
    // The feed had publications and now has no head: readers learn of the later epoch from a stored one.
    const begins = isLost(etag, said);
    return { base: begins ? undefined : head, epoch: head.epoch, begins, stored: head, etag };
  }
  const epoch = newEpoch(now(), highest(said, marks.of(feed))?.epoch, head.epoch);
  return { base: undefined, epoch, begins: true, stored: head, etag, loss };
}

/**
 * Whether a head that ever existed still does, was not revived on an emptied store, and is not below the
 * high-water mark.
 */
export const isSound = ({ head, etag }: StoredHead, said: Position | undefined): boolean =>
  head.version === etag && !isLost(etag, said) && !isHigher(said, head);

/** Whether a missing head belongs to a feed that has a high-water mark. */
export const isLost = (etag: number, said: Position | undefined): boolean =>
  etag === 0 && said !== undefined && said.offset > 0;

async function lossOf(
  head: Head,
  etag: number,
  said: Position | undefined,
  { lostDocument }: CallerKnowledge,
  { log, limits, now }: LoadDependencies,
): Promise<LoadedHead['loss']> {
  if (head.version !== etag) return 'revived';
  if (isHigher(said, head)) return 'rolled back';
  // Forgotten documents may have expired, which is no loss.
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
